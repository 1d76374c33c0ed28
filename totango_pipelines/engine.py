"""The DuckDB that a step works in: bounded memory, no network, UTC."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

Config = dict[str, str | bool | int | float | list[str]]


@dataclass(frozen=True, slots=True)
class WorkSpace:
    """Where a step may work: a folder for spilled data and DuckDB's memory limit, e.g. `256MB`."""

    folder: Path
    memory_limit: str
    threads: int = 2

    def config(self) -> Config:
        """DuckDB's settings for this work space."""
        return {
            "memory_limit": self.memory_limit,
            "temp_directory": str(self.folder),
            "threads": self.threads,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }


def open_engine(work: WorkSpace, database: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """A DuckDB connection of its own.

    Raises:
        duckdb.Error: the database file cannot be opened.
    """
    connection = duckdb.connect(database, config=work.config())
    connection.execute("SET TimeZone = 'UTC'")
    return connection
