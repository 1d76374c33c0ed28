"""Where runs are asked for and asked about: one desk for the command line and the Trigger API."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg

# Not public: a run is given to the queue as the webserver does it, but without one.
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.run_coordinator import SubmitRunContext

from totango_pipelines.errors import UnknownNameError, UserError
from totango_pipelines.history import Asked, RunRecord, RunStatus
from totango_pipelines.integrations.project import DeclaredIntegration, Project
from totango_pipelines.orchestration.asset_keys import LOCATION
from totango_pipelines.orchestration.heavy_floor import step
from totango_pipelines.orchestration.instance import open_instance
from totango_pipelines.orchestration.integration_jobs import job_alone
from totango_pipelines.orchestration.partitions import chosen_tags, pending_tags
from totango_pipelines.orchestration.project_watch import ProjectWatch
from totango_pipelines.orchestration.run_history import HistoryFilter, find_run, read_history
from totango_pipelines.orchestration.run_requests import (
    QUIET,
    UNDER_WAY,
    WAITING,
    Request,
    asked_before,
    join,
    open_runs,
    run_config,
    run_tags,
    waiting_run,
)
from totango_pipelines.orchestration.run_turns import one_request_at_a_time
from totango_pipelines.sync.environment import Environment

_REPOSITORY = "__repository__"


@contextmanager
def open_desk(environment: Environment) -> Iterator["RunDesk"]:
    """The desk of a project, on its own run log."""
    with open_instance(environment) as instance:
        yield RunDesk(environment, instance)


class RunDesk:
    """Asks for runs and reads about them; safe for many threads and processes."""

    def __init__(
        self,
        environment: Environment,
        instance: dg.DagsterInstance,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`clock` says what has passed of a partition's windows."""
        self._environment = environment
        self._instance = instance
        self._watch = ProjectWatch(environment.project)
        self._clock = clock

    def integrations(self) -> Mapping[str, DeclaredIntegration]:
        """The valid integrations by id, as their files say now."""
        return self._watch.current().integrations

    def ask(
        self,
        integration: str,
        *,
        mode: str,
        trigger: str,
        requested_by: str,
        partition: str | None = None,
        replay_of: str | None = None,
        request_id: str | None = None,
    ) -> Asked:
        """Put a run into Dagster's queue; its daemon starts it. A waiting run is joined.

        `partition`: a window of a partitioned integration, or `first...last`. `request_id`: what
        was asked for with it before is the answer.

        Raises:
            UnknownNameError: no valid integration, or no window, has this name.
            UserError: Dagster's instance has no queue.
        """
        project = self._watch.current()
        if integration not in project.integrations:
            msg = f"there is no integration {integration!r}. `totango-pipelines list` lists them."
            raise UnknownNameError(msg)
        declared = project.integrations[integration]
        if replay_of is not None:
            windows = {}
        elif partition is None:
            windows = pending_tags(self._instance, declared.integration, self._clock())
        else:
            windows = chosen_tags(declared.integration, partition, self._clock())
        request = Request(mode, trigger, requested_by, replay_of, windows, request_id)
        with one_request_at_a_time(self._environment.home, integration):
            before = asked_before(self._instance, request)
            if before is not None:
                said = f"run {before.run_id} was asked for by this request before."
                return Asked(before.run_id, True, said)
            waiting = waiting_run(self._instance, integration, request)
            if waiting is not None:
                return Asked(waiting.run_id, True, join(self._instance, waiting, request))
            return self._queued(project, declared, request)

    def run(self, run_id: str) -> RunRecord:
        """The run that an id, or the beginning of one, names.

        Raises:
            UnknownNameError: there is none, or more than one.
        """
        return find_run(self._instance, run_id)

    def history(self, integration: str, *, limit: int, **wanted: Any) -> tuple[RunRecord, ...]:  # noqa: ANN401 - the fields of HistoryFilter
        """The newest runs of an integration; `wanted` as in `HistoryFilter`."""
        return read_history(self._instance, integration, HistoryFilter(**wanted), limit=limit)

    def file(self, run_id: str, what: str, kind: str) -> Path:
        """A copy of a run's file, for the caller to send and to remove.

        Raises:
            UnknownNameError: there is no such run, or it has no such file (any more).
            StagedFileError: the file was altered.
        """
        run = self.run(run_id)
        copies = step("run_files")
        staging = step("wiring").open_staging(self._environment)
        folder = staging.run(run.integration, run.run_id)
        file = copies.StagedFile(what)
        if not folder.has(file):
            msg = f"run {run.run_id} of {run.integration} has no {what} file (any more)."
            raise UnknownNameError(msg)
        write = copies.write_csv if kind == "csv" else copies.write_parquet
        handle, name = tempfile.mkstemp(prefix="totango_", suffix=f".{kind}")
        os.close(handle)
        try:
            write(folder, file, Path(name), force=True)
        except BaseException:
            Path(name).unlink()
            raise
        return Path(name)

    def _queued(self, project: Project, declared: DeclaredIntegration, request: Request) -> Asked:
        coordinator = self._instance.run_coordinator
        if not isinstance(coordinator, dg.QueuedRunCoordinator):
            msg = (
                "Dagster's instance has no queue. Set run_coordinator in DAGSTER_HOME/dagster.yaml "
                "as in this project's dagster.yaml."
            )
            raise UserError(msg)
        integration = declared.integration
        busy = open_runs(self._instance, integration.id, UNDER_WAY)
        ahead = open_runs(self._instance, integration.id, WAITING)
        run = self._instance.create_run_for_job(
            job_alone(project, integration.id, self._environment),
            run_config=run_config(integration.id, request) | {"loggers": QUIET},
            tags=run_tags(integration, request),
            remote_job_origin=origin_of(integration.id),
        )
        # The queue itself never asks for a workspace; only a launcher without a queue would.
        try:
            coordinator.submit_run(SubmitRunContext(run, workspace=None))  # type: ignore[arg-type]
        except Exception:
            self._instance.report_run_failed(run, "It could not be put into the queue.")
            raise
        place = _place(busy, ahead)
        if busy or ahead:
            self._instance.report_engine_event(f"This run {place}", run)
        return Asked(run.run_id, False, place)


def origin_of(job: str) -> RemoteJobOrigin:
    """Where Dagster's daemon finds the job: the code location of workspace.yaml."""
    return RemoteJobOrigin(
        RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(LOCATION), _REPOSITORY), job
    )


def _place(busy: list[dg.DagsterRun], ahead: list[dg.DagsterRun]) -> str:
    """Where in the queue a new run stands, for people."""
    if ahead:
        return f"waits behind {len(ahead)} other queued of this integration."
    if busy:
        return f"waits until run {busy[0].run_id} has ended: one run of an integration at a time."
    return f"is {RunStatus.QUEUED}; Dagster's daemon starts it."
