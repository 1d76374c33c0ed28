"""What the sampled values of a column are, and whether an attribute could hold them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.mapping.columns import Kind

MOST_SAMPLES: Final = 1000
"""More are not looked at (issue: up to 1,000 sampled rows)."""

_READ_LETTERS: Final = 160
_MOST: Final = 0.9
_HALF: Final = 0.5
_FEW: Final = 0.1
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

    @cached_property
    def longest(self) -> int:
        """Characters of the longest value."""
        return max((len(text) for text in self.counted), default=0)

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


def _shape(text: str) -> Shape:
    short = text[:_READ_LETTERS].casefold()
    return next((shape for shape, form in _SHAPES if form.fullmatch(short)), Shape.TEXT)


@dataclass(frozen=True, slots=True)
class ValueEvidence:
    """What the values add to a score or take from it; `says`: in words, if it is worth saying."""

    change: float = 0.0
    says: str = ""


_FITS: Final = 0.03
_WARNED: Final = -0.05
_WANTS_A_MAP: Final = -0.25
_HARDLY: Final = -0.15
_NOT: Final = -0.35
_NEVER: Final = -0.45

_EXPECTED: Final = {
    "email": frozenset({Shape.EMAIL}),
    "phone": frozenset({Shape.PHONE, Shape.NUMBER}),
    "mobile": frozenset({Shape.PHONE, Shape.NUMBER}),
    "domain": frozenset({Shape.URL}),
    "url": frozenset({Shape.URL}),
}
_MAY_BE: Final = {
    DataType.DATE: frozenset({Shape.DATE}),
    DataType.TIMESTAMP: frozenset({Shape.DATE}),
    DataType.NUMBER: frozenset({Shape.NUMBER}),
    DataType.CURRENCY: frozenset({Shape.NUMBER}),
    DataType.WHOLE_NUMBER: frozenset({Shape.NUMBER}),
    DataType.BOOLEAN: frozenset({Shape.BOOLEAN}),
}


def weigh(
    values: Profile, attribute: Attribute, concepts: Sequence[str], *, own_id: bool
) -> ValueEvidence:
    """What the values say of the attribute, whose name has these concepts.

    `own_id`: the attribute alone identifies a record, so that its values should not repeat.
    """
    shape = values.looks_like
    if shape is None and not values.shares:
        return ValueEvidence()
    if own_id and values.repeats:
        return ValueEvidence(_HARDLY, "but its values repeat")
    expected = next((each for each in concepts if each in _EXPECTED), None)
    if expected is not None and attribute.data_type is DataType.TEXT and "date" not in concepts:
        return _weigh_expected(values, expected)
    is_list = attribute.allowed and attribute.data_type is not DataType.BOOLEAN
    if is_list and shape in (Shape.TEXT, Shape.NUMBER, None):
        return _weigh_list(values, attribute)
    if attribute.data_type in _MAY_BE:
        return _weigh_typed(values, shape, attribute.data_type)
    return _weigh_text(values, shape, attribute.max_length)


def _weigh_expected(values: Profile, concept: str) -> ValueEvidence:
    expected = _EXPECTED[concept]
    if values.mostly(*expected):
        if concept == "domain" and values.one_host:
            return ValueEvidence(_NEVER, "but all values are on one host")
        shape = values.looks_like or min(expected)
        return ValueEvidence(_FITS, f"values look like {shape}")
    if sum(values.shares.get(shape, 0.0) for shape in expected) > _FEW:
        return ValueEvidence()
    if values.mostly(Shape.BOOLEAN, Shape.DATE, Shape.NUMBER):
        return ValueEvidence(
            _NEVER, f"but values look like {values.looks_like or 'something else'}"
        )
    return ValueEvidence(_HARDLY, "but values look different")


def _weigh_typed(values: Profile, shape: Shape | None, data_type: DataType) -> ValueEvidence:
    fitting = _MAY_BE[data_type]
    if values.mostly(*fitting):
        return ValueEvidence(_FITS, f"values look like {shape}")
    if shape is Shape.NUMBER and Shape.DATE in fitting:
        return ValueEvidence() if values.may_be_times else ValueEvidence(_NOT, "but has numbers")
    if shape is Shape.NUMBER and data_type is DataType.BOOLEAN:
        return ValueEvidence() if set(values.counted) <= {"0", "1"} else ValueEvidence(_NEVER)
    if any(values.shares.get(each, 0.0) >= _HALF for each in fitting):
        return ValueEvidence()
    if Shape.NUMBER in fitting and shape in (Shape.TEXT, None):
        return ValueEvidence(_NOT, "but values are no numbers")
    return ValueEvidence(_NEVER, f"but values look like {shape or 'something else'}")


def _weigh_text(values: Profile, shape: Shape | None, limit: int | None) -> ValueEvidence:
    if shape in (Shape.BOOLEAN, Shape.DATE):
        return ValueEvidence(_NOT, f"but values look like {shape}")
    if limit is not None and values.longest > limit:
        return ValueEvidence(_HARDLY, f"but values are longer than {limit}")
    return ValueEvidence()


def _weigh_list(values: Profile, attribute: Attribute) -> ValueEvidence:
    """Other words than those of its list want a value map, or only a warning (Status)."""
    allowed = {value.casefold() for value in attribute.allowed}
    known = sum(times for text, times in values.counted.items() if text.casefold() in allowed)
    if known >= values.counted.total() * _HALF:
        return ValueEvidence(_FITS, "values are in its list")
    if known:
        return ValueEvidence()
    change = _WARNED if attribute.unknown_is_warning else _WANTS_A_MAP
    return ValueEvidence(change, "but none of its values is in the list")
