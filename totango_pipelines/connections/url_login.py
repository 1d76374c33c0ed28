"""A server's URL taken apart, for drivers that take no URL."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from totango_pipelines.connections.login import unreadable, unusable

_SCHEMES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "redshift": ("redshift",),
        "sqlserver": ("sqlserver", "mssql"),
        "oracle": ("oracle",),
        "clickhouse": ("clickhouse", "clickhousedb"),
        "trino": ("trino",),
    }
)


def server_login(values: Mapping[str, Any], name: str, scheme: str) -> dict[str, Any]:
    """The fields of a server with its URL taken apart: host, port, database, user, password.

    Raises:
        DeclarationError: the URL cannot be read, is of another kind of server, names no database,
            or says more than where the server is.
    """
    login = {key: value for key, value in values.items() if key != "url"}
    if "url" not in values:
        return login
    example = f"{scheme}://user:password@host/database"
    try:
        url = make_url(str(values["url"]).strip())
    except (ArgumentError, ValueError):
        raise unreadable(name, example) from None
    if not url.host:
        raise unreadable(name, example)
    _refuse_other(url, name, scheme, example)
    parts = {
        "host": url.host,
        "port": url.port,
        **_database(url, login, name, scheme),
        "user": url.username,
        "password": url.password,
    }
    return {**{key: value for key, value in parts.items() if value is not None}, **login}


def _refuse_other(url: URL, name: str, scheme: str, example: str) -> None:
    """Nothing of the URL is quoted: any part of it may be the password, misplaced."""
    if url.drivername.partition("+")[0] not in _SCHEMES[scheme]:
        raise unusable(name, f"the URL is not one of {scheme}.", f"Write it as {example}.")
    if not url.database:
        raise unusable(name, "the URL names no database.", f"Write it as {example}.")
    if url.query:
        raise unusable(
            name,
            "the URL has options behind a ?, which are not taken.",
            "Remove them; docs/connectors.md has the fields that this type takes.",
        )


def _database(url: URL, login: Mapping[str, Any], name: str, scheme: str) -> dict[str, str]:
    database, _, schema = str(url.database).partition("/")
    if not schema:
        return {"database": database}
    if scheme != "trino" or "/" in schema:
        raise unusable(name, "the URL's path has more than one part.", "Keep the database alone.")
    if "schema_name" in login:
        raise unusable(name, "the URL and `schema` both name a schema.", "Keep one of them.")
    return {"database": database, "schema_name": schema}
