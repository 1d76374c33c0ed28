"""Tell what began and what is over, once each: the state of every alert, and what is to be sent.

A change of state and its notices are one transaction: a kill repeats nothing and loses nothing.
Sending comes after it. A kill between an answer and its note sends that one notice again.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from totango_pipelines.history import RunRecord, RunStatus
from totango_pipelines.integrations.notifications_file import Event, Notifications
from totango_pipelines.integrations.project import DeclaredIntegration, Project
from totango_pipelines.operations.alert_rules import Condition, conditions
from totango_pipelines.operations.store import OperationsStore, as_text, as_time

_WORDS: Final[Mapping[Event, str]] = {
    Event.FAILED: "failed",
    Event.RECOVERED: "recovered",
    Event.REJECTS: "rejected many rows",
    Event.ROW_COUNT: "read an unusual number of rows",
    Event.SLOW: "is slow",
    Event.LATE: "is late",
}
_BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)
_LASTING: Final = tuple(event for event in Event if event is not Event.RECOVERED)


def judge(
    store: OperationsStore,
    project: Project,
    histories: Mapping[str, Sequence[RunRecord]],
    expected: Mapping[str, datetime | None],
    now: datetime,
) -> int:
    """Judge the runs of each integration; the number of notices written, one per target.

    Also what began and ended since the last call is told. The first call for an integration only
    looks at what holds now. `histories` and `expected` are those of `alert_rules.conditions`, by
    integration. Where notifications.yaml or an integration cannot be read, all is told later.
    """
    if not project.notifications.readable:
        return 0
    return sum(
        _judge_one(
            store,
            project,
            project.integrations[name],
            records,
            expected=expected.get(name),
            now=now,
        )
        for name, records in histories.items()
        if name in project.integrations
    )


def _judge_one(
    store: OperationsStore,
    project: Project,
    declared: DeclaredIntegration,
    records: Sequence[RunRecord],
    *,
    expected: datetime | None,
    now: datetime,
) -> int:
    name = declared.integration.id
    rules = project.notifications.rules_for(name)
    with store.transaction() as connection:
        alerts = _Alerts(connection, declared, project.notifications, now)
        ended = sorted(record.ended_at for record in records if record.ended_at is not None)
        until = _judged_until(connection, name)
        latest = ended[-1] if ended else _BEFORE_ALL
        for moment in ended:
            if until is not None and moment > until:
                held = conditions(_as_of(records, moment), rules, None, moment)
                # Whether a run was late then, nobody can say now.
                alerts.change(held, moment, frozenset({Event.LATE}))
        alerts.change(conditions(records, rules, expected, now), now)
        if until is None or latest > until:
            _note_judged(connection, name, latest)
        return alerts.notices


def _as_of(records: Iterable[RunRecord], moment: datetime) -> Iterator[RunRecord]:
    """What the history was when `moment` had come."""
    for record in records:
        if record.started_at is not None and record.started_at > moment:
            continue
        if record.ended_at is not None and record.ended_at <= moment:
            yield record
        elif record.started_at is not None:
            yield replace(record, status=RunStatus.RUNNING, ended_at=None)


def _judged_until(connection: sqlite3.Connection, integration: str) -> datetime | None:
    found = connection.execute(
        "SELECT until FROM judged WHERE integration = ?", (integration,)
    ).fetchone()
    return None if found is None else as_time(found["until"])


def _note_judged(connection: sqlite3.Connection, integration: str, until: datetime) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO judged (integration, until) VALUES (?, ?)",
        (integration, as_text(until)),
    )


class _Alerts:
    """The alerts of one integration inside a transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        declared: DeclaredIntegration,
        notifications: Notifications,
        now: datetime,
    ) -> None:
        self.notices = 0
        self._now = as_text(now)
        self._connection = connection
        self._integration = declared.integration
        self._notifications = notifications
        rows = connection.execute(
            "SELECT event FROM alerts WHERE integration = ?", (self._integration.id,)
        )
        self._open = {Event(row["event"]) for row in rows}

    def change(
        self, held: Iterable[Condition], at: datetime, unknown: frozenset[Event] = frozenset()
    ) -> None:
        """Open what begins, close what is over; nothing is said of the `unknown`."""
        by_event = {condition.event: condition for condition in held}
        recovered = by_event.get(Event.RECOVERED)
        for event in _LASTING:
            condition = by_event.get(event)
            if event in unknown or (condition is not None) == (event in self._open):
                continue
            if condition is not None:
                self._begin(condition, at)
            elif event is not Event.FAILED:
                self._end(event)
            elif recovered is not None:
                self._end(event)
                self._tell(recovered, at)

    def _begin(self, condition: Condition, at: datetime) -> None:
        self._open.add(condition.event)
        self._connection.execute(
            "INSERT INTO alerts VALUES (?, ?, ?, ?)",
            (self._integration.id, condition.event.value, condition.run_id, as_text(at)),
        )
        self._tell(condition, at)

    def _end(self, event: Event) -> None:
        self._open.discard(event)
        self._connection.execute(
            "DELETE FROM alerts WHERE integration = ? AND event = ?",
            (self._integration.id, event.value),
        )

    def _tell(self, condition: Condition, at: datetime) -> None:
        for name in self._notifications.told(self._integration.notify, condition.event):
            self._connection.execute(
                "INSERT INTO outbox (target, integration, event, title, body, created_at, due_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(name, self._integration.id, condition.event.value),
                    f"{self._integration.id} {_WORDS[condition.event]}",
                    self._body(condition, at),
                    *(self._now, self._now),
                ),
            )
            self.notices += 1

    def _body(self, condition: Condition, at: datetime) -> str:
        lines = [self._integration.name, condition.summary, f"Seen at {at:%Y-%m-%d %H:%M %Z}."]
        if condition.run_id is not None:
            lines.append(f"Run {condition.run_id}.")
        lines.append(f"`totango-pipelines history {self._integration.id}` shows its runs.")
        return "\n".join(lines)
