# what a warehouse is asked
SELECT id, NVL(a, 'x') AS a, TO_CHAR(d, 'YYYY-MM-DD') AS d FROM crm.t WHERE ROWNUM <= 10
SELECT SYSDATE AS n, TRUNC(d) AS t, DECODE(a, 1, 'x', 'y') AS e, LISTAGG(a, ',') WITHIN GROUP (ORDER BY a) AS l FROM t
SELECT a FROM t FETCH FIRST 5 ROWS ONLY
SELECT 1 AS x FROM dual
SELECT MONTHS_BETWEEN(a, b) AS m, REGEXP_SUBSTR(a, 'x') AS r, INSTR(a, 'b') AS i FROM t
