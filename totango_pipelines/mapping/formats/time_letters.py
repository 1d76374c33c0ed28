"""Time patterns in Totango's letters, e.g. `DD.MM.YYYY hh:mm:ss`.

The letters are Totango's (year and day in capitals, `hh` of 24 hours, Java's X); ours are the
lower-case aliases, month and weekday names in full, and `a` for AM or PM.
"""

import re

from totango_pipelines.catalog.catalog import nearest
from totango_pipelines.mapping.formats.notation import Field, FormatProblem, Part
from totango_pipelines.mapping.formats.plain_times import OFFSET, YEAR

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT = 3
"""Characters of a short name: Jan, Mon."""

LONGEST_FRACTION = 9


def names_regex(names: tuple[str, ...], length: int | None = None) -> str:
    """Any of the names, or of their first letters, in any case."""
    return f"(?i:{'|'.join(name[:length] for name in names)})"


def fraction(digits: int, written: str) -> Part:
    """A fraction of exactly so many digits."""
    return Part(Field.FRACTION, written, f"[0-9]{{{digits}}}", "%f", digits)


def literal_part(text: str) -> Part:
    """Text that stands in every cell as it is."""
    return Part(Field.LITERAL, text, re.escape(text), text.replace("%", "%%"))


def two_digits(field: Field, written: str, strptime: str) -> Part:
    """A number of exactly two digits."""
    return Part(field, written, "[0-9]{2}", strptime, 2)


def one_or_two(field: Field, written: str, strptime: str) -> Part:
    """A number of one or two digits."""
    return Part(field, written, "[0-9]{1,2}", strptime, varies=True)


def _parts() -> dict[str, Part]:
    known = [
        Part(Field.YEAR, "YYYY", YEAR, "%Y", 4),
        two_digits(Field.YEAR, "YY", "%y"),
        two_digits(Field.MONTH, "MM", "%m"),
        one_or_two(Field.MONTH, "M", "%m"),
        Part(Field.MONTH, "MMM", names_regex(MONTHS, SHORT), "%b"),
        Part(Field.MONTH, "MMMM", names_regex(MONTHS), "%B"),
        two_digits(Field.DAY, "DD", "%d"),
        one_or_two(Field.DAY, "D", "%d"),
        Part(Field.WEEKDAY, "ddd", names_regex(WEEKDAYS, SHORT), "%a"),
        Part(Field.WEEKDAY, "dddd", names_regex(WEEKDAYS), "%A"),
        two_digits(Field.HOUR, "hh", "%H"),
        one_or_two(Field.HOUR, "h", "%H"),
        two_digits(Field.MINUTE, "mm", "%M"),
        two_digits(Field.SECOND, "ss", "%S"),
        Part(Field.HALF, "a", "(?i:[ap]m)", "%p"),
        *(Part(Field.OFFSET, letters, OFFSET, "%z") for letters in ("X", "XX", "XXX", "Z")),
        *(fraction(digits, "S" * digits) for digits in range(1, LONGEST_FRACTION + 1)),
    ]
    return {part.written: part for part in known}


LETTERS = _parts()
"""Every run of letters that means something, by itself."""

ALIASES = {
    "yyyy": "YYYY",
    "yy": "YY",
    "dd": "DD",
    "d": "D",
    "HH": "hh",
    "H": "h",
    "A": "a",
    "EEE": "ddd",
    "EEEE": "dddd",
}
"""Other products' letters, taken where they can mean one thing only (ours)."""

_BARE_LITERAL = "T"
_TOKEN = re.compile(r"'((?:[^']|'')*)'|\[([^\]]*)\]|([A-Za-z])\3*|[^A-Za-z]", re.DOTALL)
_SPACED_OUT = re.compile(r"['\[\]]")


def parts_in_letters(text: str) -> tuple[list[Part], list[FormatProblem]]:
    """The parts of a pattern in letters, and the letters that mean nothing."""
    parts: list[Part] = []
    problems: list[FormatProblem] = []
    for token in _TOKEN.finditer(text):
        quoted_text, bracketed, letter = token.groups()
        run = token.group()
        if quoted_text is not None or bracketed is not None:
            inside = quoted_text if quoted_text is not None else bracketed
            parts.append(literal_part(inside.replace("''", "'") or "'"))
        elif letter is None and (run.isdigit() or _SPACED_OUT.match(run)):
            problems.append(_unquoted(run))
        elif letter is None or run == _BARE_LITERAL:
            parts.append(literal_part(run))
        elif ALIASES.get(run, run) in LETTERS:
            parts.append(LETTERS[ALIASES.get(run, run)])
        else:
            problems.append(_unknown(run))
    return parts, problems


def _unquoted(character: str) -> FormatProblem:
    if character.isdigit():
        return FormatProblem(
            f"has the digit {character!r}, where letters stand for digits.",
            "Write letters such as YYYY, or put a text that stands in every cell in 'quotes'.",
        )
    return FormatProblem(
        f"has {character!r} without its partner.",
        "Put a text that stands in every cell in 'quotes' or [brackets]; '' is an apostrophe.",
    )


def _unknown(run: str) -> FormatProblem:
    meant = _meant(run)
    hint = f"Did you mean {meant}? " if meant else ""
    return FormatProblem(
        f"has {run!r}, which stands for no part of a date or time.",
        f"{hint}Use YYYY YY MM M MMM DD D hh h mm ss SSS a X Z, or put a text in 'quotes'.",
    )


def _meant(run: str) -> str | None:
    """The letters of the same kind that are nearest in length, or those that look alike."""
    same = [each for each in (*LETTERS, *ALIASES) if each[0] == run[0]]
    if same:
        return min(same, key=lambda each: abs(len(each) - len(run)))
    other_case = [each for each in LETTERS if each.lower() == run.lower()]
    return next(iter(other_case or nearest(run, LETTERS)), None)
