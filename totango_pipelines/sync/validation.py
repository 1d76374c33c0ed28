"""Whether an integration's query and mapping fit what its source returns now."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from totango_pipelines.errors import (
    DeclarationError,
    Problem,
    QueryRefusedError,
    Severity,
    SourceUnavailableError,
)
from totango_pipelines.integrations.integration import Integration
from totango_pipelines.integrations.project import DeclaredIntegration
from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.plan import validate_mapping
from totango_pipelines.preview import Preview
from totango_pipelines.sync.extract_step import checked_query
from totango_pipelines.sync.preview_step import live_preview
from totango_pipelines.sync.wiring import RunContext

_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def columns_of(preview: Preview) -> tuple[SourceColumn, ...]:
    """The columns of a preview, as the mapping sees them."""
    return tuple(SourceColumn(c.name, c.arrow_type, c.source_type) for c in preview.columns)


def located(declared: DeclaredIntegration, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems, with the file and line that they speak of."""
    return tuple(
        replace(problem, file=declared.file, line=declared.line(_steps(problem.path)))
        for problem in problems
    )


def _steps(path: str) -> tuple[str | int, ...]:
    """`mapping[2].column` -> ("mapping", 2, "column")."""
    return tuple(int(index) if index else name for index, name in _STEP.findall(path))


def validate_offline(context: RunContext) -> tuple[Problem, ...]:
    """Problems that show without asking the source: those of the query's text and of promises."""
    declared = context.declared
    waiting = located(declared, _accepted_but_waiting(declared.integration))
    try:
        checked_query(context)
    except QueryRefusedError as error:
        return (*located(declared, [_query_problem(error)]), *waiting)
    return waiting


def validate_live(context: RunContext) -> tuple[tuple[Problem, ...], Preview | None]:
    """Every problem of the query and the mapping against the live preview, and the preview.

    A source that cannot be reached is a problem of this integration alone.
    """
    declared = context.declared
    try:
        preview = live_preview(context)
    except QueryRefusedError as error:
        return located(declared, [_query_problem(error)]), None
    except SourceUnavailableError as error:
        remedy = "Mend the connection in connections.yaml, or validate with --offline."
        unavailable = Problem("", None, "connection", "SOURCE_UNAVAILABLE", str(error), remedy)
        return located(declared, [unavailable]), None
    except DeclarationError as error:
        return error.problems, None
    found = validate_mapping(declared.integration, context.catalog, columns_of(preview))
    waiting = _accepted_but_waiting(declared.integration)
    return located(declared, [*found, *waiting]), preview


def _query_problem(error: QueryRefusedError) -> Problem:
    remedy = "Mend the query; `totango-pipelines preview` shows what it returns."
    return Problem("", None, "query", "QUERY_REFUSED", str(error), remedy)


def _accepted_but_waiting(integration: Integration) -> Iterator[Problem]:
    """Warnings about what may be declared already, and does nothing yet."""
    schedule = integration.schedule
    saved = schedule is not None and schedule.sync_on_save
    waiting = (
        (
            integration.settings.cursor_column is not None,
            "settings.cursor_column",
            "is not used yet: every run reads the whole query.",
        ),
        (bool(integration.upstream), "upstream", "shows in the graph, and starts no run yet."),
        (bool(integration.notify), "notify", "names the owners, and sends nothing yet."),
        (saved, "schedule.sync_on_save", "starts no run yet: use `totango-pipelines run`."),
    )
    for declared, path, problem in waiting:
        if declared:
            yield Problem(
                *("", None, path, "NOT_SUPPORTED_YET", problem, "Nothing has to be changed."),
                severity=Severity.WARNING,
            )
