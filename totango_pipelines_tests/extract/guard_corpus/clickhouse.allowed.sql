# what a warehouse is asked
SELECT id, toDate(d) AS y, if(a > 1, 1, 0) AS n, formatDateTime(d, '%Y') AS f FROM db.t FINAL
SELECT arrayJoin([1, 2]) AS x
SELECT countIf(a > 1) AS c, uniqExact(a) AS u, argMax(a, b) AS m, toString(a) AS s, quantile(0.5)(a) AS q FROM t PREWHERE a > 1
SELECT toStartOfMonth(d) AS m, dateDiff('day', a, b) AS d FROM t LIMIT 1 BY a
# refused once, for no reason
SELECT groupArray(a) AS x, groupArray(3)(a) AS y, today() AS t, yesterday() AS u FROM t
SELECT toStartOfInterval(d, INTERVAL 5 MINUTE) AS i, toStartOfFiveMinutes(d) AS f, toTimeZone(d, 'UTC') AS z FROM t
SELECT intDiv(a, 2) AS i, JSONExtract(j, 'a', 'String') AS s, quantiles(0.5, 0.9)(a) AS q, topK(2)(a) AS k FROM t
SELECT lagInFrame(a) OVER (ORDER BY b) AS l, avgMerge(s) AS m, sumMerge(s) AS n, uniqMerge(s) AS u FROM t
SELECT bitAnd(a, 1) AS b, arrayZip(x, y) AS z, range(3) AS r, generateUUIDv4() AS g, stddevPop(a) AS s FROM t
SELECT domain(u) AS d, toLowCardinality(a) AS l, maxMap(k, v) AS m, runningDifference(a) AS r FROM t
SELECT visitParamExtractString(j, 'a') AS v FROM t
SELECT a FROM t WHERE a IN (1, 2) AND b IN ('x') AND c IN (SELECT c FROM u) AND d NOT IN (e, f)
