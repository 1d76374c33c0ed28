"""A Dagster schedule for each cadence that repeats."""

import dagster as dg

from totango_pipelines.integrations.integration import Integration
from totango_pipelines.integrations.schedule import cron_schedules
from totango_pipelines.orchestration.asset_keys import TRIGGER_TAG


def build_schedule(integration: Integration, job: dg.JobDefinition) -> dg.ScheduleDefinition | None:
    """The schedule of an integration; None when it only runs by hand, by trigger or once."""
    schedule = integration.schedule
    crons = cron_schedules(schedule) if schedule else ()
    if schedule is None or not crons:
        return None
    status = dg.DefaultScheduleStatus
    return dg.ScheduleDefinition(
        name=f"{integration.id}__schedule",
        job=job,
        cron_schedule=list(crons),
        execution_timezone=schedule.timezone,
        tags={TRIGGER_TAG: "schedule"},
        default_status=status.RUNNING if schedule.enabled else status.STOPPED,
        description=f"{integration.name}: {schedule.describe()}",
    )
