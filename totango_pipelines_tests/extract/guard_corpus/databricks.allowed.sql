# what a warehouse is asked
SELECT id, date_format(d, 'yyyy') AS y, nvl(a, 0) AS n FROM cat.sch.t
SELECT explode(arr) AS x FROM t
SELECT e FROM t LATERAL VIEW explode(arr) x AS e
SELECT get_json_object(j, '$.a') AS a, j:a.b AS b, try_cast(a AS int) AS c, collect_list(a) AS l FROM t
# refused once, for no reason
SELECT hash(a) AS h, xxhash64(a) AS x, make_date(y, m, d) AS d, date_part('year', t) AS y, pmod(a, 2) AS p FROM t
SELECT bigint(a) AS x, crc32(a) AS c, schema_of_json('{}') AS s FROM t
SELECT table_name FROM system.information_schema.tables
