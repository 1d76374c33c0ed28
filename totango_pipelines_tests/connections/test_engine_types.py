"""What only one engine has."""

import sqlite3
from dataclasses import replace
from datetime import date
from decimal import Decimal

import duckdb
import psycopg
import pyarrow as pa
import pymysql
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url

from totango_pipelines.connections.duckdb_file import DuckDBSource
from totango_pipelines.connections.mysql import MySQLSource
from totango_pipelines.connections.postgres import PostgresSource
from totango_pipelines.connections.sqlite_file import SQLiteSource
from totango_pipelines.errors import QueryRefusedError


def row(source, sql):
    with source.batches(sql) as reader:
        return reader.read_all().to_pylist()[0]


def types(source, sql):
    with source.batches(sql) as reader:
        return {
            name: str(kind)
            for name, kind in zip(reader.schema.names, reader.schema.types, strict=True)
        }


@pytest.fixture
def postgres(postgres_url):
    login = {key: str(value) for key, value in conninfo_to_dict(postgres_url).items()}
    with psycopg.connect(postgres_url, autocommit=True) as session:
        session.execute("CREATE TYPE mood AS ENUM ('sad', 'happy')")
        session.execute("CREATE DOMAIN cents AS numeric(20, 4)")
    return PostgresSource("pg", login, 30.0, allow_privileged=True)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1234567890123456789.123456789::numeric", "1234567890123456789.123456789"),
        ("'NaN'::numeric", "NaN"),
        ("1.10::cents", "1.1000"),
        ("'1234.5'::money", "1234.50"),
        ("0.1::real", 0.1),
        ("'infinity'::float8", float("inf")),
        ("true", True),
        ("9223372036854775807::bigint", 2**63 - 1),
        (
            '\'{"a": 1.10, "b": 12345678901234567890}\'::json',
            '{"a": 1.10, "b": 12345678901234567890}',
        ),
        ("'{\"a\": 1.10}'::jsonb", '{"a": 1.10}'),
        ("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("interval '1 day 2 hours'", "1 day 02:00:00"),
        ("time '01:02:03.5'", "01:02:03.5"),
        ("array['a', NULL, 'b c']", '{a,NULL,"b c"}'),
        ("'10.0.0.1/8'::inet", "10.0.0.1/8"),
        ("'happy'::mood", "happy"),
        ("point(1, 2)", "(1,2)"),
        ("int4range(1, 5)", "[1,5)"),
        ("ROW(1, 'a')", "(1,a)"),
        ("'ab'::char(5)", "ab"),
        ("B'101'", "101"),
        ("'\\xdeadbeef'::bytea", "\\xdeadbeef"),
        ("'infinity'::date", "infinity"),
        ("'0044-03-15 BC'::date", "0044-03-15 BC"),
        ("'-infinity'::timestamptz", "-infinity"),
        ("'294270-01-01'::timestamp", "294270-01-01 00:00:00"),
        ("'2020-01-01 00:00:00.123456+02'::timestamptz::text", "2019-12-31 22:00:00.123456+00"),
    ],
)
def test_postgres_values_arrive_exactly(postgres, expression, value):
    assert row(postgres, f"SELECT {expression} AS v, NULL::text AS n") == {"v": value, "n": None}


def test_only_the_columns_that_hold_infinity_become_text(postgres):
    sql = "SELECT 'infinity'::date AS a, '-infinity'::timestamp AS b, date '2020-01-01' AS c"
    assert types(postgres, sql) == {"a": "string", "b": "string", "c": "date32[day]"}


def test_infinity_after_typed_rows_is_refused_by_name(postgres):
    sql = (
        "SELECT CASE g WHEN 150000 THEN date 'infinity' ELSE date '2020-01-01' END AS until "
        "FROM generate_series(1, 200000) AS g"
    )
    with pytest.raises(QueryRefusedError, match=r'CAST\("until" AS text\)'):
        row(postgres, sql)


def test_an_error_at_a_late_row_is_not_a_short_answer(postgres):
    with pytest.raises(QueryRefusedError, match="division by zero"):
        row(postgres, "SELECT 1 / (g - 150000) AS v FROM generate_series(1, 200000) AS g")


def test_a_postgres_socket_is_read_too(postgres):
    settings = "SELECT setting FROM pg_settings WHERE name = 'unix_socket_directories'"
    folder = row(postgres, settings)["setting"]
    if not folder:
        pytest.skip("this server listens on TCP only")
    by_socket = replace(postgres, login={**postgres.login, "host": folder.split(",")[0]})
    assert row(by_socket, "SELECT 1 AS a") == {"a": 1}


def test_a_role_cannot_loosen_the_session(postgres):
    sql = "SELECT current_setting('transaction_read_only') AS r, current_setting('timezone') AS z"
    options = {**postgres.login, "options": "-c default_transaction_read_only=off -c timezone=EST"}
    assert row(replace(postgres, login=options), sql) == {"r": "on", "z": "UTC"}


@pytest.fixture
def duck(tmp_path):
    duckdb.connect(tmp_path / "d.duckdb").close()
    return DuckDBSource("d", tmp_path / "d.duckdb", 30.0)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (
            "170141183460469231731687303715884105727::HUGEINT",
            "170141183460469231731687303715884105727",
        ),
        ("18446744073709551615::UBIGINT", "18446744073709551615"),
        ("1.10::DECIMAL(38, 2)", Decimal("1.10")),
        ("0.1::FLOAT", 0.1),
        ("[1, NULL]", "[1, NULL]"),
        ("{'a': 1}", "{'a': 1}"),
        ("MAP {'a': 1}", "{a=1}"),
        ("INTERVAL 90 MINUTE", "01:30:00"),
        ("TIME '01:02:03.5'", "01:02:03.5"),
        ("'101'::BIT", "101"),
        ("'a'::ENUM('a', 'b')", "a"),
        ("'{\"a\": 1.10}'::JSON", '{"a": 1.10}'),
        ("TIMESTAMP_NS '2020-01-01 00:00:00.123456789'", "2020-01-01 00:00:00.123456789"),
        ("DATE 'infinity'", "infinity"),
        ("TIMESTAMP '-infinity'", "-infinity"),
        ("DATE '0044-03-15 (BC)'", "0044-03-15 (BC)"),
    ],
)
def test_duckdb_values_arrive_exactly(duck, expression, value):
    assert row(duck, f"SELECT {expression} AS v") == {"v": value}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "SET memory_limit = '100GB'",
        "ATTACH '/tmp/other.duckdb'",
    ],
)
def test_duckdb_reaches_nothing_outside_its_file(duck, sql):
    with pytest.raises(QueryRefusedError):
        row(duck, sql)


def sqlite_of(tmp_path, *statements):
    path = tmp_path / "s.sqlite"
    session = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        session.execute(statement)
    session.close()
    return SQLiteSource("s", path, 30.0)


@pytest.mark.parametrize(
    ("declared", "values", "arrow_type", "expected"),
    [
        ("INTEGER", "1, 2", pa.int64(), [1, 2]),
        ("INTEGER", "1, 'two'", pa.string(), ["1", "two"]),
        ("NUMERIC(10,2)", "1, 0.99", pa.string(), ["1", "0.99"]),
        ("NUMERIC(10,2)", "1, 2", pa.string(), ["1", "2"]),
        ("DECIMAL(20,2)", "1e20, 0.1", pa.string(), ["100000000000000000000", "0.1"]),
        ("REAL", "1, 0.1", pa.float64(), [1.0, 0.1]),
        ("", "1, 0.5", pa.string(), ["1", "0.5"]),
        ("TEXT", "'a', NULL", pa.string(), ["a", None]),
        ("DATETIME", "'2020-01-01 00:00:00', NULL", pa.string(), ["2020-01-01 00:00:00", None]),
        ("BLOB", "x'00ff', NULL", pa.string(), ["\\x00ff", None]),
        ("BLOB", "x'00ff', 'text'", pa.string(), ["\\x00ff", "text"]),
        ("TEXT", "CAST(x'ff41' AS TEXT), 'é'", pa.string(), ["\\xff41", "é"]),
        ("INTEGER", "NULL, NULL", pa.int64(), [None, None]),
        ("", "9223372036854775807, -9223372036854775808", pa.int64(), [2**63 - 1, -(2**63)]),
    ],
)
def test_sqlite_decides_by_declaration_and_values(tmp_path, declared, values, arrow_type, expected):
    first, second = values.split(", ")
    source = sqlite_of(
        tmp_path, f"CREATE TABLE t (v {declared})", f"INSERT INTO t VALUES ({first}), ({second})"
    )
    with source.batches("SELECT v FROM t") as reader:
        table = reader.read_all()
    assert table["v"].type == arrow_type
    assert table["v"].to_pylist() == expected


def test_sqlite_names_the_declared_type(tmp_path):
    source = sqlite_of(tmp_path, "CREATE TABLE t (v NUMERIC(10,2))", "INSERT INTO t VALUES (1)")
    with source.batches("WITH w AS (SELECT v AS x, 1 AS y FROM t) SELECT * FROM w") as reader:
        assert reader.schema.field("x").metadata == {b"source_type": b"NUMERIC(10,2)"}
        assert reader.schema.field("y").metadata == {b"source_type": b"dynamic"}


def test_sqlite_calls_no_function_that_loads_code(tmp_path):
    with pytest.raises(QueryRefusedError, match="load_extension"):
        row(sqlite_of(tmp_path), "SELECT load_extension('x') AS v")


def test_prices_of_chinook_are_exact(chinook):
    source = SQLiteSource("chinook", chinook, 30.0)
    with source.batches("SELECT Total FROM Invoice") as reader:
        totals = reader.read_all()["Total"].to_pylist()
    assert sum(map(Decimal, totals)) == Decimal("2328.60")


@pytest.fixture
def mysql(mysql_url):
    url = make_url(mysql_url)
    login = {
        "host": url.host,
        "port": url.port or 3306,
        "user": url.username or "",
        "password": url.password or "",
    }
    return MySQLSource("m", {**login, "database": url.database}, 30.0, allow_privileged=True)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("CAST('0000-00-00' AS date)", None),
        ("CAST('2020-01-02' AS date)", date(2020, 1, 2)),
        ("CAST(18446744073709551615 AS unsigned)", Decimal(2**64 - 1)),
        (
            "CAST('12345678901234567890.123456789' AS decimal(40, 9))",
            "12345678901234567890.123456789",
        ),
        ("CAST('-100:00:01' AS time)", "-100:00:01"),
        ("JSON_OBJECT('a', 1.10)", '{"a": 1.10}'),
        ("1 = 1", 1),
        ("'😀'", "😀"),
        ("@@session.time_zone", "+00:00"),
        ("@@session.tx_read_only", 1),
    ],
)
def test_mysql_values_arrive_exactly(mysql, expression, value):
    assert row(mysql, f"SELECT {expression} AS v") == {"v": value}


def test_stored_zero_dates_timestamps_and_bits_of_mysql_arrive(mysql):
    with pymysql.connect(**mysql.login, autocommit=True) as session, session.cursor() as cursor:
        cursor.execute("SET sql_mode = '', time_zone = '+05:00'")
        cursor.execute("DROP TABLE IF EXISTS tp_types")
        cursor.execute(
            "CREATE TABLE tp_types (d date, dt datetime, ts timestamp NULL, b bit(10), w bit(64), "
            "t tinyint(1), e enum('a', 'b'), y year)"
        )
        cursor.execute(
            "INSERT INTO tp_types VALUES ('0000-00-00', '2024-00-15 00:00:00', "
            "'2024-01-01 05:00:00', b'101', ~0, 1, 'b', 2024), "
            "('2024-01-02', '2024-01-02 03:04:05', NULL, NULL, NULL, NULL, NULL, NULL)"
        )
        try:
            with mysql.batches("SELECT * FROM tp_types") as reader:
                first, second = reader.read_all().to_pylist()
        finally:
            cursor.execute("DROP TABLE tp_types")
    assert (first["d"], first["dt"], str(second["dt"])) == (None, None, "2024-01-02 03:04:05")
    assert second["d"] == date(2024, 1, 2)
    assert str(first["ts"]) == "2024-01-01 00:00:00+00:00"
    assert (first["b"], first["w"], first["t"]) == (5, Decimal(2**64 - 1), 1)
    assert (first["e"], first["y"]) == ("b", 2024)
