"""The SQL that reads times that are one number: epochs and Excel's serials."""

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.formats.conversion import (
    TEXTS,
    C,
    Conversion,
    X,
    if_null,
    matches,
    trimmed_cell,
)
from totango_pipelines.mapping.formats.notation import Counted
from totango_pipelines.mapping.formats.plain_times import OUTSIDE_DAYS, to_milliseconds
from totango_pipelines.mapping.formats.zones import (
    day_of_instant,
    instant_of_local,
    is_twice,
    is_utc,
)

_PER_SECOND = {
    Counted.EPOCH_SECONDS: 1,
    Counted.EPOCH_MILLISECONDS: 1_000,
    Counted.EPOCH_MICROSECONDS: 1_000_000,
}
_FIRST_SECOND, _END_SECOND = -62_135_596_800, 253_402_300_800
_FIRST_SERIAL, _END_SERIAL = 61, 2_958_466
_SERIAL_OF_1970 = 25_569
_MILLISECONDS_OF_A_DAY = 86_400_000
_NUMBER = r"^[+-]?[0-9]{1,18}(?:\.[0-9]{0,18})?$"


def counted_conversion(
    counted: Counted, attribute: Attribute, raw: str, kind: Kind, zone: str
) -> Conversion:
    """Cells that are one number: time since 1970 in UTC, or days since 1900 as Excel counts."""
    if counted is Counted.EXCEL_SERIAL:
        return _serial(attribute, raw, kind, zone)
    return _epoch(counted, attribute, raw, kind, zone)


def _epoch(counted: Counted, attribute: Attribute, raw: str, kind: Kind, zone: str) -> Conversion:
    time = to_milliseconds(_time_of_epoch(counted, kind))
    failures: tuple[tuple[str, str], ...] = (("OUT_OF_RANGE", f"{C} IS NULL"),)
    cell = raw
    if kind in TEXTS:
        cell, number = trimmed_cell(raw, kind), matches(_NUMBER)
        time = f"CASE WHEN {number} THEN {time} END"
        failures = (("FORMAT", if_null(f"NOT {number}")), ("OUT_OF_RANGE", if_null(number)))
    if attribute.data_type is not DataType.DATE:
        return Conversion(cell, f"CAST({time} AS TIMESTAMPTZ)", failures)
    if is_utc(zone):
        return Conversion(cell, f"CAST({time} AS DATE)", failures)
    day = day_of_instant(f"CAST({time} AS TIMESTAMPTZ)", zone)
    return Conversion(cell, day, (*failures, OUTSIDE_DAYS))


def _time_of_epoch(counted: Counted, kind: Kind) -> str:
    per_second = _PER_SECOND[counted]
    first, end = _FIRST_SECOND * per_second, _END_SECOND * per_second
    whole, exact = f"TRY_CAST({X} AS BIGINT)", f"TRY_CAST({X} AS DECIMAL(28,6))"

    def time(count: str, micros: str) -> str:
        in_range = f"{count} >= {first} AND {count} < {end}"
        return f"CASE WHEN {in_range} THEN make_timestamp(CAST({micros} AS BIGINT)) END"

    factor = 1_000_000 // per_second
    if kind is Kind.INTEGER:
        return time(whole, f"{whole} * {factor}")
    if kind is Kind.FLOAT:
        return time(f"round({X}, 6)", f"floor(round({X}, 6) * {factor})")
    decimals = time(exact, f"floor({exact} * {factor})")
    if kind is Kind.DECIMAL:
        return decimals
    # Decimals cost several times more; few cells have any.
    return f"CASE WHEN contains({X}, '.') THEN {decimals} ELSE {time(whole, f'{whole} * {factor}')} END"


def _serial(attribute: Attribute, raw: str, kind: Kind, zone: str) -> Conversion:
    """Days since 1900 in the zone; 60 and less are refused: 1900-02-29 is one of them (ours).

    Excel keeps a float: its times are exact to the millisecond, not beyond.
    """
    cell = f"TRY_CAST({raw} AS DOUBLE)"
    is_no_number = "FALSE"
    if kind in TEXTS:
        text = trimmed_cell(raw, kind)
        number = f"CASE WHEN {matches(_NUMBER)} THEN TRY_CAST({X} AS DOUBLE) ELSE 'nan' END"
        cell = f"CASE WHEN {text} IS NOT NULL THEN {number.replace(X, f'({text})')} END"
        is_no_number = f"isnan({X})"
    counts = f"{X} >= {_FIRST_SERIAL} AND {X} < {_END_SERIAL}"
    millis = f"({X} - {_SERIAL_OF_1970}) * {_MILLISECONDS_OF_A_DAY}"
    last = (_END_SERIAL - _SERIAL_OF_1970) * _MILLISECONDS_OF_A_DAY - 1
    local = f"make_timestamp(CAST(least(round({millis}), {last}) AS BIGINT) * 1000)"
    failures = (
        ("FORMAT", if_null(f"{is_no_number} OR ({counts})")),
        ("OUT_OF_RANGE", if_null(f"NOT ({is_no_number} OR ({counts}))")),
    )
    if attribute.data_type is DataType.DATE:
        day = f"DATE '1970-01-01' + CAST(floor({X}) - {_SERIAL_OF_1970} AS INTEGER)"
        return Conversion(cell, f"CASE WHEN {counts} THEN {day} END", failures)
    value = f"CASE WHEN {counts} THEN {instant_of_local(local, zone)} END"
    if is_utc(zone):
        return Conversion(cell, value, failures)
    twice = f"CASE WHEN {counts} THEN {is_twice(local, C, zone)} ELSE FALSE END"
    return Conversion(cell, value, failures, (("TIME_TWICE", twice),))
