"""The definitions of a process that carries one run out: the job of that run, and no other.

    code server    all definitions: jobs, assets, schedules, sensors
    run worker     one job; everything else only when something asks for it

Each run has a process of its own. To build five hundred integrations there would take longer than
most runs.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache

import dagster as dg

# Not public, but it alone says whether Dagster reads definitions, or wants one of them back.
from dagster._core.definitions.definitions_load_context import (
    DefinitionsLoadContext,
    DefinitionsLoadType,
)

from totango_pipelines.integrations.project import Project
from totango_pipelines.orchestration.integration_jobs import job_alone
from totango_pipelines.orchestration.jobs import build_definitions
from totango_pipelines.sync.environment import Environment

_REPOSITORY = "__repository__"


def is_run_worker() -> bool:
    """Whether Dagster imports the definitions to carry a run out."""
    return DefinitionsLoadContext.get().load_type is DefinitionsLoadType.RECONSTRUCTION


def one_job_at_a_time(project: Project, environment: Environment) -> dg.RepositoryDefinition:
    """The same definitions as `build_definitions`; a job of an integration is built by itself."""
    data = _OneJobAtATime(project, environment)
    return dg.RepositoryDefinition(_REPOSITORY, repository_data=data)


class _OneJobAtATime(dg.RepositoryData):
    """Answers for one job without the others; whatever else is asked for builds all of them."""

    def __init__(self, project: Project, environment: Environment) -> None:
        self._project = project
        self._job_alone = cache(lambda name: job_alone(project, name, environment))
        self._everything = cache(
            lambda: build_definitions(project, environment).get_repository_def()
        )

    def get_job(self, job_name: str) -> dg.JobDefinition:
        if job_name in self._project.integrations:
            return self._job_alone(job_name)
        # What nobody declared, such as the job of an ad-hoc selection of assets.
        return self._everything().get_job(job_name)

    def has_job(self, job_name: str) -> bool:
        return job_name in self._project.integrations or self._everything().has_job(job_name)

    def get_all_jobs(self) -> Sequence[dg.JobDefinition]:
        return self._everything().get_all_jobs()

    def get_all_schedules(self) -> Sequence[dg.ScheduleDefinition]:
        return self._everything().schedule_defs

    def get_all_sensors(self) -> Sequence[dg.SensorDefinition]:
        return self._everything().sensor_defs

    def get_top_level_resources(self) -> Mapping[str, dg.ResourceDefinition]:
        return self._everything().get_top_level_resources()

    def get_env_vars_by_top_level_resource(self) -> Mapping[str, AbstractSet[str]]:
        return self._everything().get_env_vars_by_top_level_resource()

    def get_source_assets_by_key(self) -> Mapping[dg.AssetKey, dg.SourceAsset]:
        return self._everything().source_assets_by_key

    def get_assets_defs_by_key(self) -> Mapping[dg.AssetKey, dg.AssetsDefinition]:
        return self._everything().assets_defs_by_key

    def get_asset_checks_defs_by_key(self) -> Mapping[dg.AssetCheckKey, dg.AssetChecksDefinition]:
        return self._everything().asset_checks_defs_by_key
