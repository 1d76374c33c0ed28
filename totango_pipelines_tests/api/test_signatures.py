"""Signed requests, signed by the package of Standard Webhooks."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook
from starlette.datastructures import Headers

from totango_pipelines.api.signatures import verified
from totango_pipelines.errors import RequestRefusedError
from totango_pipelines.operations.roles import Role

BODY = json.dumps({"mode": "full"})


def signed_headers(secret, *, identifier="msg_1", at=None, body=BODY, **others):
    at = at or datetime.now(UTC)
    return {
        "Content-Type": "application/json",
        "webhook-id": identifier,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(identifier, at, body),
        **others,
    }


def ask(served, text, headers, integration="accounts", body=BODY):
    answer = served.ask(text, integration, headers, data=body)
    return answer.status_code, answer.json().get("code")


@pytest.fixture
def signer(served):
    token, text = served.token(signed=True)
    return token.signing_secret, text


def test_a_signed_request_is_taken_and_an_unsigned_one_is_not(served, signer):
    secret, text = signer
    assert ask(served, text, signed_headers(secret)) == (202, None)
    assert ask(served, text, {"Content-Type": "application/json"}) == (401, "signature_missing")
    assert served.call("GET", "/api/v1/integrations", text).status_code == 200
    empty = signed_headers(secret, identifier="msg_2", body="")
    assert ask(served, text, empty, body=b"") == (202, None)


def test_one_of_several_signatures_is_enough(served, signer):
    secret, text = signer
    headers = signed_headers(secret)
    right = headers["webhook-signature"]
    headers["webhook-signature"] = f"v1,AAAA v2,x v1a,{right[3:]} nonsense {right}"
    assert ask(served, text, headers) == (202, None)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "msg_9"},
        {"webhook-timestamp": "1769860800"},
        {"webhook-timestamp": "now"},
        {"webhook-id": "msg.1"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": f"v1,{'A' * 43}="},
        {"webhook-signature": "v1,é".encode("latin-1")},
    ],
    ids=str,
)
def test_a_changed_request_is_refused(served, signer, change):
    secret, text = signer
    headers = {**signed_headers(secret), **change}
    assert ask(served, text, headers) == (401, "signature_wrong")


def test_another_body_or_another_key_does_not_fit(served, signer):
    secret, text = signer
    headers = signed_headers(secret)
    assert ask(served, text, headers, body="{}") == (401, "signature_wrong")
    other, _ = served.token(signed=True)
    foreign = signed_headers(other.signing_secret)
    assert ask(served, text, foreign) == (401, "signature_wrong")
    assert served.desk.asks == []


@pytest.mark.parametrize(("minutes", "status"), [(-6, 401), (-4, 202), (4, 202), (6, 401)])
def test_a_signature_is_good_for_five_minutes(served, signer, minutes, status):
    secret, text = signer
    headers = signed_headers(secret, at=datetime.now(UTC) + timedelta(minutes=minutes))
    code = "signature_expired" if status == 401 else None
    assert ask(served, text, headers) == (status, code)


def test_a_signed_request_is_taken_once(served, signer):
    secret, text = signer
    headers = signed_headers(secret, at=datetime.now(UTC) + timedelta(minutes=4))
    assert ask(served, text, headers) == (202, None)
    assert ask(served, text, headers) == (401, "signature_used")
    assert ask(served, text, headers, "secret") == (401, "signature_used")
    added = {**headers, "Idempotency-Key": "k"}
    assert ask(served, text, added) == (401, "signature_used")
    # As long as the signature's time is near enough, its id is remembered.
    served.clock.ahead = timedelta(minutes=8, seconds=30)
    assert ask(served, text, headers) == (401, "signature_used")
    served.clock.ahead = timedelta(minutes=10)
    assert ask(served, text, headers) == (401, "signature_expired")
    assert len(served.desk.asks) == 1


def test_a_signed_request_comes_again_with_its_key_and_nothing_else(served, signer):
    secret, text = signer
    headers = {**signed_headers(secret), "Idempotency-Key": "k"}
    assert ask(served, text, headers) == (202, None)
    assert ask(served, text, headers) == (202, None)
    assert ask(served, text, headers, "secret") == (401, "signature_used")
    assert ask(served, text, {**headers, "Idempotency-Key": "l"}) == (401, "signature_used")
    assert len(served.desk.asks) == 1


def test_an_id_is_used_up_for_its_token_only(served, signer):
    secret, text = signer
    assert ask(served, text, signed_headers(secret)) == (202, None)
    other, other_text = served.token(Role.ADMIN, signed=True)
    assert ask(served, other_text, signed_headers(other.signing_secret)) == (202, None)


def test_the_published_example_of_standard_webhooks_fits():
    headers = Headers(
        {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        }
    )
    now = datetime.fromtimestamp(1614265330, UTC)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signed = verified(secret, headers, b'{"test": 2432232314}', now)
    assert signed.id == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert signed.until == now + timedelta(minutes=5)
    with pytest.raises(RequestRefusedError, match="None of the signatures"):
        verified(secret, headers, b'{"test": 2432232315}', now)
