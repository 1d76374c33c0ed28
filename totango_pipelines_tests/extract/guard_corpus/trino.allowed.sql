# what a warehouse is asked
SELECT id, date_format(d, '%Y') AS y, try_cast(a AS integer) AS n FROM hive.sch.t
SELECT u FROM t CROSS JOIN UNNEST(arr) AS q(u)
SELECT json_extract_scalar(j, '$.a') AS a, array_agg(a) AS l, approx_distinct(a) AS n, date_diff('day', a, b) AS d, from_unixtime(1) AS f FROM t GROUP BY 1
