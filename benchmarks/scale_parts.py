"""What a process of its own does for scale.py: fill a run log, tick the sensors, start runs.

The answer is JSON, on a line of its own.
"""

import json
import os
import sqlite3
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
from dagster._core.launcher import DefaultRunLauncher, LaunchRunContext, RunLauncher
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.run_coordinator import SubmitRunContext
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget

from totango_pipelines.integrations.project import load_project
from totango_pipelines.orchestration.instance import open_instance
from totango_pipelines.orchestration.integration_jobs import job_alone
from totango_pipelines.orchestration.jobs import build_definitions
from totango_pipelines.orchestration.run_desk import RunDesk, origin_of
from totango_pipelines.orchestration.run_requests import QUIET
from totango_pipelines.orchestration.warm_launcher import WarmRunLauncher
from totango_pipelines.orchestration.workers import this_worker
from totango_pipelines.sync.environment import Environment

MANY = 500
PAST_RUNS = 2000
CHANGED = 100


def instance() -> dict[str, float]:
    """Make Dagster's tables: two processes that find none at once stand in each other's way."""
    with own_instance():
        return {}


def past() -> dict[str, float]:
    """Fill the run log: four runs of each integration, one in twenty failed, and the upstream."""
    with own_instance() as (instance, _):
        for number in range(PAST_RUNS):
            ends_well = number % 20 != 7
            add_run(instance, number % MANY, "SUCCESS" if ends_well else "FAILURE")
        for number in range(MANY):
            instance.report_runless_asset_event(dg.AssetMaterialization(["etl", f"seats_{number}"]))
    # They were yesterday and before; Dagster notes the moment in which a row is written.
    with sqlite3.connect(Path(os.environ["DAGSTER_HOME"]) / "history" / "runs.db") as log:
        log.execute(
            "UPDATE runs SET create_timestamp = datetime(create_timestamp, '-' || d || ' days'), "
            "update_timestamp = datetime(update_timestamp, '-' || d || ' days'), "
            "start_time = start_time - 86400 * d, end_time = end_time - 86400 * d "
            f"FROM (SELECT id AS i, 1 + ({PAST_RUNS} - id) / {MANY} AS d FROM runs) WHERE i = id"
        )
    log.close()
    return {}


def add_run(instance: dg.DagsterInstance, number: int, status: str) -> None:
    """A run as it stands in the log: SUCCESS, FAILURE or STARTED."""
    name, run_id, started = f"job_{number}", str(uuid.uuid4()), time.time()
    tags = {
        "totango/integration": name,
        "totango/object": "accounts",
        "totango/mode": "incremental",
        "totango/trigger": "schedule",
        "totango/worker": this_worker(run_id),
        "dagster/max_runtime": "86400",
    }
    if status == "SUCCESS":
        tags["totango/outcome"] = "succeeded"
        tags |= {f"totango/{name}": "1000" for name in ("rows_read", "created", "updated")}
    run = instance.add_run(dg.DagsterRun(name, run_id, tags=tags))
    storage = instance.run_storage
    moments = (("PIPELINE_START", started), (f"PIPELINE_{status}", started + 60))
    for kind, at in moments if status != "STARTED" else moments[:1]:
        event = dg.DagsterEvent(kind, name)
        storage.handle_run_event(run_id, event, datetime.fromtimestamp(at, UTC))
    if status == "FAILURE":
        event = dg.DagsterEvent("PIPELINE_FAILURE", name, message="The source did not answer.")
        instance.report_dagster_event(event, run_id=run.run_id)


def ticks() -> dict[str, float]:
    """Each sensor three times: at first, with nothing new, and after a hundred changes."""
    found: dict[str, float] = {}
    cursors: dict[str, str | None] = {}
    with own_instance() as (instance, environment):
        definitions = build_definitions(load_project(environment.project), environment)
        repository = definitions.get_repository_def()

        def tick(name: str, moment: str) -> int:
            sensor = repository.get_sensor_def(name)
            began = time.perf_counter()
            with dg.build_sensor_context(instance, cursors.get(name)) as context:
                result = sensor.evaluate_tick(context)
            found[f"{name}, {moment}"] = time.perf_counter() - began
            cursors[name] = result.cursor
            return len(result.run_requests or ())

        sensors = ("dispatcher", "notifier", "end_abandoned_runs")
        for moment in ("the first", "nothing new"):
            started = sum(tick(name, moment) for name in sensors)
            expect(started, 0)
        for number in range(CHANGED):
            instance.report_runless_asset_event(dg.AssetMaterialization(["etl", f"seats_{number}"]))
            add_run(instance, MANY - 1 - number, "STARTED")
        time.sleep(1.5)
        started = tick("dispatcher", f"{CHANGED} upstream changed")
        started += tick("dispatcher", "those that were left")
        expect(started, CHANGED)
        for name in sensors[1:]:
            tick(name, f"{CHANGED} runs under way")
    return found


def expect(seen: int, wanted: int) -> None:
    if seen != wanted:
        message = f"{seen} runs were started, not {wanted}"
        raise SystemExit(message)


@contextmanager
def own_instance() -> Iterator[tuple[dg.DagsterInstance, Environment]]:
    """Dagster's instance of the environment, and the environment."""
    environment = Environment.of(os.environ, Path.cwd())
    with open_instance(environment) as instance:
        yield instance, environment


def starts() -> dict[str, Any]:
    rounds: list[dict[str, dict[str, float]]] = []
    with own_instance() as (instance, environment):
        desk = RunDesk(environment, instance)

        def ours() -> str:
            asked = desk.ask("job_0", mode="full", trigger="manual", requested_by="benchmark")
            return asked.run_id

        contenders: dict[str, Callable[[], str]] = {
            "an empty job": lambda: queue_empty(instance),
            f"one of {MANY}": ours,
        }
        for number in range(int(os.environ["BENCHMARK_STARTS"]) + 1):
            laps = {who: laps_of(instance, queue()) for who, queue in contenders.items()}
            # The first round waits for the daemon to load the code locations.
            rounds += [laps] if number else []
            contenders = dict(reversed(contenders.items()))
    return {"rounds": rounds}


def queue_empty(instance: dg.DagsterInstance) -> str:
    folder = Path(os.environ["DAGSTER_HOME"]).parent
    sys.path.insert(0, str(folder))
    from empty_location import empty  # noqa: PLC0415

    location = RegisteredCodeLocationOrigin("empty")
    origin = RemoteJobOrigin(RemoteRepositoryOrigin(location, "__repository__"), "empty")
    run = instance.create_run_for_job(empty, remote_job_origin=origin)
    instance.run_coordinator.submit_run(SubmitRunContext(run, workspace=None))
    return run.run_id


def laps_of(instance: dg.DagsterInstance, run_id: str) -> dict[str, float]:
    """Wait for the end of a run; seconds from the queue to its launch, its process, its start."""
    deadline = time.monotonic() + 300
    while not (run := instance.get_run_by_id(run_id)).is_finished:
        if time.monotonic() > deadline:
            message = f"run {run_id} of {run.job_name} is still {run.status}; see daemon.log"
            raise SystemExit(message)
        time.sleep(0.2)
    if not run.is_success:
        message = f"run {run_id} of {run.job_name} ended as {run.status}"
        raise SystemExit(message)
    at: dict[str, float] = {}
    for record in instance.get_records_for_run(run_id).records:
        event = record.event_log_entry.dagster_event
        kind = event.event_type_value if event else ""
        if kind == "ENGINE_EVENT" and (event.message or "").startswith("Started process"):
            kind = "PROCESS"
        at.setdefault(kind, record.event_log_entry.timestamp)
    queued, launched, begun = (at[f"PIPELINE_{kind}"] for kind in ("ENQUEUED", "STARTING", "START"))
    return {
        "in the queue": launched - queued,
        "its process": at["PROCESS"] - launched,
        "its definitions": begun - at["PROCESS"],
        "queue to RUN_START": begun - queued,
    }


def launches() -> dict[str, Any]:
    """Small runs by either launcher in turn: seconds and CPU seconds from its launch to its end."""
    rounds: list[dict[str, dict[str, float]]] = []
    with own_instance() as (instance, environment):
        folder = Path(os.environ["DAGSTER_HOME"]).parent
        target = WorkspaceFileTarget([str(folder / "workspace.yaml")])
        launchers = {"warm": WarmRunLauncher(), "Dagster's own": DefaultRunLauncher()}
        for launcher in launchers.values():
            launcher.register_instance(instance)
        with WorkspaceProcessContext(instance, target) as served:
            job = job_alone(load_project(environment.project), "job_1", environment)
            for number in range(int(os.environ["BENCHMARK_STARTS"]) + 1):
                round_ = {}
                for who, launcher in launchers.items():
                    run = instance.create_run_for_job(
                        job, run_config={"loggers": QUIET}, remote_job_origin=origin_of("job_1")
                    )
                    context = LaunchRunContext(run, served.create_request_context())
                    round_[who] = cost_of(instance, launcher, context)
                # The first round has the warm process start.
                rounds += [round_] if number else []
                launchers = dict(reversed(launchers.items()))
        for launcher in launchers.values():
            launcher.dispose()
    return {"rounds": rounds}


def cost_of(
    instance: dg.DagsterInstance, launcher: RunLauncher, context: LaunchRunContext
) -> dict[str, float]:
    """Launch a run and wait for the end of its process, whose CPU its parent then knows."""
    run_id, before, began = context.dagster_run.run_id, cpu_of_children(), time.perf_counter()
    launcher.launch_run(context)
    launched = time.perf_counter()
    while not (run := instance.get_run_by_id(run_id)).is_finished:
        time.sleep(0.02)
    ended = time.perf_counter()
    if not run.is_success:
        message = f"run {run_id} ended as {run.status}"
        raise SystemExit(message)
    events = [e.dagster_event for e in instance.all_logs(run_id) if e.dagster_event]
    (process,) = (
        int(event.message.rpartition("pid: ")[2].rstrip(")."))
        for event in events
        if (event.message or "").startswith("Started process")
    )
    while psutil.pid_exists(process):
        time.sleep(0.05)
    return {
        "launch": launched - began,
        "launch to end": ended - began,
        "CPU": cpu_of_children() - before,
    }


def cpu_of_children() -> float:
    """Of the code servers and the warm process, with the runs that have ended."""
    return sum(sum(child.cpu_times()[:4]) for child in psutil.Process().children())


PARTS = {
    "instance": instance,
    "past": past,
    "ticks": ticks,
    "starts": starts,
    "launches": launches,
}

if __name__ == "__main__":
    print(json.dumps(PARTS[sys.argv[1]]()))
