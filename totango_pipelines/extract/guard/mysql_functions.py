"""What a query may call in MySQL and MariaDB.

Made from information_schema.SQL_FUNCTIONS of MariaDB 10.11 without those that wait, lock, read files,
work on sessions, replication or passwords, encrypt, or have holes of their own (EXTRACTVALUE() and
UPDATEXML() tell data in their errors). By hand: what that table leaves out because it is a word of
the grammar, and pure ones that only MySQL has.
"""

FUNCTIONS = frozenset(
    """
    abs acos add_months adddate addtime any_value ascii asin atan atan2 avg bin bin_to_uuid
    binary bit_and bit_count bit_length bit_or bit_xor cast ceil ceiling char char_length
    character_length charset chr coalesce coercibility collation compress concat concat_ws conv
    convert convert_tz cos cot count crc32 crc32c cume_dist curdate current_date current_time
    current_timestamp current_user curtime database date date_add date_format date_sub datediff
    datetime day dayname dayofmonth dayofweek dayofyear degrees dense_rank elt exists exp
    export_set extract field find_in_set first_value floor format format_bytes from_base64
    from_days from_unixtime get_format greatest group_concat grouping hex hour if ifnull
    inet6_aton inet6_ntoa inet_aton inet_ntoa insert instr interval is_ipv4 is_ipv4_compat
    is_ipv4_mapped is_ipv6 is_uuid isnull json_array json_array_append json_array_insert
    json_arrayagg json_compact json_contains json_contains_path json_depth json_detailed
    json_equals json_exists json_extract json_insert json_keys json_length json_loose
    json_merge json_merge_patch json_merge_preserve json_normalize json_object json_objectagg
    json_overlaps json_pretty json_query json_quote json_remove json_replace json_schema_valid
    json_search json_set json_storage_size json_type json_unquote json_valid json_value lag
    last_day last_value lcase lead least left length lengthb ln localtime localtimestamp locate
    log log10 log2 lower lpad ltrim make_set makedate maketime match max md5 median member_of
    microsecond mid min minute mod month monthname months_between natural_sort_key now
    nth_value ntile nullif nvl nvl2 oct octet_length ord percent_rank percentile_cont
    percentile_disc period_add period_diff pi point position pow power quarter quote radians
    rand rank regexp_instr regexp_like regexp_replace regexp_substr repeat replace reverse
    right round row row_number rpad rtrim schema sec_to_time second sformat sha sha1 sha2 sign
    sin soundex space sqrt st_asgeojson st_astext st_distance st_distance_sphere
    st_geomfromtext st_isvalid st_latitude st_longitude st_x st_y std stddev stddev_pop
    stddev_samp str_to_date strcmp subdate substr substring substring_index subtime sum
    sys_guid sysdate tan time time_format time_to_sec timediff timestamp timestampadd
    timestampdiff to_base64 to_char to_date to_days to_number to_seconds trim truncate ucase
    uncompress uncompressed_length unhex unix_timestamp upper user utc_date utc_time
    utc_timestamp uuid uuid_to_bin uuid_v4 uuid_v7 var_pop var_samp variance version week
    weekday weekofyear weight_string year yearweek
    """.split()
)
"""Names in lower case, called for one value."""

TABLE_FUNCTIONS = frozenset(
    """
    json_table
    """.split()
)
"""Names in lower case, which may also stand in FROM."""
