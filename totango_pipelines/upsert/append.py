"""Rows without a key (usage): appended as often as the hub does not have them yet (semantics.md 1).

Rows are told apart by their content. The hub's rows of the integration are its baseline.
"""

from dataclasses import dataclass

from totango_pipelines.quoting import comma, literal, quoted
from totango_pipelines.upsert.arrivals import DELIVERED
from totango_pipelines.upsert.change_log import log_changes
from totango_pipelines.upsert.delivery import Delivery, HubColumn, UpsertCounts
from totango_pipelines.upsert.key_ranges import KeyRanges, by_keys, number, table, view
from totango_pipelines.upsert.merge import UNCOMMITTED
from totango_pipelines.upsert.own_tables import RUNS, STAMP_COLUMNS, own_table
from totango_pipelines.upsert.register import ACCOUNT_ID, accounts_table
from totango_pipelines.upsert.stubs import create_stubs, read_known_accounts
from totango_pipelines.upsert.target import HubTransaction

CONTENT = HubColumn("_content", "VARCHAR")
_AS_OF, _RUN_SEQ, _ROW_NO, _WRITER = STAMP_COLUMNS
_ROW_ID = (_RUN_SEQ, _ROW_NO)
"""A run numbers its rows, so these two name a row of the table."""
_ALLOWED = "rows_to_append"
_PARTS = 16


@dataclass(frozen=True, slots=True)
class Append:
    """The rows of one delivery on their way into a table of rows, inside one transaction."""

    hub: HubTransaction
    delivery: Delivery
    range_rows: int

    def append(self) -> UpsertCounts:
        """Append and, in a run that `removes`, take away; counts without `rows_read`."""
        counts = self._accounts()
        before = self._rows_before() if self.delivery.totals or self.delivery.removes else 0
        if self.delivery.removes:
            counts += self._remove(before)
        ranges = KeyRanges(self.hub, _ALLOWED, [CONTENT.name], self.range_rows)
        unchanged = 0
        for _ in ranges.beside_the_hub([by_keys(self.delivery.table, STAMP_COLUMNS)]):
            part = self._append_range()
            unchanged += part.unchanged
            counts += part
        if self.delivery.totals and not self.delivery.removes:
            counts += UpsertCounts(absent=before - unchanged)
        return counts

    @property
    def _own(self) -> str:
        return f"_writer = {literal(self.delivery.run.integration)}"

    def _accounts(self) -> UpsertCounts:
        """Make unknown accounts, or skip their rows; the others stand in `rows_to_append`."""
        counts = UpsertCounts()
        ranges = KeyRanges(self.hub, DELIVERED, [ACCOUNT_ID.name], self.range_rows)
        for _ in ranges.beside_the_hub([by_keys(accounts_table(), ())]):
            if self.delivery.allow_new:
                counts += UpsertCounts(stub_accounts=create_stubs(self.hub, self.delivery))
                continue
            read_known_accounts(self.hub, "incoming")
            skipped = "SELECT _row FROM incoming ANTI JOIN known_accounts USING (account_id)"
            rows = number(self.hub.work, f"SELECT count(*) FROM ({skipped})")
            self.hub.work.execute(f"INSERT INTO {UNCOMMITTED} {skipped}")
            counts += UpsertCounts(skipped_new=rows)
        kept = f"SELECT * FROM {DELIVERED} ANTI JOIN {UNCOMMITTED} USING (_row)"
        view(self.hub.work, _ALLOWED, kept)
        return counts

    def _append_range(self) -> UpsertCounts:
        nth = "row_number() OVER (PARTITION BY _content ORDER BY _row) AS nth"
        have = f"SELECT _content, count(*) AS m FROM current WHERE {self._own} GROUP BY _content"
        table(
            self.hub.work,
            "appending",
            f"SELECT * EXCLUDE (nth, m), nth <= coalesce(m, 0) AS known FROM "
            f"(SELECT *, {nth} FROM incoming) LEFT JOIN ({have}) USING (_content)",
        )
        rows = number(self.hub.work, "SELECT count(*) FROM appending")
        created = number(self.hub.work, "SELECT count(*) FROM appending WHERE NOT known")
        if created:
            run = self.delivery.start
            writer = literal(self.delivery.run.integration)
            columns = (*self._columns, CONTENT, *STAMP_COLUMNS)
            stamp = (
                f"_as_of, {run.run_seq}::BIGINT AS _run_seq, _row AS _row_no, {writer} AS _writer"
            )
            new = "FROM appending WHERE NOT known ORDER BY _row"
            values = f"SELECT {comma([*self._values, '_content', stamp])} {new}"
            # Which run brought a row stands in the row: a log of them would be as long again.
            self.hub.insert(self.delivery.table.name, columns, values)
        return UpsertCounts(created=created, unchanged=rows - created)

    @property
    def _attributes(self) -> list[str]:
        return [attribute.column.name for attribute in self.delivery.attributes]

    @property
    def _columns(self) -> tuple[HubColumn, ...]:
        mapped = tuple(attribute.column for attribute in self.delivery.attributes)
        return (*mapped, *(column for column, _ in self.delivery.new_defaults))

    @property
    def _values(self) -> list[str]:
        mapped = [quoted(name) for name in self._attributes]
        defaults = self.delivery.new_defaults
        return mapped + [f"{value} AS {quoted(column.name)}" for column, value in defaults]

    def _rows_before(self) -> int:
        """How many rows of the integration the hub has, by the ledger."""
        own = f"integration = {literal(self.delivery.run.integration)}"
        runs = own_table("_runs", RUNS)
        columns = [column for column in RUNS if column.name in {"created", "removed"}]
        where = f"{own} AND object = {literal(self.delivery.run.object)}"
        self.hub.read(runs, columns, "runs_before", where=where)
        total = "SELECT coalesce(sum(created) - sum(removed), 0) FROM runs_before"
        return number(self.hub.work, total)

    def _remove(self, before: int) -> UpsertCounts:
        """Take away what the source no longer has; of copies too many, the newest ones."""
        removed = 0
        for part in _parts(before, self.range_rows):
            self.hub.read(
                self.delivery.table,
                (CONTENT, _AS_OF, *_ROW_ID, *self._all_attributes),
                "stored_rows",
                where=f"{self._own} AND {part}",
            )
            have = f"SELECT _content, count(*) AS n FROM {_ALLOWED} WHERE {part} GROUP BY _content"
            copies = (
                "row_number() OVER (PARTITION BY _content ORDER BY "
                "CAST(_as_of AS TIMESTAMPTZ), _run_seq, _row_no)"
            )
            table(
                self.hub.work,
                "removing",
                f"SELECT s.* FROM (SELECT *, {copies} AS nth FROM stored_rows) s "
                f"LEFT JOIN ({have}) h USING (_content) WHERE nth > coalesce(n, 0)",
            )
            removed += self._remove_rows()
        return UpsertCounts(removed=removed)

    @property
    def _all_attributes(self) -> tuple[HubColumn, ...]:
        return self.delivery.table.attributes

    def _remove_rows(self) -> int:
        rows = number(self.hub.work, "SELECT count(*) FROM removing")
        if rows:
            names = [quoted(column.name) for column in self._all_attributes]
            before = f"to_json(struct_pack({comma([f'{name} := {name}' for name in names])}))"
            log = (
                "SELECT concat_ws('/', _run_seq, _row_no) AS key, 'removed' AS operation, "
                f"CAST({before} AS VARCHAR) AS before FROM removing"
            )
            log_changes(self.hub, self.delivery, log, self.delivery.table.name)
            self.hub.delete(self.delivery.table.name, _ROW_ID, "removing")
        return rows


def _parts(rows: int, range_rows: int) -> list[str]:
    """Conditions that cut a table of rows, whose contents are hexadecimal hashes, into parts."""
    if rows <= range_rows:
        return ["TRUE"]
    digits = "0123456789abcdef"
    starts = [first + second for first in digits for second in ("0", "8")]
    if rows <= range_rows * _PARTS:
        starts = list(digits)
    ends = [*starts[1:], "g"]
    return [
        f"_content >= {literal(low)} AND _content < {literal(high)}"
        for low, high in zip(starts, ends, strict=True)
    ]
