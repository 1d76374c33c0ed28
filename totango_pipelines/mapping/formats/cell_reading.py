"""How a cell becomes a value: the conversion of an attribute, a kind of cell and a notation."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from totango_pipelines.catalog.attributes import Attribute, DataType, KeyFolding
from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.formats.conversion import (
    TEXTS,
    Conversion,
    X,
    text_of,
    trimmed,
    unless_blank,
    without_zeros,
)
from totango_pipelines.mapping.formats.counted_times import counted_conversion
from totango_pipelines.mapping.formats.multi_lists import HUB_SEPARATOR, multi_list_conversion
from totango_pipelines.mapping.formats.notation import (
    Counted,
    FormatProblem,
    ListSeparator,
    Notation,
    NumberPattern,
    TimePattern,
)
from totango_pipelines.mapping.formats.number_cells import number_conversion
from totango_pipelines.mapping.formats.plain_numbers import (
    plain_amount,
    plain_number,
    plain_whole_number,
)
from totango_pipelines.mapping.formats.plain_times import plain_date, plain_instant
from totango_pipelines.mapping.formats.source_format import notation_of
from totango_pipelines.mapping.formats.time_cells import pattern_conversion
from totango_pipelines.mapping.formats.words import boolean_conversion

KEY_PATTERNS: Mapping[KeyFolding | None, str] = MappingProxyType(
    {
        KeyFolding.ACCOUNT_ID: r"^[A-Za-z0-9_-]+$",
        KeyFolding.USER_ID: r"^[a-z0-9_@.+-]+$",
    }
)
"""What a key of this folding may consist of (semantics.md 3)."""

_PLAIN_NUMBERS = {
    DataType.NUMBER: plain_number,
    DataType.CURRENCY: plain_amount,
    DataType.WHOLE_NUMBER: plain_whole_number,
}


def conversion_for(
    attribute: Attribute,
    raw: str,
    kind: Kind,
    *,
    source_format: str | None = None,
    timezone: str = "UTC",
) -> Conversion | None:
    """The conversion of a cell `raw` of this kind, or None when no value could ever fit.

    `source_format` is one that `format_problem` found nothing wrong with; `timezone` is the IANA
    name of the zone whose clocks a time without an offset shows.

    Raises:
        ValueError: the source format is not valid here.
    """
    if source_format is not None:
        notation = notation_of(source_format, attribute, kind)
        if isinstance(notation, FormatProblem):
            msg = f"{source_format!r} {notation.problem} {notation.remedy}"
            raise ValueError(msg)
        return _formatted(notation, attribute, raw, kind, timezone)
    if attribute.folding is None or attribute.folding in {KeyFolding.DAY, KeyFolding.INSTANT}:
        return _plain(attribute, raw, kind, timezone)
    return _key(attribute, raw, kind)


def instant_of(raw: str, kind: Kind, timezone: str = "UTC") -> Conversion | None:
    """The cell as an instant, as fine as the source's clock; without an offset it is local."""
    return plain_instant(raw, kind, timezone, milliseconds=False)


def _formatted(
    notation: Notation, attribute: Attribute, raw: str, kind: Kind, zone: str
) -> Conversion | None:
    if isinstance(notation, TimePattern):
        return pattern_conversion(notation, attribute, raw, kind, zone)
    if isinstance(notation, Counted):
        return counted_conversion(notation, attribute, raw, kind, zone)
    if isinstance(notation, NumberPattern):
        return number_conversion(notation, attribute, raw, kind)
    if isinstance(notation, ListSeparator):
        return multi_list_conversion(notation, attribute, raw, kind)
    return boolean_conversion(notation, attribute, raw, kind)


def _plain(attribute: Attribute, raw: str, kind: Kind, zone: str) -> Conversion | None:
    data_type = attribute.data_type
    if data_type in _PLAIN_NUMBERS:
        return _PLAIN_NUMBERS[data_type](unless_blank(raw, kind), kind)
    if data_type is DataType.DATE:
        return plain_date(raw, kind, zone)
    if data_type is DataType.TIMESTAMP:
        return plain_instant(raw, kind, zone, milliseconds=True)
    if data_type in {DataType.BOOLEAN, DataType.TAG}:
        return boolean_conversion(None, attribute, raw, kind)
    if data_type is DataType.MULTI_LIST:
        return multi_list_conversion(ListSeparator(HUB_SEPARATOR), attribute, raw, kind)
    return _text(raw, kind)


def _text(raw: str, kind: Kind) -> Conversion:
    if kind not in TEXTS:
        return Conversion(text_of(raw, kind), X)
    cell = unless_blank(raw, kind)
    nul = (("FORMAT", f"contains({X}, chr(0))"),)
    return Conversion(without_zeros(cell) if kind is Kind.DECIMAL_TEXT else cell, X, nul)


def _key(attribute: Attribute, raw: str, kind: Kind) -> Conversion:
    text = text_of(raw, kind)
    if kind in TEXTS:
        text = trimmed(text)
    if kind is Kind.DECIMAL_TEXT:
        text = without_zeros(text)
    folded = attribute.folding in {KeyFolding.USER_ID, KeyFolding.LOWER_CASE}
    failures = tuple(_key_failures(attribute, kind))
    return Conversion(f"lower({text})" if folded else text, X, failures)


def _key_failures(attribute: Attribute, kind: Kind) -> Iterator[tuple[str, str]]:
    code = "FORMAT" if attribute.key is None else "KEY_CHARACTERS"
    if kind in {Kind.FLOAT, Kind.DECIMAL_TEXT}:
        nothing = "'nan', 'inf', '-inf', 'infinity', '-infinity'"
        yield code, f"lower({X}) IN ({nothing})"
    elif kind is Kind.TEXT and attribute.folding not in KEY_PATTERNS:
        yield code, f"contains({X}, chr(0))"  # the contract's pattern finds it in the other keys
