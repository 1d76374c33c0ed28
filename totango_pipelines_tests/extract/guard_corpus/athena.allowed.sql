# what a warehouse is asked
SELECT id, from_iso8601_timestamp(d) AS y FROM sch.t
SELECT split_part(a, ',', 1) AS x, element_at(m, 'k') AS y FROM t
