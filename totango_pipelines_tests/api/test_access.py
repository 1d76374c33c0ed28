"""Who is let in, how often, and to what."""

from datetime import timedelta

import pytest

from totango_pipelines.operations import tokens
from totango_pipelines.operations.roles import Role

RUNS = "/api/v1/integrations/accounts/runs"
PROTECTED = [
    ("GET", "/api/v1/integrations"),
    ("GET", f"{RUNS}?status=nonsense"),
    ("POST", RUNS),
    ("GET", "/api/v1/runs/x"),
    ("GET", "/api/v1/runs/x/files/nonsense"),
]


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_nothing_is_told_to_somebody_without_a_token(served, method, path):
    _, text = served.token()
    for header in (None, "", "Bearer", f"Basic {text}", f"Bearer {text[:-1]}", f"Bearer {text} x"):
        headers = {} if header is None else {"Authorization": header}
        answer = served.call(method, path, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["code"] == "unauthorized"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    by_query = f"{path}{'&' if '?' in path else '?'}access_token={text}"
    assert served.call(method, by_query).status_code == 401
    assert served.call(method, path, text).status_code != 401


def test_tokens_are_rotated_without_a_gap(served):
    old, old_text = served.token()
    _, new_text = served.token()
    for text in (old_text, new_text):
        assert served.ask(text).status_code == 202
    tokens.revoke(served.store, old.id, now=served.clock())
    assert served.ask(old_text).status_code == 401
    assert served.ask(new_text).status_code == 202


def test_a_token_ends_when_it_said(served):
    _, text = served.token(expires_at=served.clock() + timedelta(hours=1))
    assert served.ask(text).status_code == 202
    served.clock.ahead = timedelta(hours=1, seconds=1)
    assert served.ask(text).status_code == 401


@pytest.mark.parametrize(
    ("role", "mode", "status"),
    [
        (Role.VIEWER, "incremental", 403),
        (Role.OPERATOR, "incremental", 202),
        (Role.OPERATOR, "full", 202),
        (Role.OPERATOR, "rebuild_mapping", 403),
        (Role.ADMIN, "rebuild_mapping", 202),
    ],
)
def test_a_role_does_what_it_may(served, role, mode, status):
    _, text = served.token(role)
    assert served.ask(text, json={"mode": mode}).status_code == status
    assert len(served.desk.asks) == (status == 202)
    assert served.call("GET", RUNS, text).status_code == 200


def test_what_a_token_is_not_for_looks_as_if_it_were_not_there(served):
    _, everywhere = served.token(Role.ADMIN)
    _, text = served.token(Role.ADMIN, integrations=("accounts",))
    hidden = served.ask(everywhere, "secret").json()["run_id"]
    seen = served.ask(text).json()["run_id"]
    listed = served.call("GET", "/api/v1/integrations", text).json()["integrations"]
    assert [each["id"] for each in listed] == ["accounts"]
    pairs = [
        ("POST", "/api/v1/integrations/secret/runs", "/api/v1/integrations/nothing/runs"),
        ("GET", "/api/v1/integrations/secret/runs", "/api/v1/integrations/nothing/runs"),
        ("GET", f"/api/v1/runs/{hidden}", "/api/v1/runs/run-09999"),
        ("GET", f"/api/v1/runs/{hidden}/files/source", "/api/v1/runs/run-09999/files/source"),
        # The beginning of an id is not an id, also where it begins several.
        ("GET", f"/api/v1/runs/{hidden[:-1]}", "/api/v1/runs/run-09999"),
        ("GET", f"/api/v1/runs/{seen[:-2]}", "/api/v1/runs/run-09999"),
        ("GET", "/api/v1/runs/%00", "/api/v1/runs/run-09999"),
    ]
    for method, theirs, unknown in pairs:
        answers = [served.call(method, path, text) for path in (theirs, unknown)]
        assert [each.status_code for each in answers] == [404, 404]
        first, second = ({**each.json(), "instance": ""} for each in answers)
        assert first == second
    assert served.call("GET", f"/api/v1/runs/{seen}", text).status_code == 200
    assert len(served.desk.asks) == 2


def test_a_token_has_so_many_requests_a_minute(serve):
    with serve(rate=3) as served:
        _, text = served.token()
        _, other = served.token()
        statuses = [served.ask(text).status_code for _ in range(4)]
        assert statuses == [202, 202, 202, 429]
        refused = served.call("GET", RUNS, text)
        assert refused.json()["code"] == "too_many_requests"
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert served.ask(other).status_code == 202


def test_failed_logins_are_counted_by_address_and_shut_nobody_else_out(served):
    _, text = served.token()
    wrong = text[:-1] + ("A" if text[-1] != "A" else "B")
    statuses = [served.ask(wrong).status_code for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    refused = served.ask(wrong)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    forwarded = served.call("POST", RUNS, wrong, {"X-Forwarded-For": "10.1.2.3"})
    assert forwarded.status_code == 429
    assert served.ask(text).status_code == 202
