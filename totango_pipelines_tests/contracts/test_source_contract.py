"""One suite that every source passes."""

import re
import sqlite3
import threading
import time
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import psycopg
import pyarrow as pa
import pymysql
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy.engine import make_url

from totango_pipelines.connections.duckdb_file import DuckDBSource
from totango_pipelines.connections.mysql import MySQLSource
from totango_pipelines.connections.postgres import PostgresSource
from totango_pipelines.connections.sqlite_file import SQLiteSource
from totango_pipelines.errors import QueryRefusedError, SourceUnavailableError
from totango_pipelines.extract.cursor import Cursor, window
from totango_pipelines.extract.query import check_query
from totango_pipelines_tests.contracts.source_bed import (
    MANY,
    ROWS_OF_MANY,
    SECRET,
    Bed,
    fill,
    read_to_the_end,
)
from totango_pipelines_tests.contracts.warehouse_beds import (  # noqa: F401 - fixtures
    bigquery_bed,
    files_bed,
    redshift_bed,
    s3_bed,
    snowflake_bed,
)


@pytest.fixture(scope="module")
def postgres_bed(postgres_server_url):
    database = f"contract_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server_url, autocommit=True) as session:
        session.execute(f"CREATE DATABASE {database}")
    login = {key: str(value) for key, value in conninfo_to_dict(postgres_server_url).items()}
    login["dbname"] = database
    with psycopg.connect(make_conninfo(**login), autocommit=True) as session:
        fill(session.execute)
        session.execute(f"INSERT INTO many SELECT generate_series(1, {ROWS_OF_MANY})")

        def kill():
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
                "pg_backend_pid() AND datname = current_database()"
            )

        yield Bed(
            source=PostgresSource("under_test", login, 30.0, allow_privileged=True),
            run=session.execute,
            unreachable=PostgresSource(
                "under_test", {**login, "port": "1", "password": SECRET}, 30.0
            ),
            endless="SELECT a.i FROM many AS a, many AS b, many AS c",
            kill=kill,
            bytes_sql="'\\x00ff'::bytea",
            bad_cast=f"SELECT (name || '{SECRET}')::int AS n FROM things",
        )
    with psycopg.connect(postgres_server_url, autocommit=True) as session:
        session.execute(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.fixture(scope="module")
def duckdb_bed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bed")
    path = folder / "w.duckdb"

    def run(sql):
        with duckdb.connect(path) as session:
            return session.execute(sql).fetchall()

    fill(run)
    run(f"INSERT INTO many SELECT range + 1 FROM range({ROWS_OF_MANY})")
    return Bed(
        source=DuckDBSource("under_test", path, 30.0),
        run=run,
        unreachable=DuckDBSource("under_test", folder / "missing.duckdb", 30.0),
        endless="SELECT range AS g FROM range(100000000000)",
        exact_decimal=pa.decimal128(10, 2),
        bytes_sql="'\\x00\\xff'::BLOB",
        bad_cast=f"SELECT CAST(name || '{SECRET}' AS INT) AS n FROM things",
    )


@pytest.fixture(scope="module")
def sqlite_bed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bed")
    path = folder / "w.sqlite"
    session = sqlite3.connect(path, isolation_level=None)
    fill(session.execute)
    session.execute(f"INSERT INTO many {MANY}")
    yield Bed(
        source=SQLiteSource("under_test", path, 30.0),
        run=session.execute,
        unreachable=SQLiteSource("under_test", folder / "missing.sqlite", 30.0),
        endless="WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
        typed_times=False,
    )
    session.close()


@pytest.fixture(scope="module")
def mysql_bed(mysql_url):
    url = make_url(mysql_url)
    login = {
        "host": url.host,
        "port": url.port or 3306,
        "user": url.username or "",
        "password": url.password or "",
    }
    database = f"tp_contract_{time.time_ns()}"
    session = pymysql.connect(**login, autocommit=True)
    with session, session.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {database} CHARACTER SET utf8mb4")
        cursor.execute(f"USE {database}")
        fill(cursor.execute, moment="datetime(6)")
        cursor.execute(f"SET max_recursive_iterations = {ROWS_OF_MANY + 1}")
        cursor.execute(f"INSERT INTO many {MANY}")

        def kill():
            cursor.execute(
                "SELECT id FROM information_schema.processlist WHERE db = %s AND id <> "
                "connection_id()",
                (database,),
            )
            for (process,) in cursor.fetchall():
                cursor.execute(f"KILL {process}")

        yield Bed(
            source=MySQLSource(
                "under_test", {**login, "database": database}, 30.0, allow_privileged=True
            ),
            run=cursor.execute,
            unreachable=MySQLSource("under_test", {**login, "port": 1, "password": SECRET}, 30.0),
            quote="`",
            endless="SELECT a.i FROM many a, many b, many c",
            kill=kill,
        )
        cursor.execute(f"DROP DATABASE {database}")


@pytest.fixture(
    scope="module",
    params=[
        *("postgres", "duckdb", "sqlite", "mysql", "files", "s3", "redshift"),
        *("snowflake", "bigquery"),
    ],
)
def bed(request) -> Bed:
    return request.getfixturevalue(f"{request.param}_bed")


def test_values_arrive_exactly_and_nulls_stay_null(bed):
    rows = bed.table("SELECT * FROM things").to_pylist()
    assert [row["id"] for row in rows] == [1, 2, 3, None]
    assert [row["name"] for row in rows] == [
        "Zoë 😀",
        "",
        "line\nbreak, \"quotes\" and 'more'",
        None,
    ]
    assert [row["score"] for row in rows] == [0.1, -1.5, 1e300, None]
    assert [str(row["day"]) for row in rows] == ["2024-02-29", "1970-01-01", "2999-12-31", "None"]
    assert str(rows[0]["moment"]) == "2024-02-29 23:59:59.123456"
    assert rows[3]["moment"] is None


def test_decimals_are_never_floats(bed):
    prices = bed.table("SELECT price FROM things")["price"]
    assert prices.type == bed.exact_decimal
    assert [None if p is None else Decimal(p) for p in prices.to_pylist()] == [
        Decimal("0.10"),
        Decimal("12345678.99"),
        Decimal(0),
        None,
    ]


def test_integers_are_64_bits_wide_and_the_field_names_the_engines_type(bed):
    schema = bed.table("SELECT id, price FROM things").schema
    assert schema.field("id").type == pa.int64()
    assert schema.field("id").metadata[b"source_type"].lower() in bed.integers
    price = schema.field("price").metadata[b"source_type"].lower()
    assert price in bed.prices


def test_dates_and_times_are_typed_where_the_engine_types_them(bed):
    schema = bed.table("SELECT day, moment FROM things").schema
    typed = (pa.date32(), pa.timestamp("us"))
    assert (schema.field("day").type, schema.field("moment").type) == (
        typed if bed.typed_times else (pa.string(), pa.string())
    )


def test_bytes_are_hexadecimal_text(bed):
    if bed.stands_in and bed.source.dialect == "snowflake":
        pytest.skip("the emulator returns other bytes than it was given")
    assert bed.table(f"SELECT {bed.bytes_sql} AS b").to_pylist() == [{"b": bed.bytes_shown}]


def test_a_column_of_nulls_has_a_type(bed):
    table = bed.table("SELECT NULL AS void FROM things")
    assert table["void"].type == bed.null_type
    assert table["void"].null_count == 4


def test_no_rows_give_the_schema_and_no_batches(bed):
    with bed.source.batches("SELECT id, day FROM things WHERE 1 = 0") as reader:
        assert [name.lower() for name in reader.schema.names] == ["id", "day"]
        assert reader.schema.field(0).type == pa.int64()
        assert list(reader) == []


@pytest.mark.parametrize(
    "name", ["two words", 'a"b', "a`b", "select", "Größe 😀", "a%s", "c0", "q"]
)
def test_any_column_name_arrives(bed, name):
    if bed.source.dialect == "mysql" and "😀" in name:
        pytest.skip("MySQL's identifiers end at U+FFFF")
    if bed.source.dialect == "bigquery" and not name.isidentifier():
        pytest.skip("BigQuery's columns have letters, digits and _")
    assert bed.named(f"SELECT 1 AS {bed.name(name)}").to_pylist() == [{name: 1}]


def test_names_that_differ_in_case_are_two_columns(bed):
    if bed.stands_in:
        pytest.skip("to the engine of the emulator they are one")
    table = bed.named(f"SELECT 1 AS {bed.name('a')}, 2 AS {bed.name('A')}")
    assert table.to_pylist() == [{"a": 1, "A": 2}]


def test_a_column_returned_twice_is_refused_by_name(bed):
    if bed.stands_in and bed.source.dialect == "bigquery":
        pytest.skip("BigQuery refuses it; the emulator gives the second column another name")
    with pytest.raises(QueryRefusedError, match=r"(?i)column 'id' more than once"):
        bed.table("SELECT id, name, id FROM things")


def test_a_column_returned_twice_is_refused_in_a_preview_too(bed):
    if bed.stands_in and bed.source.dialect == "bigquery":
        pytest.skip("BigQuery refuses it; the emulator gives the second column another name")
    with pytest.raises(QueryRefusedError, match=r"(?i)column 'id' more than once"):
        bed.table("SELECT id, name, id FROM things", limit=1)


def test_a_hundred_columns_and_a_wide_row_arrive(bed):
    columns = ", ".join(f"{i} AS c_{i}" for i in range(100))
    wide = "x" * 200_000
    table = bed.table(f"SELECT {columns}, '{wide}' AS wide")
    assert table.num_columns == 101
    assert table["c_99"].to_pylist() == [99]
    assert table["wide"].to_pylist() == [wide]


def test_rows_come_in_bounded_batches_in_the_order_asked_for(bed):
    with bed.source.batches("SELECT i FROM many ORDER BY i DESC") as reader:
        sizes, values = [], []
        for batch in reader:
            sizes.append(batch.num_rows)
            values.extend(batch.column(0).to_pylist())
    assert max(sizes) <= 131_072
    assert len(sizes) > 1
    assert values == list(range(ROWS_OF_MANY, 0, -1))


def test_a_limit_is_kept_and_keeps_the_order(bed):
    table = bed.table("SELECT i FROM many ORDER BY i DESC", limit=3)
    assert table["i"].to_pylist() == [ROWS_OF_MANY, ROWS_OF_MANY - 1, ROWS_OF_MANY - 2]


def test_a_limit_ends_an_endless_query_at_the_source(bed):
    if not bed.endless:
        pytest.skip("the emulator runs a query to its end before it answers")
    started = time.monotonic()
    assert bed.table(bed.endless, limit=10).num_rows == 10
    assert time.monotonic() - started < 10


def test_a_limit_reads_so_many_rows_of_a_table_and_no_more(bed):
    if bed.source.dialect != "postgres":
        pytest.skip("only PostgreSQL counts the rows that one table gave")
    counted = "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'counted'"
    bed.run("DROP TABLE IF EXISTS counted")
    bed.run("CREATE TABLE counted AS SELECT generate_series(1, 5000) AS i")
    assert bed.table("SELECT i FROM counted", limit=10).num_rows == 10
    deadline = time.monotonic() + 10
    while (read := bed.run(counted).fetchone()[0]) == 0 and time.monotonic() < deadline:
        time.sleep(0.05)  # a session reports what it read when it ends
    assert read == 10


def test_a_limit_leaves_a_smaller_limit_alone(bed):
    assert bed.table("SELECT i FROM many ORDER BY i LIMIT 2", limit=10).num_rows == 2


def test_a_query_of_one_with_clause_can_be_limited(bed):
    sql = "WITH w AS (SELECT i FROM many) SELECT i FROM w ORDER BY i"
    assert bed.table(sql, limit=2)["i"].to_pylist() == [1, 2]


@pytest.mark.parametrize(
    "write",
    [
        "DELETE FROM many",
        "INSERT INTO many VALUES (1)",
        "DROP TABLE many",
        "CREATE TABLE more (a integer)",
        "SELECT 1 AS a; DELETE FROM many",
        "WITH gone AS (DELETE FROM many RETURNING i) SELECT i FROM gone",
        "SELECT 1) AS q; DELETE FROM many; SELECT * FROM (SELECT 1",
    ],
)
def test_the_engine_refuses_a_write_that_passed_the_guard(bed, write):
    with pytest.raises(QueryRefusedError):
        bed.table(write)
    assert bed.table("SELECT count(*) AS n FROM many").to_pylist() == [{"n": ROWS_OF_MANY}]


def test_a_wrong_query_is_refused_in_the_engines_words(bed):
    with pytest.raises(QueryRefusedError, match=r"(?i)connection 'under_test': .*nope.*Correct"):
        bed.table("SELECT nope FROM things")


def test_an_endless_query_is_stopped(bed):
    if bed.stands_in:
        pytest.skip("the emulator runs every query to its end")
    impatient = replace(bed.source, statement_timeout=0.5)
    started = time.monotonic()
    with pytest.raises(QueryRefusedError, match=r"statement_timeout of 0\.5 s"):
        read_to_the_end(impatient, bed.endless)
    assert time.monotonic() - started < 10


def test_a_dropped_connection_is_retriable(bed):
    if bed.kill is None:
        pytest.skip("a file, or an emulator, drops no connection")
    with bed.source.batches(bed.endless) as reader:
        reader.read_next_batch()
        bed.kill()
        with pytest.raises(SourceUnavailableError):
            reader.read_all()


def test_leaving_early_stops_the_query(bed):
    # SQLite looks at all values once before the first batch: nothing endless ever starts there.
    sql = bed.endless
    if bed.source.dialect == "sqlite" or bed.stands_in:
        sql = "SELECT i FROM many"
    with bed.source.batches(sql) as reader:
        assert reader.read_next_batch().num_rows > 0
    if bed.source.dialect == "postgres":
        deadline = time.monotonic() + 5
        running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%many AS a, many AS ' || 'b%' AND pid <> pg_backend_pid() AND datname = current_database()"
        while bed.run(running).fetchone() != (0,):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_two_readers_at_once_do_not_disturb_each_other(bed):
    found = []

    def read():
        found.append(bed.table("SELECT i FROM many").num_rows)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [ROWS_OF_MANY] * 2


def test_the_clock_is_aware_and_about_now(bed):
    moment = bed.source.clock()
    assert moment.utcoffset() == timedelta(0)
    assert abs(moment - datetime.now(tz=UTC)) < timedelta(minutes=5)


@pytest.mark.parametrize("use", ["batches", "clock"])
def test_an_unreachable_source_is_retriable_and_tells_no_secret(bed, use):
    if use == "clock" and not bed.own_clock:
        pytest.skip("files have no clock but this machine's")
    with pytest.raises(SourceUnavailableError, match="connection 'under_test'") as failure:
        bed.unreachable.clock() if use == "clock" else read_to_the_end(
            bed.unreachable, "SELECT id FROM things"
        )
    assert SECRET not in str(failure.value)
    assert failure.value.__cause__ is None


def test_a_message_about_data_shows_no_data(bed, capfd):
    if bed.bad_cast is None:
        pytest.skip("this engine casts anything")
    with pytest.raises(QueryRefusedError) as refusal:
        bed.table(bed.bad_cast)
    printed = "".join(capfd.readouterr())
    assert not re.search(f"{SECRET}|Zo", f"{refusal.value}{printed}")


def test_the_source_shows_no_secret_of_itself(bed):
    assert SECRET not in repr(bed.unreachable)


def test_a_window_holds_the_rows_from_the_cursor_on_and_those_without(bed):
    query = check_query(
        "WITH all_of_it AS (SELECT id, moment FROM things) SELECT id, moment FROM all_of_it",
        dialect=bed.source.dialect,
    )
    since = datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=UTC).replace(tzinfo=None)
    cursor = Cursor(since if bed.typed_times else str(since))
    rows = window(query, "MOMENT" if bed.upper else "moment", cursor, None)
    assert sorted(bed.table(rows.sql, rows.parameters)["id"].to_pylist(), key=str) == [1, 3, None]


def test_dates_stay_dates_next_to_a_text(bed):
    day = bed.table("SELECT day, name FROM things WHERE id = 1").to_pylist()[0]["day"]
    assert day in (date(2024, 2, 29), "2024-02-29")


def test_nothing_is_connected_before_use():
    PostgresSource("x", {"host": "203.0.113.1"}, 1.0)
    DuckDBSource("x", Path("/nowhere"), 1.0)
