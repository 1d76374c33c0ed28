"""Reading CSV and Parquet files as the tables of a DuckDB that sees nothing else.

Arrow finds and reads the files, on disk or in S3; the engine is handed the tables and has no access
to files or network of its own. Every column of CSV is text: what looks like a number to a reader of
its first rows may be an id with zeros in front. Casts belong in the query or in the mapping.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.dataset as ds
from fsspec.implementations.arrow import ArrowFSWrapper
from pyarrow import fs

from totango_pipelines.connections import source
from totango_pipelines.connections.duckdb_file import DuckDBSource
from totango_pipelines.errors import DeclarationError, Problem
from totango_pipelines.integrations.files_connection import FileTable

_S3 = "s3://"
_MEMORY = "1GB"
_CONNECT_TIMEOUT = 10
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "memory_limit": _MEMORY,
    "python_enable_replacements": "false",
}
_REMEDY = "Check the path, and s3, of the table in connections.yaml."


@dataclass(frozen=True, slots=True)
class FilesSource(DuckDBSource):
    """Files as tables; `path` is the project folder."""

    tables: Mapping[str, FileTable] = field(default_factory=dict)
    s3: Mapping[str, str] = field(default_factory=dict, repr=False)

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(config=_SETTINGS)
        try:
            for name, table in self.tables.items():
                connection.register(name, self._dataset(name, table))
            # It would be drawn on the standard output of a command.
            connection.execute("SET enable_progress_bar = false")
            connection.execute("SET lock_configuration = true")
        except BaseException:
            connection.close()
            raise
        return connection

    def _dataset(self, name: str, table: FileTable) -> ds.Dataset:
        try:
            filesystem, paths = self._files(table.path)
            if not paths:
                raise source.unavailable(
                    self.name, f"no file of the table '{name}' matches {table.path}", _REMEDY
                )
            if table.file_format == "parquet":
                return _parquet(paths, filesystem)
            return _csv(paths, filesystem, table)
        except (OSError, pa.ArrowException) as error:
            reason = source.without_values(self._hidden(str(error)))
            said = f"the files of the table '{name}' cannot be read: {reason}"
            raise source.unavailable(self.name, said, _REMEDY) from None

    def _files(self, pattern: str) -> tuple[fs.FileSystem, list[str]]:
        if not pattern.startswith(_S3):
            found = sorted(each for each in self.path.glob(pattern) if each.is_file())
            return fs.LocalFileSystem(), [str(each) for each in found]
        s3 = _s3_filesystem(self.s3)
        return s3, sorted(ArrowFSWrapper(s3).glob(pattern.removeprefix(_S3)))

    def _hidden(self, said: str) -> str:
        for key in ("secret_access_key", "access_key_id"):
            said = said.replace(self.s3.get(key) or "\0", "•••")
        return said


def _s3_filesystem(login: Mapping[str, str]) -> fs.S3FileSystem:
    options: dict[str, Any] = {
        "access_key": login.get("access_key_id"),
        "secret_key": login.get("secret_access_key"),
        "region": login.get("region"),
    }
    scheme, _, host = login.get("endpoint", "").rpartition("://")
    options |= {"endpoint_override": host, "scheme": scheme or "https"} if host else {}
    return fs.S3FileSystem(
        **{key: value for key, value in options.items() if value},
        connect_timeout=_CONNECT_TIMEOUT,
        request_timeout=60,
    )


def _parquet(paths: Sequence[str], filesystem: fs.FileSystem) -> ds.Dataset:
    # Else whole row groups ahead of the reader would be kept.
    options = ds.ParquetFragmentScanOptions(pre_buffer=False, use_buffered_stream=True)
    form = ds.ParquetFileFormat(default_fragment_scan_options=options)
    factory = ds.FileSystemDatasetFactory(filesystem, list(paths), form)
    return factory.finish(factory.inspect(promote_options="permissive"))


def _csv(paths: Sequence[str], filesystem: fs.FileSystem, table: FileTable) -> ds.Dataset:
    """The union of the columns of all files, by name; what a file lacks is null there."""
    delimiter = table.delimiter or ("\t" if ".tsv" in table.path.lower() else ",")
    parse = pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    names: dict[str, None] = {}
    for path in paths:
        with (
            filesystem.open_input_stream(path) as stream,
            pa_csv.open_csv(stream, parse_options=parse) as reader,
        ):
            names |= dict.fromkeys(reader.schema.names)
    convert = pa_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        # An empty cell is null, an empty text is quoted.
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
    )
    form = ds.CsvFileFormat(parse_options=parse, convert_options=convert)
    factory = ds.FileSystemDatasetFactory(filesystem, list(paths), form)
    return factory.finish(pa.schema([(name, pa.string()) for name in names]))


def open_files(
    name: str,
    project_folder: Path,
    tables: Mapping[str, FileTable],
    s3: Mapping[str, str],
    statement_timeout: float,
) -> FilesSource:
    """The source of declared files; nothing is opened yet.

    Raises:
        DeclarationError: a path leads out of the project folder.
    """
    outside = [key for key, table in tables.items() if _leads_out(table.path)]
    if outside:
        raise DeclarationError([_outside(name, key) for key in outside])
    return FilesSource(name, project_folder, statement_timeout, tables, s3)


def _leads_out(pattern: str) -> bool:
    if pattern.startswith(_S3):
        return False
    parts = Path(pattern)
    return parts.is_absolute() or ".." in parts.parts or pattern.startswith("~")


def _outside(name: str, table: str) -> Problem:
    return Problem(
        file="connections.yaml",
        line=None,
        path=f"connections.{name}.tables.{table}.path",
        code="NOT_ALLOWED",
        problem="leads out of the project folder.",
        remedy="Put the files, or a link to their folder, into the project; or use s3://….",
    )
