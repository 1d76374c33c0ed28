"""Athena, by PyAthena: result pages of a query that Amazon runs.

What may be read is the part of the key's policy: Athena has no sessions.
"""

import re
from collections.abc import Mapping
from typing import Any

import pyathena
from botocore.exceptions import BotoCoreError, ClientError
from pyathena.converter import DefaultTypeConverter

from totango_pipelines.connections.driver_source import Answer, Column, Failure, Session, Wire
from totango_pipelines.connections.wires.dbapi import arrow_type_of, fetched

_AS_TEXT = ("json", "array", "map", "row")
_RENAMED = {
    "region": "region_name",
    "database": "schema_name",
    "catalog": "catalog_name",
    "access_key_id": "aws_access_key_id",
    "secret_access_key": "aws_secret_access_key",
}
_ABOUT_DATA = re.compile(r"INVALID_CAST_ARGUMENT|DIVISION_BY_ZERO|NUMERIC_VALUE_OUT_OF_RANGE")
_LOGIN_REFUSED = re.compile(
    r"UnrecognizedClient|InvalidSignature|InvalidClientTokenId|IncompleteSignature|ExpiredToken"
    r"|Unable to locate credentials"
)
_POLL_SECONDS = 0.5


def login_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What PyAthena's `connect` takes."""
    converter = DefaultTypeConverter()
    for kind in _AS_TEXT:
        # Read and written again, a number of theirs would lose digits.
        converter.remove(kind)
    login = {_RENAMED.get(key, key): value for key, value in values.items()}
    return {**login, "converter": converter, "poll_interval": _POLL_SECONDS}


def wire(values: Mapping[str, Any]) -> Wire:
    """The wire of a declared workgroup."""
    return Wire(
        connect=lambda _: _session(values),
        errors=(pyathena.Error, BotoCoreError, ClientError),
        means=_means,
        now="SELECT CAST(current_timestamp AT TIME ZONE 'UTC' AS timestamp) AS now",
    )


def _session(values: Mapping[str, Any]) -> Session:
    connection = pyathena.connect(**login_of(values))
    cursor = connection.cursor()

    def cancel() -> None:
        if cursor.query_id:
            cursor.cancel()

    return Session(lambda sql: _answer(cursor, sql), cancel, connection.close)


def _answer(cursor: Any, sql: str) -> Answer:  # noqa: ANN401 - without stubs
    cursor.execute(sql)
    return Answer([column_of(described) for described in cursor.description], fetched(cursor))


def column_of(described: Any) -> Column:  # noqa: ANN401 - PEP 249's tuple
    """A column of the cursor's description."""
    name, kind = described[0], str(described[1])
    shown = f"decimal({described[4]},{described[5]})" if kind == "decimal" else kind
    return Column(name, shown, arrow_type_of(shown))


def _means(error: Exception) -> Failure:
    said = str(error)
    if _ABOUT_DATA.search(said):
        return Failure.DATA
    if _LOGIN_REFUSED.search(said):
        return Failure.LOGIN
    known = isinstance(error, pyathena.OperationalError) and re.search(
        r"[A-Z]+_[A-Z_]+: |line \d+:\d+: |SYNTAX|mismatched input", said
    )
    return Failure.REFUSED if known else Failure.UNREACHABLE
