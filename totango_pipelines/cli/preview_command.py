"""`preview`: the first rows of an integration's query, asked of the source now."""

from typing import TYPE_CHECKING

import typer

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.output import plural, print_json, print_lines
from totango_pipelines.cli.session import (
    AsJson,
    IntegrationId,
    Session,
    declared_integration,
    live_context,
    session_of,
)
from totango_pipelines.cli.wide_table import WideColumn, print_wide_table, shown_cell

if TYPE_CHECKING:
    from totango_pipelines.preview import Preview


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
        described = [
            {"name": c.name, "source_type": c.source_type, "arrow_type": c.arrow_type}
            for c in shown.columns
        ]
        rows = [list(row) for row in shown.rows]
        print_json({"integration": integration, "columns": described, "rows": rows})
        return
    print_preview(session, shown)


def print_preview(session: Session, shown: "Preview") -> None:
    """The rows with their types, and how many there are."""
    columns = [
        WideColumn(column.name, column.source_type, [shown_cell(row[index]) for row in shown.rows])
        for index, column in enumerate(shown.columns)
    ]
    print_wide_table(session.out, columns)
    count = plural(len(shown.rows), "row")
    print_lines(session.out, [f"{count}, {plural(len(shown.columns), 'column')}"])
