"""Reads cells through one conversion on the real engine, as the mapping's SELECT would."""

from collections.abc import Sequence
from functools import cache

import duckdb
import pyarrow as pa

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.conversions import HUB_TYPES, conversion_for, over

DATE = Attribute("Renewal", DataType.DATE)
TIME = Attribute("Seen", DataType.TIMESTAMP)
NUMBER = Attribute("Seats", DataType.NUMBER)
WHOLE = Attribute("Count", DataType.WHOLE_NUMBER)
MONEY = Attribute("MRR", DataType.CURRENCY)
EUROS = Attribute("MRR", DataType.CURRENCY, currency="EUR")
DOLLARS = Attribute("MRR", DataType.CURRENCY, currency="USD")
FLAG = Attribute("Active", DataType.BOOLEAN)
TAG = Attribute("tag##vip", DataType.TAG)
ITEMS = Attribute("Products", DataType.MULTI_LIST)
COLOURS = Attribute("Colours", DataType.MULTI_LIST, allowed=("red", "green", "blue"))


class Reject(str):
    """The codes that a cell was refused with, after `!`: no value that a cell could have."""

    __slots__ = ()


@cache
def engine() -> duckdb.DuckDBPyConnection:
    """One engine for all cells of a test process."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def read_cells(
    attribute: Attribute,
    cells: Sequence[object],
    source_format: str | None = None,
    *,
    zone: str = "UTC",
    kind: Kind = Kind.TEXT,
    arrow_type: pa.DataType | None = None,
) -> list[object]:
    """For each cell: its value, or `!` and its codes; a doubt's value is (value, code)."""
    conversion = conversion_for(attribute, "c0", kind, source_format=source_format, timezone=zone)
    checks = [*conversion.failures, *conversion.doubts]
    flags = [f"coalesce(x IS NOT NULL AND ({over(each, 'x', 'v')}), FALSE)" for _, each in checks]
    cursor = engine().cursor()
    cursor.execute("SET TimeZone = 'UTC'")
    values = pa.array(cells, arrow_type or pa.string())
    cursor.register("cells", pa.table({"n": range(len(cells)), "c0": values}))
    # A refused instant may lie beyond what Python can hold.
    refused = " OR ".join(["FALSE", *flags[: len(conversion.failures)]])
    value = f"CASE WHEN {refused} THEN NULL ELSE v END"
    rows = (
        cursor.sql(
            f"SELECT CAST({value} AS {HUB_TYPES[attribute.data_type]}), [{', '.join(flags)}] FROM ("
            f"SELECT *, {over(conversion.value, 'x')} AS v FROM ("
            f"SELECT *, {conversion.cell} AS x FROM cells)) ORDER BY n"
        )
        .to_arrow_table()
        .to_pydict()
        .values()
    )
    return [
        _outcome(value, [code for (code, _), is_so in zip(checks, flags, strict=True) if is_so])
        for value, flags in zip(*rows, strict=True)
    ]


def _outcome(value: object, codes: list[str]) -> object:
    if codes == ["TIME_TWICE"]:
        return value, "TIME_TWICE"
    return Reject("!" + " ".join(codes)) if codes else value
