"""A query inside a larger one, where engines differ."""

import pytest
from sqlglot import exp

from totango_pipelines.connections.bounding import bounded_query, filtered_query, one_query
from totango_pipelines.errors import QueryRefusedError

ORDERED = "WITH a AS (SELECT 1 AS x) SELECT x FROM a ORDER BY x"
LATER = exp.GT(this=exp.column("x", table="w"), expression=exp.Literal.number(1))


@pytest.mark.parametrize(
    ("dialect", "bounded"),
    [
        ("tsql", "WITH a AS (SELECT 1 AS x) SELECT TOP 3 x FROM a ORDER BY x"),
        ("oracle", "WITH a AS (SELECT 1 AS x) SELECT x FROM a ORDER BY x FETCH FIRST 3 ROWS ONLY"),
        ("bigquery", "WITH a AS (SELECT 1 AS x) SELECT x FROM a ORDER BY x LIMIT 3"),
    ],
)
def test_the_engine_stops_after_the_limit_in_the_querys_own_order(dialect, bounded):
    assert bounded_query(ORDERED, dialect, 3) == bounded


def test_a_limit_of_the_query_stays():
    assert bounded_query("SELECT TOP 2 x FROM t ORDER BY x", "tsql", 10) == (
        "SELECT TOP 10 * FROM (SELECT TOP 2 x AS x FROM t ORDER BY x) AS w"
    )
    assert bounded_query("SELECT x FROM t LIMIT 2", "trino", 10) == (
        "SELECT * FROM (SELECT x FROM t LIMIT 2) AS w LIMIT 10"
    )


def test_without_a_limit_the_query_is_sent_as_it_is():
    assert bounded_query(ORDERED, "tsql", None) == ORDERED


def test_sql_server_gets_no_with_and_no_order_in_brackets():
    assert filtered_query(ORDERED, "tsql", LATER) == (
        "WITH a AS (SELECT 1 AS x) SELECT * FROM (SELECT x AS x FROM a) AS w WHERE w.x > 1"
    )


def test_sql_server_keeps_the_order_that_a_top_depends_on():
    assert filtered_query("SELECT TOP 2 x FROM t ORDER BY x", "tsql", LATER) == (
        "SELECT * FROM (SELECT TOP 2 x AS x FROM t ORDER BY x) AS w WHERE w.x > 1"
    )


def test_oracle_gets_no_as_before_the_name_of_brackets():
    assert filtered_query("SELECT x FROM t", "oracle", LATER) == (
        "SELECT * FROM (\nSELECT x FROM t\n) w WHERE w.x > 1"
    )


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM t",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE t",
        "CREATE TABLE u AS SELECT 1 AS a",
        "SELECT 1 AS a INTO u FROM t",
        "EXEC sp_who",
        "GRANT SELECT ON t TO u",
        "",
        "SELECT (",
    ],
)
@pytest.mark.parametrize("dialect", ["tsql", "snowflake", "databricks", "trino", "oracle"])
def test_anything_but_one_query_is_refused(text, dialect):
    with pytest.raises(QueryRefusedError, match="only one SELECT"):
        one_query(text, dialect)
