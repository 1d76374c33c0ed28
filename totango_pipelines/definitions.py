"""Dagster's entry point: the definitions of the project that the environment names."""

import gc
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from totango_pipelines.errors import Problem
from totango_pipelines.integrations.project import load_project
from totango_pipelines.integrations.shared_attributes import SHARED_ATTRIBUTE
from totango_pipelines.orchestration.jobs import build_definitions
from totango_pipelines.orchestration.run_worker import is_run_worker, one_job_at_a_time
from totango_pipelines.sync.environment import Environment

_SHOWN = 3


@contextmanager
def _built_for_good() -> Iterator[None]:
    """What is built in here lives as long as the process.

    To search it for garbage again and again was a quarter of the load of five hundred integrations.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if collects:
            gc.enable()


def _warn_of_shared_attributes(problems: Iterable[Problem]) -> None:
    """The first few: a code server loads again and again, and hundreds of lines hide all others."""
    logger = logging.getLogger(__name__)
    shared = [problem for problem in problems if problem.code == SHARED_ATTRIBUTE]
    for problem in shared[:_SHOWN]:
        logger.warning("%s", problem)
    if len(shared) > _SHOWN:
        more = "%d more lines map what another integration maps: `totango-pipelines validate`."
        logger.warning(more, len(shared) - _SHOWN)


with _built_for_good():
    _environment = Environment.of(os.environ, Path.cwd())
    _project = load_project(_environment.project)
    _warn_of_shared_attributes(_project.problems)
    defs = (one_job_at_a_time if is_run_worker() else build_definitions)(_project, _environment)
