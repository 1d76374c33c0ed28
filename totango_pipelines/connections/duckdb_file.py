"""Reading a DuckDB file: read-only, without access to anything outside the file."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pyarrow as pa

from totango_pipelines.connections import source
from totango_pipelines.connections.parameters import Parameters
from totango_pipelines.errors import QueryRefusedError, SourceUnavailableError

# Every connection of one process to one file must have the same settings: DuckDB's own rule.
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "memory_limit": "1GB",
    "lock_configuration": "true",
}
_AS_IT_IS = {
    "BOOLEAN": pa.bool_(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "TIMESTAMP": source.TIMESTAMP,
    "TIMESTAMP WITH TIME ZONE": source.UTC_TIMESTAMP,
}
_CAST = {
    **dict.fromkeys(
        ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER"),
        ("{}::BIGINT", pa.int64()),
    ),
    # By way of text, so that 0.1 stays 0.1 and does not become 0.10000000149011612.
    "FLOAT": ("{}::VARCHAR::DOUBLE", pa.float64()),
    "TIMESTAMP_S": ("{}::TIMESTAMP", source.TIMESTAMP),
    "TIMESTAMP_MS": ("{}::TIMESTAMP", source.TIMESTAMP),
    "BLOB": ("'\\x' || lower(hex({}))", pa.string()),
}
_TEXT = ("{}::VARCHAR", pa.string())
_DATA_ERRORS = (
    duckdb.ConversionException,
    duckdb.OutOfRangeException,
    duckdb.InvalidInputException,
    duckdb.ConstraintException,
)


@dataclass(frozen=True, slots=True)
class _Query:
    connection: duckdb.DuckDBPyConnection
    sql: str
    parameters: dict[str, Any] | None

    def relation(self, sql: str) -> duckdb.DuckDBPyRelation:
        """What `sql`, which has the query in it, returns."""
        return self.connection.sql(sql, params=self.parameters)


@dataclass(frozen=True, slots=True)
class DuckDBSource:
    """A DuckDB file. Only one process may have it open for writing, and then none for reading."""

    name: str
    path: Path
    statement_timeout: float
    """Seconds."""
    dialect: ClassVar[str] = "duckdb"

    def clock(self) -> datetime:
        """The clock of this machine: an embedded engine has no other."""
        with closing(self._connect()):
            return datetime.now(tz=UTC)

    @contextmanager
    def batches(
        self, sql: str, parameters: Parameters = (), *, limit: int | None = None
    ) -> Iterator[pa.RecordBatchReader]:
        """See Source."""
        with closing(self._connect(sql)) as connection:
            timer = threading.Timer(self.statement_timeout, connection.interrupt)
            timer.daemon = True
            timer.start()
            try:
                yield self._reader(_Query(connection, sql, dict(parameters) or None), limit)
            finally:
                timer.cancel()

    def _reader(self, query: "_Query", limit: int | None) -> pa.RecordBatchReader:
        columns = self._describe(query)
        try:
            schema, rows = self._read(query, limit, columns, as_text=())
        except source.OutsideDatesError as found:
            schema, rows = self._read(query, limit, columns, as_text=found.columns)
        return pa.RecordBatchReader.from_batches(schema, rows)

    def _describe(self, query: "_Query") -> tuple[tuple[str, str], ...]:
        with self._as_our_errors(query.sql):
            statements = query.connection.extract_statements(query.sql)
            if len(statements) != 1 or not _is_select(statements[0]):
                message = f"connection '{self.name}': only one SELECT can be run. Remove the rest."
                raise QueryRefusedError(message)
            relation = query.relation(query.sql)
            names = relation.columns
            types = [str(column_type) for column_type in relation.types]
        source.refuse_unusable_columns(self.name, names)
        return tuple(zip(names, types, strict=True))

    def _read(
        self,
        query: "_Query",
        limit: int | None,
        columns: Sequence[tuple[str, str]],
        *,
        as_text: Sequence[str],
    ) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        expressions = [
            _TEXT if name in as_text else _carried(type_name) for name, type_name in columns
        ]
        # By position: names that differ only in case are one name to DuckDB.
        places = [f"c{place}" for place in range(len(columns))]
        chosen = ", ".join(
            f"{expression.format(place)} AS {place}"
            for place, (expression, _) in zip(places, expressions, strict=True)
        )
        wrapped = f"SELECT {chosen} FROM (\n{query.sql}\n) AS q({', '.join(places)})"
        wrapped += "" if limit is None else f" LIMIT {limit:d}"
        schema = pa.schema(
            source.field(name, arrow_type, type_name)
            for (name, type_name), (_, arrow_type) in zip(columns, expressions, strict=True)
        )
        rows = source.checked_dates(self.name, self._stream(query, wrapped, schema))
        first = next(rows, None)
        return schema, rows if first is None else chain([first], rows)

    def _stream(self, query: "_Query", wrapped: str, schema: pa.Schema) -> source.Rows:
        # Closed early, it must leave no open result: the connection would refuse the next query.
        with (
            self._as_our_errors(query.sql),
            closing(query.relation(wrapped).to_arrow_reader(source.BATCH_ROWS)) as reader,
        ):
            for batch in reader:
                columns = [
                    values.cast(column.type)
                    for values, column in zip(batch.columns, schema, strict=True)
                ]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)

    def _connect(self, _sql: str = "", /) -> duckdb.DuckDBPyConnection:
        """A session for a query; without one, for the clock."""
        if not self.path.is_file():
            reason = f"there is no DuckDB file {self.path}"
            raise source.unavailable(self.name, reason, "Check the path in connections.yaml.")
        try:
            return duckdb.connect(self.path, read_only=True, config=_SETTINGS)
        except duckdb.Error as error:
            remedy = "Close whatever writes to the file, or check the path in connections.yaml."
            raise source.unavailable(self.name, str(error), remedy) from None

    @contextmanager
    def _as_our_errors(self, sql: str) -> Iterator[None]:
        try:
            yield
        except duckdb.InterruptException:
            raise source.stopped(self.name, self.statement_timeout) from None
        except duckdb.IOException as error:
            raise source.unavailable(self.name, str(error), "Check the file.") from None
        except (duckdb.Error, OSError, pa.ArrowException) as error:
            raise self._refusal(error, sql) from None

    def _refusal(
        self, error: Exception, _sql: str, /
    ) -> QueryRefusedError | SourceUnavailableError:
        said = source.first_line(str(error))
        # Through Arrow's stream, every error of the engine arrives as an OSError with its text.
        if said.startswith("INTERRUPT Error"):
            return source.stopped(self.name, self.statement_timeout)
        if said.startswith("IO Error"):
            return source.unavailable(self.name, said, "Check the file.")
        about_data = said.startswith(("Conversion Error", "Out of Range Error", "Invalid Input"))
        if about_data or isinstance(error, (*_DATA_ERRORS, pa.ArrowException)):
            said = source.first_line(_without_values(str(error)))
        return source.refused(self.name, said, "Correct the query of the integration.")


def _without_values(message: str) -> str:
    """Of an invalid input, DuckDB shows the value without quotes behind a colon."""
    return re.sub(
        r"(Invalid Input Error: [^:]*).*", r"\1", source.without_values(message), flags=re.DOTALL
    )


def _is_select(statement: duckdb.Statement) -> bool:
    try:
        return bool(statement.type.name == "SELECT")
    except ValueError:  # a kind of statement that the Python binding has no name for
        return False


def _carried(type_name: str) -> tuple[str, pa.DataType]:
    """How a column of this type is asked for, and the Arrow type it then has."""
    if type_name in _AS_IT_IS:
        return "{}", _AS_IT_IS[type_name]
    if type_name.startswith("DECIMAL("):
        precision, scale = type_name.removeprefix("DECIMAL(").rstrip(")").split(",")
        return "{}", pa.decimal128(int(precision), int(scale))
    return _CAST.get(type_name, _TEXT)


def open_file(name: str, path: Path, statement_timeout: float) -> DuckDBSource:
    """The source of a declared file; nothing is opened yet."""
    return DuckDBSource(name=name, path=path, statement_timeout=statement_timeout)
