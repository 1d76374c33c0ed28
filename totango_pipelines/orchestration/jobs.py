"""All definitions of a project: one job of four assets per integration, and its schedule."""

from collections.abc import Iterator

import dagster as dg

from totango_pipelines.errors import Problem
from totango_pipelines.integrations.project import DeclaredIntegration, Project
from totango_pipelines.orchestration.asset_keys import (
    INTEGRATION_TAG,
    MODE_TAG,
    OBJECT_TAG,
    STEPS,
    TRIGGER_TAG,
    step_key,
)
from totango_pipelines.orchestration.assets import AssetBuilder
from totango_pipelines.orchestration.resources import TotangoResource
from totango_pipelines.orchestration.schedules import build_schedule
from totango_pipelines.orchestration.sources import query_sources
from totango_pipelines.sync.environment import Environment


def build_definitions(project: Project, environment: Environment) -> dg.Definitions:
    """Everything that Dagster needs to know about the project."""
    resource = TotangoResource(project_folder=str(project.folder), home=str(environment.home))
    resources = {"totango": resource}
    assets: list[dg.AssetsDefinition] = []
    jobs: list[dg.JobDefinition] = []
    schedules: list[dg.ScheduleDefinition] = []
    upstream: dict[dg.AssetKey, dg.AssetSpec] = {}
    for declared in project.integrations.values():
        sources = query_sources(project, declared)
        own = AssetBuilder(project, declared, sources, environment.hub_kind).build()
        job = _job(declared, own, resources)
        schedule = build_schedule(declared.integration, job)
        assets += own
        jobs.append(job)
        schedules += [schedule] if schedule else []
        for key in sources.upstream:
            upstream.setdefault(key, dg.AssetSpec(key, group_name="warehouse", kinds={"table"}))
    return dg.Definitions(
        assets=[*upstream.values(), *_invalid(project), *assets],
        jobs=jobs,
        schedules=schedules,
        resources=resources,
        executor=dg.in_process_executor,
    )


def _job(
    declared: DeclaredIntegration,
    assets: list[dg.AssetsDefinition],
    resources: dict[str, TotangoResource],
) -> dg.JobDefinition:
    """The integration's job, resolved against its own four assets only.

    Resolving it against the whole graph costs time that grows with the square of their number
    (decision 4).
    """
    integration = declared.integration
    unresolved = dg.define_asset_job(
        integration.id,
        selection=dg.AssetSelection.assets(*(step_key(integration.id, step) for step in STEPS)),
        description=f"{integration.name}. {integration.description}".strip(),
        run_tags={
            INTEGRATION_TAG: integration.id,
            OBJECT_TAG: str(integration.object),
            MODE_TAG: "incremental",
            TRIGGER_TAG: "manual",
        },
    )
    definitions = dg.Definitions(
        assets=assets, jobs=[unresolved], resources=resources, executor=dg.in_process_executor
    )
    return definitions.resolve_job_def(integration.id)


def _invalid(project: Project) -> Iterator[dg.AssetSpec]:
    """A file that cannot be loaded shows up with its problems, and hides no other (decision 6)."""
    for file, problems in project.invalid_files.items():
        name = file.removeprefix("integrations/").removesuffix(".yaml").removesuffix(".yml")
        yield dg.AssetSpec(
            ["invalid", _key_part(name)],
            group_name="invalid",
            kinds={"yaml"},
            description="\n\n".join(_line(problem) for problem in problems),
            metadata={"file": file, "problems": len(problems)},
        )


def _line(problem: Problem) -> str:
    return f"{problem.severity}: {problem}"


def _key_part(name: str) -> str:
    return "".join(c if c.isalnum() or c in "_.-" else "_" for c in name)
