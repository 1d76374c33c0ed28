"""Where a mapped value comes from, as SQL over the view `extract`: a column, expression, constant."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from totango_pipelines.integrations.integration import MappingLine
from totango_pipelines.mapping.columns import Kind, SourceColumn
from totango_pipelines.mapping.functions.expression import (
    CheckedExpression,
    ExpressionProblem,
    check_expression,
)
from totango_pipelines.quoting import literal

_LARGEST_HUGEINT = 2**127 - 1


@dataclass(frozen=True, slots=True)
class Origin:
    """`raw` is SQL over the view `extract`, its values are of `kind` (None: fits no attribute).

    `reads` are the columns of the extract that it is made of. An expression is evaluated once, by
    the SQL `tried`, as the column `evaluated` of the view: a struct that is null where it failed.
    """

    raw: str
    kind: Kind | None
    type_name: str
    reads: tuple[SourceColumn, ...] = ()
    evaluated: str | None = None
    tried: str | None = None


def origin_of(line: MappingLine, position: int, columns: Sequence[SourceColumn]) -> Origin | None:
    """The origin of the mapping line at this position; None: it reads what is not there."""
    if line.column is not None:
        return _column(line.column, columns)
    if line.expression is not None:
        checked = checked_expression(line.expression, tuple(columns))
        if isinstance(checked, tuple):
            return None
        name = f"e{position}"
        return Origin(
            f"{name}.v", checked.kind, checked.type_name, checked.columns, name, checked.tried
        )
    raw, kind = _constant(line.constant)
    return Origin(raw, kind, str(kind))


@lru_cache(maxsize=1024)
def checked_expression(
    text: str, columns: tuple[SourceColumn, ...]
) -> CheckedExpression | tuple[ExpressionProblem, ...]:
    """The expression over these columns, or what is wrong with it; validating asks often."""
    return check_expression(text, columns)


def cell_of(column: SourceColumn, columns: Sequence[SourceColumn]) -> str:
    """`c<position>`: DuckDB folds case, so the extract's columns are read by position."""
    return f"c{[each.name for each in columns].index(column.name)}"


def _column(name: str, columns: Sequence[SourceColumn]) -> Origin | None:
    for position, column in enumerate(columns):
        if column.name == name:
            return Origin(f"c{position}", column.kind, column.source_type, (column,))
    return None


def _constant(value: str | float | bool | None) -> tuple[str, Kind]:
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), Kind.BOOLEAN
    if isinstance(value, int) and abs(value) <= _LARGEST_HUGEINT:
        return f"CAST({value} AS HUGEINT)", Kind.INTEGER
    if isinstance(value, float):
        return f"CAST({literal(repr(value))} AS DOUBLE)", Kind.FLOAT
    text = " || chr(0) || ".join(literal(part) for part in str(value).split("\0"))
    return f"CAST(({text}) AS VARCHAR)", Kind.TEXT
