"""One run of one integration in this process, without Dagster: python run_once.py ID [--mode MODE].

Reads the environment as the product does (TOTANGO_PROJECT, TOTANGO_HOME, TOTANGO_HUB_URL) and
prints one line of JSON: laps in seconds (wall, CPU), counts, and the process's peak memory in MiB.
"""

# ruff: noqa: ANN401, E402 - the clock starts before the imports, which are part of a run

import argparse
import json
import os
import time

STARTED = (time.perf_counter(), 0.0)

import importlib
import uuid
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from measuring import memory_peak

from totango_pipelines.integrations.project import load_project
from totango_pipelines.orchestration.heavy_floor import import_ahead
from totango_pipelines.orchestration.heavy_floor import step as import_step
from totango_pipelines.process import collect_rarely, leave
from totango_pipelines.sync.environment import Environment

Laps = dict[str, tuple[float, float]]
"""Wall and CPU seconds by name, in the order in which the laps ended."""


def now() -> tuple[float, float]:
    """Wall clock and CPU time of this process, all its threads."""
    return time.perf_counter(), time.process_time()


def since(
    started: tuple[float, float], before: tuple[float, float] = (0.0, 0.0)
) -> tuple[float, float]:
    """The time since then, added to a lap's time before."""
    wall, cpu = now()
    return before[0] + wall - started[0], before[1] + cpu - started[1]


def timed(laps: Laps, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """The same call, with its time added to the lap."""

    def call(*args: Any, **kwargs: Any) -> Any:
        started = now()
        try:
            return work(*args, **kwargs)
        finally:
            laps[name] = since(started, laps.get(name, (0.0, 0.0)))

    return call


def run(integration: str, mode: str = "full") -> dict[str, Any]:
    """Run the four steps; their laps, the counts and the peak memory after each."""
    laps: Laps = {}
    peaks: dict[str, float] = {}
    environment = Environment.of(os.environ, Path.cwd())
    project = load_project(environment.project)
    import_step("extract_step")
    wiring = import_step("wiring")
    delivery = importlib.import_module("totango_pipelines.upsert.delivery")
    declared = project.integrations[integration]
    each = declared.integration
    identity = delivery.RunIdentity(
        uuid.uuid4().hex, integration, str(each.object), each.connection, mode, "manual"
    )
    context = wiring.RunContext(environment, project, declared, identity)
    laps["start and import"] = since(STARTED)
    import_ahead()

    def step(module: str, function: str) -> Any:
        work = getattr(import_step(module), function)
        done = timed(laps, function.removeprefix("run_"), work)(context)
        peaks[function.removeprefix("run_")] = memory_peak()
        return done

    step("extract_step", "run_extract")
    step("preview_step", "run_preview")
    timed(laps, "import left over", import_step)("mapping_step")
    step("mapping_step", "run_mapping")
    counts = asdict(step("upsert_step", "run_upsert").counts)
    laps["all"] = since(STARTED)
    return {"laps": laps, "peaks": peaks, "counts": counts, "peak_mib": memory_peak()}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Run one integration without Dagster.")
    parser.add_argument("integration")
    parser.add_argument("--mode", default="full")
    arguments = parser.parse_args()
    collect_rarely()
    print(json.dumps(run(arguments.integration, arguments.mode)))


if __name__ == "__main__":
    main()
    # As the command line does.
    leave(0)
