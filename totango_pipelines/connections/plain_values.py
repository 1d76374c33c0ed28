"""Arrow's columns as Python's own values, without pandas."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from totango_pipelines.connections.source import UTC_TIMESTAMP

_TIME = pa.timestamp("us")


def plain_values(column: pa.Array | pa.ChunkedArray) -> list[Any]:
    """The values of a column.

    Asked for a time with a zone, pyarrow looks whether pandas is installed by importing it: a
    quarter of a second.
    """
    if column.type != UTC_TIMESTAMP:
        return list(column.to_pylist())
    return [_in_utc(time) for time in column.cast(_TIME).to_pylist()]


def plain_value(scalar: pa.Scalar) -> Any:  # noqa: ANN401 - of whatever type
    """One value, in the same way."""
    if scalar.type != UTC_TIMESTAMP:
        return scalar.as_py()
    return _in_utc(scalar.cast(_TIME).as_py())


def _in_utc(time: datetime | None) -> datetime | None:
    return None if time is None else time.replace(tzinfo=UTC)
