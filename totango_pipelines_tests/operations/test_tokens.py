"""Tokens: made once, kept as hashes, compared, ended."""

import hashlib
import re
from datetime import timedelta

import pytest

from totango_pipelines.errors import TokenRefusedError, UnknownNameError
from totango_pipelines.operations import tokens
from totango_pipelines.operations.roles import Role


def make(store, now, **others):
    given = {"name": "etl", "role": Role.OPERATOR, "integrations": None, "expires_at": None}
    return tokens.create(store, now=now, **{**given, **others})


def everything_kept(store):
    with store.reading() as connection:
        return repr([tuple(row) for row in connection.execute("SELECT * FROM tokens")])


def test_a_token_is_known_by_its_text_and_only_its_hash_is_kept(store, noon):
    token, text = make(store, noon, integrations=("accounts", "users"))
    assert re.fullmatch(r"tp_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", text)
    assert text.split("_")[1] == token.id
    found = tokens.authenticate(store, text, noon)
    assert (found.id, found.name, found.role) == (token.id, "etl", Role.OPERATOR)
    assert found.integrations == ("accounts", "users")
    secret = text.split("_", 2)[2]
    kept = everything_kept(store)
    assert secret not in kept
    assert hashlib.sha256(secret.encode()).hexdigest() in kept
    assert secret not in repr(token)


def test_the_randomness_is_the_callers(store, noon):
    token, text = make(store, noon, random=lambda size: b"\xff" * size)
    assert token.id == "f" * 12
    assert text == f"tp_{'f' * 12}_{'_' * 42}8"
    assert tokens.authenticate(store, text, noon).id == token.id


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:0],
        lambda text: text[:-1],
        lambda text: text + "x",
        lambda text: text + "\n",
        lambda text: text.upper(),
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: f"tp_{'0' * 12}{text[15:]}",
        lambda text: f"tp_{'٣' * 12}{text[15:]}",
    ],
)
def test_any_other_text_is_nobody(store, noon, change):
    _, text = make(store, noon)
    assert tokens.authenticate(store, change(text), noon) is None


def test_a_token_ends_when_it_expires_or_is_revoked(store, noon):
    soon = noon + timedelta(hours=1)
    expiring, text = make(store, noon, expires_at=soon)
    assert tokens.authenticate(store, text, soon - timedelta(microseconds=1)) is not None
    assert tokens.authenticate(store, text, soon) is None
    revoked, other = make(store, noon)
    assert tokens.revoke(store, revoked.id, now=soon).revoked_at == soon
    assert tokens.revoke(store, revoked.id, now=soon + timedelta(hours=1)).revoked_at == soon
    assert tokens.authenticate(store, other, noon) is None
    listed = {token.id: token.is_live(soon) for token in tokens.list_tokens(store)}
    assert listed == {expiring.id: False, revoked.id: False}


def test_revoking_what_is_not_there_says_so_without_repeating_a_token(store, noon):
    _, text = make(store, noon)
    with pytest.raises(UnknownNameError, match="there is no token") as refused:
        tokens.revoke(store, text, now=noon)
    assert text not in str(refused.value)


def test_the_last_use_is_written_once_a_minute(store, noon):
    _, text = make(store, noon)
    used = []
    for seconds in (0, 59, 60, 61):
        tokens.authenticate(store, text, noon + timedelta(seconds=seconds))
        [token] = tokens.list_tokens(store)
        used.append((token.last_used_at - noon).total_seconds())
    assert used == [0, 0, 60, 60]


def test_a_signing_secret_is_given_once_and_not_listed(store, noon):
    token, text = make(store, noon, signed=True)
    assert token.signed
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", token.signing_secret)
    assert token.signing_secret not in repr(token)
    [listed] = tokens.list_tokens(store)
    assert (listed.signed, listed.signing_secret) == (True, None)
    assert tokens.authenticate(store, text, noon).signing_secret == token.signing_secret
    plain, _ = make(store, noon)
    assert (plain.signed, plain.signing_secret) == (False, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "a\nb"},
        {"name": "x" * 101},
        {"integrations": ()},
        {"expires_at": "now"},
    ],
    ids=str,
)
def test_a_token_that_could_do_nothing_is_refused(store, noon, wrong):
    if "expires_at" in wrong:
        wrong = {"expires_at": noon}
    with pytest.raises(TokenRefusedError):
        make(store, noon, **wrong)
    assert tokens.list_tokens(store) == ()


def test_tokens_are_listed_the_oldest_first(store, noon):
    made = [make(store, noon + timedelta(days=day), name=str(day))[0] for day in (2, 1, 3)]
    assert [token.name for token in tokens.list_tokens(store)] == ["1", "2", "3"]
    assert len({token.id for token in made}) == 3


def test_secrets_are_taken_out_of_a_text(store, noon):
    token, text = make(store, noon, signed=True)
    said = f"GET /x?t={text}&s={token.signing_secret} tp_1"
    assert tokens.without_secrets(said) == "GET /x?t=tp_…&s=whsec_… tp_1"
