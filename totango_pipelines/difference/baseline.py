"""The baseline: what an integration last committed for each key (semantics.md 1).

A Parquet file, kept in the hub. By difference it has one hash for all rows of a key, for a window
one line for each content of a key, since a window may show only some of its rows.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import duckdb

from totango_pipelines.difference.identity import Identity
from totango_pipelines.difference.numbered import NUMBERED
from totango_pipelines.quoting import literal


class Reading(StrEnum):
    """Which rows a run reads, and what of them it delivers."""

    EVERYTHING = "everything"
    DIFFERENCE = "difference"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Recognised:
    """The keys that were committed as they are now, their rows, and keys that nothing was read of."""

    keys: int = 0
    rows: int = 0
    absent: int = 0

    def __add__(self, other: "Recognised") -> "Recognised":
        """Both."""
        return Recognised(
            self.keys + other.keys, self.rows + other.rows, self.absent + other.absent
        )


@dataclass(frozen=True, slots=True)
class Baseline:
    """The baseline that a run was compared with; `file` None: there is none.

    `by_window`: the integration reads windows, so lines have a content each.
    """

    reading: Reading
    by_window: bool
    file: Path | None

    @property
    def _stored(self) -> str:
        return f"read_parquet({literal(str(self.file))})"

    @property
    def _compares(self) -> bool:
        return self.file is not None and self.reading is not Reading.EVERYTHING

    def recognise(self, engine: duckdb.DuckDBPyConnection, identity: Identity) -> Recognised:
        """Find what of `numbered` need not be mapped; see `to_map`."""
        if self.file is None:
            return Recognised()
        rows = f"SELECT {identity.source_key} AS _source_key, {identity.row_content} AS _content"
        rows += f" FROM {NUMBERED}"
        absent = 0
        if self.reading is not Reading.WINDOW:
            gone = f"FROM {self._stored} ANTI JOIN ({rows}) USING (_source_key)"
            absent = _number(engine, f"SELECT count(DISTINCT _source_key) {gone}")
        if not self._compares:
            return Recognised(absent=absent)
        keys, number = self._recognise_among(engine, rows, "recognised")
        return Recognised(keys, number, absent)

    def recognise_late(self, engine: duckdb.DuckDBPyConnection, delivered: str) -> Recognised:
        """The keys in `late`: committed as they are now, without the rows that were refused.

        A window shows no whole key: there, a refused row leaves its key different.
        """
        if not self._compares or self.reading is Reading.WINDOW:
            return Recognised()
        keys, rows = self._recognise_among(engine, delivered, "late")
        return Recognised(keys, rows)

    def to_map(self, identity: Identity) -> str:
        """The rows of `numbered` that have to be mapped, with `_source_key` and `_content`."""
        own = f"{identity.source_key} AS _source_key, {identity.row_content} AS _content"
        rows = f"SELECT *, {own} FROM {NUMBERED}"
        return f"SELECT * FROM ({rows}) {_UNKNOWN}" if self._compares else rows

    def write(self, engine: duckdb.DuckDBPyConnection, committed: str, into: Path) -> None:
        """Write the next baseline; `committed` are the rows that this run committed."""
        columns = "_source_key, _content, _n" if self.by_window else "_source_key, _bag"
        rows = f"SELECT {columns} FROM ({self._lines(committed)})"
        if self._compares:
            engine.execute(f"CREATE OR REPLACE TEMP TABLE new_lines AS {rows}")
            old = f"SELECT {columns} FROM {self._stored} ANTI JOIN new_lines USING (_source_key)"
            rows = f"{old} UNION ALL SELECT {columns} FROM new_lines"
        engine.execute(f"COPY ({rows}) TO {literal(str(into))} (FORMAT parquet, COMPRESSION zstd)")

    def _lines(self, rows: str) -> str:
        """The lines of a baseline that these rows make."""
        keyed = f"FROM ({rows}) WHERE _source_key IS NOT NULL"
        if self.by_window:
            return f"SELECT _source_key, _content, count(*) AS _n {keyed} GROUP BY ALL"
        bag = "hash(sum(_content), count(*)) AS _bag, count(*) AS _n"
        return f"SELECT _source_key, {bag} {keyed} GROUP BY _source_key"

    def _recognise_among(
        self, engine: duckdb.DuckDBPyConnection, rows: str, into: str
    ) -> tuple[int, int]:
        """The keys of these rows that were committed as they are, in the table `into`."""
        lines = f"({self._lines(rows)})"
        if self.by_window:
            known = f"SELECT _source_key, _content, _n AS _known FROM {self._stored}"
            seen = f"{lines} LEFT JOIN ({known}) USING (_source_key, _content)"
            found = (
                f"SELECT _source_key, sum(_n) AS _n FROM {seen} GROUP BY _source_key "
                "HAVING bool_and(_known IS NOT NULL)"
            )
        else:
            found = f"SELECT _source_key, _n FROM {lines} SEMI JOIN {self._stored} USING (_source_key, _bag)"
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS {found}")
        total = f"SELECT count(*), coalesce(sum(_n), 0) FROM {into}"
        keys, number = engine.execute(total).fetchall()[0]
        return int(keys), int(number)


_UNKNOWN = "ANTI JOIN recognised USING (_source_key)"


def _number(engine: duckdb.DuckDBPyConnection, select: str) -> int:
    return int(engine.execute(select).fetchall()[0][0])
