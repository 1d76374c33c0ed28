"""The preview step: the first rows of a query, and what they look like."""

import pyarrow.parquet as pq

from totango_pipelines.preview import PREVIEW_ROWS, Preview, preview_of
from totango_pipelines.staging import StagedFile
from totango_pipelines.sync.query_sample import sample_query
from totango_pipelines.sync.wiring import RunContext


def run_preview(context: RunContext) -> Preview:
    """Keep the first rows of the staged extract, with their types."""
    path, manifest = context.folder.verified(StagedFile.SOURCE)
    with pq.ParquetFile(path) as file:
        first = next(file.iter_batches(batch_size=PREVIEW_ROWS), None)
        batches = [] if first is None else [first]
        preview = preview_of(batches, file.schema_arrow, manifest.facts["source_types"])
    preview.save(context.folder, manifest.schema_fingerprint)
    return preview


def live_preview(context: RunContext) -> Preview:
    """The first rows of the query, asked of the source now; stages nothing."""
    return sample_query(
        context.environment,
        context.project,
        connection=context.integration.connection,
        query=context.integration.query,
        window=context.reading_window,
        rows=PREVIEW_ROWS,
    ).preview
