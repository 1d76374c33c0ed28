"""Which tables a query may not read: catalogues that hold secrets, sessions or other people's queries.

An engine's own catalogue is closed, but for the tables that describe tables. Names are compared
in lower case, by the last three parts (database, schema, table).
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from totango_pipelines.extract.guard.words import words_of

_OPEN = words_of("tables")
_FILE_NAME = re.compile(
    r"[/\\*:]|\.(csv|tsv|txt|parquet|json|jsonl|ndjson|xlsx|arrow|avro|db|duckdb|sqlite)(\.\w+)?$",
    re.IGNORECASE,
)
_POSTGRES_CLOSED = re.compile(r"^_?pg_")
_CLOSED_NAMES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "postgres": _POSTGRES_CLOSED,
        "redshift": re.compile(r"^_?pg_|^(stl|stv|svl|svv|svcs|sys)_"),
        "duckdb": re.compile(r"^(duckdb|pragma|pg)_|^sqlite_(temp_)?(master|schema)$"),
        "sqlite": re.compile(
            r"^pragma_|^sqlite_(temp_|dbpage|stmt|stat|sequence|memstat)|^(dbstat|dbpage|bytecode"
            r"|tables_used|fsdir|lsdir|zipfile|completion|csv|generate_series|fts\w*(aux|vocab"
            r"|tokenize))$"
        ),
        "oracle": re.compile(
            r"^(dba_|g?v_?\$|cdba_|cdb_|x\$|user\$|link\$|dbms_|all_source$|(all|user)_(db_links$"
            r"|scheduler_))|@"
        ),
        "tsql": re.compile(
            r"^(sys(logins|users|processes|xlogins|configures|cacheobjects|servers|oledbusers"
            r"|remotelogins|files|lockinfo)|xp_|sp_|#)"
        ),
    }
)
_CLOSED_SCHEMAS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "postgres": frozenset({"pg_toast", "pg_temp"}),
        "redshift": frozenset({"pg_toast", "pg_temp", "sys", "pg_automv"}),
        "mysql": frozenset({"mysql", "performance_schema", "sys"}),
        "duckdb": frozenset({"pg_catalog", "system"}),
        "snowflake": frozenset({"account_usage", "organization_usage", "reader_account_usage"}),
        "tsql": frozenset({"sys", "msdb"}),
        "oracle": frozenset({"sys", "system", "xdb", "ctxsys"}),
        "trino": frozenset({"runtime", "metadata", "jdbc"}),
        "athena": frozenset({"runtime", "metadata", "jdbc"}),
        "clickhouse": frozenset({"system"}),
        # Not schemas: a file format, with a path for the table.
        "databricks": frozenset(
            {"system", "access", "csv", "json", "parquet", "delta", "text", "binaryfile", "avro"}
            | {"orc", "xml", "iceberg", "image", "libsvm", "jsonl", "cloudfiles"}
        ),
    }
)
_CLOSED_DATABASES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "databricks": frozenset({"system"}),
        "snowflake": frozenset({"snowflake"}),
        "trino": frozenset({"system"}),
        "athena": frozenset({"system"}),
        "tsql": frozenset({"msdb", "master"}),
    }
)
_MAX_PARTS = 3


def closed(table: Sequence[str], dialect: str) -> str | None:
    """Why a table, named in parts, may not be read; None: it may."""
    parts = [part.lower() for part in table]
    if dialect == "bigquery":
        # One quoted name may hold several: `project.dataset.INFORMATION_SCHEMA.JOBS`.
        parts = [part for name in parts for part in name.split(".")]
    database, schema, name = ["", "", "", *parts][-3:]
    described = schema == "information_schema"
    if len(parts) > _MAX_PARTS + (described and dialect == "bigquery"):
        return "which lies on another server"
    if _FILE_NAME.search(name) and dialect != "bigquery":
        return "a file or an address, not a table"
    if dialect in ("postgres", "redshift") and name in _OPEN["pg_catalog"]:
        return None
    if described:
        return None if name in _OPEN["information_schema"] else _SYSTEM
    pattern = _CLOSED_NAMES.get(dialect)
    is_system = (
        database in _CLOSED_DATABASES.get(dialect, ())
        or schema in _CLOSED_SCHEMAS.get(dialect, ())
        or (pattern is not None and pattern.search(name))
    )
    return _SYSTEM if is_system else None


_SYSTEM = "which is the engine's own and may hold secrets or other people's queries"
