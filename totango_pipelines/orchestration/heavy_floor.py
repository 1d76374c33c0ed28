"""The one door to the modules that read, map and write rows.

Loading the definitions must stay light: process start is most of a small run's time. So the steps
are imported when a step runs, and the slow ones while the source is still sending (decision 18).
"""

import contextlib
import importlib
import threading
from collections.abc import Iterable
from types import ModuleType

_SYNC = "totango_pipelines.sync"
_SLOW = ("mapping_step", "upsert_step")
_WITHOUT_POLARS = (
    *("duckdb", "numpy", "psycopg", "pyarrow.parquet", "pydantic", "sqlglot", "typing_inspect"),
    # What pandera takes along besides polars.
    *("packaging.version", "typeguard"),
    *(
        f"totango_pipelines.connections.{name}"
        for name in ("duckdb_file", "sqlite_file", "postgres")
    ),
    *(f"totango_pipelines.upsert.{name}" for name in ("duckdb_hub", "postgres_hub")),
)


def step(module: str) -> ModuleType:
    """A module of the sync floor, e.g. `extract_step`."""
    return importlib.import_module(f"{_SYNC}.{module}")


def operations(module: str) -> ModuleType:
    """A module of operations that takes long to import: `sending`."""
    return importlib.import_module(f"totango_pipelines.operations.{module}")


def import_before_forks(others: Iterable[str]) -> None:
    """Import what runs need and what a fork leaves whole; `others`: modules that may be missing.

    Not polars: it starts threads when it is imported, and a fork has none of them.
    """
    for module in (*_WITHOUT_POLARS, *others):
        with contextlib.suppress(ImportError):
            importlib.import_module(module)


def import_ahead() -> None:
    """Import what the later steps need, in the background.

    One thread, after the extract step is imported: two that import the same libraries in another
    order can hand each other half-made modules. Not a daemon: a process that ends while a daemon
    imports compiled code crashes.
    """
    threading.Thread(target=_import_slow, name="import ahead").start()


def _import_slow() -> None:
    # A module that cannot be imported is reported by the step that needs it.
    with contextlib.suppress(Exception):
        for module in _SLOW:
            step(module)
