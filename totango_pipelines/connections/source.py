r"""What every engine must do for an extract, and what the engines share.

A source hands over values exactly: decimals as decimals or as text, never as floats; times with
microseconds, those with a time zone in UTC; what Arrow has no exact type for as the engine's own
text; bytes as hex text (`\x00ff`). The type that people know the column by travels in the
field's metadata.
"""

import re
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, closing
from datetime import datetime
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from totango_pipelines.connections.parameters import Parameters
from totango_pipelines.errors import (
    LoginRefusedError,
    QueryRefusedError,
    SourceUnavailableError,
)

Rows = Generator[pa.RecordBatch, None, None]

BATCH_ROWS = 65_536
SOURCE_TYPE = b"source_type"
UTC_TIMESTAMP = pa.timestamp("us", tz="UTC")
TIMESTAMP = pa.timestamp("us")

# What Python's own dates can hold, in days and in microseconds since 1970.
_DAYS = (-719_162, 2_932_896)
_MICROSECONDS = (_DAYS[0] * 86_400_000_000, (_DAYS[1] + 1) * 86_400_000_000 - 1)


class Source(Protocol):
    """A warehouse that can be read from. Nothing is connected until one of these is called."""

    @property
    def dialect(self) -> str:
        """The name sqlglot knows the engine by: `dialect` of its connector."""
        ...

    def clock(self) -> datetime:
        """The time now by the source's own clock, in UTC.

        Raises:
            LoginRefusedError: the source refuses the user or the password.
            SourceUnavailableError: the connection could not be opened.
        """
        ...

    def batches(
        self, sql: str, parameters: Parameters = (), *, limit: int | None = None
    ) -> AbstractContextManager[pa.RecordBatchReader]:
        """Run one query in a read-only session of its own and stream what it returns.

        Errors of the source surface while the reader is read, too. Leaving the context stops
        the query if it has not ended. Only engines of BINDING take parameters.

        Raises:
            QueryRefusedError: the engine refuses or stops the query, or two of its columns
                have the same name.
            LoginRefusedError: the source refuses the user or the password.
            SourceUnavailableError: the connection could not be opened, or it dropped.
        """
        ...


class OutsideDatesError(Exception):
    """Columns hold dates that a typed column cannot carry, such as infinity or 44 BC."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        super().__init__(", ".join(columns))


def field(name: str, arrow_type: pa.DataType, source_type: str) -> pa.Field:
    """An Arrow field that carries the engine's own name for the type."""
    return pa.field(name, arrow_type, metadata={SOURCE_TYPE: source_type.encode()})


def bounded(sql: str, limit: int | None) -> str:
    """The query, cut off by the engine itself after `limit` rows."""
    return sql if limit is None else f"SELECT * FROM (\n{sql}\n) AS q LIMIT {limit:d}"


def double_quoted(name: str) -> str:
    """A column's name as standard SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def refuse_unusable_columns(connection: str, names: Sequence[str]) -> None:
    """Every column needs a name of its own, since the mapping asks for columns by name."""
    if not names:
        message = f"connection '{connection}': the query returns no columns. Name at least one."
        raise QueryRefusedError(message)
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise QueryRefusedError(
            f"connection '{connection}': the query returns the column "
            f"{' and '.join(repr(name) for name in twice)} more than once. Every column needs a "
            f"name of its own: write {double_quoted(twice[0])} AS {double_quoted(twice[0] + '_2')} "
            "for one of them."
        )


def refused(connection: str, engine_says: str, remedy: str) -> QueryRefusedError:
    """The engine's own words about the query, and the next move."""
    said = first_line(engine_says).rstrip(".!")
    return QueryRefusedError(f"connection '{connection}': the query fails: {said}. {remedy}")


def stopped(connection: str, seconds: float) -> QueryRefusedError:
    """The statement timeout struck."""
    return QueryRefusedError(
        f"connection '{connection}': the query was stopped after its statement_timeout of "
        f"{seconds:g} s. Make the query cheaper, or raise statement_timeout of the connection in "
        "connections.yaml."
    )


def unavailable(connection: str, engine_says: str, remedy: str) -> SourceUnavailableError:
    """The source cannot be reached; `engine_says` must hold no secret."""
    said = first_line(engine_says).rstrip(".!")
    return SourceUnavailableError(f"connection '{connection}': {said}. {remedy}")


def faulty_file(connection: str, seen: str, remedy: str) -> QueryRefusedError:
    """A file that a query reads is not what its table needs."""
    return QueryRefusedError(f"connection '{connection}': {seen}. {remedy}")


def login_refused(connection: str, engine_says: str) -> LoginRefusedError:
    """The source refuses the user or the password; `engine_says` must hold no secret."""
    said = first_line(engine_says).rstrip(".!")
    return LoginRefusedError(
        f"connection '{connection}': the login is refused: {said}. Correct the user or the secret "
        "of the connection; it is not tried again, since that can lock an account."
    )


def outside_dates(connection: str, columns: Sequence[str]) -> QueryRefusedError:
    """A date that no typed column can hold turned up after typed rows were handed over."""
    shown = double_quoted(columns[0])
    return QueryRefusedError(
        f"connection '{connection}': the column {' and '.join(repr(name) for name in columns)} "
        "holds infinity or a date outside the years 1 to 9999, which a date column cannot carry. "
        f"Ask for it as text: CAST({shown} AS text) AS {shown}."
    )


def first_line(message: str) -> str:
    """The first line of an engine's message; the others quote the query."""
    return next((line.strip() for line in message.splitlines() if line.strip()), "no reason given")


def without_values(message: str) -> str:
    """An engine's message about data, without the data: nothing quoted, no number, no row of CSV."""
    message = re.sub(r"(CSV parse error: [^:]*).*", r"\1", message, flags=re.DOTALL)
    unquoted = re.sub(r"(['\"`]).*\1", "'…'", message, flags=re.DOTALL)
    return re.sub(r"(?<![\w.])-?\d[\d.]*", "…", unquoted)


def check_dates(batch: pa.RecordBatch) -> None:
    """Find infinity and dates outside the years 1 to 9999.

    They pass Arrow unnoticed and fail, or turn into another date, in whatever reads them.

    Raises:
        OutsideDatesError: there are any.
    """
    outside = []
    for column, values in zip(batch.schema, batch.columns, strict=True):
        if pa.types.is_date32(column.type):
            span = pc.min_max(values.view(pa.int32())).as_py()
            low, high = _DAYS
        elif pa.types.is_timestamp(column.type):
            span = pc.min_max(values.view(pa.int64())).as_py()
            low, high = _MICROSECONDS
        else:
            continue
        if span["min"] is not None and (span["min"] < low or span["max"] > high):
            outside.append(column.name)
    if outside:
        raise OutsideDatesError(outside)


def checked_dates(connection: str, batches: Rows) -> Rows:
    """Pass batches on; the first one may still be asked for again as text, later ones not.

    Raises:
        OutsideDatesError: the first batch holds a date that a typed column cannot carry.
        QueryRefusedError: a later one does.
    """
    handed_over = False
    try:
        # Closed at once: a query that is left open stands in the way of the next one.
        with closing(batches):
            for batch in batches:
                check_dates(batch)
                yield batch
                handed_over = True
    except OutsideDatesError as found:
        if not handed_over:
            raise
        raise outside_dates(connection, found.columns) from None
