"""What the sampled values of a column are."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from totango_pipelines.mapping.columns import Kind

MOST_SAMPLES: Final = 1000
"""More are not looked at (issue: up to 1,000 sampled rows)."""

_READ_LETTERS: Final = 160
_MOST: Final = 0.9
_HALF: Final = 0.5
_ENOUGH_TO_COUNT: Final = 20
_SEVERAL: Final = 3


class Shape(StrEnum):
    """What one value looks like."""

    BOOLEAN = "yes or no"
    NUMBER = "numbers"
    DATE = "dates"
    EMAIL = "e-mails"
    URL = "web addresses"
    PHONE = "phone numbers"
    OPAQUE = "hashes"
    TEXT = "text"


_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_SHAPES: Final = (
    (Shape.BOOLEAN, re.compile(r"(?:true|false|yes|no|t|f|y|n)")),
    (Shape.DATE, re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[t ].*)?")),
    (Shape.DATE, re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})(?:[ ,t].*)?")),
    (Shape.DATE, re.compile(rf"(?:\d{{1,2}}[- .]{_MONTH}|{_MONTH} \d{{1,2}}),?[- ]\d{{2,4}}.*")),
    (Shape.NUMBER, re.compile(r"[(+-]?\W?\d[\d,.' ]{0,40}(?:e[+-]?\d{1,3})?\W?[)%-]?")),
    (Shape.EMAIL, re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")),
    (Shape.URL, re.compile(r"(?:https?://|www\.)\S+|(?:[a-z0-9-]+\.)+[a-z]{2,12}(?:/\S*)?")),
    (Shape.PHONE, re.compile(r"\+?\(?\d[\d\s().x/-]{5,24}")),
    # What a publisher hashed says nothing for or against anything.
    (Shape.OPAQUE, re.compile(r"[0-9a-f]{32,128}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")),
    (Shape.OPAQUE, re.compile(r"[a-z0-9+/]{21,}={1,2}")),
)
# Any digit, no blank, nothing of an address or a decimal.
_ID: Final = re.compile(r"(?=.*\d)[\w:|-]+")
_LONG_ID: Final = 480
_HOST: Final = re.compile(r"^(?:https?://)?(?:www\.)?")
_EPOCH: Final = re.compile(r"(?:[12]\d{9}|[12]\d{12}|1\d{15}|(?:19|20)\d{6}|[234]\d{4})(?:\.\d+)?")
_OF_KIND: Final = {
    Kind.BOOLEAN: Shape.BOOLEAN,
    Kind.DATE: Shape.DATE,
    Kind.TIMESTAMP: Shape.DATE,
    Kind.INSTANT: Shape.DATE,
    Kind.FLOAT: Shape.NUMBER,
    Kind.DECIMAL: Shape.NUMBER,
    Kind.DECIMAL_TEXT: Shape.NUMBER,
    Kind.INTEGER: Shape.NUMBER,
}


@dataclass(frozen=True)
class Profile:
    """The shapes of a column's first MOST_SAMPLES values that are not blank."""

    samples: tuple[str, ...]
    kind: Kind = Kind.TEXT

    @cached_property
    def counted(self) -> Counter[str]:
        """How often each value is there."""
        return Counter(text for text in (each.strip() for each in self.samples) if text)

    @cached_property
    def shares(self) -> dict[Shape, float]:
        """The share of each shape among the values that say something; empty: none does."""
        if self.kind in _OF_KIND:
            return {_OF_KIND[self.kind]: 1.0}
        found: Counter[Shape] = Counter()
        for text, times in self.counted.items():
            found[_shape(text)] += times
        if len(self.counted) == 1 and len(min(self.counted)) == 1 and Shape.BOOLEAN in found:
            # One letter alone, a `t` without an `f`, answers nothing.
            return {Shape.TEXT: 1.0}
        found.pop(Shape.OPAQUE, None)
        total = sum(found.values())
        return {shape: times / total for shape, times in found.items()} if total else {}

    def mostly(self, *shapes: Shape) -> bool:
        """Whether nearly all values have one of these shapes."""
        return sum(self.shares.get(shape, 0.0) for shape in shapes) >= _MOST

    @cached_property
    def may_be_times(self) -> bool:
        """Whether its numbers may be seconds or milliseconds, compact dates or Excel's days."""
        return all(_EPOCH.fullmatch(text) for text in self.counted)

    def mostly_fit(self, limit: int) -> bool:
        """Whether nearly all values have no more characters than this."""
        longer = sum(times for text, times in self.counted.items() if len(text) > limit)
        return longer <= self.counted.total() * (1 - _MOST)

    @cached_property
    def look_like_ids(self) -> bool:
        """Whether nearly all values are one word with a digit: `acc-0017`, no name of anybody."""
        ids = sum(times for text, times in self.counted.items() if _ID.fullmatch(text[:_LONG_ID]))
        return ids > 0 and ids >= self.counted.total() * _MOST

    @cached_property
    def look_like_codes(self) -> bool:
        """Whether nearly all values are ids, numbers or hashes: none is anybody's name."""
        codes = sum(times for text, times in self.counted.items() if _is_code(text))
        return codes > 0 and codes >= self.counted.total() * _MOST

    @cached_property
    def repeats(self) -> bool:
        """Whether at least half of many values were there before: no record's own id does that."""
        total = self.counted.total()
        return total >= _ENOUGH_TO_COUNT and len(self.counted) <= total * _HALF

    @cached_property
    def one_host(self) -> bool:
        """Whether several addresses are all of the same place: links into a system."""
        hosts = {_HOST.sub("", text.casefold()).partition("/")[0] for text in self.counted}
        return len(self.counted) >= _SEVERAL and len(hosts) == 1

    @property
    def looks_like(self) -> Shape | None:
        """The shape of nearly all values; None: mixed, or nothing to see."""
        return next((shape for shape in self.shares if self.mostly(shape)), None)


def profile(samples: Sequence[str], kind: Kind = Kind.TEXT) -> Profile:
    """What the first MOST_SAMPLES values of a column are."""
    return Profile(tuple(samples[:MOST_SAMPLES]), kind)


def _is_code(text: str) -> bool:
    is_id = _ID.fullmatch(text[:_LONG_ID]) is not None
    return is_id or _shape(text) in (Shape.NUMBER, Shape.OPAQUE)


def _shape(text: str) -> Shape:
    short = text[:_READ_LETTERS].casefold()
    return next((shape for shape, form in _SHAPES if form.fullmatch(short)), Shape.TEXT)
