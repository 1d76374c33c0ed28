"""A record's key as one text, as `_changes`, `_conflicts` and `_matches` have it."""

from totango_pipelines.quoting import comma, quoted
from totango_pipelines.upsert.delivery import Delivery


def key_text(delivery: Delivery) -> str:
    """The parts of the key, joined by `/`, as SQL over rows with the hub's key columns."""
    parts = [f"CAST({quoted(key.name)} AS VARCHAR)" for key in delivery.table.keys]
    return f"concat_ws('/', {comma(parts)})"
