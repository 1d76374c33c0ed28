"""One transaction on a PostgreSQL hub: compare in DuckDB, send only the differences."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, ParamSpec, Self, TypeVar

import duckdb
import psycopg
import pyarrow as pa
from psycopg import sql

from totango_pipelines.quoting import comma, comma_quoted, quoted
from totango_pipelines.upsert.delivery import (
    COUNT_NAMES,
    HubColumn,
    HubTable,
    RunIdentity,
    UpsertCounts,
)
from totango_pipelines.upsert.own_tables import columns_of
from totango_pipelines.upsert.postgres_copy import Batches, copy_in, copy_out
from totango_pipelines.upsert.schema_check import check_types
from totango_pipelines.upsert.state import (
    FORGET_FILE,
    FORGET_STATE,
    NextState,
    file_rows,
    files_to_forget,
    state_row,
)

POSTGRES_TYPES = {
    "VARCHAR": "text",
    "DOUBLE": "double precision",
    "DECIMAL(18,4)": "numeric(18,4)",
    "DATE": "date",
    "BOOLEAN": "boolean",
    "BIGINT": "bigint",
    "TIMESTAMPTZ": "timestamp with time zone",
    "JSON": "json",
    "BLOB": "bytea",
}

_BATCH_ROWS = 16_384
_WRITES_AHEAD = 4
"""A range is about four writes: its new records, its changes and their log."""

_FEW = 0.1
"""Below this share of the table, rows are fetched by key instead of by range (prototype, 2)."""

P = ParamSpec("P")
R = TypeVar("R")


def sql_text(text: str) -> sql.SQL:
    """A statement whose names were quoted by `quoting`; values are always bound."""
    return sql.SQL(text)


def column_definition(column: HubColumn, *, is_key: bool) -> str:
    """A column of a table. Keys sort by bytes, here as in DuckDB: a range means the same in both."""
    collation = ' COLLATE "C"' if is_key and column.hub_type == "VARCHAR" else ""
    return f"{quoted(column.name)} {POSTGRES_TYPES[column.hub_type]}{collation}"


@dataclass(slots=True)
class InTurn:
    """Two threads: one reads ahead, one writes; each does its work in the order it was given.

    At most _WRITES_AHEAD writes are under way, so that memory holds about two ranges.
    """

    _reads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    _writes: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    _waiting: list[Future[Any]] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for threads in (self._reads, self._writes):
            threads.shutdown(wait=True, cancel_futures=True)

    def read(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Start a read; its result is waited for where it is needed."""
        return self._reads.submit(work, *args, **kwargs)

    def write(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> None:
        """Queue a write; an error of an earlier one surfaces here."""
        while len(self._waiting) >= _WRITES_AHEAD:
            self._waiting.pop(0).result()
        self._waiting.append(self._writes.submit(work, *args, **kwargs))

    def flush(self) -> None:
        """Wait for all writes."""
        while self._waiting:
            self._waiting.pop(0).result()


@dataclass(frozen=True, slots=True)
class PostgresTransaction:
    """A HubTransaction that compares in an in-memory DuckDB and writes by COPY and UPDATE.

    While one range is compared, the rows of the one before are sent and those of the next are read:
    the time of a run is the longest of the three, not their sum.
    """

    work: duckdb.DuckDBPyConnection
    connection: psycopg.Connection
    reader: psycopg.Connection
    in_turn: InTurn
    binary_copy: bool
    rows_before: dict[str, float] = field(default_factory=dict)

    def committed(self, run_id: str, integration: str) -> UpsertCounts | None:
        """The counts of the integration's run, if it committed before (the ledger)."""
        names = comma([quoted(name) for name in COUNT_NAMES])
        row = self.connection.execute(
            sql_text(f"SELECT {names} FROM _runs WHERE run_id = %s AND integration = %s"),
            [run_id, integration],
        ).fetchone()
        return UpsertCounts(*row) if row else None

    def epoch(self, integration: str) -> int:
        """The present epoch; the row stays locked, so that it holds until the commit."""
        row = self.connection.execute(
            "SELECT epoch FROM _leases WHERE integration = %s FOR SHARE", [integration]
        ).fetchone()
        return int(row[0]) if row else 0

    def prepare(self, table: HubTable) -> None:
        """Create the table, or add the columns it lacks: committed at once.

        An empty column changes no record, and the reading connection has to see it.
        """
        columns = columns_of(table)
        names = [key.name for key in table.keys]
        defined = [column_definition(column, is_key=column.name in names) for column in columns]
        if not table.holds_rows:
            defined.append(f"PRIMARY KEY ({comma_quoted(names)})")
        self.reader.execute(
            sql_text(f"CREATE TABLE IF NOT EXISTS {quoted(table.name)} ({comma(defined)})")
        )
        if table.holds_rows:
            index = quoted(f"_{table.name}_keys")
            self.reader.execute(
                sql_text(
                    f"CREATE INDEX IF NOT EXISTS {index} ON {quoted(table.name)} "
                    f"({comma_quoted(names)})"
                )
            )
        rows = self.reader.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
            "WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped",
            [quoted(table.name)],
        ).fetchall()
        duckdb_names = {postgres: name for name, postgres in POSTGRES_TYPES.items()}
        found = {name: duckdb_names.get(str(kind), str(kind)) for name, kind in rows}
        for column in check_types(table.name, columns, found):
            self.reader.execute(
                sql_text(
                    f"ALTER TABLE {quoted(table.name)} ADD COLUMN IF NOT EXISTS "
                    f"{column_definition(column, is_key=False)}"
                )
            )
        estimate = self.reader.execute(
            "SELECT reltuples FROM pg_class WHERE oid = to_regclass(%s)", [quoted(table.name)]
        ).fetchone()
        self.rows_before[table.name] = float(estimate[0]) if estimate else 0.0
        self.reader.commit()

    def start_read(
        self, table: HubTable, columns: Sequence[HubColumn], *, wanted: str
    ) -> Callable[[str], None]:
        """By range when the wanted keys are many, by key when they are few; on a thread.

        The reading connection sees what was committed before the locks were taken: nobody else
        writes the object meanwhile, and no two ranges share a key.
        """
        everything = (*table.keys, *columns)
        names = comma([f"t.{quoted(column.name)}" for column in everything])
        key = self._spread_key(table, wanted)
        low, high, count = self.work.execute(
            f"SELECT CAST(min({quoted(key)}) AS VARCHAR), CAST(max({quoted(key)}) AS VARCHAR), "
            f"count(*) FROM ({wanted})"
        ).fetchall()[0]
        if self._are_few(count, table.name):
            same = comma([quoted(k.name) for k in table.keys])
            keys = self._batches(table.keys, f"SELECT DISTINCT {same} FROM ({wanted})")
            source = f"{quoted(table.name)} AS t JOIN _wanted AS w USING ({same})"
            statement: sql.Composable = sql_text(f"SELECT {names} FROM {source}")
        else:
            keys = None
            select = sql_text(
                f"SELECT {names} FROM {quoted(table.name)} AS t WHERE t.{quoted(key)}"
            )
            bounds = sql.SQL(" BETWEEN {} AND {}").format(sql.Literal(low), sql.Literal(high))
            statement = select + bounds
        rows = self.in_turn.read(self._read, statement, everything, table.keys, keys)

        def finish(into: str) -> None:
            self.work.register(into, rows.result())

        return finish

    def _read(
        self,
        statement: sql.Composable,
        columns: Sequence[HubColumn],
        keys: Sequence[HubColumn],
        wanted: Batches | None,
    ) -> pa.Table:
        _by_key(self.reader, by_key=wanted is not None)
        if wanted is not None:
            self._send(self.reader, "_wanted", keys, wanted)
        return copy_out(self.reader, statement, columns)

    def _spread_key(self, table: HubTable, wanted: str) -> str:
        """The first key column with more than one value among the wanted keys."""
        for key in table.keys[:-1]:
            name = quoted(key.name)
            spread = f"SELECT min({name}) IS DISTINCT FROM max({name}) FROM ({wanted})"
            if self.work.execute(spread).fetchall()[0][0]:
                return key.name
        return table.keys[-1].name

    def _are_few(self, count: int, table: str) -> bool:
        """Whether so many records are better looked up by key than met by reading the table."""
        return count < _FEW * self.rows_before.get(table, 0.0)

    def read(
        self, table: HubTable, columns: Sequence[HubColumn], into: str, *, where: str = "TRUE"
    ) -> None:
        """The rows of a table as they are now, with what this transaction wrote."""
        self.in_turn.flush()
        names = comma_quoted([column.name for column in columns])
        select = sql_text(f"SELECT {names} FROM {quoted(table.name)} WHERE {where}")
        self.work.register(into, copy_out(self.connection, select, columns))

    def insert(self, table: str, columns: Sequence[HubColumn], statement: str) -> None:
        """Add the rows of a statement, in its order, by COPY, after what was given before."""
        batches = self._batches(columns, statement)
        self.in_turn.write(self._copy, self.connection, quoted(table), columns, batches)

    def update(self, table: HubTable, columns: Sequence[HubColumn], relation: str) -> None:
        """Set `columns` of the records whose keys stand in the relation, by one UPDATE."""
        everything = (*table.keys, *columns)
        names = comma_quoted([column.name for column in everything])
        batches = self._batches(everything, f"SELECT {names} FROM {relation}")
        sets = comma([f"{quoted(c.name)} = n.{quoted(c.name)}" for c in columns])
        same = " AND ".join(f"t.{quoted(k.name)} = n.{quoted(k.name)}" for k in table.keys)
        statement = f"UPDATE {quoted(table.name)} AS t SET {sets} FROM _changed AS n WHERE {same}"
        by_key = self._are_few(sum(batch.num_rows for batch in batches[1]), table.name)
        self.in_turn.write(self._change, everything, batches, statement, by_key=by_key)

    def delete(self, table: str, columns: Sequence[HubColumn], relation: str) -> None:
        """Remove the rows whose `columns` stand in the relation, by one DELETE."""
        names = comma_quoted([column.name for column in columns])
        batches = self._batches(columns, f"SELECT {names} FROM {relation}")
        same = " AND ".join(f"t.{quoted(c.name)} = n.{quoted(c.name)}" for c in columns)
        statement = f"DELETE FROM {quoted(table)} AS t USING _changed AS n WHERE {same}"
        self.in_turn.write(self._change, columns, batches, statement, by_key=False)

    def keep_state(self, run: RunIdentity, state: NextState) -> None:
        """Replace what the integration remembers."""
        self.in_turn.flush()
        forget, forget_file = (
            sql_text(each.replace("?", "%s")) for each in (FORGET_STATE, FORGET_FILE)
        )
        self.connection.execute(forget, [run.integration])
        for name in files_to_forget(run.integration, state):
            self.connection.execute(forget_file, name)
        self.connection.execute(
            "INSERT INTO _states VALUES (%s, %s, %s, %s, %s, %s)",
            state_row(run.integration, run.run_id, state),
        )
        for row in file_rows(run.integration, state):
            self.connection.execute("INSERT INTO _state_files VALUES (%s, %s, %s, %s)", row)

    def _batches(self, columns: Sequence[HubColumn], statement: str) -> Batches:
        """The rows of a statement, in memory, at the exact width that binary COPY wants."""
        casts = comma(
            [
                f"CAST({quoted(c.name)} AS {'VARCHAR' if c.hub_type == 'JSON' else c.hub_type})"
                for c in columns
            ]
        )
        names = comma_quoted([column.name for column in columns])
        typed = f"SELECT {casts} FROM ({statement}) AS r({names})"
        reader = self.work.sql(typed).to_arrow_reader(_BATCH_ROWS)
        return reader.schema, list(reader)

    def _copy(
        self,
        connection: psycopg.Connection,
        table: str,
        columns: Sequence[HubColumn],
        batches: Batches,
    ) -> None:
        copy_in(connection, table, columns, batches, binary=self.binary_copy)

    def _change(
        self, columns: Sequence[HubColumn], batches: Batches, statement: str, *, by_key: bool
    ) -> None:
        self._send(self.connection, "_changed", columns, batches)
        _by_key(self.connection, by_key=by_key)
        self.connection.execute(sql_text(statement))

    def _send(
        self,
        connection: psycopg.Connection,
        name: str,
        columns: Sequence[HubColumn],
        batches: Batches,
    ) -> None:
        """Send batches into a temporary table of this transaction."""
        defined = comma([column_definition(c, is_key=True) for c in columns])
        connection.execute(sql_text(f"DROP TABLE IF EXISTS pg_temp.{name}"))
        connection.execute(sql_text(f"CREATE TEMP TABLE {name} ({defined}) ON COMMIT DROP"))
        self._copy(connection, name, columns, batches)
        connection.execute(sql_text(f"ANALYZE {name}"))


def _by_key(connection: psycopg.Connection, *, by_key: bool) -> None:
    """Look few keys up one by one: for them, PostgreSQL would often rather read the whole table."""
    joins = "off" if by_key else "on"
    connection.execute(
        sql_text(f"SET LOCAL enable_hashjoin = {joins}; SET LOCAL enable_mergejoin = {joins}")
    )
