"""From a declared connection to a source: the door that imports an engine's driver."""

import importlib
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from totango_pipelines.connections.connectors import Connector, connector_of
from totango_pipelines.connections.login import CONNECTIONS_FILE
from totango_pipelines.connections.source import Source
from totango_pipelines.errors import DeclarationError, Problem
from totango_pipelines.integrations.connection import (
    ConnectionDeclaration,
    DuckdbConnection,
    MysqlConnection,
    PostgresConnection,
    SqliteConnection,
)
from totango_pipelines.integrations.connection_fields import FromEnvironment
from totango_pipelines.integrations.declared import Declared
from totango_pipelines.integrations.files_connection import FilesConnection

_KEYS = ("credentials_file", "credentials", "private_key_file", "url")
_NOT_A_LOGIN = {"type", "statement_timeout", "allow_privileged"}


def open_source(
    declaration: ConnectionDeclaration,
    *,
    name: str,
    project_folder: Path,
    environment: Mapping[str, str],
) -> Source:
    """The source that a connection declares. Nothing is connected before it is used.

    Raises:
        DeclarationError: an environment variable, a key file or the driver is missing, or a URL
            cannot be read.
    """
    connector = connector_of(declaration)
    module = _opener(connector, name)
    source: Source
    seconds = float(declaration.statement_timeout_seconds)
    if isinstance(declaration, SqliteConnection | DuckdbConnection):
        source = module.open_file(name, project_folder / declaration.path, seconds)
        return source
    values, secrets = _values(declaration, name, environment)
    if isinstance(declaration, FilesConnection):
        s3 = declaration.s3 and _values(declaration.s3, f"{name}.s3", environment)[0]
        source = module.open_files(name, project_folder, declaration.tables, s3 or {}, seconds)
    elif isinstance(declaration, PostgresConnection | MysqlConnection):
        opened = module.open_server(name, {k: str(v) for k, v in values.items()}, seconds)
        source = replace(opened, allow_privileged=declaration.allow_privileged)
    else:
        values = _with_key_files(values, name, project_folder)
        # Imported only here: SQLAlchemy, which takes URLs apart, is half a second of every start.
        url_login = importlib.import_module(f"{__package__}.url_login")
        values = url_login.server_login(values, name, connector.type)
        hidden = {*secrets, *(values[key] for key in ("password",) if key in values)}
        driver_source = importlib.import_module(f"{__package__}.driver_source")
        wire = _wire(module, values, name, declaration)
        source = driver_source.DriverSource(name, connector.dialect, wire, seconds, tuple(hidden))
    return source


def _wire(
    module: ModuleType, values: Mapping[str, Any], name: str, declaration: Declared
) -> object:
    try:
        wire: object = module.wire(values)
    except ValueError:
        # Not quoted: the message may hold the key.
        fields = [key for key in _KEYS if getattr(declaration, key, None) is not None]
        shown = " or ".join(f"`{key}`" for key in fields)
        problem = Problem(
            file=CONNECTIONS_FILE,
            line=None,
            path=f"connections.{name}.{fields[0]}" if fields else f"connections.{name}",
            code="LOGIN_INVALID",
            problem=f"what {shown or 'it'} holds cannot be read.",
            remedy="Check what the file or the variable holds: a service account's key is JSON.",
        )
        raise DeclarationError([problem]) from None
    return wire


def _opener(connector: Connector, name: str) -> ModuleType:
    try:
        for driver in connector.drivers:
            importlib.import_module(driver)
    except ModuleNotFoundError as missing:
        tops = {driver.partition(".")[0] for driver in connector.drivers}
        if connector.extra is None or (missing.name or "").partition(".")[0] not in tops:
            raise
        problem = Problem(
            file=CONNECTIONS_FILE,
            line=None,
            path=f"connections.{name}.type",
            code="DRIVER_MISSING",
            problem=f"{connector.type} needs a driver that is not installed: {missing.name}.",
            remedy=f"Install it: {connector.install}",
        )
        raise DeclarationError([problem]) from None
    _silence(connector)
    return importlib.import_module(f"{__package__}.{connector.opener}")


def _silence(connector: Connector) -> None:
    """A driver's own log lines may hold what our messages hide; without a handler they are shown."""
    for driver in connector.drivers if connector.extra else ():
        logger = logging.getLogger(driver.partition(".")[0])
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


def _values(
    declaration: Declared, name: str, environment: Mapping[str, str]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The plain fields of a declaration with the secrets in their places, and the secrets."""
    values: dict[str, Any] = {}
    secrets, problems = [], []
    for key in type(declaration).model_fields:
        declared = getattr(declaration, key)
        if isinstance(declared, FromEnvironment):
            found = environment.get(declared.env)
            if found:
                values[key] = found
                secrets.append(found)
            else:
                problems.append(_missing(name, key, declared.env))
        elif isinstance(declared, str | int | bool) and key not in _NOT_A_LOGIN:
            values[key] = declared
    if problems:
        raise DeclarationError(problems)
    return values, tuple(secrets)


def _with_key_files(values: Mapping[str, Any], name: str, folder: Path) -> dict[str, Any]:
    found = dict(values)
    for key in (key for key in values if key.endswith("_file")):
        path = folder / str(values[key])
        if not path.is_file():
            problem = Problem(
                file=CONNECTIONS_FILE,
                line=None,
                path=f"connections.{name}.{key}",
                code="FILE_MISSING",
                problem=f"there is no file {values[key]!r}.",
                remedy="Put it there, or correct the path; it is relative to the project folder.",
            )
            raise DeclarationError([problem])
        found[key] = str(path)
    return found


def _missing(name: str, key: str, variable: str) -> Problem:
    return Problem(
        file=CONNECTIONS_FILE,
        line=None,
        path=f"connections.{name}.{key}",
        code="SECRET_MISSING",
        problem=f"the environment variable {variable} is not set.",
        remedy=f"Set {variable} to the {key} of the connection '{name}'.",
    )
