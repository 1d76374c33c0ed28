"""The baseline: what an integration last committed for each key (semantics.md 1).

Kept in the hub, in two Parquet files: whole, and what was committed since, so that a small run writes
little. By difference it has one hash for all rows of a key, for a window one line for each content of a key,
since a window may show only some of its rows.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import duckdb

from totango_pipelines.difference.identity import Identity
from totango_pipelines.difference.numbered import NUMBERED
from totango_pipelines.quoting import literal

RECENT_SHARE = 0.1
"""When more lines than this share of the whole are recent, the whole is written again."""


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

    `by_window`: the integration reads windows, so lines have a content each. The lines of `recent`
    stand in the place of those that `file` has of their keys.
    """

    reading: Reading
    by_window: bool
    file: Path | None
    recent: Path | None = None

    @property
    def _stored(self) -> str:
        whole = _lines_of(self.file)
        if self.recent is None:
            return whole
        return _replaced(whole, _lines_of(self.recent))

    @property
    def _compares(self) -> bool:
        return self.file is not None and self.reading is not Reading.EVERYTHING

    def recognise(self, engine: duckdb.DuckDBPyConnection, identity: Identity) -> Recognised:
        """Find what of `numbered` need not be mapped; see `to_map`."""
        if self.file is None:
            return Recognised()
        rows = f"SELECT {identity.source_key} AS _source_key, {identity.row_content} AS _content"
        rows += f" FROM {NUMBERED}"
        if not self._compares:
            gone = f"FROM {self._stored} ANTI JOIN ({rows}) USING (_source_key)"
            return Recognised(absent=_number(engine, f"SELECT count(DISTINCT _source_key) {gone}"))
        engine.execute(f"CREATE OR REPLACE TEMP TABLE seen AS {self._lines(rows)}")
        # The unknown keys are few: whatever is asked of all keys is asked of them.
        engine.execute(f"CREATE OR REPLACE TEMP TABLE unknown_keys AS {self._unknown('seen')}")
        totals = "SELECT count(DISTINCT _source_key), coalesce(sum(_n), 0) FROM"
        keys, number = engine.execute(f"{totals} seen").fetchall()[0]
        new = f"{totals} seen SEMI JOIN unknown_keys USING (_source_key)"
        new_keys, new_rows = engine.execute(new).fetchall()[0]
        absent = 0
        if self.reading is not Reading.WINDOW:
            met = f"SELECT count(*) FROM {self._stored} SEMI JOIN unknown_keys USING (_source_key)"
            stored = _number(engine, f"SELECT count(*) FROM {self._stored}")
            absent = stored - (int(keys) - int(new_keys)) - _number(engine, met)
        engine.execute("DROP TABLE seen")
        return Recognised(int(keys) - int(new_keys), int(number) - int(new_rows), absent)

    def recognise_late(self, engine: duckdb.DuckDBPyConnection, delivered: str) -> Recognised:
        """The keys in `late`: committed as they are now, without the rows that were refused.

        A window shows no whole key: there, a refused row leaves its key different.
        """
        if not self._compares or self.reading is Reading.WINDOW:
            return Recognised()
        lines = f"({self._lines(delivered)})"
        known = f"SELECT _source_key, _n FROM {lines} SEMI JOIN {self._stored} USING (_source_key, _bag)"
        engine.execute(f"CREATE OR REPLACE TEMP TABLE late AS {known}")
        total = "SELECT count(*), coalesce(sum(_n), 0) FROM late"
        keys, number = engine.execute(total).fetchall()[0]
        return Recognised(int(keys), int(number))

    def to_map(self, identity: Identity) -> str:
        """The rows of `numbered` that have to be mapped, with `_source_key` and `_content`."""
        own = f"{identity.source_key} AS _source_key, {identity.row_content} AS _content"
        rows = f"SELECT *, {own} FROM {NUMBERED}"
        if not self._compares:
            return rows
        unknown = "_source_key IN (SELECT _source_key FROM unknown_keys)"
        return f"SELECT * FROM ({rows}) WHERE _source_key IS NULL OR {unknown}"

    def write(
        self,
        engine: duckdb.DuckDBPyConnection,
        committed: str,
        whole: Path,
        recent: Path,
        *,
        keys_are_unique: bool = False,
    ) -> bool:
        """Write what the next baseline has new, to `whole` or `recent`; whether it was to `whole`.

        `committed` are the rows that this run committed. `keys_are_unique`: no two of them share a
        key, so they need not be brought together. What was written to `recent` has all of this one's
        recent lines, too; `file` then stays as it is.
        """
        columns = "_source_key, _content, _n" if self.by_window else "_source_key, _bag"
        lines = _lines_of_single_rows(committed) if keys_are_unique else self._lines(committed)
        rows = f"SELECT {columns} FROM ({lines})"
        if not self._compares:
            _copy(engine, rows, whole)
            return True
        engine.execute(f"CREATE OR REPLACE TEMP TABLE new_lines AS {rows}")
        changed = "new_lines"
        if self.recent is not None:
            changed = _replaced(_lines_of(self.recent), changed)
        _copy(engine, f"SELECT {columns} FROM {changed}", recent)
        counts = (f"SELECT count(*) FROM {_lines_of(file)}" for file in (recent, self.file))
        lines_recent, lines_stored = (_number(engine, count) for count in counts)
        if lines_recent <= RECENT_SHARE * lines_stored:
            return False
        replaced = _replaced(_lines_of(self.file), _lines_of(recent))
        _copy(engine, f"SELECT {columns} FROM {replaced}", whole)
        return True

    def _lines(self, rows: str) -> str:
        """The lines of a baseline that these rows make."""
        keyed = f"FROM ({rows}) WHERE _source_key IS NOT NULL"
        if self.by_window:
            return f"SELECT _source_key, _content, count(*) AS _n {keyed} GROUP BY ALL"
        bag = "hash(sum(_content), count(*)) AS _bag, count(*) AS _n"
        return f"SELECT _source_key, {bag} {keyed} GROUP BY _source_key"

    def _unknown(self, lines: str) -> str:
        """The keys of these lines that were not committed as they are."""
        same = "_source_key, _content" if self.by_window else "_source_key, _bag"
        return f"SELECT DISTINCT _source_key FROM {lines} ANTI JOIN {self._stored} USING ({same})"


def _lines_of_single_rows(rows: str) -> str:
    """What `_lines` makes of rows of which each has a key of its own."""
    bag = "hash(CAST(_content AS HUGEINT), CAST(1 AS BIGINT)) AS _bag"
    return f"SELECT _source_key, _content, {bag}, 1::BIGINT AS _n FROM ({rows})"


def _lines_of(file: Path | None) -> str:
    return f"read_parquet({literal(str(file))})"


def _replaced(lines: str, newer: str) -> str:
    """The lines of keys of which there are no newer ones, and the newer ones."""
    return (
        f"(SELECT * FROM {lines} AS older ANTI JOIN {newer} AS newer USING (_source_key) "
        f"UNION ALL BY NAME SELECT * FROM {newer} AS newer)"
    )


def _copy(engine: duckdb.DuckDBPyConnection, rows: str, into: Path) -> None:
    engine.execute(f"COPY ({rows}) TO {literal(str(into))} (FORMAT parquet, COMPRESSION zstd)")


def _number(engine: duckdb.DuckDBPyConnection, select: str) -> int:
    return int(engine.execute(select).fetchall()[0][0])
