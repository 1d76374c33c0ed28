"""Ask for a schedule: the cadence, then what this cadence needs."""

import re
from typing import Any

from rich.text import Text

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.asking import ask, choose, confirm
from totango_pipelines.cli.output import print_lines
from totango_pipelines.cli.session import Session

_CADENCES = {
    "by hand or by trigger only": None,
    "daily": "daily",
    "workdays, Monday to Friday": "workdays",
    "weekly": "weekly",
    "monthly": "monthly",
    "hourly": "hourly",
    "every few minutes": "minutes",
    "one time": "one_time",
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EVERY = ("5", "6", "10", "12", "15", "20", "30", "60")
_LAST_DAY = 31


def ask_schedule(session: Session) -> dict[str, Any] | None:
    """The plain data of a schedule; None: the integration runs by hand or by trigger."""
    print_lines(session.out, ["", Text("Schedule", style="bold")])
    cadence = list(_CADENCES.values())[choose(session, "Run it", list(_CADENCES))]
    if cadence is None:
        return None
    schedule: dict[str, Any] = {"cadence": cadence, **_details(session, cadence)}
    if cadence != "one_time":
        schedule["timezone"] = ask(session, "Time zone", default="UTC", wrong=_wrong_zone)
        schedule["enabled"] = confirm(session, "Switch the schedule on?")
    return schedule


def _details(session: Session, cadence: str) -> dict[str, Any]:
    details: dict[str, Any] = {}
    match cadence:
        case "minutes":
            details["every"] = int(
                _EVERY[choose(session, "Minutes between two runs", _EVERY, default=5)]
            )
        case "hourly":
            minute = ask(session, "Minute of the hour", default="0", wrong=_wrong_minute)
            details["minute"] = int(minute)
        case "weekly":
            details["weekday"] = _WEEKDAYS[choose(session, "Weekday", _WEEKDAYS)]
        case "monthly":
            day = ask(session, "Day of the month, 1 to 31 or last", default="1", wrong=_wrong_day)
            details["day"] = int(day) if day.isdecimal() else day
    if cadence in ("daily", "workdays", "weekly", "monthly"):
        details["at"] = ask(session, "Time of day", default="06:00", wrong=_wrong_time)
    return details


def _wrong_time(answer: str) -> str | None:
    pattern = door.integrations("declared").TIME_PATTERN
    return None if re.fullmatch(pattern, answer) else "Write it as HH:MM, 24 hours, e.g. 06:00."


def _wrong_minute(answer: str) -> str | None:
    return None if re.fullmatch("[0-5]?[0-9]", answer) else "Write a number from 0 to 59."


def _wrong_day(answer: str) -> str | None:
    is_day = answer == "last" or (answer.isdecimal() and 1 <= int(answer) <= _LAST_DAY)
    return None if is_day else "Write a number from 1 to 31, or last."


def _wrong_zone(answer: str) -> str | None:
    wrong: str | None = door.sync("drafts").zone_problem(answer)
    return wrong
