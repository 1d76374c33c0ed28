"""The first rows of an extract and their types: mandatory, and what people look at (seed.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa

from totango_pipelines.connections.plain_values import plain_values
from totango_pipelines.errors import StagedFileError
from totango_pipelines.staging import RunFolder

PREVIEW_ROWS = 10
PREVIEW_FILE = "preview.json"
_CELL_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """A column of the query: its name, the engine's type and the staged (Arrow) type."""

    name: str
    source_type: str
    arrow_type: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a query; cells are shown as text (None: null)."""

    columns: tuple[PreviewColumn, ...]
    rows: tuple[tuple[str | None, ...], ...]

    def save(self, folder: RunFolder, schema_fingerprint: str) -> None:
        """Keep the preview of a run beside its extract."""
        columns = [(c.name, c.source_type, c.arrow_type) for c in self.columns]
        content = {"schema_fingerprint": schema_fingerprint, "columns": columns, "rows": self.rows}
        folder.write_json(PREVIEW_FILE, content)


def preview_of(
    batches: Sequence[pa.RecordBatch], schema: pa.Schema, types: Mapping[str, str]
) -> Preview:
    """The preview of an extract's first batches; `types` are the engine's names of the types."""
    table = pa.Table.from_batches(list(batches), schema).slice(0, PREVIEW_ROWS)
    columns = tuple(
        PreviewColumn(field.name, types.get(field.name, str(field.type)), str(field.type))
        for field in schema
    )
    cells = [[_shown(value) for value in plain_values(column)] for column in table.columns]
    return Preview(columns, tuple(zip(*cells, strict=True)) if table.num_rows else ())


def require_preview(folder: RunFolder, schema_fingerprint: str) -> None:
    """No mapping without a preview of this very extract.

    Raises:
        StagedFileError: the run has no preview, or one of other columns.
    """
    content = folder.read_json(PREVIEW_FILE)
    found = content.get("schema_fingerprint") if isinstance(content, dict) else None
    if found != schema_fingerprint:
        msg = "the preview is of another extract. Materialize extract and preview again."
        raise StagedFileError(msg)


def _shown(value: object) -> str | None:
    if value is None:
        return None
    # A decimal's own text may have an exponent: 0E-10.
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text if len(text) <= _CELL_CHARACTERS else text[: _CELL_CHARACTERS - 1] + "…"
