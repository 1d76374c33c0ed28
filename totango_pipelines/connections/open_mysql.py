"""Opens a declared MySQL or MariaDB connection."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from totango_pipelines.connections.login import unreadable, unusable
from totango_pipelines.connections.mysql import MySQLSource

_MYSQL_OPTIONS = {
    "unix_socket",
    "ssl_ca",
    "ssl_cert",
    "ssl_key",
    "ssl_verify_cert",
    "ssl_verify_identity",
}
_SCHEMES = ("mysql", "mariadb")
_EXAMPLE = "mysql://user:password@host:3306/database"
_SWITCHES = {"ssl_verify_cert", "ssl_verify_identity"}


def open_server(name: str, values: Mapping[str, str], statement_timeout: float) -> MySQLSource:
    """The source of the declared values; nothing is connected yet."""
    return MySQLSource(
        name=name, login=_mysql_login(values, name), statement_timeout=statement_timeout
    )


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
        url = make_url(values["url"].strip())
    except (ArgumentError, ValueError):
        raise unreadable(name, _EXAMPLE) from None
    if url.drivername.partition("+")[0] not in _SCHEMES:
        raise unusable(name, "the URL is not one of mysql.", f"Write it as {_EXAMPLE}.")
    return url
