"""`explain`: a record of the hub, and where each of its values comes from."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.output import print_json, print_lines
from totango_pipelines.cli.session import AsJson, session_of

if TYPE_CHECKING:
    from totango_pipelines.sync.explain import RecordTold, RunTold, ValueTold

_MINUTES = "%Y-%m-%d %H:%M"


def explain(
    ctx: typer.Context,
    object_name: Annotated[str, typer.Argument(metavar="OBJECT", help="accounts, users, …")],
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="Its parts joined by /, as in the change log.")
    ],
    *,
    collection: Annotated[
        str | None, typer.Option(help="The collection type, if KEY does not begin with it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a record with, for each value, who wrote it, in which run, and what stood there before.

    Example: totango-pipelines explain accounts acc-0001
    """
    session = session_of(ctx)
    project = session.project()
    target = door.sync("wiring").open_hub(session.environment)
    with door.hub_reader().reading(target) as hub:
        record: RecordTold = door.sync("explain").explain_record(
            hub, project, object_name, key, collection
        )
    if as_json:
        print_json(asdict(record))
        return
    print_lines(session.out, list(_described(record)))


def _described(record: "RecordTold") -> Iterator[Text | str]:
    yield Text(f"{record.object} {record.key}", style="bold")
    if record.created_by is not None:
        yield f"  created by {record.created_by.integration} in {_run(record.created_by)}"
    for foreign_key, value in record.foreign_keys:
        yield f"  {foreign_key} {value}"
    if record.match is not None:
        yield f"  matched to source record {record.match[0]}, by {record.match[1]}"
    silent = []
    for told in record.values:
        if told.written_by is None and told.value is None and not told.was_changed:
            silent.append(told.attribute)
            continue
        yield from _value(told)
    for conflict in record.conflicts:
        yield ""
        yield from _conflict(conflict)
    if silent:
        yield ""
        yield Text(f"never written: {', '.join(silent)}", style="dim")


def _value(told: "ValueTold") -> Iterator[Text | str]:
    yield ""
    yield Text.assemble((told.attribute, "bold"), "  ", _shown(told.value))
    if told.written_by is None:
        yield "  nobody's: its integration was deleted" if told.value is not None else "  empty"
    else:
        as_of = f", as of {told.as_of:{_MINUTES}}" if told.as_of else ""
        yield f"  written by {told.written_by.integration}{as_of}"
        yield f"  in {_run(told.written_by)}"
    if told.was_changed:
        yield f"  before: {_shown(told.before)}"
    yield f"  mapped by {', '.join(told.mapped_by) or 'no integration'}"


def _conflict(conflict: dict[str, Any]) -> Iterator[Text | str]:
    yield Text(f"conflict over {conflict['attribute']}", style="bold yellow")
    for side in ("stored", "incoming"):
        moment = conflict[f"{side}_as_of"]
        yield (
            f"  {side}: {_shown(conflict[f'{side}_value'])} by {conflict[f'{side}_writer']}, "
            f"as of {moment:{_MINUTES}}"
        )
    yield f"  listed by run {conflict['run_id']}"


def _run(run: "RunTold") -> str:
    if run.run_id is None:
        return "a run that the ledger does not know"
    when = f" of {run.committed_at:{_MINUTES}}" if run.committed_at else ""
    return f"run {run.run_id}{when}"


def _shown(value: Any) -> str:  # noqa: ANN401 - whatever a hub holds
    if value is None:
        return "(empty)"
    return f"{value:{_MINUTES}}" if isinstance(value, datetime) else str(value)
