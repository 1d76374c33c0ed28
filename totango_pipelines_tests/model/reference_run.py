"""One run on the tables and the integration's state, both changed in place (semantics.md 1 to 7)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from totango_pipelines_tests.model.reference_cells import (
    Change,
    Conflict,
    Log,
    Records,
    Writer,
    log_change,
    merged,
    visible,
    write_record,
)
from totango_pipelines_tests.model.reference_claims import ClaimEffects, enter_claims
from totango_pipelines_tests.model.reference_delivery import (
    Arrived,
    Reading,
    Recognised,
    State,
    UsageRow,
    absent,
    first_copies,
    grouped,
    missing_columns,
    read,
    recognise,
    recognise_mapped,
    remember,
)
from totango_pipelines_tests.model.reference_matching import (
    Matches,
    Settled,
    forget,
    match_table,
    settle,
)
from totango_pipelines_tests.model.reference_objects import (
    MAKES_STUBS,
    Ruled,
    Rules,
    parent_warnings,
)
from totango_pipelines_tests.model.reference_rows import Problem, Row, judge
from totango_pipelines_tests.model.reference_spec import (
    ACCOUNTS,
    AGGREGATIONS,
    KEYS,
    REBUILD,
    REGISTER,
    USAGE,
    Catalog,
    Moment,
    SourceRow,
    Spec,
)

IDENTITY = ("created", "updated", "unchanged", "stale", "skipped_new", "rejected", "duplicates")
BESIDE = ("conflicts", "conflicts_resolved", "stub_accounts", "absent", "removed")
COUNTS = ("rows_read", *IDENTITY, *BESIDE)


@dataclass(frozen=True, order=True)
class Reject:
    """A problem of a rejected row; attribute is "" where the problem is not an attribute's."""

    row_no: int
    attribute: str
    code: str


@dataclass(frozen=True)
class Outcome:
    """status: committed or failed (then `reason` says why, and nothing changed).

    duplicates: the keys that had several rows, with their row numbers.
    """

    status: str
    counts: dict[str, int]
    rejects: tuple[Reject, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    changes: tuple[Change, ...] = ()
    duplicates: tuple[tuple[tuple, tuple[int, ...]], ...] = ()
    warnings: frozenset[str] = frozenset()
    reason: str = ""
    repeated: bool = False


@dataclass
class Tables:
    """The hub's records of every object but usage, its rows of usage, and its matches."""

    records: dict[str, Records] = field(
        default_factory=lambda: {name: {} for name in (*KEYS, REGISTER) if name != USAGE}
    )
    usage: list[UsageRow] = field(default_factory=list)
    matches: Matches = field(default_factory=dict)


@dataclass
class ModelRun:
    spec: Spec
    catalog: Catalog
    run_id: str
    run_seq: int
    mode: str
    at: Moment
    tables: Tables
    state: State
    held_limit: int
    log: Log = field(default_factory=Log)
    rejected: dict[int, list[Problem]] = field(default_factory=dict)
    duplicates: list[tuple[tuple, tuple[int, ...]]] = field(default_factory=list)
    warnings: set[str] = field(default_factory=set)
    held: int = 0

    def perform(self, source_rows: Iterable[SourceRow]) -> Outcome:
        source_rows = list(source_rows)
        if missing_columns(self.spec, source_rows):
            return self._failed("COLUMN_MISSING")
        reading = read(self.spec, self.mode, self.state, source_rows, self.at)
        self.log.counts["rows_read"] = len(reading.rows)
        self.held = reading.held
        if not reading.rows:
            self.warnings.add("EMPTY_EXTRACT")
        if self.mode == REBUILD:
            forget(self.tables.matches, self.spec.id)
        ruled = self._ruled(reading)
        if self.spec.object == USAGE:
            committed = self._append(ruled, reading)
        else:
            committed = self._upsert(ruled)
        self._finish(reading, ruled, committed)
        return self._outcome()

    @property
    def writer(self) -> Writer:
        return Writer(self.run_id, self.spec.id, self.spec.resolve, self.log)

    @property
    def usage_of_own(self) -> list[UsageRow]:
        return [row for row in self.tables.usage if row.writer == self.spec.id]

    def _ruled(self, reading: Reading) -> Ruled:
        """The rows that are delivered, and what becomes of the others."""
        self.log.counts["absent"] = absent(self.spec, self.state, reading, self.usage_of_own)
        known = recognise(self.spec, self.state, reading, self.usage_of_own)
        self._count_recognised(known)
        seen = {row.row_no for row in known.rows}
        passed = self._mapped(row for row in reading.rows if row.row_no not in seen)
        known = recognise_mapped(self.spec, self.state, reading, passed)
        self._count_recognised(known)
        seen = {row.row_no for row in known.rows}
        rules = Rules(self.spec, self.catalog, self.tables.records, self.writer)
        ruled = rules.rule([row for row in passed if row.row_no not in seen])
        self.rejected |= ruled.refused
        return ruled

    def _count_recognised(self, known: Recognised) -> None:
        self.log.counts["unchanged"] += known.keys
        if self.spec.object != USAGE:
            for key, rows in grouped(known.rows, lambda row: row.source_key).items():
                self._count_duplicates(key, [row.row_no for row in rows])

    def _count_duplicates(self, key: tuple, row_nos: list[int]) -> None:
        self.log.counts["duplicates"] += len(row_nos) - 1
        if len(row_nos) > 1:
            self.duplicates.append((key, tuple(row_nos)))
            self.warnings.add("DUPLICATES")

    def _mapped(self, arrived: Iterable[Arrived]) -> list[Row]:
        passed = []
        for row in arrived:
            verdict = judge(self.spec, self.catalog, row, self.run_seq, self.at)
            if verdict.row is None:
                self.rejected[row.row_no] = verdict.problems
            else:
                passed.append(verdict.row)
            if verdict.clamped:
                self.warnings.add("RECENCY_CLAMPED")
        return passed

    def _append(self, ruled: Ruled, reading: Reading) -> list[Row]:
        """Usage: rows are added; a run that delivers everything makes the hub agree with it."""
        own = sorted(self.usage_of_own, key=lambda row: row.stamp)
        arriving = ruled.rows
        if reading.everything:
            arrived = [row.arrived for row in ruled.rows]
            stays = {row.row_no for row in first_copies(arrived, Counter(r.content for r in own))}
            arriving = [row for row in ruled.rows if row.row_no not in stays]
            self.log.counts["unchanged"] += len(stays)
            self._remove_surplus(own, Counter(row.content for row in arrived))
        self._make_stubs(arriving)
        self.tables.usage += [
            UsageRow(row.said, row.stamp, self.spec.id, row.arrived.content) for row in arriving
        ]
        self.log.counts["created"] += len(arriving)
        self.log.counts["skipped_new"] += len(ruled.skipped)
        return ruled.rows

    def _remove_surplus(self, own: list[UsageRow], wanted: Counter) -> None:
        """The newest go."""
        stay = []
        for row in own:
            if wanted[row.content] > 0:
                wanted[row.content] -= 1
                stay.append(row)
        self.log.counts["removed"] += len(own) - len(stay)
        others = [row for row in self.tables.usage if row.writer != self.spec.id]
        self.tables.usage = others + stay

    def _make_stubs(self, rows: Iterable[Row]) -> None:
        if self.spec.object not in MAKES_STUBS:
            return
        accounts = self.tables.records[ACCOUNTS]
        for account in sorted({row.account for row in rows}):
            if (account,) not in accounts:
                accounts[account,] = {}
                self.log.counts["stub_accounts"] += 1
                log_change(self.writer, ACCOUNTS, (account,), "created", {})

    def _upsert(self, ruled: Ruled) -> list[Row]:
        for key, rows in grouped(ruled.skipped, lambda row: row.key).items():
            self.log.counts["skipped_new"] += 1
            self._count_duplicates(key, [row.row_no for row in rows])
        settled = self._matched(ruled.rows)
        applied = [row for one in settled.values() for row in one.applied]
        self._make_stubs(applied)
        effects = ClaimEffects()
        if self.spec.object == ACCOUNTS:
            register = self.tables.records[REGISTER]
            effects = enter_claims(register, self.writer, applied)
        for key, one in settled.items():
            self._count_duplicates(key, sorted(row.row_no for row in one.applied + one.losers))
            self.log.counts[self._write(key, one, effects)] += 1
        return applied + [row for one in settled.values() for row in one.losers]

    def _matched(self, rows: list[Row]) -> dict[tuple, Settled]:
        """The rows by key, after matching; keys that are wholly refused are not among them."""
        matches = {}
        if self.spec.source_id_column:
            matches = self.tables.matches.setdefault(match_table(self.spec), {})
        settled = {}
        for key, of_key in sorted(grouped(rows, lambda row: row.key).items(), key=repr):
            one = settle(self.spec, of_key, matches.get(key))
            for row in one.refused:
                self.rejected[row.row_no] = [Problem("", "MATCH_CONFLICT")]
            self.log.counts["conflicts_resolved"] += one.resolved
            if one.match:
                matches[key] = one.match
            if one.applied or one.losers:
                settled[key] = one
        return settled

    def _write(self, key: tuple, settled: Settled, effects: ClaimEffects) -> str:
        rows = settled.applied
        if self.spec.object == AGGREGATIONS and rows:
            rows = [max(rows, key=lambda row: row.row_no)]
        arriving = merged([(row.stamp, row.said) for row in rows], self.spec.id)
        of = self.spec.object
        outcome, before = write_record(self.tables.records[of], self.writer, of, key, arriving)
        if outcome == "unchanged" and (settled.losers or key in effects.stale):
            outcome = "stale"
        before = {**effects.moved.get(key, {}), **before}
        return log_change(self.writer, of, key, outcome, before)

    def _finish(self, reading: Reading, ruled: Ruled, committed: list[Row]) -> None:
        self.log.counts["rejected"] = len(self.rejected)
        skipped = {row.row_no for row in ruled.skipped}
        uncommitted = [r for r in reading.rows if r.row_no in self.rejected or r.row_no in skipped]
        done = [row.arrived for row in committed]
        remember(self.spec, self.state, reading, done, uncommitted, at=self.at)
        if self.spec.object == ACCOUNTS:
            accounts = self.tables.records[ACCOUNTS]
            self.warnings |= parent_warnings(accounts) if self.spec.line("parent_id") else set()
            told = {visible(accounts.get(row.key), "status") for row in committed}
            if self.spec.line("status") and told - self.catalog.statuses - {None}:
                self.warnings.add("STATUS_UNKNOWN")

    def _outcome(self) -> Outcome:
        counts = self._counts()
        assert counts["rows_read"] == sum(counts[name] for name in IDENTITY), counts
        rejected = counts["rejected"]
        new = sum(row_no > self.held for row_no in self.rejected)
        rows = counts["rows_read"] - self.held
        if new > self.spec.reject_allowance and new / rows > self.spec.max_reject_ratio:
            return self._failed("REJECTS")
        if len(self.state.held_open) > self.held_limit:
            return self._failed("HELD_OPEN")
        warnings = self.warnings | ({"REJECTS"} if rejected else set())
        return Outcome(
            "committed",
            counts,
            self._rejects(),
            tuple(self.log.conflicts),
            tuple(self.log.changes),
            tuple(self.duplicates),
            frozenset(warnings),
        )

    def _failed(self, reason: str) -> Outcome:
        return Outcome("failed", self._counts(), self._rejects(), reason=reason)

    def _counts(self) -> dict[str, int]:
        return {name: self.log.counts[name] for name in COUNTS}

    def _rejects(self) -> tuple[Reject, ...]:
        listed = self.rejected.items()
        return tuple(sorted(Reject(n, *problem) for n, problems in listed for problem in problems))
