"""Dates and times without a source format: ISO text, and columns that the source has typed."""

from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.formats.conversion import (
    C,
    Conversion,
    X,
    matches,
    unless_blank,
)
from totango_pipelines.mapping.formats.zones import (
    UNREADABLE,
    day_of_instant,
    instant_of_local,
    is_twice,
    is_utc,
    outside_instants,
    start_of_day,
)

YEAR = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
"""A year of four digits, 0001 to 9999."""

OFFSET = "(?:Z|[+-](?:0[0-9]|1[0-5])(?::?[0-5][0-9])?)"
"""The letter Z, or hours with or without minutes."""

_DAY = rf"{YEAR}-[0-9]{{2}}-[0-9]{{2}}"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
_LOCAL = rf"^{_DAY}[T ]{_CLOCK}$"
_INSTANT = rf"^{_DAY}[T ]{_CLOCK}{OFFSET}$"
_EARLIEST, _LATEST = "DATE '0001-01-01'", "DATE '9999-12-31'"

OUTSIDE_DAYS = ("OUT_OF_RANGE", f"NOT ({C} BETWEEN {_EARLIEST} AND {_LATEST})")
"""The check that a day stays within the years 1 to 9999."""

OUTSIDE_INSTANTS = ("OUT_OF_RANGE", outside_instants())
"""The check that an instant stays within the years 1 to 9999."""

UNREADABLE_CELL = ("FORMAT", f"{C} IS NULL")
"""The check that something came out."""


def to_milliseconds(time: str) -> str:
    """The hub keeps milliseconds; much cheaper before a time gets a zone."""
    return f"date_trunc('millisecond', {time})"


def plain_date(raw: str, kind: Kind, zone: str) -> Conversion | None:
    """A calendar day: as written, or the day in the zone of a time that has an offset (ours)."""
    if kind is Kind.TEXT:
        instant = day_of_instant(f"TRY_CAST({X} AS TIMESTAMPTZ)", zone)
        day = (
            f"CASE WHEN {matches(f'^{_DAY}$')} THEN TRY_CAST({X} AS DATE) "
            f"WHEN {matches(_LOCAL)} THEN CAST(TRY_CAST({X} AS TIMESTAMP) AS DATE) "
            f"WHEN {matches(_INSTANT)} THEN {instant} END"
        )
        return Conversion(unless_blank(raw, kind), day, (UNREADABLE_CELL, OUTSIDE_DAYS))
    days = {
        Kind.DATE: X,
        Kind.TIMESTAMP: f"CAST({X} AS DATE)",
        # The engine's arithmetic fails far outside the years that a hub can hold.
        Kind.INSTANT: f"CASE WHEN {outside_instants(X)} THEN DATE 'infinity' "
        f"ELSE {day_of_instant(X, zone)} END",
    }
    return Conversion(raw, days[kind], (OUTSIDE_DAYS,)) if kind in days else None


def plain_instant(raw: str, kind: Kind, zone: str, *, milliseconds: bool) -> Conversion | None:
    """The cell as an instant; a time without an offset is one of the zone's clocks."""
    if kind is Kind.TEXT:
        return _instant_of_text(unless_blank(raw, kind), zone, milliseconds=milliseconds)
    if kind is Kind.INSTANT:
        value = f"CAST({X} AS TIMESTAMPTZ)"
        value = to_milliseconds(value) if milliseconds else value
        return Conversion(raw, value, (OUTSIDE_INSTANTS,))
    if kind is Kind.DATE:
        value = (
            f"CASE WHEN {X} BETWEEN {_EARLIEST} AND {_LATEST} THEN {start_of_day(X, zone)} "
            f"WHEN {X} IS NOT NULL THEN TIMESTAMPTZ 'infinity' END"
        )
        failures = (OUTSIDE_INSTANTS,) if is_utc(zone) else (UNREADABLE_CELL, OUTSIDE_INSTANTS)
        return Conversion(raw, value, failures)
    if kind is Kind.TIMESTAMP:
        local = f"CAST({raw} AS TIMESTAMP)"
        cell = to_milliseconds(local) if milliseconds else local
        value = instant_of_local(X, zone)
        if is_utc(zone):
            return Conversion(cell, value, (OUTSIDE_INSTANTS,))
        return Conversion(cell, value, (UNREADABLE_CELL, OUTSIDE_INSTANTS), (_twice(zone),))
    return None


def parsed_instant(text: str, local: str, zone: str) -> Conversion:
    """The instant of a cell `text` that reads as the local time `local`, null if unreadable.

    `text` is SQL over the raw cell, null when blank; `local` is a template over X, the text.
    """
    failures = (UNREADABLE_CELL, OUTSIDE_INSTANTS)
    if is_utc(zone):
        return Conversion(text, instant_of_local(local, zone), failures)
    # The zone's arithmetic names the local time many times: it is read once, as the cell.
    read = local.replace(X, f"({text})")
    cell = f"CASE WHEN {text} IS NOT NULL THEN coalesce({read}, {UNREADABLE}) END"
    value = f"CASE WHEN {X} <> {UNREADABLE} THEN {instant_of_local(X, zone)} END"
    return Conversion(cell, value, failures, (_twice(zone),))


def _twice(zone: str) -> tuple[str, str]:
    return "TIME_TWICE", is_twice(X, C, zone)


def _instant_of_text(cell: str, zone: str, *, milliseconds: bool) -> Conversion:
    failures = (UNREADABLE_CELL, OUTSIDE_INSTANTS)
    instant = f"TRY_CAST({X} AS TIMESTAMPTZ)"
    if is_utc(zone):
        any_time = matches(rf"^{_DAY}([T ]{_CLOCK}{OFFSET}?)?$")
        value = f"CASE WHEN {any_time} THEN {instant} END"
        return Conversion(cell, to_milliseconds(value) if milliseconds else value, failures)
    local = f"TRY_CAST({X} AS TIMESTAMP)"
    if milliseconds:
        local, instant = to_milliseconds(local), to_milliseconds(instant)
    value = (
        f"CASE WHEN {matches(_LOCAL)} THEN {instant_of_local(local, zone)} "
        f"WHEN {matches(_INSTANT)} THEN {instant} "
        f"WHEN {matches(f'^{_DAY}$')} THEN {start_of_day(f'TRY_CAST({X} AS DATE)', zone)} END"
    )
    twice = f"CASE WHEN {matches(_LOCAL)} THEN {is_twice(local, C, zone)} ELSE FALSE END"
    return Conversion(cell, value, failures, (("TIME_TWICE", twice),))
