# what a warehouse is asked
SELECT listagg(a, ',') WITHIN GROUP (ORDER BY b) AS x, getdate() AS n, nvl(a, 'x') AS y FROM t
SELECT dateadd(day, 1, d) AS x, convert_timezone('UTC', d) AS z, json_extract_path_text(j, 'a') AS q FROM t
SELECT a FROM t QUALIFY row_number() OVER (PARTITION BY a ORDER BY b) = 1
SELECT approximate count(distinct a) AS n FROM t
