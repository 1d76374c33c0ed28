"""The functions and forms that an expression may use; docs/functions.md is written from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Category(StrEnum):
    """The chapters of the documentation."""

    TEXT = "Text"
    REGEX = "Regular expressions"
    NUMBER = "Numbers"
    DATE = "Dates and times"
    CONDITION = "Conditions"
    NULL = "Null handling"
    LOOKUP = "Lookup"
    CONVERSION = "Conversion"


class Growth(StrEnum):
    """How long a function's result can be, in terms of its arguments (see growth.py)."""

    SMALL = "small"  # numbers, dates, hashes, names of days
    SAME = "same"  # at most the first argument
    FOLDED = "folded"  # letters may take more bytes in the other case
    WIDEST = "widest"  # one of the arguments
    SUM = "sum"  # all arguments
    JOINED = "joined"  # all arguments with the first between them
    REPLACED = "replaced"
    REGEX_REPLACED = "regex_replaced"
    TRANSLATED = "translated"
    FORMATTED = "formatted"


class Constant(StrEnum):
    """What an argument has to be when it may not be computed."""

    TEXT = "text"
    NUMBER = "whole number"
    PATTERN = "pattern"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the documentation; `example` is an expression over constants alone.

    `result` is what it yields, as text; None: null.
    """

    category: Category
    signature: str
    meaning: str
    example: str
    result: str | None


@dataclass(frozen=True, slots=True)
class Function(Entry):
    """A function that takes `takes[0]` to `takes[1]` arguments (None: any number).

    `constants` are the positions that take no computed value. `probe` is SQL over them, `{1}`
    being the second argument and `{rest}` all behind the first; it is tried when an expression is
    checked and fails when they are wrong, e.g. a pattern that does not compile. `sql` is a
    template of the same kind for functions that the engine does not have by this name.
    """

    takes: tuple[int, int | None]
    growth: Growth = Growth.SMALL
    constants: Mapping[int, Constant] = field(default_factory=dict)
    probe: str | None = None
    sql: str | None = None
    aliases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The function's name: what stands before the bracket of its signature."""
        return self.signature.partition("(")[0]


UNITS_OF_DATES = MappingProxyType(
    {
        "date_part": (
            *("year", "quarter", "month", "week", "day", "hour", "minute", "second", "epoch"),
            *("dayofweek", "dow", "isodow", "dayofyear", "doy", "isoyear", "millisecond"),
        ),
        "date_trunc": (*("year", "quarter", "month", "week", "day", "hour", "minute", "second"),),
        "date_diff": (*("year", "quarter", "month", "week", "day", "hour", "minute", "second"),),
    }
)
"""The units that each function of dates takes."""
