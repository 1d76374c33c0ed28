"""The merge of a run: compare what arrived with what stands, and write only the differences.

The rows are taken in ranges of keys, so that memory holds one range, however many rows arrive
(decision 20).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import duckdb
import pyarrow as pa

from totango_pipelines.quoting import comma, comma_quoted, literal, quoted
from totango_pipelines.upsert import object_rules
from totango_pipelines.upsert.cells_sql import CellRules, key_text
from totango_pipelines.upsert.delivery import Delivery, HubColumn, UpsertCounts
from totango_pipelines.upsert.own_tables import (
    CELLS,
    CHANGES,
    CONFLICTS,
    RECORD_COLUMNS,
    STAMP_COLUMNS,
)
from totango_pipelines.upsert.register import (
    ACCOUNT_ID,
    ACCOUNTS,
    accounts_table,
    claims_by_account,
)
from totango_pipelines.upsert.rows_sql import merged_rows
from totango_pipelines.upsert.target import HubTransaction

RANGE_ROWS = 125_000
"""About as many rows are compared at once; a range never splits a key."""
_SAMPLE_ROWS = 40_000
LISTED_DUPLICATES = 20

REFUSED_SCHEMA = pa.schema(
    [("_row", pa.int64()), ("attribute", pa.string()), ("code", pa.string())]
)
_NOT_REFUSED = " AND _row NOT IN (SELECT _row FROM refused)"


@dataclass(frozen=True, slots=True)
class Merge:
    """The rows of one delivery on their way into one table, inside one transaction of the hub.

    `source` is the relation that the rows stand in. `after_write` is called with the rules of each
    shape of arrivals, while the tables that they were decided in stand.
    """

    hub: HubTransaction
    delivery: Delivery
    range_rows: int
    source: str = "delivered"
    after_write: Callable[[CellRules], None] | None = None
    duplicate_rows: list[int] = field(default_factory=list)

    @property
    def work(self) -> duckdb.DuckDBPyConnection:
        """The DuckDB in which rows are compared."""
        return self.hub.work

    @property
    def _keys(self) -> list[str]:
        return [key.name for key in self.delivery.table.keys]

    @property
    def _range_key(self) -> str:
        """The first key column that differs from row to row."""
        constant = {name for name, _ in self.delivery.constant_keys}
        return next(key for key in self._keys if key not in constant)

    def ranges(self) -> Iterator[str]:
        """Conditions that cut the rows into ranges of about `range_rows`, in key order."""
        rows = self._number(f"SELECT count(*) FROM {self.source}")
        key = quoted(self._range_key)
        parts = rows // self.range_rows + 1
        if parts == 1:
            yield "TRUE"
            return
        sample = f"SELECT {key} AS k FROM {self.source} USING SAMPLE reservoir({_SAMPLE_ROWS} ROWS)"
        cuts = f"SELECT k, ntile({parts}) OVER (ORDER BY k) AS part FROM ({sample})"
        firsts = self.work.sql(f"SELECT min(k) FROM ({cuts}) GROUP BY part ORDER BY 1").fetchall()
        bounds = [literal(str(first[0])) for first in dict.fromkeys(firsts[1:])]
        yield f"{key} < {bounds[0]}" if bounds else "TRUE"
        for low, high in zip(bounds, [*bounds[1:], None], strict=False):
            yield f"{key} >= {low}" + (f" AND {key} < {high}" if high else "")

    def beside_the_hub(self, columns: Sequence[HubColumn]) -> Iterator[str]:
        """Range after range, in key order: its rows are `incoming`, the hub's of its keys `current`.

        `current` has these columns; the hub is read one range ahead.
        """
        ranges = list(self.ranges())
        reads = [self._start_current(ranges[0], columns)]
        for position, bounds in enumerate(ranges):
            ahead = ranges[position + 1 : position + 2]
            reads += [self._start_current(each, columns) for each in ahead]
            reads.pop(0)("current")
            self._view("incoming", self._rows(bounds))
            yield bounds

    def _rows(self, bounds: str) -> str:
        return f"SELECT * FROM {self.source} WHERE {bounds}"

    def merge_ranges(self) -> Iterator[tuple[UpsertCounts, pa.Table]]:
        """Merge range after range: the counts, without `rows_read`, and the refused rows."""
        for bounds in self.beside_the_hub(self.columns_to_merge):
            yield self._merge_range(bounds)

    @property
    def columns_to_merge(self) -> tuple[HubColumn, ...]:
        """What a range has to know of the hub's records."""
        mapped = [attribute.column for attribute in self.delivery.attributes]
        extra = [c for c in object_rules.columns_to_judge(self.delivery) if c not in mapped]
        return (*mapped, *extra, *RECORD_COLUMNS)

    def _start_current(self, bounds: str, columns: Sequence[HubColumn]) -> Callable[[str], None]:
        wanted = f"SELECT {comma_quoted(self._keys)} FROM {self.source} WHERE {bounds}"
        return self.hub.start_read(self.delivery.table, columns, wanted=wanted)

    def _merge_range(self, bounds: str) -> tuple[UpsertCounts, pa.Table]:
        refused = self.refuse(bounds)
        incoming = self._rows(bounds) + (_NOT_REFUSED if refused.num_rows else "")
        counts = UpsertCounts(rejected=len(set(refused["_row"].to_pylist())))
        if not self.delivery.allow_new:
            counts += self._skipped_new()
            keys = comma_quoted(self._keys)
            self._view("incoming", f"SELECT * FROM ({incoming}) SEMI JOIN current USING ({keys})")
        elif self.delivery.child_of_account:
            counts += UpsertCounts(stub_accounts=self._create_stubs())
        if self.delivery.claims:
            self._table("account_claims", claims_by_account(bounds))
        single, merged, duplicates = self._merge_duplicates()
        counts += UpsertCounts(duplicates=duplicates)
        counts += self._write(CellRules(self.delivery, merged=False), single)
        if merged:
            counts += self._write(CellRules(self.delivery, merged=True), merged)
        return counts, refused

    def refuse(self, bounds: str) -> pa.Table:
        """Take the rows that the hub's rules refuse out of `incoming`, step after step."""
        refused = REFUSED_SCHEMA.empty_table()
        if object_rules.names_known_accounts(self.delivery):
            self._read_known_accounts()
        for step in object_rules.steps(self.delivery):
            found = [self.work.sql(each).to_arrow_table().cast(REFUSED_SCHEMA) for each in step]
            refused = pa.concat_tables([refused, *found])
            if refused.num_rows:
                self.work.register("refused", refused)
                self._view("incoming", self._rows(bounds) + _NOT_REFUSED)
        return refused

    def _skipped_new(self) -> UpsertCounts:
        """Keys that the hub does not have, without allow_new: nothing happens to them."""
        keys = comma_quoted(self._keys)
        new = f"SELECT {keys} FROM incoming ANTI JOIN current USING ({keys})"
        rows = self._number(f"SELECT count(*) FROM ({new})")
        skipped = self._number(f"SELECT count(*) FROM (SELECT DISTINCT * FROM ({new}))")
        return UpsertCounts(skipped_new=skipped, duplicates=rows - skipped)

    def _create_stubs(self) -> int:
        self._read_known_accounts()
        run = self.delivery.start
        writer = literal(self.delivery.run.integration)
        self._table(
            "stubs",
            f"SELECT account_id, max(_as_of) AS _as_of, {run.run_seq}::BIGINT AS _run_seq, "
            f"max(_row) AS _row_no, {writer} AS _writer FROM incoming "
            "ANTI JOIN known_accounts USING (account_id) GROUP BY account_id ORDER BY account_id",
        )
        stubs = self._number("SELECT count(*) FROM stubs")
        if stubs:
            self.hub.insert(ACCOUNTS, (ACCOUNT_ID, *STAMP_COLUMNS), "SELECT * FROM stubs")
            created = "SELECT account_id AS key, 'created' AS operation, NULL AS before FROM stubs"
            self._log(created, ACCOUNTS)
        return stubs

    def _read_known_accounts(self) -> None:
        wanted = "SELECT account_id FROM incoming WHERE account_id IS NOT NULL"
        self.hub.start_read(accounts_table(), (), wanted=wanted)("known_accounts")

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
            self._table(
                "repeated", f"SELECT {keys} FROM incoming GROUP BY {keys} HAVING count(*) > 1"
            )
            self._table("merged", merged_rows(self.delivery, self._keys))
            if len(self.duplicate_rows) < LISTED_DUPLICATES:
                rows_of = f"SELECT _row FROM incoming SEMI JOIN repeated USING ({keys})"
                listed = self.work.execute(f"{rows_of} ORDER BY _row LIMIT {LISTED_DUPLICATES}")
                self.duplicate_rows.extend(row for (row,) in listed.fetchall())
            single += f" ANTI JOIN repeated USING ({keys})"
        self._view("single", single)
        return distinct - repeated, repeated, rows - distinct

    def _write(self, rules: CellRules, arrivals: int) -> UpsertCounts:
        """Create and update the records of one shape of arrivals."""
        self._table("differing", rules.differing())
        found = self._number("SELECT count(*) FROM differing WHERE found")
        created = self._number("SELECT count(*) FROM differing") - found
        table = self.delivery.table
        mapped = tuple(attribute.column for attribute in self.delivery.attributes)
        if created:
            columns = (*table.keys, *mapped, *RECORD_COLUMNS)
            self.hub.insert(
                table.name, columns, f"{rules.created()} ORDER BY {comma_quoted(self._keys)}"
            )
            key = key_text(self.delivery)
            new = "FROM differing WHERE NOT found"
            self._log(
                f"SELECT {key} AS key, 'created' AS operation, NULL AS before {new}", table.name
            )
        counts = UpsertCounts(created=created)
        if found:
            counts += self._update(rules, mapped)
        if self.after_write is not None:
            self.after_write(rules)
        return replace(counts, unchanged=arrivals - created - counts.updated - counts.stale)

    def _update(self, rules: CellRules, mapped: tuple[HubColumn, ...]) -> UpsertCounts:
        self._table("decisions", rules.decisions())
        (outcome,) = self.work.execute(rules.outcome()).fetchall()
        updated, stale, conflicts, resolved = (int(count) for count in outcome)
        if mapped:
            self._table("updates", rules.updates())
        if mapped and self._number("SELECT count(*) FROM updates"):
            self.hub.update(self.delivery.table, (*mapped, CELLS), "updates")
        if updated:
            self._log(rules.changes(), self.delivery.table.name)
        if conflicts:
            self._list_conflicts(rules)
        return UpsertCounts(
            updated=updated, stale=stale, conflicts=conflicts, conflicts_resolved=resolved
        )

    def _log(self, changes: str, table: str) -> None:
        run = self.delivery.run
        constants = [literal(text) for text in (run.run_id, run.integration, table)]
        rows = (
            f"SELECT {comma(constants)}, key, operation, CAST(before AS VARCHAR) FROM ({changes})"
        )
        self.hub.insert("_changes", CHANGES, rows)

    def _list_conflicts(self, rules: CellRules) -> None:
        run = self.delivery.run
        constants = comma([literal(run.run_id), literal(self.delivery.table.name)])
        rows = f"SELECT {constants}, * FROM ({rules.conflicts()})"
        self.hub.insert("_conflicts", CONFLICTS, rows)

    def _table(self, name: str, select: str) -> None:
        self.work.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}")

    def _view(self, name: str, select: str) -> None:
        self.work.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {select}")

    def _number(self, select: str) -> int:
        return int(self.work.execute(select).fetchall()[0][0])
