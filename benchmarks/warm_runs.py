"""Runs from the warm process, launched as Dagster's daemon launches them.

A line `INTEGRATION MODE` on standard input is a run; its line of JSON comes when its process has ended:
wall seconds from the launch, CPU seconds of the process, and its peak memory in MiB. Reads the
environment as the product does.
"""

import json
import os
import sys
import time
from pathlib import Path

import dagster as dg
import psutil
from dagster._core.launcher import LaunchRunContext
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from measuring import memory_peak

from totango_pipelines.integrations.project import load_project
from totango_pipelines.orchestration.asset_keys import PROCESS_TAG
from totango_pipelines.orchestration.instance import open_instance
from totango_pipelines.orchestration.integration_jobs import job_alone
from totango_pipelines.orchestration.run_desk import origin_of
from totango_pipelines.orchestration.run_requests import QUIET, Request, run_config
from totango_pipelines.orchestration.warm_launcher import WarmRunLauncher
from totango_pipelines.sync.environment import Environment

WORKSPACE = Path(__file__).resolve().parents[1] / "workspace.yaml"


def main() -> None:
    """Until standard input ends."""
    environment = Environment.of(os.environ, Path.cwd())
    launcher = WarmRunLauncher()
    target = WorkspaceFileTarget([str(WORKSPACE)])
    with open_instance(environment) as instance:
        launcher.register_instance(instance)
        with WorkspaceProcessContext(instance, target) as served:
            for line in sys.stdin:
                integration, mode = line.split()
                run = asked_for(instance, environment, integration, mode)
                context = LaunchRunContext(run, served.create_request_context())
                print(json.dumps(cost_of(launcher, instance, context)), flush=True)
        launcher.dispose()


def asked_for(
    instance: dg.DagsterInstance, environment: Environment, integration: str, mode: str
) -> dg.DagsterRun:
    """A run that waits to be launched."""
    return instance.create_run_for_job(
        job_alone(load_project(environment.project), integration, environment),
        run_config=run_config(integration, Request(mode)) | {"loggers": QUIET},
        remote_job_origin=origin_of(integration),
    )


def cost_of(
    launcher: WarmRunLauncher, instance: dg.DagsterInstance, context: LaunchRunContext
) -> dict[str, float]:
    """Launch a run and wait until its process is gone."""
    before, began = cpu_of_runs(launcher), time.perf_counter()
    launcher.launch_run(context)
    run_id = context.dagster_run.run_id
    process = int(instance.get_run_by_id(run_id).tags[PROCESS_TAG].split()[1])
    peak = 0.0
    while psutil.pid_exists(process):
        peak = max(peak, memory_peak(process))
        time.sleep(0.01)
    wall = time.perf_counter() - began
    run = instance.get_run_by_id(run_id)
    if not run.is_success:
        message = f"run {run_id} ended as {run.status}"
        raise SystemExit(message)
    return {"wall": wall, "cpu": cpu_of_runs(launcher) - before, "peak_mib": peak}


def cpu_of_runs(launcher: WarmRunLauncher) -> float:
    """Of the warm process and the runs that have ended."""
    return (
        sum(psutil.Process(launcher.warm_process).cpu_times()[:4]) if launcher.warm_process else 0
    )


if __name__ == "__main__":
    main()
