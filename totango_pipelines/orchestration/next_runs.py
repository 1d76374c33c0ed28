"""When a cadence fires next, by the same arithmetic as Dagster's scheduler."""

from datetime import datetime

# Not public, but it alone knows how Dagster treats the hours that a clock change skips or repeats.
from dagster._utils.schedules import schedule_execution_time_iterator

from totango_pipelines.integrations.schedule import Schedule, cron_schedules


def next_run(schedule: Schedule | None, after: datetime) -> datetime | None:
    """The next time, in the schedule's own zone; None if the clock will never start a run."""
    if schedule is None or not schedule.enabled:
        return None
    crons = cron_schedules(schedule)
    if not crons:
        return None
    times = schedule_execution_time_iterator(after.timestamp(), list(crons), schedule.timezone)
    return next(moment for moment in times if moment > after)
