"""A conversion: one small SQL program over a cell, in DuckDB's words."""

from dataclasses import dataclass

from totango_pipelines.catalog.attributes import DataType
from totango_pipelines.mapping.columns import Kind
from totango_pipelines.quoting import literal

WHITE_SPACE = "".join(chr(point) for point in range(0x3001) if chr(point).isspace())
"""Every Unicode white-space character, as Python's str.strip() sees it."""

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

TEXTS = frozenset([Kind.TEXT, Kind.DECIMAL_TEXT])
"""SQLite may hold any text in a numeric column, also blanks."""

NUMBERS = frozenset([Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL, Kind.DECIMAL_TEXT])
"""The kinds of columns that the source calls numeric."""

X, C = "\0x", "\0c"
"""The cell and its converted value in a template: what stands in no literal, since SQL has no NUL."""

_PRINTABLE = "BETWEEN '!' AND '~'"
_LARGEST_FLOAT_KEY = "9e18"


@dataclass(frozen=True, slots=True)
class Conversion:
    """SQL over the cell: `cell` prepares it, `value` converts it, `failures` judge both.

    `value` is a template over X, `failures` are (code, condition) pairs over X and C. `doubts` are
    such pairs too, but refuse nothing: their cells are counted in a warning.
    """

    cell: str
    value: str
    failures: tuple[tuple[str, str], ...] = ()
    doubts: tuple[tuple[str, str], ...] = ()


def over(template: str, x: str, c: str = "") -> str:
    """A conversion's SQL over a cell `x` and its converted value `c`."""
    return template.replace(X, x).replace(C, c)


def matches(pattern: str) -> str:
    """Whether the cell matches; anchors are the pattern's business."""
    return f"regexp_matches({X}, {literal(pattern)})"


def if_null(condition: str) -> str:
    """The condition, but only looked at where nothing came out: regexps are what costs."""
    return f"CASE WHEN {C} IS NULL THEN {condition} ELSE FALSE END"


def text_of(raw: str, kind: Kind) -> str:
    """The cell as text, blank as it is: whole numbers print without `.0` (semantics.md 3)."""
    if kind is Kind.FLOAT:
        whole = f"{raw} = trunc({raw}) AND abs({raw}) < {_LARGEST_FLOAT_KEY}"
        return f"CASE WHEN {whole} THEN CAST(CAST({raw} AS BIGINT) AS VARCHAR) ELSE CAST({raw} AS VARCHAR) END"
    text = f"CAST({raw} AS VARCHAR)"
    return without_zeros(text) if kind is Kind.DECIMAL else text


def without_zeros(text: str) -> str:
    """`12.00` as `12`; any other text as it is."""
    return rf"regexp_replace({text}, '^([+-]?[0-9]+)\.0+$', '\1')"


def trimmed(text: str) -> str:
    """The text without Unicode white space around it; null when nothing is left."""
    # trim() with a set is many times slower than looking at both ends first.
    less, all_white = f"trim({text})", literal(WHITE_SPACE)
    return (
        f"CASE WHEN {_has_bare_ends(text)} THEN {text} WHEN {_has_bare_ends(less)} THEN {less} "
        f"ELSE nullif(trim({text}, {all_white}), '') END"
    )


def _has_bare_ends(text: str) -> str:
    return f"{text} {_PRINTABLE} AND {text}[-1] {_PRINTABLE}"


def trimmed_cell(raw: str, kind: Kind) -> str:
    """The cell of any kind as trimmed text, for a notation to read; null when blank."""
    text = text_of(raw, kind)
    if kind not in TEXTS:
        return text
    return without_zeros(trimmed(text)) if kind is Kind.DECIMAL_TEXT else trimmed(text)


def unless_blank(raw: str, kind: Kind) -> str:
    """Blank text is null; other text stays as it is, untrimmed."""
    if kind not in TEXTS:
        return raw
    text = f"CAST({raw} AS VARCHAR)"
    filled = f"trim({text}, {literal(WHITE_SPACE)}) <> ''"
    return f"CASE WHEN {text} {_PRINTABLE} THEN {text} WHEN {filled} THEN {text} END"
