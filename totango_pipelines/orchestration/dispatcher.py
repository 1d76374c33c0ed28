"""The one sensor that starts integrations: when their upstream has finished, and when saved.

    latest upstream events ─┐
    saved versions ─────────┼─ what is new against the cursor ─ settled? ─ run, or join one
    cursor (a cache) ───────┘

What a run was started for stands in its tags, so a lost cursor is made again from the run log, and
nothing is started twice or forgotten. Dagster commits the cursor with the runs of a tick.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import dagster as dg

from totango_pipelines.integrations.declared import duration_seconds
from totango_pipelines.integrations.integration import Integration
from totango_pipelines.integrations.project import DeclaredIntegration, Project
from totango_pipelines.integrations.schedule import OneTime
from totango_pipelines.orchestration.asset_keys import (
    INTEGRATION_TAG,
    UPSTREAM_TAG,
    VERSION_TAG,
    upstream_key,
)
from totango_pipelines.orchestration.partitions import pending_tags
from totango_pipelines.orchestration.project_watch import ProjectWatch
from totango_pipelines.orchestration.run_requests import (
    Request,
    join,
    run_config,
    run_tags,
    waiting_run,
)

SENSOR: Final = "dispatcher"
_EVERY: Final = 15
_AT_MOST: Final = 50
"""Runs that one tick starts; the others follow with the next one."""
_PAGE: Final = 500
"""Runs of the log that are read at once."""
_VERSION_LENGTH: Final = 16
_LONGEST_SETTLE: Final = 10


@dataclass(frozen=True, slots=True)
class Event:
    """The newest materialization of an upstream asset: its storage id, and when (seconds)."""

    storage_id: int
    at: float


@dataclass(slots=True)
class Cursor:
    """How far each integration has been served.

    `upstream`: the newest event that a run was started for, or that was there before the
    integration. `versions`: the saved version that was run. `since`: when the events that settle
    now were first seen.
    """

    upstream: dict[str, int] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    since: dict[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """The cursor of the last tick; a fresh one if there is none, or it cannot be read."""
        try:
            found = json.loads(text or "{}")
            return cls(**{name: dict(found[name]) for name in ("upstream", "versions", "since")})
        except (ValueError, KeyError, TypeError):
            return cls()

    def text(self) -> str:
        """As Dagster keeps it."""
        parts = {"upstream": self.upstream, "versions": self.versions, "since": self.since}
        return json.dumps(parts, sort_keys=True, separators=(",", ":"))


def build_dispatcher(
    watch: ProjectWatch,
    jobs: Mapping[str, dg.JobDefinition],
    clock: Callable[[], float] = time.time,
) -> dg.SensorDefinition:
    """The sensor; `jobs` by integration, `clock` tells seconds since 1970."""

    @dg.sensor(
        name=SENSOR,
        jobs=list(jobs.values()),
        minimum_interval_seconds=_EVERY,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts integrations whose upstream assets were materialized, and those that "
        "were saved with `sync_on_save` or are one-time.",
    )
    def dispatcher(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        cursor = Cursor.read(context.cursor)
        return Tick(context.instance, watch.current(), cursor, clock(), frozenset(jobs)).result()

    return dispatcher


@dataclass(slots=True)
class Tick:
    """One look at everything that could start a run."""

    instance: dg.DagsterInstance
    project: Project
    cursor: Cursor
    now: float
    jobs: frozenset[str]
    requests: list[dg.RunRequest] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)

    def result(self) -> dg.SensorResult:
        """The runs to start, and the cursor after them."""
        known = {name: d for name, d in self.project.integrations.items() if name in self.jobs}
        events = self._events(known.values())
        self._remember_first_sight(known, events)
        for name, declared in known.items():
            if len(self.requests) >= _AT_MOST:
                break
            self._consider(name, declared, events)
        if self.requests:
            return dg.SensorResult(run_requests=self.requests, cursor=self.cursor.text())
        waits = ", ".join(sorted(self.cursor.since))
        nothing = f"waits for upstream to settle: {waits}" if waits else "nothing new"
        return dg.SensorResult(
            skip_reason="; ".join(self.joined) or nothing, cursor=self.cursor.text()
        )

    def _events(self, declared: Iterable[DeclaredIntegration]) -> dict[dg.AssetKey, Event]:
        """The newest materialization of each upstream asset that has one."""
        keys = {upstream_key(text) for each in declared for text in each.integration.upstream}
        found = {}
        for record in self.instance.get_asset_records(list(keys)) if keys else ():
            newest = record.asset_entry.last_materialization_record
            if newest is not None:
                found[record.asset_entry.asset_key] = Event(newest.storage_id, newest.timestamp)
        return found

    def _remember_first_sight(
        self, known: Mapping[str, DeclaredIntegration], events: Mapping[dg.AssetKey, Event]
    ) -> None:
        """What was there before an integration starts nothing; kept beside the cursor, too."""
        strange = [
            name
            for name, each in known.items()
            if each.integration.upstream and name not in self.cursor.upstream
        ]
        if not strange:
            return
        store = self.instance.daemon_cursor_storage
        kept = dict(store.get_cursor_values({_first_sight(name) for name in strange}))
        fresh = {}
        served = self._served(strange)
        for name in strange:
            key = _first_sight(name)
            if key not in kept:
                own = _own(known[name].integration, events).values()
                kept[key] = fresh[key] = str(max((e.storage_id for e in own), default=0))
            self.cursor.upstream[name] = max(int(kept[key]), served[name])
        if fresh:
            store.set_cursor_values(fresh)

    def _served(self, names: Sequence[str]) -> dict[str, int]:
        """The newest event that a run of the log was started for, by integration; 0 without one."""
        newest = dict.fromkeys(names, 0)
        wanted = dg.RunsFilter(tags={INTEGRATION_TAG: names})
        page = self.instance.get_runs(wanted, limit=_PAGE)
        while page:
            for run in page:
                name, event = run.tags[INTEGRATION_TAG], int(run.tags.get(UPSTREAM_TAG, 0))
                newest[name] = max(newest[name], event)
            page = self.instance.get_runs(wanted, cursor=page[-1].run_id, limit=_PAGE)
        return newest

    def _consider(
        self, name: str, declared: DeclaredIntegration, events: Mapping[dg.AssetKey, Event]
    ) -> None:
        schedule = declared.integration.schedule
        if schedule is not None and not schedule.enabled:
            self.cursor.since.pop(name, None)
            return
        tags, trigger = {}, "upstream"
        event = self._settled(name, declared.integration, events)
        if event is not None:
            tags[UPSTREAM_TAG] = str(event)
        version = self._saved(name, declared)
        if version is not None:
            tags[VERSION_TAG], trigger = version, "save"
        if tags:
            self._start(declared.integration, trigger, tags)
        if event is not None:
            self.cursor.upstream[name] = event
            self.cursor.since.pop(name, None)
        if version is not None:
            self.cursor.versions[name] = version

    def _settled(
        self, name: str, integration: Integration, events: Mapping[dg.AssetKey, Event]
    ) -> int | None:
        """The newest event, if there are new ones and no more are to be waited for."""
        if not integration.upstream:
            return None
        own = _own(integration, events)
        new = [each for each in own.values() if each.storage_id > self.cursor.upstream[name]]
        wanted = len(set(integration.upstream)) if integration.upstream_when == "all" else 1
        if len(new) < wanted:
            return None
        settle = duration_seconds(integration.upstream_settle)
        since = self.cursor.since.setdefault(name, self.now)
        newest = max(each.at for each in new)
        if not has_settled(self.now, newest=newest, since=since, settle=settle):
            return None
        return max(each.storage_id for each in own.values())

    def _saved(self, name: str, declared: DeclaredIntegration) -> str | None:
        """The version of the file, if it is to be run now and was not yet."""
        schedule = declared.integration.schedule
        if schedule is None or not (schedule.sync_on_save or isinstance(schedule, OneTime)):
            return None
        version = declared.version[:_VERSION_LENGTH]
        if self.cursor.versions.get(name) == version:
            return None
        ran = dg.RunsFilter(tags={INTEGRATION_TAG: name, VERSION_TAG: version})
        if self.instance.get_runs_count(ran):
            self.cursor.versions[name] = version
            return None
        return version

    def _start(self, integration: Integration, trigger: str, tags: dict[str, str]) -> None:
        now = datetime.fromtimestamp(self.now, UTC)
        windows = pending_tags(self.instance, integration, now)
        request = Request(trigger=trigger, tags=windows | tags)
        waiting = waiting_run(self.instance, integration.id, request)
        if waiting is not None:
            self.joined.append(join(self.instance, waiting, request))
            return
        self.requests.append(
            dg.RunRequest(
                # A tick that died before its cursor was kept starts nothing twice.
                run_key=":".join((integration.id, *(f"{tags[key]}" for key in sorted(tags)))),
                job_name=integration.id,
                tags=run_tags(integration, request),
                run_config=run_config(integration.id, request),
            )
        )


def has_settled(now: float, *, newest: float, since: float, settle: float) -> bool:
    """Whether no more events are waited for: the newest is old enough, or the first one too old.

    An upstream that never rests is waited for ten settle times, not for ever. All in seconds.
    """
    return now - newest >= settle or now - since >= _LONGEST_SETTLE * settle


def _own(integration: Integration, events: Mapping[dg.AssetKey, Event]) -> dict[str, Event]:
    """The events of an integration's own upstream assets."""
    found = {text: events.get(upstream_key(text)) for text in integration.upstream}
    return {text: event for text, event in found.items() if event is not None}


def _first_sight(name: str) -> str:
    return f"totango/dispatcher/{name}"
