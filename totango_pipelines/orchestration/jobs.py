"""All definitions of a project: one job of five assets per integration, and its schedule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import dagster as dg

from totango_pipelines.errors import Problem, errors_among
from totango_pipelines.integrations.project import DeclaredIntegration, Project
from totango_pipelines.orchestration.asset_keys import (
    STEPS,
    default_tags,
    step_key,
)
from totango_pipelines.orchestration.assets import AssetBuilder
from totango_pipelines.orchestration.failures import FIRST_WAIT
from totango_pipelines.orchestration.resources import TotangoResource
from totango_pipelines.orchestration.schedules import build_schedule
from totango_pipelines.orchestration.sources import QuerySources, query_sources, without_cycles
from totango_pipelines.sync.environment import Environment


def build_definitions(
    project: Project, environment: Environment, *, first_wait: float = FIRST_WAIT
) -> dg.Definitions:
    """Everything that Dagster needs to know about the project.

    Nothing that a file says keeps the others from loading: what Dagster refuses becomes an invalid
    asset. `first_wait`: seconds before a step tries again what was unavailable.
    """
    resource = TotangoResource(project.folder, environment.home, first_wait)
    found: dict[str, QuerySources] = {}
    built: list[_Built] = []
    invalid = _invalid_files(project)
    for name, declared in project.integrations.items():
        try:
            found[name] = query_sources(project, declared)
        except Exception as error:  # noqa: BLE001 - one file must not hide the others
            invalid[declared.file] = (_refused(declared, error),)
    for name, sources in without_cycles(found).items():
        declared = project.integrations[name]
        try:
            built.append(_build(project, declared, sources, environment, resource))
        except Exception as error:  # noqa: BLE001 - one file must not hide the others
            invalid[declared.file] = (_refused(declared, error),)
    return dg.Definitions(
        assets=[*_outside(built), *_invalid(invalid), *(a for each in built for a in each.assets)],
        jobs=[each.job for each in built],
        schedules=[each.schedule for each in built if each.schedule],
        resources={"totango": resource},
        executor=dg.in_process_executor,
    )


@dataclass(frozen=True, slots=True)
class _Built:
    """One integration in Dagster's terms."""

    assets: list[dg.AssetsDefinition]
    job: dg.JobDefinition
    schedule: dg.ScheduleDefinition | None
    upstream: tuple[dg.AssetKey, ...]


def _build(
    project: Project,
    declared: DeclaredIntegration,
    sources: QuerySources,
    environment: Environment,
    resource: TotangoResource,
) -> _Built:
    assets = AssetBuilder(project, declared, sources, environment.hub_kind).build()
    job = _job(declared, assets, resource)
    return _Built(assets, job, build_schedule(declared.integration, job), sources.upstream)


def _job(
    declared: DeclaredIntegration, assets: list[dg.AssetsDefinition], resource: TotangoResource
) -> dg.JobDefinition:
    """The integration's job, resolved against its own assets only.

    Resolving it against the whole graph costs time that grows with the square of their number
    (decision 4).
    """
    integration = declared.integration
    unresolved = dg.define_asset_job(
        integration.id,
        selection=dg.AssetSelection.assets(*(step_key(integration.id, step) for step in STEPS)),
        description=f"{integration.name}. {integration.description}".strip(),
        # Not run_tags: only the UI's Launchpad would give those to a run, a call by GraphQL not.
        tags=default_tags(integration.id, str(integration.object)),
    )
    definitions = dg.Definitions(
        assets=assets,
        jobs=[unresolved],
        resources={"totango": resource},
        executor=dg.in_process_executor,
    )
    return definitions.resolve_job_def(integration.id)


def _outside(built: list[_Built]) -> Iterator[dg.AssetSpec]:
    """The tables and upstream keys that no integration of this project makes."""
    own = {asset.key for each in built for asset in each.assets}
    keys = dict.fromkeys(key for each in built for key in each.upstream if key not in own)
    for key in keys:
        yield dg.AssetSpec(key, group_name="warehouse", kinds={"table"})


def _invalid_files(project: Project) -> dict[str, tuple[Problem, ...]]:
    """Every file with errors, also connections.yaml and catalog.yaml."""
    files = {problem.file for problem in errors_among(project.problems)}
    others = {
        file: tuple(problem for problem in project.problems if problem.file == file)
        for file in sorted(files - set(project.invalid_files))
    }
    return {**others, **project.invalid_files}


def _refused(declared: DeclaredIntegration, error: Exception) -> Problem:
    cause: BaseException = error
    while cause.__cause__:
        cause = cause.__cause__
    return Problem(
        declared.file,
        declared.line(("id",)),
        "id",
        "NOT_LOADABLE",
        f"{declared.integration.id!r} cannot become a Dagster job: {cause}",
        "Choose another id, and name the file like it.",
    )


def _invalid(files: Mapping[str, tuple[Problem, ...]]) -> Iterator[dg.AssetSpec]:
    """A file that cannot be loaded shows up with its problems, and hides no other (decision 6)."""
    for file, problems in files.items():
        yield dg.AssetSpec(
            # With the suffix: no step of an integration has that key, nor has a.yml that of a.yaml.
            ["invalid", file.removeprefix("integrations/")],
            group_name="invalid",
            kinds={"yaml"},
            description="\n\n".join(f"{problem.severity}: {problem}" for problem in problems),
            metadata={"file": file, "problems": len(problems)},
        )
