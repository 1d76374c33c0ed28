"""`run`: one run of an integration, in this process, recorded in Dagster's run log."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.history_commands import Mode
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


RunMode = Annotated[
    Mode,
    typer.Option(
        help="incremental: what is new or changed; full: every row again; "
        "rebuild_mapping: forget the matches of source records first."
    ),
]
Windows = Annotated[
    str | None,
    typer.Option(
        metavar="WINDOW",
        help="Of a partitioned integration: one window (2026-01-31), or FIRST...LAST.",
    ),
]


def run_integration(
    ctx: typer.Context,
    integration: IntegrationId,
    *,
    mode: RunMode = Mode.INCREMENTAL,
    partition: Windows = None,
    as_json: AsJson = False,
) -> None:
    """Run an integration now and wait for its end; the run is in `history` and in Dagster.

    While another run of it is under way, it waits for that one's end first.

    Example: totango-pipelines run crm_accounts --mode full
    """
    session = session_of(ctx)
    asked = Asked(integration, str(mode), partition=partition)
    run_and_report(session, asked, as_json=as_json)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to run in this process."""

    integration: str
    mode: str
    partition: str | None = None
    replay_of: str | None = None


def run_and_report(session: Session, asked: Asked, *, as_json: bool) -> None:
    """Run it to its end, say what became of it, and exit as it ended."""
    started = time.monotonic()
    try:
        outcome = _launch(session, asked, quiet=as_json)
    except TotangoPipelinesError as error:
        if not as_json:
            raise
        print_json(_never_started(asked, error))
        print_exception(session.err, error)
        raise typer.Exit(error.exit_code) from None
    if as_json:
        print_json(_as_json(session, asked, outcome))
    else:
        _print_outcome(session, asked.integration, outcome, time.monotonic() - started)
    if outcome.error is not None:
        print_error(session.err, outcome.error)
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)


def _launch(session: Session, asked: Asked, *, quiet: bool) -> "RunOutcome":
    project = session.project()
    settings = declared_integration(project, asked.integration).integration.settings
    longest: int = door.integrations("declared").duration_seconds(settings.max_runtime)
    request = door.orchestration("run_requests").Request(
        asked.mode, "manual", session.person, asked.replay_of
    )

    def on_wait(run_id: str) -> None:
        if not quiet:
            said = f"waiting for run {run_id} of {asked.integration} to end (Ctrl-C stops)"
            print_lines(session.err, [said])

    with _stoppable(longest), progress(session.err, asked.integration, quiet=quiet) as on_step:
        outcome: RunOutcome = door.orchestration("run_launch").launch_run(
            asked.integration,
            project=project,
            environment=session.environment,
            request=request,
            partition=asked.partition,
            on_step=on_step,
            on_wait=on_wait,
        )
    return outcome


@contextmanager
def _stoppable(longest: int) -> Iterator[None]:
    """A polite kill, or the end of `max_runtime`, ends the run as Ctrl-C does: marked as failed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signals = (signal.SIGTERM, signal.SIGALRM)
    before = [signal.signal(each, signal.default_int_handler) for each in signals]
    signal.setitimer(signal.ITIMER_REAL, longest)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for each, handler in zip(signals, before, strict=True):
            signal.signal(each, handler)


def _never_started(asked: Asked, error: TotangoPipelinesError) -> dict[str, Any]:
    return {
        "run_id": None,
        "integration": asked.integration,
        "mode": asked.mode,
        "status": "failed",
        "counts": {},
        "failed_step": None,
        "error": str(error),
    }


def _as_json(session: Session, asked: Asked, outcome: "RunOutcome") -> dict[str, Any]:
    return {
        "run_id": outcome.run_id,
        "integration": asked.integration,
        "mode": asked.mode,
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
