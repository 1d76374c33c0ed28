"""The hub in PostgreSQL: rows are compared in DuckDB, only differences are sent (decision 16)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from totango_pipelines.engine import WorkSpace, open_engine
from totango_pipelines.errors import HubNotWritableError, HubUnavailableError
from totango_pipelines.quoting import comma, comma_quoted
from totango_pipelines.upsert.delivery import (
    RunIdentity,
    RunStart,
)
from totango_pipelines.upsert.own_tables import META_ROWS, OWN_TABLES
from totango_pipelines.upsert.postgres_copy import HAS_BINARY_ENCODER
from totango_pipelines.upsert.postgres_transaction import (
    InTurn,
    PostgresTransaction,
    column_definition,
    sql_text,
)
from totango_pipelines.upsert.schema_check import migrations
from totango_pipelines.upsert.state import (
    RELEASE,
    STATE_COLUMNS,
    IntegrationState,
    StateFile,
    write_pieces,
)
from totango_pipelines.upsert.target import HubTransaction

_LOCK_SPACE = 7_436_019
"""The first half of our advisory locks' keys, so that they never meet another program's."""

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

    def begin_run(self, run: RunIdentity, state_folder: Path | None = None) -> RunStart:
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
            # Only after the lease is taken for good, nobody who had it before can commit.
            connection.commit()
            state = _read_state(connection, run.integration, state_folder)
        return RunStart(int(seq[0]), int(lease[0]), state)

    def release(self, integration: str) -> None:
        """Forget a deleted integration: its cells belong to nobody, its matches and state go."""
        with self._connected() as connection:
            _create_own_tables(connection)
            for statement in RELEASE:
                values = [integration] if "?" in statement else []
                connection.execute(sql_text(statement.replace("?", "%s")), values)

    @contextmanager
    def read(self) -> Iterator[psycopg.Connection]:
        """A connection that can only read."""
        with self._connected() as connection:
            connection.execute("SET TRANSACTION READ ONLY")
            yield connection

    @contextmanager
    def transaction(self, objects: Sequence[str], work: WorkSpace) -> Iterator[HubTransaction]:
        """One transaction; an advisory lock per object, taken in order, keeps others out."""
        with (
            self._connected() as reader,
            self._connected() as connection,
            open_engine(work) as engine,
            InTurn() as in_turn,
        ):
            for name in objects:
                connection.execute(
                    "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_SPACE, name]
                )
            yield PostgresTransaction(engine, connection, reader, in_turn, self.binary_copy)
            in_turn.flush()

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


def _read_state(
    connection: psycopg.Connection, integration: str, folder: Path | None
) -> IntegrationState | None:
    found = connection.execute(
        sql_text(f"SELECT {comma_quoted(STATE_COLUMNS)} FROM _states WHERE integration = %s"),
        [integration],
    ).fetchone()
    pieces = "SELECT data FROM _state_files WHERE integration = %s AND name = %s ORDER BY piece"
    for name in StateFile:
        if folder is None:
            break
        with connection.cursor("pieces") as rows:  # on the server, piece after piece
            rows.itersize = 1
            rows.execute(pieces, [integration, name.value])
            write_pieces(folder, name, iter(rows))
    return IntegrationState(*found) if found else None


def _create_own_tables(connection: psycopg.Connection) -> None:
    if _version_is_ours(connection):
        return
    # Two first runs at once: the second waits here and then finds the tables.
    connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_LOCK_SPACE])
    for step in _steps_to_ours(connection) or ():
        connection.execute(sql_text(step))
    for name, (columns, keys) in OWN_TABLES.items():
        defined = [column_definition(c, is_key=c.name in keys) for c in columns]
        defined += [f"PRIMARY KEY ({comma(keys)})"] if keys else []
        connection.execute(sql_text(f"CREATE TABLE IF NOT EXISTS {name} ({comma(defined)})"))
    for row in META_ROWS:
        connection.execute("INSERT INTO _meta VALUES (%s, %s) ON CONFLICT DO NOTHING", row)


def _version_is_ours(connection: psycopg.Connection) -> bool:
    found = connection.execute("SELECT to_regclass('_meta')").fetchone()
    return bool(found and found[0]) and _steps_to_ours(connection) is None


def _steps_to_ours(connection: psycopg.Connection) -> tuple[str, ...] | None:
    found = connection.execute("SELECT to_regclass('_meta')").fetchone()
    if not (found and found[0]):
        return None
    rows = connection.execute("SELECT value FROM _meta WHERE name = 'schema_version'").fetchall()
    return migrations(rows)
