"""Dagster's entry point: the definitions of the project that the environment names."""

import os
from pathlib import Path

from totango_pipelines.integrations.project import load_project
from totango_pipelines.orchestration.jobs import build_definitions
from totango_pipelines.sync.environment import Environment

_environment = Environment.of(os.environ, Path.cwd())
defs = build_definitions(load_project(_environment.project), _environment)
