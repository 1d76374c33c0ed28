"""Reading PostgreSQL in a read-only session of the query's own, never pooled.

Rows come by COPY, over whatever libpq connects to. The query is wrapped so that only types that pass
exactly go as they are, and everything else goes as text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Any, ClassVar

import psycopg
import pyarrow as pa
from psycopg import pq
from psycopg.conninfo import make_conninfo

from totango_pipelines.connections import source
from totango_pipelines.connections.parameters import Parameters, without_parameters
from totango_pipelines.connections.postgres_copy import copied
from totango_pipelines.connections.privileges import POSTGRES_PRIVILEGES, refuse_privileged
from totango_pipelines.connections.source import Rows
from totango_pipelines.errors import (
    LoginRefusedError,
    QueryRefusedError,
    SourceUnavailableError,
)

_REACH = "Check host, port, user and password of the connection, and that the server is up."
_MEND = "Correct the query of the integration."
_LOCK_TIMEOUT = 30
# The text of every type as this project documents it, whatever the server or the role is set to.
_SESSION = {
    "default_transaction_read_only": "on",
    "lock_timeout": f"{_LOCK_TIMEOUT}s",
    "idle_in_transaction_session_timeout": "600s",
    # The guard writes quotes as standard SQL does.
    "standard_conforming_strings": "on",
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
_LOGIN_REFUSED = "28"
# libpq hands over no SQLSTATE of a login.
_LOGIN_WORDS = re.compile(
    r"FATAL: .*(authentication failed|role .* does not exist|is not permitted to log in)"
    r"|no password supplied"
)
# SQLSTATE classes: connection, resources, operator intervention, system error, no such database.
_UNREACHABLE = ("08", "53", "57P", "58", "3D")
# A lock that was not given up, a deadlock, a conflict with the recovery of a standby.
_PASSING = ("40", "55P03")
_TIMEOUT = "57014"
# 42704 also says which text is no name of an encoding or a time zone.
_ABOUT_DATA = ("22", "23", "42704")


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
class PostgresSource:
    """A PostgreSQL database; `login` is what libpq takes, with its names."""

    name: str
    login: Mapping[str, str] = field(repr=False)
    statement_timeout: float
    """Seconds."""
    allow_privileged: bool = False
    """Read as a superuser, too."""
    dialect: ClassVar[str] = "postgres"

    def clock(self) -> datetime:
        """See Source."""
        with self._as_our_errors(), closing(self._connect()) as session:
            row = session.execute("SELECT clock_timestamp()").fetchone()
            moment: datetime = row[0] if row else datetime.now(tz=UTC)
            return moment.astimezone(UTC)

    @contextmanager
    def batches(
        self, sql: str, parameters: Parameters = (), *, limit: int | None = None
    ) -> Iterator[pa.RecordBatchReader]:
        """See Source."""
        without_parameters(parameters)
        with self._as_our_errors():
            session = self._connect()
        with closing(session):
            with self._as_our_errors():
                if not self.allow_privileged:
                    held = session.execute(POSTGRES_PRIVILEGES).fetchall()
                    refuse_privileged(self.name, [row[0] for row in held])
                columns = self._describe(session, sql)
            bounded = source.bounded(sql, limit)
            schema, rows, first = self._begin(session, bounded, columns)
            with closing(rows):
                yield pa.RecordBatchReader.from_batches(
                    schema, rows if first is None else chain([first], rows)
                )

    def _begin(
        self, session: "psycopg.Connection[Any]", sql: str, columns: Sequence[_Column]
    ) -> tuple[pa.Schema, Rows, pa.RecordBatch | None]:
        """Read the first batch; where it holds infinity or 44 BC, start again with that as text.

        Typed columns thus cost nothing to check, and a query that could hold such dates later
        is refused there, by name, rather than altered.
        """
        as_text: tuple[str, ...] = ()
        while True:
            schema, rows = self._read(session, sql, columns, as_text=as_text)
            try:
                return schema, rows, next(rows, None)
            except source.OutsideDatesError as found:
                as_text += found.columns

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
    ) -> tuple[pa.Schema, Rows]:
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
        return schema, self._checked(copied(session, wrapped, schema))

    def _checked(self, rows: Rows) -> Rows:
        with self._as_our_errors():
            yield from source.checked_dates(self.name, rows)

    def _connect(self) -> "psycopg.Connection[Any]":
        options = f"{self.login.get('options', '')} {self._options()}".strip()
        login = {**_CONNECTING, **self.login, "options": options}
        return psycopg.connect(make_conninfo(**login), autocommit=True)

    def _options(self) -> str:
        settings = {
            **_SESSION,
            "statement_timeout": f"{int(self.statement_timeout * 1000)}ms",
        }
        return " ".join(f"-c {name}={value}" for name, value in settings.items())

    @contextmanager
    def _as_our_errors(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            said = error.diag.message_primary or str(error)
            raise self._translated(error.sqlstate, said) from None
        except (pa.ArrowException, UnicodeError) as error:
            # Arrow quotes the value it could not read: not shown.
            said = f"a value cannot be read ({type(error).__name__})"
            raise source.refused(self.name, said, _MEND) from None

    def _translated(
        self, state: str | None, said: str
    ) -> QueryRefusedError | LoginRefusedError | SourceUnavailableError:
        if state == _TIMEOUT and "timeout" in said:
            return source.stopped(self.name, self.statement_timeout)
        if state is None and _LOGIN_WORDS.search(said):
            return source.login_refused(self.name, said)
        if state is not None and state.startswith(_LOGIN_REFUSED):
            return source.login_refused(self.name, said)
        if state is None or state.startswith(_UNREACHABLE):
            return source.unavailable(self.name, said, _REACH)
        if state.startswith(_PASSING):
            return source.unavailable(self.name, said, "Try again later.")
        if state.startswith(_ABOUT_DATA):
            said = source.without_values(said)
        return source.refused(self.name, said, _MEND)
