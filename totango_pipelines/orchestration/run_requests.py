"""What somebody wants to run, and whether a run that waits already does it (no overlap).

At most one run of an integration is under way; Dagster's queue holds a second one back. A request
that comes while one waits joins it: that run reads the source later than the request, so it covers
it, unless the request asks for more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import dagster as dg

from totango_pipelines.integrations.integration import Integration
from totango_pipelines.orchestration.asset_keys import (
    BY_TAG,
    INTEGRATION_TAG,
    MODE_TAG,
    REPLAY_TAG,
    REQUEST_TAG,
    TRIGGER_TAG,
    default_tags,
    step_op,
)

WAITING: Final = (
    *(dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED),
    dg.DagsterRunStatus.MANAGED,
)
UNDER_WAY: Final = (
    *(dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED),
    dg.DagsterRunStatus.CANCELING,
)
OPEN: Final = (*WAITING, *UNDER_WAY)
PARTITION_TAG: Final = "dagster/partition"
RANGE_TAGS: Final = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
QUIET: Final = {"console": {"config": {"log_level": "CRITICAL"}}}
"""Dagster prints every event of a run otherwise; they are in its log anyway."""
_REACH: Final = {"incremental": 0, "full": 1, "rebuild_mapping": 2}


@dataclass(frozen=True, slots=True)
class Request:
    """A run that is wanted: `requested_by` is who, `tags` what else the run is to be found by."""

    mode: str = "incremental"
    trigger: str = "manual"
    requested_by: str = ""
    replay_of: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    id: str | None = None
    """The same when a request comes again of which nobody knows whether it was met."""

    @property
    def words(self) -> str:
        """As a run log tells it: `a request for an incremental run (trigger schedule)`."""
        by = f" of {self.requested_by}" if self.requested_by else ""
        article = "an" if self.mode == "incremental" else "a"
        return f"a request for {article} {self.mode} run (trigger {self.trigger}{by})"


def run_tags(integration: Integration, request: Request) -> dict[str, str]:
    """The tags of the run that a request makes."""
    tags = default_tags(integration) | {MODE_TAG: request.mode, TRIGGER_TAG: request.trigger}
    if request.requested_by:
        tags[BY_TAG] = request.requested_by
    if request.replay_of:
        tags[REPLAY_TAG] = request.replay_of
    if request.id:
        tags[_request_tag(request.id)] = request.trigger
    return tags | dict(request.tags)


def run_config(integration: str, request: Request) -> dict[str, Any]:
    """The config of the run that a request makes."""
    config = {"mode": request.mode}
    if request.replay_of:
        config["replay_of"] = request.replay_of
    return {"ops": {step_op(integration, "extract"): {"config": config}}}


def open_runs(
    instance: dg.DagsterInstance,
    integration: str,
    statuses: Sequence[dg.DagsterRunStatus] = OPEN,
) -> list[dg.DagsterRun]:
    """The runs of an integration that have not ended, the oldest first."""
    wanted = dg.RunsFilter(tags={INTEGRATION_TAG: integration}, statuses=list(statuses))
    return list(reversed(instance.get_runs(wanted)))


def mode_of(run: dg.DagsterRun) -> str:
    """The mode that a run was asked for; the Launchpad gives it as config, not as a tag."""
    asked = _configured(run, run.tags.get(INTEGRATION_TAG, ""), "mode")
    return asked or run.tags.get(MODE_TAG, "incremental")


def replay_of(run: dg.DagsterRun, integration: str) -> str | None:
    """The past run whose extract a run takes; None: it asks the source."""
    return _configured(run, integration, "replay_of") or run.tags.get(REPLAY_TAG)


def _configured(run: dg.DagsterRun, integration: str, key: str) -> str | None:
    found: Any = run.run_config
    for part in ("ops", step_op(integration, "extract"), "config", key):
        found = found.get(part) if isinstance(found, Mapping) else None
    return None if found is None else str(found)


def waiting_run(
    instance: dg.DagsterInstance, integration: str, request: Request
) -> dg.DagsterRun | None:
    """The run in the queue that does what is asked for, if there is one; it may take windows in."""
    if request.replay_of:
        return None
    # One that never got as far as the queue may never start.
    for run in open_runs(instance, integration, (dg.DagsterRunStatus.QUEUED,)):
        in_part = run.asset_selection or run.op_selection or run.parent_run_id
        is_whole = not (in_part or replay_of(run, integration))
        covers = is_whole and _REACH.get(mode_of(run), -1) >= _REACH[request.mode]
        same_windows = _windows(run.tags) == _windows(request.tags)
        if covers and (same_windows or _grown(instance, run, request.tags)):
            return run
    return None


def asked_before(instance: dg.DagsterInstance, request: Request) -> dg.DagsterRun | None:
    """The run that this very request was queued as, or that it joined."""
    if request.id is None:
        return None
    runs = instance.get_runs(dg.RunsFilter(tags={_request_tag(request.id): request.trigger}))
    # One that was never queued does not start; see waiting_run.
    queued = (run for run in runs if run.status is not dg.DagsterRunStatus.NOT_STARTED)
    return next(queued, None)


def join(instance: dg.DagsterInstance, run: dg.DagsterRun, request: Request) -> str:
    """Note in the waiting run's log that a request joined it; what to tell whoever asked."""
    said = f"{request.words} joined this run, which had not started yet."
    instance.report_engine_event(said[0].upper() + said[1:], run)
    tags = dict(request.tags) | ({_request_tag(request.id): request.trigger} if request.id else {})
    if tags:
        instance.add_run_tags(run.run_id, tags)
    return f"run {run.run_id} waits in the queue already and covers this request."


def _grown(instance: dg.DagsterInstance, run: dg.DagsterRun, wanted: Mapping[str, str]) -> bool:
    """Let a waiting run of several windows go on to a later one, if that is all that is wanted.

    Otherwise each window that ends behind a run that hangs would queue one more run.
    """
    first, last = RANGE_TAGS
    begins, ends = run.tags.get(first), run.tags.get(last, "")
    if begins is None or begins != wanted.get(first) or wanted.get(last, "") <= ends:
        return False
    instance.add_run_tags(run.run_id, {last: wanted[last]})
    now = instance.get_run_by_id(run.run_id)
    if now is not None and now.status is dg.DagsterRunStatus.QUEUED:
        return True
    # It began in this moment, with the windows that it had.
    instance.add_run_tags(run.run_id, {last: ends})
    return False


def _request_tag(request_id: str) -> str:
    """A tag of its own for each request: many may have joined a run."""
    return f"{REQUEST_TAG}.{request_id}"


def _windows(tags: Mapping[str, str]) -> tuple[str | None, ...]:
    """The windows of a partition that a run is for."""
    return tuple(tags.get(name) for name in (PARTITION_TAG, *RANGE_TAGS))
