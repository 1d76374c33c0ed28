"""Where an integration's rows come from: the tables of its query, and what it waits for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import dagster as dg

from totango_pipelines.connections.connectors import connector_of
from totango_pipelines.errors import QueryRefusedError
from totango_pipelines.extract.lineage import column_origins
from totango_pipelines.extract.query import check_query, tables_read
from totango_pipelines.integrations.project import DeclaredIntegration, Project
from totango_pipelines.orchestration.asset_keys import STEPS, step_key, table_key, upstream_key
from totango_pipelines.orchestration.run_metadata import Lineage, source_lineage


@dataclass(frozen=True, slots=True)
class QuerySources:
    """The upstream assets of an extract, and the lineage of its columns."""

    connection: str
    query: str
    dialect: str
    upstream: tuple[dg.AssetKey, ...]

    def lineage(self, columns: Sequence[str]) -> Lineage:
        """From warehouse column to column of the query, where it can be told."""
        try:
            checked = check_query(self.query, dialect=self.dialect)
        except QueryRefusedError:
            return {}
        return source_lineage(self.connection, column_origins(checked, columns))


def query_sources(project: Project, declared: DeclaredIntegration) -> QuerySources:
    """The sources of a declared integration; a query that cannot be parsed has none.

    Whether it may be run is for the run to say: to judge five hundred would double the load time.
    """
    integration = declared.integration
    dialect = connector_of(project.connections[integration.connection]).dialect
    try:
        named = tables_read(integration.query, dialect=dialect)
    except QueryRefusedError:
        named = ()  # the extract itself refuses it, in the run, with its reason
    tables = [table_key(integration.connection, table) for table in named]
    waits_for = [upstream_key(text) for text in integration.upstream]
    keys = dict.fromkeys((*waits_for, *(key for key in tables if key)))
    return QuerySources(integration.connection, integration.query, dialect, tuple(keys))


def without_cycles(sources: Mapping[str, QuerySources]) -> dict[str, QuerySources]:
    """The same sources by integration, without the keys that lead back to where they started.

    An integration may wait for another one's asset. Two that wait for each other would take every
    other with them: Dagster loads no graph with a circle.
    """
    owner = {step_key(name, step): name for name in sources for step in STEPS}
    waits_for = {
        name: {owner[key] for key in each.upstream if key in owner}
        for name, each in sources.items()
    }
    return {
        name: replace(
            each,
            upstream=tuple(
                key for key in each.upstream if not _leads_to(name, owner.get(key), waits_for)
            ),
        )
        for name, each in sources.items()
    }


def _leads_to(goal: str, start: str | None, waits_for: Mapping[str, Collection[str]]) -> bool:
    seen: set[str] = set()
    ahead = [start] if start else []
    while ahead:
        name = ahead.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            ahead += waits_for[name]
    return False
