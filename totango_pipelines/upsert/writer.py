"""The upsert of one run: compare what arrived with what stands, and write only the differences.

The rows are taken in ranges of keys, so that memory holds one range, however many rows arrive
(decision 20). Everything happens in one transaction that alone may write the object.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import duckdb
import pyarrow as pa

from totango_pipelines.engine import WorkSpace
from totango_pipelines.errors import LeaseLostError, TooManyRejectsError
from totango_pipelines.quoting import comma, comma_quoted, literal, quoted
from totango_pipelines.upsert import object_rules
from totango_pipelines.upsert.cells_sql import CellRules, key_text
from totango_pipelines.upsert.delivery import (
    COUNT_NAMES,
    Delivery,
    HubColumn,
    HubTable,
    UpsertCounts,
)
from totango_pipelines.upsert.own_tables import (
    CELLS,
    CHANGES,
    CONFLICTS,
    RECORD_COLUMNS,
    RUNS,
    STAMP_COLUMNS,
)
from totango_pipelines.upsert.rows_sql import delivered_view, merged_rows
from totango_pipelines.upsert.target import HubTransaction, UpsertTarget

RANGE_ROWS = 125_000
"""About as many rows are compared at once; a range never splits a key."""
_SAMPLE_ROWS = 40_000
LISTED_DUPLICATES = 20
ACCOUNTS = "accounts"

REFUSED_SCHEMA = pa.schema(
    [("_row", pa.int64()), ("attribute", pa.string()), ("code", pa.string())]
)


@dataclass(frozen=True, slots=True)
class UpsertResult:
    """The counts of the committed run.

    `refused` are the rows that the hub's rules rejected, `duplicate_rows` the first row numbers
    that share a key with another row. `repeated`: the run had committed before.
    """

    counts: UpsertCounts
    refused: pa.Table
    duplicate_rows: tuple[int, ...] = ()
    repeated: bool = False


def upsert_delivery(
    target: UpsertTarget,
    delivery: Delivery,
    *,
    work: WorkSpace,
    clock: Callable[[], datetime],
    before_commit: Callable[[pa.Table], None],
    range_rows: int = RANGE_ROWS,
) -> UpsertResult:
    """Merge a delivery into the hub, once, however often it is called with the same run id.

    `before_commit` gets the rows that the hub's rules refused (`REFUSED_SCHEMA`) just before the
    commit, so that their file is there when the run is.

    Raises:
        LeaseLostError: a later run of the integration has started.
        TooManyRejectsError: the rejects exceed the limits; nothing was written.
        CountsIdentityError: a row is unaccounted for; nothing was written.
        HubUnavailableError: the hub cannot be reached, or is locked for too long.
    """
    run = delivery.run
    objects = sorted({run.object, ACCOUNTS} if delivery.child_of_account else {run.object})
    with target.transaction(objects, work) as hub:
        done = hub.committed(run.run_id, run.integration)
        if done is not None:
            return UpsertResult(done, REFUSED_SCHEMA.empty_table(), repeated=True)
        _check_lease(hub, delivery)
        merge = _Merge(hub, delivery, range_rows)
        merge.prepare()
        counts = UpsertCounts(rows_read=delivery.rows_read, rejected=delivery.rejected)
        refused = []
        for part, rows in merge.merge_ranges():
            counts += part
            if rows.num_rows:
                refused.append(rows)
        counts.check_identity()
        if delivery.limits.exceeded(rejected=counts.rejected, rows_read=counts.rows_read):
            msg = (
                f"{counts.rejected} of {counts.rows_read} rows were rejected, more than "
                f"reject_allowance ({delivery.limits.allowance}) and max_reject_ratio "
                f"({delivery.limits.ratio}) allow. Nothing was written. Mend the rows, or raise "
                "the limits in settings."
            )
            raise TooManyRejectsError(msg)
        all_refused = pa.concat_tables(refused) if refused else REFUSED_SCHEMA.empty_table()
        before_commit(all_refused)
        merge.record_run(counts, clock())
    return UpsertResult(counts, all_refused, tuple(merge.duplicate_rows[:LISTED_DUPLICATES]))


def _check_lease(hub: HubTransaction, delivery: Delivery) -> None:
    epoch = hub.epoch(delivery.run.integration)
    if epoch != delivery.start.epoch:
        msg = (
            f"a later run of {delivery.run.integration} has started and took over (lease epoch "
            f"{epoch}, this run has {delivery.start.epoch}). Nothing was written; the later run "
            "delivers the same rows."
        )
        raise LeaseLostError(msg)


def _accounts_table() -> HubTable:
    return HubTable(ACCOUNTS, (HubColumn("account_id", "VARCHAR"),), ())


@dataclass(frozen=True, slots=True)
class _Merge:
    """One delivery inside one transaction of the hub."""

    hub: HubTransaction
    delivery: Delivery
    range_rows: int
    duplicate_rows: list[int] = field(default_factory=list)

    @property
    def work(self) -> duckdb.DuckDBPyConnection:
        return self.hub.work

    @property
    def _keys(self) -> list[str]:
        return [key.name for key in self.delivery.table.keys]

    @property
    def _range_key(self) -> str:
        """The first key column that differs from row to row."""
        constant = {name for name, _ in self.delivery.constant_keys}
        return next(key for key in self._keys if key not in constant)

    def prepare(self) -> None:
        self.hub.prepare(self.delivery.table)
        if self.delivery.child_of_account:
            self.hub.prepare(_accounts_table())
        self.work.execute(delivered_view(self.delivery))

    def ranges(self) -> Iterator[str]:
        """Conditions that cut the delivered rows into ranges of about `range_rows`, in key order."""
        rows = self._number("SELECT count(*) FROM delivered")
        key = quoted(self._range_key)
        parts = rows // self.range_rows + 1
        if parts == 1:
            yield "TRUE"
            return
        sample = f"SELECT {key} AS k FROM delivered USING SAMPLE reservoir({_SAMPLE_ROWS} ROWS)"
        cuts = f"SELECT k, ntile({parts}) OVER (ORDER BY k) AS part FROM ({sample})"
        firsts = self.work.sql(f"SELECT min(k) FROM ({cuts}) GROUP BY part ORDER BY 1").fetchall()
        bounds = [literal(str(first[0])) for first in dict.fromkeys(firsts[1:])]
        yield f"{key} < {bounds[0]}" if bounds else "TRUE"
        for low, high in zip(bounds, [*bounds[1:], None], strict=False):
            yield f"{key} >= {low}" + (f" AND {key} < {high}" if high else "")

    def merge_ranges(self) -> Iterator[tuple[UpsertCounts, pa.Table]]:
        """Merge range after range; the hub is read one range ahead of the comparing."""
        ranges = list(self.ranges())
        reads = [self._start_current(ranges[0])]
        for position, bounds in enumerate(ranges):
            reads += [self._start_current(each) for each in ranges[position + 1 : position + 2]]
            reads.pop(0)("current")
            yield self._merge_range(bounds)

    def _merge_range(self, bounds: str) -> tuple[UpsertCounts, pa.Table]:
        """Merge the rows of one range; the counts leave out `rows_read`."""
        incoming = f"SELECT * FROM delivered WHERE {bounds}"
        self._view("incoming", incoming)
        refused = self._refused()
        if refused.num_rows:
            self.work.register("refused", refused)
            incoming += " AND _row NOT IN (SELECT _row FROM refused)"
            self._view("incoming", incoming)
        counts = UpsertCounts(rejected=len(set(refused["_row"].to_pylist())))
        if not self.delivery.allow_new:
            counts += self._skipped_new()
            keys = comma_quoted(self._keys)
            self._view("incoming", f"SELECT * FROM ({incoming}) SEMI JOIN current USING ({keys})")
        elif self.delivery.child_of_account:
            counts += UpsertCounts(stub_accounts=self._create_stubs())
        single, merged, duplicates = self._merge_duplicates()
        counts += UpsertCounts(duplicates=duplicates)
        counts += self._write(CellRules(self.delivery, merged=False), single)
        if merged:
            counts += self._write(CellRules(self.delivery, merged=True), merged)
        return counts, refused

    def _start_current(self, bounds: str) -> Callable[[str], None]:
        mapped = [attribute.column for attribute in self.delivery.attributes]
        extra = [c for c in object_rules.columns_to_judge(self.delivery) if c not in mapped]
        wanted = f"SELECT {comma_quoted(self._keys)} FROM delivered WHERE {bounds}"
        columns = (*mapped, *extra, *RECORD_COLUMNS)
        return self.hub.start_read(self.delivery.table, columns, wanted=wanted)

    def _refused(self) -> pa.Table:
        """The rows of `incoming` that the hub's rules refuse."""
        found = [
            self.work.sql(statement).to_arrow_table().cast(REFUSED_SCHEMA)
            for statement in object_rules.refusals(self.delivery)
        ]
        return pa.concat_tables(found) if found else REFUSED_SCHEMA.empty_table()

    def _skipped_new(self) -> UpsertCounts:
        """Keys that the hub does not have, without allow_new: nothing happens to them."""
        keys = comma_quoted(self._keys)
        new = f"SELECT {keys} FROM incoming ANTI JOIN current USING ({keys})"
        rows = self._number(f"SELECT count(*) FROM ({new})")
        skipped = self._number(f"SELECT count(*) FROM (SELECT DISTINCT * FROM ({new}))")
        return UpsertCounts(skipped_new=skipped, duplicates=rows - skipped)

    def _create_stubs(self) -> int:
        accounts = _accounts_table()
        self.hub.start_read(accounts, (), wanted="SELECT account_id FROM incoming")(
            "known_accounts"
        )
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
            self.hub.insert(ACCOUNTS, (*accounts.keys, *STAMP_COLUMNS), "SELECT * FROM stubs")
            created = "SELECT account_id AS key, 'created' AS operation, NULL AS before FROM stubs"
            self._log(created, ACCOUNTS)
        return stubs

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
        return replace(counts, unchanged=arrivals - created - counts.updated - counts.stale)

    def _update(self, rules: CellRules, mapped: tuple[HubColumn, ...]) -> UpsertCounts:
        self._table("decisions", rules.decisions())
        (outcome,) = self.work.execute(rules.outcome()).fetchall()
        updated, stale, conflicts, resolved = (int(count) for count in outcome)
        self._table("updates", rules.updates())
        if self._number("SELECT count(*) FROM updates"):
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

    def record_run(self, counts: UpsertCounts, now: datetime) -> None:
        """The ledger's row, in the same transaction."""
        run, start = self.delivery.run, self.delivery.start
        texts = (run.integration, run.object, run.connection, run.mode, run.trigger)
        values = [literal(run.run_id), str(start.run_seq), *(literal(text) for text in texts)]
        moments = (self.delivery.extracted_at, now)
        values += [f"TIMESTAMPTZ {literal(moment.isoformat())}" for moment in moments]
        values += [str(getattr(counts, name)) for name in COUNT_NAMES]
        self.hub.insert("_runs", RUNS, f"SELECT {comma(values)}")

    def _table(self, name: str, select: str) -> None:
        self.work.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}")

    def _view(self, name: str, select: str) -> None:
        self.work.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {select}")

    def _number(self, select: str) -> int:
        return int(self.work.execute(select).fetchall()[0][0])
