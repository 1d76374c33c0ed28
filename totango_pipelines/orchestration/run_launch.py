"""Run an integration now, in this process, recorded in Dagster's run log."""

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

import dagster as dg

from totango_pipelines.errors import UnknownNameError
from totango_pipelines.history import RunStatus
from totango_pipelines.integrations.project import Project
from totango_pipelines.orchestration.asset_keys import WORKER_TAG
from totango_pipelines.orchestration.instance import open_instance
from totango_pipelines.orchestration.integration_jobs import job_alone
from totango_pipelines.orchestration.partitions import chosen_tags, pending_tags
from totango_pipelines.orchestration.run_history import (
    find_run,
    run_failure,
    step_of,
    whole_numbers,
)
from totango_pipelines.orchestration.run_requests import QUIET, Request, run_config, run_tags
from totango_pipelines.orchestration.run_turns import alone_at_work
from totango_pipelines.orchestration.workers import this_worker
from totango_pipelines.sync.environment import Environment

_ROW_COUNT = "dagster/row_count"


class StepState(StrEnum):
    """What just happened to a step."""

    STARTED = "started"
    RETRYING = "retrying"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StepProgress:
    """A step of a run that is under way; `rows` and `counts` once it has finished."""

    step: str
    state: StepState
    rows: int | None = None
    counts: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """How a run ended.

    `counts` as in `RunRecord`; `error`, `failed_step` and an `exit_code` other than 0 only where
    it failed.
    """

    run_id: str
    status: RunStatus
    counts: Mapping[str, int]
    error: str | None
    exit_code: int
    failed_step: str | None


def launch_run(
    integration_id: str,
    *,
    project: Project,
    environment: Environment,
    request: Request,
    partition: str | None = None,
    on_step: Callable[[StepProgress], None] | None = None,
    on_wait: Callable[[str], None] | None = None,
) -> RunOutcome:
    """Run one integration to its end and say what became of it.

    While another run of it is under way it waits, and tells `on_wait` that run's id. `on_step` is
    called in this thread while the run is under way. An interrupt (Ctrl-C) ends the run as failed.

    Raises:
        UnknownNameError: the project has no such integration, or it has no such window.
    """
    if integration_id not in project.integrations:
        msg = f"there is no integration {integration_id!r}. `totango-pipelines list` lists them."
        raise UnknownNameError(msg)
    job = job_alone(project, integration_id, environment)
    run_id = str(uuid.uuid4())
    # Dagster's warnings to developers, and its account of failures that we tell in our own words.
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    with (
        open_instance(environment) as instance,
        alone_at_work(instance, environment.home, integration_id, on_wait),
    ):
        now, integration = datetime.now(UTC), project.integrations[integration_id].integration
        if partition is not None:
            windows = chosen_tags(integration, partition, now)
        else:
            windows = {} if request.replay_of else pending_tags(instance, integration, now)
        request = replace(request, tags={**request.tags, **windows})
        if on_step is not None:
            instance.add_event_listener(run_id, _listener(on_step))
        job.execute_in_process(
            instance=instance,
            run_id=run_id,
            run_config=run_config(integration_id, request) | {"loggers": QUIET},
            tags=run_tags(integration, request) | {WORKER_TAG: this_worker(run_id)},
            raise_on_error=False,
        )
        return _outcome(instance, run_id)


def _outcome(instance: dg.DagsterInstance, run_id: str) -> RunOutcome:
    record = find_run(instance, run_id)
    counts = record.counts or {}
    if record.status in {RunStatus.SUCCEEDED, RunStatus.SUCCEEDED_WITH_REJECTS}:
        return RunOutcome(run_id, record.status, counts, None, 0, None)
    failure = run_failure(instance, run_id)
    return RunOutcome(
        run_id, RunStatus.FAILED, counts, failure.message, failure.exit_code, failure.step
    )


def _listener(on_step: Callable[[StepProgress], None]) -> Callable[[dg.EventLogEntry], None]:
    """Turns the run's events into progress; a step's counts come before its end."""
    states = {
        dg.DagsterEventType.STEP_START: StepState.STARTED,
        dg.DagsterEventType.STEP_RESTARTED: StepState.STARTED,
        dg.DagsterEventType.STEP_UP_FOR_RETRY: StepState.RETRYING,
        dg.DagsterEventType.STEP_SUCCESS: StepState.FINISHED,
        dg.DagsterEventType.STEP_FAILURE: StepState.FAILED,
    }
    metadata: dict[str, Mapping[str, dg.MetadataValue]] = {}

    def on_event(entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None or not event.step_key:
            return
        step = step_of(event.step_key)
        if event.event_type is dg.DagsterEventType.ASSET_MATERIALIZATION:
            metadata[step] = event.step_materialization_data.materialization.metadata
        elif event.event_type in states:
            state = states[event.event_type]
            if state is StepState.FINISHED:
                on_step(_finished(step, metadata.get(step, {})))
            else:
                on_step(StepProgress(step, state))

    return on_event


def _finished(step: str, metadata: Mapping[str, dg.MetadataValue]) -> StepProgress:
    counts = whole_numbers(metadata)
    total = metadata.get(_ROW_COUNT)
    rows = total.value if isinstance(total, dg.IntMetadataValue) else None
    if rows is None:
        rows = counts.get("rows_shown", counts.get("rows_read"))
    return StepProgress(step, StepState.FINISHED, rows, counts)
