"""The merge of a run: compare what arrived with what stands, and write only the differences."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import duckdb
import pyarrow as pa

from totango_pipelines.quoting import comma_quoted
from totango_pipelines.upsert import object_rules
from totango_pipelines.upsert.arrivals import DELIVERED
from totango_pipelines.upsert.cells_sql import NEW_KEYS, CellRules
from totango_pipelines.upsert.change_log import list_conflicts, log_changes
from totango_pipelines.upsert.delivery import Delivery, HubColumn, UpsertCounts
from totango_pipelines.upsert.key_ranges import KeyRanges, by_keys, number, table, view
from totango_pipelines.upsert.matching import LOST_KEYS, Matching
from totango_pipelines.upsert.own_tables import CELLS, RECORD_COLUMNS
from totango_pipelines.upsert.record_keys import key_text
from totango_pipelines.upsert.register import claims_by_account
from totango_pipelines.upsert.rows_sql import last_rows, merged_rows
from totango_pipelines.upsert.stubs import create_stubs, read_known_accounts
from totango_pipelines.upsert.target import HubTransaction

CREATED_ROWS, UPDATED_ROWS = 70_000, 15_000
"""About as many rows are written at once: most arrivals change nothing, and one that does takes several
times its room."""
LISTED_DUPLICATES = 20

REFUSED_SCHEMA = pa.schema(
    [("_row", pa.int64()), ("attribute", pa.string()), ("code", pa.string())]
)
UNCOMMITTED = "uncommitted"
"""The numbers of the rows that the hub refused or skipped: they come again."""


@dataclass(frozen=True, slots=True)
class Merge:
    """The rows of one delivery on their way into one table, inside one transaction of the hub.

    `source` is the relation that the rows stand in. `after_write` is called with the rules of each
    shape of arrivals, while the tables that they were decided in stand.
    """

    hub: HubTransaction
    delivery: Delivery
    range_rows: int
    source: str = DELIVERED
    after_write: Callable[[CellRules], None] | None = None
    duplicate_rows: list[int] = field(default_factory=list)
    waiting: Counter[str] = field(default_factory=Counter)
    """How many arrivals of known records wait to be decided, by the table that they wait in."""

    @property
    def work(self) -> duckdb.DuckDBPyConnection:
        """The DuckDB in which rows are compared."""
        return self.hub.work

    @property
    def _keys(self) -> list[str]:
        return [key.name for key in self.delivery.table.keys]

    @property
    def _matching(self) -> Matching | None:
        return Matching(self.hub, self.delivery) if self.delivery.has_source_ids else None

    def beside_the_hub(self) -> Iterator[str]:
        """Range after range, in key order: `incoming` and, of its keys, `current` of the hub."""
        reads = [by_keys(self.delivery.table, self._columns_to_know)]
        reads += [self._matching.read()] if self._matching else []
        return KeyRanges(self.hub, self.source, self._keys, self.range_rows).beside_the_hub(reads)

    def merge_ranges(self) -> Iterator[tuple[UpsertCounts, pa.Table]]:
        """Merge range after range: the counts, without `rows_read`, and the refused rows."""
        for bounds in self.beside_the_hub():
            yield self._merge_range(bounds)
        for rules in self._shapes:
            if self.waiting[rules.differing]:
                yield self._update_waiting(rules), pa.Table.from_batches([], REFUSED_SCHEMA)

    @property
    def _shapes(self) -> tuple[CellRules, CellRules]:
        """The rules for single rows of a key, and for several that were merged."""
        return CellRules(self.delivery, merged=False), CellRules(self.delivery, merged=True)

    @property
    def _columns_to_know(self) -> tuple[HubColumn, ...]:
        """What a range has to know of the hub's records."""
        mapped = self.delivery.mapped_columns
        own = tuple(attribute.column for attribute in self.delivery.attributes)
        judged = object_rules.columns_to_judge(self.delivery)
        extra = tuple(column for column in judged if column.name not in mapped)
        return (*own, *extra, *RECORD_COLUMNS)

    def _merge_range(self, bounds: str) -> tuple[UpsertCounts, pa.Table]:
        counts, refused = self.sift(bounds)
        if self.delivery.child_of_account and self.delivery.allow_new:
            counts += UpsertCounts(stub_accounts=create_stubs(self.hub, self.delivery))
        if self.delivery.claims:
            table(self.work, "account_claims", claims_by_account(bounds))
        single, merged, duplicates = self._merge_duplicates()
        counts += UpsertCounts(duplicates=duplicates)
        for rules, arrivals in zip(self._shapes, (single, merged), strict=True):
            if arrivals:
                counts += self._write(rules, arrivals)
        if self._matching:
            self._matching.write()
        return counts, refused

    def sift(self, bounds: str) -> tuple[UpsertCounts, pa.Table]:
        """Take the rows out of `incoming` that change nothing: refused, skipped, or outdone.

        The numbers of the refused and the skipped ones are added to `uncommitted`.
        """
        table(self.work, "gone", "SELECT NULL::BIGINT AS _row WHERE FALSE")
        refused = self._refuse(bounds)
        counts = UpsertCounts()
        if not self.delivery.allow_new:
            counts += self._skip_new(bounds)
        if self._matching:
            self._matching.decide()
            if self.delivery.resolve_conflicts:
                self.work.execute(f"INSERT INTO {UNCOMMITTED} SELECT _row FROM gone")
                return self._lose(bounds, counts, refused)
            refused = self._take_out(bounds, refused, [self._matching.refused()])
        self.work.execute(f"INSERT INTO {UNCOMMITTED} SELECT _row FROM gone")
        return counts + _rejected(refused), refused

    def _refuse(self, bounds: str) -> pa.Table:
        """Take the rows out that the hub's rules refuse, step after step."""
        refused = pa.Table.from_batches([], REFUSED_SCHEMA)
        if object_rules.names_known_accounts(self.delivery):
            read_known_accounts(self.hub, "incoming")
        for step in object_rules.steps(self.delivery):
            refused = self._take_out(bounds, refused, step)
        return refused

    def _take_out(self, bounds: str, refused: pa.Table, statements: list[str]) -> pa.Table:
        found = [self.work.sql(each).to_arrow_table().cast(REFUSED_SCHEMA) for each in statements]
        new = pa.concat_tables(found)
        if not new.num_rows:
            return refused
        self.work.register("refused", new)
        self._remove(bounds, "SELECT DISTINCT _row FROM refused")
        return pa.concat_tables([refused, new])

    def _remove(self, bounds: str, rows: str) -> None:
        self.work.execute(f"INSERT INTO gone {rows}")
        kept = "_row NOT IN (SELECT _row FROM gone)"
        view(self.work, "incoming", f"SELECT * FROM {self.source} WHERE ({bounds}) AND {kept}")

    def _skip_new(self, bounds: str) -> UpsertCounts:
        """Keys that the hub does not have, without allow_new: nothing happens to them."""
        keys = comma_quoted(self._keys)
        known = f"current USING ({keys})"
        if self.delivery.allow_new_is_of_accounts:
            read_known_accounts(self.hub, "incoming")
            known = "known_accounts USING (account_id)"
        table(self.work, "skipped", f"SELECT _row, {keys} FROM incoming ANTI JOIN {known}")
        rows = number(self.work, "SELECT count(*) FROM skipped")
        if not rows:
            return UpsertCounts()
        skipped = number(self.work, f"SELECT count(*) FROM (SELECT DISTINCT {keys} FROM skipped)")
        self._remove(bounds, "SELECT _row FROM skipped")
        return UpsertCounts(skipped_new=skipped, duplicates=rows - skipped)

    def _lose(
        self, bounds: str, counts: UpsertCounts, refused: pa.Table
    ) -> tuple[UpsertCounts, pa.Table]:
        """Take the rows of outdone source records out; what only they had is stale."""
        matching = Matching(self.hub, self.delivery)
        counts += matching.lose() + _rejected(refused)
        rows = number(self.work, f"SELECT coalesce(sum(lost_rows), 0) FROM {LOST_KEYS}")
        if rows:
            self._remove(bounds, matching.losing_rows)
            keys = comma_quoted(self._keys)
            only = f"SELECT count(*) FROM {LOST_KEYS} ANTI JOIN incoming USING ({keys})"
            stale = number(self.work, only)
            counts += UpsertCounts(stale=stale, duplicates=rows - stale)
        return counts, refused

    def _merge_duplicates(self) -> tuple[int, int, int]:
        """Split `incoming` into `single` and `merged`; their rows, and how many were second."""
        keys = comma_quoted(self._keys)
        counted = f"SELECT count(*) AS n FROM incoming GROUP BY {keys}"
        totals = (
            f"SELECT count(*), coalesce(sum(n), 0), count(*) FILTER (WHERE n > 1) FROM ({counted})"
        )
        distinct, rows, repeated = (int(n) for n in self.work.execute(totals).fetchall()[0])
        single = "SELECT * FROM incoming"
        if repeated:
            self._list_duplicates(keys)
            if self.delivery.last_row_counts:
                view(self.work, "single", last_rows(self._keys))
                return distinct, 0, rows - distinct
            table(self.work, "merged", merged_rows(self.delivery, self._keys))
            single += f" ANTI JOIN repeated USING ({keys})"
        view(self.work, "single", single)
        return distinct - repeated, repeated, rows - distinct

    def _list_duplicates(self, keys: str) -> None:
        shared = f"SELECT {keys} FROM incoming GROUP BY {keys} HAVING count(*) > 1"
        table(self.work, "repeated", shared)
        if len(self.duplicate_rows) < LISTED_DUPLICATES:
            rows_of = f"SELECT _row FROM incoming SEMI JOIN repeated USING ({keys})"
            listed = self.work.execute(f"{rows_of} ORDER BY _row LIMIT {LISTED_DUPLICATES}")
            self.duplicate_rows.extend(row for (row,) in listed.fetchall())

    def _write(self, rules: CellRules, arrivals: int) -> UpsertCounts:
        """Create the new records of one shape of arrivals, and update the known ones, perhaps later."""
        table(self.work, NEW_KEYS, rules.new_keys())
        created = number(self.work, f"SELECT count(*) FROM {NEW_KEYS}")
        for bounds in self._parts(NEW_KEYS, created, CREATED_ROWS):
            self._create(rules, bounds)
        differing = self._let_wait(rules)
        counts = UpsertCounts(created=created, unchanged=arrivals - created - differing)
        if self.after_write is not None:
            counts += self._update_waiting(rules)
            self.after_write(rules)
        elif self.waiting[rules.differing] >= UPDATED_ROWS:
            counts += self._update_waiting(rules)
        return counts

    def _create(self, rules: CellRules, bounds: str) -> None:
        hub_table = self.delivery.table
        mapped = tuple(attribute.column for attribute in self.delivery.attributes)
        defaults = tuple(column for column, _ in self.delivery.new_defaults)
        columns = (*hub_table.keys, *mapped, *defaults, *RECORD_COLUMNS)
        ordered = f"{rules.created(bounds)} ORDER BY {comma_quoted(self._keys)}"
        self.hub.insert(hub_table.name, columns, ordered)
        key = key_text(self.delivery)
        new = f"'created' AS operation, NULL AS before FROM {NEW_KEYS} WHERE {bounds}"
        log_changes(self.hub, self.delivery, f"SELECT {key} AS key, {new}", hub_table.name)

    def _let_wait(self, rules: CellRules) -> int:
        """Put the arrivals that may change a record with those of the ranges before; how many.

        They are few in most ranges, and to decide and send them costs the same for few and for many.
        """
        before = self.waiting[rules.differing]
        if before:
            self.work.execute(f"INSERT INTO {rules.differing} {rules.found_differing()}")
        else:
            table(self.work, rules.differing, rules.found_differing())
        self.waiting[rules.differing] = number(self.work, f"SELECT count(*) FROM {rules.differing}")
        return self.waiting[rules.differing] - before

    def _update_waiting(self, rules: CellRules) -> UpsertCounts:
        """Update the records that the waiting arrivals change."""
        counts, rows = UpsertCounts(), self.waiting.pop(rules.differing, 0)
        for bounds in self._parts(rules.differing, rows, UPDATED_ROWS):
            counts += self._update(rules, f"(SELECT * FROM {rules.differing} WHERE {bounds})")
        return replace(counts, unchanged=rows - counts.updated - counts.stale)

    def _parts(self, relation: str, rows: int, at_once: int) -> Iterator[str]:
        """Conditions that cut a relation, in key order, into parts of about `at_once` rows."""
        if rows > at_once:
            yield from KeyRanges(self.hub, relation, self._keys, at_once).bounds()
        elif rows:
            yield "TRUE"

    def _update(self, rules: CellRules, differing: str) -> UpsertCounts:
        mapped = tuple(attribute.column for attribute in self.delivery.attributes)
        table(self.work, "decisions", rules.decisions(differing))
        (outcome,) = self.work.execute(rules.outcome()).fetchall()
        updated, stale, conflicts, resolved = (int(count) for count in outcome)
        if mapped:
            table(self.work, "updates", rules.updates())
        if mapped and number(self.work, "SELECT count(*) FROM updates"):
            self.hub.update(self.delivery.table, (*mapped, CELLS), "updates")
        if updated:
            log_changes(self.hub, self.delivery, rules.changes(), self.delivery.table.name)
        if conflicts:
            list_conflicts(self.hub, self.delivery, rules.conflicts())
        return UpsertCounts(
            updated=updated, stale=stale, conflicts=conflicts, conflicts_resolved=resolved
        )


def open_uncommitted(hub: HubTransaction, refused: pa.Table) -> None:
    """The table of rows that the hub refuses or skips; these were refused before any range."""
    hub.work.register("refused", refused)
    table(hub.work, UNCOMMITTED, "SELECT _row::BIGINT AS _row FROM refused")


def _rejected(refused: pa.Table) -> UpsertCounts:
    return UpsertCounts(rejected=len(set(refused["_row"].to_pylist())))
