"""Who runs: psql with COPY and MERGE (the floor), and ourselves with and without Dagster."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import workload
from jobs import CURSOR, Job
from measuring import SETTLE_SECONDS, Cost, machine_cpu, run_pipeline, server_cpu
from own_postgres import Server
from workload import CATALOG, COLUMNS, CONNECTIONS, FLOOR_TABLE, INTEGRATION, KEY, NAMES

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
ANSWER = '{"wall"'
"""How a line of warm_runs.py begins."""
SOURCE, HUB, FLOOR = "benchmark_source", "benchmark_hub", "benchmark_floor"

_VALUES = [name for name, _, _ in COLUMNS[1:]]
_ROW = "row({})".format
MERGE = (
    f"MERGE INTO accounts t USING stage s ON t.{KEY} = s.{KEY} "
    f"WHEN MATCHED AND {_ROW(', '.join(f't.{name}' for name in _VALUES))} IS DISTINCT FROM "
    f"{_ROW(', '.join(f's.{name}' for name in _VALUES))} THEN UPDATE SET "
    f"{', '.join(f'{name} = s.{name}' for name in _VALUES)} "
    f"WHEN NOT MATCHED THEN INSERT ({NAMES}) VALUES ({', '.join(f's.{n}' for n in NAMES.split(', '))})"
)
STAGE = FLOOR_TABLE.replace("CREATE TABLE accounts", "CREATE TEMP TABLE stage").replace(
    ",\n    PRIMARY KEY (account_id)", ""
)


@dataclass(frozen=True, slots=True)
class Floor:
    """psql | psql: casts and filters in the source's SELECT, COPY, ANALYZE, MERGE what differs."""

    name: str
    server: Server
    job: Job
    binary: bool
    target: str = FLOOR

    def run(self) -> Cost:
        form = "(FORMAT binary)" if self.binary else ""
        psql = [self.server.tool("psql"), "-qX", "-v", "ON_ERROR_STOP=1"]
        rows = f"SELECT {NAMES} FROM {self.job.view}"
        rows += f" WHERE {self.job.cursor} > '{self.job.since}'" if self.job.cursor else ""
        read = [*psql, self.server.database(SOURCE), "-c", f"COPY ({rows}) TO STDOUT {form}"]
        write = [*psql, self.server.database(FLOOR)]
        for statement in (
            # All in one session; jit costs the binary variant more than it saves.
            *(["SET jit = off"] if self.binary else []),
            STAGE,
            f"COPY stage ({NAMES}) FROM STDIN {form}",
            "ANALYZE stage",
            MERGE,
        ):
            write += ["-c", statement]
        return run_pipeline([read, write], {}, self.server.postmaster)

    def fill(self) -> None:
        """The target as it is before the job."""
        source, target = self.server.database(SOURCE), self.server.database(self.target)
        workload.preload_floor(source, target, self.job.before, cursor=self.job.cursor)


@dataclass(frozen=True, slots=True)
class Ourselves:
    """The four steps in one process; `by_dagster`: as a Dagster run that is recorded."""

    name: str
    server: Server
    job: Job
    project: Path
    by_dagster: bool = False
    target: str = HUB

    def run(self) -> Cost:
        if self.by_dagster and not self._home.exists():
            # Nobody's run log is new: the same run once before, unmeasured, from the same hub.
            self._run(self.job.integration, self.job.mode)
            workload.create_database(self.server, self.target, f"{self.target}_before")
        return self._run(self.job.integration, self.job.mode)

    def fill(self) -> None:
        """The hub as it is before the job, laid out and filled by a run."""
        declare(self.project, "crm" if self.job.cursor else "crm_before")
        first = self._run(self.job.integration, self.job.mode)
        print(f"first run of ours, into an empty hub: {first.wall:.1f} s", flush=True)
        declare(self.project, "crm")

    @property
    def _home(self) -> Path:
        """What its earlier runs left: Dagster's run log."""
        return self.project / "homes" / self.job.name / ("dagster" if self.by_dagster else "plain")

    def _run(self, integration: str, mode: str) -> Cost:
        home = self._home
        environment = environment_of(self.server, self.project, home)
        if self.by_dagster:
            command = [str(command_line()), "run", integration, "--mode", mode, "--json"]
        else:
            command = [sys.executable, str(HERE / "run_once.py"), integration, "--mode", mode]
        try:
            return run_pipeline([command], environment, self.server.postmaster)
        finally:
            # The staged files of ten million rows are large.
            shutil.rmtree(home / "runs", ignore_errors=True)


@dataclass(slots=True)
class Warm:
    """The same as a Dagster run, from the warm process that the launcher of Dagster's daemon keeps."""

    name: str
    server: Server
    job: Job
    project: Path
    target: str = HUB
    _launcher: subprocess.Popen | None = None

    def run(self) -> Cost:
        if self._launcher is None:
            environment = environment_of(self.server, self.project, self._home)
            with (self._home / "launcher.log").open("w") as log:
                self._launcher = subprocess.Popen(
                    [sys.executable, str(HERE / "warm_runs.py")],
                    env=os.environ | environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                )
            # The first run starts the warm process: unmeasured, from the same hub.
            self._run(self._launcher)
            workload.create_database(self.server, self.target, f"{self.target}_before")
        time.sleep(SETTLE_SECONDS)
        busy, served = machine_cpu(), server_cpu(self.server.postmaster)
        said = self._run(self._launcher)
        after = server_cpu(self.server.postmaster)
        used = after - served if after is not None and served is not None else None
        others = machine_cpu() - busy - said["cpu"] - (used or 0.0)
        return Cost(said["wall"], said["cpu"], used, max(others, 0.0), said["peak_mib"])

    def fill(self) -> None:
        """The hub as it is before the job, laid out and filled by a run."""
        Ourselves(self.name, self.server, self.job, self.project).fill()

    def stop(self) -> None:
        """End the launcher, and the warm process with it."""
        if self._launcher is not None:
            self._launcher.communicate(timeout=30)
            self._launcher = None

    @property
    def _home(self) -> Path:
        return self.project / "homes" / self.job.name / "warm"

    def _run(self, launcher: subprocess.Popen) -> dict[str, float]:
        launcher.stdin.write(f"{self.job.integration} {self.job.mode}\n")
        launcher.stdin.flush()
        for line in launcher.stdout:
            # Its code server writes there, too.
            if line.startswith(ANSWER):
                return json.loads(line)
        message = f"the launcher of warm runs ended; {self._home / 'launcher.log'} says why"
        raise SystemExit(message)


def environment_of(server: Server, project: Path, home: Path) -> dict[str, str]:
    """The variables of a run of ours, and its home, made if it is not there."""
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(REPOSITORY / "dagster.yaml", home)
    return {
        "TOTANGO_PROJECT": str(project),
        "TOTANGO_HOME": str(home),
        "TOTANGO_HUB_URL": server.database(HUB),
        "BENCHMARK_SOURCE": server.database(SOURCE),
        "DAGSTER_HOME": str(home),
    }


def command_line() -> Path:
    """Our command line, beside the Python that runs this."""
    return Path(sys.executable).parent / "totango-pipelines"


def declare(project: Path, table: str, connections: str = CONNECTIONS) -> None:
    """Write the project folder; its two integrations read this table of the source."""
    (project / "integrations").mkdir(parents=True, exist_ok=True)
    (project / "connections.yaml").write_text(connections)
    (project / "catalog.yaml").write_text(CATALOG)
    accounts = INTEGRATION.format(table=table)
    by_cursor = accounts.replace("id: accounts\n", "id: by_cursor\n")
    by_cursor += f"settings:\n  cursor_column: {CURSOR}\n"
    (project / "integrations" / "accounts.yaml").write_text(accounts)
    (project / "integrations" / "by_cursor.yaml").write_text(by_cursor)
