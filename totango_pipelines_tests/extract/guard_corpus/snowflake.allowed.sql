# what a warehouse is asked
SELECT id, data:name::string AS n, to_varchar(d, 'YYYY') AS y, iff(a > 1, 1, 0) AS f FROM db.sch.t
SELECT f.value:k::string AS k FROM t, LATERAL FLATTEN(input => t.j) f
SELECT * FROM TABLE(FLATTEN(input => parse_json('[1]')))
SELECT a FROM t QUALIFY row_number() OVER (PARTITION BY a ORDER BY b) = 1
SELECT dateadd(day, 1, d) AS x, zeroifnull(a) AS z, listagg(a, ',') AS l, current_timestamp() AS n, array_agg(a) AS q FROM t
SELECT datediff('day', a, b) AS d, to_date(a) AS e, split_part(a, ',', 1) AS f FROM t
# refused once, for no reason
SELECT hash(a) AS h, hash(*) AS r FROM t
SELECT f.value FROM t, TABLE(FLATTEN(x)) AS f
SELECT table_name FROM snowflake.information_schema.tables
