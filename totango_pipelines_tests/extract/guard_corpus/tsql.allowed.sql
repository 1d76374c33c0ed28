# what a warehouse is asked
SELECT TOP 10 [id], ISNULL(a, 'x') AS a, CONVERT(varchar(10), d, 23) AS d FROM dbo.t
SELECT DATEADD(day, 1, d) AS x, GETDATE() AS n, IIF(a > 1, 1, 0) AS f, STRING_AGG(a, ',') AS l FROM t
SELECT a FROM t CROSS APPLY (SELECT 1 AS x) AS q
SELECT LEN(a) AS n, CHARINDEX('a', b) AS c, FORMAT(d, 'yyyy') AS y, DATEDIFF(day, a, b) AS e FROM t
WITH w AS (SELECT a FROM dbo.t) SELECT a FROM w ORDER BY a OFFSET 0 ROWS FETCH NEXT 5 ROWS ONLY
# refused once, for no reason
SELECT datalength(a) AS n, var(b) AS v, checksum(a, b) AS c, nchar(65) AS x FROM t
SELECT x.a FROM (VALUES (1), (2)) AS x(a)
SELECT a FROM db..t
SELECT a FROM db.dbo.t
