"""Windows of time that an integration reads one by one, so that a range can be filled again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, field_validator, model_validator

from totango_pipelines.integrations.declared import DATE_PATTERN, Declared, RuleBrokenError

WINDOW_START: Final = "window_start"
WINDOW_END: Final = "window_end"
By = Literal["hour", "day", "month"]


class Partition(Declared):
    """Which windows there are; they begin by the clock of `settings.timezone`."""

    by: By = Field(description="hour, day or month.")
    start: Annotated[str, StringConstraints(pattern=DATE_PATTERN)] = Field(
        description='The first day that the source has rows of: "2026-01-01".'
    )

    @field_validator("start")
    @classmethod
    def _start_is_a_day(cls, value: str) -> str:
        try:
            datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=ZoneInfo("UTC"))
        except ValueError:
            raise RuleBrokenError(
                f"{value!r} is no day of the calendar.", 'Write for example "2026-01-01".'
            ) from None
        return value

    @model_validator(mode="after")
    def _a_month_begins_on_its_first(self) -> Self:
        if self.by == "month" and not self.start.endswith("-01"):
            raise RuleBrokenError(
                f"{self.start!r} is not the first of a month, and the windows are months.",
                f'Write "{self.start[:-2]}01".',
                key="start",
            )
        return self


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` on and before `end`, with time zones."""

    start: datetime
    end: datetime


def unbound_windows(query: str) -> Sequence[str]:
    """Which of the two names of a window a query does not mention."""
    names = (f":{WINDOW_START}", f":{WINDOW_END}")
    return [name for name in names if not re.search(rf"{name}\b", query)]


def latest_window(partition: Partition, timezone: str, now: datetime) -> Window:
    """The last window that has ended; the first one while none has."""
    zone = ZoneInfo(timezone)
    first = datetime.strptime(partition.start, "%Y-%m-%d").replace(tzinfo=zone)
    end = _floor(partition.by, now.astimezone(zone))
    start = _floor(partition.by, _before(end))
    if start >= first:
        return Window(start, end)
    return Window(first, _floor(partition.by, _after(partition.by, first)))


def _floor(by: By, moment: datetime) -> datetime:
    if by == "hour":
        return moment.replace(minute=0, second=0, microsecond=0)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day if by == "day" else day.replace(day=1)


def _before(moment: datetime) -> datetime:
    """A moment of the window that ends here."""
    return (moment.astimezone(ZoneInfo("UTC")) - timedelta(seconds=1)).astimezone(moment.tzinfo)


def _after(by: By, first: datetime) -> datetime:
    """A moment of the window after the one that begins here."""
    return first + {"hour": timedelta(hours=1), "day": timedelta(1), "month": timedelta(31)}[by]
