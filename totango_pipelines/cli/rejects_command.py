"""`rejects`: what a run refused, by column and code, with examples and how to mend it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.history_commands import RunArgument, What, files_of, resolved_run
from totango_pipelines.cli.output import plural, print_json, print_lines
from totango_pipelines.cli.session import AsJson, Session, session_of

if TYPE_CHECKING:
    from totango_pipelines.mapping.rejects_report import RejectLine

_LINES_AFTER_A_RUN = 20
_CELL_SHOWN = 60


def rejects(ctx: typer.Context, run: RunArgument, *, as_json: AsJson = False) -> None:
    """Show what a run rejected: by column and code, with counts, three examples and the remedy.

    Example: totango-pipelines rejects latest:crm_accounts
    """
    session = session_of(ctx)
    record = resolved_run(session, run)
    folder = files_of(session, record, What.REJECTS)
    lines: tuple[RejectLine, ...] = door.sync("rejects_report").run_rejects(folder)
    if as_json:
        print_json([asdict(line) for line in lines])
    elif lines:
        print_rejects(session, lines, record.integration, record.run_id)
    else:
        print_lines(session.out, [f"Run {record.run_id} of {record.integration} rejected nothing."])


def print_rejects(
    session: Session,
    lines: Sequence["RejectLine"],
    integration: str,
    run_id: str,
    *,
    most: int | None = None,
) -> None:
    """The report of a run, and how to get its rows."""
    print_lines(session.out, [Text("rejected rows", style="bold yellow")])
    for line in lines[:most]:
        print_lines(session.out, _described(line))
    hidden = 0 if most is None else max(0, len(lines) - most)
    if hidden:
        kinds = f"… and {plural(hidden, 'more kind')} of problem: "
        print_lines(session.out, [f"{kinds}{session.program} rejects {run_id}"])
    command = (
        f"{session.program} download {run_id} --what rejects --format csv "
        f"-o {integration}_rejects.csv"
    )
    print_lines(session.out, ["", "To get the rows, mend them and load them again:"])
    print_lines(session.out, [f"  {command}"])


def print_rejects_after_run(session: Session, integration: str, run_id: str) -> None:
    """The report below a run that just ended; the most frequent problems only."""
    folder = door.sync("wiring").open_staging(session.environment).run(integration, run_id)
    lines: tuple[RejectLine, ...] = door.sync("rejects_report").run_rejects(folder)
    if lines:
        session.out.print()
        print_rejects(session, lines, integration, run_id, most=_LINES_AFTER_A_RUN)


def _described(line: "RejectLine") -> Iterator[Text]:
    where = [part for part in (line.column, line.attribute) if part]
    head = Text.assemble(f"  {line.rows:>6}  ", (line.code, "bold"), f"  {' → '.join(where)}")
    yield head
    yield Text(f"          {line.problem} {line.remedy}")
    examples = ", ".join(f"row {each.row} {_shown(each.value)}" for each in line.examples)
    yield Text(f"          e.g. {examples}", style="dim")


def _shown(value: str | None) -> str:
    if value is None:
        return "null"
    return repr(value if len(value) <= _CELL_SHOWN else value[: _CELL_SHOWN - 1] + "…")
