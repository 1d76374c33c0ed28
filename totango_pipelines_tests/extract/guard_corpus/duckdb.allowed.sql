# clauses and operators
SELECT a, b FROM t
SELECT * FROM t
SELECT t.* FROM t
SELECT DISTINCT a FROM t
SELECT b AS n FROM t WHERE b > 1 AND a IS NOT NULL
SELECT b FROM t WHERE b IN (1, 2, 3)
SELECT b FROM t WHERE b NOT IN (SELECT b FROM u)
SELECT b FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.b = t.b)
SELECT t.b, u.c FROM t JOIN u ON u.b = t.b
SELECT t.b, u.c FROM t LEFT JOIN u ON u.b = t.b
SELECT t.b FROM t CROSS JOIN u
SELECT b, c FROM t JOIN u USING (b)
SELECT b FROM t NATURAL JOIN u
SELECT x.b FROM t AS x, u AS y WHERE x.b = y.b
SELECT a, count(*) AS n FROM t GROUP BY a HAVING count(*) > 1
SELECT a, sum(b) AS s, avg(b) AS m, min(b) AS lo, max(b) AS hi FROM t GROUP BY a
SELECT count(DISTINCT a) AS n FROM t
SELECT b FROM t ORDER BY b DESC LIMIT 5
SELECT b FROM t ORDER BY a, b LIMIT 2 OFFSET 1
SELECT b FROM t UNION SELECT b FROM u
SELECT b FROM t UNION ALL SELECT b FROM u ORDER BY 1
SELECT b FROM t INTERSECT SELECT b FROM u
SELECT b FROM t EXCEPT SELECT b FROM u
WITH w AS (SELECT b FROM t) SELECT b FROM w
WITH w AS (SELECT b FROM t), x AS (SELECT b FROM w) SELECT x.b FROM x JOIN w ON w.b = x.b
WITH w(k, n) AS (SELECT a, count(*) FROM t GROUP BY a) SELECT k, n FROM w
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n
SELECT * FROM (SELECT b FROM t) AS q
SELECT q.x FROM (SELECT b + 1 AS x FROM t) AS q WHERE q.x > 1
SELECT (SELECT max(b) FROM u) AS m, b FROM t
SELECT CASE WHEN b > 1 THEN 'many' ELSE 'one' END AS x FROM t
SELECT CASE a WHEN 'x' THEN 1 WHEN 'y' THEN 2 END AS x FROM t
SELECT coalesce(a, 'none') AS x, nullif(b, 1) AS y FROM t
SELECT a LIKE 'x%' AS x, a NOT LIKE 'y' AS y FROM t
SELECT b BETWEEN 1 AND 3 AS x FROM t
SELECT NOT (b = 1 OR b = 2) AS x FROM t
SELECT b + 1 AS p, b - 1 AS m, b * 2 AS t, b / 2 AS d, -b AS n FROM t
SELECT row_number() OVER (ORDER BY b) AS r, rank() OVER (PARTITION BY a ORDER BY b) AS k FROM t
SELECT lag(b) OVER (ORDER BY b) AS p, lead(b, 2) OVER (ORDER BY b) AS n FROM t
SELECT first_value(b) OVER w AS f, last_value(b) OVER w AS l FROM t WINDOW w AS (PARTITION BY a ORDER BY b)
SELECT sum(b) OVER (ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS s FROM t
SELECT ntile(2) OVER (ORDER BY b) AS q, dense_rank() OVER (ORDER BY b) AS k FROM t
SELECT percent_rank() OVER (ORDER BY b) AS p, cume_dist() OVER (ORDER BY b) AS c, nth_value(b, 2) OVER (ORDER BY b) AS n FROM t
SELECT b AS delete_flag, a AS update_note FROM t
SELECT 'DROP TABLE t; --' AS text
SELECT '-- no comment' AS x, '/* nor this */' AS y
SELECT 'it''s' AS x
SELECT b FROM t -- the rest is a comment
SELECT /* inside */ b FROM t
SELECT 1 AS x;
(SELECT b FROM t)
SELECT b FROM t WHERE a = 'nextval(1)'
SELECT cast(b AS decimal(10, 2)) AS x FROM t
SELECT lower(a) AS l, upper(a) AS u, length(a) AS n FROM t
SELECT trim(a) AS x, replace(a, 'x', 'y') AS y FROM t
SELECT abs(-1) AS a, round(2.567, 2) AS b, floor(1.5) AS c, ceil(1.5) AS d
SELECT a, b FROM t WHERE (a, b) IN (SELECT a, b FROM t)
SELECT b FROM v
SELECT NULL AS missing, 1 AS one, 1.5 AS half, 'a' AS letter
SELECT b FROM t WHERE a IS NULL ORDER BY b
# what only this engine writes
SELECT string_agg(a, ',' ORDER BY b) AS x FROM t
SELECT list(b ORDER BY b) AS x FROM t
SELECT median(b) AS x, mode(b) AS y, approx_count_distinct(a) AS z FROM t
SELECT quantile_cont(b, 0.5) AS x FROM t
SELECT arg_min(a, b) AS x, any_value(a) AS y, first(a) AS z FROM t
SELECT bool_and(b > 0) AS x, bit_or(b) AS y FROM t
SELECT * EXCLUDE (a) FROM t
SELECT * REPLACE (b + 1 AS b) FROM t
SELECT COLUMNS('b') FROM t
FROM t SELECT b
FROM t
SELECT b FROM t QUALIFY row_number() OVER (PARTITION BY a ORDER BY b) = 1
SELECT b FROM t USING SAMPLE 2
SELECT b FROM t TABLESAMPLE BERNOULLI (50 PERCENT)
SELECT range AS n FROM range(3)
SELECT g FROM generate_series(1, 3) AS s(g)
SELECT unnest([1, 2]) AS x
SELECT x FROM unnest([1, 2]) AS q(x)
SELECT key, value FROM json_each('{"a": 1}')
SELECT a, count(*) AS n FROM t GROUP BY ALL
SELECT a, b FROM t ORDER BY ALL
SELECT a, count(*) AS n FROM t GROUP BY ROLLUP (a)
SELECT t.b FROM t SEMI JOIN u ON u.b = t.b
SELECT t.b FROM t ANTI JOIN u ON u.b = t.b
SELECT table_name FROM information_schema.tables
SELECT [x * 2 for x in [1, 2, 3] if x > 1] AS x
SELECT b FROM main.t
SELECT a FROM t UNION ALL BY NAME SELECT b FROM u
# functions
SELECT age(TIMESTAMP '2020-01-01') AS x
SELECT array_length([1, 2]) AS x
SELECT arg_max(1, 2) AS x
SELECT ascii('a') AS x
SELECT bit_count(3) AS x
SELECT bin(5) AS x
SELECT cbrt(8) AS x
SELECT century(DATE '2020-01-01') AS x
SELECT chr(65) AS x
SELECT concat('a', 1) AS x
SELECT concat_ws(',', 'a', 'b') AS x
SELECT contains('abc', 'b') AS x
SELECT current_date IS NULL AS x
SELECT current_timestamp IS NULL AS x
SELECT damerau_levenshtein('a', 'b') AS x
SELECT date_add(DATE '2020-01-01', INTERVAL 1 DAY) AS x
SELECT date_diff('day', DATE '2020-01-01', DATE '2020-02-01') AS x
SELECT date_part('year', DATE '2020-01-01') AS x
SELECT date_trunc('week', DATE '2020-01-01') AS x
SELECT day(DATE '2020-01-01') AS x
SELECT dayname(DATE '2020-01-01') AS x
SELECT dayofweek(DATE '2020-01-01') AS x
SELECT dayofyear(DATE '2020-01-01') AS x
SELECT ends_with('abc', 'c') AS x
SELECT epoch(TIMESTAMP '2020-01-01') AS x
SELECT epoch_ms(TIMESTAMP '2020-01-01') AS x
SELECT even(2.5) AS x
SELECT factorial(3) AS x
SELECT flatten([[1], [2]]) AS x
SELECT format('{}', 1) AS x
SELECT from_base64('AAA=') AS x
SELECT gcd(4, 6) AS x
SELECT greatest(1, 2) AS x
SELECT hamming('a', 'b') AS x
SELECT hash('a') IS NULL AS x
SELECT hex('a') AS x
SELECT hour(TIMESTAMP '2020-01-01 03:00:00') AS x
SELECT if(true, 1, 2) AS x
SELECT ifnull(NULL, 1) AS x
SELECT instr('abc', 'b') AS x
SELECT isfinite(1.0) AS x
SELECT isnan(1.0) AS x
SELECT jaccard('a', 'b') AS x
SELECT jaro_winkler_similarity('a', 'b') AS x
SELECT json_array_length('[1]') AS x
SELECT json_extract('{"a": 1}', '$.a') AS x
SELECT json_extract_string('{"a": 1}', '$.a') AS x
SELECT json_keys('{"a": 1}') AS x
SELECT json_object('a', 1) AS x
SELECT json_type('1') AS x
SELECT json_valid('1') AS x
SELECT last_day(DATE '2020-01-01') AS x
SELECT lcm(4, 6) AS x
SELECT least(1, 2) AS x
SELECT left('abc', 1) AS x
SELECT len([1, 2]) AS x
SELECT levenshtein('a', 'b') AS x
SELECT list_aggregate([1, 2], 'sum') AS x
SELECT list_append([1], 2) AS x
SELECT list_concat([1], [2]) AS x
SELECT list_contains([1], 1) AS x
SELECT list_distinct([1, 1]) AS x
SELECT list_filter([1, 2], lambda x: x > 1) AS x
SELECT list_position([1, 2], 2) AS x
SELECT list_reduce([1, 2], lambda x, y: x + y) AS x
SELECT list_slice([1, 2, 3], 1, 2) AS x
SELECT list_sort([2, 1]) AS x
SELECT list_sum([1, 2]) AS x
SELECT list_value(1, 2) AS x
SELECT list_zip([1], [2]) AS x
SELECT ln(2) AS x
SELECT log2(8) AS x
SELECT lpad('a', 3, '-') AS x
SELECT make_date(2020, 1, 2) AS x
SELECT make_timestamp(2020, 1, 2, 3, 4, 5.0) AS x
SELECT map_keys(map {'a': 1}) AS x
SELECT md5('a') AS x
SELECT mod(7, 3) AS x
SELECT month(DATE '2020-01-01') AS x
SELECT monthname(DATE '2020-01-01') AS x
SELECT nfc_normalize('a') AS x
SELECT now() IS NULL AS x
SELECT ord('a') AS x
SELECT pi() AS x
SELECT position('b' IN 'abc') AS x
SELECT pow(2, 3) AS x
SELECT printf('%d', 1) AS x
SELECT quarter(DATE '2020-01-01') AS x
SELECT random() IS NULL AS x
SELECT regexp_extract('abc', 'b') AS x
SELECT regexp_extract_all('abb', 'b') AS x
SELECT regexp_full_match('abc', 'abc') AS x
SELECT regexp_matches('abc', 'b') AS x
SELECT regexp_replace('abc', 'b', 'x') AS x
SELECT regexp_split_to_array('a,b', ',') AS x
SELECT repeat('a', 3) AS x
SELECT reverse('ab') AS x
SELECT right('abc', 1) AS x
SELECT row_to_json({'a': 1}) AS x
SELECT sha256('a') AS x
SELECT sign(-1) AS x
SELECT split_part('a,b', ',', 2) AS x
SELECT starts_with('abc', 'a') AS x
SELECT strftime(DATE '2020-01-01', '%Y') AS x
SELECT string_split('a,b', ',') AS x
SELECT strip_accents('é') AS x
SELECT strptime('2020', '%Y') AS x
SELECT struct_extract({'a': 1}, 'a') AS x
SELECT struct_pack(a := 1) AS x
SELECT substring('abc', 2, 1) AS x
SELECT time_bucket(INTERVAL 1 DAY, DATE '2020-01-01') AS x
SELECT to_base64('a'::BLOB) AS x
SELECT to_days(3) AS x
SELECT to_json({'a': 1}) AS x
SELECT to_timestamp(0) AS x
SELECT today() IS NULL AS x
SELECT translate('abc', 'b', 'x') AS x
SELECT trunc(1.5) AS x
SELECT try_cast('x' AS INT) AS x
SELECT try_strptime('x', '%Y') AS x
SELECT typeof(1) AS x
SELECT unicode('a') AS x
SELECT url_encode('a b') AS x
SELECT uuid() IS NULL AS x
SELECT week(DATE '2020-01-01') AS x
SELECT year(DATE '2020-01-01') AS x
SELECT yearweek(DATE '2020-01-01') AS x
