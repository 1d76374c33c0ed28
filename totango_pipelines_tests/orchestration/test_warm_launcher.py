"""Runs that a process with everything imported forks: real processes, a code server of Dagster's."""

import contextlib
import inspect
import logging
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
import pytest
from dagster._core.launcher import LaunchRunContext, WorkerStatus
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import GrpcServerTarget, WorkspaceFileTarget
from dagster._daemon.monitoring import execute_run_monitoring_iteration
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import serialize_value

from totango_pipelines.integrations.project import load_project
from totango_pipelines.orchestration.asset_keys import PROCESS_TAG
from totango_pipelines.orchestration.instance import open_instance
from totango_pipelines.orchestration.integration_jobs import job_alone
from totango_pipelines.orchestration.run_desk import origin_of
from totango_pipelines.orchestration.run_requests import QUIET
from totango_pipelines.orchestration.warm_fork import installed_code
from totango_pipelines.orchestration.warm_launcher import WarmRunLauncher
from totango_pipelines.orchestration.workers import ENDED, this_worker, worker_of
from totango_pipelines.sync.environment import Environment

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE = 90.0
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Dagster's launcher starts runs"),
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster_shared.*"),
]
INSTANCE = """\
telemetry: {enabled: false}
nux: {enabled: false}
run_monitoring: {enabled: true}
run_launcher: {module: totango_pipelines.orchestration.warm_launcher, class: WarmRunLauncher}
"""
WORKSPACE = """\
load_from:
  - python_module: {module_name: totango_pipelines.definitions, location_name: totango_pipelines}
  - python_file: {relative_path: foreign.py, location_name: foreign}
"""
FOREIGN = """\
import dagster as dg


@dg.op
def nothing() -> None:
    pass


@dg.job(executor_def=dg.in_process_executor)
def foreign() -> None:
    nothing()


defs = dg.Definitions(jobs=[foreign])
"""
COMPANIES = """\
id: @id@
name: Companies
connection: crm
object: accounts
query: SELECT id, name FROM company
mapping:
  - {attribute: account_id, column: id}
  - {attribute: account_name, column: name}
"""
# A launcher that is killed: it has one run carried out, and says what its processes are.
LAUNCHER = """
import sys, time
from totango_pipelines.orchestration.warm_fork import WarmProcess
process = WarmProcess([], 60)
with process.fork(sys.stdin.readline()) as fork:
    print(process.pid, fork.pid, flush=True)
    assert sys.stdin.readline() == "go\\n"
    fork.begin()
time.sleep(600)
"""
TERMINATE = """
import sys
import dagster as dg
with dg.DagsterInstance.get() as instance:
    assert instance.run_launcher.terminate(sys.argv[1])
    assert instance.run_launcher.warm_process is None
"""


@dataclass
class Station:
    """A project, an instance that launches warm, and a code server for it and for a foreign job."""

    folder: Path
    variables: dict[str, str]
    instance: dg.DagsterInstance
    served: WorkspaceProcessContext | None = None
    started: list[str] = field(default_factory=list)

    def declare(self, name: str, text: str = COMPANIES) -> None:
        (self.folder / "integrations" / f"{name}.yaml").write_text(text.replace("@id@", name))

    def create(self, name: str, loggers: dict[str, Any] = QUIET) -> str:
        environment = Environment.of(self.variables, self.folder)
        job = job_alone(load_project(self.folder), name, environment)
        return self.instance.create_run_for_job(
            job, run_config={"loggers": loggers}, remote_job_origin=origin_of(name)
        ).run_id

    def launch(self, name: str, **how: Any) -> str:
        run_id = self.create(name, **how)
        self.started.append(run_id)
        self.instance.launch_run(run_id, self.served.create_request_context())
        return run_id

    def run(self, run_id: str) -> dg.DagsterRun:
        return self.instance.get_run_by_id(run_id)

    def process(self, run_id: str) -> psutil.Process:
        return psutil.Process(int(self.run(run_id).tags[PROCESS_TAG].split()[1]))

    @property
    def warm(self) -> psutil.Process:
        return psutil.Process(self.instance.run_launcher.warm_process)

    def works(self, run_id: str) -> psutil.Process:
        """The process of a run, once it is in its first step."""
        wait_for(lambda: "totango/worker" in self.run(run_id).tags)
        return self.process(run_id)

    def status(self, run_id: str) -> str:
        """How a run ended."""
        wait_for(lambda: self.run(run_id).is_finished)
        return self.run(run_id).status.value

    def messages(self, run_id: str) -> str:
        return "\n".join(
            each.dagster_event.message or ""
            for each in self.instance.all_logs(run_id)
            if each.dagster_event
        )


def wait_for(condition, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def has_ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.fixture(scope="module")
def station(tmp_path_factory) -> Iterator[Station]:
    folder = tmp_path_factory.mktemp("station")
    home = folder / ".totango"
    (home / "dagster").mkdir(parents=True)
    (folder / "integrations").mkdir()
    (home / "dagster" / "dagster.yaml").write_text(INSTANCE)
    (folder / "workspace.yaml").write_text(WORKSPACE)
    (folder / "foreign.py").write_text(FOREIGN)
    (folder / "connections.yaml").write_text("connections: {crm: {type: sqlite, path: crm.sqlite}}")
    with contextlib.closing(sqlite3.connect(folder / "crm.sqlite")) as source, source:
        source.execute("CREATE TABLE company (id TEXT, name TEXT)")
        source.execute("INSERT INTO company VALUES ('a', 'Acme'), ('b', 'Bolt')")
    variables = {
        "TOTANGO_PROJECT": str(folder),
        "TOTANGO_HOME": str(home),
        "DAGSTER_HOME": str(home / "dagster"),
        "PYTHONWARNINGS": "ignore",
    }
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        for name, value in variables.items():
            patch.setenv(name, value)
        instance = stack.enter_context(open_instance(Environment.of(variables, folder)))
        station = Station(folder, variables, instance)
        for name in ("companies", "people", "slow"):
            station.declare(name)
        # Somebody else's run is under way, for which those of `slow` wait as long as it takes.
        tags = {"totango/integration": "slow", "totango/worker": this_worker("ahead")}
        ahead = dg.DagsterRun("slow", "ahead", status=dg.DagsterRunStatus.STARTED, tags=tags)
        instance.add_run(ahead)
        target = WorkspaceFileTarget([str(folder / "workspace.yaml")])
        station.served = stack.enter_context(WorkspaceProcessContext(instance, target))
        yield station
        instance.report_run_failed(station.run("ahead"), "It has waited long enough.")
        for run_id in station.started:
            if not station.run(run_id).is_finished:
                instance.run_launcher.terminate(run_id)


def captured(station, run_id):
    events = station.instance.all_logs(run_id, of_type=dg.DagsterEventType.LOGS_CAPTURED)
    (key,) = {event.dagster_event.logs_captured_data.file_key for event in events}
    manager = station.instance.compute_log_manager
    data = manager.get_log_data([run_id, "compute_logs", key])
    return manager, data


def test_a_run_succeeds_with_what_it_printed_in_the_run_log(station):
    run_id = station.launch("companies", loggers={})
    assert station.status(run_id) == "SUCCESS"
    parent = station.warm.pid
    assert f"Started process for run (pid: {station.run(run_id).tags[PROCESS_TAG].split()[1]})" in (
        station.messages(run_id)
    )
    assert parent in {child.pid for child in psutil.Process().children()}
    manager, data = captured(station, run_id)
    assert manager.is_capture_complete(data.log_key)
    assert b"STEP_START" in data.stderr


def test_an_edited_file_is_seen_by_the_next_run(station):
    station.declare("people")
    first = station.launch("people")
    assert station.status(first) == "SUCCESS"
    station.declare("people", COMPANIES.replace("FROM company", "FROM company WHERE id = 'a'"))
    second = station.launch("people")
    assert station.status(second) == "SUCCESS"
    read = [station.run(each).tags["totango/rows_read"] for each in (first, second)]
    assert read == ["2", "1"]


def test_the_job_of_another_code_location_starts_as_it_always_did(station):
    context = station.served.create_request_context()
    location = context.get_code_location("foreign")
    (repository,) = location.get_repositories().values()
    job = repository.get_full_job("foreign")
    run = station.instance.create_run(
        job_name="foreign",
        run_id=None,
        run_config=None,
        status=None,
        tags=None,
        root_run_id=None,
        parent_run_id=None,
        step_keys_to_execute=None,
        execution_plan_snapshot=None,
        job_snapshot=job.job_snapshot,
        parent_job_snapshot=None,
        asset_selection=None,
        asset_check_selection=None,
        resolved_op_selection=None,
        op_selection=None,
        remote_job_origin=job.get_remote_origin(),
        job_code_origin=job.get_python_origin(),
        asset_graph=None,
    )
    station.instance.launch_run(run.run_id, context)
    assert station.status(run.run_id) == "SUCCESS"
    tags = station.run(run.run_id).tags
    assert PROCESS_TAG not in tags
    assert ".dagster/grpc_info" in tags


def test_the_runs_of_a_code_server_that_stays_are_taken_when_asked_to(station):
    run = station.run(station.create("companies"))
    context = station.served.create_request_context()
    client = context.get_code_location("totango_pipelines").client
    target = GrpcServerTarget(client.host, client.port, client.socket, "totango_pipelines")
    with WorkspaceProcessContext(station.instance, target) as apart:
        asked = LaunchRunContext(run, apart.create_request_context())
        assert WarmRunLauncher().own_origin(asked) is None
        assert WarmRunLauncher(code_servers=True).own_origin(asked).job_name == "companies"
    station.instance.report_run_canceled(run)


def test_another_process_ends_a_run_as_canceled(station):
    run_id = station.launch("slow")
    process = station.works(run_id)
    command = [sys.executable, "-c", TERMINATE, run_id]
    subprocess.run(command, check=True, timeout=60, env={**os.environ, **station.variables})
    assert station.status(run_id) == "CANCELED"
    wait_for(lambda: has_ended(process))
    assert not station.instance.run_launcher.terminate(run_id)


def test_a_killed_run_is_failed_at_once_while_another_goes_on(station):
    killed, other = station.launch("slow"), station.launch("companies")
    station.works(killed).kill()
    assert station.status(killed) == "FAILURE"
    assert "was terminated by signal 9 (SIGKILL)" in station.messages(killed)
    assert ENDED in station.messages(killed)
    assert station.status(other) == "SUCCESS"
    failures = station.instance.all_logs(killed, of_type=dg.DagsterEventType.RUN_FAILURE)
    assert len(failures) == 1


def test_runs_outlive_the_warm_process_and_the_next_one_gets_a_new_one(station):
    slow = station.launch("slow")
    process, warm = station.works(slow), station.warm
    warm.kill()
    again = station.launch("companies")
    assert station.status(again) == "SUCCESS"
    assert station.warm.pid != warm.pid
    assert not has_ended(process)
    # Nobody who would tell is left: Dagster's monitoring finds out.
    launcher = station.instance.run_launcher
    assert launcher.check_run_worker_health(station.run(slow)).status is WorkerStatus.RUNNING
    process.kill()
    wait_for(lambda: has_ended(process))
    monitor(station)
    assert station.status(slow) == "FAILURE"
    assert ENDED in station.messages(slow)


def monitor(station):
    logger = logging.getLogger("monitor")
    assert not [e for e in execute_run_monitoring_iteration(station.served, logger) if e]


def test_a_killed_launcher_takes_the_warm_process_along_but_no_run(station):
    run_id = station.create("slow")
    station.started.append(run_id)
    context = LaunchRunContext(station.run(run_id), station.served.create_request_context())
    args = ExecuteRunArgs(WarmRunLauncher().own_origin(context), run_id, station.instance.get_ref())
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **station.variables},
    ) as launcher:
        try:
            launcher.stdin.write(f"{serialize_value(args)}\n")
            launcher.stdin.flush()
            warm, pid = map(int, launcher.stdout.readline().split())
            warm = psutil.Process(warm)
            station.instance.add_run_tags(run_id, {PROCESS_TAG: worker_of(run_id, pid)})
            launcher.stdin.write("go\n")
            launcher.stdin.flush()
            process = station.works(run_id)
        finally:
            launcher.kill()
    wait_for(lambda: has_ended(warm), 20)
    assert not has_ended(process)
    assert station.instance.run_launcher.terminate(run_id)
    assert station.status(run_id) == "CANCELED"
    wait_for(lambda: has_ended(process))


def test_two_runs_that_are_launched_at_once_have_a_process_each(station):
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(station.launch, ("companies", "people")))
    assert {station.status(run_id) for run_id in runs} == {"SUCCESS"}
    assert len({station.run(run_id).tags[PROCESS_TAG].split()[1] for run_id in runs}) == 2


def test_a_run_that_cannot_be_loaded_fails_alone(station):
    station.declare("gone")
    run_id = station.create("gone")
    (station.folder / "integrations" / "gone.yaml").unlink()
    station.instance.launch_run(run_id, station.served.create_request_context())
    assert station.status(run_id) == "FAILURE"
    assert "Could not load job definition" in station.messages(run_id)
    assert station.warm.is_running()


def test_without_a_warm_process_a_run_starts_in_a_fresh_one_and_says_so(station):
    launcher = WarmRunLauncher(start_timeout=0)
    launcher.register_instance(station.instance)
    run_id = station.create("companies")
    launcher.launch_run(
        LaunchRunContext(station.run(run_id), station.served.create_request_context())
    )
    assert station.status(run_id) == "SUCCESS"
    assert "No warm process" in station.messages(run_id)
    assert PROCESS_TAG not in station.run(run_id).tags


def test_twenty_processes_leave_nothing_behind_and_no_thread(station):
    assert station.status(station.launch("companies")) == "SUCCESS"
    warm, process = station.warm, station.instance.run_launcher._process
    for _ in range(20):
        # Never given the word: it ends and has done nothing.
        with process.fork("{}") as fork:
            assert psutil.Process(fork.pid).ppid() == warm.pid
    runs = {station.run(run_id).tags[PROCESS_TAG].split()[1] for run_id in station.started}
    wait_for(lambda: not [each for each in warm.children() if str(each.pid) not in runs])
    assert not [each for each in warm.children() if each.status() == psutil.STATUS_ZOMBIE]
    assert threads(warm.pid) == []


def test_other_installed_code_asks_for_a_new_warm_process(station, tmp_path, monkeypatch):
    assert station.status(station.launch("companies")) == "SUCCESS"
    process = station.instance.run_launcher._process
    assert process.is_fit()
    libraries = tmp_path / "site-packages"
    libraries.mkdir()
    monkeypatch.syspath_prepend(libraries)
    assert not process.is_fit()
    before = installed_code()
    (libraries / "polars-2.2.0.dist-info").mkdir()
    assert installed_code() != before


def threads(pid):
    """Besides those of the allocators and of NumPy (named as the main one), which survive forks."""
    names = {path.read_text().strip() for path in Path(f"/proc/{pid}/task").glob("*/comm")}
    main = Path(f"/proc/{pid}/comm").read_text().strip()
    return [name for name in names - {main} if not name.startswith("jemalloc")]


def test_polars_starts_in_the_fork_and_not_before():
    code = f"""
import os, sys, time
from totango_pipelines.orchestration.heavy_floor import import_before_forks
start = import_before_forks(["nowhere.to_be_found"])
from pathlib import Path
{inspect.getsource(threads)}
import polars
assert threads(os.getpid()) == [], threads(os.getpid())
assert "pandas" not in sys.modules
if os.fork() == 0:
    start()
    # A thread has its name a moment after it has started.
    while not any(name.startswith("polars") for name in threads(os.getpid())):
        time.sleep(0.01)
    frame = polars.LazyFrame({{"a": [1, 2, 3] * 1000}})
    assert frame.group_by("a").len().collect().height == 3
    sys.stdout.flush()
    os._exit(7)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False, timeout=60)
    assert done.returncode == 7
