# files, scripts, sequences, sessions, catalogues and other servers
SELECT * FROM TABLE(system.query('x'))
USING EXTERNAL FUNCTION f(a int) RETURNS int LAMBDA 'x' SELECT f(1)
UNLOAD (SELECT 1) TO 's3://x' WITH (format='PARQUET')
# found by an attack on the guard
SELECT a FROM system.sync.x
