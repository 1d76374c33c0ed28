# files, scripts, sequences, sessions, catalogues and other servers
SELECT * FROM stl_query
SELECT f_udf(a) FROM t
UNLOAD ('SELECT 1') TO 's3://x'
SELECT * FROM pg_user_info
# found by an attack on the guard
SELECT (-1).lo_creat AS x
SELECT g.lo_create AS x FROM generate_series(77001, 77002) g
SELECT (999999999).pg_terminate_backend AS x
SELECT t.a[0].pg_sleep AS x FROM t
SELECT (t.a).f_udf AS x FROM t
SELECT a.my_own_function FROM current_date AS a
