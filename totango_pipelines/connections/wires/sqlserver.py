"""SQL Server and Azure SQL, by Microsoft's driver and its Arrow results.

The query runs in a transaction that is never committed, and asks for a readable secondary where
there is one; a session of SQL Server cannot be made read-only.
"""

import re
from collections.abc import Mapping
from typing import Any

import mssql_python

from totango_pipelines.connections import source
from totango_pipelines.connections.driver_source import Answer, Column, Session, Wire
from totango_pipelines.connections.exact_arrow import carried
from totango_pipelines.connections.wires.dbapi import meaning

_CONNECT_TIMEOUT = 15
_LOCK_TIMEOUT = 30_000
"""Milliseconds."""
_PORT = 1433
_TIMED_OUT = re.compile(r"query timeout|HYT00", re.IGNORECASE)
_LOGIN_REFUSED = re.compile(r"Login failed for user|\b18456\b|\b28000\b", re.IGNORECASE)
_ABOUT_DATA = re.compile(r"conversion failed|overflow|divide by zero", re.IGNORECASE)


def connection_text(values: Mapping[str, Any]) -> str:
    """The driver's connection string; every value in braces, so that none ends early."""
    server = f"tcp:{values['host']},{values.get('port', _PORT)}"
    parts = {
        "Server": server,
        "Database": values.get("database"),
        "UID": values.get("user"),
        "PWD": values.get("password"),
        "Encrypt": "yes" if values.get("tls", True) else "no",
        "TrustServerCertificate": "yes" if values.get("trust_server_certificate") else "no",
        "ApplicationIntent": "ReadOnly",
    }
    return ";".join(f"{key}={_braced(value)}" for key, value in parts.items() if value is not None)


def wire(values: Mapping[str, Any]) -> Wire:
    """The wire of a declared server."""
    text = connection_text(values)
    return Wire(
        connect=lambda seconds: _session(text, seconds),
        errors=(mssql_python.Error,),
        means=meaning(mssql_python, timeouts=_TIMED_OUT, data=_ABOUT_DATA, logins=_LOGIN_REFUSED),
        now="SELECT SYSUTCDATETIME() AS now",
    )


def _session(text: str, seconds: float) -> Session:
    connection = mssql_python.connect(text, autocommit=False, timeout=_CONNECT_TIMEOUT)
    connection.timeout = max(1, round(seconds))
    cursor = connection.cursor()
    cursor.execute(f"SET LOCK_TIMEOUT {_LOCK_TIMEOUT}; SET XACT_ABORT ON")
    opened: list[Any] = []

    def ask(sql: str) -> Answer:
        cursor.execute(sql)
        reader = cursor.arrow_reader(source.BATCH_ROWS)
        opened.append(reader)
        columns = [Column(f.name, str(f.type), carried(f.type)) for f in reader.schema]
        return Answer(columns, iter(reader))

    def cancel() -> None:
        for reader in opened:
            reader.close()

    def close() -> None:
        connection.rollback()
        connection.close()

    return Session(ask, cancel, close)


def _braced(value: object) -> str:
    return "{" + str(value).replace("}", "}}") + "}"
