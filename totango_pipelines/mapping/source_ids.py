"""The id of the source record that a row comes from, for matching (semantics.md 3, 6)."""

from collections.abc import Sequence

from totango_pipelines.catalog.attributes import Attribute, KeyFolding
from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.conversions import conversion_for
from totango_pipelines.mapping.origins import cell_of

SOURCE_ID = "_source_id"
_AS_A_KEY = Attribute("source id", folds_as=KeyFolding.AS_IT_IS)


def source_id_cell(name: str, columns: Sequence[SourceColumn]) -> str:
    """SQL over the cells of the extract: the id, trimmed; null where there is none."""
    column = next(column for column in columns if column.name == name)
    conversion = conversion_for(_AS_A_KEY, cell_of(column, columns), column.kind)
    text = f"CAST({conversion.cell} AS VARCHAR)" if conversion else "NULL::VARCHAR"
    # No hub can store a NUL.
    return f"nullif(replace({text}, chr(0), ''), '')"
