"""Moments and cursors reach DuckDB and SQLite as bound values, never as text of the query."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pytest

from totango_pipelines.connections.duckdb_file import DuckDBSource
from totango_pipelines.connections.sqlite_file import SQLiteSource
from totango_pipelines.errors import QueryRefusedError
from totango_pipelines.extract.cursor import Cursor, window
from totango_pipelines.extract.query import check_query
from totango_pipelines.integrations.partition import Window

DAY = Window(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC))
ROWS = [
    ("2026-01-01 23:59:59", "2026-01-01", 1, "1.25", "a"),
    ("2026-01-02 00:00:00", "2026-01-02", 2, "2.50", "b"),
    ("2026-01-02 12:00:00", "2026-01-02", 3, "3.75", "c'; DROP TABLE t; --"),
    ("2026-01-03 00:00:00", "2026-01-03", 4, "5.00", "d"),
]
CREATE = "CREATE TABLE t (moment timestamp, day date, n bigint, price decimal(9,2), name text)"


@pytest.fixture(params=["duckdb", "sqlite"])
def source(request, tmp_path):
    if request.param == "sqlite":
        with closing(sqlite3.connect(tmp_path / "w", isolation_level=None)) as session:
            session.execute(CREATE)
            session.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", ROWS)
        return SQLiteSource("w", tmp_path / "w", 30.0)
    with duckdb.connect(tmp_path / "w") as session:
        session.execute(CREATE)
        session.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", ROWS)
    return DuckDBSource("w", tmp_path / "w", 30.0)


def numbers(source, query, limit=None):
    with source.batches(query.sql, query.parameters, limit=limit) as reader:
        return sorted(reader.read_all()["n"].to_pylist())


@pytest.mark.parametrize(
    "condition",
    [
        "moment >= :window_start AND moment < :window_end",
        "NOT moment < :window_start AND :window_end > moment",
        "moment BETWEEN :window_start AND '2026-01-02 23:00:00' AND name <> ':window_start'",
    ],
)
def test_a_window_is_bound(source, condition):
    query = check_query(f"SELECT n FROM t WHERE {condition}", dialect=source.dialect, window=DAY)
    assert "2026-01-02 00:00" not in query.sql
    bound = [name for name, _ in query.parameters]
    assert bound == ["window_start", "window_end"][: len(bound)]
    assert numbers(source, query) == [2, 3]
    assert numbers(source, query, limit=1)


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("n", Decimal(3), [3, 4]),
        ("price", Decimal("3.75"), [3, 4]),
        ("moment", datetime(2026, 1, 2, 12), [3, 4]),  # noqa: DTZ001 - the column has no zone
        ("day", date(2026, 1, 2), [2, 3, 4]),
        ("name", "c'; DROP TABLE t; --", [3, 4]),
    ],
)
def test_a_cursor_is_bound(source, column, value, found):
    query = window(
        check_query("SELECT * FROM t", dialect=source.dialect), column, Cursor(value), None
    )
    assert str(value) not in query.sql
    assert numbers(source, query) == found


def test_a_window_and_a_cursor_are_bound_together(source):
    checked = check_query(
        "SELECT n FROM t WHERE moment < :window_end", dialect=source.dialect, window=DAY
    )
    assert numbers(source, window(checked, "n", Cursor(Decimal(2)), None)) == [2, 3]


def test_a_moment_that_stands_alone_is_a_time_to_duckdb():
    query = check_query(
        "SELECT date_trunc('month', :window_start) AS m", dialect="duckdb", window=DAY
    )
    with duckdb.connect() as session:
        session.execute("SET TimeZone = 'UTC'")
        assert session.execute(query.sql, dict(query.parameters)).fetchall() == [
            (datetime(2026, 1, 1, tzinfo=UTC),)
        ]


@pytest.mark.parametrize("dialect", ["postgres", "mysql"])
def test_what_binds_nothing_gets_literals_of_this_project(dialect):
    query = check_query("SELECT n FROM t WHERE moment < :window_end", dialect=dialect, window=DAY)
    assert query.parameters == ()
    assert "'2026-01-03 00:00:00" in query.sql


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "duckdb", "sqlite"])
def test_another_parameter_is_refused_by_name(dialect):
    with pytest.raises(QueryRefusedError, match="parameter 'other', which nothing fills"):
        check_query("SELECT n FROM t WHERE n = :other", dialect=dialect)
