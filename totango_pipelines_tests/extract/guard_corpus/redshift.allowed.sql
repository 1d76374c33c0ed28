# what a warehouse is asked
SELECT listagg(a, ',') WITHIN GROUP (ORDER BY b) AS x, getdate() AS n, nvl(a, 'x') AS y FROM t
SELECT dateadd(day, 1, d) AS x, convert_timezone('UTC', d) AS z, json_extract_path_text(j, 'a') AS q FROM t
SELECT a FROM t QUALIFY row_number() OVER (PARTITION BY a ORDER BY b) = 1
SELECT approximate count(distinct a) AS n FROM t
# refused once, for no reason
SELECT c.o[0].k.z AS x, c.o.k.z.w.v AS y FROM t AS c
SELECT isnull(a, 'x') AS x, date_cmp(d, e) AS y FROM t
SELECT c.a, o.k FROM t AS c, c.o AS o
SELECT u.a FROM "user" AS u
