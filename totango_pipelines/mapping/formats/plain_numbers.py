"""Numbers, amounts and whole numbers without a source format.

DuckDB's casts are lenient (they round, take `1_000` and ` 12 `), so the text is judged by a
pattern first and a failed cell is always null: nothing is guessed.
"""

from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.formats.conversion import (
    TEXTS,
    C,
    Conversion,
    X,
    if_null,
    matches,
)
from totango_pipelines.quoting import literal

_DIGITS = r"([0-9]+(\.[0-9]*)?|\.[0-9]+)"
_NUMBER = rf"^[+-]?{_DIGITS}([eE][+-]?[0-9]{{1,4}})?$"
_SCIENTIFIC = rf"^[+-]?{_DIGITS}[eE][+-]?[0-9]{{1,4}}$"
_WHOLE = r"^[+-]?([0-9]+(\.0*)?|\.0+)$"
_FOUR_DECIMALS = r"^[+-]?([0-9]+(\.[0-9]{0,4}0*)?|\.[0-9]{1,4}0*)$"
_LARGEST_EXACT_WHOLE = 9_007_199_254_740_992
_AMOUNT = "DECIMAL(18,4)"


def plain_number(cell: str, kind: Kind) -> Conversion | None:
    """A number as DOUBLE; one that a float cannot hold exactly is out of range (ours)."""
    small = f"isfinite({C}) AND abs({C}) < {_LARGEST_EXACT_WHOLE}"
    # Above that a float has gaps: only the whole numbers that it hits are exact.
    digits = f"split_part(CAST({X} AS VARCHAR), '.', 1)"
    same = f"TRY_CAST({digits} AS HUGEINT) = TRY_CAST({C} AS HUGEINT)"
    whole = f"regexp_matches(CAST({X} AS VARCHAR), {literal(_WHOLE)})"
    inexact = f"NOT coalesce({whole} AND {same}, FALSE)"
    if kind in TEXTS:
        pattern = matches(_NUMBER)
        range_check = (
            f"CASE WHEN {small} THEN FALSE WHEN {C} IS NULL THEN {pattern} "
            f"WHEN isfinite({C}) AND {matches(_SCIENTIFIC)} THEN FALSE ELSE {inexact} END"
        )
        return Conversion(
            cell,
            f"CASE WHEN {pattern} THEN TRY_CAST({X} AS DOUBLE) END",
            (("FORMAT", if_null(f"NOT {pattern}")), ("OUT_OF_RANGE", range_check)),
        )
    if kind in {Kind.INTEGER, Kind.DECIMAL}:
        range_check = f"CASE WHEN {small} THEN FALSE ELSE {inexact} END"
        return Conversion(cell, f"CAST({X} AS DOUBLE)", (("OUT_OF_RANGE", range_check),))
    if kind is Kind.FLOAT:
        return Conversion(cell, f"CAST({X} AS DOUBLE)", (("OUT_OF_RANGE", f"NOT isfinite({C})"),))
    return None


def plain_amount(cell: str, kind: Kind) -> Conversion | None:
    """An amount of at most four decimals, never through a float unless the source has one."""
    if kind in TEXTS:
        return _currency_text(cell)
    amount = f"TRY_CAST({X} AS {_AMOUNT})"
    outside = ("OUT_OF_RANGE", f"{C} IS NULL")
    if kind is Kind.DECIMAL:
        return Conversion(
            cell, amount, (outside, ("FORMAT", f"{C} IS NOT NULL AND {X} IS DISTINCT FROM {C}"))
        )
    if kind is Kind.INTEGER:
        return Conversion(cell, amount, (outside,))
    if kind is Kind.FLOAT:
        # A binary float is not exact to begin with: it is rounded to the hub's four decimals.
        # The cast multiplies by 10,000, which is not exact for large ones; their digits are.
        large = f"TRY_CAST(CAST({X} AS VARCHAR) AS {_AMOUNT})"
        rounded = f"TRY_CAST(round({X}, 4) AS {_AMOUNT})"
        value = f"CASE WHEN abs({X}) < 1e11 THEN {rounded} ELSE {large} END"
        return Conversion(cell, value, (outside,))
    return None


def _currency_text(cell: str) -> Conversion:
    amount = f"TRY_CAST({X} AS {_AMOUNT})"
    fits = matches(_FOUR_DECIMALS)
    # With an exponent the decimals cannot be counted: both roundings have to agree.
    exact = (
        f"TRY_CAST({X} AS DECIMAL(38,24)) = {amount} "
        f"AND TRY_CAST({X} AS DOUBLE) = CAST({amount} AS DOUBLE)"
    )
    scientific = f"CASE WHEN {exact} THEN {amount} END"
    value = f"CASE WHEN {fits} THEN {amount} WHEN {matches(_SCIENTIFIC)} THEN {scientific} END"
    too_fine = f"NOT {matches(_NUMBER)} OR {amount} IS NOT NULL"
    too_large = f"{matches(_NUMBER)} AND {amount} IS NULL"
    return Conversion(
        cell, value, (("FORMAT", if_null(too_fine)), ("OUT_OF_RANGE", if_null(too_large)))
    )


def plain_whole_number(cell: str, kind: Kind) -> Conversion | None:
    """A whole number as BIGINT; a fraction is never rounded."""
    integer = f"TRY_CAST({X} AS BIGINT)"
    if kind in TEXTS:
        number = f"TRY_CAST({X} AS DOUBLE)"
        scientific = f"{matches(_SCIENTIFIC)} AND {number} = trunc({number})"
        whole = f"({matches(_WHOLE)} OR ({scientific}))"
        fraction = f"{matches(_NUMBER)} AND NOT {whole}"
        return Conversion(
            cell,
            f"CASE WHEN {matches(_WHOLE)} THEN {integer} WHEN {scientific} THEN {integer} END",
            (
                ("FORMAT", if_null(f"NOT {matches(_NUMBER)}")),
                ("NOT_WHOLE", if_null(fraction)),
                ("OUT_OF_RANGE", if_null(whole)),
            ),
        )
    if kind in {Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL}:
        whole = f"{X} = trunc({X})" if kind is not Kind.INTEGER else "TRUE"
        return Conversion(
            cell,
            f"CASE WHEN {whole} THEN {integer} END",
            (("NOT_WHOLE", f"NOT ({whole})"), ("OUT_OF_RANGE", f"({whole}) AND {C} IS NULL")),
        )
    return None
