"""Take notices from the outbox to their targets: again and again, until one arrives or a day is over.

Each target has a thread of its own, so that a dead one delays no other.
"""

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from typing import Final, Protocol

from totango_pipelines.errors import NotSentError
from totango_pipelines.operations.store import OperationsStore, as_text

SECONDS_FOR_A_TARGET: Final = 20.0
GIVE_UP_AFTER: Final = timedelta(hours=24)
_FIRST_PAUSE: Final = timedelta(minutes=1)
_LONGEST_PAUSE: Final = timedelta(hours=1)
_DOUBLINGS: Final = 6


class Tell(Protocol):
    """Hand one message to a target, by the target's name."""

    def __call__(self, target: str, title: str, body: str) -> None:
        """Return once it was taken.

        Raises:
            NotSentError: it was not.
        """


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """How many notices were sent, how many attempts failed, and why."""

    sent: int
    failed: int
    reasons: tuple[str, ...] = ()


def deliver(
    store: OperationsStore, tell: Tell, now: datetime, *, seconds: float = SECONDS_FOR_A_TARGET
) -> DeliveryReport:
    """Try every notice that is due: in order for one integration and target, `seconds` per target.

    A notice that was not taken is due again after a pause that doubles from a minute to an hour.
    After 24 hours it stays in the table as given up. What a target takes after its time is noted
    all the same, as long as the process lives.
    """
    deadline = time.monotonic() + seconds
    couriers = [_Courier(store, target, tell, now, deadline) for target in due_targets(store, now)]
    threads = [Thread(target=courier.run, daemon=True) for courier in couriers]
    for thread in threads:
        thread.start()
    for thread, courier in zip(threads, couriers, strict=True):
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            courier.note_silence(seconds)
    return _report(couriers)


def forget_told(store: OperationsStore, before: datetime) -> int:
    """Remove notices that were sent, or given up, before this time; how many."""
    with store.transaction() as connection:
        gone = connection.execute(
            "DELETE FROM outbox WHERE state <> 'pending' AND created_at < ?", (as_text(before),)
        )
        return gone.rowcount


def due_targets(store: OperationsStore, now: datetime) -> tuple[str, ...]:
    """The targets for which a notice is due."""
    with store.reading() as connection:
        rows = connection.execute(
            "SELECT DISTINCT target FROM outbox WHERE state = 'pending' AND due_at <= ?",
            (as_text(now),),
        ).fetchall()
    return tuple(row["target"] for row in rows)


def _report(couriers: Iterable["_Courier"]) -> DeliveryReport:
    sent, reasons = 0, []
    for courier in couriers:
        if courier.fault is not None:
            raise courier.fault
        sent += courier.sent
        reasons += list(courier.reasons)
    return DeliveryReport(sent, len(reasons), tuple(reasons))


class _Courier:
    """Brings one target its notices, one after the other."""

    def __init__(
        self, store: OperationsStore, target: str, tell: Tell, now: datetime, deadline: float
    ) -> None:
        self.sent = 0
        self.reasons: list[str] = []
        self.fault: Exception | None = None
        self._store = store
        self._target = target
        self._tell = tell
        self._now = now
        self._deadline = deadline
        self._under_way: int | None = None

    def run(self) -> None:
        """Work until nothing is due or the time is over; what goes wrong is kept for the caller."""
        try:
            while time.monotonic() < self._deadline and (row := self._claim()) is not None:
                self._bring(row)
        except Exception as error:  # noqa: BLE001 - raised again in the thread that asked
            self.fault = error

    def note_silence(self, seconds: float) -> None:
        """The target has not answered in time; nobody waits for it any longer."""
        notice = self._under_way
        if notice is not None:
            self._note_failure(notice, f"it did not answer within {seconds:g} s.")

    def _bring(self, row: sqlite3.Row) -> None:
        self._under_way = row["id"]
        try:
            self._tell(self._target, row["title"], row["body"])
        except NotSentError as error:
            self._note_failure(row["id"], str(error))
        else:
            with self._store.transaction() as connection:
                connection.execute("UPDATE outbox SET state = 'sent' WHERE id = ?", (row["id"],))
            self.sent += 1
        self._under_way = None

    def _claim(self) -> sqlite3.Row | None:
        """The next notice that is due, put off first: who is killed now tries it again later.

        A notice waits for the earlier ones of its integration: `recovered` never overtakes
        `failed`.
        """
        with self._store.transaction() as connection:
            row: sqlite3.Row | None = connection.execute(
                "SELECT id, title, body, attempts FROM outbox AS mine "
                "WHERE target = ? AND state = 'pending' AND due_at <= ? AND NOT EXISTS ("
                " SELECT 1 FROM outbox AS earlier WHERE earlier.target = mine.target"
                " AND earlier.integration = mine.integration"
                " AND earlier.state = 'pending' AND earlier.id < mine.id) "
                "ORDER BY id LIMIT 1",
                (self._target, as_text(self._now)),
            ).fetchone()
            if row is not None:
                due = as_text(self._now + _pause(row["attempts"]))
                connection.execute(
                    "UPDATE outbox SET attempts = attempts + 1, due_at = ? WHERE id = ?",
                    (due, row["id"]),
                )
        return row

    def _note_failure(self, notice: int, reason: str) -> None:
        too_old = as_text(self._now - GIVE_UP_AFTER)
        with self._store.transaction() as connection:
            connection.execute(
                "UPDATE outbox SET last_error = ?,"
                " state = CASE WHEN created_at <= ? THEN 'given_up' ELSE 'pending' END "
                "WHERE id = ? AND state = 'pending'",
                (reason, too_old, notice),
            )
        self.reasons.append(f"target {self._target}: {reason}")


def _pause(attempts: int) -> timedelta:
    """How long to wait after one more attempt."""
    return min(_FIRST_PAUSE * (1 << min(attempts, _DOUBLINGS)), _LONGEST_PAUSE)
