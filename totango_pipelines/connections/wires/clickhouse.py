"""ClickHouse, by its own client over HTTP, with the engine's setting `readonly`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import clickhouse_connect
import pyarrow as pa
from clickhouse_connect.driver import exceptions

from totango_pipelines.connections import source
from totango_pipelines.connections.driver_source import Answer, Column, Failure, Rows, Session, Wire
from totango_pipelines.connections.wires.dbapi import decimal_type

_PORT, _TLS_PORT = 8123, 8443
_CONNECT_TIMEOUT = 10
_CODE = re.compile(r"\bcode:? (\d+)", re.IGNORECASE)
_TIMED_OUT = {159, 394}
_LOGIN_REFUSED = {192, 193, 194, 516}
_UNREACHABLE = {202, 209, 210, 279, 81}
_ARROW_OF = {
    **dict.fromkeys(("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32"), pa.int64()),
    "UInt64": pa.decimal128(20, 0),
    **dict.fromkeys(("Float32", "Float64"), pa.float64()),
    "Bool": pa.bool_(),
    **dict.fromkeys(("Date", "Date32"), pa.date32()),
}
_ABOUT_DATA = {6, 27, 38, 41, 53, 69, 70, 72, 153, 407}


def login_of(values: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """What the client's `get_client` takes."""
    tls = bool(values.get("tls", True))
    login = {
        "host": values["host"],
        "port": int(values.get("port", _TLS_PORT if tls else _PORT)),
        "username": values.get("user"),
        "password": values.get("password", ""),
        "database": values.get("database"),
        "secure": tls,
        "connect_timeout": _CONNECT_TIMEOUT,
        "send_receive_timeout": int(seconds) + 60,
        "autogenerate_session_id": False,
        "settings": {
            # 2: no writes, and settings such as these are still taken.
            "readonly": 2,
            "max_execution_time": max(1, round(seconds)),
            "session_timezone": "UTC",
            "cancel_http_readonly_queries_on_client_close": 1,
        },
    }
    return {key: value for key, value in login.items() if value is not None}


def wire(values: Mapping[str, Any]) -> Wire:
    """The wire of a declared server."""
    return Wire(
        connect=lambda seconds: _session(login_of(values, seconds)),
        errors=(exceptions.ClickHouseError,),
        means=_means,
        now="SELECT now64(6, 'UTC') AS now",
    )


def _session(login: Mapping[str, Any]) -> Session:
    client = clickhouse_connect.get_client(**login)
    return Session(lambda sql: _answer(client, sql), client.close, client.close)


def _answer(client: Any, sql: str) -> Answer:  # noqa: ANN401 - without stubs
    described = client.query(f"DESCRIBE TABLE (\n{sql}\n)").result_rows
    return Answer([column_of(row[0], row[1]) for row in described], _parts(client, sql))


def _parts(client: Any, sql: str) -> Iterator[Rows]:  # noqa: ANN401 - without stubs
    with client.query_row_block_stream(sql, query_tz="UTC") as blocks:
        yield from blocks


def column_of(name: str, type_name: str) -> Column:
    """A column of DESCRIBE."""
    bare = type_name
    while wrapped := re.fullmatch(r"(?:Nullable|LowCardinality)\((.*)\)", bare):
        bare = wrapped[1]
    return Column(name, type_name, _arrow_type(bare))


def _arrow_type(bare: str) -> pa.DataType:
    if bare.startswith("DateTime"):
        return source.UTC_TIMESTAMP
    if bare.startswith("Decimal("):
        return decimal_type(bare)
    return _ARROW_OF.get(bare, pa.string())


def _means(error: Exception) -> Failure:
    found = _CODE.search(str(error))
    if found is None:
        return Failure.UNREACHABLE
    code = int(found[1])
    if code in _TIMED_OUT:
        return Failure.TIMEOUT
    if code in _LOGIN_REFUSED:
        return Failure.LOGIN
    if code in _UNREACHABLE:
        return Failure.UNREACHABLE
    return Failure.DATA if code in _ABOUT_DATA else Failure.REFUSED
