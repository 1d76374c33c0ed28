"""Reading PostgreSQL in a read-only session of the query's own, never pooled.

Two ways lead to the same rows. connectorx is the faster one; what it cannot connect to as libpq
would (a socket, several hosts, TLS) is read by psycopg's COPY. Both get the same query, wrapped
so that only types that pass exactly go as they are and everything else goes as text.
"""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Any, ClassVar
from urllib.parse import quote

import connectorx
import psycopg
import pyarrow as pa
from psycopg import pq
from psycopg.conninfo import make_conninfo

from totango_pipelines.connections import source
from totango_pipelines.connections.postgres_copy import copied
from totango_pipelines.errors import QueryRefusedError, SourceUnavailableError

_REACH = "Check host, port, user and password of the connection, and that the server is up."
_MEND = "Correct the query of the integration."
_LOCK_TIMEOUT = 30
# The text of every type as this project documents it, whatever the server or the role is set to.
_SESSION = {
    "default_transaction_read_only": "on",
    "lock_timeout": f"{_LOCK_TIMEOUT}s",
    "timezone": "UTC",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}
_CONNECTING = {
    "connect_timeout": "10",
    "keepalives_idle": "60",
    "client_encoding": "utf8",
}
# What connectorx connects to just as libpq does.
_FAST = {"host", "port", "user", "password", "dbname", "sslmode", *_CONNECTING}

_AS_IT_IS = {
    "boolean": pa.bool_(),
    "smallint": pa.int64(),
    "integer": pa.int64(),
    "bigint": pa.int64(),
    "double precision": pa.float64(),
    "text": pa.string(),
    "character varying": pa.string(),
    "date": pa.date32(),
    "timestamp without time zone": source.TIMESTAMP,
    "timestamp with time zone": source.UTC_TIMESTAMP,
}
_CAST = {
    # By way of text, so that 0.1 stays 0.1 and does not become 0.10000000149011612.
    "real": ("{}::text::float8", pa.float64()),
    # The text of money follows the server's locale.
    "money": ("{}::numeric::text", pa.string()),
}
_TEXT = ("{}::text", pa.string())
# SQLSTATE classes: connection, resources, operator intervention, system error, wrong login.
_UNREACHABLE = ("08", "53", "57P", "58", "28", "3D")
_TIMEOUT = "57014"
_ABOUT_DATA = ("22", "23")
_PANIC_STATE = re.compile(r"SqlState\(E(\w{5})\)")
_PANIC_MESSAGE = re.compile(r'message: "((?:[^"\\]|\\.)*)"')
_PANIC_VALUE = re.compile(r"FromSql\((\d+)\)")


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    source_type: str

    def carried(self, *, as_text: bool) -> tuple[str, pa.DataType]:
        bare = re.sub(r"\(\d+(,-?\d+)?\)", "", self.source_type)
        if as_text:
            return _TEXT
        if bare in _AS_IT_IS:
            return "{}", _AS_IT_IS[bare]
        return _CAST.get(bare, _TEXT)


@dataclass(frozen=True, slots=True)
class _Login:
    """Where libpq ended up after its own rules: what connectorx is to connect to."""

    url: str = field(repr=False)
    mark: str
    """The application name that only this query's session has."""


@dataclass(frozen=True, slots=True)
class PostgresSource:
    """A PostgreSQL database; `login` is what libpq takes, with its names."""

    name: str
    login: Mapping[str, str] = field(repr=False)
    statement_timeout: float
    """Seconds."""
    by_copy: bool = False
    """Read by psycopg even where connectorx could."""
    dialect: ClassVar[str] = "postgres"

    def clock(self) -> datetime:
        """See Source."""
        with self._as_our_errors(), closing(self._connect()) as session:
            row = session.execute("SELECT clock_timestamp()").fetchone()
            moment: datetime = row[0] if row else datetime.now(tz=UTC)
            return moment.astimezone(UTC)

    @contextmanager
    def batches(self, sql: str, *, limit: int | None = None) -> Iterator[pa.RecordBatchReader]:
        """See Source."""
        with self._as_our_errors():
            session = self._connect()
        with closing(session):
            with self._as_our_errors():
                columns = self._describe(session, sql)
            bounded = source.bounded(sql, limit)
            schema, rows = self._read(session, bounded, columns, as_text=())
            first, found = _first(rows)
            if found:
                rows.close()
                session.rollback()
                schema, rows = self._read(session, bounded, columns, as_text=found)
                first, _ = _first(rows)
            with closing(rows):
                yield pa.RecordBatchReader.from_batches(
                    schema, rows if first is None else chain([first], rows)
                )

    def _describe(self, session: "psycopg.Connection[Any]", sql: str) -> tuple[_Column, ...]:
        """Ask the server what the query returns, without running it; it must be one query."""
        connection = session.pgconn
        # As a subquery: there no data-modifying WITH and nothing but a query can stand.
        wrapped = f"SELECT * FROM (\n{sql}\n) AS q".encode()
        for result in (connection.prepare(b"", wrapped), connection.describe_prepared(b"")):
            if result.status != pq.ExecStatus.COMMAND_OK:
                raise psycopg.errors.error_from_result(result)
        names = [(result.fname(place) or b"").decode() for place in range(result.nfields)]
        source.refuse_unusable_columns(self.name, names)
        types = [(result.ftype(place), result.fmod(place)) for place in range(result.nfields)]
        with session.transaction():
            rows = session.execute(
                "SELECT format_type(oid, modifier) FROM unnest(%s::oid[], %s::int[]) "
                "WITH ORDINALITY AS t(oid, modifier, place) ORDER BY place",
                ([oid for oid, _ in types], [modifier for _, modifier in types]),
            ).fetchall()
        return tuple(_Column(name, row[0]) for name, row in zip(names, rows, strict=True))

    def _read(
        self,
        session: "psycopg.Connection[Any]",
        sql: str,
        columns: Sequence[_Column],
        *,
        as_text: Sequence[str],
    ) -> "tuple[pa.Schema, Generator]":
        carried = [column.carried(as_text=column.name in as_text) for column in columns]
        schema = pa.schema(
            source.field(column.name, arrow_type, column.source_type)
            for column, (_, arrow_type) in zip(columns, carried, strict=True)
        )
        places = [f"c{place}" for place in range(len(columns))]
        chosen = ", ".join(
            expression.format(place) + f" AS {place}"
            for place, (expression, _) in zip(places, carried, strict=True)
        )
        wrapped = f"SELECT {chosen} FROM (\n{sql}\n) AS q({', '.join(places)})"
        login = None if self.by_copy else self._fast_login(session)
        rows = copied(session, wrapped, schema) if login is None else self._streamed(login, wrapped, schema)
        return schema, self._checked(rows)

    def _checked(self, rows: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with self._as_our_errors():
            yield from source.checked_dates(self.name, rows)
