"""What a login could write, asked of the engine: a connection is best used with one that cannot.

Each query returns one text per thing that the login may write, at most a few. It is asked in the
session that extracts use, which may itself refuse writes: the rights are told, not the session.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_POSTGRES = """
    SELECT 'it is a superuser' AS what
    FROM pg_catalog.pg_roles WHERE rolname = current_user AND rolsuper
    UNION ALL SELECT what FROM (
        SELECT 'it can write the '
            || CASE c.relkind WHEN 'v' THEN 'view ' ELSE 'table ' END
            || n.nspname || '.' || c.relname AS what
        FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'f')
        AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_t%'
        AND (pg_catalog.has_any_column_privilege(c.oid, 'INSERT, UPDATE')
            OR pg_catalog.has_table_privilege(c.oid, 'DELETE, TRUNCATE'))
        ORDER BY n.nspname, c.relname LIMIT 3) AS tables
    UNION ALL SELECT what FROM (
        SELECT 'it can create in the schema ' || nspname AS what FROM pg_catalog.pg_namespace
        WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspname NOT LIKE 'pg_t%'
        AND pg_catalog.has_schema_privilege(oid, 'CREATE')
        ORDER BY nspname LIMIT 2) AS schemas
    UNION ALL SELECT 'it can create schemas in the database' AS what
    WHERE pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')"""
_REDSHIFT = """
    SELECT 'it is a superuser' AS what FROM pg_user WHERE usename = current_user AND usesuper
    UNION ALL
    SELECT what FROM (
        SELECT 'it can write the table ' || schemaname || '.' || tablename AS what
        FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'pg_internal')
        AND has_table_privilege(
            quote_ident(schemaname) || '.' || quote_ident(tablename), 'insert')
        ORDER BY schemaname, tablename LIMIT 3) AS tables"""
_MYSQL_RIGHTS = "('INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'ALTER')"
# From the last @ on: a user's own name may have one.
_MYSQL_HOST = "SUBSTRING_INDEX(CURRENT_USER(), '@', -1)"
_MYSQL_USER = f"LEFT(CURRENT_USER(), CHAR_LENGTH(CURRENT_USER()) - CHAR_LENGTH({_MYSQL_HOST}) - 1)"
_MYSQL_ITSELF = f"CONCAT('''', {_MYSQL_USER}, '''@''', {_MYSQL_HOST}, '''')"
_MYSQL = " UNION ".join(
    f"SELECT CONCAT('it has the right to ', privilege_type, {where}) AS what "
    f"FROM information_schema.{view} "
    f"WHERE privilege_type IN {_MYSQL_RIGHTS} AND grantee = {_MYSQL_ITSELF}"
    for view, where in (
        ("user_privileges", "' everywhere'"),
        ("schema_privileges", "' in ', table_schema"),
        ("table_privileges", "' in ', table_schema, '.', table_name"),
        ("column_privileges", "' in ', table_schema, '.', table_name, '.', column_name"),
    )
)
# A user is not shown what a role of its own may do.
_MYSQL += """
    UNION SELECT CONCAT('its default role ', role_name, ' may hold rights that it is not shown')
    FROM information_schema.applicable_roles WHERE is_default = 'YES'"""
_SQL_SERVER = """
    SELECT 'it has the permission ' + permission_name + ' in the database' AS what
    FROM fn_my_permissions(NULL, 'DATABASE')
    WHERE permission_name IN
        ('INSERT', 'UPDATE', 'DELETE', 'ALTER', 'CONTROL', 'CREATE TABLE', 'EXECUTE')"""
_ORACLE = """
    SELECT 'it has the privilege ' || privilege AS "what" FROM session_privs
    WHERE privilege LIKE 'INSERT ANY%' OR privilege LIKE 'UPDATE ANY%'
    OR privilege LIKE 'DELETE ANY%' OR privilege LIKE 'CREATE%TABLE' OR privilege LIKE 'DROP ANY%'"""
_SNOWFLAKE = """
    SELECT DISTINCT 'the role has ' || privilege_type || ' on ' || table_schema || '.' || table_name
        AS what
    FROM information_schema.table_privileges
    WHERE grantee = CURRENT_ROLE()
    AND privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'OWNERSHIP')
    LIMIT 3"""
_DATABRICKS = """
    SELECT DISTINCT concat('it has ', privilege_type, ' on ', table_schema, '.', table_name) AS what
    FROM system.information_schema.table_privileges
    WHERE grantee = current_user() AND privilege_type IN ('MODIFY', 'ALL PRIVILEGES')
    LIMIT 3"""
_CLICKHOUSE = """
    SELECT DISTINCT concat('it has the right to ', toString(access_type)) AS what
    FROM system.grants
    WHERE user_name = currentUser() AND is_partial_revoke = 0
    AND toString(access_type) IN ('INSERT', 'ALTER', 'CREATE', 'DROP', 'TRUNCATE', 'ALL')"""

WRITES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "postgres": _POSTGRES,
        "redshift": _REDSHIFT,
        "mysql": _MYSQL,
        "sqlserver": _SQL_SERVER,
        "oracle": _ORACLE,
        "snowflake": _SNOWFLAKE,
        "databricks": _DATABRICKS,
        "clickhouse": _CLICKHOUSE,
    }
)
"""The query of each connector whose engine can tell."""

OPENED_FOR_READING: Final = ("duckdb", "sqlite", "files")
"""Connectors that open files for reading only: there is nothing to ask."""
