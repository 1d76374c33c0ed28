"""Local times against Python's own zoneinfo, minute by minute around every kind of change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.conversions import conversion_for
from totango_pipelines_tests.mapping.formats.format_scene import DATE, TIME, read_cells

ZONES = [
    *("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"),
    *("America/Sao_Paulo", "Europe/Dublin", "Pacific/Apia", "America/Havana", "UTC"),
]
# Gaps and overlaps of those zones, a skipped day, and history.
CHANGES = [
    *("2026-03-29 02:30", "2026-10-25 02:30", "2026-03-08 02:30", "2026-11-01 01:30"),
    *("2026-04-05 01:45", "2026-10-04 02:15", "2018-11-04 00:30", "2018-02-17 23:30"),
    *("2011-12-30 12:00", "1985-11-02 00:30", "1980-04-06 02:30", "2026-02-15 02:30"),
    *("2026-11-01 00:30", "2026-03-08 00:30", "1918-04-15 02:30", "1945-05-24 02:30"),
]
MINUTES = st.datetimes(datetime(1920, 1, 1), datetime(2037, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(second=0, microsecond=0)
)


def expected(moment: datetime, zone: str):
    """The earlier instant, with a doubt if there are two, or a reject if there is none."""
    found = sorted(
        {
            instant.astimezone(UTC)
            for fold in (0, 1)
            for instant in [moment.replace(tzinfo=ZoneInfo(zone), fold=fold)]
            if instant.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == moment
        }
    )
    if not found:
        return "!FORMAT"
    return (found[0], "TIME_TWICE") if len(found) > 1 else found[0]


def around(change: str):
    start = datetime.fromisoformat(change) - timedelta(hours=3)
    return [start + timedelta(minutes=5 * step) for step in range(72)]


def check(moments, zone):
    wanted = [expected(each, zone) for each in moments]
    written = [each.strftime("%d.%m.%Y %H:%M") for each in moments]
    iso = [each.isoformat() for each in moments]

    assert read_cells(TIME, written, "DD.MM.YYYY hh:mm", zone=zone) == wanted
    assert read_cells(TIME, iso, zone=zone) == wanted
    typed = {"kind": Kind.TIMESTAMP, "arrow_type": pa.timestamp("us")}
    assert read_cells(TIME, moments, zone=zone, **typed) == wanted


@pytest.mark.parametrize("zone", ZONES)
def test_every_local_time_around_a_change_is_what_zoneinfo_says(zone):
    check([moment for change in CHANGES for moment in around(change)], zone)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(zone=st.sampled_from(ZONES), moments=st.lists(MINUTES, min_size=20, max_size=60))
def test_any_local_time_is_what_zoneinfo_says(zone, moments):
    check(moments, zone)


@pytest.mark.parametrize("zone", ZONES)
def test_a_serial_is_a_local_time_like_any_other(zone):
    moments = [moment for change in CHANGES for moment in around(change)]
    serials = [
        repr((moment - datetime(1899, 12, 30)) / timedelta(days=1))  # noqa: DTZ001
        for moment in moments
    ]

    assert read_cells(TIME, serials, "excel serial", zone=zone) == [
        expected(moment, zone) for moment in moments
    ]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("source_format", [None, "YYYY-MM-DD"])
def test_a_day_starts_at_its_first_instant(zone, source_format):
    days = [date(2009, 1, 1) + timedelta(days=n) for n in range(4_000)]
    found = read_cells(TIME, [day.isoformat() for day in days], source_format, zone=zone)

    there = [(day, value) for day, value in zip(days, found, strict=True) if value != "!FORMAT"]
    skipped = set(days) - {day for day, _ in there}
    assert skipped == ({date(2011, 12, 30)} if zone == "Pacific/Apia" else set())
    for day, start in there:
        instants = (start, start - timedelta(seconds=1))
        on, before = (instant.astimezone(ZoneInfo(zone)).date() for instant in instants)
        assert before < on == day


def test_a_day_that_begins_twice_is_no_doubt():
    assert read_cells(TIME, ["20261101"], "YYYYMMDD", zone="America/Havana") == [
        datetime(2026, 11, 1, 4, tzinfo=UTC)
    ]


def test_a_date_keeps_its_day_and_an_instant_has_the_day_of_the_zone():
    cells = ["2026-01-31 23:30", "2026-01-31", "2026-01-31T23:30:00Z", "2026-02-01T00:30:00+01:00"]

    assert read_cells(DATE, cells, zone="Europe/Berlin") == [
        *(date(2026, 1, 31), date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 1))
    ]
    assert read_cells(DATE, cells, zone="America/New_York") == [date(2026, 1, 31)] * 4
    assert read_cells(DATE, cells) == [date(2026, 1, 31)] * 4
    assert read_cells(
        DATE, ["31.01.2026 23:30 +0000"], "DD.MM.YYYY hh:mm Z", zone="Asia/Kolkata"
    ) == [date(2026, 2, 1)]
    assert read_cells(DATE, ["1769902200"], "epoch seconds", zone="Asia/Kolkata") == [
        date(2026, 2, 1)
    ]


def test_instants_at_the_ends_of_the_calendar_are_out_of_range():
    assert read_cells(TIME, ["0001-01-01", "0001-01-01 00:10"], zone="Asia/Kolkata") == [
        "!OUT_OF_RANGE",
        "!OUT_OF_RANGE",
    ]
    assert read_cells(TIME, ["9999-12-31 23:00"], zone="America/New_York") == ["!OUT_OF_RANGE"]
    far = [2**62, -(2**62)]
    typed = {"kind": Kind.TIMESTAMP, "arrow_type": pa.timestamp("us")}
    assert read_cells(TIME, far, zone="Europe/Berlin", **typed) == ["!OUT_OF_RANGE"] * 2


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.TIMESTAMP, Kind.DATE, Kind.INSTANT])
def test_utc_needs_no_arithmetic_of_zones(kind):
    conversion = conversion_for(TIME, "c0", kind)

    assert "timezone(" not in conversion.cell + conversion.value
    assert conversion.doubts == ()
