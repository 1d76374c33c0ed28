"""What the drivers that follow PEP 249 share."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from totango_pipelines.connections import source
from totango_pipelines.connections.driver_source import FETCH_ROWS, Failure, Rows

_PRECISE = re.compile(r"\w+\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)")
_WIDEST = 38

_ARROW_OF = {
    **dict.fromkeys(("boolean", "bool"), pa.bool_()),
    **dict.fromkeys(
        ("tinyint", "smallint", "int", "integer", "bigint", "long", "byte", "short"), pa.int64()
    ),
    **dict.fromkeys(("real", "float", "double"), pa.float64()),
    "date": pa.date32(),
}


def arrow_type_of(type_name: str) -> pa.DataType:
    """The Arrow type of an SQL type by its name, e.g. `decimal(10,2)`; text, where none is exact."""
    bare = re.sub(r"\(.*?\)", "", type_name).strip().lower()
    if bare in _ARROW_OF:
        return _ARROW_OF[bare]
    if bare in ("decimal", "numeric"):
        return decimal_type(type_name)
    if bare == "timestamp":
        return source.TIMESTAMP
    return source.UTC_TIMESTAMP if bare == "timestamp with time zone" else pa.string()


def decimal_type(type_name: str) -> pa.DataType:
    """Exactly the decimal that the name says; text, where it says none or is too wide."""
    found = _PRECISE.fullmatch(type_name.strip())
    if found is None or int(found[1]) > _WIDEST or int(found[2]) > int(found[1]):
        return pa.string()
    return pa.decimal128(int(found[1]), int(found[2]))


def fetched(cursor: Any, rows: int = FETCH_ROWS) -> Iterator[Rows]:  # noqa: ANN401 - any driver's
    """The rows of a cursor in batches."""
    while batch := cursor.fetchmany(rows):
        yield batch


def meaning(
    driver: Any,  # noqa: ANN401 - a module
    *,
    timeouts: re.Pattern[str],
    data: re.Pattern[str],
    logins: re.Pattern[str],
) -> Callable[[Exception], Failure]:
    """What an error means by its class in PEP 249, and by the words for the rest."""

    def means(error: Exception) -> Failure:
        said = str(error)
        if timeouts.search(said):
            return Failure.TIMEOUT
        if isinstance(error, driver.DataError) or data.search(said):
            return Failure.DATA
        if logins.search(said):
            return Failure.LOGIN
        if isinstance(error, driver.OperationalError | driver.InterfaceError):
            return Failure.UNREACHABLE
        return Failure.REFUSED

    return means
