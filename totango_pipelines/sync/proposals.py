"""Propose a mapping for a query: what automap says of its first rows and of earlier mappings."""

from collections.abc import Sequence

from totango_pipelines.catalog.catalog import Catalog
from totango_pipelines.integrations.project import Project
from totango_pipelines.mapping.automap.automap import (
    ColumnSample,
    Proposal,
    Remembered,
    automap,
)
from totango_pipelines.sync.query_sample import QuerySample, sample_query
from totango_pipelines.sync.wiring import RunContext


def propose(context: RunContext) -> tuple[tuple[Proposal, ...], QuerySample]:
    """What automap says of an integration's query now, and the rows it looked at.

    Its own mapping counts for nothing: the proposals are a second opinion on it.

    Raises:
        QueryRefusedError, SourceUnavailableError, DeclarationError: as `sample_query` says.
    """
    integration = context.declared.integration
    sample = sample_query(
        context.environment,
        context.project,
        connection=integration.connection,
        query=integration.query,
        window=context.reading_window,
    )
    proposals = proposals_for(
        context.project,
        connection=integration.connection,
        object_name=integration.object.value,
        sample=sample,
        besides=integration.id,
    )
    return proposals, sample


def proposals_for(
    project: Project,
    *,
    connection: str,
    object_name: str,
    sample: QuerySample,
    besides: str | None = None,
) -> tuple[Proposal, ...]:
    """What automap says of a sampled query; mappings of the integration `besides` are left out."""
    columns = [
        ColumnSample(each.name, sample.texts(each.name), each.kind) for each in sample.columns
    ]
    remembered = remembered_in(
        project, connection=connection, object_name=object_name, besides=besides
    )
    return automap(project.catalog, object_name, columns, remembered)


def proposals_offline(
    catalog: Catalog, object_name: str, columns: Sequence[ColumnSample]
) -> tuple[Proposal, ...]:
    """What automap says of columns that somebody wrote down."""
    return automap(catalog, object_name, columns)


def remembered_in(
    project: Project, *, connection: str, object_name: str, besides: str | None = None
) -> tuple[Remembered, ...]:
    """The columns that other integrations of this connection and object map already."""
    return tuple(
        Remembered(line.column, line.attribute, name)
        for name, declared in sorted(project.integrations.items())
        if name != besides
        and declared.integration.connection == connection
        and declared.integration.object == object_name
        for line in declared.integration.mapping
        if line.column is not None
    )
