"""The job `run_integrations`: many integrations by name or by tag, for the engineer on call."""

import dagster as dg
from pydantic import Field

from totango_pipelines.errors import TotangoPipelinesError, UnknownNameError
from totango_pipelines.integrations.selection import chosen
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
        try:
            names = chosen(desk.integrations(), config.integrations, config.tags)
        except UnknownNameError as error:
            raise dg.Failure(str(error), allow_retries=False) from None
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
