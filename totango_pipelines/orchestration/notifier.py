"""The sensor that judges the runs of integrations with `notify`, and sends what is to be told.

    runs that changed ─┐
    runs under way ────┼─ records ─ judge (operations) ─ outbox ─ send
    the next few names ┘            one notice per change of state

It starts no run and no run waits for it: a dead target costs nothing but its own notices.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import dagster as dg

from totango_pipelines.history import RunRecord
from totango_pipelines.integrations.project import Project
from totango_pipelines.operations.notices import judge
from totango_pipelines.operations.outbox import due_targets
from totango_pipelines.operations.store import OperationsStore, operations_path
from totango_pipelines.orchestration.heavy_floor import operations
from totango_pipelines.orchestration.next_runs import next_run
from totango_pipelines.orchestration.project_watch import ProjectWatch
from totango_pipelines.orchestration.resources import TotangoResource
from totango_pipelines.orchestration.run_history import changed_integrations, light_records

SENSOR: Final = "notifier"
_EVERY: Final = 30
_NEXT_FEW: Final = 25
"""Names that a tick looks at besides those that changed: who is late tells nobody."""
_OVERLAP: Final = timedelta(minutes=2)
_RECORDS: Final = 60


@dataclass(slots=True)
class Cursor:
    """Since when changes are asked for, whose turn is next, and when each name was first seen."""

    since: float = 0.0
    turn: int = 0
    seen: dict[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """The cursor of the last tick; a fresh one if there is none."""
        try:
            return cls(**json.loads(text or "{}"))
        except (ValueError, TypeError):
            return cls()

    def text(self) -> str:
        """As Dagster keeps it."""
        return json.dumps({"since": self.since, "turn": self.turn, "seen": self.seen})


def build_notifier(
    watch: ProjectWatch,
    resource: TotangoResource,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dg.SensorDefinition:
    """The sensor; `clock` tells the time in UTC."""

    @dg.sensor(
        name=SENSOR,
        minimum_interval_seconds=_EVERY,
        default_status=dg.DefaultSensorStatus.RUNNING,
        target=None,
        description="Tells the targets of notifications.yaml what began to fail, recovered, is "
        "late, slow or unusual: once, when it changes.",
    )
    def notifier(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        project, now = watch.current(), clock()
        cursor, environment = Cursor.read(context.cursor), resource.environment()
        names = _in_turn(project, context.instance, cursor, now)
        store = OperationsStore(operations_path(environment.home))
        told = 0
        if names:
            histories = {name: light_records(context.instance, name, _RECORDS) for name in names}
            told = judge(store, project, histories, _expected(project, histories, cursor), now)
        said = f"judged {len(names)}, {told} to tell"
        if names and due_targets(store, now):
            report = operations("sending").deliver_due(store, project, environment.variables, now)
            said += f", sent {report.sent}, failed {report.failed}"
            for reason in report.reasons:
                context.log.warning("%s", reason)
        return dg.SensorResult(skip_reason=said, cursor=cursor.text())

    return notifier


def _in_turn(
    project: Project, instance: dg.DagsterInstance, cursor: Cursor, now: datetime
) -> list[str]:
    """The integrations to judge now: those that changed, and the next few of all."""
    names = [n for n, each in project.integrations.items() if each.integration.notify]
    if not (names and project.notifications.targets):
        return []
    since = datetime.fromtimestamp(cursor.since, UTC) - _OVERLAP if cursor.since else None
    changed = changed_integrations(instance, since) if since else set()
    start = cursor.turn % len(names)
    few = [*names[start:], *names[:start]][:_NEXT_FEW]
    cursor.turn = (start + len(few)) % len(names)
    cursor.since = now.timestamp()
    for name in names:
        schedule = project.integrations[name].integration.schedule
        # Whoever is enabled again is not late for all the time before.
        if name not in cursor.seen or (schedule is not None and not schedule.enabled):
            cursor.seen[name] = now.timestamp()
    return [name for name in names if name in changed or name in few]


def _expected(
    project: Project, histories: Mapping[str, Sequence[RunRecord]], cursor: Cursor
) -> dict[str, datetime | None]:
    """When each of them should have begun its next run."""
    found = {}
    for name, records in histories.items():
        starts = [run.started_at for run in records if run.started_at is not None]
        seen = datetime.fromtimestamp(cursor.seen[name], UTC)
        after = max([*starts, seen])
        found[name] = next_run(project.integrations[name].integration.schedule, after)
    return found
