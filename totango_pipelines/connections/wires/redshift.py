"""Redshift, by Amazon's driver: a cursor in a read-only transaction.

The driver would keep a whole answer in memory, so the rows are fetched from a cursor of the
server's. A cluster of a single node hands out at most 1,000 at a time.
"""

import socket
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import redshift_connector
from redshift_connector import error as errors

from totango_pipelines.connections import source
from totango_pipelines.connections.driver_source import Answer, Column, Failure, Rows, Session, Wire

_CONNECT_TIMEOUT = 10
_FETCHED_AT_ONCE = 1000
_PORT = 5439
_MODIFIER_OFFSET = 4
_NUMERIC = 1700
_DRIVER = "redshift_connector"
_SOCKETS = ("_usock", "_sock")
_TYPES = {
    16: ("boolean", pa.bool_()),
    20: ("bigint", pa.int64()),
    21: ("smallint", pa.int64()),
    23: ("integer", pa.int64()),
    700: ("real", pa.float64()),
    701: ("double precision", pa.float64()),
    17: ("varbyte", pa.string()),
    6551: ("varbyte", pa.string()),
    25: ("text", pa.string()),
    1042: ("char", pa.string()),
    1043: ("varchar", pa.string()),
    1082: ("date", pa.date32()),
    1083: ("time", pa.string()),
    1114: ("timestamp", source.TIMESTAMP),
    1184: ("timestamptz", source.UTC_TIMESTAMP),
    4000: ("super", pa.string()),
}
_LOGIN_REFUSED = "28"
_UNREACHABLE = ("08", "53", "57P", "58", "3D")
_PASSING = ("40", "55P03")


def login_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the driver's `connect` takes."""
    wanted = ("host", "database", "user", "password")
    login = {key: values[key] for key in wanted if key in values}
    return {**login, "port": int(values.get("port", _PORT)), "ssl": bool(values.get("tls", True))}


def wire(values: Mapping[str, Any]) -> Wire:
    """The wire of a declared cluster."""
    login = login_of(values)
    return Wire(
        connect=lambda seconds: _session(login, seconds),
        errors=(errors.Error,),
        means=_means,
        now="SELECT GETDATE() AS now",
        said=lambda error: _part(error, "M") or str(error),
    )


def _session(login: Mapping[str, Any], seconds: float) -> Session:
    with lost_sockets():
        connection = redshift_connector.connect(
            **login, timeout=_CONNECT_TIMEOUT, tcp_keepalive=True, client_protocol_version=0
        )
        # The limit is for the login alone.
        connection._usock.settimeout(None)
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(f"SET statement_timeout TO {int(seconds * 1000)}")
        cursor.execute("SET timezone TO 'UTC'")
        cursor.execute("BEGIN READ ONLY")

    def cancel() -> None:
        # Closing would fail under the thread that reads.
        with lost_sockets():
            connection._usock.shutdown(socket.SHUT_RDWR)

    def close() -> None:
        with lost_sockets():
            connection.close()

    return Session(lambda sql: _answer(cursor, sql), cancel, close)


@contextmanager
def lost_sockets() -> Iterator[None]:
    """What the driver trips over when its socket is closed, as an error of the driver.

    Raises:
        InterfaceError: an AttributeError or IndexError came from the driver; ours are bugs, and
            stay what they are.
    """
    try:
        yield
    except (AttributeError, IndexError) as error:
        last = list(traceback.walk_tb(error.__traceback__))[-1][0]
        within = str(last.f_globals.get("__name__")).partition(".")[0] == _DRIVER
        if not within and getattr(error, "name", None) not in _SOCKETS:
            raise
        message = "the connection dropped"
        raise errors.InterfaceError(message) from None


def _answer(cursor: Any, sql: str) -> Answer:  # noqa: ANN401 - without stubs
    with lost_sockets():
        cursor.execute(f"DECLARE totango_rows CURSOR FOR\n{sql}")
    first = _fetch(cursor)
    columns = [
        _column(label, described)
        for label, described in zip(
            (column[0] for column in cursor.description), cursor.ps["row_desc"], strict=True
        )
    ]
    return Answer(columns, _parts(cursor, first))


def _parts(cursor: Any, first: Rows) -> Iterator[Rows]:  # noqa: ANN401 - without stubs
    rows = first
    while rows:
        yield rows
        rows = _fetch(cursor)


def _fetch(cursor: Any) -> Rows:  # noqa: ANN401 - without stubs
    with lost_sockets():
        cursor.execute(f"FETCH FORWARD {_FETCHED_AT_ONCE} FROM totango_rows")
        return tuple(cursor.fetchall())


def _column(label: str | bytes, described: Mapping[str, Any]) -> Column:
    name = label.decode() if isinstance(label, bytes) else label
    oid, modifier = described["type_oid"], described["type_modifier"]
    if oid != _NUMERIC:
        return Column(name, *_TYPES.get(oid, ("text", pa.string())))
    if modifier < _MODIFIER_OFFSET:
        return Column(name, "numeric", pa.string())
    precision, scale = divmod(modifier - _MODIFIER_OFFSET, 1 << 16)
    return Column(name, f"numeric({precision},{scale})", pa.decimal128(precision, scale))


def _means(error: Exception) -> Failure:
    state = _part(error, "C")
    if state is None:
        return Failure.UNREACHABLE
    if state == "57014":
        return Failure.TIMEOUT
    if state.startswith(_LOGIN_REFUSED):
        return Failure.LOGIN
    if state.startswith((*_UNREACHABLE, *_PASSING)):
        return Failure.UNREACHABLE
    return Failure.DATA if state.startswith(("22", "23")) else Failure.REFUSED


def _part(error: Exception, key: str) -> str | None:
    parts = error.args[0] if error.args else None
    return str(parts[key]) if isinstance(parts, dict) and key in parts else None
