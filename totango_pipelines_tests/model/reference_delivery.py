"""Which rows a run delivers (semantics.md 1): window, held-open rows, baseline, usage's multiset."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar

from totango_pipelines_tests.model.reference_cells import Stamp
from totango_pipelines_tests.model.reference_rows import Arrived, Row, day_of
from totango_pipelines_tests.model.reference_spec import (
    AGGREGATIONS,
    INCREMENTAL,
    USAGE,
    Content,
    Moment,
    SourceKey,
    SourceRow,
    Spec,
    tagged,
)

T = TypeVar("T")
Baseline = dict[SourceKey, Counter[Content]]


class UsageRow(NamedTuple):
    """A row of usage in the hub."""

    values: dict[str, Any]
    stamp: Stamp
    writer: str
    content: Content


@dataclass
class State:
    """What the hub remembers of an integration between its runs.

    fingerprint: of the last run that committed. day: of the last run that had to fill in the date.
    """

    fingerprint: tuple | None = None
    day: date | None = None
    cursor_column: str | None = None
    cursor: Any = None
    baseline: Baseline = field(default_factory=dict)
    held_open: list[SourceRow] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """The rows of the extract, numbered.

    everything: all are delivered, whatever was committed (full, rebuild, changed fingerprint).
    whole: the run reads the whole source; else a window of it. held: so many rows were held open.
    """

    rows: tuple[Arrived, ...]
    everything: bool
    whole: bool
    held: int = 0


@dataclass
class Recognised:
    """Rows that need no delivery, and the keys (of usage: the rows) that they are counted as."""

    rows: list[Arrived] = field(default_factory=list)
    keys: int = 0


def missing_columns(spec: Spec, rows: Iterable[SourceRow]) -> list[str]:
    needed = {*spec.content_columns, *([spec.recency_column] if spec.recency_column else [])}
    return sorted({column for row in rows for column in needed if column not in row})


def read(spec: Spec, mode: str, state: State, rows: Iterable[SourceRow], at: Moment) -> Reading:
    everything = mode != INCREMENTAL or has_changed(spec, state, at)
    rows = [dict(row) for row in rows]
    held = []
    whole = everything or spec.cursor_column is None
    if not whole:
        window = [row for row in rows if is_in_window(spec, state, row)]
        held = held_still(spec, state.held_open, window)
        rows = [*held, *window]
    numbered = [
        Arrived(n, row, spec.source_key(row), spec.content(row)) for n, row in enumerate(rows, 1)
    ]
    return Reading(tuple(numbered), everything, whole, len(held))


def has_changed(spec: Spec, state: State, at: Moment) -> bool:
    """Whether what was committed says nothing of what this run would commit."""
    if state.fingerprint is None:
        return False
    other_day = fills_in_the_date(spec) and not spec.cursor_column and state.day != day_of(at)
    return other_day or state.fingerprint != spec.fingerprint


def fills_in_the_date(spec: Spec) -> bool:
    return spec.object == AGGREGATIONS and spec.line("date") is None


def is_in_window(spec: Spec, state: State, row: SourceRow) -> bool:
    cursor = row[spec.cursor_column]
    return state.cursor is None or cursor is None or cursor >= state.cursor - spec.cursor_lag


def held_still(spec: Spec, held: list[SourceRow], window: list[SourceRow]) -> list[SourceRow]:
    """The held-open rows that the window does not bring again."""
    keys = {spec.source_key(row) for row in window}
    copies = Counter(identity(row) for row in window)
    kept = []
    for row in held:
        if spec.object != USAGE and spec.has_complete_key(row):
            comes_again = spec.source_key(row) in keys
        else:
            comes_again = copies[identity(row)] > 0
            copies[identity(row)] -= comes_again
        if not comes_again:
            kept.append(row)
    return kept


def identity(row: SourceRow) -> Hashable:
    return frozenset((column, tagged(value)) for column, value in row.items())


def recognise(
    spec: Spec, state: State, reading: Reading, usage_of_own: list[UsageRow]
) -> Recognised:
    """Before the mapping: what was committed as it is now."""
    if reading.everything:
        return Recognised()
    if spec.object == USAGE:
        again = first_copies(reading.rows, Counter(row.content for row in usage_of_own))
        return Recognised(again, len(again))
    found = Recognised()
    for key, rows in grouped(reading.rows, lambda row: row.source_key).items():
        committed = state.baseline.get(key)
        if committed and is_committed(spec, committed, rows):
            found.rows += rows
            found.keys += 1
    return found


def is_committed(spec: Spec, committed: Counter[Content], rows: list[Arrived]) -> bool:
    """By cursor every row of the window must have been in it, by difference it must be the same."""
    if spec.cursor_column:
        return all(row.content in committed for row in rows)
    return Counter(row.content for row in rows) == committed


def first_copies(rows: Iterable[Arrived], committed: Counter[Content]) -> list[Arrived]:
    left = committed.copy()
    found = []
    for row in rows:
        if left[row.content] > 0:
            left[row.content] -= 1
            found.append(row)
    return found


def recognise_mapped(spec: Spec, state: State, reading: Reading, rows: list[Row]) -> Recognised:
    """After the mapping, by difference: keys whose rows that passed are what was committed."""
    found = Recognised()
    if reading.everything or spec.cursor_column or spec.object == USAGE:
        return found
    passed = [row.arrived for row in rows]
    for key, arrived in grouped(passed, lambda row: row.source_key).items():
        if Counter(row.content for row in arrived) == state.baseline.get(key):
            found.rows += arrived
            found.keys += 1
    return found


def absent(spec: Spec, state: State, reading: Reading, usage_of_own: list[UsageRow]) -> int:
    """What was committed and is not in the source any more."""
    if not reading.whole:
        return 0
    if spec.object == USAGE:
        if reading.everything:
            return 0
        gone = Counter(row.content for row in usage_of_own)
        gone.subtract(row.content for row in reading.rows)
        return (+gone).total()
    return len(state.baseline.keys() - {row.source_key for row in reading.rows})


def remember(
    spec: Spec,
    state: State,
    reading: Reading,
    committed: Iterable[Arrived],
    uncommitted: Iterable[Arrived],
    *,
    at: Moment,
) -> None:
    """What the next run will compare with."""
    state.fingerprint = spec.fingerprint
    state.day = day_of(at) if fills_in_the_date(spec) else None
    if spec.object != USAGE:
        contents = grouped(committed, lambda row: row.source_key)
        entries = {key: Counter(row.content for row in rows) for key, rows in contents.items()}
        state.baseline = entries if reading.everything else state.baseline | entries
    if spec.cursor_column != state.cursor_column:
        state.cursor_column, state.cursor = spec.cursor_column, None
    state.held_open = []
    if spec.cursor_column:
        seen = [state.cursor, *(row.source[spec.cursor_column] for row in reading.rows)]
        state.cursor = max((value for value in seen if value is not None), default=None)
        state.held_open = [row.source for row in sorted(uncommitted, key=lambda r: r.row_no)]


def grouped(rows: Iterable[T], key: Callable[[T], Hashable]) -> dict[Any, list[T]]:
    groups: dict[Any, list[T]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups
