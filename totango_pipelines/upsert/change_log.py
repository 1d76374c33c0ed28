"""What a run did to the hub's records, told in `_changes` and `_conflicts`."""

from totango_pipelines.quoting import comma, literal
from totango_pipelines.upsert.delivery import Delivery
from totango_pipelines.upsert.own_tables import CHANGES, CONFLICTS
from totango_pipelines.upsert.target import HubTransaction

RUN_CONFLICTS = "run_conflicts"
"""The run's conflicts, kept beside the hub for the run's own file."""


def log_changes(hub: HubTransaction, delivery: Delivery, changes: str, table: str) -> None:
    """Log the (key, operation, before) of a statement, for records of this table."""
    run = delivery.run
    constants = comma([literal(text) for text in (run.run_id, run.integration, table)])
    rows = f"SELECT {constants}, key, operation, CAST(before AS VARCHAR) FROM ({changes})"
    hub.insert("_changes", CHANGES, rows)


def open_conflicts(hub: HubTransaction) -> None:
    """An empty table for the run's conflicts."""
    defined = comma([f"{column.name} {column.hub_type}" for column in CONFLICTS])
    hub.work.execute(f"CREATE OR REPLACE TEMP TABLE {RUN_CONFLICTS} ({defined})")


def list_conflicts(hub: HubTransaction, delivery: Delivery, conflicts: str) -> None:
    """List the conflicts of a statement (its columns: those of `_conflicts` from `key` on)."""
    constants = comma([literal(delivery.run.run_id), literal(delivery.table.name)])
    hub.work.execute(
        f"CREATE OR REPLACE TEMP TABLE new_conflicts AS SELECT {constants}, * FROM ({conflicts})"
    )
    hub.work.execute(f"INSERT INTO {RUN_CONFLICTS} SELECT * FROM new_conflicts")
    hub.insert("_conflicts", CONFLICTS, "SELECT * FROM new_conflicts")
