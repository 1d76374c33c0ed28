"""The difference alone: which rows of an extract are not as they were committed.

Ours finds them by a baseline of key and content hash. Beside it DuckDB compares the extract with a
Parquet file of hashes by an anti join, and with the whole extract of before by EXCEPT. One row in a
hundred is another one; each contestant, in a process of its own, has to find just those.

    python benchmarks/difference.py                    # 1,000,000 rows, 5 rounds
    python benchmarks/difference.py --rows 10000000 --rounds 1
"""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import reporting
from measuring import Cost, memory_peak, run_pipeline
from rounds import compete, exit_code

from totango_pipelines.difference.baseline import Baseline, Reading
from totango_pipelines.difference.identity import Identity
from totango_pipelines.difference.numbered import number_rows
from totango_pipelines.engine import WorkSpace, open_engine

COLUMNS = 15
CELLS = tuple(f"c{position}" for position in range(COLUMNS))
IDENTITY = Identity(COLUMNS, (("c0",),), CELLS, fingerprint="benchmark")
OURS, HASHES, EXCEPT = "totango_pipelines", "anti join of hashes", "EXCEPT of all columns"


@dataclass(frozen=True, slots=True)
class Files:
    """The extract of now and of before, our baseline of before, and plain hashes of before."""

    folder: Path

    @property
    def now(self) -> Path:
        return self.folder / "now.parquet"

    @property
    def before(self) -> Path:
        return self.folder / "before.parquet"

    @property
    def baseline(self) -> Path:
        return self.folder / "baseline.parquet"

    @property
    def hashes(self) -> Path:
        return self.folder / "hashes.parquet"

    @property
    def work(self) -> WorkSpace:
        return WorkSpace(self.folder / "spill", "256MB")


def build(files: Files, rows: int) -> None:
    """The extracts, and what is kept of the one before."""
    values = ", ".join(
        f"{'i' if position % 3 else 'md5(i::VARCHAR)'} AS {name}"
        for position, name in enumerate(CELLS[2:])
    )
    extract = f"SELECT 'acc-' || i AS c0, {{changed}} AS c1, {values} FROM range({rows}) t(i)"
    with open_engine(files.work) as engine:
        for file, changed in (
            (files.before, "'Germany'"),
            (files.now, "CASE WHEN i % 100 = 0 THEN 'Portugal' ELSE 'Germany' END"),
        ):
            select = extract.format(changed=changed)
            # In groups of as many rows as a run stages at once.
            staged = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 16384"
            engine.execute(f"COPY ({select}) TO '{file}' ({staged})")
        hashes = f"SELECT c0, hash({', '.join(CELLS)}) AS h FROM '{files.before}'"
        engine.execute(f"COPY ({hashes}) TO '{files.hashes}' (FORMAT parquet, COMPRESSION zstd)")
        number_rows(engine, IDENTITY, files.before, None)
        nothing = Baseline(Reading.EVERYTHING, by_window=False, file=None)
        recent = (
            files.folder / "recent.parquet"
        )  # where there is no baseline, all goes to the whole
        nothing.write(engine, nothing.to_map(IDENTITY), files.baseline, recent)


def by_baseline(engine: duckdb.DuckDBPyConnection, files: Files) -> str:
    """Ours, as the mapping step of a run does it; the rows that would be mapped."""
    number_rows(engine, IDENTITY, files.now, None)
    baseline = Baseline(Reading.DIFFERENCE, by_window=False, file=files.baseline)
    baseline.recognise(engine, IDENTITY)
    return baseline.to_map(IDENTITY)


def by_hashes(_: duckdb.DuckDBPyConnection, files: Files) -> str:
    now = f"SELECT *, hash({', '.join(CELLS)}) AS h FROM '{files.now}'"
    return f"SELECT * FROM ({now}) ANTI JOIN '{files.hashes}' USING (c0, h)"


def by_except(_: duckdb.DuckDBPyConnection, files: Files) -> str:
    return f"FROM '{files.now}' EXCEPT FROM '{files.before}'"


FINDERS = {OURS: by_baseline, HASHES: by_hashes, EXCEPT: by_except}


def find(name: str, files: Files) -> None:
    """Print the keys that one contestant found, as number and checksum, and what it cost."""
    with open_engine(files.work) as engine:
        wall, cpu = time.perf_counter(), time.process_time()
        rows = FINDERS[name](engine, files)
        keys = engine.execute(f"SELECT count(*), sum(hash(c0)::HUGEINT)::VARCHAR FROM ({rows})")
        found = keys.fetchall()[0]
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": memory_peak(), "found": found}))


@dataclass(slots=True)
class Finder:
    """A contestant; `found` is what its last run found."""

    name: str
    files: Files
    found: tuple[int, str] = (0, "")

    def run(self) -> Cost:
        command = [sys.executable, __file__, "--once", self.name, str(self.files.folder)]
        cost = run_pipeline([command], {}, None)
        said = json.loads(cost.output)
        self.found = tuple(said["found"])
        # Without Python's start and imports, which the finders share.
        return Cost(said["wall"], said["cpu"], None, cost.other_cpu, said["peak"])


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-results", action="store_true", help="print only; write no file")
    parser.add_argument("--once", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        find(options.once[0], Files(Path(options.once[1])))
        return 0
    with tempfile.TemporaryDirectory(prefix="totango_benchmark_") as folder:
        files = Files(Path(folder))
        build(files, options.rows)
        changed = f"SELECT count(*), sum(hash(c0)::HUGEINT)::VARCHAR FROM '{files.now}'"
        truth = duckdb.sql(f"{changed} WHERE c1 = 'Portugal'").fetchall()[0]
        outcomes = compete(
            [Finder(name, files) for name in FINDERS],
            options.rounds,
            reset=lambda _: None,
            right=lambda each: each.found == truth,
        )
    title = f"{options.rows:,} rows, {truth[0]:,} of them changed"
    text = reporting.table(title, outcomes, floor=HASHES, ours=OURS)
    print("\n" + text)
    if not options.no_results:
        head = reporting.heading("The difference alone", reporting.installed("duckdb"))
        reporting.write("\n".join([head, text, reporting.NOTES]), Path(__file__).stem)
    return exit_code(outcomes)


if __name__ == "__main__":
    sys.exit(main())
