"""`audit`: who changed what, and who tried; and whether anybody altered that."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.operations_file import existing_store
from totango_pipelines.cli.output import (
    iso,
    make_table,
    plural,
    print_error,
    print_json,
    print_sentences,
)
from totango_pipelines.cli.session import AsJson, Session, session_of

if TYPE_CHECKING:
    from totango_pipelines.operations.audit import Entry
    from totango_pipelines.operations.store import OperationsStore

_BROKEN = 3


def audit(
    ctx: typer.Context,
    *,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    who: Annotated[str | None, typer.Option(help="Only what this one did, as listed.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this, e.g. token.create.")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check that no row was altered or taken out.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List who changed what, and who tried, newest first.

    Each row is sealed to the one before. --verify recomputes the seals of all rows: it ends with 3
    where one does not fit, and shows the newest seal otherwise. Keep that one elsewhere: whoever
    may write the file could write all of it anew.

    Example: totango-pipelines audit --action integration.delete --limit 10
    """
    session = session_of(ctx)
    store = existing_store(session.environment)
    if verify:
        if who or action:
            hint = "--verify is for every row: leave out --who and --action."
            raise typer.BadParameter(hint, ctx=ctx)
        _verify(session, store, as_json=as_json)
        return
    log = door.operations("audit")
    found = () if store is None else log.entries(store, limit, who=who, action=action)
    if as_json:
        print_json([_as_json(entry) for entry in found])
    elif found:
        _print_entries(session, found)
    else:
        print_sentences(session.out, ["Nothing of that is in the audit."])


def _print_entries(session: Session, found: "tuple[Entry, ...]") -> None:
    table = make_table(
        *("id", "at (UTC)", "who", "action", "subject", "outcome"), whole=["id", "at (UTC)"]
    )
    for entry in found:
        at = f"{entry.at:%Y-%m-%d %H:%M}"
        table.add_row(str(entry.id), at, entry.who, entry.action, entry.subject, entry.outcome)
    session.out.print(table)


def _verify(session: Session, store: "OperationsStore | None", *, as_json: bool) -> None:
    log = door.operations("audit")
    broken: int | None = None if store is None else log.verify(store)
    newest: Entry | None = next(iter(log.entries(store, 1)), None) if store else None
    if as_json:
        seal = newest.hash if newest and broken is None else None
        print_json({"whole": broken is None, "first_broken": broken, "newest_hash": seal})
    elif broken is None and newest is None:
        print_sentences(session.out, ["The audit has no rows yet."])
    elif broken is None and newest is not None:
        said = (
            f"The audit is whole: {plural(newest.id, 'row')}, the newest sealed as {newest.hash}."
        )
        print_sentences(session.out, [said])
    if broken is not None:
        where = f"row {broken} of the audit in {store.path if store else ''}"
        msg = (
            f"{where} was altered or is missing. Compare the file with a copy from before; "
            "what stands at and after that row cannot be trusted."
        )
        print_error(session.err, msg)
        raise typer.Exit(_BROKEN)


def _as_json(entry: "Entry") -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": iso(entry.at),
        "who": entry.who,
        "action": entry.action,
        "subject": entry.subject,
        "outcome": entry.outcome,
        "details": dict(entry.details),
        "hash": entry.hash,
    }
