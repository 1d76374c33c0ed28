"""Rows of PostgreSQL by COPY: as fast as connectorx, whose errors are panics that print values."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pyarrow as pa
from pyarrow import csv

from totango_pipelines.connections import source

# Several copies of a block are in memory at once; smaller blocks are not slower.
_BLOCK_ROWS = 16_384
_BLOCK_BYTES = 8 * 1024 * 1024


def copied(session: "psycopg.Connection[Any]", wrapped: str, schema: pa.Schema) -> source.Rows:
    """Run one query and yield its rows as the schema says."""
    statement = f"COPY (\n{wrapped}\n) TO STDOUT (FORMAT csv, FORCE_QUOTE *)".encode()
    with session.cursor() as cursor, cursor.copy(statement) as copy:
        for block in _blocks(copy):
            yield _parsed(block, schema)


def _blocks(copy: "psycopg.Copy") -> Iterator[bytes]:
    """Whole rows only: the server sends each row as one message."""
    rows: list[bytes] = []
    size = 0
    for row in copy:
        rows.append(bytes(row))
        size += len(row)
        if len(rows) >= _BLOCK_ROWS or size >= _BLOCK_BYTES:
            yield b"".join(rows)
            rows, size = [], 0
    if rows:
        yield b"".join(rows)


def _parsed(block: bytes, schema: pa.Schema) -> pa.RecordBatch:
    # Dates as text first: Arrow's error would not name the column that holds infinity.
    dated = {column.name for column in schema if pa.types.is_temporal(column.type)}
    places = [f"c{place}" for place in range(len(schema))]
    asked = {
        place: pa.string() if column.name in dated else column.type
        for place, column in zip(places, schema, strict=True)
    }
    table = csv.read_csv(
        pa.py_buffer(block),
        read_options=csv.ReadOptions(
            column_names=places, use_threads=False, block_size=len(block) + 1
        ),
        parse_options=csv.ParseOptions(
            newlines_in_values=True,
            ignore_empty_lines=False,  # the null of an only column
        ),
        convert_options=csv.ConvertOptions(
            column_types=asked,
            # An empty text is quoted, a null is not.
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
        ),
    )
    arrays, outside = [], []
    for column, values in zip(schema, table.combine_chunks().columns, strict=True):
        try:
            arrays.append(values.combine_chunks().cast(column.type))
        except pa.ArrowInvalid:
            if column.name not in dated:
                raise
            outside.append(column.name)
    if outside:
        raise source.OutsideDatesError(outside)
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
