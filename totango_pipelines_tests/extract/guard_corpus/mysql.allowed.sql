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
SELECT group_concat(DISTINCT a ORDER BY a SEPARATOR ';') AS x FROM t
SELECT json_arrayagg(b) AS x, json_objectagg(b, a) AS y FROM t
SELECT std(b) AS x, variance(b) AS y, bit_or(b) AS z FROM t
SELECT a, count(*) AS n FROM t GROUP BY a WITH ROLLUP
SELECT b FROM t USE INDEX (i) WHERE b = 1
SELECT `a b` FROM (SELECT 1 AS `a b`) AS q
SELECT b FROM t WHERE a RLIKE '^x'
SELECT b DIV 2 AS x, b MOD 2 AS y, b <=> NULL AS z FROM t
SELECT 1 /*! + 1 */ AS x
SELECT 1 /*!50000 , sleep(9) */ AS x
SELECT table_name FROM information_schema.tables LIMIT 1
SELECT t.b FROM t STRAIGHT_JOIN u ON u.b = t.b
SELECT j.x FROM json_table('[1, 2]', '$[*]' COLUMNS (x int PATH '$')) AS j
SELECT binary 'a' = 'A' AS x
SELECT _utf8mb4'a' AS x
SELECT b FROM t LIMIT 1, 2
# functions
SELECT abs(-1) AS x
SELECT acos(0.5) AS x
SELECT adddate('2020-01-01', 1) AS x
SELECT addtime('2020-01-01 00:00:00', '01:00:00') AS x
SELECT ascii('a') AS x
SELECT atan2(1, 2) AS x
SELECT bin(5) AS x
SELECT bit_count(3) AS x
SELECT bit_length('a') AS x
SELECT ceil(1.5) AS x
SELECT char(65) AS x
SELECT char_length('a') AS x
SELECT coalesce(NULL, 1) AS x
SELECT concat('a', 1) AS x
SELECT concat_ws(',', 'a', 'b') AS x
SELECT conv('ff', 16, 10) AS x
SELECT convert_tz('2020-01-01', '+00:00', '+01:00') AS x
SELECT cot(1) AS x
SELECT crc32('a') AS x
SELECT curdate() IS NULL AS x
SELECT current_date IS NULL AS x
SELECT current_timestamp IS NULL AS x
SELECT curtime() IS NULL AS x
SELECT date('2020-01-01 01:00:00') AS x
SELECT date_add('2020-01-01', INTERVAL 1 DAY) AS x
SELECT date_format('2020-01-01', '%Y-%m') AS x
SELECT date_sub('2020-01-01', INTERVAL 1 DAY) AS x
SELECT datediff('2020-02-01', '2020-01-01') AS x
SELECT day('2020-01-01') AS x
SELECT dayname('2020-01-01') AS x
SELECT dayofweek('2020-01-01') AS x
SELECT dayofyear('2020-01-01') AS x
SELECT degrees(1) AS x
SELECT elt(1, 'a', 'b') AS x
SELECT exp(1) AS x
SELECT export_set(5, 'Y', 'N', ',', 4) AS x
SELECT extract(year FROM '2020-01-01') AS x
SELECT field('a', 'b', 'a') AS x
SELECT find_in_set('b', 'a,b') AS x
SELECT floor(1.5) AS x
SELECT format(1234.5, 1) AS x
SELECT from_base64('YQ==') AS x
SELECT from_days(730000) AS x
SELECT from_unixtime(0) AS x
SELECT greatest(1, 2) AS x
SELECT hex('a') AS x
SELECT hour('03:00:00') AS x
SELECT if(1, 2, 3) AS x
SELECT ifnull(NULL, 1) AS x
SELECT inet_aton('10.0.0.1') AS x
SELECT inet_ntoa(1) AS x
SELECT instr('abc', 'b') AS x
SELECT is_ipv4('10.0.0.1') AS x
SELECT isnull(1) AS x
SELECT json_array(1, 2) AS x
SELECT json_contains('[1]', '1') AS x
SELECT json_depth('[1]') AS x
SELECT json_extract('{"a": 1}', '$.a') AS x
SELECT json_keys('{"a": 1}') AS x
SELECT json_length('[1]') AS x
SELECT json_merge_patch('{}', '{"a": 1}') AS x
SELECT json_object('a', 1) AS x
SELECT json_quote('a') AS x
SELECT json_search('["a"]', 'one', 'a') AS x
SELECT json_set('{}', '$.a', 1) AS x
SELECT json_type('1') AS x
SELECT json_unquote('"a"') AS x
SELECT json_valid('1') AS x
SELECT json_value('{"a": 1}', '$.a') AS x
SELECT last_day('2020-01-01') AS x
SELECT lcase('A') AS x
SELECT least(1, 2) AS x
SELECT left('abc', 1) AS x
SELECT length('a') AS x
SELECT ln(2) AS x
SELECT locate('b', 'abc') AS x
SELECT log(10) AS x
SELECT log10(10) AS x
SELECT log2(8) AS x
SELECT lpad('a', 3, '-') AS x
SELECT ltrim(' a') AS x
SELECT make_set(1, 'a', 'b') AS x
SELECT makedate(2020, 3) AS x
SELECT maketime(1, 2, 3) AS x
SELECT md5('a') AS x
SELECT microsecond('00:00:00.5') AS x
SELECT mid('abc', 2, 1) AS x
SELECT minute('03:04:00') AS x
SELECT mod(7, 3) AS x
SELECT month('2020-01-01') AS x
SELECT monthname('2020-01-01') AS x
SELECT now() IS NULL AS x
SELECT nullif(1, 1) AS x
SELECT oct(8) AS x
SELECT octet_length('a') AS x
SELECT ord('a') AS x
SELECT period_add(202001, 2) AS x
SELECT period_diff(202003, 202001) AS x
SELECT pi() AS x
SELECT position('b' IN 'abc') AS x
SELECT pow(2, 3) AS x
SELECT quarter('2020-01-01') AS x
SELECT quote('a') AS x
SELECT radians(180) AS x
SELECT rand() IS NULL AS x
SELECT regexp_instr('abc', 'b') AS x
SELECT regexp_replace('abc', 'b', 'x') AS x
SELECT regexp_substr('abc', 'b') AS x
SELECT repeat('a', 3) AS x
SELECT replace('abc', 'b', 'x') AS x
SELECT reverse('ab') AS x
SELECT right('abc', 1) AS x
SELECT round(1.55, 1) AS x
SELECT rpad('a', 3, '-') AS x
SELECT sec_to_time(100) AS x
SELECT second('03:04:05') AS x
SELECT sha1('a') AS x
SELECT sha2('a', 256) AS x
SELECT sign(-1) AS x
SELECT soundex('abc') AS x
SELECT space(3) AS x
SELECT sqrt(4) AS x
SELECT str_to_date('2020', '%Y') AS x
SELECT strcmp('a', 'b') AS x
SELECT subdate('2020-01-01', 1) AS x
SELECT substring('abc', 2, 1) AS x
SELECT substring_index('a.b', '.', 1) AS x
SELECT subtime('2020-01-01 01:00:00', '00:30:00') AS x
SELECT time('2020-01-01 01:00:00') AS x
SELECT time_format('01:00:00', '%H') AS x
SELECT time_to_sec('01:00:00') AS x
SELECT timediff('02:00:00', '01:00:00') AS x
SELECT timestamp('2020-01-01') AS x
SELECT timestampadd(DAY, 1, '2020-01-01') AS x
SELECT timestampdiff(DAY, '2020-01-01', '2020-02-01') AS x
SELECT to_base64('a') AS x
SELECT to_days('2020-01-01') AS x
SELECT to_seconds('2020-01-01') AS x
SELECT trim(BOTH 'x' FROM 'xax') AS x
SELECT truncate(1.55, 1) AS x
SELECT unhex('61') AS x
SELECT unix_timestamp('2020-01-01') AS x
SELECT utc_date() IS NULL AS x
SELECT utc_timestamp() IS NULL AS x
SELECT uuid() IS NULL AS x
SELECT week('2020-01-01') AS x
SELECT weekday('2020-01-01') AS x
SELECT weekofyear('2020-01-01') AS x
SELECT year('2020-01-01') AS x
SELECT yearweek('2020-01-01') AS x
# refused once, for no reason
SELECT 1 AS x FROM dual
SELECT utc_timestamp AS x, utc_date AS d, utc_time AS t FROM dual
SELECT t.b, utc_timestamp AS x FROM t
