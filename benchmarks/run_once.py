"""One run of one integration in this process, without Dagster: python run_once.py ID [--profile].

Reads the environment as the product does (TOTANGO_PROJECT, TOTANGO_HOME, TOTANGO_HUB_URL) and
prints one line of JSON: laps in seconds (wall, CPU), counts, and the process's peak memory in MiB.
"""
# ruff: noqa: ANN401 - wrapped methods take and return whatever they did before

import argparse
import json
import os
import threading
import time

STARTED = (time.perf_counter(), 0.0)

import importlib  # noqa: E402 - the clock starts before the imports, which are part of a run
import uuid  # noqa: E402
from collections.abc import Callable  # noqa: E402
from dataclasses import asdict  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from measuring import memory_peak  # noqa: E402

from totango_pipelines.integrations.project import load_project  # noqa: E402
from totango_pipelines.sync.environment import Environment  # noqa: E402

SYNC = "totango_pipelines.sync"
Laps = dict[str, tuple[float, float]]
"""Wall and CPU seconds by name, in the order in which the laps ended."""


def import_ahead() -> None:
    """Import what the later steps need while the source is still sending, as the assets do."""
    for module in ("mapping_step", "upsert_step"):
        thread = threading.Thread(target=importlib.import_module, args=[f"{SYNC}.{module}"])
        thread.daemon = True
        thread.start()


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


def watch_upsert(laps: Laps, peaks: dict[str, float]) -> None:
    """Time the parts of the upsert (indented: a part of the lap above it)."""
    writer = importlib.import_module("totango_pipelines.upsert.writer")
    merge = writer._Merge
    for name, label in (
        ("ranges", "  ranges"),
        ("_read_current", "  read hub"),
        ("_refuse", "  refuse"),
        ("_merge_duplicates", "  duplicates"),
        ("_write", "  write"),
        ("_update", "    update"),
        ("_log", "    log"),
    ):
        setattr(merge, name, timed(laps, label, getattr(merge, name)))
    tables = merge._table

    def table(self: Any, name: str, select: str) -> None:
        timed(laps, f"      table {name}", tables)(self, name, select)
        peaks[name] = max(memory_peak(), peaks.get(name, 0.0))

    merge._table = table
    hub = importlib.import_module("totango_pipelines.upsert.postgres_hub").PostgresTransaction
    for name in ("insert", "update", "read"):
        watch_by_table(laps, hub, name)


def watch_by_table(laps: Laps, hub: Any, name: str) -> None:
    """Time a method of the hub for each of its tables."""
    original = getattr(hub, name)

    def call(self: Any, table: Any, *args: Any, **kwargs: Any) -> Any:
        label = f"      hub.{name} {getattr(table, 'name', table)}"
        return timed(laps, label, original)(self, table, *args, **kwargs)

    setattr(hub, name, call)


def run(integration: str, *, profile: bool) -> dict[str, Any]:
    """Run the four steps; their laps, the counts and the peak memory after each."""
    laps: Laps = {}
    peaks: dict[str, float] = {}
    environment = Environment.of(os.environ, Path.cwd())
    project = load_project(environment.project)
    importlib.import_module(f"{SYNC}.extract_step")
    wiring = importlib.import_module(f"{SYNC}.wiring")
    delivery = importlib.import_module("totango_pipelines.upsert.delivery")
    declared = project.integrations[integration]
    each = declared.integration
    identity = delivery.RunIdentity(
        uuid.uuid4().hex, integration, str(each.object), each.connection, "full", "manual"
    )
    context = wiring.RunContext(environment, project, declared, identity)
    laps["start and import"] = since(STARTED)
    import_ahead()

    def step(module: str, function: str) -> Any:
        work = getattr(importlib.import_module(f"{SYNC}.{module}"), function)
        done = timed(laps, function.removeprefix("run_"), work)(context)
        peaks[function.removeprefix("run_")] = memory_peak()
        return done

    step("extract_step", "run_extract")
    step("preview_step", "run_preview")
    timed(laps, "import left over", importlib.import_module)(f"{SYNC}.mapping_step")
    step("mapping_step", "run_mapping")
    if profile:
        watch_upsert(laps, peaks)
    counts = asdict(step("upsert_step", "run_upsert").counts)
    laps["all"] = since(STARTED)
    return {"laps": laps, "peaks": peaks, "counts": counts, "peak_mib": memory_peak()}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Run one integration without Dagster.")
    parser.add_argument("integration")
    parser.add_argument("--profile", action="store_true", help="time the parts of the upsert too")
    arguments = parser.parse_args()
    print(json.dumps(run(arguments.integration, profile=arguments.profile)))


if __name__ == "__main__":
    main()
