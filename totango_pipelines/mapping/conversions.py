"""How a cell becomes a value: one small SQL program per attribute, in DuckDB's words.

Each conversion is written over `{x}`, the cell (null when blank), and `{c}`, the converted value.
DuckDB's casts are lenient (they round, take `1_000` and ` 12 `), so the text is judged by a
pattern first and a failed cell is always null: nothing is guessed.
"""

from dataclasses import dataclass

from totango_pipelines.catalog.attributes import Attribute, DataType, KeyFolding
from totango_pipelines.mapping.columns import Kind
from totango_pipelines.quoting import literal

WHITE_SPACE = "".join(chr(point) for point in range(0x3001) if chr(point).isspace())
"""Every Unicode white-space character, as Python's str.strip() sees it."""

_NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$"
_WHOLE = r"^[+-]?[0-9]+$"
_DAY = r"(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-[0-9]{2}-[0-9]{2}"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
_OFFSET = r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
_DAY_OR_INSTANT = rf"^{_DAY}([T ]{_CLOCK}{_OFFSET}?)?$"
_WITH_OFFSET = rf"{_CLOCK}{_OFFSET}$"
_LARGEST_EXACT_WHOLE = 9_007_199_254_740_992
_FLOAT_PRINTS_WHOLE_BELOW = "1e15"
_EARLIEST, _LATEST = "DATE '0001-01-01'", "DATE '9999-12-31'"

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


def over(template: str, x: str, c: str = "") -> str:
    """A conversion's SQL over a cell `x` and its converted value `c`."""
    return template.replace("{x}", x).replace("{c}", c)  # not format(): patterns hold braces


def text_of(raw: str, kind: Kind) -> str:
    """The cell as text: whole numbers print without `.0` (semantics.md 3)."""
    if kind is Kind.TEXT:
        return raw
    if kind is Kind.FLOAT:
        whole = (
            f"isfinite({raw}) AND {raw} = trunc({raw}) AND abs({raw}) < {_FLOAT_PRINTS_WHOLE_BELOW}"
        )
        return f"CASE WHEN {whole} THEN CAST(CAST({raw} AS BIGINT) AS VARCHAR) ELSE CAST({raw} AS VARCHAR) END"
    if kind in {Kind.DECIMAL, Kind.DECIMAL_TEXT}:
        return rf"regexp_replace(CAST({raw} AS VARCHAR), '\.0+$', '')"
    return f"CAST({raw} AS VARCHAR)"


def trimmed(text: str) -> str:
    """The text without Unicode white space around it; null when nothing is left."""
    return f"nullif(trim({text}, {literal(WHITE_SPACE)}), '')"


def _unless_blank(text: str, kind: Kind) -> str:
    """Blank text is null; other text stays as it is, untrimmed."""
    if kind is not Kind.TEXT:
        return text
    return f"CASE WHEN trim({text}, {literal(WHITE_SPACE)}) = '' THEN NULL ELSE {text} END"


def conversion_for(attribute: Attribute, raw: str, kind: Kind) -> Conversion | None:
    """The conversion of a cell `raw` of this kind, or None when no value could ever fit."""
    if attribute.folding is None or attribute.folding in {KeyFolding.DAY, KeyFolding.INSTANT}:
        return _CONVERSIONS[attribute.data_type](attribute, raw, kind)
    text = trimmed(text_of(raw, kind))
    folded = attribute.folding in {KeyFolding.USER_ID, KeyFolding.LOWER_CASE}
    nul = _NUL if attribute.key is None else _NUL_IN_KEY
    return Conversion(f"lower({text})" if folded else text, "{x}", nul)


_NUL = (("FORMAT", "contains({x}, chr(0))"),)
_NUL_IN_KEY = (("KEY_CHARACTERS", "contains({x}, chr(0))"),)


def _text(attribute: Attribute, raw: str, kind: Kind) -> Conversion:  # noqa: ARG001
    return Conversion(_unless_blank(text_of(raw, kind), kind), "{x}", _NUL)


def _number(attribute: Attribute, raw: str, kind: Kind) -> Conversion | None:  # noqa: ARG001
    if kind in {Kind.TEXT, Kind.DECIMAL_TEXT}:
        pattern = f"regexp_matches({{x}}, {literal(_NUMBER)})"
        whole = f"regexp_matches({{x}}, {literal(_WHOLE)})"
        exact = "TRY_CAST({x} AS HUGEINT) IS NOT DISTINCT FROM TRY_CAST({c} AS HUGEINT)"
        return Conversion(
            _unless_blank(raw, kind),
            f"CASE WHEN {pattern} THEN TRY_CAST({{x}} AS DOUBLE) END",
            (
                ("FORMAT", f"NOT {pattern}"),
                ("OUT_OF_RANGE", f"{pattern} AND ({{c}} IS NULL OR NOT isfinite({{c}}))"),
                (
                    "OUT_OF_RANGE",
                    f"isfinite({{c}}) AND abs({{c}}) >= {_LARGEST_EXACT_WHOLE} AND {whole} AND NOT ({exact})",
                ),
            ),
        )
    if kind is Kind.INTEGER:
        inexact = "CAST({x} AS HUGEINT) IS DISTINCT FROM TRY_CAST({c} AS HUGEINT)"
        return Conversion(raw, "CAST({x} AS DOUBLE)", (("OUT_OF_RANGE", inexact),))
    if kind in {Kind.FLOAT, Kind.DECIMAL}:
        return Conversion(
            raw, "CAST({x} AS DOUBLE)", (("OUT_OF_RANGE", "NOT isfinite(CAST({x} AS DOUBLE))"),)
        )
    return None


def _currency(attribute: Attribute, raw: str, kind: Kind) -> Conversion | None:  # noqa: ARG001
    if kind in {Kind.TEXT, Kind.DECIMAL_TEXT}:
        pattern = f"regexp_matches({{x}}, {literal(_NUMBER)})"
        finer = "TRY_CAST({x} AS DECIMAL(38,16)) IS DISTINCT FROM CAST({c} AS DECIMAL(38,16))"
        return Conversion(
            _unless_blank(raw, kind),
            f"CASE WHEN {pattern} THEN TRY_CAST({{x}} AS DECIMAL(18,4)) END",
            (
                ("FORMAT", f"NOT {pattern}"),
                ("OUT_OF_RANGE", f"{pattern} AND {{c}} IS NULL"),
                ("FORMAT", f"{{c}} IS NOT NULL AND {finer}"),
            ),
        )
    if kind is Kind.DECIMAL:
        return Conversion(
            raw,
            "TRY_CAST({x} AS DECIMAL(18,4))",
            (
                ("OUT_OF_RANGE", "{c} IS NULL"),
                ("FORMAT", "{c} IS NOT NULL AND {x} IS DISTINCT FROM {c}"),
            ),
        )
    if kind in {Kind.INTEGER, Kind.FLOAT}:
        # A binary float is not exact to begin with: it is rounded to the hub's four decimals.
        rounded = "round({x}, 4)" if kind is Kind.FLOAT else "{x}"
        return Conversion(
            raw, f"TRY_CAST({rounded} AS DECIMAL(18,4))", (("OUT_OF_RANGE", "{c} IS NULL"),)
        )
    return None


def _date(attribute: Attribute, raw: str, kind: Kind) -> Conversion | None:  # noqa: ARG001
    if kind is Kind.TEXT:
        pattern = f"regexp_matches({{x}}, {literal(_DAY_OR_INSTANT)})"
        instant = f"regexp_matches({{x}}, {literal(_WITH_OFFSET)})"
        day = (
            f"CASE WHEN NOT {pattern} THEN NULL "
            f"WHEN {instant} THEN CAST(TRY_CAST({{x}} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) "
            "ELSE CAST(TRY_CAST({x} AS TIMESTAMP) AS DATE) END"
        )
        return Conversion(_unless_blank(raw, kind), day, (("FORMAT", "{c} IS NULL"),))
    days = {
        Kind.DATE: "{x}",
        Kind.TIMESTAMP: "CAST({x} AS DATE)",
        Kind.INSTANT: "CAST({x} AT TIME ZONE 'UTC' AS DATE)",
    }
    if kind in days:
        outside = f"NOT (isfinite({days[kind]}) AND {days[kind]} BETWEEN {_EARLIEST} AND {_LATEST})"
        return Conversion(raw, days[kind], (("OUT_OF_RANGE", outside),))
    return None


def _timestamp(attribute: Attribute, raw: str, kind: Kind) -> Conversion | None:  # noqa: ARG001
    if kind is Kind.TEXT:
        pattern = f"regexp_matches({{x}}, {literal(_DAY_OR_INSTANT)})"
        instant = f"CASE WHEN {pattern} THEN date_trunc('millisecond', TRY_CAST({{x}} AS TIMESTAMPTZ)) END"
        return Conversion(_unless_blank(raw, kind), instant, (("FORMAT", "{c} IS NULL"),))
    if kind in {Kind.DATE, Kind.TIMESTAMP, Kind.INSTANT}:
        instant = "date_trunc('millisecond', CAST({x} AS TIMESTAMPTZ))"
        return Conversion(raw, instant, (("OUT_OF_RANGE", "NOT isfinite({x})"),))
    return None


_YES, _NO = "'true', 'yes'", "'false', 'no'"


def _boolean(attribute: Attribute, raw: str, kind: Kind) -> Conversion | None:
    if kind is Kind.BOOLEAN:
        return Conversion(raw, "{x}")
    if kind is Kind.TEXT:
        strict = attribute.data_type is DataType.TAG or attribute.allowed
        yes, no = (_YES, _NO) if strict else (f"{_YES}, 't', 'y', '1'", f"{_NO}, 'f', 'n', '0'")
        code = {DataType.TAG: "TAG_VALUE"}.get(attribute.data_type)
        code = code or ("VALUE_NOT_ALLOWED" if attribute.allowed else "FORMAT")
        word = "lower({x})"
        value = f"CASE WHEN {word} IN ({yes}) THEN TRUE WHEN {word} IN ({no}) THEN FALSE END"
        return Conversion(_unless_blank(raw, kind), value, ((code, "{c} IS NULL"),))
    if kind is Kind.INTEGER:
        # SQLite and MySQL have no booleans: 0 and 1 stand for them.
        value = "CASE {x} WHEN 1 THEN TRUE WHEN 0 THEN FALSE END"
        code = "TAG_VALUE" if attribute.data_type is DataType.TAG else "FORMAT"
        return Conversion(raw, value, ((code, "{c} IS NULL"),))
    return None


def _whole_number(attribute: Attribute, raw: str, kind: Kind) -> Conversion | None:  # noqa: ARG001
    if kind in {Kind.TEXT, Kind.DECIMAL_TEXT}:
        pattern = f"regexp_matches({{x}}, {literal(_NUMBER)})"
        whole = "TRY_CAST({x} AS DOUBLE) IS NOT DISTINCT FROM trunc(TRY_CAST({x} AS DOUBLE))"
        return Conversion(
            _unless_blank(raw, kind),
            f"CASE WHEN {pattern} AND {whole} THEN TRY_CAST({{x}} AS BIGINT) END",
            (
                ("FORMAT", f"NOT {pattern}"),
                ("NOT_WHOLE", f"{pattern} AND NOT ({whole})"),
                ("OUT_OF_RANGE", f"{pattern} AND {whole} AND {{c}} IS NULL"),
            ),
        )
    if kind in {Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL}:
        whole = "{x} = trunc({x})" if kind is not Kind.INTEGER else "TRUE"
        return Conversion(
            raw,
            f"CASE WHEN {whole} THEN TRY_CAST({{x}} AS BIGINT) END",
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
