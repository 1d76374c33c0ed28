"""Reading an SQLite file: read-only by its URI and by an authorizer.

SQLite has types for values, not for columns, so a column's type is decided from what it was
declared as and from the values the query returns. The values are asked for first, by an
aggregate inside the same read transaction: the query runs twice (1.2 s more per million rows of
ten columns, about a fifth of the whole), and no later row can disagree with the type. Deciding from
the first batch would cost nothing, and be wrong at row 65,537.
"""

import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from totango_pipelines.connections import source
from totango_pipelines.connections.parameters import Parameters
from totango_pipelines.errors import QueryRefusedError

Value = int | float | bytes | None

_REMEDY = "Correct the query of the integration."
_READS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_FUNCTION,
}
_REFUSED_FUNCTIONS = {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"}
_FILE_TROUBLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_IOERR,
}
# SQLite's variable and expression limits are far above this; its column limit is 2000.
_ASKED_AT_ONCE = 400
# A parameter outside of texts and quoted names; a view, which tells the types, takes none.
_PLACE = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|(:[a-z_]+\b)""")


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    declared: str
    storage: frozenset[str]
    """The first and last storage class of its values, nulls left out: see _storage_classes."""

    @property
    def arrow_type(self) -> pa.DataType:
        declared = self.declared.upper()
        if self.storage == {"integer"}:
            # NUMERIC(10,2) holds 1 as an integer and 0.99 as a float: one exact text for both.
            return pa.string() if _is_decimal(declared) else pa.int64()
        if self.storage == {"real"}:
            return pa.string() if _is_decimal(declared) else pa.float64()
        if self.storage:
            return pa.string()
        if "INT" in declared:
            return pa.int64()
        if any(word in declared for word in ("REAL", "FLOA", "DOUB")):
            return pa.float64()
        return pa.string()

    def array(self, values: Sequence[Value]) -> pa.Array:
        if self.arrow_type != pa.string():
            return pa.array(values, self.arrow_type)
        if self.storage <= {"text"}:
            try:
                return pa.array(values, pa.binary()).cast(pa.string())
            except pa.ArrowException:  # not UTF-8, or a number: only then look at each value
                pass
        return pa.array([_text(value) for value in values], pa.string())


@dataclass(frozen=True, slots=True)
class _Session:
    connection: sqlite3.Connection
    parameters: dict[str, Any]

    def execute(self, sql: str) -> sqlite3.Cursor:
        """Run a text that has the query in it."""
        return self.connection.execute(sql, self.parameters)


@dataclass(frozen=True, slots=True)
class SQLiteSource:
    """An SQLite file."""

    name: str
    path: Path
    statement_timeout: float
    """Seconds."""
    dialect: ClassVar[str] = "sqlite"

    def clock(self) -> datetime:
        """The clock of this machine: an embedded engine has no other."""
        with self._as_our_errors(), closing(self._connect()) as connection:
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
            return datetime.now(tz=UTC)

    @contextmanager
    def batches(
        self, sql: str, parameters: Parameters = (), *, limit: int | None = None
    ) -> Iterator[pa.RecordBatchReader]:
        """See Source."""
        with self._as_our_errors():
            connection = self._connect()
        with closing(connection):
            timer = threading.Timer(self.statement_timeout, connection.interrupt)
            timer.daemon = True
            timer.start()
            try:
                yield self._reader(_Session(connection, dict(parameters)), sql, limit)
            finally:
                timer.cancel()

    def _reader(self, session: "_Session", sql: str, limit: int | None) -> pa.RecordBatchReader:
        with self._as_our_errors():
            declared = _declared_types(session, sql)
            session.connection.execute("BEGIN")
            session.connection.set_authorizer(_only_reads)
            names = _names(session, sql)
            source.refuse_unusable_columns(self.name, names)
            sql = source.bounded(sql, limit)
            storage = _storage_classes(session, sql, len(names))
        columns = [_Column(*parts) for parts in zip(names, declared, storage, strict=True)]
        schema = pa.schema(
            source.field(column.name, column.arrow_type, column.declared or "dynamic")
            for column in columns
        )
        rows = self._rows(session, _by_position(sql, columns), columns, schema)
        first = next(rows, None)
        return pa.RecordBatchReader.from_batches(
            schema, rows if first is None else chain([first], rows)
        )

    def _rows(
        self,
        session: "_Session",
        sql: str,
        columns: Sequence[_Column],
        schema: pa.Schema,
    ) -> Iterator[pa.RecordBatch]:
        with self._as_our_errors():
            cursor = session.execute(sql)
            while rows := cursor.fetchmany(source.BATCH_ROWS):
                arrays = [
                    column.array(values)
                    for column, values in zip(columns, zip(*rows, strict=True), strict=True)
                ]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    def _connect(self) -> sqlite3.Connection:
        if not self.path.is_file():
            reason = f"there is no SQLite file {self.path}"
            raise source.unavailable(self.name, reason, "Check the path in connections.yaml.")
        connection = sqlite3.connect(
            f"{self.path.resolve().as_uri()}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.text_factory = bytes
        return connection

    @contextmanager
    def _as_our_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, sqlite3.Warning) as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code == sqlite3.SQLITE_INTERRUPT:
                raise source.stopped(self.name, self.statement_timeout) from None
            if code in _FILE_TROUBLE:
                remedy = f"Check the file {self.path}."
                raise source.unavailable(self.name, str(error), remedy) from None
            if code == sqlite3.SQLITE_AUTH:
                raise _not_a_read(self.name) from None
            said = str(error)
            # A path of json_extract() may come from a row; other messages name tables and columns.
            if "JSON path" in said:
                said = source.without_values(said)
            raise source.refused(self.name, said, _REMEDY) from None


def _not_a_read(connection: str) -> QueryRefusedError:
    return QueryRefusedError(
        f"connection '{connection}': the query does more than read, and this connection only "
        f"reads. {_REMEDY}"
    )


def _only_reads(
    action: int, _first: str | None, second: str | None, _database: str | None, _by: str | None
) -> int:
    if action not in _READS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _REFUSED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _declared_types(session: _Session, sql: str) -> tuple[str, ...]:
    """What the columns were declared as: only a view tells, and making one runs nothing."""
    if session.parameters:
        sql = _PLACE.sub(lambda found: "NULL" if found[1] else found[0], sql)
    session.connection.execute(f"CREATE TEMP VIEW _totango_declared AS SELECT * FROM (\n{sql}\n)")
    rows = session.connection.execute("PRAGMA temp.table_info(_totango_declared)").fetchall()
    session.connection.execute("DROP VIEW temp._totango_declared")
    return tuple(row[2].decode() for row in rows)


def _names(session: _Session, sql: str) -> tuple[str, ...]:
    names = _described(session, f"SELECT * FROM (\n{sql}\n) LIMIT 0")
    # From a subquery, the second of two columns called `a` comes out as `a:1`. Only the query
    # itself knows better, and describing that means running it to its first row.
    if any(re.search(r":\d+$", name) for name in names):
        return _described(session, sql)
    return names


def _described(session: _Session, sql: str) -> tuple[str, ...]:
    with closing(session.execute(sql)) as cursor:
        return tuple(column[0] for column in cursor.description or ())


def _storage_classes(session: _Session, sql: str, width: int) -> tuple[frozenset[str], ...]:
    """The alphabetically first and last storage class in each column, without null.

    The order is blob, integer, null, real, text. What two of them may hide between them changes
    no type: only `null` to `text` can look purer than it is, and that is text either way.
    """
    found: list[frozenset[str]] = []
    for start in range(0, width, _ASKED_AT_ONCE):
        asked = ", ".join(
            f"min(typeof(c{place})), max(typeof(c{place}))"
            for place in range(start, min(start + _ASKED_AT_ONCE, width))
        )
        row = session.execute(f"{_positions(sql, width)} SELECT {asked} FROM _totango_q").fetchone()
        classes = [None if value is None else value.decode() for value in row]
        found.extend(
            frozenset(name for name in pair if name not in (None, "null"))
            for pair in zip(classes[::2], classes[1::2], strict=True)
        )
    return tuple(found)


def _by_position(sql: str, columns: Sequence[_Column]) -> str:
    """The query with its bytes as hex text; by position, since SQLite ignores case in names."""
    chosen = ", ".join(
        f"CASE typeof(c{place}) WHEN 'blob' THEN '\\x' || lower(hex(c{place})) ELSE c{place} END"
        if "blob" in column.storage
        else f"c{place}"
        for place, column in enumerate(columns)
    )
    return f"{_positions(sql, len(columns))} SELECT {chosen} FROM _totango_q"


def _positions(sql: str, width: int) -> str:
    return f"WITH _totango_q({', '.join(f'c{place}' for place in range(width))}) AS (\n{sql}\n)"


def _is_decimal(declared: str) -> bool:
    return declared.startswith(("NUMERIC", "DECIMAL", "MONEY", "NUMBER"))


def _text(value: Value) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return "\\x" + value.hex()
    # The shortest decimal that is this float, without an exponent: 0.99, not 0.98999…
    shown = repr(value)
    return format(Decimal(shown), "f") if "e" in shown else shown


def open_file(name: str, path: Path, statement_timeout: float) -> SQLiteSource:
    """The source of a declared file; nothing is opened yet."""
    return SQLiteSource(name=name, path=path, statement_timeout=statement_timeout)
