"""One DuckDB for the engines of all runs of a history: each opens three, and that takes time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

ENGINES = 500
"""So many engines share one instance; then a new one is opened, and what they left goes."""


@contextmanager
def shared_engine() -> Iterator[None]:
    """Engines in memory become databases of their own in one instance; files are opened as ever."""
    connect, opened = duckdb.connect, 0
    instance: Any = None

    def engine(database: str = ":memory:", **options: Any) -> Any:
        nonlocal instance, opened
        if database != ":memory:" or "temp_directory" not in options.get("config", {}):
            return connect(database, **options)
        if opened % ENGINES == 0:
            instance = connect(":memory:", **options)
        opened += 1
        own = instance.cursor()
        own.execute(f"ATTACH ':memory:' AS engine_{opened}")
        own.execute(f"USE engine_{opened}")
        return own

    duckdb.connect = engine
    try:
        yield
    finally:
        duckdb.connect = connect
