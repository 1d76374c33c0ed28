"""An IANA time zone, as declarations name it."""

from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator

from totango_pipelines.catalog.catalog import nearest
from totango_pipelines.integrations.declared import RuleBrokenError


def _existing(name: str) -> str:
    if not _is_time_zone(name):
        guesses = nearest(name, available_timezones())
        did_you_mean = f"Did you mean {guesses[0]}?" if guesses else "Example: Europe/Berlin."
        raise RuleBrokenError(f"{name[:60]!r} is not an IANA time zone.", did_you_mean)
    return name


def _is_time_zone(name: str) -> bool:
    # The copies of the machine (localtime, posix/..., right/...) start with a small letter.
    if not name[:1].isupper():
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


TimeZone = Annotated[str, AfterValidator(_existing)]
"""Such as `Europe/Berlin`."""
