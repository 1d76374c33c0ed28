"""Every cadence over ten years in twelve zones, against a calculation that knows no cron."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from dagster._utils.schedules import schedule_execution_time_iterator
from pydantic import TypeAdapter

from totango_pipelines.integrations.schedule import Schedule, cron_schedules

ZONES = (
    *("UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles"),
    *("America/Sao_Paulo", "Africa/Cairo", "Asia/Kolkata", "Asia/Tokyo", "Australia/Sydney"),
    *("Pacific/Auckland", "Australia/Lord_Howe"),
)
HALF_HOUR = "Australia/Lord_Howe"
"""Its clocks move by half an hour: Dagster goes by the clock's minute, so that hour has other gaps."""
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)


def fires(zone, start=START, end=END, **keys):
    schedule = TypeAdapter(Schedule).validate_python({**keys, "timezone": zone})
    crons = list(cron_schedules(schedule))
    times = schedule_execution_time_iterator(start.timestamp(), crons, zone, ascending=True)
    return [each.astimezone(UTC) for each in takewhile(lambda moment: moment < end, times)]


def on_the_clock(day, clock, zone):
    """When a clock on the wall shows this time: after a gap if it never does, the later if twice."""
    moment = datetime.combine(day, clock, ZoneInfo(zone))
    exists = moment.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if exists == moment.replace(tzinfo=None):
        return moment.replace(fold=1).astimezone(UTC)
    # The clock is put forward: the moment at which it is.
    low, high = moment.replace(fold=1).astimezone(UTC), moment.replace(fold=0).astimezone(UTC)
    before = low.astimezone(ZoneInfo(zone)).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(ZoneInfo(zone)).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def days():
    day = date(2025, 12, 31)
    while day <= date(2036, 1, 1):
        yield day
        day += timedelta(1)


def expected(zone, clock, fits):
    times = (on_the_clock(day, clock, zone) for day in days() if fits(day))
    return [moment for moment in times if START <= moment < END]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", ["02:30", "01:30", "00:00", "22:45"])
def test_daily_fires_once_a_day_on_the_wall_clock(zone, at):
    assert fires(zone, cadence="daily", at=at) == expected(
        zone, time.fromisoformat(at), lambda _: True
    )


@pytest.mark.parametrize("zone", ZONES)
def test_workdays_are_monday_to_friday(zone):
    assert fires(zone, cadence="workdays", at="02:15") == expected(
        zone, time(2, 15), lambda day: day.isoweekday() <= 5
    )


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("weekday", "number"), [("sunday", 7), ("wednesday", 3)])
def test_weekly_is_one_day_of_the_week(zone, weekday, number):
    assert fires(zone, cadence="weekly", weekday=weekday, at="02:30") == expected(
        zone, time(2, 30), lambda day: day.isoweekday() == number
    )


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", [1, 29, 30, 31, "last"])
def test_monthly_falls_on_the_last_day_of_a_month_that_is_too_short(zone, day):
    wanted = 31 if day == "last" else day
    assert fires(zone, cadence="monthly", day=day, at="02:30") == expected(
        zone, time(2, 30), lambda d: d.day == min(wanted, monthrange(d.year, d.month)[1])
    )


def changes(zone):
    """The days around each change of the clocks, and one quiet span: elsewhere nothing can differ."""
    yield START, START + timedelta(days=3)
    day = START
    while day < END:
        ahead = day + timedelta(days=1)
        if (
            day.astimezone(ZoneInfo(zone)).utcoffset()
            != ahead.astimezone(ZoneInfo(zone)).utcoffset()
        ):
            yield day - timedelta(days=1), ahead + timedelta(days=1)
        day = ahead


def gaps_and_minutes(zone, **keys):
    gaps, minutes = set(), set()
    for start, end in changes(zone):
        found = fires(zone, start, end, **keys)
        assert len(found) > 48
        gaps |= {b - a for a, b in pairwise(found)}
        minutes |= {each.astimezone(ZoneInfo(zone)).minute for each in found}
    return gaps, minutes


@pytest.mark.parametrize("zone", [zone for zone in ZONES if zone != HALF_HOUR])
@pytest.mark.parametrize("minute", [0, 37])
def test_hourly_fires_in_every_hour_that_passes(zone, minute):
    found = gaps_and_minutes(zone, cadence="hourly", minute=minute)
    assert found == ({timedelta(hours=1)}, {minute})


@pytest.mark.parametrize("zone", [zone for zone in ZONES if zone != HALF_HOUR])
@pytest.mark.parametrize("every", [5, 12, 60])
def test_minutes_are_even_also_where_the_clock_changes(zone, every):
    found = gaps_and_minutes(zone, cadence="minutes", every=every)
    assert found == ({timedelta(minutes=every)}, set(range(0, 60, every)))


@pytest.mark.parametrize("every", [5, 15, 30])
def test_where_the_clock_moves_by_half_an_hour_minutes_that_divide_it_stay_even(every):
    gaps, _ = gaps_and_minutes(HALF_HOUR, cadence="minutes", every=every)
    assert gaps == {timedelta(minutes=every)}
