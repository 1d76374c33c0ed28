"""Rows of PostgreSQL by COPY: as fast as connectorx, whose errors are panics that print values."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg
import pyarrow as pa
from pyarrow import csv

from totango_pipelines.connections import source

# Several copies of a block are in memory at once; smaller blocks are not slower.
_BLOCK_ROWS = 16_384
_BLOCK_BYTES = 8 * 1024 * 1024


def copied(session: "psycopg.Connection[Any]", wrapped: str, schema: pa.Schema) -> source.Rows:
    """Run one query and yield its rows as the schema says.

    A block is parsed while the next one is received.
    """
    statement = f"COPY (\n{wrapped}\n) TO STDOUT (FORMAT csv)".encode()
    being_parsed: list[Future[pa.RecordBatch]] = []
    with (
        ThreadPoolExecutor(1, "parse") as thread,
        session.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for block in row_blocks(copy):
            being_parsed.append(thread.submit(_parsed, block, schema))
            if len(being_parsed) > 1:
                yield being_parsed.pop(0).result()
        for last in being_parsed:
            yield last.result()


def row_blocks(copy: "psycopg.Copy") -> Iterator[bytes]:
    """What a COPY sends, in blocks of whole rows: the server sends each row as one message."""
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


def parsed_csv(block: bytes, schema: pa.Schema) -> pa.Table:
    """The rows of a block of COPY's CSV as the schema says; no two of its columns share a name.

    Raises:
        pa.ArrowInvalid: a value is none of its column's type.
    """
    return csv.read_csv(
        pa.py_buffer(block),
        read_options=csv.ReadOptions(
            column_names=schema.names, use_threads=False, block_size=len(block) + 1
        ),
        parse_options=csv.ParseOptions(
            newlines_in_values=True,
            ignore_empty_lines=False,  # the null of an only column
        ),
        convert_options=csv.ConvertOptions(
            column_types=schema,
            # An empty text is quoted, a null is not.
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
        ),
    )


def _parsed(block: bytes, schema: pa.Schema) -> pa.RecordBatch:
    # Dates as text first: Arrow's error would not name the column that holds infinity.
    dated = {column.name for column in schema if pa.types.is_temporal(column.type)}
    read = pa.schema(
        [(column.name, pa.string() if column.name in dated else column.type) for column in schema]
    )
    table = parsed_csv(block, read)
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
