"""The one door from the command line to everything that takes long to import.

`--help` and shell completion must answer at once; Dagster alone takes 1.5 s to import, and the
engines that read rows as long again. A command imports what it works with when it runs.
"""

import importlib
from types import ModuleType


def orchestration(module: str) -> ModuleType:
    """A module of the orchestration floor, e.g. `run_launch`: imports Dagster."""
    return importlib.import_module(f"totango_pipelines.orchestration.{module}")


def sync(module: str) -> ModuleType:
    """A module of the sync floor, e.g. `validation`: imports the engines, never Dagster."""
    return importlib.import_module(f"totango_pipelines.sync.{module}")


def integrations(module: str) -> ModuleType:
    """A module of the declared files, e.g. `project`."""
    return importlib.import_module(f"totango_pipelines.integrations.{module}")


def operations(module: str) -> ModuleType:
    """A module of what an operator decides, e.g. `tokens`: light, but nothing for `--help`."""
    return importlib.import_module(f"totango_pipelines.operations.{module}")


def api(module: str) -> ModuleType:
    """A module of the Trigger API, e.g. `serving`: imports the web server, never Dagster."""
    return importlib.import_module(f"totango_pipelines.api.{module}")


def hub_reader() -> ModuleType:
    """What reads the hub: imports its engines."""
    return importlib.import_module("totango_pipelines.upsert.hub_reader")


def language_model() -> ModuleType:
    """What asks a language model: imports an HTTP client."""
    return importlib.import_module("totango_pipelines.language_model")


def names() -> ModuleType:
    """What finds the names that somebody may have meant."""
    return importlib.import_module("totango_pipelines.catalog.catalog")
