"""A source format as people write it: which notation it is, or what is wrong with it."""

import re

from totango_pipelines.catalog.attributes import Attribute, DataType, KeyFolding
from totango_pipelines.catalog.catalog import nearest
from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.formats.conversion import NUMBERS
from totango_pipelines.mapping.formats.multi_lists import list_separator
from totango_pipelines.mapping.formats.notation import (
    Counted,
    FormatProblem,
    Notation,
    TimePattern,
    YesNoWords,
)
from totango_pipelines.mapping.formats.number_patterns import number_pattern
from totango_pipelines.mapping.formats.time_patterns import time_pattern
from totango_pipelines.mapping.formats.words import yes_no_words

__all__ = ["FormatProblem", "format_problem", "notation_of"]

_TIMES = frozenset([DataType.DATE, DataType.TIMESTAMP])
_AMOUNTS = frozenset([DataType.NUMBER, DataType.WHOLE_NUMBER, DataType.CURRENCY])
_YES_OR_NO = frozenset([DataType.BOOLEAN, DataType.TAG])
_WORDS = re.compile(r"\s+")


def format_problem(text: str, attribute: Attribute, kind: Kind) -> FormatProblem | None:
    """Everything wrong with a source format for this attribute and the kind of its cells."""
    notation = notation_of(text, attribute, kind)
    return notation if isinstance(notation, FormatProblem) else None


def notation_of(text: str, attribute: Attribute, kind: Kind) -> Notation | FormatProblem:
    """What the source format says, or everything that is wrong with it."""
    found = _parsed(text, attribute)
    if isinstance(found, tuple):
        return FormatProblem(
            " It ".join(each.problem for each in found),
            " ".join(dict.fromkeys(each.remedy for each in found)),
        )
    if isinstance(found, FormatProblem):
        return found
    return _misfit(found, kind) or found


def _parsed(
    text: str, attribute: Attribute
) -> Notation | FormatProblem | tuple[FormatProblem, ...]:
    if attribute.folding not in {None, KeyFolding.INSTANT}:
        return FormatProblem(
            f"stands on the key attribute {attribute.name}; keys take no source format.",
            "Take it out, and write the key in the query as Totango has it.",
        )
    if attribute.data_type in _TIMES:
        return _counted(text) or time_pattern(text.strip())
    if attribute.data_type in _AMOUNTS:
        return number_pattern(text, attribute)
    if attribute.data_type in _YES_OR_NO:
        return yes_no_words(text)
    if attribute.data_type is DataType.MULTI_LIST:
        return list_separator(text)
    return FormatProblem(
        f"stands on {attribute.name}, but a {attribute.data_type} is taken as it is written.",
        "Take it out, or change the text in the query.",
    )


def _counted(text: str) -> Counted | FormatProblem | None:
    name = _WORDS.sub(" ", text.strip().lower())
    if name in set(Counted):
        return Counted(name)
    if not name.startswith(("epoch", "excel", "unix")):
        return None
    meant = next(iter(nearest(name, [each.value for each in Counted])), None)
    hint = f"Did you mean {meant!r}? " if meant else ""
    return FormatProblem(
        "is no count of time that is known.", f"{hint}Write one of {', '.join(Counted)}."
    )


def _misfit(notation: Notation, kind: Kind) -> FormatProblem | None:
    """Why cells of this kind never meet such a notation."""
    if kind is Kind.TEXT:
        return None
    if kind in NUMBERS:
        if isinstance(notation, Counted):
            return None
        if isinstance(notation, TimePattern) and notation.is_digits_only:
            return None
        if isinstance(notation, TimePattern):
            return FormatProblem(
                "has marks or names, but the column holds numbers.",
                "Use a pattern of digits only such as YYYYMMDD, or epoch seconds, "
                "epoch milliseconds or excel serial.",
            )
    if kind is Kind.INTEGER and isinstance(notation, YesNoWords):
        return None
    return FormatProblem(
        f"describes text, but the column has the type {kind} already.",
        "Take the format out: its values are read as they are.",
    )
