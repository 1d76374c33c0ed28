"""What a query may call in SQLite.

Made from PRAGMA function_list of SQLite 3.40: the functions marked as innocuous, and those of JSON,
without those that tell what the connection did or how SQLite was built. By hand: pure ones that newer
versions have.
"""

FUNCTIONS = frozenset(
    """
    abs acos acosh asin asinh atan atan2 atanh avg cast ceil ceiling char coalesce concat
    concat_ws cos cosh count cume_dist current_date current_time current_timestamp date
    datetime degrees dense_rank exists exp first_value floor format glob group_concat hex if
    ifnull iif instr json json_array json_array_length json_error_position json_extract
    json_group_array json_group_object json_insert json_object json_patch json_pretty
    json_quote json_remove json_replace json_set json_type json_valid jsonb jsonb_array
    jsonb_extract jsonb_object jsonb_set julianday lag last_value lead length like likelihood
    likely ln log log10 log2 lower ltrim max median min mod nth_value ntile nullif octet_length
    percent_rank percentile percentile_cont percentile_disc pi pow power printf quote radians
    random randomblob rank replace round row_number rtrim sign sin sinh soundex sqlite_version
    sqrt strftime string_agg substr substring sum tan tanh time timediff total trim trunc
    typeof unhex unicode unistr unistr_quote unixepoch unlikely upper zeroblob
    """.split()
)
"""Names in lower case, called for one value."""

TABLE_FUNCTIONS = frozenset(
    """
    json_each json_tree
    """.split()
)
"""Names in lower case, which may also stand in FROM."""
