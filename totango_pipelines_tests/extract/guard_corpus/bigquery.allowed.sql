# what a warehouse is asked
SELECT id, SAFE_CAST(a AS INT64) AS n, FORMAT_DATE('%Y', d) AS y FROM `p-x.ds.t`
SELECT u FROM t, UNNEST(arr) AS u
SELECT STRUCT(1 AS a) AS s, ARRAY_AGG(a) AS l, COUNTIF(a > 1) AS c FROM ds.t GROUP BY b
SELECT TIMESTAMP_TRUNC(d, DAY) AS x, DATE_DIFF(a, b, DAY) AS y, IF(a, 1, 2) AS z, PARSE_DATE('%Y', a) AS q FROM p-x.ds.t
SELECT * EXCEPT (a) FROM t
SELECT arr[OFFSET(0)] AS x, JSON_VALUE(j, '$.a') AS y FROM t
# refused once, for no reason
SELECT table_name FROM ds.INFORMATION_SCHEMA.COLUMNS
SELECT table_name FROM p.ds.INFORMATION_SCHEMA.COLUMNS
SELECT table_name FROM `p.ds.INFORMATION_SCHEMA.TABLES`
SELECT ST_GEOGPOINT(a, b) AS x FROM t
