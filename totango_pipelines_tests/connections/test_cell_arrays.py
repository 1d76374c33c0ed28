"""Drivers' values as Arrow: exact, or text."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
import pytest

from totango_pipelines.connections import source
from totango_pipelines.connections.cell_arrays import array_of, cell_text
from totango_pipelines.connections.exact_arrow import carried, exact

BERLIN = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("Zoë", "Zoë"),
        (True, "true"),
        (Decimal("1E-7"), "0.0000001"),
        (1e-7, "0.0000001"),
        (12345678901234567890, "12345678901234567890"),
        (b"\x00\xff", "\\x00ff"),
        (memoryview(b"\x01"), "\\x01"),
        (date(2026, 1, 2), "2026-01-02"),
        (time(1, 2, 3), "01:02:03"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02 00:00:00+00:00"),
        (["é", None, Decimal("1.10")], '["é", null, "1.10"]'),
        ({"a": [1, True], 2: b"\x01"}, '{"a": [1, true], "2": "\\\\x01"}'),
    ],
)
def test_a_value_has_one_text(value, text):
    assert cell_text(value) == text


@pytest.mark.parametrize(
    ("values", "arrow_type", "expected"),
    [
        ([1, None, Decimal(2)], pa.int64(), [1, None, 2]),
        ([Decimal("0.10"), "1.5", 2], pa.decimal128(10, 2), ["0.10", "1.50", "2.00"]),
        ([0.1, None, Decimal("0.1")], pa.float64(), [0.1, None, 0.1]),
        ([True, None, 0], pa.bool_(), [True, None, False]),
        (["false", "True", "t"], pa.bool_(), [False, True, True]),
        ([2.0, "3", True], pa.int64(), [2, 3, 1]),
        (["2026-01-02", date(2026, 1, 2)], pa.date32(), [date(2026, 1, 2)] * 2),
        (
            ["2026-01-02 03:04:05", datetime(2026, 1, 2, 4, 4, 5, tzinfo=BERLIN)],
            source.TIMESTAMP,
            [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).replace(tzinfo=None)] * 2,
        ),
        (
            ["2026-01-02 03:04:05", datetime(2026, 1, 2, 4, 4, 5, tzinfo=BERLIN)],
            source.UTC_TIMESTAMP,
            [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)] * 2,
        ),
    ],
)
def test_values_of_drivers_arrive_exactly(values, arrow_type, expected):
    found = array_of(values, arrow_type)
    assert found.type == arrow_type
    shown = found.cast(pa.string()) if pa.types.is_decimal(arrow_type) else found
    assert shown.to_pylist() == expected


@pytest.mark.parametrize(
    ("values", "arrow_type"),
    [
        ([Decimal("0.105")], pa.decimal128(10, 2)),
        (["twelve"], pa.int64()),
        ([2**63], pa.int64()),
        ([datetime(2026, 1, 2, 3, tzinfo=UTC)], pa.date32()),
        (["soon"], source.UTC_TIMESTAMP),
        ([1.9], pa.int64()),
        ([Decimal("1.5")], pa.int64()),
        (["1.5"], pa.int64()),
        (["yes"], pa.bool_()),
        ([2], pa.bool_()),
    ],
)
def test_a_value_that_does_not_fit_is_never_rounded(values, arrow_type):
    with pytest.raises((ValueError, ArithmeticError, pa.ArrowException)):
        array_of(values, arrow_type)


@pytest.mark.parametrize(
    ("given", "expected", "value"),
    [
        (pa.array([1], pa.uint8()), pa.int64(), 1),
        (pa.array([2**64 - 1], pa.uint64()), pa.decimal128(20, 0), Decimal(2**64 - 1)),
        (pa.array([0.1], pa.float32()), pa.float64(), 0.1),
        (pa.array(["a"], pa.large_string()), pa.string(), "a"),
        (pa.array(["a"]).dictionary_encode(), pa.string(), "a"),
        (pa.array([None], pa.null()), pa.string(), None),
        (pa.array([b"\x00\xff"]), pa.string(), "\\x00ff"),
        (pa.array([Decimal("1.5")], pa.decimal256(50, 1)), pa.string(), "1.5"),
        (pa.array([[1, None]]), pa.string(), "[1, null]"),
        (pa.array([{"a": Decimal("1.10")}]), pa.string(), '{"a": "1.10"}'),
        (pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), pa.string(), '{"k": 1}'),
        (pa.array([time(1, 2, 3)]), pa.string(), "01:02:03"),
        (pa.array([0], pa.date64()), pa.date32(), date(1970, 1, 1)),
        (
            pa.array([1_000_000_500], pa.timestamp("ns", "Europe/Berlin")),
            source.UTC_TIMESTAMP,
            datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
        ),
    ],
)
def test_arrow_of_drivers_is_carried_exactly(given, expected, value):
    assert carried(given.type) == expected
    found = exact(given, expected)
    assert (found.type, found.to_pylist()) == (expected, [value])


def test_a_time_without_a_zone_can_be_taken_as_utc():
    moments = pa.array([0], pa.timestamp("ms"))
    found = exact(moments, source.UTC_TIMESTAMP)
    assert found.to_pylist() == [datetime(1970, 1, 1, tzinfo=UTC)]
