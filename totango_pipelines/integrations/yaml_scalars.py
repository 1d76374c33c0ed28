"""Unquoted YAML scalars by the core schema of YAML 1.2, section 10.3.2.

Unlike YAML 1.1 it leaves `no`, `on`, `12:30` and `2026-01-31` texts and reads `010` as ten.
"""

import math
import re
from typing import Final

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS: Final = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+")
_OCTAL: Final = re.compile(r"0o[0-7]+")
_HEXADECIMAL: Final = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_MOST_DIGITS: Final = 40
_LARGEST: Final = 2**63


class UnusableNumberError(ValueError):
    """The scalar is a number that no column can hold."""


def plain_scalar(text: str) -> str | int | float | bool | None:
    """The value of an unquoted scalar; UnusableNumberError beyond 64 bits, infinity and NaN."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _NOT_FINITE.fullmatch(text):
        msg = f"is {text}, which is not a finite number."
        raise UnusableNumberError(msg)
    for pattern, base in ((_DECIMAL, 10), (_OCTAL, 8), (_HEXADECIMAL, 16)):
        if pattern.fullmatch(text):
            return _whole_number(text, base)
    if _FLOAT.fullmatch(text):
        return _finite(float(text))
    return text


def _whole_number(text: str, base: int) -> int:
    # Python refuses to read thousands of digits; none of them could be stored anyway.
    number = int(text, base) if len(text) <= _MOST_DIGITS else _LARGEST
    if abs(number) >= _LARGEST:
        msg = "is a whole number beyond 64 bits."
        raise UnusableNumberError(msg)
    return number


def _finite(number: float) -> float:
    if not math.isfinite(number):
        msg = "is a number too large to hold."
        raise UnusableNumberError(msg)
    return number
