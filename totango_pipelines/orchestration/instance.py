"""Dagster's instance: its run log, kept in the project's state folder unless DAGSTER_HOME says."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

# Not public: what an instance is made of, before it is made. Dagster's version is pinned.
from dagster._core.instance.ref import InstanceRef
from dagster._serdes import ConfigurableClassData

from totango_pipelines.errors import DeclarationError, Problem
from totango_pipelines.sync.environment import Environment

CONFIG_FILE = "dagster.yaml"
_SQLITE = "DagsterSqliteStorage"
# Named, not imported: it takes SQLAlchemy along.
_KEPT_OPEN = ("totango_pipelines.orchestration.open_run_log", "OpenStorage")

DEFAULT_INSTANCE_YAML = """\
# Dagster's instance: run log and schedules on SQLite, beside the rest of the project's state.
# deploy/postgres/dagster.yaml is the same on PostgreSQL.
telemetry:
  enabled: false
nux:
  enabled: false

run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
  config:
    dequeue_interval_seconds: 1
    dequeue_use_threads: true

# Runs start from a process that has everything imported, which takes some 200 MB for as long as the
# daemon runs: a small run costs a third of the time. Without these lines each run starts by itself.
run_launcher:
  module: totango_pipelines.orchestration.warm_launcher
  class: WarmRunLauncher

# One run of an integration at a time: a second one waits in the queue. Jobs have the tag; runs that
# Dagster makes of assets, such as those of a backfill, have the pool that an integration's assets share.
concurrency:
  runs:
    tag_concurrency_limits:
      - key: totango/integration
        value:
          applyLimitPerUniqueValue: true
        limit: 1
  pools:
    default_limit: 1
    granularity: run

# A run whose process died, that never starts or never ends, is marked as failed.
run_monitoring:
  enabled: true
  poll_interval_seconds: 20
  start_timeout_seconds: 120
  cancel_timeout_seconds: 120
  # For runs that say nothing of their own (settings.max_runtime of an integration, 12h by default).
  max_runtime_seconds: 86400

schedules:
  use_threads: true
  num_workers: 4
sensors:
  use_threads: true
  num_workers: 4

# Ticks. Old runs are removed by the job remove_old_runs, as each integration declares.
retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days:
      skipped: 7
      failure: 30
      success: 90
"""


def instance_folder(environment: Environment) -> Path:
    """DAGSTER_HOME, or `dagster` in the project's state folder."""
    given = environment.variables.get("DAGSTER_HOME")
    return Path(given).expanduser() if given else environment.home / "dagster"


@contextmanager
def open_instance(environment: Environment) -> Iterator[dg.DagsterInstance]:
    """The instance that holds this project's runs; made with its defaults where there is none.

    Raises:
        DeclarationError: DAGSTER_HOME does not name a folder by its whole path.
    """
    folder = instance_folder(environment)
    if environment.variables.get("DAGSTER_HOME"):
        _check_given(folder)
    else:
        _make_default(folder)
    with warnings.catch_warnings():
        # SQLAlchemy's and Dagster's own notices about themselves are not for our user.
        warnings.simplefilter("ignore")
        instance = dg.DagsterInstance.from_ref(kept_open(InstanceRef.from_dir(str(folder))))
    with instance:
        yield instance


def kept_open(instance: InstanceRef) -> InstanceRef:
    """The same; Dagster's own run log on SQLite keeps its files open while it is written."""
    storage = instance.storage_data
    if storage is None or storage.class_name != _SQLITE:
        return instance
    return instance._replace(
        storage_data=ConfigurableClassData(*_KEPT_OPEN, config_yaml=storage.config_yaml)
    )


def _check_given(folder: Path) -> None:
    if folder.is_absolute() and folder.is_dir():
        return
    seen = f"{folder} is not a folder, given by its whole path."
    remedy = "Create it, or unset DAGSTER_HOME to keep runs in the project's state folder."
    raise DeclarationError([Problem("DAGSTER_HOME", None, "", "DAGSTER_HOME", seen, remedy)])


def _make_default(folder: Path) -> None:
    # The run log tells of customers' rows: for its owner only.
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    config = folder / CONFIG_FILE
    if not config.exists():
        folder.chmod(0o700)
        config.write_text(DEFAULT_INSTANCE_YAML)
