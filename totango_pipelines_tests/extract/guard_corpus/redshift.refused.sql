# files, scripts, sequences, sessions, catalogues and other servers
SELECT * FROM stl_query
SELECT f_udf(a) FROM t
UNLOAD ('SELECT 1') TO 's3://x'
SELECT * FROM pg_user_info
