"""From Dagster's run to the parts that a step works with."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg

from totango_pipelines.integrations.partition import Window
from totango_pipelines.integrations.project import DeclaredIntegration, Project
from totango_pipelines.orchestration.asset_keys import (
    BACKFILL_TAG,
    BY_TAG,
    INTEGRATION_TAG,
    MODE_TAG,
    REPLAY_TAG,
    TRIGGER_TAG,
    WORKER_TAG,
    default_tags,
    turn_tag,
)
from totango_pipelines.orchestration.failures import FIRST_WAIT, reported
from totango_pipelines.orchestration.heavy_floor import step
from totango_pipelines.orchestration.partitions import pending_window, window_of
from totango_pipelines.orchestration.run_requests import replay_of
from totango_pipelines.orchestration.run_turns import wait_for_turn
from totango_pipelines.orchestration.workers import this_worker
from totango_pipelines.sync.environment import Environment


@dataclass(frozen=True, slots=True)
class TotangoResource:
    """The project's environment, read when a step runs: secrets never enter Dagster's config.

    No configurable resource: whoever may launch a run could set another folder in its config.
    `first_wait` is how long, in seconds, to wait before trying again.
    """

    project_folder: Path
    home: Path
    first_wait: float = FIRST_WAIT

    def environment(self) -> Environment:
        """Folders, hub and variables, as they are when it is called."""
        variables = {
            **os.environ,
            "TOTANGO_PROJECT": str(self.project_folder),
            "TOTANGO_HOME": str(self.home),
        }
        return Environment.of(variables, Path.cwd())

    @contextmanager
    def run(
        self,
        context: dg.AssetExecutionContext,
        project: Project,
        declared: DeclaredIntegration,
        *,
        mode: str | None = None,
    ) -> Iterator[Any]:
        """The run that this step belongs to; what fails inside is reported in our own words."""
        with reported(context, first_wait=self.first_wait):
            _tag_run(context, declared, mode)
            self._take_turn(context, declared)
            yield self.run_context(context, project, declared, mode=mode)

    def _take_turn(self, context: dg.AssetExecutionContext, declared: DeclaredIntegration) -> None:
        """The first step of a run waits for the other runs of its integration."""
        run_id = context.run.run_id
        run = context.instance.get_run_by_id(run_id)
        if run is None or run.tags.get(turn_tag(declared.integration.id)) == run_id:
            return

        def on_wait(other: str) -> None:
            context.log.info("waits until run %s has ended: one run at a time.", other)

        wait_for_turn(context.instance, run_id, declared.integration.id, on_wait)

    def run_context(
        self,
        context: dg.AssetExecutionContext,
        project: Project,
        declared: DeclaredIntegration,
        *,
        mode: str | None = None,
    ) -> Any:  # noqa: ANN401 - a RunContext, whose module is too heavy to import here
        """The run that this step belongs to; a re-execution adopts the files of its parent."""
        environment, integration = self.environment(), declared.integration
        run = step("wiring").RunIdentity(
            run_id=context.run.run_id,
            integration=integration.id,
            object=str(integration.object),
            connection=integration.connection,
            mode=mode or context.run.tags.get(MODE_TAG, "incremental"),
            trigger=context.run.tags.get(TRIGGER_TAG, "manual"),
        )
        window = _window(context, declared)
        found = step("wiring").RunContext(environment, project, declared, run, window=window)
        if mode is None and context.run.parent_run_id:
            found.adopt_extract(_ancestors(context))
        return found


def _window(context: dg.AssetExecutionContext, declared: DeclaredIntegration) -> Window | None:
    """What a run of a partitioned integration reads; one without a window takes what is pending.

    All steps of a run find the same: the extract says in its manifest what it read.
    """
    if declared.integration.partition is None:
        return None
    return window_of(context) or pending_window(
        context.instance, declared.integration, datetime.now(UTC)
    )


def _tag_run(
    context: dg.AssetExecutionContext, declared: DeclaredIntegration, mode: str | None
) -> None:
    """Say the mode that was asked for; a run started from assets has none of the job's tags."""
    integration, run_id = declared.integration, context.run.run_id
    # Asked of the run log: the context's own copy does not know what an earlier step added.
    run = context.instance.get_run_by_id(run_id)
    present = run.tags if run else {}
    tags = {MODE_TAG: mode} if mode else {}
    worker = this_worker(run_id)
    if present.get(WORKER_TAG) != worker:
        tags[WORKER_TAG] = worker
    if INTEGRATION_TAG not in present:
        trigger = {TRIGGER_TAG: "backfill"} if BACKFILL_TAG in present else {}
        tags = {**default_tags(integration), **trigger, **present, **tags}
    past = replay_of(context.run, integration.id)
    if past is not None and present.get(REPLAY_TAG) != past:
        tags[REPLAY_TAG] = past
    if context.run.parent_run_id and present.get(turn_tag(integration.id)) != run_id:
        # What started the parent did not start this one.
        tags |= {TRIGGER_TAG: "manual", BY_TAG: "re-execution"}
    if tags:
        context.instance.add_run_tags(run_id, tags)


def _ancestors(context: dg.AssetExecutionContext) -> list[str]:
    """The runs that this one re-executes, nearest first."""
    found: list[str] = []
    parent = context.run.parent_run_id
    while parent:
        found.append(parent)
        run = context.instance.get_run_by_id(parent)
        parent = run.parent_run_id if run else None
    return found
