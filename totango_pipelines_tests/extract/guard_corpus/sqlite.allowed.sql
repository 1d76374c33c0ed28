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
SELECT group_concat(a, ';') AS x, total(b) AS y FROM t
SELECT json_group_array(b) AS x, json_group_object(b, a) AS y FROM t
SELECT count(*) FILTER (WHERE b > 1) AS n FROM t
SELECT key, value FROM json_each('[1, 2]')
SELECT j.value FROM t, json_each('[1, 2]') AS j
SELECT fullkey, atom FROM json_tree('{"a": [1]}')
SELECT name FROM sqlite_master WHERE type = 'table'
SELECT name FROM sqlite_schema
SELECT b FROM main.t
SELECT rowid, b FROM t
SELECT [a], `b` FROM "t"
SELECT b FROM t LIMIT 1, 2
SELECT a FROM t WHERE a IS 'x'
SELECT b FROM t WHERE a NOT NULL
SELECT max(b) AS m, a FROM t
SELECT column1 FROM (VALUES (1), (2)) AS q
SELECT * FROM t INDEXED BY i WHERE b = 1
SELECT * FROM t NOT INDEXED
SELECT x'00ff' AS x
SELECT b FROM t GROUP BY a ORDER BY count(*) DESC
# functions
SELECT abs(-1) AS x
SELECT acos(0.5) AS x
SELECT asin(0.5) AS x
SELECT atan(1) AS x
SELECT atan2(1, 2) AS x
SELECT ceil(1.5) AS x
SELECT ceiling(1.5) AS x
SELECT char(65, 66) AS x
SELECT coalesce(NULL, 1) AS x
SELECT cos(1) AS x
SELECT cosh(1) AS x
SELECT current_date IS NULL AS x
SELECT current_time IS NULL AS x
SELECT current_timestamp IS NULL AS x
SELECT date('2020-01-01') AS x
SELECT date('2020-01-31', 'start of month', '+1 month', '-1 day') AS x
SELECT datetime('2020-01-01') AS x
SELECT datetime(0, 'unixepoch') AS x
SELECT degrees(1) AS x
SELECT exp(1) AS x
SELECT floor(1.5) AS x
SELECT format('%d', 1) AS x
SELECT glob('a*', 'abc') AS x
SELECT hex('a') AS x
SELECT ifnull(NULL, 1) AS x
SELECT iif(1, 2, 3) AS x
SELECT instr('abc', 'b') AS x
SELECT json('{"a": 1}') AS x
SELECT json_array(1, 2) AS x
SELECT json_array_length('[1]') AS x
SELECT json_extract('{"a": 1}', '$.a') AS x
SELECT json_insert('{}', '$.a', 1) AS x
SELECT json_object('a', 1) AS x
SELECT json_patch('{}', '{"a": 1}') AS x
SELECT json_quote('a') AS x
SELECT json_remove('{"a": 1}', '$.a') AS x
SELECT json_replace('{"a": 1}', '$.a', 2) AS x
SELECT json_set('{}', '$.a', 1) AS x
SELECT json_type('1') AS x
SELECT json_valid('1') AS x
SELECT julianday('2020-01-01') AS x
SELECT length('a') AS x
SELECT like('a%', 'abc') AS x
SELECT likelihood(1, 0.5) AS x
SELECT likely(1) AS x
SELECT ln(2) AS x
SELECT log(10) AS x
SELECT log10(10) AS x
SELECT log2(8) AS x
SELECT lower('A') AS x
SELECT ltrim(' a') AS x
SELECT max(1, 2) AS x
SELECT min(1, 2) AS x
SELECT mod(7, 3) AS x
SELECT nullif(1, 1) AS x
SELECT pi() AS x
SELECT pow(2, 3) AS x
SELECT power(2, 3) AS x
SELECT printf('%s', 'a') AS x
SELECT quote('a') AS x
SELECT radians(180) AS x
SELECT random() IS NULL AS x
SELECT randomblob(4) IS NULL AS x
SELECT replace('abc', 'b', 'x') AS x
SELECT round(1.55, 1) AS x
SELECT rtrim('a ') AS x
SELECT sign(-1) AS x
SELECT sin(1) AS x
SELECT sinh(1) AS x
SELECT soundex('abc') AS x
SELECT sqrt(4) AS x
SELECT sqlite_version() IS NULL AS x
SELECT strftime('%Y', '2020-01-01') AS x
SELECT strftime('%s', 'now') IS NULL AS x
SELECT substr('abc', 2) AS x
SELECT substring('abc', 2, 1) AS x
SELECT tan(1) AS x
SELECT tanh(1) AS x
SELECT time('12:00') AS x
SELECT trim(' a ') AS x
SELECT trim('xax', 'x') AS x
SELECT trunc(1.5) AS x
SELECT typeof(1) AS x
SELECT unicode('a') AS x
SELECT unixepoch('2020-01-01') AS x
SELECT unlikely(1) AS x
SELECT upper('a') AS x
SELECT zeroblob(2) AS x
SELECT 'a' || 'b' AS x
SELECT 1 << 2 AS x
SELECT 5 & 3 AS x
SELECT 5 % 3 AS x
SELECT '{"a": 1}' -> '$.a' AS x
SELECT a COLLATE NOCASE = 'X' AS x FROM t
SELECT cast(b AS text) AS x FROM t
SELECT b IS NOT 1 AS x FROM t
SELECT a GLOB 'x*' AS x FROM t
