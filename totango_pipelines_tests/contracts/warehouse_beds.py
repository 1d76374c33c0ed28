"""Beds of the connectors that read through a vendor's driver, and of files."""

import uuid
from datetime import date
from decimal import Decimal

import boto3
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from moto.server import ThreadedMotoServer
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from totango_pipelines.connections.driver_source import DriverSource
from totango_pipelines.connections.files_source import FilesSource
from totango_pipelines.connections.opening import open_source
from totango_pipelines.connections.wires import bigquery as bigquery_wire
from totango_pipelines.connections.wires import redshift as redshift_wire
from totango_pipelines.connections.wires import snowflake as snowflake_wire
from totango_pipelines.integrations.connection import FilesConnection
from totango_pipelines.integrations.connection_fields import FromEnvironment
from totango_pipelines.integrations.files_connection import FileTable, S3Login
from totango_pipelines_tests.contracts.source_bed import (
    ROWS_OF_MANY,
    SECRET,
    Bed,
    fill,
)
from totango_pipelines_tests.emulators.running import bigquery_port, snowflake_port
from totango_pipelines_tests.emulators.start_packet_proxy import start_packet_proxy

THINGS = pa.table(
    {
        "id": pa.array([1, 2, 3, None], pa.int32()),
        "name": ["Zoë 😀", "", "line\nbreak, \"quotes\" and 'more'", None],
        "price": pa.array(
            [Decimal("0.10"), Decimal("12345678.99"), Decimal(0), None], pa.decimal128(10, 2)
        ),
        "day": [date(2024, 2, 29), date(1970, 1, 1), date(2999, 12, 31), None],
        "moment": pa.array(
            ["2024-02-29 23:59:59.123456", "1970-01-01 00:00:00", "2999-12-31 00:00:00", None]
        ).cast(pa.timestamp("us")),
        "score": [0.1, -1.5, 1e300, None],
    }
)
BIGQUERY_INSERT = """INSERT INTO things VALUES
    (1, 'Zoë 😀', 0.10, '2024-02-29', '2024-02-29 23:59:59.123456', 0.1),
    (2, '', 12345678.99, '1970-01-01', '1970-01-01 00:00:00', -1.5),
    (3, 'line\\nbreak, "quotes" and \\'more\\'', 0, '2999-12-31', '2999-12-31 00:00:00', 1e300),
    (NULL, NULL, NULL, NULL, NULL, NULL)"""
MANY_ROWS = pa.table({"i": pa.array(range(1, ROWS_OF_MANY + 1), pa.int32())})


def files_bed_of(source, unreachable):
    return Bed(
        source=source,
        run=str,
        unreachable=unreachable,
        own_clock=False,
        endless="SELECT range AS g FROM range(100000000000)",
        exact_decimal=pa.decimal128(10, 2),
        bytes_sql="'\\x00\\xff'::BLOB",
        bad_cast=f"SELECT CAST(name || '{SECRET}' AS INT) AS n FROM things",
    )


@pytest.fixture(scope="module")
def files_bed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    pq.write_table(THINGS, folder / "things.parquet")
    half = ROWS_OF_MANY // 2
    pq.write_table(MANY_ROWS.slice(0, half), folder / "many-1.parquet")
    pq.write_table(MANY_ROWS.slice(half), folder / "many-2.parquet")
    tables = {
        "things": FileTable(path="things.parquet"),
        "many": FileTable(path="many-*.parquet"),
    }
    return files_bed_of(
        FilesSource("under_test", folder, 30.0, tables),
        s3_source("http://127.0.0.1:1"),
    )


@pytest.fixture(scope="module")
def s3_bed(tmp_path_factory):
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        s3 = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="reader",
            aws_secret_access_key=SECRET,
        )
        s3.create_bucket(Bucket="warehouse")
        for key, table in (("crm/things.parquet", THINGS), ("crm/deep/many.parquet", MANY_ROWS)):
            sink = pa.BufferOutputStream()
            pq.write_table(table, sink)
            s3.put_object(Bucket="warehouse", Key=key, Body=sink.getvalue().to_pybytes())
        s3.close()
        yield files_bed_of(s3_source(endpoint), s3_source("http://127.0.0.1:1"))
    finally:
        server.stop()


def s3_source(endpoint):
    declared = FilesConnection(
        type="files",
        tables={
            "things": FileTable(path="s3://warehouse/crm/things*.parquet"),
            "many": FileTable(path="s3://warehouse/crm/**/many.parquet"),
        },
        s3=S3Login(
            region="us-east-1",
            endpoint=endpoint,
            access_key_id=FromEnvironment(env="S3_KEY"),
            secret_access_key=FromEnvironment(env="S3_SECRET"),
        ),
        statement_timeout="30s",
    )
    return open_source(
        declared,
        name="under_test",
        project_folder=None,
        environment={"S3_KEY": "reader", "S3_SECRET": SECRET},
    )


@pytest.fixture(scope="module")
def redshift_bed(postgres_server_url):
    database = f"redshift_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server_url, autocommit=True) as session:
        session.execute(f"CREATE DATABASE {database}")
    login = {key: str(value) for key, value in conninfo_to_dict(postgres_server_url).items()}
    login["dbname"] = database
    with (
        psycopg.connect(make_conninfo(**login), autocommit=True) as session,
        start_packet_proxy(login["host"], int(login.get("port", 5432))) as port,
    ):
        fill(session.execute)
        session.execute(f"INSERT INTO many SELECT generate_series(1, {ROWS_OF_MANY})")
        session.execute(
            "CREATE FUNCTION getdate() RETURNS timestamp AS 'SELECT now() AT TIME ZONE ''UTC''' LANGUAGE sql"
        )

        def kill():
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
                "pg_backend_pid() AND datname = current_database()"
            )

        values = {
            "host": "127.0.0.1",
            "port": port,
            "database": database,
            "user": login["user"],
            "password": login.get("password", SECRET),
            "tls": False,
        }
        yield Bed(
            source=driver_source("redshift", redshift_wire.wire(values)),
            run=session.execute,
            unreachable=driver_source("redshift", redshift_wire.wire({**values, "port": 1})),
            endless="SELECT a.i FROM many AS a, many AS b, many AS c",
            kill=kill,
            exact_decimal=pa.decimal128(10, 2),
            bytes_sql="'\\x00ff'::bytea",
            bad_cast=f"SELECT (name || '{SECRET}')::int AS n FROM things",
        )
    with psycopg.connect(postgres_server_url, autocommit=True) as session:
        session.execute(f"DROP DATABASE {database} WITH (FORCE)")


def driver_source(dialect, wire):
    return DriverSource("under_test", dialect, wire, 30.0, (SECRET,))


@pytest.fixture(scope="module")
def snowflake_bed():
    with snowflake_port() as port:
        values = {
            "account": "fakesnow",
            "user": "reader",
            "password": SECRET,
            "database": "db1",
            "schema_name": "public",
            "host": "127.0.0.1",
            "port": port,
            "protocol": "http",
        }
        session = snowflake_wire.snowflake.connector.connect(
            **snowflake_wire.login_of(values),
            enable_server_session_keep_alive_auto_detection=False,
        )
        with session, session.cursor() as cursor:
            fill(cursor.execute, moment="timestamp_ntz")
            cursor.execute(
                "INSERT INTO many SELECT row_number() OVER (ORDER BY 1) "
                f"FROM table(generator(rowcount => {ROWS_OF_MANY}))"
            )
            yield Bed(
                source=driver_source("snowflake", snowflake_wire.wire(values)),
                run=cursor.execute,
                unreachable=driver_source(
                    "snowflake", snowflake_wire.wire({**values, "port": 1, "login_timeout": 2})
                ),
                exact_decimal=pa.decimal128(10, 2),
                upper=True,
                integers=(b"number(38,0)",),
                prices=(b"number(10,2)",),
                stands_in=True,
            )


@pytest.fixture(scope="module")
def bigquery_bed():
    with bigquery_port() as port:
        values = {
            "project": "project",
            "dataset": "crm",
            "google_credentials": AnonymousCredentials(),
            "endpoint": f"http://127.0.0.1:{port}",
        }
        client = bigquery_wire.client_of(values)
        client.create_dataset("crm")
        config = bigquery.QueryJobConfig(default_dataset="project.crm")

        def run(sql):
            return client.query(sql, job_config=config).result()

        run(
            "CREATE TABLE things (id INT64, name STRING, price NUMERIC(10, 2), day DATE, "
            "moment DATETIME, score FLOAT64)"
        )
        run(BIGQUERY_INSERT)
        run("CREATE TABLE many (i INT64)")
        run(f"INSERT INTO many SELECT i FROM UNNEST(GENERATE_ARRAY(1, {ROWS_OF_MANY})) AS i")
        yield Bed(
            source=driver_source("bigquery", bigquery_wire.wire(values)),
            run=run,
            unreachable=driver_source(
                "bigquery",
                bigquery_wire.wire({**values, "endpoint": "http://127.0.0.1:1", "patience": 1}),
            ),
            quote="`",
            # The emulator forgets the precision that a column was declared with.
            exact_decimal=pa.decimal128(38, 9),
            prices=(b"numeric(38,9)",),
            null_type=pa.int64(),
            bytes_sql="FROM_HEX('01ff')",
            bytes_shown="\\x01ff",
            stands_in=True,
        )
        client.close()
