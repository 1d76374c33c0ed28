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
SELECT array_agg(b ORDER BY b) AS x FROM t
SELECT bool_and(b > 0) AS x, bool_or(b > 2) AS y, every(b > 0) AS z FROM t
SELECT stddev(b) AS x, variance(b) AS y, corr(b, b) AS z FROM t
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY b) AS x, mode() WITHIN GROUP (ORDER BY a) AS y FROM t
SELECT json_agg(t) AS x FROM t
SELECT jsonb_object_agg(b, a) AS x FROM t WHERE a IS NOT NULL
SELECT key, value FROM jsonb_each_text('{"a": 1}'::jsonb)
SELECT value FROM jsonb_array_elements('[1, 2]'::jsonb)
SELECT e.value ->> 'k' AS k FROM t CROSS JOIN LATERAL jsonb_array_elements('[{"k": 1}]'::jsonb) AS e
SELECT g::date AS day FROM generate_series(date '2020-01-01', date '2020-01-03', interval '1 day') AS g
SELECT x, n FROM unnest(array['a', 'b']) WITH ORDINALITY AS q(x, n)
SELECT * FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3)) AS x(a, b)
SELECT regexp_split_to_table('a,b', ',') AS x
SELECT unnest(array[1, 2]) AS x
SELECT a, b, grouping(a) AS g, count(*) AS n FROM t GROUP BY GROUPING SETS ((a), (b), ())
SELECT a, count(*) AS n FROM t GROUP BY ROLLUP (a)
SELECT a, b, count(*) AS n FROM t GROUP BY CUBE (a, b)
SELECT b FROM t TABLESAMPLE BERNOULLI (50)
SELECT b FROM ONLY t
TABLE t
SELECT table_name FROM information_schema.tables
SELECT relname FROM pg_catalog.pg_class LIMIT 1
SELECT b FROM public.t
# functions
SELECT acosd(0.5) AS x
SELECT age(timestamp '2020-01-01') AS x
SELECT array_append(array[1], 2) AS x
SELECT array_cat(array[1], array[2]) AS x
SELECT array_length(array[1, 2], 1) AS x
SELECT array_position(array[1, 2], 2) AS x
SELECT array_remove(array[1, 2], 1) AS x
SELECT array_replace(array[1, 2], 1, 3) AS x
SELECT array_to_string(array[1, 2], ',') AS x
SELECT ascii('a') AS x
SELECT atan2(1, 2) AS x
SELECT bit_length('a') AS x
SELECT btrim(' a ') AS x
SELECT cardinality(array[1]) AS x
SELECT cbrt(8) AS x
SELECT char_length('a') AS x
SELECT chr(65) AS x
SELECT clock_timestamp() IS NULL AS x
SELECT concat('a', 1) AS x
SELECT concat_ws(',', 'a', 'b') AS x
SELECT convert_from('a'::bytea, 'UTF8') AS x
SELECT current_database() IS NULL AS x
SELECT current_date IS NULL AS x
SELECT current_timestamp IS NULL AS x
SELECT date_bin('1 day', timestamp '2020-01-01', timestamp '2019-01-01') AS x
SELECT date_part('year', date '2020-01-01') AS x
SELECT date_trunc('week', timestamp '2020-01-01') AS x
SELECT decode('AAA=', 'base64') AS x
SELECT degrees(1) AS x
SELECT div(7, 2) AS x
SELECT encode('a'::bytea, 'hex') AS x
SELECT exp(1) AS x
SELECT extract(year FROM date '2020-01-01') AS x
SELECT factorial(3) AS x
SELECT format('%s', 'a') AS x
SELECT gcd(4, 6) AS x
SELECT gen_random_uuid() IS NULL AS x
SELECT greatest(1, 2) AS x
SELECT initcap('ab') AS x
SELECT isfinite(date '2020-01-01') AS x
SELECT json_build_object('a', 1) AS x
SELECT json_typeof('1'::json) AS x
SELECT jsonb_array_length('[1]'::jsonb) AS x
SELECT jsonb_path_exists('{"a": 1}'::jsonb, '$.a') AS x
SELECT jsonb_set('{"a": 1}'::jsonb, '{a}', '2') AS x
SELECT jsonb_pretty('{}'::jsonb) AS x
SELECT jsonb_strip_nulls('{}'::jsonb) AS x
SELECT jsonb_extract_path_text('{"a": 1}'::jsonb, 'a') AS x
SELECT justify_hours(interval '30 hours') AS x
SELECT lcm(4, 6) AS x
SELECT least(1, 2) AS x
SELECT left('abc', 1) AS x
SELECT ln(2) AS x
SELECT localtimestamp IS NULL AS x
SELECT log(10) AS x
SELECT lpad('a', 3, '-') AS x
SELECT ltrim(' a') AS x
SELECT make_date(2020, 1, 2) AS x
SELECT make_interval(days => 3) AS x
SELECT make_timestamp(2020, 1, 2, 3, 4, 5) AS x
SELECT md5('a') AS x
SELECT mod(7, 3) AS x
SELECT now() IS NULL AS x
SELECT num_nulls(1, NULL) AS x
SELECT octet_length('a') AS x
SELECT overlay('abc' PLACING 'x' FROM 2) AS x
SELECT parse_ident('a.b') AS x
SELECT pg_typeof(1) AS x
SELECT pg_size_pretty(10::bigint) AS x
SELECT pi() AS x
SELECT position('b' IN 'abc') AS x
SELECT power(2, 3) AS x
SELECT quote_ident('a b') AS x
SELECT quote_literal('a') AS x
SELECT radians(180) AS x
SELECT random() IS NULL AS x
SELECT regexp_count('aaa', 'a') AS x
SELECT regexp_match('abc', 'b') AS x
SELECT regexp_replace('abc', 'b', 'x') AS x
SELECT regexp_split_to_array('a,b', ',') AS x
SELECT repeat('a', 3) AS x
SELECT reverse('ab') AS x
SELECT right('abc', 1) AS x
SELECT row_to_json(row(1, 2)) AS x
SELECT rpad('a', 3, '-') AS x
SELECT scale(1.10) AS x
SELECT sha256('a'::bytea) AS x
SELECT sign(-1) AS x
SELECT sin(1) AS x
SELECT split_part('a,b', ',', 2) AS x
SELECT sqrt(4) AS x
SELECT starts_with('abc', 'a') AS x
SELECT string_to_array('a,b', ',') AS x
SELECT strpos('abc', 'b') AS x
SELECT substr('abc', 2) AS x
SELECT substring('abc' FROM 2 FOR 1) AS x
SELECT to_char(1.5, '9.9') AS x
SELECT to_date('2020', 'YYYY') AS x
SELECT to_hex(255) AS x
SELECT to_json('a'::text) AS x
SELECT to_jsonb(1) AS x
SELECT to_number('1.5', '9.9') AS x
SELECT to_timestamp(0) AS x
SELECT to_tsvector('simple', 'a b') @@ to_tsquery('simple', 'a') AS x
SELECT translate('abc', 'b', 'x') AS x
SELECT trunc(1.55, 1) AS x
SELECT upper(int4range(1, 3)) AS x
SELECT width_bucket(3, 0, 10, 5) AS x
SELECT pg_catalog.upper('a') AS x
SELECT daterange(date '2020-01-01', date '2020-02-01') @> date '2020-01-02' AS x
SELECT host(inet '10.0.0.1') AS x
SELECT network(inet '10.0.0.1/24') AS x
SELECT date '2020-01-01' + 1 AS x
SELECT '{"a": 1}'::jsonb @? '$.a' AS x
SELECT array[1, 2] && array[2] AS x
SELECT (1, 2) = (1, 2) AS x
SELECT timezone('UTC', timestamp '2020-01-01') AS x
# refused once, for no reason
SELECT g.g AS x FROM generate_series(1, 3) AS g
SELECT g.n AS x FROM generate_series(1, 3) AS g(n)
SELECT e.key, e.value FROM json_each('{"a": 1}') AS e
SELECT e.value FROM jsonb_array_elements('[1, 2]') AS e
SELECT x.v, x.n FROM unnest(ARRAY['a', 'b']) WITH ORDINALITY AS x(v, n)
SELECT x.v, x.ordinality FROM unnest(ARRAY['a', 'b']) WITH ORDINALITY AS x(v)
SELECT t.a, g.i FROM t CROSS JOIN LATERAL generate_series(1, t.b) AS g(i)
SELECT (json_each('{"a": 1}')).key AS k
SELECT (jsonb_each('{"a": 1}')).value AS v
SELECT r.x, r.y FROM jsonb_to_recordset('[{"x": 1, "y": "a"}]') AS r(x int, y text)
SELECT t.a AS date_out, t.b FROM t
SELECT a COLLATE pg_catalog."C" AS x FROM t
SELECT generate_series.generate_series AS x FROM generate_series(1, 3)
SELECT pg_catalog.upper(t.a) AS x FROM t
SELECT (t).* FROM t
SELECT public.t.a FROM public.t
SELECT c.relname, n.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relname = 't'
SELECT c.b AS x FROM current_date AS c(b)
