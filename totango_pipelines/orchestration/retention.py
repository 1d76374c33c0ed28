"""The job `remove_old_runs`: files and records of runs go when they are old, or too many.

Never removed: whatever an open run, its ancestors or a replay works with; the newest run of an
integration; the newest one with rejects; the run of the saved version. What the hub remembers
(baseline, cursor, rows held open) lies in the hub and needs no run.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import dagster as dg

from totango_pipelines.integrations.declared import duration_seconds
from totango_pipelines.integrations.integration import Integration
from totango_pipelines.integrations.retention import Retention, size_bytes
from totango_pipelines.operations.outbox import forget_told
from totango_pipelines.operations.requests import forget_old
from totango_pipelines.operations.store import OperationsStore, operations_path
from totango_pipelines.orchestration.asset_keys import (
    INTEGRATION_TAG,
    OUTCOME_TAG,
    REPLAY_TAG,
    UPSTREAM_TAG,
    VERSION_TAG,
)
from totango_pipelines.orchestration.heavy_floor import step
from totango_pipelines.orchestration.project_watch import ProjectWatch
from totango_pipelines.orchestration.resources import TotangoResource
from totango_pipelines.orchestration.run_requests import OPEN

JOB: Final = "remove_old_runs"
_PAGE: Final = 500
_OWN_RUNS: Final = timedelta(days=30)
_OWN_JOBS: Final = ("run_integrations", JOB)
"""Of other jobs in the same Dagster nothing is touched: they are somebody else's."""
_Totango = dg.ResourceParam[TotangoResource]


class RetentionConfig(dg.Config):
    """`dry_run`: only say what would go."""

    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run in the log: when it ended (or began), whether anything still needs it."""

    run_id: str
    integration: str
    at: datetime
    is_open: bool
    has_rejects: bool
    version: str | None
    ancestors: tuple[str, ...]
    job: str = ""
    upstream: str | None = None
    succeeded: bool = True


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """The staged files of one run: when they were last written, and their bytes."""

    run_id: str
    at: datetime
    size: int


def build_retention(resource: TotangoResource) -> tuple[dg.JobDefinition, dg.ScheduleDefinition]:
    """The job and its schedule, every night."""

    @dg.op(
        name="remove",
        description="Removes files and records of runs that are older, or larger together, than "
        "each integration's `retention` allows.",
    )
    def remove(context: dg.OpExecutionContext, config: RetentionConfig, totango: _Totango) -> None:
        now = datetime.now(UTC)
        cleaning = Cleaning(context.instance, totango, now, dry_run=config.dry_run)
        removed = cleaning.clean()
        context.log_event(dg.AssetObservation(JOB, metadata=dict(removed)))

    @dg.job(
        name=JOB,
        resource_defs={"totango": resource},
        executor_def=dg.in_process_executor,
        description="Removes old files and records of runs; `dry_run: true` only tells.",
        tags={"dagster/max_runtime": "3600"},
    )
    def remove_old_runs() -> None:
        remove()

    schedule = dg.ScheduleDefinition(
        name=f"{JOB}__schedule",
        job=remove_old_runs,
        cron_schedule="30 3 * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every night at 03:30 UTC.",
    )
    return remove_old_runs, schedule


@dataclass(slots=True)
class Cleaning:
    """One round through all integrations."""

    instance: dg.DagsterInstance
    totango: TotangoResource
    now: datetime
    dry_run: bool = False

    def clean(self) -> dict[str, int]:
        """What was removed: files of runs, bytes, records of runs."""
        environment = self.totango.environment()
        project = ProjectWatch(environment.project).current()
        staging = step("wiring").open_staging(environment)
        by_integration: dict[str, list[PastRun]] = {}
        for run in self._past_runs():
            by_integration.setdefault(run.integration, []).append(run)
        counts = {"runs_without_files": 0, "bytes": 0, "records": 0, "integrations_left_out": 0}
        unreadable = {Path(file).stem for file in project.invalid_files}
        for name in sorted({*by_integration, *staging.integrations()} - {""}):
            # How long its runs are kept stands in a file that cannot be read now.
            if name in unreadable or not environment.project.is_dir():
                counts["integrations_left_out"] += 1
                continue
            declared = project.integrations.get(name)
            integration = declared.integration if declared else None
            self._clean_one(name, integration, by_integration.get(name, []), staging, counts)
        counts["records"] += self._own(by_integration.get("", []))
        if not self.dry_run:
            store = OperationsStore(operations_path(environment.home))
            forget_old(store, self.now)
            forget_told(store, self.now - _OWN_RUNS)
        return counts

    def _clean_one(
        self,
        name: str,
        integration: Integration | None,
        own: Sequence[PastRun],
        staging: Any,  # noqa: ANN401 - a Staging, whose module is too heavy to import here
        counts: dict[str, int],
    ) -> None:
        retention = integration.retention if integration else Retention()
        kept = needed(own)
        stored = [StoredFiles(*each) for each in staging.stored(name)]
        for files in superfluous(stored, retention, kept, self.now):
            counts["runs_without_files"] += 1
            counts["bytes"] += files.size
            if not self.dry_run:
                staging.remove(name, files.run_id)
        for run in outdated(own, retention, kept, self.now, integration):
            counts["records"] += 1
            if not self.dry_run:
                staging.remove(name, run.run_id)
                self.instance.delete_run(run.run_id)

    def _own(self, runs: Sequence[PastRun]) -> int:
        """The runs of the project's own jobs."""
        old = [
            run
            for run in runs
            if run.job in _OWN_JOBS and not run.is_open and self.now - run.at > _OWN_RUNS
        ]
        for run in old if not self.dry_run else ():
            self.instance.delete_run(run.run_id)
        return len(old)

    def _past_runs(self) -> Iterator[PastRun]:
        cursor: str | None = None
        while True:
            page = self.instance.get_run_records(limit=_PAGE, cursor=cursor)
            yield from (_past_run(each) for each in page)
            if len(page) < _PAGE:
                return
            cursor = page[-1].dagster_run.run_id


def needed(runs: Sequence[PastRun]) -> frozenset[str]:
    """The runs of an integration (newest first) that stay, however old."""
    kept = {run.run_id for run in runs if run.is_open}
    # An ancestor's files are what an open run works with.
    kept |= {ancestor for run in runs if run.is_open for ancestor in run.ancestors}
    kept |= {run.run_id for run in runs[:1]}
    kept |= {run.run_id for run in [each for each in runs if each.has_rejects][:1]}
    # They say that the saved version, and what upstream did, was run (dispatcher.py).
    kept |= {run.run_id for run in [each for each in runs if each.version][:1]}
    kept |= {run.run_id for run in [each for each in runs if each.upstream][:1]}
    return frozenset(kept)


def superfluous(
    stored: Iterable[StoredFiles], retention: Retention, kept: frozenset[str], now: datetime
) -> list[StoredFiles]:
    """The files that go: too old, or the oldest of too many bytes."""
    longest = timedelta(seconds=duration_seconds(retention.files))
    total, gone = 0, []
    for files in sorted(stored, key=lambda each: each.at, reverse=True):
        total += files.size
        too_much = total > size_bytes(retention.size) or now - files.at > longest
        if too_much and files.run_id not in kept:
            gone.append(files)
            total -= files.size
    return gone


def outdated(
    runs: Sequence[PastRun],
    retention: Retention,
    kept: frozenset[str],
    now: datetime,
    integration: Integration | None,
) -> list[PastRun]:
    """The records that go. Which windows of a partition are filled is told by those that succeeded."""
    longest = timedelta(seconds=duration_seconds(retention.runs))
    tells_windows = integration is not None and integration.partition is not None
    return [
        run
        for run in runs
        if run.run_id not in kept
        and now - run.at > longest
        and not (tells_windows and run.succeeded)
    ]


def _past_run(record: dg.RunRecord) -> PastRun:
    run, tags = record.dagster_run, record.dagster_run.tags
    ended = record.end_time or record.start_time
    at = (
        datetime.fromtimestamp(ended, UTC) if ended else record.create_timestamp.replace(tzinfo=UTC)
    )
    ancestors: Mapping[str, Any] = {
        each: None
        for each in (run.parent_run_id, run.root_run_id, tags.get(REPLAY_TAG))
        if each is not None
    }
    return PastRun(
        run.run_id,
        tags.get(INTEGRATION_TAG, ""),
        at,
        run.status in OPEN,
        tags.get(OUTCOME_TAG) == "succeeded_with_rejects",
        tags.get(VERSION_TAG),
        tuple(ancestors),
        run.job_name,
        tags.get(UPSTREAM_TAG),
        run.status is dg.DagsterRunStatus.SUCCESS,
    )
