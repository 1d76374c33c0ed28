"""Dagster's entry point: the definitions of the project that the environment names."""

import logging
import os
from pathlib import Path

from totango_pipelines.integrations.project import load_project
from totango_pipelines.integrations.shared_attributes import SHARED_ATTRIBUTE
from totango_pipelines.orchestration.jobs import build_definitions
from totango_pipelines.orchestration.run_worker import is_run_worker, one_job_at_a_time
from totango_pipelines.sync.environment import Environment

_environment = Environment.of(os.environ, Path.cwd())
_project = load_project(_environment.project)
for _problem in _project.problems:
    if _problem.code == SHARED_ATTRIBUTE:
        logging.getLogger(__name__).warning("%s", _problem)
_build = one_job_at_a_time if is_run_worker() else build_definitions
defs = _build(_project, _environment)
