"""The upsert's rules in plain Python: dicts in, dicts out, no I/O (semantics.md 2, 3, 5, 7).

It speaks of one object without parents. The product must agree with it on any history.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Stamp(NamedTuple):
    as_of: int
    run_seq: int
    row_no: int


class Cell(NamedTuple):
    value: Any
    stamp: Stamp
    writer: str


@dataclass(frozen=True)
class Row:
    """A delivered row: its key, the mapped values (None: blank) and when it was true."""

    key: str
    values: dict[str, Any]
    as_of: int


@dataclass(frozen=True)
class Run:
    integration: str
    run_seq: int
    rows: tuple[Row, ...]
    clears: frozenset[str] = frozenset()
    resolve: bool = False
    allow_new: bool = True


@dataclass
class ReferenceHub:
    records: dict[str, dict[str, Cell]] = field(default_factory=dict)
    changes: list[tuple[str, str, dict[str, Any] | None]] = field(default_factory=list)
    conflicts: list[tuple[str, str, Any, str, Any, str]] = field(default_factory=list)

    def apply(self, run: Run) -> Counter[str]:
        counts: Counter[str] = Counter(rows_read=len(run.rows))
        keys = dict.fromkeys(row.key for row in run.rows)
        for key in keys:
            rows = [(n, row) for n, row in enumerate(run.rows, 1) if row.key == key]
            counts["duplicates"] += len(rows) - 1
            counts[self._apply_key(run, key, rows, counts)] += 1
        return +counts

    def _apply_key(self, run: Run, key: str, rows: list, counts: Counter[str]) -> str:
        arriving = self._merged(run, rows)
        record = self.records.get(key)
        if record is None:
            if not run.allow_new:
                return "skipped_new"
            self.records[key] = arriving
            self.changes.append((key, "created", None))
            return "created"
        before: dict[str, Any] = {}
        stale = False
        for name, new in arriving.items():
            effect = self._effect(run, record.get(name), new)
            if effect == "stale":
                stale = True
            elif effect == "conflict":
                stored = record[name]
                counts["conflicts"] += 1
                self.conflicts.append(
                    (key, name, stored.value, stored.writer, new.value, new.writer)
                )
            elif effect in {"write", "resolved"}:
                counts["conflicts_resolved"] += effect == "resolved"
                old = record[name].value if name in record else None
                if old != new.value:
                    before[name] = old
                record[name] = new
        if before:
            self.changes.append((key, "updated", before))
            return "updated"
        return "stale" if stale else "unchanged"

    def _merged(self, run: Run, rows: list) -> dict[str, Cell]:
        """Per attribute, the newest row that speaks."""
        cells: dict[str, Cell] = {}
        for row_no, row in rows:
            for name, value in row.values.items():
                if value is None and name not in run.clears:
                    continue
                cell = Cell(value, Stamp(row.as_of, run.run_seq, row_no), run.integration)
                if name not in cells or cell.stamp > cells[name].stamp:
                    cells[name] = cell
        return cells

    def _effect(self, run: Run, stored: Cell | None, new: Cell) -> str:
        if stored is None:
            return "write"
        if stored.value == new.value:
            return "nothing"
        if new.stamp <= stored.stamp:
            return "stale"
        if stored.writer == run.integration or stored.value is None:
            return "write"
        return "resolved" if run.resolve else "conflict"
