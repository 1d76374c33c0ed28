"""Formats on columns that the source calls numeric, and on constants."""

from datetime import UTC, date, datetime
from decimal import Decimal
from math import inf, nan

import pyarrow as pa
import pytest

from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.conversions import conversion_for, over
from totango_pipelines_tests.mapping.formats.format_scene import (
    DATE,
    FLAG,
    NUMBER,
    TIME,
    engine,
    read_cells,
)

F, R = "!FORMAT", "!OUT_OF_RANGE"
TEN = datetime(2026, 1, 31, 10, tzinfo=UTC)
HALF = TEN.replace(microsecond=500_000)
ARROW = {
    Kind.INTEGER: pa.int64(),
    Kind.FLOAT: pa.float64(),
    Kind.DECIMAL: pa.decimal128(38, 6),
    Kind.DECIMAL_TEXT: pa.string(),
}
LARGEST = 2**63 - 1

CASES = {
    (Kind.INTEGER, DATE, "YYYYMMDD"): {20260131: date(2026, 1, 31), 2020104: F, -20260131: F, 0: F},
    (Kind.FLOAT, DATE, "YYYYMMDD"): {20260131.0: date(2026, 1, 31), 20260131.5: F, nan: F, inf: F},
    (Kind.DECIMAL, DATE, "YYYYMMDD"): {Decimal(20260131): date(2026, 1, 31), Decimal("0.5"): F},
    (Kind.DECIMAL_TEXT, DATE, "YYYYMMDD"): {" 20260131.00 ": date(2026, 1, 31), "NaN": F, "": None},
    (Kind.INTEGER, DATE, "DDMMYYYY"): {31012026: date(2026, 1, 31), 1022026: F},
    (Kind.INTEGER, TIME, "epoch seconds"): {
        1769853600: TEN,
        0: datetime(1970, 1, 1, tzinfo=UTC),
        -1: datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        **dict.fromkeys([LARGEST, -LARGEST, 253402300800, -62135596801], R),
    },
    (Kind.FLOAT, TIME, "epoch seconds"): {1769853600.5: HALF, nan: R, inf: R, -inf: R, 1e300: R},
    (Kind.DECIMAL, TIME, "epoch seconds"): {Decimal("1769853600.5"): HALF, Decimal(10**30): R},
    (Kind.DECIMAL_TEXT, TIME, "epoch seconds"): {"1769853600.50": HALF, "NaN": F, " ": None},
    (Kind.INTEGER, TIME, "epoch milliseconds"): {1769853600500: HALF, LARGEST: R},
    (Kind.INTEGER, TIME, "epoch microseconds"): {1769853600500999: HALF, LARGEST: R},
    (Kind.INTEGER, DATE, "excel serial"): {
        46053: date(2026, 1, 31),
        60: R,
        LARGEST: R,
        -LARGEST: R,
    },
    (Kind.FLOAT, TIME, "excel serial"): {
        46053 + 10 / 24: TEN,
        **dict.fromkeys([nan, inf, -inf, 1e300, -1e300, 60.5, -1.0], R),
    },
    (Kind.DECIMAL, DATE, "excel serial"): {Decimal("46053.999999"): date(2026, 1, 31)},
    (Kind.INTEGER, FLAG, "1/-1"): {1: True, -1: False, 0: F},
}


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC"])
@pytest.mark.parametrize(("kind", "attribute", "source_format"), CASES)
def test_a_number_is_read_as_its_format_says(kind, attribute, source_format, zone):
    expected = CASES[kind, attribute, source_format]

    found = read_cells(
        attribute, [*expected, None], source_format, zone=zone, kind=kind, arrow_type=ARROW[kind]
    )

    assert found == [*expected.values(), None]


@pytest.mark.parametrize(("kind", "attribute", "source_format"), CASES)
def test_a_zone_refuses_the_same_numbers(kind, attribute, source_format):
    expected = CASES[kind, attribute, source_format]

    found = read_cells(
        attribute,
        list(expected),
        source_format,
        zone="America/New_York",
        kind=kind,
        arrow_type=ARROW[kind],
    )

    refused = [value if isinstance(value, str) else None for value in expected.values()]
    assert [value if isinstance(value, str) else None for value in found] == refused


CONSTANTS = [
    (TIME, "epoch seconds", Kind.INTEGER, f"CAST({2**127 - 1} AS HUGEINT)", R),
    (TIME, "epoch seconds", Kind.INTEGER, f"CAST({LARGEST} AS HUGEINT)", R),
    (TIME, "epoch seconds", Kind.FLOAT, "CAST('inf' AS DOUBLE)", R),
    (TIME, "excel serial", Kind.FLOAT, "CAST('-1e300' AS DOUBLE)", R),
    (TIME, "YYYYMMDD", Kind.TEXT, "CAST('20260131' AS VARCHAR)", None),
    (NUMBER, "0,000.00", Kind.TEXT, "CAST('1,5,0' AS VARCHAR)", F),
    (NUMBER, "0,000.00", Kind.TEXT, "CAST('(1,500)' AS VARCHAR)", None),
]


@pytest.mark.parametrize(("attribute", "source_format", "kind", "raw", "code"), CONSTANTS)
def test_a_constant_is_read_like_a_cell(attribute, source_format, kind, raw, code):
    conversion = conversion_for(
        attribute, raw, kind, source_format=source_format, timezone="Europe/Berlin"
    )
    assert conversion is not None
    flags = [f"coalesce({over(each, 'x', 'v')}, FALSE)" for _, each in conversion.failures]

    row = (
        engine()
        .execute(
            f"SELECT {', '.join(flags)} FROM (SELECT *, {over(conversion.value, 'x')} AS v FROM ("
            f"SELECT {conversion.cell} AS x FROM range(2)))"
        )
        .fetchone()
    )

    failed = [name for (name, _), is_so in zip(conversion.failures, row, strict=True) if is_so]
    assert failed == ([] if code is None else [code.removeprefix("!")])
