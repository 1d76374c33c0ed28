"""The windows of a partitioned integration, in Dagster's terms."""

from datetime import datetime
from typing import Final

import dagster as dg

from totango_pipelines.errors import UserError
from totango_pipelines.integrations.integration import Integration
from totango_pipelines.integrations.partition import Partition, Window
from totango_pipelines.orchestration.asset_keys import step_key
from totango_pipelines.orchestration.run_requests import PARTITION_TAG, RANGE_TAGS

_KINDS: Final = {
    "hour": (dg.HourlyPartitionsDefinition, "%Y-%m-%d-%H:%M"),
    "day": (dg.DailyPartitionsDefinition, "%Y-%m-%d"),
    "month": (dg.MonthlyPartitionsDefinition, "%Y-%m-%d"),
}
_AT_ONCE: Final = {"hour": 24, "day": 1, "month": 1}
"""So many windows a run when a range is filled: an hour is too little for a run of its own."""


def partitions_of(integration: Integration) -> dg.TimeWindowPartitionsDefinition | None:
    """The windows; None: the integration has none."""
    if integration.partition is None:
        return None
    kind, form = _KINDS[integration.partition.by]
    start = datetime.strptime(integration.partition.start, "%Y-%m-%d").strftime(form)  # noqa: DTZ007 - a day of the calendar, in the zone beside it
    return kind(start_date=start, timezone=integration.settings.timezone)


def backfill_policy(partition: Partition | None) -> dg.BackfillPolicy | None:
    """How a range is filled: one run after the other, so that it can be resumed."""
    return None if partition is None else dg.BackfillPolicy.multi_run(_AT_ONCE[partition.by])


def window_of(context: dg.AssetExecutionContext) -> Window | None:
    """The window, or the range of windows, that a run was started for."""
    if not context.has_partition_key and not context.has_partition_key_range:
        return None
    found = context.partition_time_window
    return Window(found.start, found.end)


def pending_tags(
    instance: dg.DagsterInstance, integration: Integration, now: datetime
) -> dict[str, str]:
    """The tags of a run of all windows that ended since the newest one that was filled.

    One run covers the gap that an outage left. If nothing ended since, it is the newest window
    again. Older holes are for a backfill. Before the first window has ended there are none.
    """
    ends = _pending(instance, integration, now)
    return partition_tags(*ends) if ends else {}


def pending_window(
    instance: dg.DagsterInstance, integration: Integration, now: datetime
) -> Window | None:
    """The same as one window of time, for a run that nobody gave a window."""
    ends, partitions = _pending(instance, integration, now), partitions_of(integration)
    if not ends or partitions is None:
        return None
    first, last = (partitions.time_window_for_partition_key(key) for key in ends)
    return Window(first.start, last.end)


def _pending(
    instance: dg.DagsterInstance, integration: Integration, now: datetime
) -> tuple[str, str] | None:
    partitions = partitions_of(integration)
    keys = partitions.get_partition_keys(current_time=now) if partitions else ()
    if not keys:
        return None
    filled = instance.get_materialized_partitions(step_key(integration.id, "upsert"))
    newest = max((i for i, key in enumerate(keys) if key in filled), default=-1)
    return keys[min(newest + 1, len(keys) - 1)], keys[-1]


def chosen_tags(integration: Integration, chosen: str, now: datetime) -> dict[str, str]:
    """The tags of a run of the window, or of the windows `first...last`, that somebody chose.

    Raises:
        UserError: the integration has no partition, or the window does not exist (yet).
    """
    partitions = partitions_of(integration)
    if partitions is None:
        msg = f"{integration.id} has no partition. Take the window out, or declare `partition`."
        raise UserError(msg)
    keys = partitions.get_partition_keys(current_time=now)
    first, _, last = chosen.partition("...")
    last = last or first
    for name in (first, last):
        if name not in keys:
            known = f"{keys[0]} to {keys[-1]}" if keys else "none, since no window has ended"
            msg = f"{integration.id} has no window {name[:40]!r}. There are: {known}."
            raise UserError(msg)
    if keys.index(last) < keys.index(first):
        msg = f"{first} comes after {last}. Write the earlier window first."
        raise UserError(msg)
    return partition_tags(first, last)


def partition_tags(first: str, last: str) -> dict[str, str]:
    """The tags of a run of the windows from the first to the last."""
    return (
        {PARTITION_TAG: first}
        if first == last
        else dict(zip(RANGE_TAGS, (first, last), strict=True))
    )
