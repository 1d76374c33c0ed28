"""The upsert's rules in plain Python: dicts in, dicts out, no I/O (semantics.md 2, 3, 4, 5, 7).

It speaks of accounts and of the register of their foreign keys. The product must agree with it on
any history.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

ACCOUNTS = "accounts"
REGISTER = "accounts_foreign_keys"
OWNER = "account_id"


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
    """A delivered row: its key, the mapped values (None: blank) and when it was true.

    In the register, the key is `foreign_key/value` and the one value is OWNER.
    """

    key: str
    values: dict[str, Any]
    as_of: int


@dataclass(frozen=True)
class Run:
    """`claims`: which of the rows' values are foreign keys, claimed for the row's account."""

    integration: str
    run_seq: int
    rows: tuple[Row, ...]
    clears: frozenset[str] = frozenset()
    resolve: bool = False
    allow_new: bool = True
    claims: frozenset[str] = frozenset()


Numbered = list[tuple[int, Row]]
Records = dict[str, dict[str, Cell]]


@dataclass
class ClaimEffects:
    """What the claims of a run did to their accounts: {account: {foreign key: {value: before}}}."""

    moved: dict[str, dict[str, dict[str, str | None]]] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)


@dataclass
class ReferenceHub:
    records: Records = field(default_factory=dict)
    register: Records = field(default_factory=dict)
    changes: list[tuple[str, str, str, dict[str, Any] | None]] = field(default_factory=list)
    conflicts: list[tuple[str, str, Any, str, Any, str]] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)

    def apply(self, run: Run) -> Counter[str]:
        """A run of accounts."""
        refused = [
            (n, name, "FK_CONFLICT")
            for n, row in enumerate(run.rows, 1)
            for name, claim in self._claims(run, row).items()
            if self._is_refused(run, n, claim)
        ]
        accepted = self._accepted(run, refused)
        effects = ClaimEffects()
        resolved = self._claim(run, accepted, effects)
        counts = self._apply_rows(run, ACCOUNTS, accepted, effects)
        counts["conflicts_resolved"] += resolved
        return +counts

    def apply_to_register(self, run: Run) -> Counter[str]:
        """A run of accounts_foreign_keys."""
        refused = []
        for n, row in enumerate(run.rows, 1):
            if row.values[OWNER] not in self.records:
                refused.append((n, OWNER, "ACCOUNT_NOT_FOUND"))
            elif self._is_refused(run, n, row):
                refused.append((n, row.key.partition("/")[0], "FK_CONFLICT"))
        accepted = self._accepted(run, refused)
        return +self._apply_rows(run, REGISTER, accepted, ClaimEffects())

    def _accepted(self, run: Run, refused: list[tuple[int, str, str]]) -> Numbered:
        self.refused += refused
        out = {n for n, _, _ in refused}
        return [(n, row) for n, row in enumerate(run.rows, 1) if n not in out]

    def _claims(self, run: Run, row: Row) -> dict[str, Row]:
        """The row's claims as rows of the register, by foreign key."""
        values = {name: row.values[name] for name in sorted(run.claims)}
        return {
            name: Row(f"{name}/{value}", {OWNER: row.key}, row.as_of)
            for name, value in values.items()
            if value is not None
        }

    def _is_refused(self, run: Run, row_no: int, claim: Row) -> bool:
        new = Cell(claim.values[OWNER], Stamp(claim.as_of, run.run_seq, row_no), run.integration)
        stored = self.register.get(claim.key, {}).get(OWNER)
        return self._effect(run, stored, new) == "conflict"

    def _claim(self, run: Run, accepted: Numbered, effects: ClaimEffects) -> int:
        """Enter the claims of known or new accounts; how many conflicts that resolved."""
        claims: dict[str, Numbered] = {}
        for n, row in accepted:
            if run.allow_new or row.key in self.records:
                for claim in self._claims(run, row).values():
                    claims.setdefault(claim.key, []).append((n, claim))
        counts: Counter[str] = Counter()
        into_register = Run(run.integration, run.run_seq, (), resolve=run.resolve)
        for key, rows in claims.items():
            before = self.register[key][OWNER].value if key in self.register else None
            self._apply_key(into_register, REGISTER, key, rows, counts)
            after = self.register[key][OWNER].value
            name, _, value = key.partition("/")
            if before != after:
                effects.moved.setdefault(after, {}).setdefault(name, {})[value] = before
            effects.stale |= {row.values[OWNER] for _, row in rows} - {after}
        return counts["conflicts_resolved"]

    def _apply_rows(
        self, run: Run, table: str, accepted: Numbered, effects: ClaimEffects
    ) -> Counter[str]:
        counts = Counter(rows_read=len(run.rows), rejected=len(run.rows) - len(accepted))
        for key in dict.fromkeys(row.key for _, row in accepted):
            rows = [(n, row) for n, row in accepted if row.key == key]
            counts["duplicates"] += len(rows) - 1
            counts[self._apply_key(run, table, key, rows, counts, effects=effects)] += 1
        return counts

    def _apply_key(
        self,
        run: Run,
        table: str,
        key: str,
        rows: Numbered,
        counts: Counter[str],
        *,
        effects: ClaimEffects | None = None,
    ) -> str:
        records = self.register if table == REGISTER else self.records
        arriving = self._merged(run, rows)
        record = records.get(key)
        if record is None:
            if not run.allow_new:
                return "skipped_new"
            records[key] = arriving
            self.changes.append((table, key, "created", None))
            return "created"
        effects = effects or ClaimEffects()
        before: dict[str, Any] = dict(effects.moved.get(key, {}))
        stale = key in effects.stale
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
            self.changes.append((table, key, "updated", before))
            return "updated"
        return "stale" if stale else "unchanged"

    def _merged(self, run: Run, rows: Numbered) -> dict[str, Cell]:
        """Per attribute, the newest row that speaks."""
        cells: dict[str, Cell] = {}
        for row_no, row in rows:
            for name, value in row.values.items():
                if name in run.claims or (value is None and name not in run.clears):
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
