"""The functions of dates and times; times without a zone are UTC."""

from totango_pipelines.mapping.functions.allowed import (
    Category,
    Constant,
    Entry,
    Function,
    Growth,
)

_D = Category.DATE
_DAY = "DATE '2026-03-31'"
_TIME = "TIMESTAMP '2026-03-31 14:05:09'"
_UNIT, _FORMAT = Constant.UNIT, Constant.TEXT


def _part(name: str, meaning: str, result: str, *aliases: str) -> Function:
    value = _TIME if name in ("hour", "minute", "second") else _DAY
    takes = (1, 1)
    return Function(
        _D, f"{name}(date)", meaning, f"{name}({value})", result, takes, aliases=aliases
    )


def _amount(name: str, result: str) -> Function:
    meaning = f"An interval of so many {name.removeprefix('to_')}, to add to a date."
    example = f"{_TIME} + {name}(2)"
    return Function(_D, f"{name}(number)", meaning, example, result, (1, 1))


DATE_FUNCTIONS = (
    Function(
        *(_D, "strptime(text, format)", "The time that a text says; another text rejects the row."),
        *("strptime('31/03/2026', '%d/%m/%Y')", "2026-03-31 00:00:00"),
        (2, 2),
        constants={1: _FORMAT},
        probe="try_strptime('', {1})",
    ),
    Function(
        *(_D, "try_strptime(text, format)", "The same, but another text is null."),
        *("try_strptime('n/a', '%d/%m/%Y')", None),
        (2, 2),
        constants={1: _FORMAT},
        probe="try_strptime('', {1})",
    ),
    Function(
        *(_D, "strftime(date, format)", "A date or time as text."),
        *(f"strftime({_DAY}, '%Y-Q') || quarter({_DAY})", "2026-Q1"),
        (2, 2),
        Growth.FORMATTED,
        constants={1: _FORMAT},
        probe="strftime(TIMESTAMP '2000-01-01', {1})",
    ),
    Function(
        *(_D, "date_trunc(unit, date)", "The start of its year, quarter, month, week, day, hour …"),
        *(f"date_trunc('month', {_DAY})", "2026-03-01 00:00:00"),
        (2, 2),
        constants={0: _UNIT},
    ),
    Function(
        *(_D, "date_part(unit, date)", "One part of it; also written extract(unit FROM date)."),
        *(f"date_part('isodow', {_DAY})", "2"),
        (2, 2),
        constants={0: _UNIT},
        aliases=("datepart",),
    ),
    Function(
        *(_D, "date_diff(unit, from, to)", "How many borders of the unit lie between them."),
        *(f"date_diff('day', DATE '2026-03-01', {_DAY})", "30"),
        (3, 3),
        constants={0: _UNIT},
        aliases=("datediff",),
    ),
    Function(
        *(_D, "date_add(date, interval)", "The same as date + interval."),
        *(f"date_add({_DAY}, INTERVAL 1 MONTH)", "2026-04-30 00:00:00"),
        (2, 2),
    ),
    Function(
        *(_D, "make_date(year, month, day)", "A date; one that does not exist rejects the row."),
        *("make_date(2026, 3, 31)", "2026-03-31"),
        (3, 3),
    ),
    Function(
        *(_D, "make_timestamp(year, month, day, hour, minute, second)", "A time without zone."),
        *("make_timestamp(2026, 3, 31, 14, 5, 9)", "2026-03-31 14:05:09"),
        (6, 6),
    ),
    Function(
        _D,
        "last_day(date)",
        "The last day of its month.",
        f"last_day({_DAY})",
        "2026-03-31",
        (1, 1),
    ),
    _part("year", "Its year.", "2026"),
    _part("quarter", "Its quarter.", "1"),
    _part("month", "Its month.", "3"),
    _part("week", "Its week (ISO).", "14", "weekofyear"),
    _part("day", "Its day of the month.", "31", "dayofmonth"),
    _part("isodow", "Its day of the week; Monday is 1.", "2"),
    _part("dayofweek", "Its day of the week; Sunday is 0.", "2", "weekday"),
    _part("dayofyear", "Its day of the year.", "90"),
    _part("hour", "Its hour.", "14"),
    _part("minute", "Its minute.", "5"),
    _part("second", "Its second.", "9"),
    _part("dayname", "The English name of its day.", "Tuesday"),
    _part("monthname", "The English name of its month.", "March"),
    Function(
        *(_D, "epoch(time)", "Seconds since 1970.", f"epoch({_TIME})", "1774965909.0"),
        (1, 1),
    ),
    Function(
        *(_D, "epoch_ms(number or time)", "Milliseconds since 1970 to a time, or back."),
        *("epoch_ms(1774965909000)", "2026-03-31 14:05:09"),
        (1, 1),
    ),
    Function(
        *(_D, "to_timestamp(seconds)", "The instant so many seconds after 1970."),
        *("to_timestamp(1774965909)", "2026-03-31 14:05:09+00"),
        (1, 1),
    ),
    Function(
        *(
            _D,
            "timezone(zone, time)",
            "The same as time AT TIME ZONE zone; the zone is a constant.",
        ),
        *(f"timezone('Europe/Paris', {_TIME})", "2026-03-31 12:05:09+00"),
        (2, 2),
        constants={0: _FORMAT},
        probe="timezone({0}, TIMESTAMP '2000-01-01')",
    ),
    _amount("to_years", "2028-03-31 14:05:09"),
    _amount("to_months", "2026-05-31 14:05:09"),
    _amount("to_weeks", "2026-04-14 14:05:09"),
    _amount("to_days", "2026-04-02 14:05:09"),
    _amount("to_hours", "2026-03-31 16:05:09"),
    _amount("to_minutes", "2026-03-31 14:07:09"),
    _amount("to_seconds", "2026-03-31 14:05:11"),
)
"""Dates and times."""

DATE_FORMS = (
    Entry(
        _D, "DATE 'YYYY-MM-DD'", "A date; TIMESTAMP and TIMESTAMPTZ likewise.", _DAY, "2026-03-31"
    ),
    Entry(
        *(_D, "date + INTERVAL n UNIT", "Later; - is earlier. The result is a time."),
        *(f"{_DAY} + INTERVAL 1 DAY", "2026-04-01 00:00:00"),
    ),
    Entry(
        *(_D, "date - date", "The days between two dates."),
        *(f"{_DAY} - DATE '2026-03-01'", "30"),
    ),
    Entry(
        *(_D, "time AT TIME ZONE 'zone'", "A local time as the instant, an instant as local time."),
        *(f"{_TIME} AT TIME ZONE 'America/New_York'", "2026-03-31 18:05:09+00"),
    ),
    Entry(
        *(_D, "extract(unit FROM date)", "One part of it."),
        *(f"extract(year FROM {_DAY})", "2026"),
    ),
)
"""What is written with words and operators."""
