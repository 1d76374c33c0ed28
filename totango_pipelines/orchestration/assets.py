"""The assets of an integration: a thin skin over the steps of the sync floor."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import dagster as dg
from pydantic import Field

from totango_pipelines.catalog.attributes import Attribute
from totango_pipelines.errors import CountsIdentityError, errors_among
from totango_pipelines.integrations.project import DeclaredIntegration, Project
from totango_pipelines.orchestration import asset_keys, checks, run_metadata
from totango_pipelines.orchestration.failures import tag_counts, tag_outcome
from totango_pipelines.orchestration.heavy_floor import import_ahead, step
from totango_pipelines.orchestration.partitions import backfill_policy, partitions_of
from totango_pipelines.orchestration.resources import TotangoResource
from totango_pipelines.orchestration.sources import QuerySources

_HUBS = ("duckdb", "postgres")  # a mistyped TOTANGO_HUB_URL may hold anything
_Totango = dg.ResourceParam[TotangoResource]
Results = Iterator[dg.AssetCheckResult | dg.MaterializeResult[Any]]


class Mode(StrEnum):
    """How much a run delivers (contract.md)."""

    incremental = "incremental"
    full = "full"
    rebuild_mapping = "rebuild_mapping"


class ExtractConfig(dg.Config):
    """What a run may be asked for; nothing else can be passed in (no query, no path)."""

    mode: Mode = Field(
        default=Mode.incremental,
        description="incremental: what is new or changed; full: every row; rebuild_mapping: forget "
        "the matches of source records first.",
    )
    replay_of: str | None = Field(
        default=None,
        description="A past run's id: its stored extract once more, without asking the source.",
    )


@dataclass(frozen=True, slots=True)
class AssetBuilder:
    """Builds the assets of one declared integration."""

    project: Project
    declared: DeclaredIntegration
    sources: QuerySources
    hub_kind: str

    def build(self) -> list[dg.AssetsDefinition]:
        """Extract, preview, mapped, upsert, conflicts."""
        with warnings.catch_warnings():
            # Backfill policies are in beta: nothing that our user could do about it.
            warnings.simplefilter("ignore", dg.BetaWarning)
            return [
                *(self._extract(), self._preview(), self._mapped(), self._upsert()),
                self._conflicts(),
            ]

    def _spec(self, name: str, *, kinds: set[str], description: str) -> dict[str, Any]:
        integration = self.declared.integration
        return {
            "key": asset_keys.step_key(integration.id, name),
            "group_name": integration.id,
            "kinds": kinds,
            "owners": asset_keys.owners(integration.notify),
            "tags": {"totango/object": str(integration.object)},
            "description": description,
            "code_version": self.declared.version[:12],
            "check_specs": checks.check_specs(integration.id, name),
            "partitions_def": partitions_of(integration),
            "backfill_policy": backfill_policy(integration.partition),
            "pool": integration.id,
        }

    def _extract(self) -> dg.AssetsDefinition:
        integration = self.declared.integration
        connector = self.project.connections[integration.connection].type
        text = integration.description or f"{integration.name}: rows for {integration.object}."

        @dg.asset(
            **self._spec("extract", kinds={connector, "parquet"}, description=text),
            deps=self.sources.upstream,
            metadata={
                **run_metadata.query_metadata(integration),
                "file": self.declared.file,
                "name": integration.name,
            },
        )
        def extract(
            context: dg.AssetExecutionContext, config: ExtractConfig, totango: _Totango
        ) -> Results:
            mode = str(config.mode.value)
            with totango.run(context, self.project, self.declared, mode=mode) as run:
                past = config.replay_of
                read = step("replay" if past else "extract_step")
                import_ahead()
                result = read.run_replay(run, past) if past else read.run_extract(run)
                lineage = self.sources.lineage(tuple(result.manifest.facts["source_types"]))
                yield dg.MaterializeResult(
                    metadata=run_metadata.extract_metadata(result, lineage),
                    check_results=[checks.not_empty(result.manifest.rows)],
                )

        return extract

    def _preview(self) -> dg.AssetsDefinition:
        integration = self.declared.integration

        @dg.asset(
            **self._spec(
                "preview",
                kinds={"table"},
                description="The first 10 rows with their types. Without it nothing is mapped.",
            ),
            deps=[asset_keys.step_key(integration.id, "extract")],
        )
        def preview(context: dg.AssetExecutionContext, totango: _Totango) -> Results:
            with totango.run(context, self.project, self.declared) as run:
                result = step("preview_step").run_preview(run)
                yield dg.MaterializeResult(metadata=run_metadata.preview_metadata(result))

        return preview

    def _mapped(self) -> dg.AssetsDefinition:
        integration = self.declared.integration

        @dg.asset(
            **self._spec(
                "mapped",
                kinds={"pandera", "parquet"},
                description="Accepted and rejected rows, judged by the contract of "
                f"{integration.object}.",
            ),
            deps=[asset_keys.step_key(integration.id, "preview")],
            metadata={
                "mapping": run_metadata.mapping_table(integration),
                "dagster/column_schema": run_metadata.hub_schema(integration, self.attributes()),
            },
        )
        def mapped(context: dg.AssetExecutionContext, totango: _Totango) -> Results:
            with totango.run(context, self.project, self.declared) as run:
                problems = errors_among(step("mapping_step").mapping_problems(run))
                yield checks.mapping_valid(integration.id, problems)
                result = step("mapping_step").run_mapping(run)
                if not result.within_limits:
                    tag_outcome(context, "failed")
                lineage = run_metadata.mapped_lineage(integration, result.reads)
                yield dg.MaterializeResult(
                    metadata=run_metadata.mapped_metadata(result, lineage),
                    check_results=[checks.rejects(result, integration.settings)],
                )

        return mapped

    def _upsert(self) -> dg.AssetsDefinition:
        integration = self.declared.integration

        @dg.asset(
            **self._spec(
                "upsert",
                kinds={self.hub_kind if self.hub_kind in _HUBS else "hub", "totango"},
                description=f"The records of {integration.object} in the customer data hub.",
            ),
            deps=[asset_keys.step_key(integration.id, "mapped")],
            metadata={
                **run_metadata.settings_metadata(integration),
                "dagster/column_schema": run_metadata.hub_schema(integration, self.attributes()),
            },
        )
        def upsert(context: dg.AssetExecutionContext, totango: _Totango) -> Results:
            with totango.run(context, self.project, self.declared) as run:
                try:
                    result = step("upsert_step").run_upsert(run)
                except CountsIdentityError as error:
                    yield checks.counts_identity(integration.id, broken=str(error))
                    raise
                rejects = result.counts.rejected
                tag_outcome(context, "succeeded_with_rejects" if rejects else "succeeded")
                tag_counts(context, result.counts)
                report = step("rejects_report").run_rejects(run.folder) if rejects else ()
                yield dg.MaterializeResult(
                    metadata=run_metadata.upsert_metadata(
                        result, report, integration, self.attributes()
                    ),
                    check_results=[
                        checks.keys_unique(result),
                        checks.counts_identity(integration.id),
                    ],
                )

        return upsert

    def _conflicts(self) -> dg.AssetsDefinition:
        integration = self.declared.integration

        @dg.asset(
            **self._spec(
                "conflicts",
                kinds={"table"},
                description="Values that stayed as another integration wrote them, with both "
                "values, writers and times. With auto_resolve_conflicts the newer one wins instead.",
            ),
            deps=[asset_keys.step_key(integration.id, "upsert")],
        )
        def conflicts(context: dg.AssetExecutionContext, totango: _Totango) -> Results:
            with totango.run(context, self.project, self.declared) as run:
                result = step("conflicts_step").run_conflicts(run)
                yield dg.MaterializeResult(
                    metadata=run_metadata.conflicts_metadata(result),
                    check_results=[checks.no_conflicts(result)],
                )

        return conflicts

    def attributes(self) -> dict[str, Attribute]:
        """The mapped attributes by the name that the mapping gives them."""
        integration, catalog = self.declared.integration, self.project.catalog
        found = {
            line.attribute: catalog.attribute(integration.object, line.attribute)
            for line in integration.mapping
        }
        return {name: attribute for name, attribute in found.items() if attribute}
