"""The upsert of one run: everything that it does to the hub, in one transaction (semantics.md 8)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from totango_pipelines.engine import WorkSpace
from totango_pipelines.errors import LeaseLostError, TooManyRejectsError
from totango_pipelines.quoting import comma, literal
from totango_pipelines.upsert.claims import Claims
from totango_pipelines.upsert.delivery import COUNT_NAMES, Delivery, UpsertCounts
from totango_pipelines.upsert.merge import LISTED_DUPLICATES, RANGE_ROWS, REFUSED_SCHEMA, Merge
from totango_pipelines.upsert.own_tables import RUNS
from totango_pipelines.upsert.register import ACCOUNTS, REGISTER, accounts_table, register_table
from totango_pipelines.upsert.rows_sql import delivered_view
from totango_pipelines.upsert.target import HubTransaction, UpsertTarget


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
    with target.transaction(_objects(delivery), work) as hub:
        done = hub.committed(run.run_id, run.integration)
        if done is not None:
            return UpsertResult(done, REFUSED_SCHEMA.empty_table(), repeated=True)
        _check_lease(hub, delivery)
        _prepare(hub, delivery)
        counts = UpsertCounts(rows_read=delivery.rows_read, rejected=delivery.rejected)
        if delivery.claims:
            counts += Claims(hub, delivery, range_rows).settle()
        merge = Merge(hub, delivery, range_rows)
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
        _record_run(hub, delivery, counts, clock())
    return UpsertResult(counts, all_refused, tuple(merge.duplicate_rows[:LISTED_DUPLICATES]))


def _objects(delivery: Delivery) -> list[str]:
    """The objects that this run alone may write; in order, so that no two runs wait in a circle."""
    objects = {delivery.run.object}
    if _asks_for_accounts(delivery):
        objects.add(ACCOUNTS)
    if delivery.claims:
        objects.add(REGISTER)
    return sorted(objects)


def _asks_for_accounts(delivery: Delivery) -> bool:
    return delivery.child_of_account or delivery.account_must_exist


def _prepare(hub: HubTransaction, delivery: Delivery) -> None:
    hub.prepare(delivery.table)
    if _asks_for_accounts(delivery):
        hub.prepare(accounts_table())
    if delivery.claims:
        hub.prepare(register_table())
    hub.work.execute(delivered_view(delivery))


def _check_lease(hub: HubTransaction, delivery: Delivery) -> None:
    epoch = hub.epoch(delivery.run.integration)
    if epoch != delivery.start.epoch:
        msg = (
            f"a later run of {delivery.run.integration} has started and took over (lease epoch "
            f"{epoch}, this run has {delivery.start.epoch}). Nothing was written; the later run "
            "delivers the same rows."
        )
        raise LeaseLostError(msg)


def _record_run(
    hub: HubTransaction, delivery: Delivery, counts: UpsertCounts, now: datetime
) -> None:
    """The ledger's row, in the same transaction."""
    run, start = delivery.run, delivery.start
    texts = (run.integration, run.object, run.connection, run.mode, run.trigger)
    values = [literal(run.run_id), str(start.run_seq), *(literal(text) for text in texts)]
    moments = (delivery.extracted_at, now)
    values += [f"TIMESTAMPTZ {literal(moment.isoformat())}" for moment in moments]
    values += [str(getattr(counts, name)) for name in COUNT_NAMES]
    hub.insert("_runs", RUNS, f"SELECT {comma(values)}")
