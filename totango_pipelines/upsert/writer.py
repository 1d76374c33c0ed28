"""The upsert of one run: everything that it does to the hub, in one transaction (semantics.md 8)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb
import pyarrow as pa

from totango_pipelines.engine import WorkSpace
from totango_pipelines.errors import LeaseLostError
from totango_pipelines.quoting import comma, literal
from totango_pipelines.upsert.append import Append
from totango_pipelines.upsert.arrivals import EMPLOYEES, Arrivals, names_employees
from totango_pipelines.upsert.change_log import open_conflicts
from totango_pipelines.upsert.claims import Claims
from totango_pipelines.upsert.delivery import COUNT_NAMES, Delivery, UpsertCounts
from totango_pipelines.upsert.hierarchy import warnings_of_parents
from totango_pipelines.upsert.key_ranges import RANGE_ROWS
from totango_pipelines.upsert.matching import Matching
from totango_pipelines.upsert.merge import (
    LISTED_DUPLICATES,
    REFUSED_SCHEMA,
    Merge,
    open_uncommitted,
)
from totango_pipelines.upsert.own_tables import RELEASED, RUNS, own_table
from totango_pipelines.upsert.register import ACCOUNTS, REGISTER, accounts_table, register_table
from totango_pipelines.upsert.state import NextState
from totango_pipelines.upsert.stubs import open_stubs
from totango_pipelines.upsert.target import HubTransaction, UpsertTarget

BeforeCommit = Callable[[duckdb.DuckDBPyConnection, pa.Table, UpsertCounts], NextState | None]


@dataclass(frozen=True, slots=True)
class UpsertResult:
    """The counts of the committed run.

    `refused` are the rows that the hub's rules rejected, `duplicate_rows` the first row numbers
    that share a key with another row. `warnings` are for people, without values. `repeated`: the
    run had committed before.
    """

    counts: UpsertCounts
    refused: pa.Table
    duplicate_rows: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    repeated: bool = False


def upsert_delivery(
    target: UpsertTarget,
    delivery: Delivery,
    *,
    work: WorkSpace,
    clock: Callable[[], datetime],
    before_commit: BeforeCommit,
    range_rows: int = RANGE_ROWS,
) -> UpsertResult:
    """Merge a delivery into the hub, once, however often it is called with the same run id.

    `before_commit` gets the engine, the rows that the hub's rules refused (`REFUSED_SCHEMA`) and the
    counts just before the commit, so that their file is there when the run is. In the engine stand the
    numbers of the rows that are not committed (`UNCOMMITTED`) and the run's conflicts
    (`RUN_CONFLICTS`). It answers with what the integration remembers from now on.

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
            return UpsertResult(done, pa.Table.from_batches([], REFUSED_SCHEMA), repeated=True)
        _check_lease(hub, delivery)
        delivery = _prepare(hub, delivery)
        counts = UpsertCounts(rows_read=delivery.rows_read, rejected=delivery.rejected)
        counts += delivery.recognised or UpsertCounts()
        unmatched = Arrivals(hub, delivery, range_rows).open()
        merged = _merge(hub, delivery, range_rows, unmatched)
        counts += merged.counts
        counts.check_identity()
        again = {row for row in merged.refused["_row"].to_pylist() if row <= delivery.held}
        delivery.check_limits(counts.rejected, len(again))
        state = before_commit(hub.work, merged.refused, counts)
        if state is not None:
            hub.keep_state(run, state)
        warnings = tuple(warnings_of_parents(hub, delivery))
        _record_run(hub, delivery, counts, clock())
    return replace(merged, counts=counts, warnings=warnings)


def _merge(
    hub: HubTransaction, delivery: Delivery, range_rows: int, unmatched: pa.Table
) -> UpsertResult:
    """Write the rows of `delivered`; `unmatched` were refused before."""
    open_uncommitted(hub, unmatched)
    counts = UpsertCounts(rejected=unmatched.num_rows)
    refused = [unmatched.cast(REFUSED_SCHEMA)] if unmatched.num_rows else []
    if delivery.table.holds_rows:
        counts += Append(hub, delivery, range_rows).append()
        return UpsertResult(counts, _all(refused))
    if delivery.claims:
        counts += Claims(hub, delivery, range_rows).settle()
        open_uncommitted(hub, unmatched)
    merge = Merge(hub, delivery, range_rows)
    for part, rows in merge.merge_ranges():
        counts += part
        if rows.num_rows:
            refused.append(rows)
    return UpsertResult(counts, _all(refused), tuple(merge.duplicate_rows[:LISTED_DUPLICATES]))


def _all(refused: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(refused) if refused else pa.Table.from_batches([], REFUSED_SCHEMA)


def _objects(delivery: Delivery) -> list[str]:
    """The objects that this run alone may write or must find unchanged.

    In order, so that no two runs wait in a circle.
    """
    objects = {delivery.run.object}
    if _asks_for_accounts(delivery):
        objects.add(ACCOUNTS)
    if delivery.claims or delivery.match_on is not None:
        objects.add(REGISTER)
    if names_employees(delivery):
        objects.add(EMPLOYEES.name)
    return sorted(objects)


def _asks_for_accounts(delivery: Delivery) -> bool:
    return delivery.child_of_account or delivery.account_must_exist


def _prepare(hub: HubTransaction, delivery: Delivery) -> Delivery:
    """Make sure of the tables; the delivery, with what the hub knows of deleted integrations."""
    hub.prepare(delivery.table)
    if _asks_for_accounts(delivery):
        hub.prepare(accounts_table())
    if delivery.claims or delivery.match_on is not None:
        hub.prepare(register_table())
    if names_employees(delivery):
        hub.prepare(EMPLOYEES)
    if delivery.rebuilds:
        Matching(hub, delivery).forget()
    open_stubs(hub)
    open_conflicts(hub)
    hub.read(own_table("_released", RELEASED), RELEASED, "released")
    released = hub.work.execute("SELECT integration, run_seq FROM released").fetchall()
    return replace(delivery, released=tuple((str(name), int(seq)) for name, seq in released))


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
