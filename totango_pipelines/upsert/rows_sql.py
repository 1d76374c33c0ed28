"""SQL over the rows of a range: when a cell speaks, and several rows of one key (semantics.md 5)."""

from collections.abc import Sequence

from totango_pipelines.quoting import comma, comma_quoted, quoted
from totango_pipelines.upsert.delivery import DeliveredAttribute, Delivery

# No attribute's column holds a space, so these names cannot meet one.
STAMP_OF_CELL = "as of {}"
ROW_OF_CELL = "row {}"


def speaks(attribute: DeliveredAttribute, cell: str) -> str:
    """Whether a cell says something: a null only speaks where blank clears."""
    if not attribute.clears:
        return f"({cell} IS NOT NULL)"
    if attribute.silent_column is None:
        return "TRUE"
    return f"({cell} IS NOT NULL OR NOT {quoted(attribute.silent_column)})"


def merged_rows(delivery: Delivery, keys: Sequence[str]) -> str:
    """Rows of one key, merged: each cell from the newest row that speaks for it.

    Beside each attribute stand the recency and the row number of the row that it came from; they
    are null where no row spoke. `_as_of` and `_row` are those of the newest row.
    """
    newest = "{'t': _as_of, 'r': _row}"
    cells = []
    for attribute in delivery.attributes:
        name = attribute.column.name
        filtered = f"FILTER (WHERE {speaks(attribute, quoted(name))})"
        cells += [
            # The value travels in a struct: arg_max alone would pass over nulls.
            f"(arg_max({{'v': {quoted(name)}}}, {newest}) {filtered}).v AS {quoted(name)}",
            f"(max({newest}) {filtered}).t AS {quoted(STAMP_OF_CELL.format(name))}",
            f"(max({newest}) {filtered}).r AS {quoted(ROW_OF_CELL.format(name))}",
        ]
    grouped = comma_quoted(keys)
    newest_row = [f"(max({newest})).t AS _as_of", f"(max({newest})).r AS _row"]
    return (
        f"SELECT {comma([grouped, *cells, *newest_row])} "
        f"FROM incoming SEMI JOIN repeated USING ({grouped}) GROUP BY {grouped}"
    )


def last_rows(keys: Sequence[str]) -> str:
    """Of several rows of one key the one with the highest number."""
    last = f"row_number() OVER (PARTITION BY {comma_quoted(keys)} ORDER BY _row DESC) = 1"
    return f"SELECT * FROM incoming QUALIFY {last}"
