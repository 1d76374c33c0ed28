"""Snowflake, by the vendor's connector and its Arrow results.

A session of Snowflake cannot be made read-only: that is the role's part, and the parser's.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import snowflake.connector
from snowflake.connector import errors

from totango_pipelines.connections import source
from totango_pipelines.connections.driver_source import Answer, Column, Failure, Session, Wire

_CONNECTING = {
    "login_timeout": 30,
    # Else a closed session lets its query run on.
    "enable_server_session_keep_alive_auto_detection": False,
}
_TIMED_OUT = {604, 630}
"""The query was cancelled, by us or by STATEMENT_TIMEOUT_IN_SECONDS."""
_ABOUT_DATA = range(100_000, 101_000)
_NOT_CONNECTED = {250001, 250003, 250005}
_LOGIN_REFUSED = range(390_100, 390_200)
_LOGIN_WORDS = re.compile(
    r"Incorrect username or password|JWT token is invalid|user .*(locked|disabled)", re.IGNORECASE
)
# By the position of the connector's own list of types.
_NAMES = (
    *("NUMBER", "FLOAT", "TEXT", "DATE", "TIMESTAMP", "VARIANT", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"),
    *("TIMESTAMP_NTZ", "OBJECT", "ARRAY", "BINARY", "TIME", "BOOLEAN", "GEOGRAPHY", "GEOMETRY"),
    *("VECTOR", "MAP", "FILE", "INTERVAL_YEAR_MONTH", "INTERVAL_DAY_TIME"),
)
_ARROW_OF = {
    "FLOAT": pa.float64(),
    "DATE": pa.date32(),
    "TIMESTAMP_NTZ": source.TIMESTAMP,
    "TIMESTAMP_LTZ": source.UTC_TIMESTAMP,
    "TIMESTAMP_TZ": source.UTC_TIMESTAMP,
    "BOOLEAN": pa.bool_(),
}
_RENAMED = {"private_key_passphrase": "private_key_file_pwd", "schema_name": "schema"}


def login_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the connector's `connect` takes."""
    login = {_RENAMED.get(key, key): value for key, value in values.items()}
    if "private_key_file" in login:
        login["authenticator"] = "SNOWFLAKE_JWT"
    return login


def wire(values: Mapping[str, Any]) -> Wire:
    """The wire of a declared account."""
    login = login_of(values)
    return Wire(
        connect=lambda seconds: _session(login, seconds),
        errors=(errors.Error,),
        means=_means,
        now="SELECT SYSDATE() AS now",
        said=lambda error: str(getattr(error, "msg", None) or error),
    )


def _session(login: Mapping[str, Any], seconds: float) -> Session:
    parameters = {
        "TIMEZONE": "UTC",
        "STATEMENT_TIMEOUT_IN_SECONDS": max(1, round(seconds)),
        "QUERY_TAG": "totango_pipelines",
    }
    connection = snowflake.connector.connect(
        **{**_CONNECTING, **login},
        session_parameters=parameters,
    )
    cursor = connection.cursor()

    def cancel() -> None:
        if cursor.sfqid:
            cursor.abort_query(cursor.sfqid)

    return Session(lambda sql: _answer(cursor, sql), cancel, connection.close)


def _answer(cursor: Any, sql: str) -> Answer:  # noqa: ANN401 - without stubs
    cursor.execute(sql)
    return Answer([_column(described) for described in cursor.description], _parts(cursor))


def _parts(cursor: Any) -> Iterator[pa.RecordBatch]:  # noqa: ANN401 - without stubs
    # Nanoseconds end in the year 2262.
    for table in cursor.fetch_arrow_batches(force_microsecond_precision=True):
        yield from table.to_batches()


def _column(described: Any) -> Column:  # noqa: ANN401 - without stubs
    kind = _NAMES[described.type_code] if described.type_code < len(_NAMES) else "UNKNOWN"
    if kind != "NUMBER":
        return Column(described.name, kind, _ARROW_OF.get(kind, pa.string()))
    precision, scale = described.precision, described.scale
    # INTEGER is NUMBER(38,0), and its values nearly always fit 64 bits; one that does not is named.
    arrow_type = pa.decimal128(precision, scale) if scale else pa.int64()
    return Column(described.name, f"NUMBER({precision},{scale})", arrow_type)


def _means(error: Exception) -> Failure:
    code = getattr(error, "errno", None) or 0
    if code in _TIMED_OUT:
        return Failure.TIMEOUT
    if code in _ABOUT_DATA or isinstance(error, errors.DataError):
        return Failure.DATA
    # The login's own code is wrapped into that of a connection that was not made.
    if code in _LOGIN_REFUSED or (code in _NOT_CONNECTED and _LOGIN_WORDS.search(str(error))):
        return Failure.LOGIN
    unreachable = isinstance(error, errors.OperationalError | errors.InterfaceError)
    if unreachable or code in _NOT_CONNECTED:
        return Failure.UNREACHABLE
    state = str(getattr(error, "sqlstate", "") or "")
    return Failure.UNREACHABLE if state.startswith(("08", "28")) else Failure.REFUSED
