"""The SQL that reads numbers with marks, signs and percentages.

The cell becomes the number as the plain conversions read it, or a text that is no number; those
conversions then judge ranges and decimals as ever.
"""

import re

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.formats.conversion import (
    WHITE_SPACE,
    Conversion,
    X,
    matches,
    text_of,
    unless_blank,
)
from totango_pipelines.mapping.formats.notation import NumberPattern
from totango_pipelines.mapping.formats.number_patterns import APOSTROPHES, SPACES
from totango_pipelines.mapping.formats.plain_numbers import (
    plain_amount,
    plain_number,
    plain_whole_number,
)
from totango_pipelines.quoting import literal

_NO_NUMBER = "'-'"
_GAP = f"[{SPACES}]?"
_MINUS = "[-\u2212]"
_PLUS_OR_MINUS = "[-+\u2212]?"
_PLAIN = {
    DataType.NUMBER: plain_number,
    DataType.CURRENCY: plain_amount,
    DataType.WHOLE_NUMBER: plain_whole_number,
}


def number_conversion(
    pattern: NumberPattern, attribute: Attribute, raw: str, kind: Kind
) -> Conversion | None:
    """Cells that are written as the pattern says."""
    number = _number(pattern)
    branches = [f"WHEN {matches(_dressed(pattern, number))} THEN {_undressed(pattern)}"]
    if not pattern.percent:  # most cells are bare: they are judged by a short expression first
        simple = matches(f"^[+-]?{number}$")
        branches.insert(0, f"WHEN {simple} THEN {_without_marks(X, pattern)}")
    branches.append(f"WHEN {unless_blank(raw, kind)} IS NOT NULL THEN {_NO_NUMBER}")
    cell = f"CASE {' '.join(branches)} END".replace(X, text_of(raw, kind))
    return _PLAIN[attribute.data_type](cell, Kind.TEXT)


def _number(pattern: NumberPattern) -> str:
    """The digits with their marks: groups where they belong, or none at all."""
    group = _characters(pattern.group)
    digits = "[0-9]+"
    if group:
        # No group is a mere zero: `0,123` is a decimal in the other notation.
        grouped = f"[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+"
        if pattern.indian:
            grouped = f"[1-9][0-9]?(?:{group}[0-9]{{2}})*{group}[0-9]{{3}}"
        digits = f"(?:[0-9]+|{grouped})"
    if not pattern.decimal:
        return digits
    decimal = re.escape(pattern.decimal)
    return f"(?:{digits}(?:{decimal}[0-9]*)?|{decimal}[0-9]+)"


def _characters(mark: str) -> str:
    if mark == " ":
        return f"[{SPACES}]"
    return f"[{APOSTROPHES}]" if mark == "'" else re.escape(mark)


def _dressed(pattern: NumberPattern, number: str) -> str:
    """A number with what may stand around it: a sign, a currency, a percent sign, brackets."""
    number = f"{number}{_GAP}%" if pattern.percent else number
    amount = number
    shapes = []
    if pattern.signs:
        signs = "|".join(re.escape(sign) for sign in sorted(pattern.signs, key=len, reverse=True))
        sign = f"(?i:{signs})"
        amount = f"(?:{sign}{_GAP}{number}|{number}{_GAP}{sign}|{number})"
        shapes = [
            f"{sign}{_GAP}{_PLUS_OR_MINUS}{_GAP}{number}",
            f"{number}{_MINUS}{_GAP}{sign}",
            rf"{sign}{_GAP}\({number}\)",
            rf"\({number}\){_GAP}{sign}",
        ]
    shapes += [
        f"{_PLUS_OR_MINUS}{_GAP}{amount}",
        f"{amount}{_GAP}{_MINUS}",
        rf"\({_GAP}{amount}{_GAP}\)",
    ]
    return f"^[{WHITE_SPACE}]*(?:{'|'.join(shapes)})[{WHITE_SPACE}]*$"


def _undressed(pattern: NumberPattern) -> str:
    marks = _characters(pattern.group).strip("[]") + re.escape(pattern.decimal)
    # What the pattern let through has no other digits, and no sign has a mark in it.
    run = f"[0-9{marks}]*[0-9][0-9{marks}]*"
    bare = _without_marks(f"regexp_extract({X}, {literal(run)})", pattern)
    minus = " OR ".join(f"contains({X}, '{sign}')" for sign in "-(\u2212")
    exponent = " || 'e-2'" if pattern.as_fraction else ""
    return f"CASE WHEN {minus} THEN '-' ELSE '' END || {bare}{exponent}"


def _without_marks(text: str, pattern: NumberPattern) -> str:
    if pattern.group == " ":
        text = f"translate({text}, {literal(SPACES)}, '')"
    elif pattern.group == "'":
        text = f"translate({text}, {literal(APOSTROPHES)}, '')"
    elif pattern.group:
        text = f"replace({text}, {literal(pattern.group)}, '')"
    return f"replace({text}, ',', '.')" if pattern.decimal == "," else text
