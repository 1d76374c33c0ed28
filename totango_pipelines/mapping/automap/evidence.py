"""Whether an attribute could hold the values of a column, and how much that weighs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.mapping.automap.values import Profile, Shape

_HALF: Final = 0.5
_FEW: Final = 0.1
_A_PAIR: Final = 2


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
_NO_NAMES: Final = frozenset({"id", "email", "phone", "mobile", "url", "count"})
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
    if _names_somebody(attribute, concepts):
        return _weigh_names(values, shape, attribute.max_length)
    if shape is None and not values.shares:
        return ValueEvidence()
    if own_id and values.repeats:
        return ValueEvidence(_HARDLY, "but its values repeat")
    expected = next((each for each in concepts if each in _EXPECTED), None)
    if expected is not None and attribute.data_type is DataType.TEXT and "date" not in concepts:
        return _weigh_expected(values, expected)
    is_list = attribute.allowed and attribute.data_type is not DataType.BOOLEAN
    if is_list and values.counted and shape in (Shape.TEXT, Shape.NUMBER, None):
        return _weigh_list(values, attribute)
    is_typed = attribute.data_type in _MAY_BE
    return (
        _weigh_typed(values, shape, attribute.data_type)
        if is_typed
        else _weigh_text(values, shape, attribute.max_length)
    )


def _names_somebody(attribute: Attribute, concepts: Sequence[str]) -> bool:
    """Whether the attribute holds a manager's name, and no id or address of theirs."""
    is_text = attribute.data_type is DataType.TEXT and attribute.folding is None
    return is_text and "manager" in concepts and not _NO_NAMES & set(concepts)


def _weigh_names(values: Profile, shape: Shape | None, limit: int | None) -> ValueEvidence:
    if values.look_like_codes:
        return ValueEvidence(_HARDLY, "but values look like ids, and no names")
    return _weigh_text(values, shape, limit)


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
    if data_type is DataType.BOOLEAN:
        return _weigh_boolean(values, shape)
    if shape is Shape.NUMBER and Shape.DATE in fitting:
        return ValueEvidence() if values.may_be_times else ValueEvidence(_NOT, "but has numbers")
    if any(values.shares.get(each, 0.0) >= _HALF for each in fitting):
        return ValueEvidence()
    if Shape.NUMBER in fitting and shape in (Shape.TEXT, None):
        return ValueEvidence(_NOT, "but values are no numbers")
    return ValueEvidence(_NEVER, f"but values look like {shape or 'something else'}")


def _weigh_boolean(values: Profile, shape: Shape | None) -> ValueEvidence:
    """Two values that come again and again may be yes and no in other words: `ja`, `nein`."""
    if set(values.counted) <= {"0", "1"}:
        return ValueEvidence()
    if len(values.counted) <= _A_PAIR and values.repeats:
        return ValueEvidence(_WANTS_A_MAP, "but which value is yes has to be said")
    return ValueEvidence(_NEVER, f"but values look like {shape or 'something else'}")


def _weigh_text(values: Profile, shape: Shape | None, limit: int | None) -> ValueEvidence:
    if shape in (Shape.BOOLEAN, Shape.DATE):
        return ValueEvidence(_NOT, f"but values look like {shape}")
    if limit is not None and not values.mostly_fit(limit):
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
