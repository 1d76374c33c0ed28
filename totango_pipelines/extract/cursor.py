"""Reading from where the last run ended: the window of a query, and how far it reached.

A cursor is compared as what its column is, never as text, except where the source itself compares
texts byte by byte.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlglot import exp

from totango_pipelines.connections.bounding import filtered_query
from totango_pipelines.connections.parameters import BINDING
from totango_pipelines.connections.plain_values import plain_value
from totango_pipelines.errors import QueryRefusedError
from totango_pipelines.extract.moments import time_literal
from totango_pipelines.extract.query import CheckedQuery
from totango_pipelines.integrations.declared import duration_seconds

_PLACE = "cursor_start"
_SQLITE_INTEGERS = 2**63
_BYTE_ORDER = ("duckdb", "sqlite")
"""Engines that compare texts as their bytes do, whatever the locale."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A value of the cursor column."""

    value: Decimal | datetime | date | str

    def __str__(self) -> str:
        """The cursor as it is kept: `time 2026-01-31T06:00:00`."""
        if isinstance(self.value, datetime):
            return f"time {self.value.isoformat()}"
        if isinstance(self.value, date):
            return f"date {self.value.isoformat()}"
        return f"number {self.value:f}" if isinstance(self.value, Decimal) else f"text {self.value}"


def cursor_from(text: str) -> Cursor:
    """A cursor as it was kept."""
    kind, _, value = text.partition(" ")
    if kind == "time":
        return Cursor(datetime.fromisoformat(value))
    if kind == "date":
        return Cursor(date.fromisoformat(value))
    return Cursor(Decimal(value) if kind == "number" else value)


def largest(source: Path, column: str, source_type: str) -> Cursor | None:
    """The largest cursor of a staged extract; None: it has none."""
    found: Cursor | None = None
    with pq.ParquetFile(source) as file:
        for batch in file.iter_batches(columns=[column]):
            seen = _largest_of(batch.column(0), source_type)
            found = later(found, seen)
    return found


def later(one: Cursor | None, other: Cursor | None) -> Cursor | None:
    """The larger of two cursors; if they cannot be compared, the other."""
    if one is None or other is None:
        return other if one is None else one
    try:
        return one if one.value > other.value else other  # type: ignore[operator]
    except TypeError:
        return other


def window(
    query: CheckedQuery, column: str, since: Cursor, lag: float | str | None
) -> CheckedQuery:
    """The query's rows from `since` on, less the lag, and those without a cursor.

    Raises:
        QueryRefusedError: the column is text, which the source does not compare byte by byte.
    """
    start = _less(since, lag)
    if isinstance(start.value, str) and query.dialect not in _BYTE_ORDER:
        msg = (
            f"the cursor column {column} is text, and this source compares texts by its locale, so "
            "rows could be passed over. Cast it to a time or a number in the query."
        )
        raise QueryRefusedError(msg)
    name = exp.column(exp.to_identifier(column, quoted=True), table="w")
    binds = query.dialect in BINDING
    value = exp.Placeholder(this=_PLACE) if binds else _literal(start, query.dialect)
    from_there = exp.or_(exp.GTE(this=name, expression=value), name.is_(exp.null()))
    bound = ((_PLACE, _bound(start, query.dialect)),) if binds else ()
    return replace(
        query,
        sql=filtered_query(query.sql, query.dialect, from_there),
        parameters=query.parameters + bound,
    )


def _bound(cursor: Cursor, dialect: str) -> Decimal | float | date | str:
    value = cursor.value
    if dialect != "sqlite":
        return value
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value() and abs(value) < _SQLITE_INTEGERS
        return int(value) if whole else float(value)
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)


def _literal(cursor: Cursor, dialect: str) -> exp.Expr:
    value = cursor.value
    if isinstance(value, Decimal):
        return (
            exp.Literal.number(f"{value:f}")
            if value >= 0
            else exp.Neg(this=exp.Literal.number(f"{-value:f}"))
        )
    if isinstance(value, date):
        return time_literal(value, dialect)
    return exp.Literal.string(value)


def _less(cursor: Cursor, lag: float | str | None) -> Cursor:
    value = cursor.value
    if lag is None:
        return cursor
    if isinstance(value, Decimal) and isinstance(lag, int | float):
        return Cursor(value - Decimal(str(lag)))
    if isinstance(lag, str) and isinstance(value, date):
        back = timedelta(seconds=duration_seconds(lag))
        try:
            if isinstance(value, datetime):
                return Cursor(value - back)
            return Cursor((datetime.combine(value, datetime.min.time()) - back).date())
        except OverflowError:
            return Cursor(type(value).min)
    return cursor


def _largest_of(values: pa.Array, source_type: str) -> Cursor | None:
    if pa.types.is_floating(values.type):
        values = values.filter(pc.is_finite(values))
    top: Any
    if _is_number(values.type, source_type) and pa.types.is_string(values.type):
        numbers = (_decimal(text) for text in values.drop_null().to_pylist())
        top = max((n for n in numbers if n is not None), default=None)
    else:
        top = plain_value(pc.max(values))
    if top is None or (isinstance(top, str) and not top.strip()):
        return None
    return Cursor(Decimal(str(top))) if isinstance(top, int | float) else Cursor(top)


def _decimal(text: str) -> Decimal | None:
    number = Decimal(text)
    return number if number.is_finite() else None


def _is_number(arrow_type: pa.DataType, source_type: str) -> bool:
    is_number = (
        pa.types.is_integer(arrow_type)
        or pa.types.is_floating(arrow_type)
        or pa.types.is_decimal(arrow_type)
    )
    return is_number or source_type.lower().startswith(("numeric", "decimal"))
