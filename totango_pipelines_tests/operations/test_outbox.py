"""Notices on their way: in order, put off, given up, and never held up by somebody else's target."""

import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Barrier, Event, Lock, Thread

import pytest

from totango_pipelines.errors import NotSentError
from totango_pipelines.operations.outbox import DeliveryReport, deliver
from totango_pipelines.operations.store import OperationsStore, as_text

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(tmp_path):
    return OperationsStore(tmp_path / "operations.db")


def put(store, target="oncall", title="accounts failed", integration="accounts", at=NOW):
    with store.transaction() as connection:
        connection.execute(
            "INSERT INTO outbox (target, integration, event, title, body, created_at, due_at) "
            "VALUES (?, ?, 'failed', ?, 'body', ?, ?)",
            (target, integration, title, as_text(at), as_text(at)),
        )


def rows(store, *columns):
    with store.reading() as connection:
        found = connection.execute(f"SELECT {', '.join(columns)} FROM outbox ORDER BY id")
        return [tuple(row) for row in found]


class Targets:
    """Targets that take messages, or refuse or die while their name is among the dead."""

    def __init__(self):
        self.taken = []
        self.refusing = set()
        self.asked = Counter()

    def __call__(self, target, title, body):
        self.asked[target] += 1
        if target in self.refusing:
            msg = "nobody is there."
            raise NotSentError(msg)
        self.taken.append((target, title, body))


@pytest.fixture
def targets():
    return Targets()


def test_a_notice_is_sent_once(store, targets):
    put(store)
    assert deliver(store, targets, NOW) == DeliveryReport(1, 0)
    assert deliver(store, targets, NOW + 100 * MINUTE) == DeliveryReport(0, 0)
    assert targets.taken == [("oncall", "accounts failed", "body")]
    assert rows(store, "state", "attempts") == [("sent", 1)]


def test_a_notice_that_is_not_taken_is_tried_again_after_longer_and_longer_pauses(store, targets):
    put(store)
    targets.refusing.add("oncall")
    tries, minute = [], 0
    while rows(store, "state") == [("pending",)]:
        before = targets.asked["oncall"]
        report = deliver(store, targets, NOW + minute * MINUTE)
        if targets.asked["oncall"] > before:
            tries.append(minute)
            assert report == DeliveryReport(0, 1, ("target oncall: nobody is there.",))
        minute += 1
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses[:7] == [1, 2, 4, 8, 16, 32, 60]
    assert set(pauses[7:]) == {60}
    assert 24 * 60 <= tries[-1] < 25 * 60
    assert rows(store, "state", "last_error") == [("given_up", "nobody is there.")]
    targets.refusing.clear()
    assert deliver(store, targets, NOW + timedelta(days=9)) == DeliveryReport(0, 0)


def test_a_notice_that_nobody_tried_for_days_is_still_tried(store, targets):
    put(store)
    assert deliver(store, targets, NOW + timedelta(days=3)).sent == 1


def test_a_target_that_comes_back_gets_what_it_missed_in_order(store, targets):
    targets.refusing.add("oncall")
    put(store, title="first")
    deliver(store, targets, NOW)
    put(store, title="second", at=NOW + MINUTE)
    put(store, title="other", integration="users", at=NOW + MINUTE)
    targets.refusing.clear()
    # The first one is not due again yet: the second waits for it, another integration does not.
    deliver(store, targets, NOW + MINUTE / 2)
    deliver(store, targets, NOW + MINUTE - timedelta(seconds=1))
    assert targets.taken == []
    deliver(store, targets, NOW + MINUTE)
    assert [title for _, title, _ in targets.taken] == ["first", "second", "other"]


def test_a_later_notice_waits_for_an_earlier_one_of_its_integration_only(store, targets):
    targets.refusing.add("oncall")
    put(store, title="first")
    deliver(store, targets, NOW)
    targets.refusing.clear()
    put(store, title="second")
    put(store, title="other", integration="users")
    deliver(store, targets, NOW)
    assert [title for _, title, _ in targets.taken] == ["other"]


def test_a_dead_target_delays_no_other(store):
    put(store, "dead")
    put(store, "alive")
    wake, taken = Event(), []

    def tell(target, title, body):
        if target == "dead":
            wake.wait(30)
        taken.append(target)

    began = time.monotonic()
    report = deliver(store, tell, NOW, seconds=0.5)
    assert time.monotonic() - began < 5
    assert report == DeliveryReport(1, 1, ("target dead: it did not answer within 0.5 s.",))
    assert taken == ["alive"]
    assert rows(store, "state", "last_error") == [
        ("pending", "it did not answer within 0.5 s."),
        ("sent", None),
    ]
    # It answers after all: that is noted, and nobody is told twice.
    wake.set()
    for _ in range(200):
        if rows(store, "state") == [("sent",), ("sent",)]:
            break
        time.sleep(0.02)
    assert deliver(store, tell, NOW + 60 * MINUTE) == DeliveryReport(0, 0)


def test_a_slow_target_gets_no_more_than_its_time(store):
    for number in range(5):
        put(store, title=str(number), integration=f"i{number}")

    def tell(target, title, body):
        time.sleep(0.4)

    report = deliver(store, tell, NOW, seconds=0.6)
    assert report.sent in (1, 2)
    assert rows(store, "state").count(("pending",)) >= 3


def test_who_dies_while_sending_tries_again_a_minute_later(store, targets):
    put(store)
    code = (
        "import os, signal; from pathlib import Path\n"
        "from totango_pipelines.operations.outbox import deliver\n"
        "from totango_pipelines.operations.store import OperationsStore, as_time\n"
        "kill = lambda *message: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"deliver(OperationsStore(Path({str(store.path)!r})), kill, as_time({as_text(NOW)!r}))"
    )
    killed = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert rows(store, "state", "attempts") == [("pending", 1)]
    assert deliver(store, targets, NOW + MINUTE / 2) == DeliveryReport(0, 0)
    assert deliver(store, targets, NOW + MINUTE) == DeliveryReport(1, 0)


def test_a_fault_of_ours_is_not_swallowed_and_the_notice_stays(store, targets):
    put(store)

    def broken(target, title, body):
        msg = "a mistake"
        raise ZeroDivisionError(msg)

    with pytest.raises(ZeroDivisionError, match="a mistake"):
        deliver(store, broken, NOW)
    assert deliver(store, targets, NOW + MINUTE).sent == 1


def test_several_deliverers_at_once_send_each_notice_once(store):
    for number in range(40):
        put(store, f"t{number % 4}", title=str(number), integration=f"i{number}")
    taken, lock, start = Counter(), Lock(), Barrier(3)

    def tell(target, title, body):
        time.sleep(0.005)
        with lock:
            taken[title] += 1

    def work():
        start.wait()
        deliver(OperationsStore(store.path), tell, NOW, seconds=60)

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == {str(number): 1 for number in range(40)}
    assert set(rows(store, "state")) == {("sent",)}
