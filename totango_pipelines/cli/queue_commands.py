"""`queue` and `replay`: other ways to a run than to run it here and now."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.history_commands import Mode, RunArgument, resolved_run
from totango_pipelines.cli.output import moment, print_json, print_sentences
from totango_pipelines.cli.run_command import Asked, RunMode, Windows, run_and_report
from totango_pipelines.cli.session import (
    AsJson,
    IntegrationId,
    declared_integration,
    session_of,
)

if TYPE_CHECKING:
    from totango_pipelines import history


def queue(
    ctx: typer.Context,
    integration: IntegrationId,
    *,
    mode: RunMode = Mode.INCREMENTAL,
    partition: Windows = None,
    as_json: AsJson = False,
) -> None:
    """Put a run into Dagster's queue and come back at once; Dagster's daemon starts it.

    A run that waits already and does as much is joined. `run` runs it here instead.

    Example: totango-pipelines queue crm_accounts --mode full
    """
    session = session_of(ctx)
    declared_integration(session.project(), integration)
    with door.orchestration("run_desk").open_desk(session.environment) as desk:
        asked: history.Asked = desk.ask(
            integration,
            mode=mode.value,
            trigger="manual",
            requested_by=session.person,
            partition=partition,
        )
    if as_json:
        print_json({"integration": integration, "mode": mode.value, **asdict(asked)})
        return
    became = f"joined: {asked.reason}" if asked.joined else f"run {asked.run_id} {asked.reason}"
    shows = f"`{session.program} show-run {asked.run_id}` shows what becomes of it."
    print_sentences(session.out, [became, shows])


def replay(ctx: typer.Context, run: RunArgument, *, as_json: AsJson = False) -> None:
    """Map and deliver a past run's stored extract once more; the source is not asked.

    It goes by the mapping as the file has it now. What was written to the hub since that run stays,
    and the next run reads what it would have read anyway.

    Example: totango-pipelines replay latest:crm_accounts
    """
    session = session_of(ctx)
    past = resolved_run(session, run)
    read = f" of {moment(past.started_at)}" if past.started_at else ""
    said = (
        f"Replaying run {past.run_id} of {past.integration}{read}: "
        "its stored extract is mapped and delivered once more; the source is not asked."
    )
    if not as_json:
        print_sentences(session.err, [said])
    run_and_report(
        session,
        Asked(past.integration, Mode.INCREMENTAL.value, replay_of=past.run_id),
        as_json=as_json,
    )
