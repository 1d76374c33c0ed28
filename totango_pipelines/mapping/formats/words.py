"""Yes and no in words: the built-in ones, and pairs such as `ja|j/nein|n` or `active/inactive`."""

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.formats.conversion import (
    C,
    Conversion,
    X,
    trimmed_cell,
    unless_blank,
)
from totango_pipelines.mapping.formats.notation import FormatProblem, YesNoWords
from totango_pipelines.quoting import literal

STRICT_WORDS = YesNoWords(("true", "yes"), ("false", "no"))
"""What tags and Totango's own yes/no lists take (semantics.md 4)."""

BUILT_IN_WORDS = YesNoWords(
    ("true", "yes", "t", "y", "1", "on"), ("false", "no", "f", "n", "0", "off")
)
"""What every other boolean takes without a format (ours)."""

_SIDES = 2


def built_in_words(attribute: Attribute) -> YesNoWords:
    """The words that this attribute takes without a format."""
    is_strict = attribute.data_type is DataType.TAG or bool(attribute.allowed)
    return STRICT_WORDS if is_strict else BUILT_IN_WORDS


def yes_no_words(text: str) -> YesNoWords | tuple[FormatProblem, ...]:
    """The words for yes before the slash, for no behind it; alternatives stand between bars."""
    remedy = (
        "Write the words for yes, a slash, the words for no, e.g. active/inactive or ja|j/nein|n."
    )
    sides = text.split("/")
    if len(sides) != _SIDES:
        seen = "has no slash" if len(sides) < _SIDES else "has more than one slash"
        return (FormatProblem(f"{seen} between the words for yes and for no.", remedy),)
    yes, no = (tuple(word.strip() for word in side.split("|")) for side in sides)
    if not all((*yes, *no)):
        return (FormatProblem("has an empty word.", remedy),)
    both = [word for word in yes if word.lower() in {other.lower() for other in no}]
    if both:
        return (FormatProblem(f"has {both[0]!r} for yes and for no.", "Keep it on one side."),)
    return YesNoWords(yes, no)


def boolean_conversion(
    words: YesNoWords | None, attribute: Attribute, raw: str, kind: Kind
) -> Conversion | None:
    """A boolean or tag; `words` are those of a source format (None: the built-in ones)."""
    code = "VALUE_NOT_ALLOWED" if attribute.allowed else "FORMAT"
    if attribute.data_type is DataType.TAG:
        code = "TAG_VALUE"
    failures = ((code, f"{C} IS NULL"),)
    if words is not None:
        return Conversion(trimmed_cell(raw, kind), _either(words), failures)
    if kind is Kind.BOOLEAN:
        return Conversion(raw, X)
    if kind is Kind.TEXT:
        value = _either(built_in_words(attribute))
        return Conversion(unless_blank(raw, kind), value, failures)
    if kind is Kind.INTEGER:
        # SQLite and MySQL have no booleans: 0 and 1 stand for them.
        value = f"CASE {X} WHEN 1 THEN TRUE WHEN 0 THEN FALSE END"
        return Conversion(raw, value, failures)
    return None


def _either(words: YesNoWords) -> str:
    # Not IN: the engine keeps a table for each list, and many booleans would not fit its memory.
    answers = [*((word, "TRUE") for word in words.yes), *((word, "FALSE") for word in words.no)]
    cases = " ".join(f"WHEN lower({literal(word)}) THEN {answer}" for word, answer in answers)
    return f"CASE lower({X}) {cases} END"
