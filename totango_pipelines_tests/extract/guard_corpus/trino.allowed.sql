# what a warehouse is asked
SELECT id, date_format(d, '%Y') AS y, try_cast(a AS integer) AS n FROM hive.sch.t
SELECT u FROM t CROSS JOIN UNNEST(arr) AS q(u)
SELECT json_extract_scalar(j, '$.a') AS a, array_agg(a) AS l, approx_distinct(a) AS n, date_diff('day', a, b) AS d, from_unixtime(1) AS f FROM t GROUP BY 1
# refused once, for no reason
SELECT ts AT TIME ZONE 'UTC' AS x, with_timezone(ts, 'UTC') AS y, at_timezone(ts, 'UTC') AS z FROM t
SELECT histogram(a) AS h, xxhash64(to_utf8(a)) AS x, to_milliseconds(i) AS m, human_readable_seconds(b) AS s, from_unixtime_nanos(b) AS n FROM t
SELECT table_name FROM system.information_schema.tables
