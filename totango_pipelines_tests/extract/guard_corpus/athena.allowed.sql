# what a warehouse is asked
SELECT id, from_iso8601_timestamp(d) AS y FROM sch.t
SELECT split_part(a, ',', 1) AS x, element_at(m, 'k') AS y FROM t
# refused once, for no reason
SELECT ts AT TIME ZONE 'UTC' AS x, with_timezone(ts, 'UTC') AS y, at_timezone(ts, 'UTC') AS z FROM t
SELECT histogram(a) AS h, xxhash64(to_utf8(a)) AS x, to_milliseconds(i) AS m, human_readable_seconds(b) AS s, from_unixtime_nanos(b) AS n FROM t
