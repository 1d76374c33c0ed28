"""What an engine says about a value of a row reaches no message of ours."""

import sqlite3
from contextlib import closing

import duckdb
import pytest

from totango_pipelines.connections.duckdb_file import DuckDBSource
from totango_pipelines.connections.sqlite_file import SQLiteSource
from totango_pipelines.errors import QueryRefusedError
from totango_pipelines_tests.extract import guard_scene

VALUE = "geheim"


def message_of(source, sql):
    with pytest.raises(QueryRefusedError) as refused, source.batches(sql) as reader:
        reader.read_all()
    return str(refused.value)


@pytest.fixture
def duckdb_source(tmp_path):
    path = tmp_path / "crm.duckdb"
    with duckdb.connect(path) as session:
        session.execute("CREATE TABLE t AS SELECT ? AS a", [VALUE])
    return DuckDBSource("crm", path, 30)


@pytest.mark.parametrize(
    ("expression", "left"),
    [
        ("regexp_matches('x', '(' || a)", "missing )"),
        ("unhex('g' || a)", "Invalid input for hex digit"),
        ("from_binary(a)", "Invalid input for binary digit"),
        ("json('{' || a)", "Malformed JSON"),
        ("format('{' || a, 1)", "Argument with name '…' not found"),
        ("strptime(chr(10) || a, '%Y')", "Could not parse string '…'"),
        ("(chr(10) || a)::INTEGER", "Could not convert string '…' to INT32"),
    ],
)
def test_duckdb_says_what_is_wrong_and_not_with_which_value(duckdb_source, expression, left):
    message = message_of(duckdb_source, f"SELECT {expression} AS x FROM t")
    assert left in message
    assert VALUE not in message
    assert "digit: g" not in message


def test_duckdb_still_names_the_column_that_is_not_there(duckdb_source):
    assert '"wrong"' in message_of(duckdb_source, "SELECT wrong FROM t")


@pytest.mark.parametrize("path", ["'x' || a", "'it''s \"' || a || ''''", "'$.[' || a"])
def test_sqlite_shows_no_path_that_came_from_a_row(tmp_path, path):
    file = tmp_path / "crm.sqlite"
    with closing(sqlite3.connect(file)) as session, session:
        session.execute("CREATE TABLE t (a text)")
        session.execute("INSERT INTO t VALUES (?)", [VALUE])
    sql = f"SELECT json_extract('{{\"a\": 1}}', {path}) AS x FROM t"
    message = message_of(SQLiteSource("crm", file, 30), sql)
    assert "JSON path" in message
    assert VALUE not in message


@pytest.fixture
def mysql_source(mysql_url):
    scenes = guard_scene.mysql_scene(mysql_url)
    yield next(scenes).source
    scenes.close()


def test_mysql_shows_no_value_that_its_groups_had_twice(mysql_source):
    message = message_of(
        mysql_source,
        f"SELECT count(*) AS n, concat('{VALUE}', floor(rand(0) * 2)) AS x "
        "FROM information_schema.columns GROUP BY x",
    )
    assert "Duplicate entry '…'" in message
    assert VALUE not in message
