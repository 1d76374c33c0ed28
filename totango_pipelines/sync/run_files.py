"""Copies of a past run's files, as CSV or Parquet."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from totango_pipelines.errors import UserError
from totango_pipelines.staging import RunFolder, StagedFile

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection); a negative number
# is none, and stays what it was when the file is loaded again.
_FORMULA: Final = r"^[=+\-@\t\r]"
_NUMBER: Final = r"^-[0-9]+([.,][0-9]+)?$"


class OutputExistsError(UserError):
    """The file to write is there already."""


def write_parquet(folder: RunFolder, file: StagedFile, target: Path, *, force: bool) -> int:
    """The exact copy of a staged file; answers with its rows.

    Raises:
        StagedFileError: the staged file is missing, truncated or altered.
        OutputExistsError: the target is there, and `force` is not given.
    """
    source, manifest = folder.verified(file)
    with _replacing(target, force=force) as part, source.open("rb") as content:
        shutil.copyfileobj(content, part)
    return manifest.rows


def write_csv(folder: RunFolder, file: StagedFile, target: Path, *, force: bool) -> int:
    """A staged file as CSV, with formulas defused; answers with its rows.

    Raises:
        StagedFileError, OutputExistsError: as `write_parquet` says.
    """
    source, manifest = folder.verified(file)
    with _replacing(target, force=force) as part:
        copy_csv(source, part)
    return manifest.rows


def stream_csv(folder: RunFolder, file: StagedFile, stream: IO[bytes]) -> int:
    """The same to an open stream."""
    source, manifest = folder.verified(file)
    copy_csv(source, stream)
    return manifest.rows


def copy_csv(source: Path, stream: IO[bytes]) -> None:
    """Batch by batch, so that a large file needs no large memory."""
    with pq.ParquetFile(source) as file:
        schema = _csv_schema(file.schema_arrow)
        with pa.csv.CSVWriter(stream, schema) as writer:
            for batch in file.iter_batches():
                columns = [_for_csv(column) for column in batch.columns]
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


def _csv_schema(schema: pa.Schema) -> pa.Schema:
    fields = []
    for field in schema:
        name = f"'{field.name}" if re.match(_FORMULA, field.name) else field.name
        fields.append(pa.field(name, field.type if _is_plain(field.type) else pa.string()))
    return pa.schema(fields)


def _is_plain(kind: pa.DataType) -> bool:
    """Whether the CSV writer takes the type, and no cell of it can be a formula."""
    tests = (
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_date,
        pa.types.is_timestamp,
    )
    return any(test(kind) for test in tests)


def _for_csv(column: pa.Array) -> pa.Array:
    if _is_plain(column.type):
        return column
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        texts = column.cast(pa.string())
    else:
        texts = pa.array([_text(value) for value in column.to_pylist()], pa.string())
    is_number = pc.match_substring_regex(texts, _NUMBER)
    risky = pc.and_not(pc.match_substring_regex(texts, _FORMULA), is_number)
    return pc.if_else(risky, pc.binary_join_element_wise("'", texts, ""), texts)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    return (
        json.dumps(value, default=str, ensure_ascii=False)
        if isinstance(value, list | dict)
        else str(value)
    )


@contextmanager
def _replacing(target: Path, *, force: bool) -> Iterator[IO[bytes]]:
    """A temporary file beside the target, which becomes the target when the block ends well."""
    _refuse_existing(target, force=force)
    if not target.parent.is_dir():
        msg = f"there is no folder {target.parent} to write {target.name} into. Create it first."
        raise UserError(msg)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        # Rows of customers: for their owner only.
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
        _refuse_existing(target, force=force)
        part.replace(target)
    except PermissionError as error:
        msg = f"{target} cannot be written: {error.strerror}. Choose another place with -o."
        raise UserError(msg) from None
    finally:
        part.unlink(missing_ok=True)


def _refuse_existing(target: Path, *, force: bool) -> None:
    if target.is_dir():
        msg = f"{target} is a folder. Give the name of a file with -o."
        raise OutputExistsError(msg)
    if target.exists() and not force:
        msg = f"{target} exists. Use --force to replace it, or another name."
        raise OutputExistsError(msg)
