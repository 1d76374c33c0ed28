"""What five hundred integrations cost: loading them, a tick of each sensor, and the start of a run.

    python benchmarks/scale.py [--rounds 3] [--starts 5] [--only load ticks starts]

load    CPU of importing totango_pipelines.definitions, building every job and the snapshot that
        Dagster's daemon and UI are sent; Dagster's own import counts by itself
ticks   one evaluation of each sensor on SQLite with 2,000 past runs, in one process
starts  from the queue to RUN_START with Dagster's daemon: an empty job in an empty code location
        and one of the integrations, in turn; then a small run, its process forked warm and started
        as Dagster's own launcher does it, in turn: CPU of all its processes, launch to end

Everything runs in processes of its own on temporary folders. scale_parts.py is what they do.
"""

import argparse
import json
import os
import platform
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import reporting
from measuring import run_pipeline
from scale_parts import CHANGED, MANY

SIZES = (1, 100, 400, 500)
AIMS = {
    "load 400 / 100": 5.0,
    "load 500": 10.0,
    "dispatcher": 2.0,
    "start": 1.2,
}
HERE = Path(__file__).resolve().parent
# Dagster's own import counts by itself, so this cannot stand in a module that imports Dagster.
LOADING = f"""
import json, sys, time
sys.path.insert(0, {str(HERE)!r})
began = time.process_time()
import dagster
from dagster._core.remote_representation.external_data import RepositorySnap
from measuring import memory_peak
imported = time.process_time()
from totango_pipelines.definitions import defs
repository = defs.get_repository_def()
repository.load_all_definitions()
built = time.process_time()
RepositorySnap.from_def(repository)
ended = time.process_time()
print(json.dumps({{
    "jobs": sum(each.name.startswith("job_") for each in repository.get_all_jobs()),
    "dagster": imported - began, "load": ended - imported, "snapshot": ended - built,
    "peak": memory_peak(),
}}))
"""
PROJECT_FILES = {
    "connections.yaml": "connections:\n  crm: {type: sqlite, path: crm.sqlite}\n",
    "notifications.yaml": "targets:\n  oncall: {url: {env: BENCHMARK_ONCALL}}\n",
    "catalog.yaml": "attributes:\n  accounts:\n    - {name: Seats, type: number}\n"
    "    - {name: Country, type: text}\n",
}
INTEGRATION = """\
id: job_{number}
name: Job {number}
connection: crm
object: accounts
query: |
  SELECT c.id, c.name, s.seats AS seats, upper(c.country) AS country
  FROM company AS c LEFT JOIN seats_{number} AS s ON s.id = c.id
mapping:
  - {{attribute: account_id, column: id}}
  - {{attribute: account_name, column: name}}
  - {{attribute: Seats, column: seats}}
  - {{attribute: Country, column: country}}
schedule: {{cadence: daily, at: "06:00", timezone: Europe/Berlin}}
upstream: [etl/seats_{number}]
upstream_settle: 1s
notify: [oncall]
"""
NOTES = f"""\
Every integration has an upstream asset, `notify` and a daily cadence. A sensor's first tick is
without cursor; then nothing is new; then {CHANGED} upstream assets changed and {CHANGED} runs are under
way, of which a tick of the dispatcher starts 50. The notifier's time is for judging 25 integrations
a tick and those that changed, and for attempts to tell a target that does not answer. The daemon
starts the code locations of a workspace.yaml with `python_module` anew every minute; that load is
in the run starts. Wall times are what the machine's other work leaves: compare ratios."""
EMPTY_LOCATION = """\
import dagster as dg


@dg.op
def nothing() -> None:
    pass


@dg.job(executor_def=dg.in_process_executor)
def empty() -> None:
    nothing()


defs = dg.Definitions(jobs=[empty])
"""
WORKSPACE = """\
load_from:
  - python_module: {module_name: totango_pipelines.definitions, location_name: totango_pipelines}
  - python_file: {relative_path: empty_location.py, location_name: empty}
"""


@dataclass(slots=True)
class Figures:
    """Every figure by what it is of, a round each; printed as one table."""

    values: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    aims: dict[tuple[str, str], float] = field(default_factory=dict)

    def add(self, what: str, unit: str, value: float, aim: float | None = None) -> None:
        self.values.setdefault((what, unit), []).append(value)
        if aim is not None:
            self.aims[what, unit] = aim

    def table(self) -> str:
        lines = ["| what | unit | median (min-max) | aim |", "|---|---|---|---|"]
        for key, values in self.values.items():
            aim = self.aims.get(key)
            said = "" if aim is None else f"{aim:g}: {'met' if median(values) <= aim else 'MISSED'}"
            digits = 0 if key[1] == "MiB" else 2
            low, middle, high = (f"{f(values):.{digits}f}" for f in (min, median, max))
            lines.append(f"| {key[0]} | {key[1]} | {middle} ({low}-{high}) | {said} |")
        return "\n".join(lines)


def declare(folder: Path, number: int) -> None:
    """A project of so many integrations, and the source of the first ten."""
    (folder / "integrations").mkdir(parents=True)
    for name, text in PROJECT_FILES.items():
        (folder / name).write_text(text)
    for each in range(number):
        text = INTEGRATION.format(number=each)
        (folder / "integrations" / f"job_{each}.yaml").write_text(text)
    with sqlite3.connect(folder / "crm.sqlite") as source:
        source.execute("CREATE TABLE company (id TEXT, name TEXT, country TEXT)")
        source.execute("INSERT INTO company VALUES ('a', 'Acme', 'France'), ('b', 'Bolt', NULL)")
        for each in range(10):
            source.execute(f"CREATE TABLE seats_{each} (id TEXT, seats INTEGER)")
    source.close()


def environment_of(project: Path, home: Path) -> dict[str, str]:
    return {
        "TOTANGO_PROJECT": str(project),
        "TOTANGO_HOME": str(home),
        "TOTANGO_HUB_URL": "",
        "DAGSTER_HOME": str(home / "dagster"),
        # Nobody listens there: a notice costs its attempt.
        "BENCHMARK_ONCALL": "json://127.0.0.1:9/",
        "PYTHONWARNINGS": "ignore",
    }


def make_home(home: Path) -> None:
    (home / "dagster").mkdir(parents=True)
    shutil.copy(HERE.parent / "dagster.yaml", home / "dagster")


def in_own_process(part: str, project: Path, home: Path) -> dict[str, Any]:
    """A part of scale_parts.py, or what loading costs; the answer is the last JSON that it prints.

    A code server that it ends may say so later.
    """
    parts = [str(HERE / "scale_parts.py"), part]
    command = [sys.executable, *(["-c", LOADING] if part == "load" else parts)]
    cost = run_pipeline([command], environment_of(project, home), None)
    lines = [line for line in cost.output.splitlines() if line.startswith("{")]
    found: dict[str, Any] = json.loads(lines[-1])
    return found


# (a) loading the code location


def load(figures: Figures, folder: Path, options: argparse.Namespace) -> None:
    cpu: dict[int, list[float]] = {number: [] for number in SIZES}
    for number in SIZES:
        declare(folder / f"of_{number}", number)
    for _ in range(options.rounds):
        for number in SIZES:
            found = in_own_process("load", folder / f"of_{number}", folder / "home")
            if found["jobs"] != number:
                message = f"{found['jobs']} jobs of {number} were loaded"
                raise SystemExit(message)
            cpu[number].append(found["load"])
            aim = AIMS["load 500"] if number == MANY else None
            figures.add("import dagster", "CPU s", found["dagster"])
            figures.add(f"load n={number}", "CPU s", found["load"], aim)
            figures.add(f"of it the snapshot n={number}", "CPU s", found["snapshot"])
            figures.add(f"load n={number}, peak", "MiB", found["peak"])
            tell(f"load n={number}", found)
    for many, few in zip(cpu[400], cpu[100], strict=True):
        figures.add("load n=400 / n=100", "ratio", many / few, AIMS["load 400 / 100"])


# (b) one tick of each sensor


def ticks(figures: Figures, folder: Path, options: argparse.Namespace) -> None:
    project, kept = folder / "ticking", folder / "kept"
    declare(project, MANY)
    make_home(kept)
    in_own_process("past", project, kept)
    for number in range(options.rounds):
        home = folder / f"ticks_{number}"
        shutil.copytree(kept, home)
        found = in_own_process("ticks", project, home)
        for what, seconds in found.items():
            aim = AIMS["dispatcher"] if what.startswith("dispatcher") else None
            figures.add(f"tick of {what}", "wall s", seconds, aim)
        tell("ticks", found)


# (c) from the queue to RUN_START


def starts(figures: Figures, folder: Path, options: argparse.Namespace) -> None:
    project, home = folder / "starting", folder / "starts"
    declare(project, MANY)
    make_home(home)
    (home / "empty_location.py").write_text(EMPTY_LOCATION)
    (home / "workspace.yaml").write_text(WORKSPACE)
    os.environ["BENCHMARK_STARTS"] = str(options.starts)
    in_own_process("instance", project, home)
    with daemon(home, environment_of(project, home)):
        rounds = in_own_process("starts", project, home)["rounds"]
    for each in rounds:
        for who, laps in each.items():
            for lap, seconds in laps.items():
                figures.add(f"start of {who}: {lap}", "wall s", seconds)
        empty, own = each["an empty job"], each[f"one of {MANY}"]
        whole, aim = "queue to RUN_START", AIMS["start"]
        figures.add("start, ours / empty", "ratio", own[whole] / empty[whole], aim)
        tell("starts", each)
    launches(figures, project, home)


def launches(figures: Figures, project: Path, home: Path) -> None:
    """A small run by the warm launcher and by Dagster's own, in turn."""
    for each in in_own_process("launches", project, home)["rounds"]:
        for who, laps in each.items():
            for lap, seconds in laps.items():
                unit = "CPU s" if lap == "CPU" else "wall s"
                figures.add(f"a small run, {who}: {lap}", unit, seconds)
        warm, own = each["warm"], each["Dagster's own"]
        for lap in ("launch to end", "CPU"):
            figures.add(f"a small run, warm / Dagster's own: {lap}", "ratio", warm[lap] / own[lap])
        tell("launches", each)


@contextmanager
def daemon(home: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Dagster's daemon with both code locations; its processes are ended by their ids."""
    command = [sys.executable, "-m", "dagster._daemon", "run", "-w", "workspace.yaml"]
    with (home / "daemon.log").open("w") as log:
        running = subprocess.Popen(
            command, cwd=home, env=os.environ | environment, stdout=log, stderr=log
        )
        try:
            yield
        except SystemExit:
            print((home / "daemon.log").read_text()[-3000:], flush=True)
            raise
        finally:
            family = psutil.Process(running.pid).children(recursive=True)
            running.send_signal(signal.SIGTERM)
            running.wait(timeout=60)
            for process in psutil.wait_procs(family, timeout=20)[1]:
                process.kill()


PARTS = {"load": load, "ticks": ticks, "starts": starts}


def tell(what: str, found: Mapping[str, Any]) -> None:
    print(f"load {os.getloadavg()[0]:.1f}  {what}: {json.dumps(found, default=str)}", flush=True)


def report(figures: Figures) -> str:
    names = ("dagster", "sqlglot", "pydantic", "sqlalchemy")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    loads = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"# {MANY} integrations\n\n{datetime.now(UTC):%Y-%m-%d}: Python "
        f"{platform.python_version()}, {versions}; {os.cpu_count()} CPUs ({platform.machine()}), "
        f"load over 1, 5 and 15 minutes at the end {loads}.\n\n{figures.table()}\n\n{NOTES}\n"
    )


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, help="of loading and of ticks")
    parser.add_argument("--starts", type=int, default=5, help="rounds of run starts")
    parser.add_argument("--only", nargs="*", choices=list(PARTS))
    parser.add_argument("--no-results", action="store_true", help="print only; write no file")
    options = parser.parse_args()
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="totango_benchmark_") as folder:
        for part in options.only or PARTS:
            PARTS[part](figures, Path(folder), options)
    text = report(figures)
    print("\n" + text)
    if not options.no_results:
        reporting.write(text, Path(__file__).stem)
    return 0


if __name__ == "__main__":
    sys.exit(main())
