"""The first rows of any query, before there is a mapping: what proposals are made from."""

from dataclasses import dataclass

import pyarrow as pa

from totango_pipelines.connections.connectors import connector_of
from totango_pipelines.connections.opening import open_source
from totango_pipelines.connections.plain_values import plain_values
from totango_pipelines.errors import QueryRefusedError
from totango_pipelines.extract.query import NO_PARTITION, check_query
from totango_pipelines.integrations.partition import Window
from totango_pipelines.integrations.project import Project
from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.preview import Preview, preview_of
from totango_pipelines.sync.environment import Environment

SAMPLE_ROWS = 1000
"""Ten rows are too few to tell a date's format or what a column holds (issue: up to 1,000)."""


@dataclass(frozen=True, slots=True)
class QuerySample:
    """The first rows of a query: `rows` are at most SAMPLE_ROWS, `preview` the first ten."""

    columns: tuple[SourceColumn, ...]
    rows: pa.Table
    preview: Preview

    def texts(self, column: str) -> tuple[str, ...]:
        """The cells of a column that hold something, as text, in order."""
        cells = plain_values(self.rows.column(column))
        return tuple(str(cell) for cell in cells if cell is not None and str(cell).strip())


def sample_query(
    environment: Environment,
    project: Project,
    *,
    connection: str,
    query: str,
    rows: int = SAMPLE_ROWS,
    window: Window | None = None,
) -> QuerySample:
    """Ask a connection for the first rows of a query; stages nothing.

    Raises:
        QueryRefusedError: the guard or the engine refuses the query.
        SourceUnavailableError: the connection could not be opened, or it dropped.
        DeclarationError: the connection lacks a variable.
    """
    declaration = project.connections[connection]
    checked = check_query(query, dialect=connector_of(declaration).dialect, window=window)
    if checked.needs_window:
        raise QueryRefusedError(NO_PARTITION)
    source = open_source(
        declaration,
        name=connection,
        project_folder=project.folder,
        environment=environment.variables,
    )
    with source.batches(checked.sql, checked.parameters, limit=rows) as reader:
        schema = reader.schema
        batches = list(reader)
    named = {f.name: (f.metadata or {}).get(b"source_type", b"").decode() for f in schema}
    types = {f.name: named[f.name] or str(f.type) for f in schema}
    columns = tuple(SourceColumn(f.name, str(f.type), types[f.name]) for f in schema)
    return QuerySample(
        columns, pa.Table.from_batches(batches, schema), preview_of(batches, schema, types)
    )
