"""Times and lengths of time that somebody types: `2026-01-31`, `2026-01-31T06:00+02:00`, `2d`."""

from datetime import UTC, datetime, timedelta

import typer

from totango_pipelines.cli import orchestration_door as door


def moment_of(text: str | None, option: str, now: datetime) -> datetime | None:
    """A time in UTC; a length of time is that long before `now`, a time without a zone is UTC.

    Raises:
        BadParameter: it is none of these.
    """
    if text is None:
        return None
    try:
        if door.integrations("declared").is_duration(text):
            return now - _length(text)
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        hint = f"{text[:40]!r} is no time. Write 2026-01-31, 2026-01-31T06:00, or 2d: two days ago."
        raise typer.BadParameter(hint, param_hint=option) from None


def moment_after(text: str | None, option: str, now: datetime) -> datetime | None:
    """The time that is so long after `now`.

    Raises:
        BadParameter: the text is no length of time, or it is too long.
    """
    if text is None:
        return None
    try:
        if door.integrations("declared").is_duration(text):
            return now + _length(text)
    except OverflowError:
        pass
    hint = f"{text[:40]!r} is no length of time. Write 90d, 12h or 30m."
    raise typer.BadParameter(hint, param_hint=option)


def _length(text: str) -> timedelta:
    return timedelta(seconds=door.integrations("declared").duration_seconds(text))


def lasted(seconds: float | None) -> str:
    """`1.2 s`, `3 min 5 s`, `2 h 5 min`; nothing where it has not ended."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{seconds:.1f} s"
    hours, left = divmod(minutes, 60)
    return f"{hours} h {left} min" if hours else f"{minutes} min {rest} s"
