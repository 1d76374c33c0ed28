"""`queue` and `replay`: other ways to a run than to run it here and now."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.history_commands import Mode, RunArgument, resolved_run
from totango_pipelines.cli.output import moment, print_exception, print_json, print_sentences
from totango_pipelines.cli.run_command import Asked, RunMode, Windows, run_and_report
from totango_pipelines.cli.session import (
    AsJson,
    complete_ids,
    declared_integration,
    session_of,
)
from totango_pipelines.errors import UserError

if TYPE_CHECKING:
    from totango_pipelines import history


def queue(
    ctx: typer.Context,
    integrations: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...", help="The integrations' ids.", autocompletion=complete_ids
        ),
    ] = None,
    *,
    tags: Annotated[
        list[str] | None,
        typer.Option(
            "--tag",
            metavar="TAG",
            help="All with this tag; also object:usage, connection:crm, all. Can be repeated.",
        ),
    ] = None,
    mode: RunMode = Mode.INCREMENTAL,
    partition: Windows = None,
    as_json: AsJson = False,
) -> None:
    """Put runs into Dagster's queue and come back at once; Dagster's daemon starts them.

    A run that waits already and does as much is joined. `run` runs one here instead.

    Example: totango-pipelines queue crm_accounts --mode full
    """
    session, project = session_of(ctx), session_of(ctx).project()
    for name in integrations or ():
        declared_integration(project, name)
    if not (integrations or tags):
        hint = "give at least one ID, or --tag."
        raise typer.BadParameter(hint, ctx=ctx)
    names: list[str] = door.integrations("selection").chosen(
        project.integrations, integrations or (), tags or ()
    )
    asked: dict[str, history.Asked] = {}
    refused: UserError | None = None
    with door.orchestration("run_desk").open_desk(session.environment) as desk:
        for name in names:
            try:
                asked[name] = desk.ask(
                    name,
                    mode=mode.value,
                    trigger="manual",
                    requested_by=session.person,
                    partition=partition,
                )
            except UserError as error:
                print_exception(session.err, error)
                refused = error
    if as_json:
        listed = [{"integration": n, "mode": mode.value, **asdict(a)} for n, a in asked.items()]
        print_json(listed)
    for name, each in () if as_json else asked.items():
        of = f"{name}: " if len(asked) > 1 else ""
        became = f"joined: {each.reason}" if each.joined else f"run {each.run_id} {each.reason}"
        print_sentences(session.out, [f"{of}{became}"])
    if asked and not as_json:
        newest = next(reversed(asked.values())).run_id
        shows = f"`{session.program} show-run {newest}` shows what becomes of it."
        print_sentences(session.out, [shows])
    if refused is not None:
        raise typer.Exit(refused.exit_code)


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
