"""Arrow in and out of PostgreSQL by COPY, inside the caller's transaction."""

import importlib.util
import io
from collections.abc import Iterable, Iterator, Sequence

import psycopg
import pyarrow as pa
import pyarrow.csv as pa_csv
from psycopg import sql

from totango_pipelines.connections.postgres_copy import parsed_csv, row_blocks
from totango_pipelines.quoting import comma_quoted
from totango_pipelines.upsert.delivery import HubColumn

# Linux on ARM has no wheel of the binary encoder.
HAS_BINARY_ENCODER = importlib.util.find_spec("pgpq") is not None
if HAS_BINARY_ENCODER:
    import pgpq

Batches = tuple[pa.Schema, list[pa.RecordBatch]]
"""Rows in memory, and their schema even when there are none."""

_ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "DOUBLE": pa.float64(),
    "DECIMAL(18,4)": pa.decimal128(18, 4),
    "DATE": pa.date32(),
    "BOOLEAN": pa.bool_(),
    "BIGINT": pa.int64(),
    "TIMESTAMPTZ": pa.timestamp("us", tz="UTC"),
    "JSON": pa.string(),
}


def _arrow_type(column: HubColumn) -> pa.DataType:
    """A record's own times are read as text: only the few rows that differ need the moment."""
    own = column.name.startswith("_") and column.hub_type == "TIMESTAMPTZ"
    return pa.string() if own else _ARROW_TYPES[column.hub_type]


def copy_out(
    connection: psycopg.Connection, statement: sql.Composable, columns: Sequence[HubColumn]
) -> pa.Table:
    """The statement's rows as an Arrow table, with the columns' types."""
    schema = pa.schema([(column.name, _arrow_type(column)) for column in columns])
    copy = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(statement)
    with connection.cursor() as cursor, cursor.copy(copy) as rows:
        return pa.Table.from_batches(
            [
                batch
                for block in row_blocks(rows)
                for batch in parsed_csv(block, schema).to_batches()
            ],
            schema,
        )


def copy_in(
    connection: psycopg.Connection,
    table: str,
    columns: Sequence[HubColumn],
    batches: Batches,
    *,
    binary: bool,
) -> None:
    """Send batches into a table (a quoted name), in PostgreSQL's binary form or as CSV."""
    encode, form = (_binary, "binary") if binary else (_csv, "csv")
    names = comma_quoted([column.name for column in columns])
    statement = f"COPY {table} ({names}) FROM STDIN (FORMAT {form})"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in encode(*batches):
            copy.write(block)


def _binary(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    encoder = pgpq.ArrowToPostgresBinaryEncoder(schema)
    yield encoder.write_header()
    for batch in batches:
        yield encoder.write_batch(batch)
    yield encoder.finish()


def _csv(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:  # noqa: ARG001
    options = pa_csv.WriteOptions(include_header=False, quoting_style="needed")
    for batch in batches:
        buffer = io.BytesIO()
        pa_csv.write_csv(batch, buffer, options)
        yield buffer.getvalue()
