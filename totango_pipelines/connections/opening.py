"""From a declared connection to a source. Importing this imports every driver."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from totango_pipelines.connections.duckdb_file import DuckDBSource
from totango_pipelines.connections.mysql import MySQLSource
from totango_pipelines.connections.postgres import PostgresSource
from totango_pipelines.connections.source import Source
from totango_pipelines.connections.sqlite_file import SQLiteSource
from totango_pipelines.errors import DeclarationError, Problem

_FILE = "connections.yaml"
_FILE_STATEMENT_TIMEOUT = 30 * 60.0
_MYSQL_OPTIONS = {
    "unix_socket",
    "ssl_ca",
    "ssl_cert",
    "ssl_key",
    "ssl_verify_cert",
    "ssl_verify_identity",
}
_SWITCHES = {"ssl_verify_cert", "ssl_verify_identity"}


@runtime_checkable
class Variable(Protocol):
    """A value that stands in an environment variable."""

    @property
    def env(self) -> str:
        """The variable's name."""
        ...


@runtime_checkable
class FileDeclaration(Protocol):
    """A declared sqlite or duckdb connection.

    Structural, since this package and the declarations do not know each other.
    """

    @property
    def type(self) -> str:
        """The connector."""
        ...

    @property
    def path(self) -> str:
        """Relative to the project folder."""
        ...


class ServerDeclaration(Protocol):
    """A declared postgres or mysql connection.

    Besides what stands here: url, host, port, database, user and password, each of them None, a
    value or a Variable.
    """

    @property
    def type(self) -> str:
        """The connector."""
        ...

    @property
    def statement_timeout_seconds(self) -> int:
        """The longest time that a query may take."""
        ...


def open_source(
    declaration: FileDeclaration | ServerDeclaration,
    *,
    name: str,
    project_folder: Path,
    environment: Mapping[str, str],
) -> Source:
    """The source that a connection declares. Nothing is connected before it is used.

    Raises:
        DeclarationError: an environment variable is missing, or a URL cannot be read.
    """
    if isinstance(declaration, FileDeclaration):
        path = project_folder / declaration.path
        if declaration.type == "duckdb":
            return DuckDBSource(name=name, path=path, statement_timeout=_FILE_STATEMENT_TIMEOUT)
        return SQLiteSource(name=name, path=path, statement_timeout=_FILE_STATEMENT_TIMEOUT)
    values = _values(declaration, name, environment)
    timeout = float(declaration.statement_timeout_seconds)
    if declaration.type == "postgres":
        return PostgresSource(
            name=name, login=_libpq_login(values, name), statement_timeout=timeout
        )
    return MySQLSource(name=name, login=_mysql_login(values, name), statement_timeout=timeout)


def _values(
    declaration: ServerDeclaration, name: str, environment: Mapping[str, str]
) -> dict[str, str]:
    values: dict[str, str] = {}
    problems = []
    for key in ("url", "host", "port", "database", "user", "password"):
        declared = getattr(declaration, key)
        if isinstance(declared, Variable):
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
        file=_FILE,
        line=None,
        path=f"connections.{name}.{key}",
        code="SECRET_MISSING",
        problem=f"the environment variable {variable} is not set.",
        remedy=f"Set {variable} to the {key} of the connection '{name}'.",
    )


def _unreadable(name: str, example: str) -> DeclarationError:
    # Never quotes the URL or the parser's message: both may hold the password.
    problem = Problem(
        file=_FILE,
        line=None,
        path=f"connections.{name}.url",
        code="URL_INVALID",
        problem="the URL cannot be read.",
        remedy=f"Write it as {example}; characters such as @ : / % in the password are "
        "percent-encoded.",
    )
    return DeclarationError([problem])


def _libpq_login(values: Mapping[str, str], name: str) -> dict[str, str]:
    """In libpq's names and by libpq's rules, so that everything libpq takes can be declared."""
    if "url" in values:
        url = re.sub(r"^(postgres|postgresql)(\+\w+)?://", "postgresql://", values["url"].strip())
        try:
            login = conninfo_to_dict(url)
        except psycopg.Error:
            raise _unreadable(name, "postgresql://user:password@host:5432/database") from None
    else:
        renamed = {"database": "dbname"}
        login = {renamed.get(key, key): value for key, value in values.items()}
    if "password" in values:
        login["password"] = values["password"]
    return {key: str(value) for key, value in login.items() if value is not None}


def _mysql_login(values: Mapping[str, str], name: str) -> dict[str, Any]:
    url = _mysql_url(values, name)
    login: dict[str, Any] = {
        "host": url.host or "127.0.0.1",
        "port": url.port or 3306,
        "user": url.username or "",
        "password": values.get("password") or url.password or "",
        "database": url.database or None,
    }
    for key, value in url.query.items():
        if key not in _MYSQL_OPTIONS or not isinstance(value, str):
            continue  # options of other drivers, such as charset, are this project's business
        login[key] = value.lower() in ("1", "true", "yes") if key in _SWITCHES else value
    return login


def _mysql_url(values: Mapping[str, str], name: str) -> URL:
    if "url" not in values:
        return URL.create(
            "mysql",
            host=values.get("host"),
            port=int(values["port"]) if "port" in values else None,
            database=values.get("database"),
            username=values.get("user"),
        )
    try:
        return make_url(values["url"].strip())
    except (ArgumentError, ValueError):
        raise _unreadable(name, "mysql://user:password@host:3306/database") from None
