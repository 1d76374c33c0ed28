"""Rows in ranges of their keys, so that memory holds one range, however many arrive (decision 20)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import duckdb

from totango_pipelines.quoting import comma, comma_quoted, literal, quoted
from totango_pipelines.upsert.delivery import HubColumn, HubTable
from totango_pipelines.upsert.target import HubTransaction

RANGE_ROWS = 75_000
"""About as many rows are compared at once; a range never splits a key."""
_SAMPLE_ROWS = 40_000


@dataclass(frozen=True, slots=True)
class Read:
    """What of a hub's table is read for each range, into which relation.

    `wanted` makes, of the rows of a range, the SELECT of the keys to read.
    """

    table: HubTable
    columns: Sequence[HubColumn]
    into: str
    wanted: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class KeyRanges:
    """The rows of the relation `source`, to be taken in ranges of one of `keys`."""

    hub: HubTransaction
    source: str
    keys: Sequence[str]
    range_rows: int

    @property
    def work(self) -> duckdb.DuckDBPyConnection:
        """The DuckDB in which rows are compared."""
        return self.hub.work

    def rows(self, bounds: str) -> str:
        """The rows of a range."""
        return f"SELECT * FROM {self.source} WHERE {bounds}"

    def bounds(self) -> Iterator[str]:
        """Conditions that cut the rows into ranges of about `range_rows`, in key order."""
        parts = number(self.work, f"SELECT count(*) FROM {self.source}") // self.range_rows + 1
        if parts == 1:
            yield "TRUE"
            return
        name = quoted(self._spread_key(parts))
        sample = (
            f"SELECT {name} AS k FROM {self.source} USING SAMPLE reservoir({_SAMPLE_ROWS} ROWS)"
        )
        cuts = f"SELECT k, ntile({parts}) OVER (ORDER BY k) AS part FROM ({sample})"
        firsts = self.work.sql(
            f"SELECT CAST(min(k) AS VARCHAR) FROM ({cuts}) GROUP BY part ORDER BY min(k)"
        ).fetchall()
        starts = [literal(str(first[0])) for first in dict.fromkeys(firsts[1:])]
        yield f"{name} < {starts[0]}" if starts else "TRUE"
        for low, high in zip(starts, [*starts[1:], None], strict=False):
            yield f"{name} >= {low}" + (f" AND {name} < {high}" if high else "")

    def _spread_key(self, parts: int) -> str:
        """The first key column with enough values to cut at; one account may have all the rows."""
        if len(self.keys) == 1:
            return self.keys[0]
        sample = f"SELECT * FROM {self.source} USING SAMPLE reservoir({_SAMPLE_ROWS} ROWS)"
        counted = comma([f"count(DISTINCT {quoted(key)})" for key in self.keys])
        found = self.work.sql(f"SELECT {counted} FROM ({sample})").fetchall()[0]
        enough = [key for key, values in zip(self.keys, found, strict=True) if values > 2 * parts]
        return enough[0] if enough else self.keys[found.index(max(found))]

    def beside_the_hub(self, reads: Sequence[Read]) -> Iterator[str]:
        """Range after range: its rows are the view `incoming`, beside them stands what was read.

        The hub is read one range ahead.
        """
        all_bounds = list(self.bounds())
        started = [self._start(all_bounds[0], reads)]
        for position, bounds in enumerate(all_bounds):
            ahead = all_bounds[position + 1 : position + 2]
            started += [self._start(each, reads) for each in ahead]
            for read, finish in zip(reads, started.pop(0), strict=True):
                finish(read.into)
            view(self.work, "incoming", self.rows(bounds))
            yield bounds

    def _start(self, bounds: str, reads: Sequence[Read]) -> list[Callable[[str], None]]:
        return [
            self.hub.start_read(
                read.table, read.columns, wanted=read.wanted(f"({self.rows(bounds)})")
            )
            for read in reads
        ]


def by_keys(table: HubTable, columns: Sequence[HubColumn], into: str = "current") -> Read:
    """Read the records of the rows' own keys."""
    names = comma_quoted([key.name for key in table.keys])
    return Read(table, columns, into, lambda rows: f"SELECT {names} FROM {rows}")


def number(work: duckdb.DuckDBPyConnection, select: str) -> int:
    """The one number that a statement answers."""
    return int(work.execute(select).fetchall()[0][0])


def table(work: duckdb.DuckDBPyConnection, name: str, select: str) -> None:
    """A temporary table of what a statement answers."""
    work.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}")


def view(work: duckdb.DuckDBPyConnection, name: str, select: str) -> None:
    """A temporary view."""
    work.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {select}")
