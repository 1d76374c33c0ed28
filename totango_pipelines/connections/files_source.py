"""Reading CSV and Parquet files as the tables of a DuckDB that sees nothing else.

Arrow finds and reads the files, on disk or in S3; the engine is handed the tables that a query
names and has no access to files or network of its own. Every column of CSV is text: casts belong in
the query or in the mapping.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
from fsspec.utils import glob_translate
from pyarrow import fs

from totango_pipelines.connections import source
from totango_pipelines.connections.bounding import table_names
from totango_pipelines.connections.duckdb_file import DuckDBSource
from totango_pipelines.connections.file_tables import FaultyFileError, TableFiles
from totango_pipelines.errors import (
    DeclarationError,
    Problem,
    QueryRefusedError,
    SourceUnavailableError,
)
from totango_pipelines.integrations.files_connection import FileTable

_S3 = "s3://"
_WILD = re.compile(r"[*?\[]")
_MEMORY = "1GB"
_CONNECT_TIMEOUT = 10
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "memory_limit": _MEMORY,
    "python_enable_replacements": "false",
}
_FILE_TROUBLE = re.compile(r"CSV parse error|invalid UTF-?8", re.IGNORECASE)
_STORE_TROUBLE = re.compile(r"\bIOError\b|AWS Error|\bcurlCode\b")
_REMEDY = "Check the path, and s3, of the table in connections.yaml."


@dataclass(frozen=True, slots=True)
class FilesSource(DuckDBSource):
    """Files as tables; `path` is the project folder."""

    tables: Mapping[str, FileTable] = field(default_factory=dict)
    s3: Mapping[str, str] = field(default_factory=dict, repr=False)

    def _connect(self, sql: str = "", /) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(config=_SETTINGS)
        try:
            for name in self._named_in(sql):
                dataset = self._dataset(name)
                with self._as_our_errors(sql):
                    connection.register(name, dataset)
            # It would be drawn on the standard output of a command.
            connection.execute("SET enable_progress_bar = false")
            connection.execute("SET lock_configuration = true")
        except BaseException:
            connection.close()
            raise
        return connection

    def _named_in(self, sql: str) -> list[str]:
        """The declared tables that a query names: the files of others need not be there."""
        if not sql:
            return []
        names = table_names(sql, self.dialect)
        return [name for name in self.tables if names is None or name.casefold() in names]

    def _dataset(self, name: str) -> ds.Dataset:
        try:
            return self._files(name).dataset()
        except FaultyFileError as fault:
            raise source.faulty_file(self.name, fault.said, fault.remedy) from None
        except OSError as error:
            reason = source.without_values(self._hidden(str(error)))
            said = f"the files of the table '{name}' cannot be reached: {reason}"
            raise source.unavailable(self.name, said, _REMEDY) from None

    def _files(self, name: str) -> TableFiles:
        table = self.tables[name]
        if table.path.startswith(_S3):
            filesystem: fs.FileSystem = _s3_filesystem(self.s3)
            found = _matching(filesystem, table.path.removeprefix(_S3))
            paths = sorted(path for path in found if not _is_hidden(path))
            return TableFiles(name, table, filesystem, paths, [_S3 + path for path in paths])
        inside = sorted(each for each in self.path.glob(table.path) if each.is_file())
        shown = [each.relative_to(self.path).as_posix() for each in inside]
        shown = [each for each in shown if not _is_hidden(each)]
        paths = [str(self.path / each) for each in shown]
        return TableFiles(name, table, fs.LocalFileSystem(), paths, shown)

    def _refusal(self, error: Exception, sql: str, /) -> QueryRefusedError | SourceUnavailableError:
        said = source.first_line(str(error))
        if _STORE_TROUBLE.search(said):
            reason = source.without_values(self._hidden(said))
            return source.unavailable(self.name, reason, _REMEDY)
        if _FILE_TROUBLE.search(said):
            for name in self._named_in(sql):
                # Only now: where the row is costs a second look at the files.
                with suppress(OSError, pa.ArrowException):
                    fault = self._files(name).fault()
                    if fault:
                        return source.faulty_file(self.name, fault.said, fault.remedy)
        return DuckDBSource._refusal(self, error, sql)

    def _hidden(self, said: str) -> str:
        for key in ("secret_access_key", "access_key_id"):
            said = said.replace(self.s3.get(key) or "\0", "•••")
        return said


def _matching(store: fs.FileSystem, pattern: str) -> list[str]:
    """The objects that a pattern names; an error is raised, never taken for an empty folder."""
    parts = pattern.split("/")
    fixed = list(takewhile(lambda part: not _WILD.search(part), parts))
    if len(fixed) == len(parts):
        found = [store.get_file_info(pattern)]
    else:
        below = len(parts) - len(fixed) > 1
        wanted = fs.FileSelector("/".join(fixed), recursive=below, allow_not_found=True)
        found = store.get_file_info(wanted)
    matches = re.compile(glob_translate(pattern)).match
    return [each.path for each in found if each.is_file and matches(each.path)]


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


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
