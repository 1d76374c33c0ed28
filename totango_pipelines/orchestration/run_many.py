"""The job `run_integrations`: many integrations by name or by tag, for the engineer on call."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from pydantic import Field

from totango_pipelines.errors import TotangoPipelinesError
from totango_pipelines.integrations.integration import Integration
from totango_pipelines.integrations.project import DeclaredIntegration
from totango_pipelines.orchestration.assets import Mode
from totango_pipelines.orchestration.resources import TotangoResource
from totango_pipelines.orchestration.run_desk import RunDesk
from totango_pipelines.orchestration.run_metadata import text_table

JOB = "run_integrations"
_Totango = dg.ResourceParam[TotangoResource]


class RunManyConfig(dg.Config):
    """Which integrations, and how much of each."""

    integrations: list[str] = Field(default=[], description="Ids, e.g. crm_accounts.")
    tags: list[str] = Field(
        default=[], description="Declared tags; also object:usage, connection:crm, and all."
    )
    mode: Mode = Mode.incremental


def build_run_many(resource: TotangoResource) -> dg.JobDefinition:
    """The job, with the project's resource."""

    @dg.op(
        name="request_runs",
        description="Puts a run of each chosen integration into the queue; the runs go on by "
        "themselves. A run that waits already is joined.",
    )
    def request_runs(
        context: dg.OpExecutionContext, config: RunManyConfig, totango: _Totango
    ) -> None:
        desk = RunDesk(totango.environment(), context.instance)
        names = chosen(desk.integrations(), config.integrations, config.tags)
        lines = []
        for name in names:
            try:
                asked = desk.ask(
                    name,
                    mode=str(config.mode.value),
                    trigger="manual",
                    requested_by=f"{JOB} {context.run_id}",
                )
            except TotangoPipelinesError as error:
                lines.append((name, "", f"not requested: {error}"))
            else:
                lines.append((name, asked.run_id, asked.reason))
        table = text_table(("integration", "run", "what became of it"), lines)
        context.log_event(
            dg.AssetObservation(JOB, metadata={"runs": table, "requested": len(names)})
        )
        refused = [f"{name}: {said}" for name, run, said in lines if not run]
        if refused:
            raise dg.Failure("\n".join(refused), allow_retries=False)

    @dg.job(
        name=JOB,
        resource_defs={"totango": resource},
        executor_def=dg.in_process_executor,
        description="Run many integrations: by id, or by tag. In the Launchpad, for example: "
        "`ops: {request_runs: {config: {tags: [finance], mode: full}}}`.",
    )
    def run_integrations() -> None:
        request_runs()

    return run_integrations


def chosen(
    declared: Mapping[str, DeclaredIntegration], names: Sequence[str], tags: Sequence[str]
) -> list[str]:
    """The integrations of these ids and of these tags, each once.

    Raises:
        Failure: an id or a tag that nothing has, or nothing was chosen: then nothing is run.
    """
    by_tag = {
        tag: [n for n, each in declared.items() if tag in _tags(each.integration)] for tag in tags
    }
    strange = [name for name in names if name not in declared]
    strange += [tag for tag, found in by_tag.items() if not found]
    if strange or not (names or tags):
        seen = f"nothing is called {', '.join(strange)}" if strange else "nothing was chosen"
        everything: dict[str, Any] = {
            tag: None for e in declared.values() for tag in _tags(e.integration)
        }
        msg = (
            f"{seen}; no run was requested. Ids: {', '.join(declared) or 'none'}. "
            f"Tags: {', '.join(sorted(everything))}."
        )
        raise dg.Failure(msg, allow_retries=False)
    return list(dict.fromkeys([*names, *(name for found in by_tag.values() for name in found)]))


def _tags(integration: Integration) -> set[str]:
    own = {"all", f"object:{integration.object}", f"connection:{integration.connection}"}
    return own | set(integration.tags)
