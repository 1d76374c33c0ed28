"""SQL over the delivered rows: a range of them, and several rows of one key merged (semantics 5)."""

from collections.abc import Sequence

from totango_pipelines.quoting import comma, comma_quoted, literal, quoted
from totango_pipelines.upsert.delivery import DeliveredAttribute, Delivery

# No attribute's column holds a space, so these names cannot meet one.
STAMP_OF_CELL = "as of {}"
ROW_OF_CELL = "row {}"


def delivered_view(delivery: Delivery) -> str:
    """The view `delivered`: the mapped rows with the constant keys beside them."""
    keys = [f"{quoted(in_file)} AS {quoted(name)}" for name, in_file in delivery.renamed_keys]
    keys += [f"{literal(value)} AS {quoted(name)}" for name, value in delivery.constant_keys]
    in_file = [name for _, name in delivery.renamed_keys]
    others = f"* EXCLUDE ({comma_quoted(in_file)})" if in_file else "*"
    file = literal(str(delivery.mapped))
    return (
        f"CREATE OR REPLACE TEMP VIEW delivered AS SELECT {comma([others, *keys])} "
        f"FROM read_parquet({file})"
    )


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
