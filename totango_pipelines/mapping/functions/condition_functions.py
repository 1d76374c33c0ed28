"""The functions of conditions, nulls, lookups and conversions."""

from totango_pipelines.mapping.functions.allowed import (
    Category,
    Constant,
    Entry,
    Function,
    Growth,
)

_C, _E, _L, _V = Category.CONDITION, Category.NULL, Category.LOOKUP, Category.CONVERSION

CONDITION_FUNCTIONS = (
    Function(
        *(_C, "if(condition, then, otherwise)", "One of two values; a null condition is not true."),
        *("if(3 > 2, 'yes', 'no')", "yes"),
        (3, 3),
        Growth.WIDEST,
        sql="CASE WHEN {0} THEN {1} ELSE {2} END",
        aliases=("iif",),
    ),
    Function(
        *(_E, "coalesce(value, …)", "The first that is not null."),
        *("coalesce(NULL, 'unknown')", "unknown"),
        (1, None),
        Growth.WIDEST,
    ),
    Function(
        *(_E, "ifnull(value, otherwise)", "The value, or the other when it is null."),
        *("ifnull(NULL, 0)", "0"),
        (2, 2),
        Growth.WIDEST,
        aliases=("nvl",),
        sql="coalesce({0}, {1})",
    ),
    Function(
        *(_E, "nullif(value, other)", "The value, but null when it equals the other."),
        *("nullif('n/a', 'n/a')", None),
        (2, 2),
        Growth.SAME,
    ),
    Function(
        *(_L, "lookup(value, from1, to1[, from2, to2, …][, otherwise])", "What the value maps to."),
        *("lookup('DE', 'FR', 'France', 'DE', 'Germany', 'other')", "Germany"),
        (3, None),
        growth=Growth.WIDEST,
    ),
    Function(
        *(
            _V,
            "json_extract_string(text, path)",
            "One text of a JSON document; the path is constant.",
        ),
        *("""json_extract_string('{"plan": "pro"}', '$.plan')""", "pro"),
        (2, 2),
        Growth.SAME,
        constants={1: Constant.TEXT},
        probe="json_extract_string('{}', {1})",
    ),
)
"""Conditions, nulls, lookups and conversions."""

CONDITION_FORMS = (
    Entry(
        *(
            _C,
            "CASE WHEN condition THEN value … [ELSE value] END",
            "The first that holds; else null.",
        ),
        *("CASE WHEN 12 >= 10 THEN 'large' ELSE 'small' END", "large"),
    ),
    Entry(
        *(_C, "CASE value WHEN a THEN b … [ELSE c] END", "The first that equals the value."),
        *("CASE 'DE' WHEN 'FR' THEN 'France' WHEN 'DE' THEN 'Germany' END", "Germany"),
    ),
    Entry(_C, "AND, OR, NOT", "Conditions joined.", "NOT (1 > 2) AND (TRUE OR FALSE)", "true"),
    Entry(_C, "=, <>, !=, <, <=, >, >=", "Comparison; null when one side is.", "1 <> 2", "true"),
    Entry(
        _C,
        "a IS [NOT] DISTINCT FROM b",
        "Comparison in which null equals null.",
        "NULL IS DISTINCT FROM 1",
        "true",
    ),
    Entry(
        _C, "value [NOT] IN (a, b, …)", "Whether it is one of them.", "'b' IN ('a', 'b')", "true"
    ),
    Entry(
        _C,
        "value [NOT] BETWEEN a AND b",
        "From a to b, both included.",
        "5 BETWEEN 1 AND 5",
        "true",
    ),
    Entry(
        _E,
        "value IS [NOT] NULL",
        "Whether it is null; TRUE and FALSE likewise.",
        "NULL IS NULL",
        "true",
    ),
    Entry(
        *(
            _V,
            "CAST(value AS type), value::type",
            "In another type; what cannot be rejects the row.",
        ),
        *("CAST('12.50' AS DECIMAL(9,2))", "12.50"),
    ),
    Entry(
        *(_V, "TRY_CAST(value AS type)", "The same, but what cannot be cast is null."),
        *("TRY_CAST('n/a' AS INTEGER)", None),
    ),
)
"""What is written with words and operators."""
