"""What a query may call in warehouses that have no list made from an engine's own catalogue.

There the functions that sqlglot knows by a class pass (nodes.py), and these by name: pure ones of
each vendor's reference that sqlglot has no class for. Short on purpose; a view does for the rest.
"""

REDSHIFT = frozenset(
    """
    dateadd datediff getdate sysdate listagg nvl nvl2 decode convert_timezone
    json_extract_array_element_text json_extract_path_text json_parse is_valid_json
    is_valid_json_array json_array_length strtol fnv_hash ratio_to_report median
    approximate_count_distinct months_between add_months last_day next_day trunc
    charindex len crc32 md5 sha1 sha2 func_sha1 checksum regexp_count regexp_instr regexp_substr
    get_array_length subarray split_to_array to_timestamp
    """.split()
)
SNOWFLAKE = frozenset(
    """
    array_construct array_size array_slice array_to_string as_array as_char as_date as_double
    as_integer as_object as_varchar charindex div0 div0null equal_null get get_path iff
    is_array is_boolean is_date is_integer is_null_value is_object is_varchar ifnull
    listagg monthname nullifzero zeroifnull object_construct object_construct_keep_null
    object_keys parse_json try_parse_json ratio_to_report regr_valx sha2_hex strip_null_value
    timestamp_ntz_from_parts to_array to_boolean to_decimal to_json to_number to_numeric
    to_object to_timestamp_ltz to_timestamp_ntz to_timestamp_tz to_varchar to_variant
    try_to_boolean try_to_date try_to_decimal try_to_number try_to_timestamp typeof
    conditional_change_event conditional_true_event
    """.split()
)
BIGQUERY = frozenset(
    """
    array_length array_reverse bit_count byte_length char_length date_from_unix_date
    farm_fingerprint format_date format_datetime format_time format_timestamp ieee_divide
    is_inf is_nan json_query json_query_array json_value json_value_array normalize_and_casefold
    offset ordinal parse_date parse_timestamp regexp_contains safe_add safe_cast safe_divide
    safe_offset safe_ordinal timestamp_micros timestamp_millis timestamp_seconds to_json
    to_json_string unix_date unix_micros unix_millis unix_seconds lax_string struct
    """.split()
)
DATABRICKS = frozenset(
    """
    array_join array_size array_union array_repeat bround concat_ws date_format element_at
    elt find_in_set from_unixtime get_json_object if ifnull isnotnull isnull json_array_length
    json_object_keys last_day map_entries map_values months_between named_struct nvl nvl2
    sequence size split_part to_json to_number to_timestamp_ntz try_add try_cast
    try_divide try_to_number try_to_timestamp unix_timestamp weekday
    """.split()
)
TSQL = frozenset(
    """
    charindex choose dateadd datediff datediff_big datefromparts datename datepart
    datetimefromparts day eomonth format getdate getutcdate iif isdate isjson isnull isnumeric
    json_query json_value left len month parse patindex quotename replicate right
    space str string_agg string_escape stuff switchoffset sysdatetime sysdatetimeoffset
    sysutcdatetime todatetimeoffset translate try_cast try_convert try_parse unicode year
    """.split()
)
ORACLE = frozenset(
    """
    add_months bitand decode dump from_tz greatest initcap instr instrb json_exists json_query
    json_value last_day least length lengthb listagg lnnvl months_between nanvl new_time
    next_day nlssort numtodsinterval numtoyminterval nvl nvl2 ora_hash ratio_to_report rawtohex
    regexp_count regexp_instr regexp_like regexp_replace regexp_substr remainder sessiontimezone
    standard_hash substrb sys_extract_utc to_char to_clob to_date to_dsinterval to_number
    to_timestamp to_timestamp_tz to_yminterval translate tz_offset vsize width_bucket
    """.split()
)
TRINO = frozenset(
    """
    array_join array_union cardinality concat_ws contains date_diff date_format date_parse
    element_at format_datetime from_iso8601_date from_unixtime json_array_length json_extract
    json_format json_parse json_size map_agg map_filter map_from_entries map_values
    multimap_agg parse_datetime repeat sequence split_part split_to_map to_iso8601 to_unixtime
    transform_values try url_extract_host url_extract_parameter url_extract_path word_stem
    zip
    """.split()
)
CLICKHOUSE = frozenset(
    """
    abs adddays addhours addminutes addmonths addseconds addweeks addyears any anylast
    arrayconcat arraycount arraydistinct arrayelement arrayexists arrayfilter arrayflatten
    arrayjoin arraymap arraysort arraysum arraystringconcat assumenotnull avgif base64decode
    base64encode coalesce concat count countif datediff datetrunc empty endswith extract
    formatdatetime fromunixtimestamp greatest groupuniqarray has if ifnull isnull isnotnull
    jsonextractbool jsonextractfloat jsonextractint jsonextractraw jsonextractstring least
    length lower maxif minif multiif notempty nullif now parsedatetimebesteffort
    parsedatetimebesteffortornull positioncaseinsensitive quantile quantileexact replaceall
    replaceone replaceregexpall round splitbychar splitbystring startswith substring sumif
    todate todate32 todatetime todatetime64 todayofmonth todayofweek todayofyear todecimal128
    todecimal32 todecimal64 tofloat32 tofloat64 tohour toint16 toint32 toint64 toint8
    tominute tomonth toquarter tosecond tostartofday tostartofhour tostartofminute
    tostartofmonth tostartofquarter tostartofweek tostartofyear tostring tounixtimestamp
    touint16 touint32 touint64 touint8 toyear toyyyymm toyyyymmdd trimboth tuple uniq uniqexact
    upper argmax argmin tostringcutozero todatetimeornull todateornull toint64ornull
    tofloat64ornull
    """.split()
)
TABLE_FUNCTIONS = frozenset({"unnest", "generate_series", "explode", "posexplode", "sequence"})
"""Those of FROM that sqlglot has no class for, the same everywhere."""
