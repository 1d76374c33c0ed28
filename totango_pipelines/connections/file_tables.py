"""CSV and Parquet files as Arrow datasets, and what is wrong with a file that cannot be one.

Every column of CSV is text: what looks like a number to a reader of its first rows may be an id
with zeros in front.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.dataset as ds
from pyarrow import fs

from totango_pipelines.integrations.files_connection import FileTable

_CORRECT = "Correct the file, or the path and format of the table in connections.yaml."
_PUT = "Put it there, or correct the path of the table in connections.yaml."
_RENAME = "Rename one of them: a query does not tell them apart."
_ROW = (
    "Correct the row, or the delimiter of the table in connections.yaml; a cell that holds the "
    "delimiter stands in quotes."
)
_UTF8 = "Save the file as UTF-8."


class FaultyFileError(Exception):
    """A file is not what its table needs: what was seen, without a value, and the next move."""

    def __init__(self, said: str, remedy: str) -> None:
        self.said, self.remedy = said, remedy
        super().__init__(f"{said}. {remedy}")


@dataclass(frozen=True, slots=True)
class TableFiles:
    """The files of a declared table; `shown` are their names as people know them."""

    name: str
    table: FileTable
    filesystem: fs.FileSystem
    paths: Sequence[str]
    shown: Sequence[str]

    def dataset(self) -> ds.Dataset:
        """The union of the columns of all files, by name; what a file lacks is null there.

        Raises:
            FaultyFileError: there is no file, one cannot be read, or two names are as one.
            OSError: the store cannot be reached.
        """
        if not self.paths:
            said = f"no file of the table '{self.name}' matches {self.table.path}"
            raise FaultyFileError(said, _PUT)
        return self._parquet() if self.table.file_format == "parquet" else self._csv()

    def fault(self) -> FaultyFileError | None:
        """The first row of CSV that cannot be read: asked for after a query failed."""
        if self.table.file_format == "csv":
            for path, where in self._each():
                found = self._bad_row(path, where) or self._bad_line(path, where)
                if found:
                    return found
        return None

    def _each(self) -> Iterator[tuple[str, str]]:
        for path, shown in zip(self.paths, self.shown, strict=True):
            yield path, f"the file {shown} of the table '{self.name}'"

    def _parquet(self) -> ds.Dataset:
        # Else whole row groups ahead of the reader would be kept.
        options = ds.ParquetFragmentScanOptions(pre_buffer=False, use_buffered_stream=True)
        form = ds.ParquetFileFormat(default_fragment_scan_options=options)
        schemas = []
        for path, where in self._each():
            try:
                schemas.append(form.inspect(path, self.filesystem))
            except pa.ArrowException:
                raise FaultyFileError(f"{where} is not a Parquet file", _CORRECT) from None
            self._refuse_alike(schemas[-1].names, where)
        try:
            schema = pa.unify_schemas(schemas, promote_options="permissive")
        except pa.ArrowException:
            said = f"the files of the table '{self.name}' have a column in types that do not fit"
            raise FaultyFileError(said, "Make a table of each kind of file.") from None
        return self._finished(form, pa.schema([_readable(field) for field in schema]))

    def _csv(self) -> ds.Dataset:
        names: dict[str, None] = {}
        for path, where in self._each():
            found = self._names(path, where)
            self._refuse_alike(found, where)
            names |= dict.fromkeys(found)
        convert = pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            # An empty cell is null, an empty text is quoted.
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        )
        form = ds.CsvFileFormat(parse_options=self._parse_options(), convert_options=convert)
        return self._finished(form, pa.schema([(name, pa.string()) for name in names]))

    def _finished(self, form: ds.FileFormat, schema: pa.Schema) -> ds.Dataset:
        self._refuse_alike(schema.names, f"the table '{self.name}'")
        factory = ds.FileSystemDatasetFactory(self.filesystem, list(self.paths), form)
        return factory.finish(schema)

    def _names(self, path: str, where: str) -> list[str]:
        try:
            with (
                self.filesystem.open_input_stream(path) as stream,
                pa_csv.open_csv(stream, parse_options=self._parse_options()) as reader,
            ):
                return list(reader.schema.names)
        except pa.ArrowException as error:
            if "Empty CSV" in str(error):
                said = f"{where} is empty, without even the names of columns"
                raise FaultyFileError(said, _CORRECT) from None
            found = self._bad_row(path, where) or self._bad_line(path, where)
            raise found or FaultyFileError(f"{where} is not CSV", _CORRECT) from None
        except UnicodeDecodeError:
            raise FaultyFileError(f"{where} is not UTF-8 in line 1", _UTF8) from None

    def _parse_options(self) -> pa_csv.ParseOptions:
        delimiter = self.table.delimiter or ("\t" if ".tsv" in self.table.path.lower() else ",")
        return pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)

    def _bad_row(self, path: str, where: str) -> FaultyFileError | None:
        seen: list[pa_csv.InvalidRow] = []

        def refuse(row: pa_csv.InvalidRow) -> str:
            seen.append(row)
            return "error"

        parse = self._parse_options()
        parse.invalid_row_handler = refuse
        try:
            # In one thread, which alone counts the rows.
            with (
                self.filesystem.open_input_stream(path) as stream,
                pa_csv.open_csv(
                    stream,
                    read_options=pa_csv.ReadOptions(use_threads=False),
                    parse_options=parse,
                    convert_options=pa_csv.ConvertOptions(include_columns=[]),
                ) as reader,
            ):
                for _ in reader:
                    pass
        except (pa.ArrowException, UnicodeDecodeError):
            if seen:
                row = seen[0]
                said = (
                    f"{where} has {row.actual_columns} cells in row {row.number}, and "
                    f"{row.expected_columns} columns"
                )
                return FaultyFileError(said, _ROW)
        return None

    def _bad_line(self, path: str, where: str) -> FaultyFileError | None:
        with self.filesystem.open_input_stream(path) as stream:
            for number, line in enumerate(io.BufferedReader(stream), start=1):
                try:
                    line.decode()
                except UnicodeDecodeError:
                    return FaultyFileError(f"{where} is not UTF-8 in line {number}", _UTF8)
        return None

    def _refuse_alike(self, names: Sequence[str], where: str) -> None:
        seen: dict[str, str] = {}
        for name in names:
            other = seen.get(name.casefold())
            seen[name.casefold()] = name
            if other is not None:
                said = f"{where} has the columns '{other}' and '{name}', which differ only in case"
                if other == name:
                    said = f"{where} has the column '{name}' twice"
                raise FaultyFileError(said, _RENAME)


def _readable(field: pa.Field) -> pa.Field:
    # The engine has no decimal of more than 38 digits.
    return field.with_type(pa.string()) if pa.types.is_decimal256(field.type) else field
