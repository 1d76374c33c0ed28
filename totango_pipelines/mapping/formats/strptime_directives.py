"""Time patterns in strptime's directives, e.g. `%d/%m/%Y %H:%M`."""

import re

from totango_pipelines.mapping.formats.notation import Field, FormatProblem, Part
from totango_pipelines.mapping.formats.plain_times import OFFSET
from totango_pipelines.mapping.formats.time_letters import (
    LETTERS,
    literal_part,
    one_or_two,
    two_digits,
)

DIRECTIVES = {
    "%Y": (LETTERS["YYYY"],),
    "%y": (LETTERS["YY"],),
    "%m": (LETTERS["MM"],),
    "%-m": (LETTERS["M"],),
    "%b": (LETTERS["MMM"],),
    "%B": (LETTERS["MMMM"],),
    "%d": (LETTERS["DD"],),
    "%-d": (LETTERS["D"],),
    "%a": (LETTERS["ddd"],),
    "%A": (LETTERS["dddd"],),
    "%H": (LETTERS["hh"],),
    "%-H": (LETTERS["h"],),
    "%I": (two_digits(Field.HOUR, "%I", "%I"),),
    "%-I": (one_or_two(Field.HOUR, "%-I", "%I"),),
    "%M": (LETTERS["mm"],),
    "%S": (LETTERS["ss"],),
    "%f": (Part(Field.FRACTION, "%f", "[0-9]{1,6}", "%f", varies=True),),
    "%p": (LETTERS["a"],),
    "%z": (Part(Field.OFFSET, "%z", OFFSET, "%z"),),
    "%F": (LETTERS["YYYY"], literal_part("-"), LETTERS["MM"], literal_part("-"), LETTERS["DD"]),
    "%T": (LETTERS["hh"], literal_part(":"), LETTERS["mm"], literal_part(":"), LETTERS["ss"]),
    "%%": (literal_part("%"),),
}
"""What each directive stands for; numbers are as wide as strftime would write them."""

_TOKEN = re.compile(r"%-?.|[^%]+|%", re.DOTALL)


def parts_in_directives(text: str) -> tuple[list[Part], list[FormatProblem]]:
    """The parts of a pattern in directives, and the directives that are not supported."""
    parts: list[Part] = []
    problems: list[FormatProblem] = []
    for token in _TOKEN.findall(text):
        if not token.startswith("%"):
            parts += [literal_part(character) for character in token]
        elif token in DIRECTIVES:
            parts += DIRECTIVES[token]
        else:
            problems.append(
                FormatProblem(
                    f"has {token!r}, which is not supported.",
                    f"Use {' '.join(DIRECTIVES)}, or Totango's letters such as YYYY-MM-DD.",
                )
            )
    return parts, problems
