"""A server's URL taken apart, for drivers that take no URL."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from totango_pipelines.connections.login import unreadable


def server_login(values: Mapping[str, Any], name: str, scheme: str) -> dict[str, Any]:
    """The fields of a server with its URL taken apart: host, port, database, user, password.

    Raises:
        DeclarationError: the URL cannot be read.
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
    parts = {
        "host": url.host,
        "port": url.port,
        "database": url.database,
        "user": url.username,
        "password": url.password,
    }
    return {**{key: value for key, value in parts.items() if value is not None}, **login}
