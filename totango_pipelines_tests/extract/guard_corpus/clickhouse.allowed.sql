# what a warehouse is asked
SELECT id, toDate(d) AS y, if(a > 1, 1, 0) AS n, formatDateTime(d, '%Y') AS f FROM db.t FINAL
SELECT arrayJoin([1, 2]) AS x
SELECT countIf(a > 1) AS c, uniqExact(a) AS u, argMax(a, b) AS m, toString(a) AS s, quantile(0.5)(a) AS q FROM t PREWHERE a > 1
SELECT toStartOfMonth(d) AS m, dateDiff('day', a, b) AS d FROM t LIMIT 1 BY a
