"""`run`: one run of an integration, in this process, recorded in Dagster's run log."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.output import (
    counts_sentence,
    print_error,
    print_exception,
    print_json,
    print_lines,
    styled,
    without_password,
)
from totango_pipelines.cli.rejects_command import print_rejects_after_run
from totango_pipelines.cli.run_progress import progress
from totango_pipelines.cli.session import (
    AsJson,
    IntegrationId,
    Session,
    declared_integration,
    session_of,
)
from totango_pipelines.errors import TotangoPipelinesError

if TYPE_CHECKING:
    from totango_pipelines.orchestration.run_launch import RunOutcome


class Mode(StrEnum):
    """How much a run delivers."""

    INCREMENTAL = "incremental"
    FULL = "full"
    REBUILD_MAPPING = "rebuild_mapping"


def run_integration(
    ctx: typer.Context,
    integration: IntegrationId,
    *,
    mode: Annotated[
        Mode,
        typer.Option(
            help="incremental: what is new or changed; full: every row again; "
            "rebuild_mapping: forget the matches of source records first."
        ),
    ] = Mode.INCREMENTAL,
    as_json: AsJson = False,
) -> None:
    """Run an integration now and wait for its end; the run is in `history` and in Dagster.

    Example: totango-pipelines run crm_accounts --mode full
    """
    session = session_of(ctx)
    started = time.monotonic()
    try:
        outcome = _launch(session, integration, mode, quiet=as_json)
    except TotangoPipelinesError as error:
        if not as_json:
            raise
        print_json(_never_started(integration, mode, error))
        print_exception(session.err, error)
        raise typer.Exit(error.exit_code) from None
    if as_json:
        print_json(_as_json(session, integration, mode, outcome))
    else:
        _print_outcome(session, integration, outcome, time.monotonic() - started)
    if outcome.error is not None:
        print_error(session.err, outcome.error)
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)


def _launch(session: Session, integration: str, mode: Mode, *, quiet: bool) -> "RunOutcome":
    project = session.project()
    declared_integration(project, integration)
    with _stoppable(), progress(session.err, integration, quiet=quiet) as on_step:
        outcome: RunOutcome = door.orchestration("run_launch").launch_run(
            integration,
            project=project,
            environment=session.environment,
            mode=str(mode),
            on_step=on_step,
        )
    return outcome


@contextmanager
def _stoppable() -> Iterator[None]:
    """A polite kill ends the run as Ctrl-C does: marked as failed, nothing half-written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _never_started(integration: str, mode: Mode, error: TotangoPipelinesError) -> dict[str, Any]:
    return {
        "run_id": None,
        "integration": integration,
        "mode": str(mode),
        "status": "failed",
        "counts": {},
        "failed_step": None,
        "error": str(error),
    }


def _as_json(
    session: Session, integration: str, mode: Mode, outcome: "RunOutcome"
) -> dict[str, Any]:
    return {
        "run_id": outcome.run_id,
        "integration": integration,
        "mode": str(mode),
        "status": str(outcome.status),
        "counts": dict(outcome.counts),
        "failed_step": outcome.failed_step,
        "error": outcome.error,
        "hub": without_password(session.environment.hub_url),
    }


def _print_outcome(
    session: Session, integration: str, outcome: "RunOutcome", seconds: float
) -> None:
    where = f" at {outcome.failed_step}" if outcome.failed_step else ""
    status = styled(outcome.status)
    status.append(f"{where} after {seconds:.1f} s", style="default")
    print_lines(session.out, [status, f"  run   {outcome.run_id}"])
    if outcome.counts:
        print_lines(session.out, [f"  rows  {counts_sentence(dict(outcome.counts))}"])
    if outcome.error is None:
        print_lines(session.out, [f"  hub   {without_password(session.environment.hub_url)}"])
    if outcome.counts.get("rejected"):
        print_rejects_after_run(session, integration, outcome.run_id)
