"""Types by name: what an expression may cast to, and what its result is for the mapping."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from totango_pipelines.mapping.columns import Kind, SourceColumn

CASTS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("VARCHAR", "TEXT", "STRING"), "VARCHAR"),
        **dict.fromkeys(("BOOLEAN", "BOOL"), "BOOLEAN"),
        **dict.fromkeys(("TINYINT", "INT1"), "TINYINT"),
        **dict.fromkeys(("SMALLINT", "INT2"), "SMALLINT"),
        **dict.fromkeys(("INTEGER", "INT", "INT4"), "INTEGER"),
        **dict.fromkeys(("BIGINT", "INT8", "LONG"), "BIGINT"),
        "HUGEINT": "HUGEINT",
        **dict.fromkeys(("DOUBLE", "FLOAT8", "DOUBLE PRECISION"), "DOUBLE"),
        **dict.fromkeys(("FLOAT", "REAL", "FLOAT4"), "FLOAT"),
        **dict.fromkeys(("DECIMAL", "NUMERIC"), "DECIMAL(18,3)"),
        "DATE": "DATE",
        **dict.fromkeys(("TIMESTAMP", "DATETIME", "TIMESTAMP WITHOUT TIME ZONE"), "TIMESTAMP"),
        **dict.fromkeys(("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"), "TIMESTAMPTZ"),
    }
)
"""The types of a cast and what the engine calls them; a DECIMAL may also say (precision, scale)."""

MOST_DIGITS_OF_A_DECIMAL = 38
DECIMALS_OF_UNKNOWN = 10
UNKNOWN_DECIMAL = f"DECIMAL({MOST_DIGITS_OF_A_DECIMAL},{DECIMALS_OF_UNKNOWN})"
"""How an exact number is read whose source does not say its digits (ours)."""

_KINDS = {
    "VARCHAR": Kind.TEXT,
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), Kind.INTEGER),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), Kind.INTEGER),
    **dict.fromkeys(("FLOAT", "DOUBLE"), Kind.FLOAT),
    "BOOLEAN": Kind.BOOLEAN,
    "DATE": Kind.DATE,
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), Kind.TIMESTAMP),
    "TIMESTAMP WITH TIME ZONE": Kind.INSTANT,
}
_PLAIN = {
    Kind.TEXT: "VARCHAR",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "TIMESTAMP",
    Kind.INSTANT: "TIMESTAMPTZ",
}
_WIDTHS = {
    "int8": "TINYINT",
    "int16": "SMALLINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "uint8": "UTINYINT",
    "uint16": "USMALLINT",
    "uint32": "UINTEGER",
    "uint64": "UBIGINT",
}
_DIGITS = re.compile(r"\((\d+)(?:,\s*(-?\d+))?")


def kind_of(type_name: str) -> Kind | None:
    """How the mapping reads values of an engine's type; None: no attribute can take them."""
    return Kind.DECIMAL if type_name.startswith("DECIMAL(") else _KINDS.get(type_name)


def decimal_type(precision: int, scale: int) -> str | None:
    """The engine's type of that many digits; None: there is none."""
    if 1 <= precision <= MOST_DIGITS_OF_A_DECIMAL and 0 <= scale <= precision:
        return f"DECIMAL({precision},{scale})"
    return None


def type_of(column: SourceColumn) -> str:
    """The engine's type that a column of the extract has inside an expression."""
    match column.kind:
        case Kind.INTEGER:
            return _WIDTHS.get(column.arrow_type, "BIGINT")
        case Kind.FLOAT:
            return "DOUBLE" if column.arrow_type == "double" else "FLOAT"
        case Kind.DECIMAL:
            return _declared(column.arrow_type)
        case Kind.DECIMAL_TEXT:
            return _declared(column.source_type)
    return _PLAIN[column.kind]


def stored_type(column: SourceColumn) -> str:
    """The engine's type that the column has in the staged file."""
    return "VARCHAR" if column.kind is Kind.DECIMAL_TEXT else type_of(column)


def _declared(type_name: str) -> str:
    found = _DIGITS.search(type_name)
    declared = decimal_type(int(found[1]), int(found[2] or 0)) if found else None
    return declared or UNKNOWN_DECIMAL
