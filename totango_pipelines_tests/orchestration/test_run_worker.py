"""A process that carries one run out builds the job of that run and no other."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from totango_pipelines.integrations.project import load_project
from totango_pipelines.orchestration.run_worker import one_job_at_a_time

REPOSITORY = Path(__file__).resolve().parents[2]
PEOPLE = """\
id: people
name: People
connection: crm
object: accounts
query: SELECT id, name FROM person
mapping:
  - {attribute: account_id, column: id}
  - {attribute: account_name, column: name}
schedule: {cadence: hourly}
"""

# As Dagster's code server hands a run over to the process of that run.
WORKER = """
import gc
import sys
import dagster as dg
from dagster._core.code_pointer import CodePointer
from dagster._core.definitions.reconstruct import ReconstructableRepository
pointer = CodePointer.from_module("totango_pipelines.definitions", "defs", None)
job = ReconstructableRepository(pointer).get_reconstructable_job(sys.argv[1]).get_definition()
built = {each.name for each in gc.get_objects() if isinstance(each, dg.JobDefinition)}
print(job.name, *sorted(built & {"companies", "people", "run_integrations"}))
"""


@pytest.fixture
def worker(bench):
    """The definitions as a run worker has them."""
    bench.declare(PEOPLE)
    return one_job_at_a_time(load_project(bench.folder), bench.environment)


def test_a_run_worker_builds_its_own_job_and_no_other(bench):
    bench.declare(PEOPLE)
    done = subprocess.run(
        [sys.executable, "-c", WORKER, "companies"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={**os.environ, "TOTANGO_PROJECT": str(bench.folder), "PYTHONWARNINGS": "ignore"},
        cwd=REPOSITORY,
    )
    assert done.stdout.split() == ["companies", "companies"]


def test_whoever_reads_the_definitions_is_no_run_worker():
    # In a process of its own: Dagster's context is one for the whole process.
    code = (
        "from totango_pipelines.orchestration.run_worker import is_run_worker; "
        "assert not is_run_worker()"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, timeout=60)


def test_the_job_alone_is_the_job_among_all(bench, worker):
    among_all = bench.definitions().resolve_job_def("companies")
    alone = worker.get_job("companies")
    assert alone.get_job_snapshot_id() == among_all.get_job_snapshot_id()
    assert worker.get_job("companies") is alone


def test_a_job_alone_runs(bench, worker):
    result = worker.get_job("companies").execute_in_process(
        instance=bench.instance, run_config={"loggers": {"console": {"config": {}}}}
    )
    assert result.success
    assert bench.hub("SELECT count(*) FROM accounts") == [(3,)]


def test_an_unknown_job_is_unknown_here_too(worker):
    assert worker.has_job("companies")
    assert not worker.has_job("nobody")
    with pytest.raises(dg.DagsterInvariantViolationError, match="nobody"):
        worker.get_job("nobody")


def test_an_ad_hoc_selection_of_assets_of_two_integrations_is_found(worker):
    job = worker.get_maybe_subset_job_def(
        "__ASSET_JOB",
        asset_selection={dg.AssetKey(["companies", "extract"]), dg.AssetKey(["people", "extract"])},
    )
    assert {node.name for node in job.nodes} == {"companies__extract", "people__extract"}


def test_everything_else_is_what_all_definitions_say(bench, worker):
    everything = bench.definitions().get_repository_def()
    assert set(worker.job_names) == set(everything.job_names)
    for kind in ("schedule_defs", "sensor_defs"):
        assert [e.name for e in getattr(worker, kind)] == [
            e.name for e in getattr(everything, kind)
        ]
    for kind in ("assets_defs_by_key", "asset_checks_defs_by_key", "source_assets_by_key"):
        assert set(getattr(worker, kind)) == set(getattr(everything, kind))
    assert set(worker.get_top_level_resources()) == {"totango"}
    assert worker.get_env_vars_by_top_level_resource() == {}
