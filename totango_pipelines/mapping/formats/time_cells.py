"""The SQL that reads a time pattern.

A cell is trimmed, has to match an anchored expression of the pattern's exact widths, and only then
meets the engine's strptime, which by itself reads `2020104`, `20-01-02` and trailing blanks.
"""

from collections.abc import Sequence

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.formats.conversion import (
    Conversion,
    X,
    matches,
    trimmed_cell,
)
from totango_pipelines.mapping.formats.notation import Field, Part, TimePattern
from totango_pipelines.mapping.formats.plain_times import (
    OFFSET,
    OUTSIDE_DAYS,
    OUTSIDE_INSTANTS,
    UNREADABLE_CELL,
    parsed_instant,
    to_milliseconds,
)
from totango_pipelines.mapping.formats.zones import day_of_instant, is_utc, start_of_day
from totango_pipelines.quoting import literal

LAST_YEAR_OF_2000 = 68
"""Two-digit years: 00 to 68 are 2000 to 2068, 69 to 99 are 1969 to 1999 (ours)."""

_MILLISECOND_DIGITS = 3
_MICROSECOND_DIGITS = 6


def pattern_conversion(
    pattern: TimePattern, attribute: Attribute, raw: str, kind: Kind, zone: str
) -> Conversion:
    """Cells of a time pattern, for a DATE or TIMESTAMP attribute."""
    cell, time = trimmed_cell(raw, kind), _parsed(pattern)
    has_offset = pattern.first(Field.OFFSET) is not None
    if attribute.data_type is DataType.DATE:
        day = day_of_instant(time, zone) if has_offset else f"CAST({time} AS DATE)"
        failures = (UNREADABLE_CELL, OUTSIDE_DAYS) if has_offset else (UNREADABLE_CELL,)
        return Conversion(cell, day, failures)
    fraction = pattern.first(Field.FRACTION)
    if fraction is not None and (fraction.digits or _MICROSECOND_DIGITS) > _MILLISECOND_DIGITS:
        time = to_milliseconds(time)
    if has_offset:
        return Conversion(cell, time, (UNREADABLE_CELL, OUTSIDE_INSTANTS))
    if pattern.first(Field.HOUR) is None and not is_utc(zone):
        return Conversion(cell, start_of_day(time, zone), (UNREADABLE_CELL, OUTSIDE_INSTANTS))
    return parsed_instant(cell, time, zone)


def _parsed(pattern: TimePattern) -> str:
    """A template over X, the trimmed text: a TIMESTAMP, or a TIMESTAMPTZ if there is an offset."""
    year = pattern.first(Field.YEAR)
    if year is not None and year.written == "YY":
        tens, ones = divmod(LAST_YEAR_OF_2000, 10)
        this = f"(?:[0-{tens - 1}][0-9]|{tens}[0-{ones}])"
        last = f"(?:{tens}[{ones + 1}-9]|[{tens + 1}-9][0-9])"
        branches = [_branch(pattern, this, "20"), _branch(pattern, last, "19")]
    else:
        branches = [_branch(pattern)]
    return f"CASE {' '.join(branches)} END"


def _branch(pattern: TimePattern, year: str = "", century: str = "") -> str:
    """`WHEN the cell matches THEN its time`, for the two-digit years that match `year`."""
    parts = [
        Part(part.field, part.written, year, "%Y") if century and part.field is Field.YEAR else part
        for part in pattern.parts
    ]
    whole = f"^{''.join(part.regex for part in parts)}$"
    text = _rewritten(parts, century)
    time = f"try_strptime({_with_numeric_offset(parts, text)}, {_format(parts)})"
    weekday = pattern.first(Field.WEEKDAY)
    if weekday is not None:
        time = f"CASE WHEN {_weekday_fits(parts, weekday, text)} THEN {time} END"
    return f"WHEN {matches(whole)} THEN {time}"


def _format(parts: Sequence[Part]) -> str:
    return literal("".join(part.strptime for part in parts))


def _rewritten(parts: Sequence[Part], century: str) -> str:
    """The cell with its century, and with six digits of the fraction, which is what %f reads."""
    kept, replacement, group = [""], "\\1", 1
    for part in parts:
        if part.field is Field.YEAR and century:
            group += 1
            kept.append(f"({part.regex}")
            replacement += f"{century}\\{group}"
        elif part.field is Field.FRACTION and (part.digits or 0) > _MICROSECOND_DIGITS:
            group += 1
            surplus = (part.digits or 0) - _MICROSECOND_DIGITS
            kept[-1] += f"[0-9]{{{_MICROSECOND_DIGITS}}})[0-9]{{{surplus}}}("
            replacement += f"\\{group}"
        else:
            kept[-1] += part.regex
    if group == 1:
        return X
    expression = f"^({')'.join(kept)})$"
    return f"regexp_replace({X}, {literal(expression)}, {literal(replacement)})"


def _with_numeric_offset(parts: Sequence[Part], text: str) -> str:
    if all(part.field is not Field.OFFSET for part in parts):
        return text
    return f"CASE WHEN {X}[-1] = 'Z' THEN {text}[1:-2] || '+00' ELSE {text} END"


def _weekday_fits(parts: Sequence[Part], weekday: Part, text: str) -> str:
    """Whether the weekday is that of the date; strptime only skips it."""
    local = [part for part in parts if part.field is not Field.OFFSET]
    text = text if len(local) == len(parts) else f"regexp_replace({text}, '{OFFSET}$', '')"
    start = [f"({part.regex})" if part is weekday else part.regex for part in parts]
    seen = f"regexp_extract({X}, {literal('^' + ''.join(start))}, 1)"
    real = f"strftime(try_strptime({text}, {_format(local)}), {literal(weekday.strptime)})"
    return f"lower({seen}) = lower({real})"
