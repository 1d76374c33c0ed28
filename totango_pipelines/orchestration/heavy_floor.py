"""The one door to the modules that read, map and write rows.

Loading the definitions must stay light: process start is most of a small run's time. So the steps
are imported when a step runs, and the slow ones while the source is still sending (decision 18).
"""

import contextlib
import importlib
import threading
from types import ModuleType

from totango_pipelines.process import collect_rarely, one_blas_thread

_SYNC = "totango_pipelines.sync"
_SLOW = ("mapping_step", "upsert_step")


def step(module: str) -> ModuleType:
    """A module of the sync floor, e.g. `extract_step`."""
    collect_rarely()
    with one_blas_thread():
        return importlib.import_module(f"{_SYNC}.{module}")


def operations(module: str) -> ModuleType:
    """A module of operations that takes long to import: `sending`."""
    return importlib.import_module(f"totango_pipelines.operations.{module}")


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
