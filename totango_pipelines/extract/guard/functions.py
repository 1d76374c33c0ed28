"""Which functions a query may call, by dialect. A dialect that is not here is refused altogether."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from totango_pipelines.extract.guard import (
    duckdb_functions,
    mysql_functions,
    postgres_functions,
    sqlite_functions,
    warehouse_functions,
)


@dataclass(frozen=True, slots=True)
class Callable:
    """What may be called, in lower case."""

    anywhere: frozenset[str]
    """Functions that give one value, aggregates, window functions."""
    in_from: frozenset[str]
    """Functions that may stand where a table stands; they may be called anywhere, too."""
    complete: bool
    """The lists name everything, so that each name in the written text must be on them. Else
    sqlglot's typed functions pass by their class."""

    def named(self, name: str) -> bool:
        """Whether a function of this name, in lower case, may be called for a value."""
        return name in self.anywhere or name in self.in_from


def _engine(functions: frozenset[str], table_functions: frozenset[str]) -> Callable:
    return Callable(functions, table_functions, complete=True)


def _warehouse(named: frozenset[str]) -> Callable:
    return Callable(named, warehouse_functions.TABLE_FUNCTIONS, complete=False)


_POSTGRES = postgres_functions.FUNCTIONS
CALLABLE: Mapping[str, Callable] = MappingProxyType(
    {
        "postgres": _engine(_POSTGRES, postgres_functions.TABLE_FUNCTIONS),
        "mysql": _engine(mysql_functions.FUNCTIONS, mysql_functions.TABLE_FUNCTIONS),
        "duckdb": _engine(duckdb_functions.FUNCTIONS, duckdb_functions.TABLE_FUNCTIONS),
        "sqlite": _engine(sqlite_functions.FUNCTIONS, sqlite_functions.TABLE_FUNCTIONS),
        "redshift": _warehouse(_POSTGRES | warehouse_functions.REDSHIFT),
        "snowflake": _warehouse(warehouse_functions.SNOWFLAKE),
        "bigquery": _warehouse(warehouse_functions.BIGQUERY),
        "databricks": _warehouse(warehouse_functions.DATABRICKS),
        "tsql": _warehouse(warehouse_functions.TSQL),
        "oracle": _warehouse(warehouse_functions.ORACLE),
        "trino": _warehouse(warehouse_functions.TRINO),
        "athena": _warehouse(warehouse_functions.TRINO),
        "clickhouse": _warehouse(warehouse_functions.CLICKHOUSE),
    }
)
"""By the name that sqlglot knows the dialect by."""
