"""One integration in Dagster's terms: its five assets, and the job that runs them."""

from dataclasses import dataclass

import dagster as dg

from totango_pipelines.integrations.project import DeclaredIntegration, Project
from totango_pipelines.orchestration.asset_keys import STEPS, default_tags, step_key
from totango_pipelines.orchestration.assets import AssetBuilder
from totango_pipelines.orchestration.resources import TotangoResource
from totango_pipelines.orchestration.sources import QuerySources, query_sources, without_cycles
from totango_pipelines.sync.environment import Environment


@dataclass(frozen=True, slots=True)
class IntegrationJob:
    """The assets of an integration, their job, and the assets that they come from."""

    declared: DeclaredIntegration
    assets: list[dg.AssetsDefinition]
    job: dg.JobDefinition
    upstream: tuple[dg.AssetKey, ...]


def build_job(
    project: Project,
    declared: DeclaredIntegration,
    sources: QuerySources,
    hub_kind: str,
    resource: TotangoResource,
) -> IntegrationJob:
    """The integration's job, resolved against its own assets only.

    Resolving it against the whole graph costs time that grows with the square of their number
    (decision 4).
    """
    integration = declared.integration
    assets = AssetBuilder(project, declared, sources, hub_kind).build()
    unresolved = dg.define_asset_job(
        integration.id,
        selection=dg.AssetSelection.assets(*(step_key(integration.id, step) for step in STEPS)),
        description=f"{integration.name}. {integration.description}".strip(),
        # Not run_tags: only the UI's Launchpad would give those to a run, a call by GraphQL not.
        tags=default_tags(integration),
    )
    definitions = dg.Definitions(
        assets=assets,
        jobs=[unresolved],
        resources={"totango": resource},
        executor=dg.in_process_executor,
    )
    job = definitions.resolve_job_def(integration.id)
    return IntegrationJob(declared, assets, job, sources.upstream)


def job_alone(project: Project, name: str, environment: Environment) -> dg.JobDefinition:
    """The job of one integration; definitions of the others would only cost time."""
    declared = project.integrations[name]
    (sources,) = without_cycles({name: query_sources(project, declared)}).values()
    resource = TotangoResource(project.folder, environment.home)
    return build_job(project, declared, sources, environment.hub_kind, resource).job
