"""Who runs: psql with COPY and MERGE (the floor), and ourselves with and without Dagster."""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from measuring import Cost, run_pipeline
from own_postgres import Server
from workload import CATALOG, COLUMNS, CONNECTIONS, FLOOR_TABLE, GOOD_ROWS, INTEGRATION, NAMES

HERE = Path(__file__).resolve().parent
SOURCE, HUB, FLOOR = "benchmark_source", "benchmark_hub", "benchmark_floor"

_KEY = COLUMNS[0][0]
_VALUES = [name for name, _, _ in COLUMNS[1:]]
_ROW = "row({})".format
MERGE = (
    f"MERGE INTO accounts t USING stage s ON t.{_KEY} = s.{_KEY} "
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
    binary: bool
    target: str = FLOOR

    def run(self) -> Cost:
        form = "(FORMAT binary)" if self.binary else ""
        psql = [self.server.tool("psql"), "-qX", "-v", "ON_ERROR_STOP=1"]
        read = [*psql, self.server.database(SOURCE), "-c", f"COPY ({GOOD_ROWS}) TO STDOUT {form}"]
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


@dataclass(frozen=True, slots=True)
class Ourselves:
    """The four steps in one process; `by_dagster`: as a Dagster run that is recorded."""

    name: str
    server: Server
    project: Path
    by_dagster: bool = False
    target: str = HUB

    def run(self) -> Cost:
        with tempfile.TemporaryDirectory(prefix="totango_benchmark_home_") as home:
            environment = {
                "TOTANGO_PROJECT": str(self.project),
                "TOTANGO_HOME": home,
                "TOTANGO_HUB_URL": self.server.database(HUB),
                "BENCHMARK_SOURCE": self.server.database(SOURCE),
            }
            if self.by_dagster:
                environment["DAGSTER_HOME"] = home
                command = [str(command_line()), "run", "accounts", "--mode", "full", "--json"]
            else:
                command = [sys.executable, str(HERE / "run_once.py"), "accounts"]
            return run_pipeline([command], environment, self.server.postmaster)


def command_line() -> Path:
    """Our command line, beside the Python that runs this."""
    return Path(sys.executable).parent / "totango-pipelines"


def declare(project: Path, table: str) -> None:
    """Write the project folder; the integration reads this table of the source."""
    (project / "integrations").mkdir(parents=True, exist_ok=True)
    (project / "connections.yaml").write_text(CONNECTIONS)
    (project / "catalog.yaml").write_text(CATALOG)
    (project / "integrations" / "accounts.yaml").write_text(INTEGRATION.format(table=table))
