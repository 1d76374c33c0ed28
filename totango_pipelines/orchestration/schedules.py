"""A Dagster schedule for each cadence that repeats."""

from datetime import UTC

import dagster as dg

from totango_pipelines.integrations.integration import Integration
from totango_pipelines.integrations.schedule import cron_schedules
from totango_pipelines.orchestration.partitions import pending_tags
from totango_pipelines.orchestration.project_watch import ProjectWatch
from totango_pipelines.orchestration.run_requests import (
    Request,
    join,
    run_config,
    run_tags,
    waiting_run,
)


def build_schedule(
    integration: Integration, job: dg.JobDefinition, watch: ProjectWatch
) -> dg.ScheduleDefinition | None:
    """The schedule of an integration; None when it only runs by hand, by trigger or once.

    After an outage Dagster gives it the latest time that it missed, and no other: one run, which
    covers the whole gap.
    """
    schedule = integration.schedule
    crons = cron_schedules(schedule) if schedule else ()
    if schedule is None or not crons:
        return None
    status = dg.DefaultScheduleStatus

    @dg.schedule(
        name=f"{integration.id}__schedule",
        job=job,
        cron_schedule=list(crons),
        execution_timezone=schedule.timezone,
        default_status=status.RUNNING if schedule.enabled else status.STOPPED,
        description=f"{integration.name}: {schedule.describe()}",
    )
    def due(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        return _due(context, integration.id, watch)

    return due


def _due(
    context: dg.ScheduleEvaluationContext, name: str, watch: ProjectWatch
) -> dg.RunRequest | dg.SkipReason:
    """The run that is due, by what the file says now: a switched-off one fires no more."""
    declared = watch.current().integrations.get(name)
    if declared is None:
        return dg.SkipReason(f"the file of {name} has errors, or is gone: see `validate`.")
    integration = declared.integration
    if integration.schedule is None or not integration.schedule.enabled:
        return dg.SkipReason(f"{name} was disabled in its file.")
    now = context.scheduled_execution_time.astimezone(UTC)
    request = Request(trigger="schedule", tags=pending_tags(context.instance, integration, now))
    waiting = waiting_run(context.instance, name, request)
    if waiting is not None:
        return dg.SkipReason(join(context.instance, waiting, request))
    return dg.RunRequest(tags=run_tags(integration, request), run_config=run_config(name, request))
