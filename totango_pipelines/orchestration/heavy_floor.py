"""The one door to the modules that read, map and write rows.

Loading the definitions must stay light: process start is most of a small run's time. So the steps
are imported when a step runs, and the slow ones while the source is still sending (decision 18).
"""

import contextlib
import importlib
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import ModuleType

from totango_pipelines.process import collect_rarely, left_out, one_blas_thread

_SYNC = "totango_pipelines.sync"
_SLOW = ("mapping_step", "upsert_step")
_OF_RUNS = (
    *(f"{_SYNC}.{name}_step" for name in ("extract", "preview", "mapping", "upsert", "conflicts")),
    *(f"{_SYNC}.{name}" for name in ("wiring", "rejects_report", "replay", "run_files")),
    *(
        f"totango_pipelines.connections.{name}"
        for name in ("duckdb_file", "files_source", "sqlite_file", "open_postgres")
    ),
    *(f"totango_pipelines.upsert.{name}" for name in ("duckdb_hub", "postgres_hub")),
    *(f"sqlglot.dialects.{name}" for name in ("duckdb", "postgres", "sqlite")),
    *(
        f"dagster._core.{name}"
        for name in ("executor.in_process", "execution.plan.active", "workspace.autodiscovery")
    ),
    *("numpy.ma", "upath.implementations.local"),
)
_POLARS = tuple(f"_polars_runtime_{kind}._polars_runtime" for kind in ("compat", "64", "32"))
_POLARS_START = "__register_startup_deps"


def step(module: str) -> ModuleType:
    """A module of the sync floor, e.g. `extract_step`."""
    collect_rarely()
    with one_blas_thread():
        return importlib.import_module(f"{_SYNC}.{module}")


def operations(module: str) -> ModuleType:
    """A module of operations that takes long to import: `sending`."""
    return importlib.import_module(f"totango_pipelines.operations.{module}")


def import_before_forks(others: Iterable[str]) -> Callable[[], None]:
    """Import what runs need, and start no thread that a fork would lack.

    `others`: modules that may be missing. The answer is what each fork has to do before it works.
    """
    held: list[Callable[[], None]] = []
    # A run needs no pandas, but libraries take it along.
    with _polars_unstarted(held), left_out("pandas"), one_blas_thread():
        for module in (*_OF_RUNS, *others):
            # A module that cannot be imported is reported by the run that needs it.
            with contextlib.suppress(Exception):
                importlib.import_module(module)
        # pyarrow looks for pandas with its first array, and then never again.
        importlib.import_module("pyarrow").array([])

    def start() -> None:
        for each in held:
            each()

    return start


@contextlib.contextmanager
def _polars_unstarted(held: list[Callable[[], None]]) -> Iterator[None]:
    """Keep polars from starting its thread when it is imported; it is asked to once, as such.

    The thread removes what was written to disk for want of memory. A fork starts its own.
    """
    starts: dict[ModuleType, Callable[..., None]] = {}
    for name in _POLARS:
        with contextlib.suppress(ImportError, AttributeError):
            native = importlib.import_module(name)
            starts[native] = getattr(native, _POLARS_START)
    try:
        for native, start in starts.items():
            setattr(
                native, _POLARS_START, lambda *args, start=start: held.append(partial(start, *args))
            )
        yield
    finally:
        for native, start in starts.items():
            setattr(native, _POLARS_START, start)


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
