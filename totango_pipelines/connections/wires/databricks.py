"""Databricks, by the vendor's connector and its Arrow results.

A session of Databricks cannot be made read-only: that is the token's part, and the parser's.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
from databricks import sql as databricks
from databricks.sql import exc

from totango_pipelines.connections import source
from totango_pipelines.connections.driver_source import Answer, Column, Session, Wire
from totango_pipelines.connections.wires.dbapi import arrow_type_of, decimal_type, meaning

_TIMED_OUT = re.compile(r"EXECUTION_TIMEOUT|STATEMENT_TIMEOUT|timed out after", re.IGNORECASE)
_LOGIN_REFUSED = re.compile(
    r"\bHTTP (status |error )?(code:? )?(401|403)\b|\b(401 |403 )|Invalid access token|unauthorized",
    re.IGNORECASE,
)
# The driver would knock at a host that refuses it for a quarter of an hour.
_PATIENCE = {
    "_retry_stop_after_attempts_count": 5,
    "_retry_stop_after_attempts_duration": 60.0,
    "_socket_timeout": 120.0,
}
_ABOUT_DATA = re.compile(r"SQLSTATE: ?22|\[(CAST_|DIVIDE_BY|NUMERIC_VALUE|CANNOT_PARSE)")


def login_of(values: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """What the connector's `connect` takes."""
    login = {
        "server_hostname": values["host"],
        "http_path": values["http_path"],
        "access_token": values["token"],
        "catalog": values.get("catalog"),
        "schema": values.get("schema_name"),
        "session_configuration": {
            "timezone": "UTC",
            "ansi_mode": "true",
            "statement_timeout": str(max(1, round(seconds))),
        },
        # Lists and maps as the engine's own JSON.
        "_use_arrow_native_complex_types": False,
        **_PATIENCE,
        "enable_telemetry": False,
        "user_agent_entry": "totango_pipelines",
    }
    return {key: value for key, value in login.items() if value is not None}


def wire(values: Mapping[str, Any]) -> Wire:
    """The wire of a declared SQL warehouse."""
    return Wire(
        connect=lambda seconds: _session(login_of(values, seconds)),
        errors=(exc.Error,),
        means=meaning(exc, timeouts=_TIMED_OUT, data=_ABOUT_DATA, logins=_LOGIN_REFUSED),
        now="SELECT current_timestamp() AS now",
    )


def _session(login: Mapping[str, Any]) -> Session:
    connection = databricks.connect(**login)
    cursor = connection.cursor()
    return Session(lambda query: _answer(cursor, query), cursor.cancel, connection.close)


def _answer(cursor: Any, query: str) -> Answer:  # noqa: ANN401 - without stubs
    cursor.execute(query)
    return Answer([column_of(described) for described in cursor.description], _parts(cursor))


def column_of(described: Any) -> Column:  # noqa: ANN401 - PEP 249's tuple
    """A column of the cursor's description."""
    name, kind = described[0], str(described[1]).lower()
    if kind == "decimal":
        shown = f"decimal({described[4]},{described[5]})"
        return Column(name, shown, decimal_type(shown))
    zoned = {"timestamp": source.UTC_TIMESTAMP, "timestamp_ntz": source.TIMESTAMP}
    return Column(name, kind, zoned.get(kind) or arrow_type_of(kind))


def _parts(cursor: Any) -> Iterator[pa.RecordBatch]:  # noqa: ANN401 - without stubs
    while (table := cursor.fetchmany_arrow(source.BATCH_ROWS)).num_rows:
        yield from table.to_batches()
