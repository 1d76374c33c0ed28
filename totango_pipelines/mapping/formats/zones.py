"""Local times and instants: what a time without an offset means in the integration's zone."""

from totango_pipelines.mapping.formats.conversion import C
from totango_pipelines.quoting import literal

FIRST_INSTANT = "TIMESTAMPTZ '0001-01-01 00:00:00+00'"
LAST_INSTANT = "TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'"
UNREADABLE = "TIMESTAMP 'infinity'"
"""Stands for a cell that is there but no local time, where a null would mean blank."""

_SAME_AS_UTC = frozenset(["UTC", "Etc/UTC", "Z", "Zulu", "Etc/Zulu", "GMT", "Etc/GMT"])
_FIRST_LOCAL, _LAST_LOCAL = "TIMESTAMP '0001-01-01'", "TIMESTAMP '9999-12-31 23:59:59.999999'"


def is_utc(zone: str) -> bool:
    """Whether no zone arithmetic is needed at all."""
    return zone in _SAME_AS_UTC


def instant_of_local(local: str, zone: str) -> str:
    """The instant of a local time; null where clocks skip it, the earlier one where it is twice.

    `local` is SQL of type TIMESTAMP, written down several times: pass a column or a cell. A time
    outside the years 1 to 9999 comes out as its namesake in UTC, for the range check to find.
    """
    if is_utc(zone):
        return f"CAST({local} AS TIMESTAMPTZ)"
    at, day = literal(zone), "INTERVAL 1 DAY"
    # The engine takes the later of two instants, and moves a skipped time on.
    later = f"timezone({at}, {local})"
    # A day before, the zone's offset is still that of the earlier instant.
    shift = f"(timezone({at}, {later} - {day}) + {day} - {local})"
    earlier = f"{later} - {shift}"
    return (
        f"CASE WHEN NOT ({local} BETWEEN {_FIRST_LOCAL} AND {_LAST_LOCAL}) "
        f"THEN CAST({local} AS TIMESTAMPTZ) "
        f"WHEN timezone({at}, {later}) <> {local} THEN NULL "
        f"WHEN timezone({at}, {later} - {day}) > {local} - {day} "
        f"AND timezone({at}, {earlier}) = {local} THEN {earlier} ELSE {later} END"
    )


def is_twice(local: str, instant: str, zone: str) -> str:
    """Whether a local time that became this instant has a second, later one."""
    if is_utc(zone):
        return "FALSE"
    later = f"{instant} < timezone({literal(zone)}, {local})"
    return f"CASE WHEN {local} BETWEEN {_FIRST_LOCAL} AND {_LAST_LOCAL} THEN {later} ELSE FALSE END"


def start_of_day(day: str, zone: str) -> str:
    """The instant at which a day (SQL, DATE or midnight) begins; null for a day that was skipped.

    Where clocks skip midnight the day begins as much later as they were put forward.
    """
    if is_utc(zone):
        return f"CAST({day} AS TIMESTAMPTZ)"
    at, midnight = literal(zone), f"CAST({day} AS TIMESTAMP)"
    local = instant_of_local(midnight, zone)
    moved = f"timezone({at}, {midnight})"
    same_day = f"CAST(timezone({at}, {moved}) AS DATE) = CAST({day} AS DATE)"
    return f"coalesce({local}, CASE WHEN {same_day} THEN {moved} END)"


def day_of_instant(instant: str, zone: str) -> str:
    """The calendar day of an instant in the zone."""
    return f"CAST({instant} AT TIME ZONE {literal(zone)} AS DATE)"


def outside_instants(instant: str = C) -> str:
    """Whether an instant is outside the years 1 to 9999."""
    return f"NOT ({instant} BETWEEN {FIRST_INSTANT} AND {LAST_INSTANT})"
