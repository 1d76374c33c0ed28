"""The hub in a DuckDB file: open only while a transaction runs, so that anyone can read it."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from totango_pipelines.engine import WorkSpace, open_engine
from totango_pipelines.errors import HubNotWritableError, HubUnavailableError
from totango_pipelines.quoting import comma, comma_quoted, quoted
from totango_pipelines.upsert.delivery import (
    COUNT_NAMES,
    HubColumn,
    HubTable,
    RunIdentity,
    RunStart,
    UpsertCounts,
)
from totango_pipelines.upsert.own_tables import META_ROWS, OWN_TABLES, columns_of
from totango_pipelines.upsert.schema_check import check_types, migrations
from totango_pipelines.upsert.state import (
    FORGET_FILE,
    FORGET_STATE,
    RELEASE,
    STATE_COLUMNS,
    IntegrationState,
    NextState,
    StateFile,
    file_rows,
    files_to_forget,
    state_row,
    write_pieces,
)
from totango_pipelines.upsert.target import HubTransaction

_LOCKED = (
    *("could not set lock", "conflicting lock", "already open", "being used by another"),
    # What the engine says when another run of this very process has it open.
    "different configuration",
)
_RETRY_SECONDS = 0.1
BEGIN_MEMORY = "64MB"


@dataclass(frozen=True, slots=True)
class DuckdbHub:
    """An UpsertTarget on a DuckDB file; only one process can write it, so others wait their turn.

    `lock_wait` is how long, in seconds, to wait for the file. `sleep` and `monotonic` are
    arguments so that waiting can be tested.
    """

    path: Path
    lock_wait: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic

    def begin_run(self, run: RunIdentity, state_folder: Path | None = None) -> RunStart:
        """Give the run its place in the order of runs and take the integration's lease."""
        begin = WorkSpace(self.path.parent, BEGIN_MEMORY, threads=1)
        with self._transaction(begin) as hub:
            (seq,) = hub.execute(
                "UPDATE _meta SET value = value + 1 WHERE name = 'run_seq' RETURNING value"
            ).fetchall()[0]
            taken = hub.execute(
                "SELECT epoch FROM _leases WHERE integration = ?", [run.integration]
            ).fetchall()
            epoch = taken[0][0] + 1 if taken else 1
            hub.execute("DELETE FROM _leases WHERE integration = ?", [run.integration])
            hub.execute(
                "INSERT INTO _leases VALUES (?, ?, ?, now())", [run.integration, epoch, run.run_id]
            )
            state = _read_state(hub, run.integration, state_folder)
        return RunStart(int(seq), int(epoch), state)

    def release(self, integration: str) -> None:
        """Forget a deleted integration: its cells belong to nobody, its matches and state go."""
        with self._transaction(WorkSpace(self.path.parent, BEGIN_MEMORY, threads=1)) as hub:
            for statement in RELEASE:
                hub.execute(statement, [integration] if "?" in statement else [])

    @contextmanager
    def transaction(
        self,
        objects: Sequence[str],  # noqa: ARG002 - the whole file is this transaction's
        work: WorkSpace,
    ) -> Iterator[HubTransaction]:
        """The file is exclusive while it is open, whatever the objects."""
        with self._transaction(work) as connection:
            yield DuckdbTransaction(connection)

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The file, open for reading only, once nobody writes it."""
        connection = self._when_free(lambda: duckdb.connect(str(self.path), read_only=True))
        try:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection
        finally:
            connection.close()

    @contextmanager
    def _transaction(self, work: WorkSpace) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = self._open(work)
        try:
            connection.execute("BEGIN")
            _create_own_tables(connection)
            yield connection
            connection.execute("COMMIT")
        except duckdb.Error as error:
            if isinstance(error, (duckdb.IOException, duckdb.FatalException)):
                raise self._unavailable(error) from error
            raise
        finally:
            # Closing without COMMIT rolls back, whatever state the connection is in.
            connection.close()

    def _open(self, work: WorkSpace) -> duckdb.DuckDBPyConnection:
        self._check_writable()
        return self._when_free(lambda: open_engine(work, str(self.path)))

    def _when_free(
        self, opened: Callable[[], duckdb.DuckDBPyConnection]
    ) -> duckdb.DuckDBPyConnection:
        deadline = self.monotonic() + self.lock_wait
        while True:
            try:
                return opened()
            except duckdb.Error as error:
                locked = any(sign in str(error).lower() for sign in _LOCKED)
                if not locked or self.monotonic() >= deadline:
                    raise self._unavailable(error) from error
                self.sleep(_RETRY_SECONDS)

    def _check_writable(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            msg = f"the hub's folder {self.path.parent} cannot be made: {error.strerror}."
            raise HubNotWritableError(msg) from error
        place = self.path if self.path.exists() else self.path.parent
        if not os.access(place, os.W_OK):
            msg = f"the hub {self.path} is read-only. Make it writable, or set TOTANGO_HUB_URL."
            raise HubNotWritableError(msg)

    def _unavailable(self, error: Exception) -> HubUnavailableError:
        first_line = str(error).splitlines()[0]
        if any(sign in first_line.lower() for sign in _LOCKED):
            msg = (
                f"the hub {self.path} was locked by another process for more than "
                f"{self.lock_wait:g} s. Close the program that has it open, and run again."
            )
        else:
            msg = f"the hub {self.path} cannot be used: {first_line}"
        return HubUnavailableError(msg)


def _read_state(
    hub: duckdb.DuckDBPyConnection, integration: str, folder: Path | None
) -> IntegrationState | None:
    found = hub.execute(
        f"SELECT {comma_quoted(STATE_COLUMNS)} FROM _states WHERE integration = ?", [integration]
    ).fetchall()
    for name in StateFile:
        if folder is None:
            break
        rows = hub.execute(
            "SELECT data FROM _state_files WHERE integration = ? AND name = ? ORDER BY piece",
            [integration, name.value],
        )
        write_pieces(folder, name, iter(rows.fetchone, None))
    return IntegrationState(*found[0]) if found else None


def _create_own_tables(connection: duckdb.DuckDBPyConnection) -> None:
    known = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND table_name LIKE '\\_%' ESCAPE '\\'"
    ).fetchall()
    names = {name for (name,) in known}
    if "_meta" in names:
        rows = connection.execute("SELECT value FROM _meta WHERE name = 'schema_version'")
        steps = migrations(rows.fetchall())
        if steps is None:
            return
        for step in steps:
            connection.execute(step)
    for name, (columns, _) in OWN_TABLES.items():
        defined = comma([f"{quoted(c.name)} {c.hub_type}" for c in columns])
        connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({defined})")
    if "_meta" not in names:
        connection.executemany("INSERT INTO _meta VALUES (?, ?)", [list(row) for row in META_ROWS])


@dataclass(frozen=True, slots=True)
class DuckdbTransaction:
    """A HubTransaction whose work happens in the hub's own connection, in temporary tables."""

    work: duckdb.DuckDBPyConnection

    def committed(self, run_id: str, integration: str) -> UpsertCounts | None:
        """The counts of the integration's run, if it committed before (the ledger)."""
        rows = self.work.execute(
            f"SELECT {comma_quoted(COUNT_NAMES)} FROM _runs WHERE run_id = ? AND integration = ?",
            [run_id, integration],
        ).fetchall()
        return UpsertCounts(*rows[0]) if rows else None

    def epoch(self, integration: str) -> int:
        """The present epoch; the file is ours, so it cannot change before the commit."""
        rows = self.work.execute(
            "SELECT epoch FROM _leases WHERE integration = ?", [integration]
        ).fetchall()
        return int(rows[0][0]) if rows else 0

    def prepare(self, table: HubTable) -> None:
        """Create the table, or add the columns it lacks; a key is unique by the merge itself."""
        columns = columns_of(table)
        keys = {key.name for key in table.keys}
        defined = [
            f"{quoted(c.name)} {c.hub_type}{' NOT NULL' if c.name in keys else ''}" for c in columns
        ]
        self.work.execute(f"CREATE TABLE IF NOT EXISTS {quoted(table.name)} ({comma(defined)})")
        found = dict(
            self.work.execute(
                "SELECT column_name, data_type FROM duckdb_columns() "
                "WHERE NOT internal AND schema_name = 'main' AND table_name = ?",
                [table.name],
            ).fetchall()
        )
        for column in check_types(table.name, columns, found):
            self.work.execute(
                f"ALTER TABLE {quoted(table.name)} ADD COLUMN {quoted(column.name)} {column.hub_type}"
            )

    def start_read(
        self, table: HubTable, columns: Sequence[HubColumn], *, wanted: str
    ) -> Callable[[str], None]:
        """The wanted rows are copied when they are asked for, since their table will change."""
        keys = comma_quoted([key.name for key in table.keys])
        names = comma_quoted([column.name for column in (*table.keys, *columns)])
        rows = f"SELECT {names} FROM main.{quoted(table.name)} SEMI JOIN ({wanted}) USING ({keys})"

        def finish(into: str) -> None:
            self.work.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS {rows}")

        return finish

    def read(
        self, table: HubTable, columns: Sequence[HubColumn], into: str, *, where: str = "TRUE"
    ) -> None:
        """Copy the rows of a table as they are now, with what this transaction wrote."""
        names = comma_quoted([column.name for column in columns])
        rows = f"SELECT {names} FROM main.{quoted(table.name)} WHERE {where}"
        self.work.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS {rows}")

    def insert(self, table: str, columns: Sequence[HubColumn], statement: str) -> None:
        """Add the rows of a statement, in its order."""
        names = comma_quoted([column.name for column in columns])
        self.work.execute(f"INSERT INTO main.{quoted(table)} ({names}) {statement}")

    def update(self, table: HubTable, columns: Sequence[HubColumn], relation: str) -> None:
        """Set `columns` of the records whose keys stand in the relation."""
        sets = comma([f"{quoted(c.name)} = n.{quoted(c.name)}" for c in columns])
        same = " AND ".join(f"t.{quoted(k.name)} = n.{quoted(k.name)}" for k in table.keys)
        self.work.execute(
            f"UPDATE main.{quoted(table.name)} AS t SET {sets} FROM {relation} AS n WHERE {same}"
        )

    def delete(self, table: str, columns: Sequence[HubColumn], relation: str) -> None:
        """Remove the rows whose `columns` stand in the relation."""
        same = " AND ".join(f"t.{quoted(c.name)} = n.{quoted(c.name)}" for c in columns)
        self.work.execute(
            f"DELETE FROM main.{quoted(table)} AS t USING {relation} AS n WHERE {same}"
        )

    def keep_state(self, run: RunIdentity, state: NextState) -> None:
        """Replace what the integration remembers."""
        self.work.execute(FORGET_STATE, [run.integration])
        for name in files_to_forget(run.integration, state):
            self.work.execute(FORGET_FILE, list(name))
        self.work.execute(
            "INSERT INTO _states VALUES (?, ?, ?, ?, ?, ?)",
            state_row(run.integration, run.run_id, state),
        )
        for row in file_rows(run.integration, state):
            self.work.execute("INSERT INTO _state_files VALUES (?, ?, ?, ?)", list(row))
