"""What a column that fits no attribute could become: a new attribute of some type, or nothing."""

from typing import Final

from totango_pipelines.catalog.attributes import DataType, column_name
from totango_pipelines.catalog.catalog import COLUMN_LENGTH
from totango_pipelines.catalog.standard import CUSTOM_TEXT_LENGTH
from totango_pipelines.mapping.automap.lexicon import COUNTS, DIGITS, JUNK, LOADERS, MONEY
from totango_pipelines.mapping.automap.values import Profile, Shape
from totango_pipelines.mapping.automap.vocabulary import Reading
from totango_pipelines.mapping.automap.words import split_words

_LOADERS: Final = frozenset(LOADERS.split())
_JUNK: Final = frozenset(JUNK.split())
_MONEY: Final = frozenset(MONEY.split())
_COUNTS: Final = frozenset(COUNTS.split())
_DIGITS: Final = frozenset(DIGITS.split())
_HOLDS_FOREIGN_KEYS: Final = "accounts"


def is_junk(name: str) -> bool:
    """Whether a column tells of its loader or of the source's housekeeping, not of the record."""
    words = set(split_words(name))
    return bool(name.startswith("_") and words & _LOADERS) or bool(words & _JUNK)


def new_type(name: str, reading: Reading, values: Profile, object_name: str) -> DataType | None:
    """The type that a new attribute for this column could have; None: not worth having one.

    An integration adds text, number, currency, date and, on accounts, foreign_key (seed).
    """
    column = column_name(name)
    if is_junk(name) or len(column) > COLUMN_LENGTH or not column[:1].isalpha():
        return None
    concepts = set(reading.concepts)
    if values.mostly(Shape.DATE):
        return DataType.DATE
    if reading.concepts[-1:] in (("id",), ("ownid",)):
        # An id of something else is worth keeping only where it can stand in for Account ID.
        return DataType.FOREIGN_KEY if object_name == _HOLDS_FOREIGN_KEYS else None
    if values.mostly(Shape.NUMBER) and not concepts & _DIGITS:
        return DataType.CURRENCY if concepts & _MONEY else DataType.NUMBER
    if values.counted:
        limit = CUSTOM_TEXT_LENGTH.get(object_name)
        return DataType.TEXT if limit is None or values.mostly_fit(limit) else None
    return _type_by_name(concepts)


def _type_by_name(concepts: set[str]) -> DataType:
    if "date" in concepts:
        return DataType.DATE
    if concepts & _MONEY:
        return DataType.CURRENCY
    return DataType.NUMBER if concepts & _COUNTS else DataType.TEXT
