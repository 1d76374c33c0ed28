"""The benchmark's own honesty: a target that is not what the source says is told, and ends with 1."""

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def bench():
    """The benchmark's modules, which are scripts and no package."""
    before = set(sys.modules)
    sys.path.insert(0, str(BENCHMARKS))
    names = ("duckdb_to_duckdb", "measuring", "rounds")
    yield tuple(importlib.import_module(name) for name in names)
    sys.path.remove(str(BENCHMARKS))
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None)
        if file and BENCHMARKS in Path(file).parents:
            del sys.modules[name]


@pytest.fixture(scope="module")
def source(bench, tmp_path_factory):
    file = tmp_path_factory.mktemp("source") / "source.duckdb"
    bench[0].build_source(file, 5_000)
    return file


@dataclass
class Writer:
    """Copies the good rows, then does what it was told to the copy."""

    name: str
    measuring: object
    source: Path
    target: Path
    afterwards: str

    def run(self):
        self.target.unlink(missing_ok=True)
        with duckdb.connect(str(self.target)) as session:
            session.execute(f"ATTACH '{self.source}' AS source (READ_ONLY)")
            session.execute("CREATE TABLE accounts AS FROM source.good")
            session.execute(self.afterwards)
        return self.measuring.Cost(1.0, 1.0, None, 0.0, 1.0)


def compared(bench, source, folder, afterwards):
    duckdb_to_duckdb, measuring, rounds = bench
    truth = duckdb_to_duckdb.checksum(source, "good")
    outcomes = rounds.compete(
        [Writer("writer", measuring, source, folder / "target.duckdb", afterwards)],
        2,
        reset=lambda _: None,
        right=lambda each: duckdb_to_duckdb.checksum(each.target, "accounts") == truth,
    )
    return outcomes["writer"].wrong, rounds.exit_code(outcomes)


def test_the_same_rows_are_right(bench, source, tmp_path):
    assert compared(bench, source, tmp_path, "SELECT 1") == ([], 0)


@pytest.mark.parametrize(
    "afterwards",
    [
        "DELETE FROM accounts WHERE account_id = 'acc-000000007'",
        "UPDATE accounts SET mrr = mrr + 0.0001 WHERE account_id = 'acc-000000007'",
        "UPDATE accounts SET industry = '' WHERE industry IS NULL",
        "INSERT INTO accounts FROM accounts WHERE account_id = 'acc-000000007'",
        "UPDATE accounts SET create_date = create_date + 1 WHERE account_id = 'acc-000000007'",
    ],
    ids=["a row less", "an amount", "a blank for a null", "a row twice", "a date"],
)
def test_other_rows_are_wrong_in_every_round(bench, source, tmp_path, afterwards):
    assert compared(bench, source, tmp_path, afterwards) == ([1, 2], 1)


def test_the_source_has_bad_rows_and_rows_that_the_target_knows(source):
    with duckdb.connect(str(source), read_only=True) as session:
        every, good, known = (
            session.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
            for name in ("crm", "good", "good_before")
        )
    assert good < every
    assert 0.4 < known / good < 0.6
