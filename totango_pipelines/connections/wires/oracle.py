"""Oracle, by the vendor's driver without its client libraries, in a read-only transaction."""

import re
from collections.abc import Mapping
from typing import Any

import oracledb
import pyarrow as pa

from totango_pipelines.connections import source
from totango_pipelines.connections.driver_source import (
    FETCH_ROWS,
    Answer,
    Column,
    Failure,
    Session,
    Wire,
)
from totango_pipelines.connections.wires.dbapi import fetched

_CONNECT_TIMEOUT = 10.0
_PORT, _TLS_PORT = 1521, 2484
_DIGITS_OF_INT64 = 18
_FLOATING = -127
_TIMED_OUT = re.compile(r"DPY-4024|DPI-1067|ORA-01013|ORA-00040")
_UNREACHABLE = re.compile(
    r"DPY-(6\d{3}|4011|4027)|ORA-(01033|01034|03113|03114|12\d{3}|00028|02396)"
)
_LOGIN_REFUSED = re.compile(r"ORA-(01005|01017|01045|28000|28001|28002|28003)|DPY-400[01]")
_ABOUT_DATA = re.compile(r"ORA-(01722|018\d\d|01426|01476|06502)")
_ARROW_OF = {
    oracledb.DB_TYPE_BINARY_FLOAT: pa.float64(),
    oracledb.DB_TYPE_BINARY_DOUBLE: pa.float64(),
    oracledb.DB_TYPE_DATE: source.TIMESTAMP,  # it has a time of day
    oracledb.DB_TYPE_TIMESTAMP: source.TIMESTAMP,
    oracledb.DB_TYPE_TIMESTAMP_TZ: source.UTC_TIMESTAMP,
    oracledb.DB_TYPE_TIMESTAMP_LTZ: source.UTC_TIMESTAMP,
    oracledb.DB_TYPE_BOOLEAN: pa.bool_(),
}


def login_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the driver's `connect` takes."""
    tls = bool(values.get("tls", True))
    login = {key: values[key] for key in ("host", "user", "password") if key in values}
    return {
        **login,
        "port": int(values.get("port", _TLS_PORT if tls else _PORT)),
        "service_name": values["database"],
        "protocol": "tcps" if tls else "tcp",
        "tcp_connect_timeout": _CONNECT_TIMEOUT,
    }


def wire(values: Mapping[str, Any]) -> Wire:
    """The wire of a declared database."""
    login = login_of(values)
    return Wire(
        connect=lambda seconds: _session(login, seconds),
        errors=(oracledb.Error,),
        means=_means,
        now='SELECT SYS_EXTRACT_UTC(SYSTIMESTAMP) AS "now" FROM dual',
    )


def _session(login: Mapping[str, Any], seconds: float) -> Session:
    connection = oracledb.connect(**login)
    connection.call_timeout = int(seconds * 1000)
    cursor = connection.cursor()
    cursor.arraysize = FETCH_ROWS
    cursor.execute("ALTER SESSION SET TIME_ZONE = '+00:00'")
    cursor.execute("SET TRANSACTION READ ONLY")
    return Session(lambda sql: _answer(cursor, sql), connection.cancel, connection.close)


def _answer(cursor: Any, sql: str) -> Answer:  # noqa: ANN401 - without stubs
    cursor.parse(sql)
    columns = [column_of(described) for described in cursor.description]
    cursor.execute(in_utc(sql, columns), fetch_lobs=False, fetch_decimals=True)
    return Answer(columns, fetched(cursor))


def column_of(described: Any) -> Column:  # noqa: ANN401 - the driver's FetchInfo
    """A column of the cursor's description."""
    kind, precision, scale = described.type_code, described.precision or 0, described.scale or 0
    shown = str(kind.name).removeprefix("DB_TYPE_").lower()
    if kind == oracledb.DB_TYPE_NUMBER:
        if not precision or scale == _FLOATING or not 0 <= scale <= precision:
            return Column(described.name, "numeric", pa.string())
        whole = scale == 0 and precision <= _DIGITS_OF_INT64
        exact = pa.int64() if whole else pa.decimal128(precision, scale)
        return Column(described.name, f"number({precision},{scale})", exact)
    return Column(described.name, shown, _ARROW_OF.get(kind, pa.string()))


def in_utc(sql: str, columns: list[Column]) -> str:
    """The query with times in UTC: the driver leaves the zone of a time out."""
    zoned = "timestamp_tz"
    if not any(column.source_type == zoned for column in columns):
        return sql
    named = [(source.double_quoted(column.name), column.source_type) for column in columns]
    chosen = ", ".join(
        f"SYS_EXTRACT_UTC(w.{name}) AS {name}" if kind == zoned else f"w.{name}"
        for name, kind in named
    )
    return f"SELECT {chosen} FROM (\n{sql}\n) w"


def _means(error: Exception) -> Failure:
    said = str(error)
    if _TIMED_OUT.search(said):
        return Failure.TIMEOUT
    if _LOGIN_REFUSED.search(said):
        return Failure.LOGIN
    if _UNREACHABLE.search(said) or isinstance(error, oracledb.InterfaceError):
        return Failure.UNREACHABLE
    return Failure.DATA if _ABOUT_DATA.search(said) else Failure.REFUSED
