"""Model numbers, e.g. `0.000,00`, `€0,000.00`, `0,000.00%` or `0 000,00 EUR`."""

import re

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.mapping.formats.currencies import codes_of, is_sign, signs_of
from totango_pipelines.mapping.formats.notation import FormatProblem, NumberPattern

SPACES = " \u00a0\u202f\u2009"
"""The blanks that may stand for a group mark's space: plain, no-break, narrow, thin."""

APOSTROPHES = "'\u2019"
MODELS = ("0,000.00", "0.000,00", "0 000,00", "0'000.00", "0000.00", "0000,00", "0,00,000.00")
"""The usual model numbers."""

_AS_FRACTION = "as fraction"
_EITHER = {"0,000": "0,000.00 or 0000,000", "0.000": "0.000,00 or 0000.000"}
_GROUPED = re.compile(rf"0([,.{APOSTROPHES}{SPACES}])(00\1)?000(?:([.,])0+)?")
_UNGROUPED = re.compile(r"0+(?:([.,])0+)?")
_OTHER_DIGITS = re.compile("[#1-9]")
_NUMBER = re.compile(rf"0(?:[0,.{APOSTROPHES}{SPACES}]*0)?")


def number_pattern(text: str, attribute: Attribute) -> NumberPattern | tuple[FormatProblem, ...]:
    """The model number, or what is wrong with it for this attribute."""
    model = text.strip()
    as_fraction = model.lower().endswith(_AS_FRACTION)
    if as_fraction:
        model = model[: -len(_AS_FRACTION)].strip()
    percent = model.endswith("%")
    if percent:
        model = model[:-1].strip()
    number = _NUMBER.search(model)
    if number is not None and number.group() in _EITHER:
        return (_group_or_decimal(number.group()),)
    marks = _marks(number.group()) if number else None
    if number is None or marks is None or _OTHER_DIGITS.search(model):
        return (_no_model(text),)
    group, decimal, indian = marks
    sign = (model[: number.start()] + model[number.end() :]).strip()
    problems = [
        *_percent_problems(attribute, percent=percent, as_fraction=as_fraction),
        *_sign_problems(attribute, sign, percent=percent),
    ]
    if problems:
        return tuple(problems)
    signs = _signs(attribute, sign)
    return NumberPattern(group, decimal, indian, signs, percent, as_fraction)


def _marks(number: str) -> tuple[str, str, bool] | None:
    """The group mark, the decimal mark, and whether groups are Indian; None: no model."""
    plain = _UNGROUPED.fullmatch(number)
    if plain:
        return "", plain.group(1) or "", False
    grouped = _GROUPED.fullmatch(number)
    if grouped is None or grouped.group(1) == grouped.group(3):
        return None
    group = grouped.group(1)
    group = " " if group in SPACES else "'" if group in APOSTROPHES else group
    return group, grouped.group(3) or "", grouped.group(2) is not None


def _group_or_decimal(model: str) -> FormatProblem:
    return FormatProblem(
        f"does not say whether {model[1]!r} marks thousands or decimals.",
        f"Write {_EITHER[model]}.",
    )


def _no_model(text: str) -> FormatProblem:
    hint = ""
    if _OTHER_DIGITS.search(text):
        hint = "Write the digits as 0. "
    elif re.search("[YMDhms]", text):
        hint = "The attribute holds a number, not a date. "
    return FormatProblem(
        "is no model of a number.", f"{hint}Write one of {', '.join(MODELS)}, with its marks."
    )


def _percent_problems(
    attribute: Attribute, *, percent: bool, as_fraction: bool
) -> list[FormatProblem]:
    if as_fraction and not percent:
        return [
            FormatProblem(
                "says `as fraction` without a percent sign.", "Write it like 0.00% as fraction."
            )
        ]
    if percent and attribute.data_type is DataType.CURRENCY:
        return [
            FormatProblem(
                f"has a percent sign, but {attribute.name} is an amount.",
                "Take it out, or map the column to a number.",
            )
        ]
    if as_fraction and attribute.data_type is DataType.WHOLE_NUMBER:
        return [
            FormatProblem(
                f"makes fractions, but {attribute.name} is a whole number.",
                "Write it without `as fraction`.",
            )
        ]
    return []


def _sign_problems(attribute: Attribute, sign: str, *, percent: bool) -> list[FormatProblem]:
    if not sign:
        return []
    if not is_sign(sign):
        return [
            FormatProblem(
                f"has {sign!r} beside the number, which is no currency that is known.",
                "Use a sign such as € or $, or an ISO code such as EUR.",
            )
        ]
    if attribute.data_type is not DataType.CURRENCY or percent:
        return [
            FormatProblem(
                f"has the currency {sign}, but {attribute.name} is a {attribute.data_type}.",
                "Take it out, or map the column to a currency attribute.",
            )
        ]
    own = attribute.currency
    if own is not None and own not in codes_of(sign):
        return [
            FormatProblem(
                f"is in {sign}, but {attribute.name} is declared in {own}, "
                "and amounts are never converted.",
                f"Convert the amount in the query, or write the format with {own}.",
            )
        ]
    return []


def _signs(attribute: Attribute, sign: str) -> tuple[str, ...]:
    """What cells may carry: the attribute's currency, or else what the format says."""
    if attribute.data_type is not DataType.CURRENCY:
        return ()
    if attribute.currency is not None:
        own = signs_of(attribute.currency)
        return own if not sign or sign in own else (*own, sign)
    codes = codes_of(sign)
    return signs_of(codes[0]) if len(codes) == 1 else (sign,) if sign else ()
