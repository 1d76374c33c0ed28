"""Cadences of an integration and the cron text that stands for them (seed.md, contract.md)."""

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from totango_pipelines.integrations.declared import TIME_PATTERN, Declared
from totango_pipelines.integrations.time_zone import TimeZone

TimeOfDay = Annotated[str, StringConstraints(pattern=TIME_PATTERN)]

_CRON_WEEKDAY: Final = {
    "sunday": 0,
    "monday": 1,
    "tuesday": 2,
    "wednesday": 3,
    "thursday": 4,
    "friday": 5,
    "saturday": 6,
}
_EVERY_MONTH_HAS: Final = 28
_FEBRUARY_IS_SHORTER: Final = 30
_HOUR: Final = 60


class _Cadence(Declared):
    """What every cadence takes."""

    timezone: TimeZone = Field(default="UTC", description="IANA name, e.g. `Europe/Berlin`.")
    enabled: bool = Field(default=True, description="false: never fires, can still be run.")
    sync_on_save: bool = Field(default=False, description="Sync immediately after saving.")


class OneTime(_Cadence):
    """Never by the clock: once after saving (`sync_on_save`), by hand or by trigger."""

    cadence: Literal["one_time"]

    def describe(self) -> str:
        """The cadence as people read it."""
        return "one time"


class EveryMinutes(_Cadence):
    """Every so many minutes, counted from the full hour."""

    cadence: Literal["minutes"]
    every: Literal[5, 6, 10, 12, 15, 20, 30, 60] = Field(
        description="Minutes between two runs: a divisor of 60, at least 5."
    )

    def describe(self) -> str:
        """The cadence as people read it."""
        return f"every {self.every} minutes"


class Hourly(_Cadence):
    """Once an hour."""

    cadence: Literal["hourly"]
    minute: Annotated[int, Field(ge=0, le=59)] = Field(
        default=0, description="The minute of the hour."
    )

    def describe(self) -> str:
        """The cadence as people read it."""
        return f"hourly at minute {self.minute:02d}"


class _AtATime(_Cadence):
    at: TimeOfDay = Field(description='Time of day, quoted: "06:00".')

    @property
    def minute_and_hour(self) -> str:
        """The first two fields of the cron text."""
        hour, minute = self.at.split(":")
        return f"{int(minute)} {int(hour)}"

    @property
    def clock(self) -> str:
        """The time of day with its zone."""
        return f"{self.at} {self.timezone}"


class Daily(_AtATime):
    """Once a day."""

    cadence: Literal["daily"]

    def describe(self) -> str:
        """The cadence as people read it."""
        return f"daily at {self.clock}"


class Workdays(_AtATime):
    """Once a day from Monday to Friday."""

    cadence: Literal["workdays"]

    def describe(self) -> str:
        """The cadence as people read it."""
        return f"workdays at {self.clock}"


class Weekly(_AtATime):
    """Once a week."""

    cadence: Literal["weekly"]
    weekday: Literal[
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
    ] = Field(description="The day of the week.")

    def describe(self) -> str:
        """The cadence as people read it."""
        return f"weekly on {self.weekday.capitalize()} at {self.clock}"


class Monthly(_AtATime):
    """Once a month; a day that the month does not have means its last day."""

    cadence: Literal["monthly"]
    day: Annotated[int, Field(ge=1, le=31)] | Literal["last"] = Field(
        description="1 to 31, or `last`; a month without that day runs on its last day."
    )

    def describe(self) -> str:
        """The cadence as people read it."""
        day = "the last day" if self.day == "last" else f"day {self.day}"
        return f"monthly on {day} at {self.clock}"


Schedule = Annotated[
    OneTime | EveryMinutes | Hourly | Daily | Workdays | Weekly | Monthly,
    Field(discriminator="cadence"),
]
"""One cadence with its time zone and switches; `cadence` says which."""


def cron_schedules(schedule: Schedule) -> tuple[str, ...]:
    """The cron texts of a cadence; together they fire once per period, never twice at once.

    A one-time cadence has none. `enabled` is not looked at.
    """
    crons: tuple[str, ...]
    match schedule:
        case OneTime():
            crons = ()
        case EveryMinutes(every=every):
            crons = ("0 * * * *",) if every == _HOUR else (f"*/{every} * * * *",)
        case Hourly(minute=minute):
            crons = (f"{minute} * * * *",)
        case Daily():
            crons = (f"{schedule.minute_and_hour} * * *",)
        case Workdays():
            crons = (f"{schedule.minute_and_hour} * * 1-5",)
        case Weekly(weekday=weekday):
            crons = (f"{schedule.minute_and_hour} * * {_CRON_WEEKDAY[weekday]}",)
        case Monthly(day=day):
            crons = tuple(f"{schedule.minute_and_hour} {days}" for days in _month_days(day))
    return crons


def _month_days(day: int | str) -> tuple[str, ...]:
    """The last three cron fields; February is taken apart where only it lacks the day."""
    if isinstance(day, str) or day > _FEBRUARY_IS_SHORTER:
        return ("L * *",)
    if day > _EVERY_MONTH_HAS:
        return (f"{day} 1,3-12 *", "L 2 *")
    return (f"{day} * *",)
