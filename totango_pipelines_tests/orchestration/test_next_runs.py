from datetime import UTC, datetime

from pydantic import TypeAdapter

from totango_pipelines.integrations.schedule import Schedule
from totango_pipelines.orchestration.next_runs import next_run

AFTER = datetime(2026, 1, 30, 12, tzinfo=UTC)


def schedule(**values):
    return TypeAdapter(Schedule).validate_python(values)


def test_the_next_run_is_told_in_the_schedules_own_zone():
    found = next_run(schedule(cadence="daily", at="06:00", timezone="Europe/Berlin"), AFTER)
    assert found.isoformat() == "2026-01-31T06:00:00+01:00"


def test_a_run_that_is_due_now_is_not_the_next_one():
    found = next_run(schedule(cadence="hourly", minute=0), AFTER)
    assert found.isoformat() == "2026-01-30T13:00:00+00:00"


def test_the_31st_falls_on_the_last_day_of_a_short_month():
    found = next_run(schedule(cadence="monthly", day=31, at="06:00"), AFTER.replace(month=2, day=1))
    assert found.isoformat() == "2026-02-28T06:00:00+00:00"


def test_what_never_fires_has_no_next_run():
    assert next_run(None, AFTER) is None
    assert next_run(schedule(cadence="one_time"), AFTER) is None
    assert next_run(schedule(cadence="daily", at="06:00", enabled=False), AFTER) is None
