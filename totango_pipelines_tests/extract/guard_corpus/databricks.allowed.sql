# what a warehouse is asked
SELECT id, date_format(d, 'yyyy') AS y, nvl(a, 0) AS n FROM cat.sch.t
SELECT explode(arr) AS x FROM t
SELECT e FROM t LATERAL VIEW explode(arr) x AS e
SELECT get_json_object(j, '$.a') AS a, j:a.b AS b, try_cast(a AS int) AS c, collect_list(a) AS l FROM t
