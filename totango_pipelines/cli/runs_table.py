"""Runs as a table and as JSON."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.moments import lasted
from totango_pipelines.cli.output import iso, make_table, styled
from totango_pipelines.errors import UnknownNameError
from totango_pipelines.history import RunRecord
from totango_pipelines.sync.environment import Environment

_WIDE = 110
_ID_WIDTH = 36


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


def runs_table(runs: Iterable[RunRecord], width: int) -> Table:
    """Newest first; the whole id, since `download` takes it.

    How a run came about stands in a column of its own where the terminal is wide, else below the id.
    """
    is_wide = width >= _WIDE
    columns = ("run", "started (UTC)", "status", *(("how",) if is_wide else ()), "rows")
    table = make_table(*columns, whole=["run", "started (UTC)"] if is_wide else ["started (UTC)"])
    if not is_wide:
        table.columns[0].width = _ID_WIDTH
    for run in runs:
        started = f"{run.started_at:%Y-%m-%d %H:%M}" if run.started_at else ""
        status = styled(run.status)
        if is_wide:
            how = f"{_what(run)}\n{_who(run)}"
            table.add_row(run.run_id, started, status, how, _rows(run))
        else:
            how = f"{_what(run)}, {_who(run)}"
            named = Text.assemble(run.run_id, "\n", (how, "dim"))
            table.add_row(named, started, status, _rows(run))
    return table


def _what(run: RunRecord) -> str:
    """`full, 1.2 s`: mode, how long, which window."""
    said = (run.mode.replace("_", " "), lasted(run.duration), run.partition)
    return ", ".join(text for text in said if text)


def _who(run: RunRecord) -> str:
    """`manual by anna`: what started it, and who asked."""
    return f"{run.trigger} by {run.requested_by}" if run.requested_by else run.trigger


def _rows(run: RunRecord) -> str:
    counts = run.counts or {}
    if not counts:
        return ""
    read, rejected = counts.get("rows_read", 0), counts.get("rejected", 0)
    return f"{read}\n{rejected} rejected" if rejected else str(read)
