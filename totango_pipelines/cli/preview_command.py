"""`preview`: the first rows of an integration's query, asked of the source now."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.output import make_table, plural, print_json, print_lines
from totango_pipelines.cli.session import (
    AsJson,
    IntegrationId,
    declared_integration,
    live_context,
    session_of,
)

if TYPE_CHECKING:
    from totango_pipelines.preview import Preview

_WIDEST_CELL = 40
_GAP = 2


def preview(ctx: typer.Context, integration: IntegrationId, *, as_json: AsJson = False) -> None:
    """Show the first 10 rows of an integration's query, with their types; writes nothing.

    Example: totango-pipelines preview crm_accounts
    """
    session = session_of(ctx)
    project = session.project()
    declared = declared_integration(project, integration)
    context = live_context(session, project, declared)
    shown: Preview = door.sync("preview_step").live_preview(context)
    if as_json:
        columns = [
            {"name": c.name, "source_type": c.source_type, "arrow_type": c.arrow_type}
            for c in shown.columns
        ]
        rows = [list(row) for row in shown.rows]
        print_json({"integration": integration, "columns": columns, "rows": rows})
        return
    for group in column_groups(shown, session.out.width):
        table = make_table()
        for index in group:
            column = shown.columns[index]
            header = Text.assemble((column.name, "bold"), "\n", (column.source_type, "dim"))
            table.add_column(header, overflow="fold", max_width=_WIDEST_CELL)
        for row in shown.rows:
            table.add_row(*(_cell(row[index]) for index in group))
        session.out.print(table)
        session.out.print()
    count = plural(len(shown.rows), "row")
    print_lines(session.out, [f"{count}, {plural(len(shown.columns), 'column')}"])


def _cell(value: str | None) -> Text:
    return Text("null", style="dim italic") if value is None else Text(value)


def column_groups(preview: "Preview", width: int) -> Iterator[Sequence[int]]:
    """Columns side by side as far as they fit; the others follow below, so that none is hidden."""
    group: list[int] = []
    used = 0
    for index, column in enumerate(preview.columns):
        texts = [column.name, column.source_type, *(row[index] or "null" for row in preview.rows)]
        needed = min(_WIDEST_CELL, max(len(text) for text in texts)) + _GAP
        if group and used + needed > width:
            yield group
            group, used = [], 0
        group.append(index)
        used += needed
    if group:
        yield group
