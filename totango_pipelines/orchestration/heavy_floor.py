"""The one door to the modules that read, map and write rows.

Loading the definitions must stay light: process start is most of a small run's time. So the steps
are imported when a step runs, and the slow ones while the source is still sending (decision 18).
"""

import importlib
import threading
from types import ModuleType

_SYNC = "totango_pipelines.sync"
_SLOW = ("mapping_step", "upsert_step")


def step(module: str) -> ModuleType:
    """A module of the sync floor, e.g. `extract_step`."""
    return importlib.import_module(f"{_SYNC}.{module}")


def import_ahead() -> None:
    """Import what the later steps need, in the background."""
    for module in _SLOW:
        threading.Thread(target=step, args=[module], name=f"import {module}", daemon=True).start()
