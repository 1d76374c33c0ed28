"""DuckDB to DuckDB: a run of ours against one MERGE by DuckDB itself, and against dlt.

    python benchmarks/duckdb_to_duckdb.py [--rows 1000000] [--rounds 3]

The same tables and the same job as in postgres_to_postgres.py, full. Exits 1 when a target is not
what the source says.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import contestants
import duckdb
import peer_contestants
import reporting
import workload
from contestants import HERE, MERGE, STAGE
from measuring import Cost, run_pipeline
from peer_contestants import SCRIPTS, is_installed, python_of
from rounds import compete, exit_code
from workload import COLUMNS, FLOOR_TABLE, NAMES

OURS, FLOOR = "totango_pipelines", "floor, MERGE"
TITLE = "DuckDB to DuckDB"
CONNECTIONS = "connections:\n  source: {{type: duckdb, path: {source}}}\n"
# What the tables' SQL needs of PostgreSQL's functions.
MACROS = """
CREATE TEMP MACRO hashtext(t) AS CAST(hash(t) % 4294967296 AS BIGINT) - 2147483648;
CREATE TEMP MACRO to_char(d, f) AS strftime(d, '%Y-%m-%d');
"""
CAST_COLUMNS = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind, _ in COLUMNS)
CHECKSUM = f"SELECT count(*), sum(hash(t)::HUGEINT) FROM (SELECT {CAST_COLUMNS} FROM {{rows}}) AS t"
FLOOR_PROGRAM = """\
import sys, duckdb
with duckdb.connect(sys.argv[1]) as target:
    target.execute(sys.argv[2])
"""


@dataclass(frozen=True, slots=True)
class Files:
    """Where source, targets and states are."""

    folder: Path

    @property
    def source(self) -> Path:
        return self.folder / "source.duckdb"

    def target(self, name: str) -> Path:
        return self.folder / f"{name}.duckdb"

    def before(self, name: str) -> Path:
        return self.folder / f"{name}_before.duckdb"


@dataclass(frozen=True, slots=True)
class Floor:
    """One DuckDB process that attaches the source; casts and filters in SQL, MERGE what differs."""

    name: str
    files: Files
    target: str = "floor"
    rows: str = "accounts"

    def run(self) -> Cost:
        stage = f"INSERT INTO stage SELECT {NAMES} FROM source.good"
        attach = f"ATTACH '{self.files.source}' AS source (READ_ONLY)"
        script = ";".join([attach, STAGE, stage, MERGE])
        target = str(self.files.target(self.target))
        return run_pipeline([[sys.executable, "-c", FLOOR_PROGRAM, target, script]], {}, None)

    def fill(self) -> None:
        with duckdb.connect(str(self.files.target(self.target))) as target:
            target.execute(f"ATTACH '{self.files.source}' AS source (READ_ONLY)")
            target.execute(FLOOR_TABLE)
            target.execute(f"INSERT INTO accounts SELECT {NAMES} FROM source.good_before")


@dataclass(frozen=True, slots=True)
class Ourselves:
    """The four steps in one process, into an embedded hub."""

    name: str
    files: Files
    target: str = "hub"
    rows: str = "accounts"

    def run(self) -> Cost:
        with tempfile.TemporaryDirectory(prefix="totango_benchmark_home_") as home:
            environment = {
                "TOTANGO_PROJECT": str(self.files.folder),
                "TOTANGO_HOME": home,
                "TOTANGO_HUB_URL": f"duckdb:///{self.files.target(self.target)}",
            }
            command = [sys.executable, str(HERE / "run_once.py"), "accounts", "--mode", "full"]
            return run_pipeline([command], environment, None)

    def fill(self) -> None:
        connections = CONNECTIONS.format(source=self.files.source)
        contestants.declare(self.files.folder, "crm_before", connections)
        self.run()
        contestants.declare(self.files.folder, "crm", connections)


@dataclass(frozen=True, slots=True)
class Dlt:
    """dlt: Arrow batches of the source, Parquet files, a staging table, merge by key."""

    name: str
    files: Files
    strategy: str
    target: str = "dlt"
    rows: str = "public.accounts"

    def run(self) -> Cost:
        state = self.files.folder / "dlt"
        shutil.rmtree(state, ignore_errors=True)
        shutil.copytree(self._state_before, state)
        return self._run("good", state)

    def fill(self) -> None:
        shutil.rmtree(self._state_before, ignore_errors=True)
        self._run("good_before", self._state_before)

    @property
    def _state_before(self) -> Path:
        return self.files.folder / "dlt_before"

    def _run(self, view: str, state: Path) -> Cost:
        command = [str(python_of("dlt")), str(SCRIPTS / "dlt_duckdb.py"), "--view", view]
        command += ["--source", str(self.files.source), "--state", str(state)]
        command += ["--target", str(self.files.target(self.target)), "--strategy", self.strategy]
        return run_pipeline([command], {}, None, quiet=True)


Contestant = Floor | Ourselves | Dlt


def build_source(file: Path, rows: int) -> None:
    """The tables and views of the benchmark's source."""
    with duckdb.connect(str(file)) as source:
        source.execute("SET TimeZone = 'UTC'")
        source.execute(MACROS)
        source.execute(workload.SOURCE.format(table="crm", rows=rows, order="n"))
        source.execute(workload.BEFORE)
        source.execute(workload.VIEWS)


def checksum(file: Path, rows: str) -> tuple[int, int]:
    """Number and checksum over all columns of the rows of a table or view, in their declared types."""
    with duckdb.connect(str(file), read_only=True) as session:
        count, total = session.execute(CHECKSUM.format(rows=rows)).fetchall()[0]
    return int(count), int(total or 0)


def entrants(files: Files) -> Iterator[Contestant]:
    yield Floor(FLOOR, files)
    yield Ourselves(OURS, files)
    if is_installed("dlt"):
        # Its other way to merge, upsert, took ten times as long at a million rows.
        yield Dlt("dlt, delete-insert", files, "delete-insert")


def fill_targets(files: Files, entered: list[Contestant]) -> None:
    """Each target as it is before the job, by the first who can fill it."""
    for each in entered:
        if not files.before(each.target).exists():
            each.fill()
            files.target(each.target).rename(files.before(each.target))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="print the laps of our runs")
    parser.add_argument("--no-results", action="store_true", help="print only; write no file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="totango_benchmark_") as folder:
        files = Files(Path(folder))
        print(f"preparing {options.rows:,} rows …", flush=True)
        build_source(files.source, options.rows)
        entered = list(entrants(files))
        fill_targets(files, entered)
        truth = checksum(files.source, "good")

        def reset(each: Contestant) -> None:
            shutil.copy(files.before(each.target), files.target(each.target))

        def right(each: Contestant) -> bool:
            return checksum(files.target(each.target), each.rows) == truth

        outcomes = compete(
            entered, options.rounds, reset=reset, right=right, profile=options.profile
        )
    versions = [*reporting.installed("duckdb", "pyarrow", "polars"), *peer_contestants.versions()]
    title = f"{options.rows:,} rows, {truth[0]:,} of them good: everything, half of it known"
    text = reporting.table(title, outcomes, floor=FLOOR, ours=OURS)
    print("\n" + text)
    if not options.no_results:
        name = Path(__file__).stem
        head = reporting.heading(TITLE, versions)
        reporting.write("\n".join([head, text, reporting.NOTES]), name)
        reporting.plot(TITLE, {title: outcomes}, ours=OURS, name=name)
    return exit_code(outcomes)


if __name__ == "__main__":
    sys.exit(main())
