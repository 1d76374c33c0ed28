"""Whether an integration's query and mapping fit what its source returns now."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from totango_pipelines.errors import (
    DeclarationError,
    ExpressionTooSlowError,
    LoginRefusedError,
    Problem,
    QueryRefusedError,
    Severity,
    SourceUnavailableError,
    errors_among,
)
from totango_pipelines.integrations.project import DeclaredIntegration
from totango_pipelines.mapping.effect import EffectCell, MappingEffect
from totango_pipelines.mapping.rejects import Check
from totango_pipelines.mapping.validation import validate_mapping, validate_texts
from totango_pipelines.preview import PREVIEW_ROWS, Preview
from totango_pipelines.sync.extract_step import checked_query
from totango_pipelines.sync.mapping_effect import mapping_effect
from totango_pipelines.sync.query_sample import QuerySample, sample_query
from totango_pipelines.sync.wiring import RunContext

_TOO_FEW_TO_TELL = 3
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def located(declared: DeclaredIntegration, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems, with the file and line that they speak of."""
    return tuple(
        replace(problem, file=declared.file, line=declared.line(_steps(problem.path)))
        for problem in problems
    )


def _steps(path: str) -> tuple[str | int, ...]:
    """`mapping[2].column` -> ("mapping", 2, "column")."""
    return tuple(int(index) if index else name for index, name in _STEP.findall(path))


def _line_of(path: str) -> int | None:
    """`mapping[2].column` -> 2; None: the problem is of no line of the mapping."""
    match _steps(path):
        case ("mapping", int(line), *_):
            return line
    return None


def validate_offline(context: RunContext) -> tuple[Problem, ...]:
    """Problems that show without asking the source.

    Those of the query's text, and of what expressions and formats say by themselves.
    """
    declared, integration = context.declared, context.integration
    found = list(validate_texts(integration, context.catalog))
    try:
        checked_query(context)
    except QueryRefusedError as error:
        found.insert(0, _query_problem(error))
    return located(declared, found)


@dataclass(frozen=True, slots=True)
class LiveValidation:
    """Every problem against the live source; what the mapping does to its first rows.

    Without a `preview` the source could not be asked. The `effect` is that of the lines that fit;
    without one none does, or an expression did not end in time.
    """

    problems: tuple[Problem, ...]
    preview: Preview | None = None
    effect: MappingEffect | None = None


def validate_live(context: RunContext) -> LiveValidation:
    """Every problem of the query and the mapping against the live preview.

    A source that cannot be reached is a problem of this integration alone.
    """
    declared, integration = context.declared, context.integration
    try:
        sample = sample_query(
            context.environment,
            context.project,
            connection=integration.connection,
            query=integration.query,
            window=context.reading_window,
            rows=PREVIEW_ROWS,
        )
    except QueryRefusedError as error:
        return LiveValidation(located(declared, [_query_problem(error)]))
    except LoginRefusedError as error:
        refused = Problem("", None, "connection", "LOGIN_REFUSED", str(error), "")
        return LiveValidation(located(declared, [refused]))
    except SourceUnavailableError as error:
        remedy = "Mend the connection in connections.yaml, or validate with --offline."
        unavailable = Problem("", None, "connection", "SOURCE_UNAVAILABLE", str(error), remedy)
        return LiveValidation(located(declared, [unavailable]))
    except DeclarationError as error:
        return LiveValidation(error.problems)
    return validate_sample(context, sample)


def validate_sample(context: RunContext, sample: QuerySample) -> LiveValidation:
    """The same, of rows that were read already: the source is not asked again."""
    declared, integration = context.declared, context.integration
    found = list(validate_mapping(integration, context.catalog, sample.columns))
    wrong = {_line_of(problem.path) for problem in errors_among(found)}
    sound = [line for line in range(len(integration.mapping)) if line not in wrong]
    effect = None
    try:
        if sound:
            effect = mapping_effect(context, sample, sound)
            found += preview_problems(effect)
    except ExpressionTooSlowError as error:
        found.append(Problem("", None, "mapping", "EXPRESSION_TOO_SLOW", str(error), ""))
    return LiveValidation(located(declared, found), sample.preview, effect)


def preview_problems(effect: MappingEffect) -> Iterator[Problem]:
    """What the mapping cannot take of the shown rows, by line and code.

    A line that can take none of at least three values is an error: it was read wrongly, or it is
    the wrong column. Otherwise they are rows to reject, within the limits of the settings.
    """
    for column in effect.columns:
        filled = [cell for cell in column.cells if (cell.source or "").strip()]
        refused = [cell for cell in column.cells if cell.checks]
        hopeless = len(filled) >= _TOO_FEW_TO_TELL and all(cell.checks for cell in filled)
        path = f"settings.{column.setting}" if column.setting else f"mapping[{column.line}]"
        by_code: dict[str, list[tuple[EffectCell, Check]]] = {}
        for cell in refused:
            for check in cell.checks:
                by_code.setdefault(check.code, []).append((cell, check))
        for code, found in by_code.items():
            cell, check = found[0]
            seen = "nothing" if cell.source is None else repr(cell.source)
            yield Problem(
                *("", None, path, code),
                f"refuses {len(found)} of the {len(column.cells)} preview rows, first "
                f"{seen} (row {cell.row}): {check.problem}",
                check.remedy,
                Severity.ERROR if hopeless else Severity.WARNING,
            )


def _query_problem(error: QueryRefusedError) -> Problem:
    remedy = "Mend the query; `totango-pipelines preview` shows what it returns."
    return Problem("", None, "query", "QUERY_REFUSED", str(error), remedy)
