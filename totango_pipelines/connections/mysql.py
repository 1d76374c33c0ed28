"""Reading MySQL and MariaDB: an unbuffered cursor in a read-only transaction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc
import pymysql
from pymysql.constants import ER, FIELD_TYPE, FLAG
from pymysql.cursors import SSCursor

from totango_pipelines.connections import source
from totango_pipelines.connections.parameters import Parameters, without_parameters
from totango_pipelines.connections.privileges import mysql_privileges, refuse_privileged
from totango_pipelines.errors import (
    LoginRefusedError,
    QueryRefusedError,
    SourceUnavailableError,
)

_CONNECT_TIMEOUT = 10
_LOCK_TIMEOUT = 30
_BINARY_CHARSET = 63
_BITS_IN_INT64 = 63
_MARIADB_STATEMENT_TIMEOUT = 1969

# Modes in which quotes, bars and whole statements mean something else than the guard wrote.
_OTHER_GRAMMARS = {
    *("ANSI", "ANSI_QUOTES", "PIPES_AS_CONCAT", "NO_BACKSLASH_ESCAPES", "HIGH_NOT_PRECEDENCE"),
    *("IGNORE_SPACE", "ORACLE", "MSSQL", "DB2", "MAXDB", "POSTGRESQL", "EMPTY_STRING_IS_NULL"),
}

_INTEGERS = {
    FIELD_TYPE.TINY: "tinyint",
    FIELD_TYPE.SHORT: "smallint",
    FIELD_TYPE.INT24: "mediumint",
    FIELD_TYPE.LONG: "int",
    FIELD_TYPE.LONGLONG: "bigint",
    FIELD_TYPE.YEAR: "year",
}
_DATES = {
    FIELD_TYPE.DATE: ("date", pa.date32()),
    FIELD_TYPE.NEWDATE: ("date", pa.date32()),
    FIELD_TYPE.DATETIME: ("datetime", source.TIMESTAMP),
    FIELD_TYPE.TIMESTAMP: ("timestamp", source.UTC_TIMESTAMP),
}
_NAMES = {
    FIELD_TYPE.DECIMAL: "decimal",
    FIELD_TYPE.NEWDECIMAL: "decimal",
    FIELD_TYPE.TIME: "time",
    FIELD_TYPE.JSON: "json",
    FIELD_TYPE.VARCHAR: "varchar",
    FIELD_TYPE.VAR_STRING: "varchar",
    FIELD_TYPE.STRING: "char",
    FIELD_TYPE.NULL: "null",
    FIELD_TYPE.GEOMETRY: "geometry",
}
_BLOBS = {
    FIELD_TYPE.BLOB,
    FIELD_TYPE.TINY_BLOB,
    FIELD_TYPE.MEDIUM_BLOB,
    FIELD_TYPE.LONG_BLOB,
}
_UNSIGNED = pa.decimal128(20, 0)
_REACH = "Check host, port, user and password of the connection, and that the server is up."
_MEND = "Correct the query of the integration."
_CLIENT_ERRORS = range(2000, 3000)
_ABOUT_DATA = {
    *(1690, ER.UNKNOWN_ERROR, ER.TRUNCATED_WRONG_VALUE, ER.WRONG_VALUE_FOR_TYPE),
    ER.DUP_ENTRY,  # of the table that the server groups in
}
_TIMEOUTS = {ER.QUERY_TIMEOUT, ER.STATEMENT_TIMEOUT, _MARIADB_STATEMENT_TIMEOUT}
_LOGIN_REFUSED = {
    ER.ACCESS_DENIED_ERROR,
    ER.DBACCESS_DENIED_ERROR,
    1862,  # MySQL: the password has expired
    1698,  # a login without a password, refused
    3118,  # MySQL: the account is locked
    4151,  # MariaDB: the account is locked
}
_UNREACHABLE = {
    ER.CON_COUNT_ERROR,
    ER.SERVER_SHUTDOWN,
    ER.BAD_DB_ERROR,
    ER.NEW_ABORTING_CONNECTION,
    1927,  # MariaDB: the connection was killed
}


class _StreamCursor(SSCursor):
    """pymysql's unbuffered cursor, and the two things of it that are not public."""

    _result: Any

    @property
    def fields(self) -> Sequence[Any]:
        """What the server says about each column: name, type_code, charsetnr, length, flags, scale."""
        # A statement without rows, such as DO, has a result without fields.
        return getattr(self._result, "fields", ())

    def abandon(self) -> None:
        """Otherwise its end would wait for the other rows, on a closed socket."""
        if self._result is not None:
            self._result.unbuffered_active = False


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    source_type: str
    arrow_type: pa.DataType
    read: Callable[[Sequence[Any], pa.DataType], pa.Array]


@dataclass(frozen=True, slots=True)
class MySQLSource:
    """A MySQL or MariaDB database; `login` is what pymysql.connect takes."""

    name: str
    login: Mapping[str, Any] = field(repr=False)
    statement_timeout: float
    """Seconds."""
    allow_privileged: bool = False
    """Read as a user with SUPER, FILE and the like, too."""
    dialect: ClassVar[str] = "mysql"

    def clock(self) -> datetime:
        """See Source."""
        with self._as_our_errors(logging_in=True), closing(self._connect()) as connection:
            with connection.cursor() as cursor:
                cursor.execute("SELECT UTC_TIMESTAMP(6)")
                (moment,) = cursor.fetchall()[0]
            return datetime.fromisoformat(str(moment)).replace(tzinfo=UTC)

    @contextmanager
    def batches(
        self, sql: str, parameters: Parameters = (), *, limit: int | None = None
    ) -> Iterator[pa.RecordBatchReader]:
        """See Source."""
        without_parameters(parameters)
        with self._as_our_errors(logging_in=True):
            connection = self._connect()
        cursor = connection.cursor()
        try:
            yield self._reader(cursor, sql, limit)
        finally:
            connection.close()
            cursor.abandon()

    def _reader(self, cursor: _StreamCursor, sql: str, limit: int | None) -> pa.RecordBatchReader:
        with self._as_our_errors():
            if not self.allow_privileged:
                cursor.execute("SHOW GRANTS")
                refuse_privileged(self.name, mysql_privileges(row[0] for row in cursor.fetchall()))
            if limit is not None:
                # Not a subquery: MariaDB drops the ORDER BY of one.
                cursor.execute(f"SET SESSION sql_select_limit = {limit:d}")
            cursor.execute(sql)
        columns = [_column(described) for described in cursor.fields]
        source.refuse_unusable_columns(self.name, [column.name for column in columns])
        schema = pa.schema(
            source.field(column.name, column.arrow_type, column.source_type) for column in columns
        )
        rows = self._rows(cursor, columns, schema, limit)
        first = next(rows, None)
        return pa.RecordBatchReader.from_batches(
            schema, rows if first is None else chain([first], rows)
        )

    def _rows(
        self,
        cursor: _StreamCursor,
        columns: Sequence[_Column],
        schema: pa.Schema,
        limit: int | None,
    ) -> Iterator[pa.RecordBatch]:
        left = limit
        with self._as_our_errors():
            while rows := cursor.fetchmany(
                source.BATCH_ROWS if left is None else min(left, source.BATCH_ROWS)
            ):
                arrays = [
                    column.read(values, column.arrow_type)
                    for column, values in zip(columns, zip(*rows, strict=True), strict=True)
                ]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)
                left = None if left is None else left - len(rows)

    def _connect(self) -> "pymysql.Connection[_StreamCursor]":
        connection: pymysql.Connection[_StreamCursor] = pymysql.connect(
            **self.login,
            charset="utf8mb4",
            cursorclass=_StreamCursor,
            conv={},  # every value as the server's text: Arrow parses a whole column at once
            connect_timeout=_CONNECT_TIMEOUT,
            read_timeout=int(self.statement_timeout) + 60,
            autocommit=True,
        )
        mariadb = "mariadb" in str(connection.get_server_info()).lower()  # type: ignore[no-untyped-call]  # not in its stubs
        timeout = (
            f"max_statement_time = {self.statement_timeout:g}"
            if mariadb
            else f"max_execution_time = {int(self.statement_timeout * 1000)}"
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT @@sql_mode")
            (modes,) = cursor.fetchall()[0]
            kept = ",".join(mode for mode in str(modes).split(",") if mode not in _OTHER_GRAMMARS)
            cursor.execute(
                f"SET SESSION {timeout}, time_zone = '+00:00', net_write_timeout = 600, "
                f"wait_timeout = 600, lock_wait_timeout = {_LOCK_TIMEOUT}, sql_mode = '{kept}'"
            )
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
        return connection

    @contextmanager
    def _as_our_errors(self, *, logging_in: bool = False) -> Iterator[None]:
        try:
            yield
        except (pymysql.MySQLError, OSError, ValueError, pa.ArrowException) as error:
            raise self._translated(error, logging_in=logging_in) from None

    def _translated(
        self, error: Exception, *, logging_in: bool
    ) -> QueryRefusedError | LoginRefusedError | SourceUnavailableError:
        if not isinstance(error, pymysql.MySQLError):
            if isinstance(error, OSError):
                return source.unavailable(self.name, str(error), _REACH)
            return source.refused(
                self.name, f"a value cannot be read ({type(error).__name__})", _MEND
            )
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        said = str(error.args[1]) if len(error.args) > 1 else "the connection dropped"
        if code in _TIMEOUTS:
            return source.stopped(self.name, self.statement_timeout)
        # A query is refused with the same codes where it asks for a file or another database.
        if logging_in and code in _LOGIN_REFUSED:
            return source.login_refused(self.name, said)
        if code in _UNREACHABLE or code == 0 or code in _CLIENT_ERRORS:
            return source.unavailable(self.name, said, _REACH)
        if isinstance(error, pymysql.err.DataError) or code in _ABOUT_DATA:
            said = source.without_values(said)
        return source.refused(self.name, said, _MEND)


def _column(described: Any) -> _Column:  # noqa: ANN401 - pymysql's packet has no public type
    name, code, flags = described.name, described.type_code, described.flags
    if code in _INTEGERS:
        wide = code == FIELD_TYPE.LONGLONG and bool(flags & FLAG.UNSIGNED)
        suffix = " unsigned" if flags & FLAG.UNSIGNED and code != FIELD_TYPE.YEAR else ""
        shown = "tinyint(1)" if code == FIELD_TYPE.TINY and described.length == 1 else None
        arrow_type = _UNSIGNED if wide else pa.int64()
        return _Column(name, (shown or _INTEGERS[code]) + suffix, arrow_type, _parsed)
    if code in (FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE):
        shown = "float" if code == FIELD_TYPE.FLOAT else "double"
        return _Column(name, shown, pa.float64(), _parsed)
    if code in _DATES:
        shown, arrow_type = _DATES[code]
        return _Column(name, shown, arrow_type, _dates)
    if code == FIELD_TYPE.BIT:
        arrow_type = pa.int64() if described.length <= _BITS_IN_INT64 else _UNSIGNED
        return _Column(name, f"bit({described.length})", arrow_type, _bits)
    return _Column(name, _text_type(described), pa.string(), _texts)


def _text_type(described: Any) -> str:  # noqa: ANN401 - as above
    code, flags = described.type_code, described.flags
    if code in (FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL):
        # The length counts the sign and the point.
        digits = described.length - (not flags & FLAG.UNSIGNED) - (described.scale > 0)
        return f"decimal({digits},{described.scale})"
    if flags & FLAG.ENUM:
        return "enum"
    if flags & FLAG.SET:
        return "set"
    binary = described.charsetnr == _BINARY_CHARSET
    if code in _BLOBS:
        return "blob" if binary else "text"
    known = _NAMES.get(code, "text")
    return known.replace("char", "binary") if binary else known


def _parsed(values: Sequence[str | None], arrow_type: pa.DataType) -> pa.Array:
    return pa.array(values, pa.string()).cast(arrow_type)


def _dates(values: Sequence[str | None], arrow_type: pa.DataType) -> pa.Array:
    """Dates; 0000-00-00 and 2024-00-00, which MySQL stores for "unknown", become null."""
    try:
        return _checked_dates(values, arrow_type)
    except (pa.ArrowInvalid, source.OutsideDatesError):
        return _checked_dates([_real_date(value) for value in values], arrow_type)


def _checked_dates(values: Sequence[str | None], arrow_type: pa.DataType) -> pa.Array:
    naive = pa.date32() if arrow_type == pa.date32() else source.TIMESTAMP
    array = pa.array(values, pa.string()).cast(naive)
    source.check_dates(pa.RecordBatch.from_arrays([array], names=["date"]))
    return pc.assume_timezone(array, "UTC") if arrow_type == source.UTC_TIMESTAMP else array


def _real_date(value: str | None) -> str | None:
    try:
        datetime.fromisoformat(value or "")
    except ValueError:
        return None
    return value


def _bits(values: Sequence[bytes | None], arrow_type: pa.DataType) -> pa.Array:
    numbers = [None if value is None else int.from_bytes(value, "big") for value in values]
    if arrow_type == pa.int64():
        return pa.array(numbers, arrow_type)
    return _parsed([None if number is None else str(number) for number in numbers], arrow_type)


def _texts(values: Sequence[str | bytes | None], arrow_type: pa.DataType) -> pa.Array:
    return pa.array(
        ["\\x" + value.hex() if isinstance(value, bytes) else value for value in values], arrow_type
    )
