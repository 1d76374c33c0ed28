r"""Rows of Python values, as drivers hand them over, as Arrow: exactly, or as text.

Text is the engine's where the driver has it, else this: numbers without an exponent, times in ISO
form, lists and maps as JSON, bytes as hex text (`\x00ff`).
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from totango_pipelines.connections import source


def array_of(values: Sequence[Any], arrow_type: pa.DataType) -> pa.Array:
    """One column's values as an array of the type.

    Raises:
        ValueError, ArithmeticError, TypeError, pa.ArrowException: a value is not of the type.
    """
    read = _reader(arrow_type)
    return pa.array([None if value is None else read(value) for value in values], arrow_type)


def _reader(arrow_type: pa.DataType) -> Callable[[Any], object]:
    if pa.types.is_timestamp(arrow_type):
        return _zoned if arrow_type == source.UTC_TIMESTAMP else _local
    return next(read for holds, read in _READERS if holds(arrow_type))


def cell_text(value: object) -> str | None:
    """A value as text; None: null."""
    if value is None or isinstance(value, str):
        return value
    for kinds, shown in _TEXTS:
        if isinstance(value, kinds):
            return shown(value)
    return str(value)


def number_text(value: float | Decimal) -> str:
    """A number without an exponent: 0.99, not 9.9E-1."""
    shown = str(value)
    return format(Decimal(shown), "f") if "e" in shown.lower() else shown


def json_text(value: object) -> str:
    """A list or map as JSON; decimals keep their digits."""
    return json.dumps(_plain(value), ensure_ascii=False, default=cell_text)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {cell_text(key) or "": _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return [_plain(each) for each in sorted(value, key=str)]
    if isinstance(value, bool | int | float | str | None):
        return value
    return cell_text(value)


def _moment(value: Any) -> datetime:  # noqa: ANN401 - a driver's value
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return value if isinstance(value, datetime) else datetime.combine(value, time())


def _zoned(value: Any) -> datetime:  # noqa: ANN401 - a driver's value
    moment = _moment(value)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _local(value: Any) -> datetime:  # noqa: ANN401 - a driver's value
    moment = _moment(value)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _day(value: Any) -> date:  # noqa: ANN401 - a driver's value
    if isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, datetime):
        if value.time() != time() or value.utcoffset() not in (None, timedelta()):
            message = "a date with a time of day"
            raise ValueError(message)
        return value.date()
    day: date = value
    return day


def _whole(value: Any) -> int:  # noqa: ANN401 - a driver's value
    if isinstance(value, int):
        return int(value)
    number = Decimal(str(value))
    if number != number.to_integral_value():
        message = "a fraction in a column of whole numbers"
        raise ValueError(message)
    return int(number)


def _decimal(value: Any) -> Decimal:  # noqa: ANN401 - a driver's value
    return Decimal(int(value)) if isinstance(value, bool) else Decimal(str(value))


def _floating(value: Any) -> float:  # noqa: ANN401 - a driver's value
    return float(value) if isinstance(value, bool) else float(str(value))


def _truth(value: Any) -> bool:  # noqa: ANN401 - a driver's value
    if isinstance(value, bool):
        return value
    found = _TRUTHS.get(str(value).lower())
    if found is None:
        message = "neither true nor false"
        raise ValueError(message)
    return found


_TRUTHS = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
# Floats by way of text, so that a 32-bit 0.1 stays 0.1.
_READERS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[Any], object]], ...] = (
    (pa.types.is_string, cell_text),
    (pa.types.is_date32, _day),
    (pa.types.is_decimal, _decimal),
    (pa.types.is_integer, _whole),
    (pa.types.is_floating, _floating),
    (pa.types.is_boolean, _truth),
)
_TEXTS: tuple[tuple[tuple[type, ...], Callable[[Any], str]], ...] = (
    ((bool,), lambda value: "true" if value else "false"),
    ((int, float, Decimal), number_text),
    ((bytes, bytearray, memoryview), lambda value: "\\x" + bytes(value).hex()),
    ((datetime,), lambda value: value.isoformat(sep=" ")),
    ((date, time), lambda value: value.isoformat()),
    ((dict, list, tuple, set, frozenset), json_text),
)
