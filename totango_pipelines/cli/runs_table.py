"""Runs as a table and as JSON."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.output import iso, make_table, styled
from totango_pipelines.errors import UnknownNameError
from totango_pipelines.history import RunRecord
from totango_pipelines.sync.environment import Environment

_USUAL_MODE = "incremental"


def last_outcomes(environment: Environment, integrations: Iterable[str]) -> Mapping[str, RunRecord]:
    """The newest run of each integration that ever ran."""
    instances = door.orchestration("instance")
    if not instances.instance_folder(environment).is_dir():
        return {}
    with instances.open_instance(environment) as instance:
        found: Mapping[str, RunRecord] = door.orchestration("run_history").last_runs(
            instance, integrations
        )
    return found


def past_runs(
    environment: Environment,
    integration: str,
    *,
    limit: int,
    **wanted: Any,  # noqa: ANN401 - the fields of HistoryFilter
) -> tuple[RunRecord, ...]:
    """The newest runs of an integration; `wanted` as in `HistoryFilter`.

    Reading never makes a run log.
    """
    instances = door.orchestration("instance")
    if not instances.instance_folder(environment).is_dir():
        return ()
    with instances.open_instance(environment) as instance:
        histories = door.orchestration("run_history")
        found: tuple[RunRecord, ...] = histories.read_history(
            instance, integration, histories.HistoryFilter(**wanted), limit=limit
        )
    return found


def find_run(environment: Environment, run_id_or_prefix: str) -> RunRecord:
    """The run that an id, or the beginning of one, names.

    Raises:
        UnknownNameError: there is none, or more than one.
    """
    instances = door.orchestration("instance")
    if not instances.instance_folder(environment).is_dir():
        msg = f"there is no run {run_id_or_prefix!r}: no integration of this project ever ran."
        raise UnknownNameError(msg)
    with instances.open_instance(environment) as instance:
        found: RunRecord = door.orchestration("run_history").find_run(instance, run_id_or_prefix)
    return found


def run_as_json(run: RunRecord) -> dict[str, Any]:
    """The stable fields of a run."""
    return {
        "run_id": run.run_id,
        "integration": run.integration,
        "status": str(run.status),
        "mode": run.mode,
        "trigger": run.trigger,
        "started_at": iso(run.started_at),
        "ended_at": iso(run.ended_at),
        "duration": run.duration,
        "requested_by": run.requested_by,
        "queued_at": iso(run.queued_at),
        "partition": run.partition,
        "counts": dict(run.counts or {}),
        "error": run.error,
    }


def runs_table(runs: Iterable[RunRecord]) -> Table:
    """Newest first; the whole id, since `download` takes it."""
    columns = ("run", "started (UTC)", "status", "rows")
    table = make_table(*columns, whole=["run", "started (UTC)"])
    for run in runs:
        started = f"{run.started_at:%Y-%m-%d %H:%M}" if run.started_at else ""
        status = styled(run.status)
        if run.mode != _USUAL_MODE:
            status.append(f" ({run.mode.replace('_', ' ')})", style="default")
        table.add_row(run.run_id, started, status, _rows(run))
    return table


def _rows(run: RunRecord) -> str:
    counts = run.counts or {}
    if not counts:
        return ""
    read, rejected = counts.get("rows_read", 0), counts.get("rejected", 0)
    return f"{read}, {rejected} rejected" if rejected else str(read)
