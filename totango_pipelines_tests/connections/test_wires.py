"""What each driver is told, and what its types and errors are taken for."""

import inspect
from collections import namedtuple
from decimal import Decimal

import clickhouse_connect
import mssql_python
import oracledb
import pyarrow as pa
import pytest
import redshift_connector
import trino
from databricks.sql.client import Connection as DatabricksConnection
from google.api_core.exceptions import BadRequest, Forbidden, ServiceUnavailable, Unauthorized
from google.auth.exceptions import RefreshError, TransportError
from pyathena.connection import Connection as AthenaConnection
from snowflake.connector import errors as snowflake_errors
from trino.exceptions import HttpError, TrinoConnectionError, TrinoUserError

from totango_pipelines.connections import source
from totango_pipelines.connections.driver_source import Column, Failure
from totango_pipelines.connections.wires import (
    athena,
    bigquery,
    clickhouse,
    databricks,
    oracle,
    redshift,
    snowflake,
    sqlserver,
)
from totango_pipelines.connections.wires import trino as trino_wire
from totango_pipelines.connections.wires.dbapi import arrow_type_of

SERVER = {"host": "db", "database": "crm", "user": "reader", "password": "p;w}=x"}


def takes(function, arguments):
    """Whether a driver's own signature accepts the arguments."""
    inspect.signature(function).bind(**arguments)
    return True


def test_redshift_is_asked_in_tls_at_its_own_port():
    login = redshift.login_of(SERVER)
    assert takes(redshift_connector.connect, login)
    assert (login["port"], login["ssl"], login["password"]) == (5439, True, "p;w}=x")


def test_no_value_of_sql_servers_connection_string_ends_early():
    text = sqlserver.connection_text({**SERVER, "tls": True})
    assert "PWD={p;w}}=x}" in text
    assert "Server={tcp:db,1433}" in text
    assert "Encrypt={yes};TrustServerCertificate={no};ApplicationIntent={ReadOnly}" in text


def test_oracle_is_asked_for_a_service_in_tls():
    login = oracle.login_of(SERVER)
    parameters = oracledb.ConnectParams(**login)
    assert (parameters.protocol, parameters.port) == ("tcps", 2484)
    assert parameters.service_name == "crm"
    assert oracle.login_of({**SERVER, "tls": False})["port"] == 1521


def test_trino_is_given_a_time_and_a_password():
    login = trino_wire.login_of({**SERVER, "schema_name": "crm"}, 90.0)
    assert takes(trino.dbapi.Connection.__init__, {"self": None, **login})
    assert login["session_properties"] == {"query_max_run_time": "90s"}
    assert login["auth"] == trino.auth.BasicAuthentication("reader", "p;w}=x")
    assert "auth" not in trino_wire.login_of({"host": "db", "user": "u"}, 1.0)


def test_clickhouse_only_reads_and_stops_by_itself():
    login = clickhouse.login_of(SERVER, 90.0)
    assert takes(clickhouse_connect.get_client, login)
    assert login["settings"]["readonly"] == 2
    assert login["settings"]["max_execution_time"] == 90


def test_databricks_is_given_a_token_a_time_and_a_zone():
    values = {"host": "h", "http_path": "/p", "token": "t", "schema_name": "crm"}
    login = databricks.login_of(values, 90.0)
    assert takes(DatabricksConnection.__init__, {"self": None, **login})
    assert login["session_configuration"]["statement_timeout"] == "90"
    assert "catalog" not in login
    assert login["_retry_stop_after_attempts_duration"] == 60.0


def test_a_login_that_redshift_refuses_is_told_from_a_lost_connection():
    means = redshift.wire(SERVER).means
    assert means(redshift_connector.error.ProgrammingError({"C": "28P01"})) is Failure.LOGIN
    assert means(redshift_connector.error.InterfaceError("communication")) is Failure.UNREACHABLE


def test_what_redshifts_driver_trips_over_is_a_lost_connection_and_what_we_do_is_a_bug():
    lost = redshift_connector.Connection.__new__(redshift_connector.Connection)
    with (
        pytest.raises(redshift_connector.error.InterfaceError, match="connection dropped"),
        redshift.lost_sockets(),
    ):
        lost.handle_messages(lost)
    with pytest.raises(IndexError), redshift.lost_sockets():
        list(SERVER)[len(SERVER)]
    assert AttributeError not in redshift.wire(SERVER).errors


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("[28000] Login failed for user 'etl'.", Failure.LOGIN),
        ("Communication link failure", Failure.UNREACHABLE),
        ("Conversion failed when converting 'Jane'", Failure.DATA),
    ],
)
def test_an_error_of_sql_server_is_told_apart(said, meaning):
    error = mssql_python.OperationalError(said, said)
    assert sqlserver.wire(SERVER).means(error) is meaning


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("Error during request to server. HTTP 403 Forbidden", Failure.LOGIN),
        ("Error during request to server: Invalid access token", Failure.LOGIN),
        ("Error during request to server: connection reset", Failure.UNREACHABLE),
    ],
)
def test_a_login_that_databricks_refuses_is_told_from_a_lost_connection(said, meaning):
    values = {"host": "h", "http_path": "/p", "token": "t"}
    assert databricks.wire(values).means(databricks.exc.RequestError(said)) is meaning


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("(UnrecognizedClientException) The security token is invalid", Failure.LOGIN),
        ("Could not connect to the endpoint URL", Failure.UNREACHABLE),
    ],
)
def test_a_key_that_athena_refuses_is_told_from_a_lost_connection(said, meaning):
    values = {"region": "eu", "work_group": "w"}
    assert athena.wire(values).means(athena.pyathena.OperationalError(said)) is meaning


def test_athena_is_given_a_key_and_keeps_json_as_text():
    login = athena.login_of({"region": "eu", "work_group": "w", "access_key_id": "k"})
    assert takes(AthenaConnection.__init__, {"self": None, **login})
    assert login["aws_access_key_id"] == "k"
    assert login["converter"].convert("json", '{"a": 1.10}') == '{"a": 1.10}'
    assert login["converter"].convert("decimal", "1.10") == Decimal("1.10")


def test_snowflake_logs_in_by_password_or_by_a_key_file():
    assert snowflake.login_of({"account": "a", "user": "u", "password": "p"}) == {
        "account": "a",
        "user": "u",
        "password": "p",
    }
    by_key = snowflake.login_of(
        {"account": "a", "private_key_file": "/k.p8", "private_key_passphrase": "x"}
    )
    assert by_key == {
        "account": "a",
        "private_key_file": "/k.p8",
        "private_key_file_pwd": "x",
        "authenticator": "SNOWFLAKE_JWT",
    }


@pytest.mark.parametrize(
    ("name", "arrow_type"),
    [
        ("integer", pa.int64()),
        ("bigint", pa.int64()),
        ("double", pa.float64()),
        ("decimal(10,2)", pa.decimal128(10, 2)),
        ("decimal(10, 2)", pa.decimal128(10, 2)),
        ("decimal(76,2)", pa.string()),
        ("decimal", pa.string()),
        ("varchar(10)", pa.string()),
        ("date", pa.date32()),
        ("timestamp(3)", source.TIMESTAMP),
        ("timestamp(6) with time zone", source.UTC_TIMESTAMP),
        ("time(3)", pa.string()),
        ("array(integer)", pa.string()),
        ("json", pa.string()),
    ],
)
def test_a_type_is_carried_exactly_or_as_text(name, arrow_type):
    assert arrow_type_of(name) == arrow_type


@pytest.mark.parametrize(
    ("name", "arrow_type"),
    [
        ("Nullable(Int32)", pa.int64()),
        ("UInt64", pa.decimal128(20, 0)),
        ("LowCardinality(Nullable(String))", pa.string()),
        ("Decimal(18, 4)", pa.decimal128(18, 4)),
        ("Decimal(76, 4)", pa.string()),
        ("Date32", pa.date32()),
        ("DateTime64(6, 'UTC')", source.UTC_TIMESTAMP),
        ("Array(Int8)", pa.string()),
        ("Int256", pa.string()),
    ],
)
def test_a_type_of_clickhouse_is_carried_exactly_or_as_text(name, arrow_type):
    assert clickhouse.column_of("c", name) == Column("c", name, arrow_type)


Described = namedtuple("Described", ["name", "type_code", "precision", "scale"])


@pytest.mark.parametrize(
    ("code", "precision", "scale", "arrow_type"),
    [
        (oracledb.DB_TYPE_NUMBER, 10, 2, pa.decimal128(10, 2)),
        (oracledb.DB_TYPE_NUMBER, 9, 0, pa.int64()),
        (oracledb.DB_TYPE_NUMBER, 38, 0, pa.decimal128(38, 0)),
        (oracledb.DB_TYPE_NUMBER, 0, -127, pa.string()),
        (oracledb.DB_TYPE_NUMBER, 2, 5, pa.string()),
        (oracledb.DB_TYPE_DATE, None, None, source.TIMESTAMP),
        (oracledb.DB_TYPE_TIMESTAMP_TZ, 0, 6, source.UTC_TIMESTAMP),
        (oracledb.DB_TYPE_CLOB, None, None, pa.string()),
    ],
)
def test_a_type_of_oracle_is_carried_exactly_or_as_text(code, precision, scale, arrow_type):
    assert oracle.column_of(Described("C", code, precision, scale)).arrow_type == arrow_type


def test_oracle_hands_times_with_zones_over_in_utc():
    columns = [
        Column("ID", "number(9,0)", pa.int64()),
        Column('a"b', "timestamp_tz", source.UTC_TIMESTAMP),
    ]
    assert oracle.in_utc("SELECT 1", columns) == (
        'SELECT w."ID", SYS_EXTRACT_UTC(w."a""b") AS "a""b" FROM (\nSELECT 1\n) w'
    )
    assert oracle.in_utc("SELECT 1", columns[:1]) == "SELECT 1"


def test_decimals_of_databricks_and_athena_keep_their_digits():
    described = ("price", "decimal", None, None, 12, 3, True)
    expected = Column("price", "decimal(12,3)", pa.decimal128(12, 3))
    assert databricks.column_of(described) == expected
    assert athena.column_of(described) == expected
    assert databricks.column_of(("t", "timestamp", None, None, None, None, True)).arrow_type == (
        source.UTC_TIMESTAMP
    )


def test_an_error_of_bigquery_is_told_apart():
    means = bigquery.wire({"project": "p"}).means
    timeout = BadRequest("x", errors=[{"reason": "stopped", "message": "x"}])
    assert means(timeout) is Failure.TIMEOUT
    assert means(BadRequest("Syntax error", errors=[{"reason": "invalidQuery"}])) is Failure.REFUSED
    assert means(Forbidden("no access to the table")) is Failure.REFUSED
    assert means(Unauthorized("login")) is Failure.LOGIN
    assert means(ServiceUnavailable("later")) is Failure.UNREACHABLE
    assert means(RefreshError("invalid_grant")) is Failure.LOGIN
    assert means(TransportError("no route")) is Failure.UNREACHABLE


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("Bad int64 value: jane.doe@example.com", Failure.DATA),
        ("Invalid date: 'Jane'", Failure.DATA),
        ('Failed to parse input string "Jane Doe"', Failure.DATA),
        ("Could not cast literal `Jane` to type DATE at [1:8]", Failure.DATA),
        ("division by zero: 1 / 0", Failure.DATA),
        ("int64 overflow: 9223372036854775807 + 1", Failure.DATA),
        ("Scalar subquery produced more than one element", Failure.DATA),
        ("Unrecognized name: nope at [1:8]", Failure.REFUSED),
        ("Invalid cast from DATE to INT64 at [1:8]", Failure.REFUSED),
        ("Syntax error: Unexpected end of script at [1:8]", Failure.REFUSED),
    ],
)
def test_a_message_of_bigquery_that_may_quote_a_value_is_about_data(said, meaning):
    error = BadRequest("400 POST", errors=[{"reason": "invalidQuery", "message": said}])
    assert bigquery.wire({"project": "p"}).means(error) is meaning


def test_an_error_of_snowflake_is_told_apart():
    means = snowflake.wire({"account": "a", "user": "u", "password": "p"}).means
    assert means(snowflake_errors.ProgrammingError("x", errno=604)) is Failure.TIMEOUT
    assert means(snowflake_errors.ProgrammingError("x", errno=2003)) is Failure.REFUSED
    assert means(snowflake_errors.ProgrammingError("x", errno=100038)) is Failure.DATA
    assert means(snowflake_errors.OperationalError("x", errno=250001)) is Failure.UNREACHABLE
    wrong = "Failed to connect to DB. Incorrect username or password was specified."
    assert means(snowflake_errors.DatabaseError(wrong, errno=250001)) is Failure.LOGIN


def test_an_error_of_trino_is_told_apart():
    means = trino_wire.wire(SERVER).means
    late = {"errorName": "EXCEEDED_TIME_LIMIT", "errorType": "INSUFFICIENT_RESOURCES"}
    assert means(TrinoUserError(late)) is Failure.TIMEOUT
    wrong = {"errorName": "COLUMN_NOT_FOUND", "errorType": "USER_ERROR"}
    assert means(TrinoUserError(wrong)) is Failure.REFUSED
    value = {"errorName": "INVALID_CAST_ARGUMENT", "errorType": "USER_ERROR"}
    assert means(TrinoUserError(value)) is Failure.DATA
    assert means(TrinoConnectionError("gone")) is Failure.UNREACHABLE
    assert means(HttpError("error 401: who are you")) is Failure.LOGIN
    assert means(HttpError("error 500: later")) is Failure.UNREACHABLE


def test_an_error_of_clickhouse_is_told_apart():
    means = clickhouse.wire(SERVER).means
    error = clickhouse_connect.driver.exceptions.DatabaseError
    assert means(error("Received code: 159, timeout")) is Failure.TIMEOUT
    assert means(error("Code: 47. DB::Exception: nope")) is Failure.REFUSED
    assert means(error("Code: 6. DB::Exception: cannot parse x")) is Failure.DATA
    assert means(error("Code: 516. DB::Exception: Authentication failed")) is Failure.LOGIN
    assert means(error("no route")) is Failure.UNREACHABLE


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("DPY-4024: call timeout of 1 ms exceeded", Failure.TIMEOUT),
        ("ORA-00942: table or view does not exist", Failure.REFUSED),
        ("ORA-01722: invalid number", Failure.DATA),
        ("DPY-4011: the database or network closed the connection", Failure.UNREACHABLE),
        ("ORA-01017: invalid credential", Failure.LOGIN),
        ("ORA-28000: the account is locked", Failure.LOGIN),
    ],
)
def test_an_error_of_oracle_is_told_apart(said, means):
    assert oracle.wire(SERVER).means(oracledb.DatabaseError(said)) is means
