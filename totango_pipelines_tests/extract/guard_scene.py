"""Scratch databases behind read-only sources, and a detector of everything that a query could leave."""

import hashlib
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psycopg
import pymysql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy.engine import make_url

from totango_pipelines.connections.duckdb_file import DuckDBSource
from totango_pipelines.connections.mysql import MySQLSource
from totango_pipelines.connections.postgres import PostgresSource
from totango_pipelines.connections.source import Source
from totango_pipelines.connections.sqlite_file import SQLiteSource

CORPUS = Path(__file__).parent / "guard_corpus"
_SECONDS = 0.5
_TABLES = (
    "CREATE TABLE t (a varchar(20), b int)",
    "CREATE TABLE u (b int, c varchar(20))",
    "INSERT INTO t VALUES ('x', 1), ('x', 3), ('y', 2), (NULL, 4)",
    "INSERT INTO u VALUES (1, 'one'), (2, 'two')",
    "CREATE VIEW v AS SELECT b FROM t",
    "CREATE INDEX i ON t (b)",
)


@dataclass(frozen=True)
class GuardScene:
    """A source that reads a scratch database, and what there is in it as one comparable value."""

    source: Source
    state: Callable[[], object]
    write: Callable[[str], object]
    """Runs a statement as the owner of the database."""

    def read(self, sql: str) -> int:
        """Run a text without the guard, in the session that a run would have; count its rows."""
        with self.source.batches(sql) as reader:
            return sum(batch.num_rows for batch in reader)

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """As long as one connection is open, DuckDB opens the next ones without reading the file."""
        if isinstance(self.source, DuckDBSource):
            with closing(self.source._connect()):
                yield
        else:
            yield


def corpus(dialect: str, kind: str) -> list[str]:
    lines = (CORPUS / f"{dialect}.{kind}.sql").read_text().splitlines()
    return [line for line in lines if not line.startswith("# ")]


def folder_state(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def sqlite_scene(folder: Path) -> GuardScene:
    path = folder / "scratch.sqlite"

    def write(sql: str) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as session:
            session.execute(sql)

    for statement in _TABLES:
        write(statement)
    return GuardScene(SQLiteSource("scratch", path, _SECONDS), lambda: folder_state(folder), write)


def duckdb_scene(folder: Path) -> Iterator[GuardScene]:
    path = folder / "scratch.duckdb"

    def write(sql: str) -> None:
        with duckdb.connect(path) as session:
            session.execute(sql)

    for statement in (*_TABLES, "CREATE SEQUENCE s"):
        write(statement)
    source = DuckDBSource("scratch", path, _SECONDS)
    yield GuardScene(source, lambda: folder_state(folder), write)


def postgres_scene(postgres_url: str) -> Iterator[GuardScene]:
    """The role may write: only the session keeps it from that."""
    role, password = f"guard_{secrets.token_hex(6)}", secrets.token_hex(8)
    with psycopg.connect(postgres_url, autocommit=True) as session:
        for statement in (
            *_TABLES,
            "CREATE SEQUENCE s",
            f"CREATE ROLE {role} LOGIN PASSWORD '{password}'",
            f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}",
            f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}",
            f"GRANT ALL ON SCHEMA public TO {role}",
        ):
            session.execute(statement)
        given = {key: str(value) for key, value in conninfo_to_dict(postgres_url).items()}
        login = {**given, "user": role, "password": password}
        watcher = make_conninfo(**given)
        try:
            source = PostgresSource("scratch", login, _SECONDS)
            yield GuardScene(source, lambda: _postgres_state(watcher), session.execute)
        finally:
            session.execute(f"DROP OWNED BY {role}")
            session.execute(f"DROP ROLE {role}")


def _postgres_state(conninfo: str) -> object:
    """Rows, sequences, objects, large objects, roles, settings, locks, replication slots."""
    asked = (
        "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM t",
        "SELECT md5(string_agg(u::text, '|' ORDER BY u::text)) FROM u",
        "SELECT last_value, is_called FROM s",
        "SELECT array_agg(relname::text ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace",
        "SELECT count(*) FROM pg_proc",
        "SELECT count(*) FROM pg_largeobject_metadata",
        "SELECT array_agg(extname::text ORDER BY extname) FROM pg_extension",
        "SELECT count(*) FROM pg_db_role_setting",
        "SELECT md5(string_agg(name || setting, '|' ORDER BY name)) FROM pg_file_settings",
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        "SELECT count(*) FROM pg_replication_slots",
        "SELECT array_agg(rolname::text ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'guard%'",
    )
    with psycopg.connect(conninfo, autocommit=True) as session:
        return [session.execute(sql).fetchone() for sql in asked]


def mysql_scene(mysql_url: str) -> Iterator[GuardScene]:
    """The user may write in the scratch database: only the session keeps it from that."""
    url = make_url(mysql_url)
    root = {
        "host": url.host,
        "port": url.port or 3306,
        "user": url.username,
        "password": url.password or "",
    }
    name, password = f"guard_{secrets.token_hex(6)}", secrets.token_hex(8)
    with pymysql.connect(**root, autocommit=True) as session, session.cursor() as cursor:
        for statement in (
            f"CREATE DATABASE {name}",
            f"USE {name}",
            *_TABLES,
            "CREATE SEQUENCE s",
            f"CREATE USER {name}@'%' IDENTIFIED BY '{password}'",
            f"CREATE USER {name}@localhost IDENTIFIED BY '{password}'",
            f"GRANT ALL ON {name}.* TO {name}@'%'",
            f"GRANT ALL ON {name}.* TO {name}@localhost",
        ):
            cursor.execute(statement)
        login = {**root, "user": name, "password": password, "database": name}
        login["ssl_disabled"] = True  # reading the certificates again takes most of a connection

        def state() -> object:
            return [_rows(cursor, sql.format(name=name)) for sql in _MYSQL_STATE]

        try:
            yield GuardScene(MySQLSource("scratch", login, _SECONDS), state, cursor.execute)
        finally:
            cursor.execute(f"DROP DATABASE {name}")
            cursor.execute(f"DROP USER {name}@'%', {name}@localhost")


_MYSQL_STATE = (
    "CHECKSUM TABLE {name}.t, {name}.u",
    "SELECT next_not_cached_value FROM {name}.s",
    "SELECT table_name FROM information_schema.tables WHERE table_schema = '{name}' ORDER BY 1",
    "SELECT routine_name FROM information_schema.routines WHERE routine_schema = '{name}'",
    "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = '{name}'",
    "SELECT user, host FROM mysql.user WHERE user LIKE '{name}%' ORDER BY 1, 2",
    "SHOW GRANTS FOR {name}@localhost",
    "SELECT @@global.sql_mode, @@global.read_only, @@global.max_statement_time",
)


def _rows(cursor: pymysql.cursors.Cursor, sql: str) -> object:
    cursor.execute(sql)
    return cursor.fetchall()
