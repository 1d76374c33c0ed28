"""How a cell becomes a value: one small SQL program per attribute, in DuckDB's words.

Each conversion is written over `{x}`, the cell (null when blank), and `{c}`, the converted value.
DuckDB's casts are lenient (they round, take `1_000` and ` 12 `), so the text is judged by a
pattern first and a failed cell is always null: nothing is guessed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from totango_pipelines.catalog.attributes import Attribute, DataType, KeyFolding
from totango_pipelines.mapping.columns import Kind
from totango_pipelines.quoting import literal

WHITE_SPACE = "".join(chr(point) for point in range(0x3001) if chr(point).isspace())
"""Every Unicode white-space character, as Python's str.strip() sees it."""

_PRINTABLE = "BETWEEN '!' AND '~'"
_DIGITS = r"([0-9]+(\.[0-9]*)?|\.[0-9]+)"
_NUMBER = rf"^[+-]?{_DIGITS}([eE][+-]?[0-9]{{1,4}})?$"
_SCIENTIFIC = rf"^[+-]?{_DIGITS}[eE][+-]?[0-9]{{1,4}}$"
_WHOLE = r"^[+-]?([0-9]+(\.0*)?|\.0+)$"
_FOUR_DECIMALS = r"^[+-]?([0-9]+(\.[0-9]{0,4}0*)?|\.[0-9]{1,4}0*)$"
_DAY = r"(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-[0-9]{2}-[0-9]{2}"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
_OFFSET = r"(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)"
_LARGEST_EXACT_WHOLE = 9_007_199_254_740_992
_LARGEST_FLOAT_KEY = "9e18"
_EARLIEST, _LATEST = "DATE '0001-01-01'", "DATE '9999-12-31'"
_FIRST_INSTANT = "TIMESTAMPTZ '0001-01-01 00:00:00+00'"
_LAST_INSTANT = "TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'"
_AMOUNT = "DECIMAL(18,4)"

KEY_PATTERNS: Mapping[KeyFolding | None, str] = MappingProxyType(
    {
        KeyFolding.ACCOUNT_ID: r"^[A-Za-z0-9_-]+$",
        KeyFolding.USER_ID: r"^[a-z0-9_@.+-]+$",
    }
)
"""What a key of this folding may consist of (semantics.md 3)."""

HUB_TYPES = {
    DataType.TEXT: "VARCHAR",
    DataType.LIST: "VARCHAR",
    DataType.MULTI_LIST: "VARCHAR",
    DataType.FOREIGN_KEY: "VARCHAR",
    DataType.NUMBER: "DOUBLE",
    DataType.CURRENCY: "DECIMAL(18,4)",
    DataType.DATE: "DATE",
    DataType.BOOLEAN: "BOOLEAN",
    DataType.TAG: "BOOLEAN",
    DataType.WHOLE_NUMBER: "BIGINT",
    DataType.TIMESTAMP: "TIMESTAMPTZ",
}
"""The type that a converted value has in DuckDB."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """SQL over the cell: `cell` prepares it, `value` converts it, `failures` judge both.

    `failures` are (code, condition) pairs; a condition is written over `{x}` and `{c}`.
    """

    cell: str
    value: str
    failures: tuple[tuple[str, str], ...] = ()
    doubts: tuple[tuple[str, str], ...] = ()


def over(template: str, x: str, c: str = "") -> str:
    """A conversion's SQL over a cell `x` and its converted value `c`."""
    return template.replace("{x}", x).replace("{c}", c)  # not format(): patterns hold braces


def _matches(pattern: str) -> str:
    return f"regexp_matches({{x}}, {literal(pattern)})"


def _if_null(condition: str) -> str:
    """The condition, but only looked at where nothing came out: regexps are what costs."""
    return f"CASE WHEN {{c}} IS NULL THEN {condition} ELSE FALSE END"


def text_of(raw: str, kind: Kind) -> str:
    """The cell as text, blank as it is: whole numbers print without `.0` (semantics.md 3)."""
    if kind is Kind.FLOAT:
        whole = f"{raw} = trunc({raw}) AND abs({raw}) < {_LARGEST_FLOAT_KEY}"
        return f"CASE WHEN {whole} THEN CAST(CAST({raw} AS BIGINT) AS VARCHAR) ELSE CAST({raw} AS VARCHAR) END"
    text = f"CAST({raw} AS VARCHAR)"
    return _without_zeros(text) if kind is Kind.DECIMAL else text


def _without_zeros(text: str) -> str:
    return rf"regexp_replace({text}, '^([+-]?[0-9]+)\.0+$', '\1')"


def trimmed(text: str) -> str:
    """The text without Unicode white space around it; null when nothing is left."""
    # trim() with a set is many times slower than looking at both ends first.
    plain = f"{text} {_PRINTABLE} AND {text}[-1] {_PRINTABLE}"
    return (
        f"CASE WHEN {plain} THEN {text} ELSE nullif(trim({text}, {literal(WHITE_SPACE)}), '') END"
    )


def _unless_blank(raw: str, kind: Kind) -> str:
    """Blank text is null; other text stays as it is, untrimmed."""
    if kind not in _TEXTS:
        return raw
    text = f"CAST({raw} AS VARCHAR)"
    filled = f"trim({text}, {literal(WHITE_SPACE)}) <> ''"
    return f"CASE WHEN {text} {_PRINTABLE} THEN {text} WHEN {filled} THEN {text} END"


_TEXTS = frozenset([Kind.TEXT, Kind.DECIMAL_TEXT])
"""SQLite may hold any text in a numeric column, also blanks."""


def conversion_for(
    attribute: Attribute,
    raw: str,
    kind: Kind,
    *,
    source_format: str | None = None,  # noqa: ARG001
    timezone: str = "UTC",  # noqa: ARG001
) -> Conversion | None:
    """The conversion of a cell `raw` of this kind, or None when no value could ever fit."""
    if attribute.folding is None or attribute.folding in {KeyFolding.DAY, KeyFolding.INSTANT}:
        return _CONVERSIONS[attribute.data_type](attribute, raw, kind)
    text = text_of(raw, kind)
    if kind in _TEXTS:
        text = trimmed(text)
    if kind is Kind.DECIMAL_TEXT:
        text = _without_zeros(text)
    folded = attribute.folding in {KeyFolding.USER_ID, KeyFolding.LOWER_CASE}
    failures = tuple(_key_failures(attribute, kind))
    return Conversion(f"lower({text})" if folded else text, "{x}", failures)


def _key_failures(attribute: Attribute, kind: Kind) -> Iterator[tuple[str, str]]:
    code = "FORMAT" if attribute.key is None else "KEY_CHARACTERS"
    if kind in {Kind.FLOAT, Kind.DECIMAL_TEXT}:
        nothing = "'nan', 'inf', '-inf', 'infinity', '-infinity'"
        yield code, f"lower({{x}}) IN ({nothing})"
    elif kind is Kind.TEXT and attribute.folding not in KEY_PATTERNS:
        yield code, "contains({x}, chr(0))"  # the contract's pattern finds it in the other keys


def _text(attribute: Attribute, raw: str, kind: Kind) -> Conversion:  # noqa: ARG001
    if kind not in _TEXTS:
        return Conversion(text_of(raw, kind), "{x}")
    cell = _unless_blank(raw, kind)
    nul = (("FORMAT", "contains({x}, chr(0))"),)
    return Conversion(_without_zeros(cell) if kind is Kind.DECIMAL_TEXT else cell, "{x}", nul)


def _number(attribute: Attribute, raw: str, kind: Kind) -> Conversion | None:  # noqa: ARG001
    small = f"isfinite({{c}}) AND abs({{c}}) < {_LARGEST_EXACT_WHOLE}"
    # Above that a float has gaps: only the whole numbers that it hits are exact.
    digits = "split_part(CAST({x} AS VARCHAR), '.', 1)"
    same = f"TRY_CAST({digits} AS HUGEINT) = TRY_CAST({{c}} AS HUGEINT)"
    whole = f"regexp_matches(CAST({{x}} AS VARCHAR), {literal(_WHOLE)})"
    inexact = f"NOT coalesce({whole} AND {same}, FALSE)"
    if kind in _TEXTS:
        pattern = _matches(_NUMBER)
        range_check = (
            f"CASE WHEN {small} THEN FALSE WHEN {{c}} IS NULL THEN {pattern} "
            f"WHEN isfinite({{c}}) AND {_matches(_SCIENTIFIC)} THEN FALSE ELSE {inexact} END"
        )
        return Conversion(
            _unless_blank(raw, kind),
            f"CASE WHEN {pattern} THEN TRY_CAST({{x}} AS DOUBLE) END",
            (("FORMAT", _if_null(f"NOT {pattern}")), ("OUT_OF_RANGE", range_check)),
        )
    if kind in {Kind.INTEGER, Kind.DECIMAL}:
        range_check = f"CASE WHEN {small} THEN FALSE ELSE {inexact} END"
        return Conversion(raw, "CAST({x} AS DOUBLE)", (("OUT_OF_RANGE", range_check),))
    if kind is Kind.FLOAT:
        return Conversion(raw, "CAST({x} AS DOUBLE)", (("OUT_OF_RANGE", "NOT isfinite({c})"),))
    return None


def _currency(attribute: Attribute, raw: str, kind: Kind) -> Conversion | None:  # noqa: ARG001
    if kind in _TEXTS:
        return _currency_text(_unless_blank(raw, kind))
    amount = f"TRY_CAST({{x}} AS {_AMOUNT})"
    outside = ("OUT_OF_RANGE", "{c} IS NULL")
    if kind is Kind.DECIMAL:
        return Conversion(
            raw, amount, (outside, ("FORMAT", "{c} IS NOT NULL AND {x} IS DISTINCT FROM {c}"))
        )
    if kind is Kind.INTEGER:
        return Conversion(raw, amount, (outside,))
    if kind is Kind.FLOAT:
        # A binary float is not exact to begin with: it is rounded to the hub's four decimals.
        # The cast multiplies by 10,000, which is not exact for large ones; their digits are.
        large = f"TRY_CAST(CAST({{x}} AS VARCHAR) AS {_AMOUNT})"
        rounded = f"TRY_CAST(round({{x}}, 4) AS {_AMOUNT})"
        value = f"CASE WHEN abs({{x}}) < 1e11 THEN {rounded} ELSE {large} END"
        return Conversion(raw, value, (outside,))
    return None


def _currency_text(cell: str) -> Conversion:
    amount = f"TRY_CAST({{x}} AS {_AMOUNT})"
    fits = _matches(_FOUR_DECIMALS)
    # With an exponent the decimals cannot be counted: both roundings have to agree.
    exact = (
        f"TRY_CAST({{x}} AS DECIMAL(38,24)) = {amount} "
        f"AND TRY_CAST({{x}} AS DOUBLE) = CAST({amount} AS DOUBLE)"
    )
    scientific = f"CASE WHEN {exact} THEN {amount} END"
    value = f"CASE WHEN {fits} THEN {amount} WHEN {_matches(_SCIENTIFIC)} THEN {scientific} END"
    too_fine = f"NOT {_matches(_NUMBER)} OR {amount} IS NOT NULL"
    too_large = f"{_matches(_NUMBER)} AND {amount} IS NULL"
    return Conversion(
        cell, value, (("FORMAT", _if_null(too_fine)), ("OUT_OF_RANGE", _if_null(too_large)))
    )


def _date(attribute: Attribute, raw: str, kind: Kind) -> Conversion | None:  # noqa: ARG001
    outside = ("OUT_OF_RANGE", f"NOT ({{c}} BETWEEN {_EARLIEST} AND {_LATEST})")
    if kind is Kind.TEXT:
        local, instant = rf"^{_DAY}[T ]{_CLOCK}$", rf"^{_DAY}[T ]{_CLOCK}{_OFFSET}$"
        day = (
            f"CASE WHEN {_matches(f'^{_DAY}$')} THEN TRY_CAST({{x}} AS DATE) "
            f"WHEN {_matches(local)} THEN CAST(TRY_CAST({{x}} AS TIMESTAMP) AS DATE) "
            f"WHEN {_matches(instant)} "
            "THEN CAST(TRY_CAST({x} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) END"
        )
        return Conversion(_unless_blank(raw, kind), day, (("FORMAT", "{c} IS NULL"), outside))
    days = {
        Kind.DATE: "{x}",
        Kind.TIMESTAMP: "CAST({x} AS DATE)",
        Kind.INSTANT: "CAST({x} AT TIME ZONE 'UTC' AS DATE)",
    }
    return Conversion(raw, days[kind], (outside,)) if kind in days else None


def instant_of(raw: str, kind: Kind, timezone: str = "UTC") -> Conversion | None:
    """The cell as an instant, as fine as the source's clock; without a zone it is UTC."""
    outside = f"NOT ({{c}} BETWEEN {_FIRST_INSTANT} AND {_LAST_INSTANT})"
    if kind is Kind.TEXT:
        pattern = _matches(rf"^{_DAY}([T ]{_CLOCK}{_OFFSET}?)?$")
        value = f"CASE WHEN {pattern} THEN TRY_CAST({{x}} AS TIMESTAMPTZ) END"
        failures = (("FORMAT", "{c} IS NULL"), ("OUT_OF_RANGE", outside))
        return Conversion(_unless_blank(raw, kind), value, failures)
    if kind in {Kind.DATE, Kind.TIMESTAMP, Kind.INSTANT}:
        return Conversion(raw, "CAST({x} AS TIMESTAMPTZ)", (("OUT_OF_RANGE", outside),))
    return None


def _timestamp(attribute: Attribute, raw: str, kind: Kind) -> Conversion | None:  # noqa: ARG001
    instant = instant_of(raw, kind)
    if instant is None:
        return None
    value = f"date_trunc('millisecond', {instant.value})"
    if kind in {Kind.DATE, Kind.TIMESTAMP}:  # much cheaper before it gets a zone
        value = "CAST(date_trunc('millisecond', {x}) AS TIMESTAMPTZ)"
    return Conversion(instant.cell, value, instant.failures)


_YES, _NO = "'true', 'yes'", "'false', 'no'"


def _boolean(attribute: Attribute, raw: str, kind: Kind) -> Conversion | None:
    code = "VALUE_NOT_ALLOWED" if attribute.allowed else "FORMAT"
    if attribute.data_type is DataType.TAG:
        code = "TAG_VALUE"
    if kind is Kind.BOOLEAN:
        return Conversion(raw, "{x}")
    if kind is Kind.TEXT:
        strict = attribute.data_type is DataType.TAG or attribute.allowed
        yes, no = (_YES, _NO) if strict else (f"{_YES}, 't', 'y', '1'", f"{_NO}, 'f', 'n', '0'")
        word = "lower({x})"
        value = f"CASE WHEN {word} IN ({yes}) THEN TRUE WHEN {word} IN ({no}) THEN FALSE END"
        return Conversion(_unless_blank(raw, kind), value, ((code, "{c} IS NULL"),))
    if kind is Kind.INTEGER:
        # SQLite and MySQL have no booleans: 0 and 1 stand for them.
        value = "CASE {x} WHEN 1 THEN TRUE WHEN 0 THEN FALSE END"
        return Conversion(raw, value, ((code, "{c} IS NULL"),))
    return None


def _whole_number(attribute: Attribute, raw: str, kind: Kind) -> Conversion | None:  # noqa: ARG001
    integer = "TRY_CAST({x} AS BIGINT)"
    if kind in _TEXTS:
        number = "TRY_CAST({x} AS DOUBLE)"
        scientific = f"{_matches(_SCIENTIFIC)} AND {number} = trunc({number})"
        whole = f"({_matches(_WHOLE)} OR ({scientific}))"
        fraction = f"{_matches(_NUMBER)} AND NOT {whole}"
        return Conversion(
            _unless_blank(raw, kind),
            f"CASE WHEN {_matches(_WHOLE)} THEN {integer} WHEN {scientific} THEN {integer} END",
            (
                ("FORMAT", _if_null(f"NOT {_matches(_NUMBER)}")),
                ("NOT_WHOLE", _if_null(fraction)),
                ("OUT_OF_RANGE", _if_null(whole)),
            ),
        )
    if kind in {Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL}:
        whole = "{x} = trunc({x})" if kind is not Kind.INTEGER else "TRUE"
        return Conversion(
            raw,
            f"CASE WHEN {whole} THEN {integer} END",
            (("NOT_WHOLE", f"NOT ({whole})"), ("OUT_OF_RANGE", f"({whole}) AND {{c}} IS NULL")),
        )
    return None


_CONVERSIONS = {
    DataType.TEXT: _text,
    DataType.LIST: _text,
    DataType.MULTI_LIST: _text,
    DataType.FOREIGN_KEY: _text,
    DataType.NUMBER: _number,
    DataType.CURRENCY: _currency,
    DataType.DATE: _date,
    DataType.BOOLEAN: _boolean,
    DataType.TAG: _boolean,
    DataType.WHOLE_NUMBER: _whole_number,
    DataType.TIMESTAMP: _timestamp,
}
