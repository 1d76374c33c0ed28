"""All definitions of a project: one job of five assets per integration, and its schedule."""

from collections.abc import Iterator, Mapping

import dagster as dg

from totango_pipelines.errors import Problem, errors_among
from totango_pipelines.integrations.project import DeclaredIntegration, Project
from totango_pipelines.orchestration.dispatcher import build_dispatcher
from totango_pipelines.orchestration.failures import FIRST_WAIT
from totango_pipelines.orchestration.integration_jobs import IntegrationJob, build_job
from totango_pipelines.orchestration.notifier import build_notifier
from totango_pipelines.orchestration.project_watch import ProjectWatch
from totango_pipelines.orchestration.resources import TotangoResource
from totango_pipelines.orchestration.retention import build_retention
from totango_pipelines.orchestration.run_many import build_run_many
from totango_pipelines.orchestration.schedules import build_schedule
from totango_pipelines.orchestration.sources import QuerySources, query_sources, without_cycles
from totango_pipelines.orchestration.workers import build_reaper
from totango_pipelines.sync.environment import Environment


def build_definitions(
    project: Project, environment: Environment, *, first_wait: float = FIRST_WAIT
) -> dg.Definitions:
    """Everything that Dagster needs to know about the project.

        project ─ queries ─ jobs of integrations ─┬─ schedules     (cadences)
                  (sources)  (assets, checks)     ├─ dispatcher    (upstream, saved versions)
                                                  ├─ run_integrations, remove_old_runs
                                                  └─ end_abandoned_runs, notifier

    Nothing that a file says keeps the others from loading: what Dagster refuses becomes an invalid
    asset. `first_wait`: seconds before a step tries again what was unavailable.
    """
    watch = ProjectWatch(project.folder, project)
    resource = TotangoResource(project.folder, environment.home, first_wait)
    found: dict[str, QuerySources] = {}
    built: list[IntegrationJob] = []
    invalid = _invalid_files(project)
    for name, declared in project.integrations.items():
        try:
            found[name] = query_sources(project, declared)
        except Exception as error:  # noqa: BLE001 - one file must not hide the others
            invalid[declared.file] = (_refused(declared, error),)
    for name, sources in without_cycles(found).items():
        declared = project.integrations[name]
        try:
            built.append(build_job(project, declared, sources, environment.hub_kind, resource))
        except Exception as error:  # noqa: BLE001 - one file must not hide the others
            invalid[declared.file] = (_refused(declared, error),)
    schedules = [build_schedule(each.declared.integration, each.job, watch) for each in built]
    remove_old_runs, nightly = build_retention(resource)
    return dg.Definitions(
        assets=[*_outside(built), *_invalid(invalid), *(a for each in built for a in each.assets)],
        jobs=[*(each.job for each in built), build_run_many(resource), remove_old_runs],
        schedules=[*(each for each in schedules if each), nightly],
        sensors=[
            build_dispatcher(watch, {each.job.name: each.job for each in built}),
            build_reaper(),
            build_notifier(watch, resource),
        ],
        resources={"totango": resource},
        executor=dg.in_process_executor,
    )


def _outside(built: list[IntegrationJob]) -> Iterator[dg.AssetSpec]:
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
