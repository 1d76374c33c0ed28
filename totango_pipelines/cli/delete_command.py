"""`delete`: an integration's file goes, and the hub forgets it; its history stays."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Never

import typer

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.asking import stopping_quietly, typed_line
from totango_pipelines.cli.draft_files import FileInHand, file_in_hand, is_interactive
from totango_pipelines.cli.operations_file import audited, operations_store
from totango_pipelines.cli.output import print_lines, print_sentences, without_password
from totango_pipelines.cli.session import IntegrationId, Session, session_of
from totango_pipelines.errors import TotangoPipelinesError, UserError


def delete(
    ctx: typer.Context,
    integration: IntegrationId,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete an integration: its file, and what the hub remembers of it; history and rows stay.

    It asks you to type the id. While a run of it is under way or waits, nothing is deleted; nor is
    it while the hub cannot be reached.

    Example: totango-pipelines delete crm_accounts
    """
    session = session_of(ctx)
    source = file_in_hand(session, integration)
    if not yes and not is_interactive(session):
        hint = "there is no terminal to ask in; --yes deletes without asking."
        raise typer.BadParameter(hint, ctx=ctx)
    with _idle(session, integration):
        _print_plan(session, source)
    if not yes:
        _require_the_id(session, integration)
    with _idle(session, integration):
        _delete(session, source)
    said = (
        f"{integration} is deleted. `{session.program} history {integration}` still lists its runs."
    )
    print_sentences(session.out, [said])


def _print_plan(session: Session, source: FileInHand) -> None:
    hub = without_password(session.environment.hub_url)
    plan = [
        f"Deleting {source.identifier} means:",
        f"  removed   the file {source.file}",
        f"  released  in the hub {hub}: its matches, baseline and cursor go; its cells",
        "            keep their values and belong to nobody, so that others may overwrite them",
        "  kept      the hub's records and rows of usage, the run history, and the files of",
        "            its runs as long as retention says",
    ]
    print_lines(session.out, plan)


def _require_the_id(session: Session, integration: str) -> None:
    with stopping_quietly(session):
        typed = typed_line(session, f"Type {integration} to delete it: ").strip()
    if typed != integration:
        msg = f"that is not {integration}: nothing was deleted."
        raise UserError(msg)


@contextmanager
def _idle(session: Session, integration: str) -> Iterator[None]:
    """Nobody runs the integration, or asks for a run of it, until the block ends.

    Raises:
        UserError: a run is under way, or waits in the queue.
    """
    instances = door.orchestration("instance")
    if not instances.instance_folder(session.environment).is_dir():
        yield
        return
    turns, home = door.orchestration("run_turns"), session.environment.home

    def under_way(run_id: str) -> None:
        _refuse(integration, run_id, "is under way")

    with (
        instances.open_instance(session.environment) as instance,
        turns.one_request_at_a_time(home, integration),
        turns.alone_at_work(instance, home, integration, under_way),
    ):
        for run in door.orchestration("run_requests").open_runs(instance, integration):
            _refuse(integration, run.run_id, "waits in the queue")
        yield


def _refuse(integration: str, run_id: str, what: str) -> Never:
    msg = (
        f"run {run_id} of {integration} {what}, so nothing was deleted. "
        "Let it end, or end it in Dagster, and delete again."
    )
    raise UserError(msg)


def _delete(session: Session, source: FileInHand) -> None:
    # Nothing is deleted that cannot be written down.
    with operations_store(session.environment).transaction():
        pass
    outcome, error = "failed", ""
    try:
        _release_and_remove(session, source)
        outcome = "deleted"
    except TotangoPipelinesError as raised:
        error = type(raised).__name__
        raise
    finally:
        audited(
            session,
            action="integration.delete",
            subject=source.identifier,
            outcome=outcome,
            details={"file": source.file} | ({"error": error} if error else {}),
        )


def _release_and_remove(session: Session, source: FileInHand) -> None:
    """The hub first: a file whose integration is released can be deleted again."""
    path = session.environment.project / source.file
    _require_removable(path, source)
    hub = door.sync("wiring").open_hub(session.environment)
    hub.release(source.identifier)
    try:
        path.unlink()
    except OSError as error:
        msg = (
            f"{path} cannot be removed: {error.strerror}. The hub has released "
            f"{source.identifier} already; remove the file, or delete again."
        )
        raise UserError(msg) from None


def _require_removable(path: Path, source: FileInHand) -> None:
    try:
        is_unchanged = path.read_bytes() == source.content
    except OSError:
        is_unchanged = False
    if not is_unchanged:
        msg = f"{path} changed in the meantime, so nothing was deleted. Look at it, and try again."
        raise UserError(msg)
    if not os.access(path.parent, os.W_OK | os.X_OK):
        msg = f"{path} cannot be removed: its folder is read-only. Check who may write there."
        raise UserError(msg)
