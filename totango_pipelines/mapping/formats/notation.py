"""What a source format says, once it is understood: one of these notations."""

from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """What a run of letters in a time pattern stands for."""

    YEAR = "the year"
    MONTH = "the month"
    DAY = "the day"
    WEEKDAY = "the weekday"
    HOUR = "the hour"
    MINUTE = "the minutes"
    SECOND = "the seconds"
    FRACTION = "the fraction of a second"
    HALF = "AM or PM"
    OFFSET = "the offset"
    LITERAL = "a literal text"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a time pattern: `written` as it stands there.

    `regex` is what a cell may hold in its place and `strptime` the engine's word for it; both
    are empty where that depends on the rest of the pattern. `digits` counts the digits of a
    number (None: no number, or one of a width that varies).
    """

    field: Field
    written: str
    regex: str = ""
    strptime: str = ""
    digits: int | None = None
    varies: bool = False


@dataclass(frozen=True, slots=True)
class TimePattern:
    """A date or time in letters; literals and fields in the order of the cell."""

    parts: tuple[Part, ...]

    def first(self, field: Field) -> Part | None:
        """The part that stands for this field."""
        return next((part for part in self.parts if part.field is field), None)

    @property
    def is_digits_only(self) -> bool:
        """Whether a number could be such a cell: no marks, no names, no varying widths."""
        return all(part.digits is not None for part in self.parts)


class Counted(StrEnum):
    """A time as one number."""

    EPOCH_SECONDS = "epoch seconds"
    EPOCH_MILLISECONDS = "epoch milliseconds"
    EPOCH_MICROSECONDS = "epoch microseconds"
    EXCEL_SERIAL = "excel serial"


@dataclass(frozen=True, slots=True)
class NumberPattern:
    """A model number: its marks, and what may stand beside it.

    `group` and `decimal` are the marks (empty: there is none). `signs` are the currency signs and
    codes that a cell may carry. A percentage either keeps its number or becomes a fraction.
    """

    group: str
    decimal: str
    indian: bool = False
    signs: tuple[str, ...] = ()
    percent: bool = False
    as_fraction: bool = False


@dataclass(frozen=True, slots=True)
class YesNoWords:
    """The words for yes and for no, in any case."""

    yes: tuple[str, ...]
    no: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListSeparator:
    """What stands between the items of a list; None: the cell is a JSON array of texts."""

    text: str | None


Notation = TimePattern | Counted | NumberPattern | YesNoWords | ListSeparator


@dataclass(frozen=True, slots=True)
class FormatProblem:
    """What is wrong with a source format as written, and what to write instead."""

    problem: str
    remedy: str
