"""Requests that come again."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from totango_pipelines.errors import SourceUnavailableError
from totango_pipelines.operations import audit
from totango_pipelines.operations.requests import Claim, claim
from totango_pipelines.operations.roles import Role


def ask(served, text, key, **others):
    return served.ask(text, headers={"Idempotency-Key": key}, **others)


def test_the_same_request_hears_the_same_answer_for_a_day(served):
    _, text = served.token()
    first = ask(served, text, "k")
    again = ask(served, text, "k", json={"mode": "incremental"})
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.content == first.content
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert len(served.desk.asks) == 1
    assert [row.outcome for row in audit.entries(served.store)] == ["replayed", "queued"]
    served.clock.ahead = timedelta(hours=24, seconds=1)
    assert ask(served, text, "k").json()["run_id"] == "run-00002"


def test_a_key_stands_for_one_request(served):
    _, text = served.token()
    assert ask(served, text, "k").status_code == 202
    for other in (
        ask(served, text, "k", json={"mode": "full"}),
        ask(served, text, "k", integration="secret"),
    ):
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(served.desk.asks) == 1


def test_a_key_belongs_to_its_token(served):
    [first, second] = [ask(served, served.token()[1], "k") for _ in range(2)]
    assert first.json()["run_id"] != second.json()["run_id"]


def test_a_request_under_way_is_not_done_twice(served):
    served.desk.takes_seconds = 1.0
    _, text = served.token()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: ask(served, text, "k"), range(2)))
    assert sorted(each.status_code for each in answers) == [202, 409]
    [refused] = [each for each in answers if each.status_code == 409]
    assert refused.json()["code"] == "idempotency_key_in_use"
    assert refused.headers["Retry-After"] == "1"
    assert len(served.desk.asks) == 1


def test_a_request_of_a_process_that_died_is_taken_over(served):
    token, text = served.token()
    print_of = ask(served, text, "other")
    assert print_of.status_code == 202
    with served.store.reading() as connection:
        [fingerprint] = connection.execute("SELECT fingerprint FROM requests").fetchone()
    lost = Claim(token.id, "k", "lost", "work of the lost one")
    assert claim(served.store, lost, fingerprint=fingerprint, now=served.clock()) == lost
    assert ask(served, text, "k").status_code == 409
    # It had asked for its run, and died before it could keep the answer.
    how = {"mode": "incremental", "trigger": "api", "requested_by": "etl"}
    done = served.desk.ask("accounts", **how, request_id=lost.work)
    served.clock.ahead = timedelta(seconds=61)
    answer = ask(served, text, "k")
    assert (answer.status_code, answer.json()["run_id"]) == (202, done.run_id)
    assert len(served.desk.asks) == 2


def test_an_answer_of_the_work_is_kept_but_no_fault_and_no_refusal_before_it(served):
    _, text = served.token()
    wrong_partition = {"partition": "1999"}
    refused = ask(served, text, "work", json=wrong_partition)
    assert (refused.status_code, refused.json()["code"]) == (422, "refused")
    again = ask(served, text, "work", json=wrong_partition)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Content-Type"] == "application/problem+json"
    assert again.content == refused.content

    served.desk.fails_with = SourceUnavailableError("gone")
    assert ask(served, text, "fault").status_code == 503
    served.desk.fails_with = ValueError("wrong")
    assert ask(served, text, "fault").status_code == 500
    served.desk.fails_with = None
    assert ask(served, text, "fault").status_code == 202

    assert ask(served, text, "before", json={"mode": "quick"}).status_code == 422
    assert ask(served, text, "before", json={"mode": "rebuild_mapping"}).status_code == 403
    assert ask(served, text, "before", integration="nothing").status_code == 404
    assert ask(served, text, "before").status_code == 202


@pytest.mark.parametrize(
    ("key", "status"),
    [("x" * 255, 202), ("a b", 202), ("x" * 256, 400), ("", 400), ("a\tb", 400), ("é", 400)],
)
def test_a_key_is_printable_and_not_too_long(served, key, status):
    _, text = served.token()
    answer = served.ask(text, headers={"Idempotency-Key": key.encode("latin-1")})
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["code"] == "bad_idempotency_key"


def test_a_thousand_calls_over_fifty_keys_ask_once_for_each(serve):
    with serve(rate=100_000) as served:
        served.desk.takes_seconds = 0.01
        _, text = served.token(Role.OPERATOR)
        keys = [f"key-{number % 50}" for number in range(1000)]
        heard = defaultdict(set)
        with ThreadPoolExecutor(16) as pool:
            answers = pool.map(lambda key: ask(served, text, key), keys)
            for key, answer in zip(keys, answers, strict=True):
                assert answer.status_code in {202, 409}, answer.text
                if answer.status_code == 202:
                    heard[key].add(answer.json()["run_id"])
        assert len(served.desk.asks) == 50
        for key in set(keys):
            heard[key].add(ask(served, text, key).json()["run_id"])
        assert [len(runs) for runs in heard.values()] == [1] * 50
        assert len(set.union(*heard.values())) == 50
        assert len(served.desk.asks) == 50
        assert audit.verify(served.store) is None
        assert len(audit.entries(served.store, limit=2000)) == 1050
