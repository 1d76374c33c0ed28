"""The conflicts step: the values that the run left as they were, since another integration's stand."""

from dataclasses import dataclass

import pyarrow.parquet as pq

from totango_pipelines.staging import StagedFile
from totango_pipelines.sync.wiring import RunContext

SHOWN = 100
"""So many are read in a table; the others are downloaded."""


@dataclass(frozen=True, slots=True)
class ConflictsShown:
    """The conflicts of a run: how many, and the first of them, as rows of `columns`."""

    total: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


def run_conflicts(context: RunContext) -> ConflictsShown:
    """The value conflicts that this run listed.

    Raises:
        StagedFileError: the file is missing, truncated or altered.
    """
    path, manifest = context.folder.verified(StagedFile.CONFLICTS)
    with pq.ParquetFile(path) as file:
        names = tuple(name for name in file.schema_arrow.names if name != "object")
        first = next(file.iter_batches(batch_size=SHOWN, columns=list(names)), None)
    rows = [] if first is None else first.to_pylist()
    cells = tuple(tuple(_text(row[name]) for name in names) for row in rows)
    return ConflictsShown(manifest.rows, names, cells)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
