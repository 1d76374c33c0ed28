"""Trino, by its own client. What may be read is the user's part: Trino has no read-only session."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import requests
import trino
from trino import exceptions

from totango_pipelines.connections.driver_source import Answer, Column, Failure, Rows, Session, Wire
from totango_pipelines.connections.wires.dbapi import arrow_type_of, fetched

_PORT, _TLS_PORT = 8080, 443
_TIMED_OUT = {"EXCEEDED_TIME_LIMIT", "USER_CANCELED"}
_LOGIN_REFUSED = re.compile(r"\berror (401|403)\b")
_ABOUT_DATA = {
    *("INVALID_CAST_ARGUMENT", "DIVISION_BY_ZERO", "NUMERIC_VALUE_OUT_OF_RANGE"),
    "INVALID_FUNCTION_ARGUMENT",
}


def login_of(values: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """What the client's `connect` takes."""
    tls = bool(values.get("tls", True))
    login = {
        "host": values["host"],
        "port": int(values.get("port", _TLS_PORT if tls else _PORT)),
        "user": values.get("user"),
        "catalog": values.get("database"),
        "schema": values.get("schema_name"),
        "http_scheme": "https" if tls else "http",
        "source": "totango_pipelines",
        "timezone": "UTC",
        "session_properties": {"query_max_run_time": f"{max(1, round(seconds))}s"},
    }
    if "password" in values:
        login["auth"] = trino.auth.BasicAuthentication(values.get("user", ""), values["password"])
    return {key: value for key, value in login.items() if value is not None}


def wire(values: Mapping[str, Any]) -> Wire:
    """The wire of a declared cluster."""
    return Wire(
        connect=lambda seconds: _session(login_of(values, seconds)),
        errors=(exceptions.Error, exceptions.HttpError, requests.RequestException),
        means=_means,
        now="SELECT CAST(current_timestamp AS timestamp(6) with time zone) AS now",
        said=lambda error: str(getattr(error, "message", None) or error),
    )


def _session(login: Mapping[str, Any]) -> Session:
    connection = trino.dbapi.connect(**login)
    cursor = connection.cursor()
    return Session(lambda sql: _answer(cursor, sql), cursor.cancel, connection.close)


def _answer(cursor: Any, sql: str) -> Answer:  # noqa: ANN401 - without stubs
    cursor.execute(sql)
    parts = fetched(cursor)
    # Trino tells the columns with the first rows, or at the end of an empty answer.
    first = next(parts, [])
    columns = [
        Column(described[0], described[1], arrow_type_of(described[1]))
        for described in cursor.description or ()
    ]
    return Answer(columns, _again(first, parts))


def _again(first: Rows, parts: Iterator[Rows]) -> Iterator[Rows]:
    yield first
    yield from parts


def _means(error: Exception) -> Failure:
    if isinstance(error, exceptions.TrinoAuthError) or _LOGIN_REFUSED.search(str(error)):
        return Failure.LOGIN
    if not isinstance(error, exceptions.TrinoQueryError):
        return Failure.UNREACHABLE
    if error.error_name in _TIMED_OUT:
        return Failure.TIMEOUT
    if error.error_name in _ABOUT_DATA:
        return Failure.DATA
    return Failure.REFUSED if error.error_type == "USER_ERROR" else Failure.UNREACHABLE
