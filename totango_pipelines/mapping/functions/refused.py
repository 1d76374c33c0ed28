"""What SQL has and an expression has not: the words and functions that are refused, and why."""

from collections.abc import Mapping
from types import MappingProxyType

_STATEMENT = ("belongs to a statement, and an expression is none", "Do it in the query.")
_SUBQUERY = ("starts a subquery; an expression sees one row only", "Join it in the query.")
_WINDOW = ("looks at other rows; an expression sees one row only", "Do it in the query.")
_OTHER_OPERATOR = ("is no operator here", "Use LIKE or regexp_matches(text, pattern).")
_ORDER = ("has no meaning for one value", "Remove it.")
_LISTS = ("makes or takes lists", "Use IN (…), concat_ws() or split_part().")

STATEMENT_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("SELECT", "WITH", "VALUES", "EXISTS", "ANY", "SOME", "ALL"), _SUBQUERY),
        **dict.fromkeys(("UNION", "EXCEPT", "INTERSECT", "TABLE", "LATERAL"), _SUBQUERY),
        **dict.fromkeys(("WHERE", "GROUP", "HAVING", "LIMIT", "OFFSET", "USING"), _STATEMENT),
        **dict.fromkeys(("JOIN", "CROSS", "NATURAL", "QUALIFY", "SAMPLE", "PIVOT"), _STATEMENT),
        **dict.fromkeys(("CREATE", "DROP", "ALTER", "INSERT", "UPDATE", "DELETE"), _STATEMENT),
        **dict.fromkeys(("COPY", "ATTACH", "DETACH", "PRAGMA", "CALL", "EXECUTE"), _STATEMENT),
        **dict.fromkeys(("INSTALL", "LOAD", "CHECKPOINT", "EXPORT", "IMPORT"), _STATEMENT),
        **dict.fromkeys(
            ("MERGE", "TRUNCATE", "VACUUM", "DESCRIBE", "SHOW", "SUMMARIZE"), _STATEMENT
        ),
        **dict.fromkeys(("EXPLAIN", "USE", "BEGIN", "COMMIT", "ROLLBACK", "PREPARE"), _STATEMENT),
        **dict.fromkeys(("RETURNING", "INTO", "AS", "FROM"), _STATEMENT),
        **dict.fromkeys(("OVER", "FILTER", "WITHIN", "WINDOW", "PARTITION"), _WINDOW),
        **dict.fromkeys(("IGNORE", "RESPECT"), _WINDOW),
        **dict.fromkeys(("ORDER", "DISTINCT", "COLLATE"), _ORDER),
        **dict.fromkeys(("SIMILAR", "GLOB", "ESCAPE", "REGEXP", "RLIKE"), _OTHER_OPERATOR),
        **dict.fromkeys(("LAMBDA", "ARRAY", "STRUCT", "MAP", "ROW", "UNNEST"), _LISTS),
        **dict.fromkeys(
            ("ISNULL", "NOTNULL"), ("is no operator here", "Use IS NULL or IS NOT NULL.")
        ),
        "TRY": (
            "hides that a row failed",
            "Use TRY_CAST(x AS type) or try_strptime(text, format).",
        ),
        "COLUMNS": ("stands for several columns", "Name one column."),
        "EXCLUDE": ("stands for several columns", "Name one column."),
        "DEFAULT": ("has no meaning here", "Write the value itself."),
        "POSITIONAL": _STATEMENT,
    }
)
"""Reserved words: (why they cannot stand in an expression, what to do)."""

_AGGREGATE = ("adds up rows; an expression sees one row only", "Do it in the query with GROUP BY.")
_CLOCK = ("reads the clock, so that a run could not be repeated", "Use run_time.")
_CHANCE = ("is another value each time, so that a run could not be repeated", "Use md5(key).")
_UNSTABLE = ("may differ between versions of the engine", "Use md5(text).")
_OUTSIDE = ("reaches outside the row", "An expression works on one row; use the query.")
_LARGE = ("can make values of any size", "Write the text itself, or use right('000' || x, 3).")
_FORMATS = ("can make values of any size", "Use || or concat(), round() and strftime().")

_PATTERNS: tuple[tuple[tuple[str, str], tuple[str, ...]], ...] = (
    (
        _AGGREGATE,
        (
            *(
                "sum",
                "count",
                "count_*",
                "countif",
                "avg",
                "mean",
                "min",
                "max",
                "min_by",
                "max_by",
            ),
            *("arg_min*", "arg_max*", "argm*", "any_value", "first", "last", "arbitrary", "median"),
            *(
                "mode",
                "mad",
                "stddev*",
                "var_*",
                "variance",
                "corr",
                "covar_*",
                "regr_*",
                "quantile*",
            ),
            *("approx_*", "bit_and", "bit_or", "bit_xor", "bool_*", "string_agg", "group_concat"),
            *("listagg", "array_agg", "histogram*", "product", "entropy", "skewness", "kurtosis*"),
            *(
                "sem",
                "fsum",
                "kahan_sum",
                "favg",
                "sum_*",
                "sumkahan",
                "grouping*",
                "wavg",
                "geomean",
            ),
            *(
                "weighted_avg",
                "geometric_mean",
                "reservoir_quantile",
                "percentile_*",
                "json_group_*",
            ),
        ),
    ),
    (
        _WINDOW,
        (
            *(
                "row_number",
                "rank",
                "dense_rank",
                "rank_dense",
                "percent_rank",
                "cume_dist",
                "ntile",
            ),
            *("lag", "lead", "first_value", "last_value", "nth_value", "fill"),
        ),
    ),
    (
        _CLOCK,
        (
            *("now", "today", "current_*", "get_current_*", "localtime*", "transaction_timestamp"),
            *(
                "clock_timestamp",
                "statement_timestamp",
                "sysdate",
                "getdate",
                "curdate",
                "age",
                "ago",
            ),
        ),
    ),
    (_CHANCE, ("random", "rand", "setseed", "uuid*", "gen_random_uuid", "newid")),
    (
        _OUTSIDE,
        (
            *(
                "read_*",
                "getenv",
                "glob",
                "sniff_csv",
                "parquet_*",
                "*_scan",
                "query",
                "query_table",
            ),
            *(
                "pragma_*",
                "duckdb_*",
                "pg_*",
                "nextval",
                "currval",
                "setval",
                "getvariable",
                "error",
            ),
            *("set_config", "version", "sleep_ms", "write_log", "user", "session_user", "st_read*"),
            *("load_*", "which_secret", "http_*", "in_search_path", "txid_current", "checkpoint"),
            *("force_checkpoint", "json_execute_*", "json_serialize_*", "assert_true"),
        ),
    ),
    (_UNSTABLE, ("hash", "typeof")),
    (_LARGE, ("repeat", "lpad", "rpad", "bar", "space", "factorial", "gamma", "bin", "to_base")),
    (_FORMATS, ("format", "printf", "formatreadable*", "format_bytes")),
    (
        _LISTS,
        (
            *(
                "list_*",
                "array_*",
                "range",
                "generate_series",
                "unnest",
                "struct_*",
                "map",
                "map_*",
            ),
            *("string_split*", "str_split*", "split", "string_to_array", "regexp_split_*", "list"),
            *(
                "regexp_extract_all",
                "flatten",
                "row",
                "union_*",
                "json_keys",
                "from_json*",
                "apply",
            ),
            *("filter", "reduce", "aggregate", "element_at", "json_transform*", "json_array*"),
        ),
    ),
)


def refusal_of(name: str) -> tuple[str, str] | None:
    """Why a function of SQL is not offered and what to do instead; None: it is not known."""
    wanted = name.lower()
    for reason, patterns in _PATTERNS:
        if any(_matches(wanted, pattern) for pattern in patterns):
            return reason
    return None


def _matches(name: str, pattern: str) -> bool:
    if pattern.startswith("*"):
        return name.endswith(pattern[1:])
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
