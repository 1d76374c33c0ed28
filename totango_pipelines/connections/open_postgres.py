"""Opens a declared PostgreSQL connection."""

import re
from collections.abc import Mapping

import psycopg
from psycopg.conninfo import conninfo_to_dict

from totango_pipelines.connections.login import unreadable
from totango_pipelines.connections.postgres import PostgresSource


def open_server(name: str, values: Mapping[str, str], statement_timeout: float) -> PostgresSource:
    """The source of the declared values; nothing is connected yet."""
    return PostgresSource(
        name=name, login=_libpq_login(values, name), statement_timeout=statement_timeout
    )


def _libpq_login(values: Mapping[str, str], name: str) -> dict[str, str]:
    """In libpq's names and by libpq's rules, so that everything libpq takes can be declared."""
    if "url" in values:
        url = re.sub(r"^(postgres|postgresql)(\+\w+)?://", "postgresql://", values["url"].strip())
        try:
            login = conninfo_to_dict(url)
        except psycopg.Error:
            raise unreadable(name, "postgresql://user:password@host:5432/database") from None
    else:
        renamed = {"database": "dbname"}
        login = {renamed.get(key, key): value for key, value in values.items()}
    if "password" in values:
        login["password"] = values["password"]
    return {key: str(value) for key, value in login.items() if value is not None}
