"""From a declared connection to a source: the door that imports an engine's driver."""

import importlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from totango_pipelines.connections.login import CONNECTIONS_FILE
from totango_pipelines.connections.source import Source
from totango_pipelines.errors import DeclarationError, Problem
from totango_pipelines.integrations.connection import (
    ConnectionDeclaration,
    DuckdbConnection,
    FromEnvironment,
    MysqlConnection,
    PostgresConnection,
    SqliteConnection,
)

_FILE_STATEMENT_TIMEOUT = 30 * 60.0
_MODULES = {
    "duckdb": "duckdb_file",
    "sqlite": "sqlite_file",
    "postgres": "open_postgres",
    "mysql": "open_mysql",
}


def open_source(
    declaration: ConnectionDeclaration,
    *,
    name: str,
    project_folder: Path,
    environment: Mapping[str, str],
) -> Source:
    """The source that a connection declares. Nothing is connected before it is used.

    Raises:
        DeclarationError: an environment variable is missing, or a URL cannot be read.
    """
    module = importlib.import_module(f"{__package__}.{_MODULES[declaration.type]}")
    source: Source
    if isinstance(declaration, SqliteConnection | DuckdbConnection):
        path = project_folder / declaration.path
        source = module.open_file(name, path, _FILE_STATEMENT_TIMEOUT)
    else:
        values = _values(declaration, name, environment)
        opened = module.open_server(name, values, float(declaration.statement_timeout_seconds))
        source = replace(opened, allow_privileged=declaration.allow_privileged)
    return source


def _values(
    declaration: PostgresConnection | MysqlConnection, name: str, environment: Mapping[str, str]
) -> dict[str, str]:
    values: dict[str, str] = {}
    problems = []
    for key in ("url", "host", "port", "database", "user", "password"):
        declared = getattr(declaration, key)
        if isinstance(declared, FromEnvironment):
            found = environment.get(declared.env)
            if found:
                values[key] = found
            else:
                problems.append(_missing(name, key, declared.env))
        elif declared is not None:
            values[key] = str(declared)
    if problems:
        raise DeclarationError(problems)
    return values


def _missing(name: str, key: str, variable: str) -> Problem:
    return Problem(
        file=CONNECTIONS_FILE,
        line=None,
        path=f"connections.{name}.{key}",
        code="SECRET_MISSING",
        problem=f"the environment variable {variable} is not set.",
        remedy=f"Set {variable} to the {key} of the connection '{name}'.",
    )
