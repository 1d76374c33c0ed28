"""The hub in PostgreSQL: rows are compared in DuckDB, only differences are sent (decision 16)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import psycopg
from psycopg import sql

from totango_pipelines.engine import WorkSpace, open_engine
from totango_pipelines.errors import HubNotWritableError, HubUnavailableError
from totango_pipelines.quoting import comma, quoted
from totango_pipelines.upsert.delivery import (
    COUNT_NAMES,
    HubColumn,
    HubTable,
    RunIdentity,
    RunStart,
    UpsertCounts,
)
from totango_pipelines.upsert.own_tables import META_ROWS, OWN_TABLES, RECORD_COLUMNS
from totango_pipelines.upsert.postgres_copy import HAS_BINARY_ENCODER, copy_in, copy_out
from totango_pipelines.upsert.schema_check import check_types, check_version
from totango_pipelines.upsert.target import HubTransaction

_TYPES = {
    "VARCHAR": "text",
    "DOUBLE": "double precision",
    "DECIMAL(18,4)": "numeric(18,4)",
    "DATE": "date",
    "BOOLEAN": "boolean",
    "BIGINT": "bigint",
    "TIMESTAMPTZ": "timestamp with time zone",
    "JSON": "json",
}
_LOCK_SPACE = 7_436_019
"""The first half of our advisory locks' keys, so that they never meet another program's."""

_BATCH_ROWS = 65_536
_FEW = 0.1
"""Below this share of the table, rows are fetched by key instead of by range (prototype, 2)."""

_SESSION = (
    "SET TIME ZONE 'UTC'",
    "SET lock_timeout = '120s'",
    "SET idle_in_transaction_session_timeout = '15min'",
    "SET client_min_messages = warning",
    # The plans are few and known: compiling them costs more than it saves.
    "SET jit = off",
)


@dataclass(frozen=True, slots=True)
class PostgresHub:
    """An UpsertTarget on a PostgreSQL database (15 or newer); tables live in the search path.

    `binary_copy`: send rows in PostgreSQL's binary form, which costs it half as much as CSV.
    """

    url: str
    binary_copy: bool = HAS_BINARY_ENCODER

    def begin_run(self, run: RunIdentity) -> RunStart:
        """Give the run its place in the order of runs and take the integration's lease."""
        with self._connected() as connection:
            _create_own_tables(connection)
            seq = connection.execute(
                "UPDATE _meta SET value = value + 1 WHERE name = 'run_seq' RETURNING value"
            ).fetchone()
            lease = connection.execute(
                "INSERT INTO _leases VALUES (%s, 1, %s, now()) ON CONFLICT (integration) DO UPDATE "
                "SET epoch = _leases.epoch + 1, run_id = excluded.run_id, taken_at = now() "
                "RETURNING epoch",
                [run.integration, run.run_id],
            ).fetchone()
        if seq is None or lease is None:
            msg = "the hub's own tables are damaged: _meta has no run_seq."
            raise HubUnavailableError(msg)
        return RunStart(run_seq=int(seq[0]), epoch=int(lease[0]))

    @contextmanager
    def transaction(self, objects: Sequence[str], work: WorkSpace) -> Iterator[HubTransaction]:
        """One transaction; an advisory lock per object, taken in order, keeps others out."""
        with self._connected() as connection, open_engine(work) as engine:
            for name in objects:
                connection.execute(
                    "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_SPACE, name]
                )
            yield PostgresTransaction(engine, connection, self.binary_copy)

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        """A connection whose block is one transaction."""
        try:
            with psycopg.connect(
                self.url, connect_timeout=10, application_name="totango_pipelines"
            ) as connection:
                for setting in _SESSION:
                    connection.execute(sql.SQL(setting))
                yield connection
        except psycopg.errors.ReadOnlySqlTransaction as error:
            msg = "the hub's database is read-only. Point TOTANGO_HUB_URL at a writable one."
            raise HubNotWritableError(msg) from error
        except psycopg.errors.InsufficientPrivilege as error:
            msg = f"the hub's role may not write: {_first_line(error)}. Grant it, and run again."
            raise HubNotWritableError(msg) from error
        except psycopg.errors.LockNotAvailable as error:
            msg = "another run kept the hub's object locked for more than 120 s. Run again later."
            raise HubUnavailableError(msg) from error
        except psycopg.OperationalError as error:
            msg = f"the hub's PostgreSQL cannot be reached, or dropped the connection: {_first_line(error)}"
            raise HubUnavailableError(msg) from error


def _first_line(error: psycopg.Error) -> str:
    text = error.diag.message_primary or str(error)
    return text.splitlines()[0] if text else type(error).__name__


def _create_own_tables(connection: psycopg.Connection) -> None:
    found = connection.execute("SELECT to_regclass('_meta')").fetchone()
    if found and found[0]:
        rows = connection.execute("SELECT value FROM _meta WHERE name = 'schema_version'")
        check_version(rows.fetchall())
        return
    # Two first runs at once: the second waits here and then finds the tables.
    connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_LOCK_SPACE])
    for name, (columns, keys) in OWN_TABLES.items():
        defined = [f"{quoted(c.name)} {_TYPES[c.hub_type]}" for c in columns]
        defined += [f"PRIMARY KEY ({comma(keys)})"] if keys else []
        connection.execute(_sql(f"CREATE TABLE IF NOT EXISTS {name} ({comma(defined)})"))
    for row in META_ROWS:
        connection.execute("INSERT INTO _meta VALUES (%s, %s) ON CONFLICT DO NOTHING", row)


def _sql(text: str) -> sql.SQL:
    """A statement whose names were quoted by `quoting`; values are always bound."""
    return sql.SQL(text)


@dataclass(frozen=True, slots=True)
class PostgresTransaction:
    """A HubTransaction that compares in an in-memory DuckDB and writes by COPY and UPDATE."""

    work: duckdb.DuckDBPyConnection
    connection: psycopg.Connection
    binary_copy: bool

    def committed(self, run_id: str) -> UpsertCounts | None:
        """The counts of the run, if it committed before (the ledger)."""
        names = comma([quoted(name) for name in COUNT_NAMES])
        row = self.connection.execute(
            _sql(f"SELECT {names} FROM _runs WHERE run_id = %s"), [run_id]
        ).fetchone()
        return UpsertCounts(*row) if row else None

    def epoch(self, integration: str) -> int:
        """The present epoch; the row stays locked, so that it holds until the commit."""
        row = self.connection.execute(
            "SELECT epoch FROM _leases WHERE integration = %s FOR SHARE", [integration]
        ).fetchone()
        return int(row[0]) if row else 0

    def prepare(self, table: HubTable) -> None:
        """Create the table, or add the columns it lacks."""
        columns = (*table.keys, *table.attributes, *RECORD_COLUMNS)
        keys = {key.name for key in table.keys}
        defined = [self._definition(column, is_key=column.name in keys) for column in columns]
        defined.append(f"PRIMARY KEY ({comma([quoted(key.name) for key in table.keys])})")
        self.connection.execute(
            _sql(f"CREATE TABLE IF NOT EXISTS {quoted(table.name)} ({comma(defined)})")
        )
        rows = self.connection.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
            "WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped",
            [quoted(table.name)],
        ).fetchall()
        duckdb_names = {postgres: name for name, postgres in _TYPES.items()}
        found = {name: duckdb_names.get(str(kind), str(kind)) for name, kind in rows}
        for column in check_types(table.name, columns, found):
            self.connection.execute(
                _sql(
                    f"ALTER TABLE {quoted(table.name)} ADD COLUMN IF NOT EXISTS "
                    f"{self._definition(column, is_key=False)}"
                )
            )

    @staticmethod
    def _definition(column: HubColumn, *, is_key: bool) -> str:
        # Keys sort by bytes, here as in DuckDB, so that a range means the same in both.
        collation = ' COLLATE "C"' if is_key and column.hub_type == "VARCHAR" else ""
        return f"{quoted(column.name)} {_TYPES[column.hub_type]}{collation}"

    def read(
        self, table: HubTable, columns: Sequence[HubColumn], *, wanted: str, into: str
    ) -> None:
        """By range when the wanted keys are many, by key when they are few."""
        everything = (*table.keys, *columns)
        names = comma([f"t.{quoted(column.name)}" for column in everything])
        key = table.keys[-1].name if len(table.keys) == 1 else self._spread_key(table, wanted)
        low, high, count = self.work.sql(
            f"SELECT min({quoted(key)}), max({quoted(key)}), count(*) FROM {wanted}"
        ).fetchall()[0]
        bounds: sql.Composable = sql.SQL("t.{key} BETWEEN {low} AND {high}").format(
            key=sql.Identifier(key), low=sql.Literal(low), high=sql.Literal(high)
        )
        source = sql.SQL("{} AS t").format(sql.Identifier(table.name))
        if count < _FEW * self._estimated_rows(table):
            self._send("_wanted", table.keys, f"SELECT * FROM {wanted}")
            same = comma([quoted(k.name) for k in table.keys])
            self.connection.execute(
                "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
            )
            source = sql.SQL("{} AS t JOIN _wanted AS w USING ({})").format(
                sql.Identifier(table.name), _sql(same)
            )
            bounds = sql.SQL("TRUE")
        statement = sql.SQL("SELECT {} FROM {} WHERE {}").format(_sql(names), source, bounds)
        arrived = copy_out(self.connection, statement, everything)
        self.work.register("arrived", arrived)
        self.work.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT * FROM arrived")
        self.work.unregister("arrived")
        self.connection.execute("SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on")

    def _spread_key(self, table: HubTable, wanted: str) -> str:
        """The first key column with more than one value among the wanted keys."""
        for key in table.keys:
            name = quoted(key.name)
            counted = self.work.sql(
                f"SELECT min({name}) IS DISTINCT FROM max({name}) FROM {wanted}"
            )
            if counted.fetchall()[0][0]:
                return key.name
        return table.keys[0].name

    def _estimated_rows(self, table: HubTable) -> float:
        row = self.connection.execute(
            "SELECT reltuples FROM pg_class WHERE oid = to_regclass(%s)", [quoted(table.name)]
        ).fetchone()
        return float(row[0]) if row else 0.0

    def insert(self, table: str, columns: Sequence[HubColumn], relation: str) -> None:
        """Add the rows of a relation, in its order, by COPY."""
        # Binary COPY wants each value at the exact width of its column.
        casts = comma(
            [
                f"CAST({quoted(c.name)} AS {'VARCHAR' if c.hub_type == 'JSON' else c.hub_type})"
                for c in columns
            ]
        )
        names = comma([quoted(column.name) for column in columns])
        typed = f"SELECT {casts} FROM ({relation}) AS r({names})"
        reader = self.work.sql(typed).to_arrow_reader(_BATCH_ROWS)
        copy_in(self.connection, quoted(table), columns, reader, binary=self.binary_copy)

    def update(self, table: HubTable, columns: Sequence[HubColumn], relation: str) -> None:
        """Set `columns` of the records whose keys stand in the relation, by one UPDATE."""
        everything = (*table.keys, *columns)
        names = comma([quoted(column.name) for column in everything])
        self._send("_changed", everything, f"SELECT {names} FROM {relation}")
        sets = comma([f"{quoted(c.name)} = n.{quoted(c.name)}" for c in columns])
        same = " AND ".join(f"t.{quoted(k.name)} = n.{quoted(k.name)}" for k in table.keys)
        self.connection.execute(
            _sql(f"UPDATE {quoted(table.name)} AS t SET {sets} FROM _changed AS n WHERE {same}")
        )

    def _send(self, name: str, columns: Sequence[HubColumn], relation: str) -> None:
        """Send a relation into a temporary table of this transaction."""
        defined = comma([self._definition(c, is_key=True) for c in columns])
        self.connection.execute(_sql(f"DROP TABLE IF EXISTS pg_temp.{name}"))
        self.connection.execute(_sql(f"CREATE TEMP TABLE {name} ({defined}) ON COMMIT DROP"))
        self.insert(name, columns, relation)
        self.connection.execute(_sql(f"ANALYZE {name}"))
