"""Stripe's rules for an Idempotency-Key, and ids of signed requests."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from totango_pipelines.operations.requests import (
    Answer,
    Claim,
    KeyTrouble,
    claim,
    forget_old,
    keep,
    release,
    use_signed_id,
)

ANSWER = Answer(202, '{"run_id": "1"}', {"location": "/api/v1/runs/1"})


def a_claim(identifier="1", key="k", token_id="t", work=None):
    return Claim(token_id, key, identifier, work or f"work of {identifier}")


@pytest.fixture
def ask(store, noon):
    def asked(wanted=None, fingerprint="f", seconds=0.0):
        at = noon + timedelta(seconds=seconds)
        return claim(store, wanted or a_claim(), fingerprint=fingerprint, now=at)

    return asked


def test_the_first_request_works_and_the_next_hear_its_answer(store, ask):
    assert ask() == a_claim()
    assert ask(a_claim("2")) is KeyTrouble.IN_USE
    keep(store, a_claim(), ANSWER)
    assert ask(a_claim("2")) == ANSWER
    assert ask(a_claim("2"), "other") is KeyTrouble.REUSED


def test_another_request_with_the_key_is_refused_also_while_the_first_is_under_way(ask):
    ask()
    assert ask(a_claim("2"), "other") is KeyTrouble.REUSED


def test_a_key_is_its_tokens(ask):
    for wanted in (a_claim(), a_claim(token_id="u"), a_claim(key="l")):
        assert ask(wanted) == wanted


def test_a_claim_given_back_is_free(store, ask):
    ask()
    release(store, a_claim())
    assert ask(a_claim("2"), "other") == a_claim("2")


def test_a_claim_without_an_answer_is_taken_over_after_a_minute(store, ask):
    ask()
    assert ask(a_claim("2"), seconds=59.9) is KeyTrouble.IN_USE
    # What the first one may have done is found by its name.
    assert ask(a_claim("2"), seconds=60) == a_claim("2", work="work of 1")
    # The one that was taken for dead comes late: its answer is not the key's.
    keep(store, a_claim("1"), Answer(202, "late", {}))
    release(store, a_claim("1"))
    assert ask(a_claim("3"), seconds=61) is KeyTrouble.IN_USE
    keep(store, a_claim("2"), ANSWER)
    assert ask(a_claim("3"), seconds=1000) == ANSWER


def test_an_answer_is_kept_for_a_day(store, ask, noon):
    ask()
    keep(store, a_claim(), ANSWER)
    day = timedelta(hours=24).total_seconds()
    assert ask(a_claim("2"), seconds=day - 1) == ANSWER
    assert ask(a_claim("2"), "other", seconds=day) == a_claim("2")
    assert forget_old(store, noon + timedelta(hours=47)) == 0
    assert forget_old(store, noon + timedelta(hours=48)) == 1


def test_of_many_at_once_one_gets_the_claim(store, noon):
    def asked(number):
        return claim(store, a_claim(str(number)), fingerprint="f", now=noon)

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(asked, range(64)))
    assert sum(isinstance(each, Claim) for each in found) == 1
    assert found.count(KeyTrouble.IN_USE) == 63


def test_a_signed_id_is_used_once_or_bound_to_the_same(store, noon):
    until = noon + timedelta(minutes=5)

    def use(identifier="i", bound_to=None, token_id="t", now=noon):
        return use_signed_id(
            store, token_id=token_id, signed_id=identifier, bound_to=bound_to, now=now, until=until
        )

    assert [use(), use(), use(bound_to="k"), use(token_id="u")] == [True, False, False, True]
    assert [use("j", "k"), use("j", "k"), use("j", "l"), use("j")] == [True, True, False, False]
    assert use(now=until) is False
    assert use(now=until + timedelta(seconds=1)) is True
