# what a warehouse is asked
SELECT id, NVL(a, 'x') AS a, TO_CHAR(d, 'YYYY-MM-DD') AS d FROM crm.t WHERE ROWNUM <= 10
SELECT SYSDATE AS n, TRUNC(d) AS t, DECODE(a, 1, 'x', 'y') AS e, LISTAGG(a, ',') WITHIN GROUP (ORDER BY a) AS l FROM t
SELECT a FROM t FETCH FIRST 5 ROWS ONLY
SELECT 1 AS x FROM dual
SELECT MONTHS_BETWEEN(a, b) AS m, REGEXP_SUBSTR(a, 'x') AS r, INSTR(a, 'b') AS i FROM t
# refused once, for no reason
SELECT sys_guid() AS x FROM dual
SELECT t.a, crm.t.b, x.obj.attr FROM crm.t, y x WHERE EXISTS (SELECT 1 FROM z WHERE z.a = t.a)
SELECT q.a FROM (SELECT t.a FROM t) q JOIN u ON u.a = q.a LEFT JOIN (v JOIN w ON v.a = w.a) ON v.b = u.b
WITH c AS (SELECT t.a FROM t) SELECT c.a FROM c UNION ALL SELECT u.a FROM u
SELECT t.a, l.b FROM t CROSS JOIN LATERAL (SELECT u.b FROM u WHERE u.a = t.a) l
SELECT t.a, j.b FROM t, JSON_TABLE(t.doc, '$' COLUMNS (b VARCHAR2(10) PATH '$.b')) j
SELECT t.a, (SELECT MAX(u.b) FROM u WHERE u.a = t.a) AS m FROM t ORDER BY t.a
SELECT p.a FROM t PIVOT (SUM(b) FOR c IN (1 AS one)) p
