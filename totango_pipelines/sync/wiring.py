"""The one place that builds things: declarations and the environment in, working parts out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from totango_pipelines.catalog.catalog import Catalog
from totango_pipelines.connections.connectors import connector_of
from totango_pipelines.connections.opening import open_source
from totango_pipelines.connections.source import Source
from totango_pipelines.engine import WorkSpace
from totango_pipelines.errors import DeclarationError, Problem
from totango_pipelines.integrations.integration import Integration
from totango_pipelines.integrations.partition import Window, latest_window
from totango_pipelines.integrations.project import DeclaredIntegration, Project
from totango_pipelines.staging import RunFolder, StagedFile, Staging
from totango_pipelines.sync.environment import Environment
from totango_pipelines.upsert.delivery import RejectLimits, RunIdentity
from totango_pipelines.upsert.duckdb_hub import DuckdbHub
from totango_pipelines.upsert.key_ranges import RANGE_ROWS
from totango_pipelines.upsert.postgres_hub import PostgresHub
from totango_pipelines.upsert.target import UpsertTarget

MEMORY_LIMIT = "160MB"
"""DuckDB's share of a step; the process needs about 350 MiB beside it (decision 20)."""
_WIDE_LINES, _WIDE_MEMORY_LIMIT = 250, "768MB"
"""Planning a statement over a thousand columns takes more than reading them."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """One run of one integration: who it is, and the parts it works with."""

    environment: Environment
    project: Project
    declared: DeclaredIntegration
    run: RunIdentity
    window: Window | None = field(default=None, kw_only=True)
    """What a partitioned integration reads."""

    @property
    def reading_window(self) -> Window | None:
        """The window that the query is asked for: that of the run, else the last that has ended."""
        integration = self.integration
        if self.window is not None or integration.partition is None:
            return self.window
        return sample_window(integration, datetime.now(UTC))

    @property
    def integration(self) -> Integration:
        """The declaration."""
        return self.declared.integration

    @property
    def catalog(self) -> Catalog:
        """The company's catalogue."""
        return self.project.catalog

    @property
    def dialect(self) -> str:
        """The SQL that the integration's query is written in: its connector's."""
        return connector_of(self.project.connections[self.integration.connection]).dialect

    @property
    def folder(self) -> RunFolder:
        """The run's staged files."""
        return open_staging(self.environment).run(self.integration.id, self.run.run_id)

    def adopt_extract(self, ancestors: Sequence[str]) -> None:
        """Work on the extract of the nearest ancestor that has one, unless the run has its own."""
        staging, integration = open_staging(self.environment), self.integration.id
        if self.folder.has(StagedFile.SOURCE):
            return
        for ancestor in ancestors:
            if staging.run(integration, ancestor).has(StagedFile.SOURCE):
                staging.adopt(integration, self.run.run_id, ancestor)
                return

    def remove_parts(self) -> None:
        """Remove what a killed attempt of this run left half-written."""
        open_staging(self.environment).remove_parts(self.integration.id, self.run.run_id)

    @property
    def state_folder(self) -> Path:
        """Where what the hub remembers is put before the run's files take it over."""
        return self.folder.path / "state.part"

    @property
    def work(self) -> WorkSpace:
        """Where a step of this run may spill."""
        is_wide = len(self.integration.mapping) > _WIDE_LINES
        limit = _WIDE_MEMORY_LIMIT if is_wide else MEMORY_LIMIT
        return WorkSpace(self.folder.path / "spill.part", limit)

    @property
    def range_rows(self) -> int:
        """About as many rows are compared with the hub at once."""
        return RANGE_ROWS

    @property
    def limits(self) -> RejectLimits:
        """How many rejects the integration allows."""
        settings = self.integration.settings
        return RejectLimits(settings.reject_allowance, settings.max_reject_ratio)

    def source(self) -> Source:
        """The integration's connection."""
        name = self.integration.connection
        return open_source(
            self.project.connections[name],
            name=name,
            project_folder=self.project.folder,
            environment=self.environment.variables,
        )

    def hub(self) -> UpsertTarget:
        """The customer data hub."""
        return open_hub(self.environment)


def sample_window(integration: Integration, now: datetime) -> Window | None:
    """What a preview of a partitioned integration shows: the last window that has ended."""
    if integration.partition is None:
        return None
    return latest_window(integration.partition, integration.settings.timezone, now)


def open_staging(environment: Environment) -> Staging:
    """All staged files of the project."""
    return Staging(environment.home / "runs")


def open_hub(environment: Environment) -> UpsertTarget:
    """The hub that TOTANGO_HUB_URL names.

    Raises:
        DeclarationError: the URL is neither duckdb:/// nor postgresql://.
    """
    url = environment.hub_url
    if url.startswith("duckdb:///"):
        return DuckdbHub(environment.project / Path(url.removeprefix("duckdb:///")))
    if url.split(":", 1)[0] in {"postgresql", "postgres", "postgresql+psycopg"}:
        return PostgresHub("postgresql:" + url.split(":", 1)[1])
    raise DeclarationError(
        [
            Problem(
                "TOTANGO_HUB_URL",
                None,
                "",
                "HUB_URL",
                f"names a hub of kind {url.split(':', 1)[0]!r}.",
                "Use duckdb:///path or postgresql://user@host/database.",
            )
        ]
    )
