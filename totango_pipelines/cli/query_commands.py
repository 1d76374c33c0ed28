"""`query suggest`: a query in a person's words, shown with its rows, saved when confirmed."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.asking import confirm, stopping_quietly
from totango_pipelines.cli.draft_files import file_in_hand, is_interactive, print_diff
from totango_pipelines.cli.edit_commands import write_edited
from totango_pipelines.cli.output import plural, print_json, print_lines, print_sentences
from totango_pipelines.cli.preview_command import print_preview
from totango_pipelines.cli.session import (
    AsJson,
    IntegrationId,
    Session,
    declared_integration,
    live_context,
    session_of,
)

if TYPE_CHECKING:
    from totango_pipelines.preview import Preview
    from totango_pipelines.sync.suggested_query import SuggestedQuery
    from totango_pipelines.sync.wiring import RunContext

query_commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@query_commands.callback()
def _group() -> None:
    """Help with the query of an integration.

    Example: totango-pipelines query suggest crm_accounts "only those renewed this quarter"
    """


@query_commands.command("suggest", short_help="A query in your words, from a language model.")
def suggest(
    ctx: typer.Context,
    integration: IntegrationId,
    words: Annotated[
        str, typer.Argument(metavar="WORDS", help="What the query should return, in your words.")
    ],
    *,
    tables: Annotated[
        list[str] | None,
        typer.Option(
            "--table", metavar="TABLE", help="May be read, too; can be given several times."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Save it without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask a language model to change an integration's query as you say; saved when you confirm.

    The model is told your words, the current query, and the columns and types of its tables, never
    a row. Its answer passes the same guard as every query, may read only those tables, and is shown
    with its first rows before anything is saved.

    Off until TOTANGO_MODEL_URL (of any endpoint that speaks OpenAI's chat completions) and
    TOTANGO_MODEL_NAME are set; the key stands in TOTANGO_MODEL_KEY.

    Example: totango-pipelines query suggest crm_accounts "only those renewed this quarter"
    """
    session = session_of(ctx)
    project = session.project()
    context = live_context(session, project, declared_integration(project, integration))
    model = door.language_model().LanguageModel.of(session.environment.variables)
    suggested: SuggestedQuery = door.sync("suggested_query").suggest_query(
        context, model, words, more_tables=tables or ()
    )
    preview = _preview(session, context, suggested.sql)
    source = file_in_hand(session, integration)
    change = door.integrations("text_edits").SetValue(("query",), f"{suggested.sql}\n")
    # With --json standard output is the answer's alone.
    told = replace(session, out=session.err) if as_json else session
    if not as_json:
        _print_suggested(session, context, suggested, preview, model.name)
    saves = yes or (not as_json and _may_save(session))
    if saves:
        write_edited(told, source, [change], offline=False, dry_run=False)
    if as_json:
        _print_json(suggested, preview, saved=saves)


def _print_suggested(
    session: Session,
    context: "RunContext",
    suggested: "SuggestedQuery",
    preview: "Preview",
    model: str,
) -> None:
    tables = (f"{name} ({plural(len(found), 'column')})" for name, found in suggested.told.items())
    print_sentences(session.out, [f"The model {model} was told of {', '.join(tables)}."])
    print_diff(session, "query", f"{context.integration.query.rstrip()}\n", f"{suggested.sql}\n")
    print_preview(session, preview)


def _preview(session: Session, context: "RunContext", sql: str) -> "Preview":
    sample = door.sync("query_sample").sample_query(
        session.environment,
        context.project,
        connection=context.integration.connection,
        query=sql,
        rows=door.sync("preview_step").PREVIEW_ROWS,
        window=context.reading_window,
    )
    shown: Preview = sample.preview
    return shown


def _may_save(session: Session) -> bool:
    if not is_interactive(session):
        print_lines(session.out, ["Not saved: --yes saves it."])
        return False
    with stopping_quietly(session):
        saves = confirm(session, "Save this query?", default=False)
    if not saves:
        print_lines(session.out, ["Not saved."])
    return saves


def _print_json(suggested: "SuggestedQuery", preview: "Preview", *, saved: bool) -> None:
    columns = [{"name": each.name, "source_type": each.source_type} for each in preview.columns]
    rows = [list(row) for row in preview.rows]
    print_json({"query": suggested.sql, "columns": columns, "rows": rows, "saved": saved})
