"""A time pattern as a whole: what it needs, and what contradicts itself."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from totango_pipelines.mapping.formats.notation import Field, FormatProblem, Part, TimePattern
from totango_pipelines.mapping.formats.strptime_directives import parts_in_directives
from totango_pipelines.mapping.formats.time_letters import parts_in_letters

_TWELVE_HOURS = {False: "(?:0[1-9]|1[0-2])", True: "(?:0?[1-9]|1[0-2])"}
_NEEDS = (
    (Field.MINUTE, Field.HOUR),
    (Field.SECOND, Field.MINUTE),
    (Field.FRACTION, Field.SECOND),
    (Field.HALF, Field.HOUR),
)
_WANTED = (
    (Field.YEAR, "YYYY"),
    (Field.MONTH, "MM"),
    (Field.DAY, "DD"),
    (Field.HOUR, "hh"),
    (Field.MINUTE, "mm"),
    (Field.SECOND, "ss"),
)
_LETTERS_OF = dict(_WANTED)


def time_pattern(text: str) -> TimePattern | tuple[FormatProblem, ...]:
    """The pattern in letters, or in strptime's directives where a `%` stands; or its problems."""
    parts, problems = parts_in_directives(text) if "%" in text else parts_in_letters(text)
    if not problems:
        problems = list(_problems(parts))
    if problems:
        return tuple(problems)
    if any(part.field is Field.HALF for part in parts):
        parts = [_of_twelve_hours(part) for part in parts]
    return TimePattern(tuple(parts))


def _of_twelve_hours(part: Part) -> Part:
    if part.field is not Field.HOUR:
        return part
    return replace(part, regex=_TWELVE_HOURS[part.varies], strptime="%I")


def _problems(parts: Sequence[Part]) -> Iterator[FormatProblem]:
    fields = [part.field for part in parts]
    slip = _slip(parts)
    if slip is not None:
        yield slip
        return
    yield from _missing(fields)
    yield from _repeated(parts)
    yield from _unclear(parts)
    if any(part.strptime == "%I" for part in parts) and Field.HALF not in fields:
        yield FormatProblem(
            "has hours of a clock of twelve without AM or PM.",
            "Add %p, or write %H for hours from 00 to 23.",
        )


def _slip(parts: Sequence[Part]) -> FormatProblem | None:
    """The classic one: `mm` for the month, or `MM` for the minutes."""
    count = Counter(part.field for part in parts)
    if not count[Field.MONTH] and count[Field.MINUTE] and count[Field.DAY]:
        return FormatProblem(
            "has minutes (mm) but no month.", "Did you mean MM? MM is the month, mm the minutes."
        )
    months = [part for part in parts if part.field is Field.MONTH]
    if len(months) > 1 and not count[Field.MINUTE] and count[Field.HOUR]:
        return FormatProblem(
            f"has the month twice ({months[0].written} and {months[1].written}) but no minutes.",
            "Did you mean mm? mm is the minutes, MM the month.",
        )
    return None


def _missing(fields: Sequence[Field]) -> Iterator[FormatProblem]:
    missing = [field for field, _ in _WANTED[:3] if field not in fields]
    if missing:
        letters = [_LETTERS_OF[field] for field in missing]
        yield FormatProblem(
            f"has no place for {_words(missing)}.",
            f"A date needs year, month and day: add {_words(letters)}.",
        )
    for field, needed in _NEEDS:
        if field in fields and needed not in fields:
            yield FormatProblem(
                f"has {field} but no place for {needed}.",
                f"Add {_LETTERS_OF[needed]}, or take {field} out.",
            )


def _repeated(parts: Sequence[Part]) -> Iterator[FormatProblem]:
    count = Counter(part.field for part in parts if part.field is not Field.LITERAL)
    for field in (field for field, times in count.items() if times > 1):
        written = [part.written for part in parts if part.field is field]
        yield FormatProblem(
            f"has {field} twice ({_words(written)}).", "Keep one of them; put texts in 'quotes'."
        )


def _unclear(parts: Sequence[Part]) -> Iterator[FormatProblem]:
    for part, following in pairwise(parts):
        number = following.digits is not None or following.varies
        starts_with_a_digit = number or following.written[:1].isdigit()
        if (part.varies or part.field is Field.FRACTION) and starts_with_a_digit:
            yield FormatProblem(
                f"does not say where {part.written} ends and {following.written} begins.",
                "Put a mark between them, or use letters of a fixed width such as MM and DD.",
            )
    offsets = [index for index, part in enumerate(parts) if part.field is Field.OFFSET]
    if offsets and offsets[0] != len(parts) - 1:
        yield FormatProblem(
            f"goes on after the offset {parts[offsets[0]].written}.",
            "The offset stands last; take out what follows it.",
        )


def _words(items: Sequence[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
