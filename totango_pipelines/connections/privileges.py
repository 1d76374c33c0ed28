"""Roles that can do more than any query should: they are refused unless the connection allows it.

A read-only session keeps a query from writing tables. It does not keep a superuser's query from
files, programs and settings of the server.
"""

import re
from collections.abc import Iterable

from totango_pipelines.errors import PrivilegedUserError

POSTGRES_PRIVILEGES = """
    SELECT 'SUPERUSER' FROM pg_catalog.pg_roles WHERE rolname = current_user AND rolsuper
    UNION ALL SELECT 'REPLICATION' FROM pg_catalog.pg_roles
    WHERE rolname = current_user AND rolreplication
    UNION ALL SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname IN (
        'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
    AND pg_catalog.pg_has_role(current_user, oid, 'MEMBER')
    ORDER BY 1
"""
"""One row for each thing that the role may do beyond reading and writing its tables."""

_MYSQL_PRIVILEGES = (
    "ALL PRIVILEGES",
    "SUPER",
    "FILE",
    "SHUTDOWN",
    "RELOAD",
    "CREATE USER",
    "SYSTEM_VARIABLES_ADMIN",
    "READ_ONLY ADMIN",
    "READ ONLY ADMIN",
    "CONNECTION ADMIN",
    "CONNECTION_ADMIN",
    "BINLOG ADMIN",
    "BINLOG_ADMIN",
)
_GLOBAL_GRANT = re.compile(r"GRANT (.+?) ON \*\.\* TO ", re.IGNORECASE)


def mysql_privileges(grants: Iterable[str]) -> list[str]:
    """What the rows of SHOW GRANTS allow beyond tables; the rows hold a password's hash."""
    held = {
        privilege.strip().upper()
        for grant in grants
        if (found := _GLOBAL_GRANT.match(grant))
        for privilege in found[1].split(",")
    }
    return [privilege for privilege in _MYSQL_PRIVILEGES if privilege in held]


def refuse_privileged(connection: str, privileges: Iterable[str]) -> None:
    """Let a connection pass whose role holds none of these.

    Raises:
        PrivilegedUserError: it holds some.
    """
    held = ", ".join(privileges)
    if held:
        raise PrivilegedUserError(
            f"connection '{connection}': its user holds {held}, and a query could reach the "
            "server's files and settings. Use a user who can only read, or declare "
            "`allow_privileged: true` for the connection (docs/queries.md)."
        )
