"""Cadences: what they take, and when they fire over ten years."""

from calendar import monthrange
from collections import Counter
from datetime import UTC, datetime
from itertools import takewhile

import pytest
from dagster._utils.schedules import is_valid_cron_string, schedule_execution_time_iterator
from pydantic import TypeAdapter, ValidationError

from totango_pipelines.integrations.schedule import Schedule, cron_schedules

SCHEDULE = TypeAdapter(Schedule)


def declared(**keys):
    return SCHEDULE.validate_python(keys)


def fires(schedule, years=10):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    end = datetime(2026 + years, 1, 1, tzinfo=UTC)
    for cron in cron_schedules(schedule):
        times = schedule_execution_time_iterator(
            start.timestamp(), cron, schedule.timezone, ascending=True
        )
        yield from takewhile(lambda time: time < end, times)


@pytest.mark.parametrize(
    ("keys", "crons"),
    [
        ({"cadence": "one_time"}, ()),
        ({"cadence": "minutes", "every": 15}, ("*/15 * * * *",)),
        ({"cadence": "minutes", "every": 60}, ("0 * * * *",)),
        ({"cadence": "hourly", "minute": 5}, ("5 * * * *",)),
        ({"cadence": "daily", "at": "06:00"}, ("0 6 * * *",)),
        ({"cadence": "workdays", "at": "23:59"}, ("59 23 * * 1-5",)),
        ({"cadence": "weekly", "weekday": "sunday", "at": "06:05"}, ("5 6 * * 0",)),
        ({"cadence": "monthly", "day": 28, "at": "06:00"}, ("0 6 28 * *",)),
        ({"cadence": "monthly", "day": 30, "at": "06:00"}, ("0 6 30 1,3-12 *", "0 6 L 2 *")),
        ({"cadence": "monthly", "day": 31, "at": "06:00"}, ("0 6 L * *",)),
        ({"cadence": "monthly", "day": "last", "at": "06:00"}, ("0 6 L * *",)),
    ],
)
def test_a_cadence_is_this_cron_text(keys, crons):
    assert cron_schedules(declared(**keys)) == crons
    assert all(is_valid_cron_string(cron) for cron in crons)


@pytest.mark.parametrize("day", [1, 28, 29, 30, 31, "last"])
@pytest.mark.parametrize("timezone", ["UTC", "America/New_York"])
def test_monthly_fires_once_in_each_month_on_the_day_or_the_last_one(day, timezone):
    schedule = declared(cadence="monthly", day=day, at="06:00", timezone=timezone)
    times = list(fires(schedule))
    assert len(times) == 120
    assert set(Counter((time.year, time.month) for time in times).values()) == {1}
    wanted = 31 if day == "last" else day
    for time in times:
        assert time.day == min(wanted, monthrange(time.year, time.month)[1])


def test_workdays_never_fire_on_a_weekend_and_weekly_only_on_its_day():
    workdays = {time.weekday() for time in fires(declared(cadence="workdays", at="06:00"), 1)}
    assert workdays == {0, 1, 2, 3, 4}
    weekly = declared(cadence="weekly", weekday="sunday", at="06:00")
    assert {time.weekday() for time in fires(weekly, 1)} == {6}


@pytest.mark.parametrize("every", [5, 6, 10, 12, 15, 20, 30, 60])
def test_minutes_are_evenly_spaced(every):
    schedule = declared(cadence="minutes", every=every)
    times = fires(schedule)
    first, *others = [next(times) for _ in range(30)]
    gaps = {(b - a).total_seconds() for a, b in zip([first, *others], others, strict=False)}
    assert gaps == {every * 60}


@pytest.mark.parametrize(
    "keys",
    [
        {"cadence": "minutes", "every": 7},
        {"cadence": "minutes", "every": 1},
        {"cadence": "minutes"},
        {"cadence": "hourly", "minute": 60},
        {"cadence": "hourly", "minute": True},
        {"cadence": "daily"},
        {"cadence": "daily", "at": "6:00"},
        {"cadence": "daily", "at": "24:00"},
        {"cadence": "daily", "at": 600},
        {"cadence": "daily", "at": "06:00\n"},
        {"cadence": "daily", "at": "06:00", "day": 1},
        {"cadence": "weekly", "weekday": "Monday", "at": "06:00"},
        {"cadence": "monthly", "day": 0, "at": "06:00"},
        {"cadence": "monthly", "day": 32, "at": "06:00"},
        {"cadence": "monthly", "day": "first", "at": "06:00"},
        {"cadence": "one_time", "timezone": "Europe/Nowhere"},
        {"cadence": "one_time", "timezone": "../../etc/passwd"},
        {"cadence": "one_time", "timezone": "Europe"},
        {"cadence": "one_time", "timezone": "localtime"},
        {"cadence": "one_time", "timezone": ""},
    ],
)
def test_what_is_no_cadence_is_refused(keys):
    with pytest.raises(ValidationError):
        declared(**keys)


def test_a_schedule_is_enabled_in_utc_and_does_not_run_on_save_unless_it_says_so():
    schedule = declared(cadence="one_time")
    assert (schedule.enabled, schedule.timezone, schedule.sync_on_save) == (True, "UTC", False)


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"cadence": "one_time"}, "one time"),
        ({"cadence": "minutes", "every": 15}, "every 15 minutes"),
        ({"cadence": "hourly", "minute": 5}, "hourly at minute 05"),
        (
            {"cadence": "daily", "at": "06:00", "timezone": "Europe/Berlin"},
            "daily at 06:00 Europe/Berlin",
        ),
        ({"cadence": "workdays", "at": "06:00"}, "workdays at 06:00 UTC"),
        (
            {"cadence": "weekly", "weekday": "monday", "at": "06:00"},
            "weekly on Monday at 06:00 UTC",
        ),
        (
            {"cadence": "monthly", "day": "last", "at": "06:00"},
            "monthly on the last day at 06:00 UTC",
        ),
        ({"cadence": "monthly", "day": 3, "at": "06:00"}, "monthly on day 3 at 06:00 UTC"),
    ],
)
def test_a_cadence_describes_itself(keys, text):
    assert declared(**keys).describe() == text
