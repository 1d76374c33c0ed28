"""Checks an expression before it is saved (interface only, for now)."""

from collections.abc import Sequence
from dataclasses import dataclass

from totango_pipelines.mapping.columns import Kind, SourceColumn


@dataclass(frozen=True, slots=True)
class ExpressionProblem:
    """What is wrong, and where in the text."""

    code: str
    problem: str
    remedy: str
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class CheckedExpression:
    """An expression that may run."""

    sql: str
    type_name: str
    kind: Kind | None
    columns: tuple[SourceColumn, ...]


def check_expression(
    text: str, columns: Sequence[SourceColumn]
) -> CheckedExpression | tuple[ExpressionProblem, ...]:
    """Not there yet."""
    return (ExpressionProblem("NOT_SUPPORTED_YET", "uses expression.", "Use the query.", None, None),)
