# statements, syntax and names of somebody's own
INSERT INTO t (b) VALUES (9)
INSERT INTO t (b) SELECT b FROM u
DELETE FROM t
DELETE FROM t WHERE b = 1
UPDATE t SET b = 0
DROP TABLE t
DROP TABLE IF EXISTS t
DROP VIEW v
CREATE TABLE made (a int)
CREATE TABLE made AS SELECT b FROM t
CREATE TEMPORARY TABLE made (a int)
CREATE VIEW made AS SELECT 1 AS x
CREATE INDEX made ON t (b)
ALTER TABLE t ADD COLUMN z int
ALTER TABLE t RENAME TO made
ALTER TABLE t DROP COLUMN a
BEGIN
COMMIT
ROLLBACK
SAVEPOINT s1
EXPLAIN SELECT 1
SELECT 1; SELECT 2
SELECT 1; DELETE FROM t
SELECT 1; COMMIT; INSERT INTO t (b) VALUES (1)
; DELETE FROM t
SELECT 1) AS q; DELETE FROM t; SELECT * FROM (SELECT 1
SELECT 1 AS x) AS q; DROP TABLE t --
SELECT 'a'; DROP TABLE t; --'
SELECT
SELECT FROM WHERE
SELECT 'open
SELECT "open
SELECT 1 /* open
SELECT (1
SELECT 1)
SELECT 0x1F AS n
SELECT 1abc
SELECT ? AS x
SELECT :other AS x
SELECT b FROM t WHERE b = :b
WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone
WITH made AS (INSERT INTO t (b) VALUES (5) RETURNING b) SELECT b FROM made
WITH w AS (UPDATE t SET b = 0 RETURNING b) SELECT b FROM w
WITH w AS (SELECT 1 AS x) DELETE FROM t
WITH w AS (SELECT 1 AS x) INSERT INTO t (b) SELECT x FROM w
WITH w AS (SELECT 1 AS x) UPDATE t SET b = 0
SELECT * FROM (DELETE FROM t RETURNING b) AS q
SELECT b FROM t WHERE b IN (DELETE FROM t RETURNING b)
SELECT myschema.abs(1) AS x
SELECT main.lower('a') AS x
SELECT public.coalesce(1) AS x
SELECT my_function(1) AS x
SELECT "my function"(1) AS x
SELECT b FROM my_table_function(1)
SELECT b FROM t WHERE my_check(b)
SELECT my_aggregate(b) AS x FROM t
SELECT my_window(b) OVER () AS x FROM t
GRANT SELECT ON t TO PUBLIC
REVOKE SELECT ON t FROM PUBLIC
MERGE INTO t USING u ON t.b = u.b WHEN MATCHED THEN DELETE
TRUNCATE TABLE t
ANALYZE t
USE main
SET x = 1
SHOW TABLES
DESCRIBE t
CALL something()
EXECUTE something
LOCK TABLE t
KILL 1
VALUES (1)
# statements and constructs of DuckDB
ATTACH 'x.db'
ATTACH 'x.db' AS x (READ_ONLY)
ATTACH ':memory:' AS x
DETACH x
PRAGMA version
PRAGMA memory_limit='1GB'
PRAGMA enable_profiling
INSTALL httpfs
LOAD httpfs
INSTALL 'x.duckdb_extension'
FORCE INSTALL httpfs
COPY t TO 'x.csv'
COPY t FROM 'x.csv'
COPY (SELECT 1) TO 'x.parquet'
EXPORT DATABASE 'x'
IMPORT DATABASE 'x'
SET memory_limit = '8GB'
SET VARIABLE x = 1
RESET memory_limit
SET enable_external_access = true
CHECKPOINT
FORCE CHECKPOINT
VACUUM
CREATE SECRET s (TYPE s3)
DROP SECRET s
CREATE MACRO m(a) AS a
CREATE TYPE mood AS ENUM ('a')
CREATE SEQUENCE made
CREATE OR REPLACE TABLE t (a int)
CREATE SCHEMA made
SUMMARIZE t
SUMMARIZE SELECT 1
FROM (SUMMARIZE t)
SELECT * FROM (DESCRIBE t)
SHOW ALL TABLES
SHOW t
EXPLAIN ANALYZE SELECT 1
PREPARE p AS SELECT 1
EXECUTE p
DEALLOCATE p
CALL pragma_version()
CALL query('DELETE FROM t')
COMMENT ON TABLE t IS 'x'
INSERT OR REPLACE INTO t VALUES (1)
INSERT INTO t BY NAME SELECT 1 AS b
UPDATE EXTENSIONS
SELECT 'a'.upper() AS x
SELECT a.upper() AS x FROM t
SELECT ([1, 2]).list_sum() AS x
SELECT $1 AS x
SELECT $name AS x
SELECT 'x'::mood AS x
SELECT 'x'::main.mood AS x
SELECT main.my_macro(1) AS x
SELECT memory.main.abs(1) AS x
SELECT "getenv"('HOME') AS x
SELECT GETENV('HOME') AS x
SELECT getenv ('HOME') AS x
SELECT getenv/**/('HOME') AS x
WITH getenv(x) AS (SELECT 1) SELECT getenv('HOME') AS y
WITH getenv(x) AS (SELECT 1) SELECT 1 AS a, getenv('HOME') AS y FROM getenv
FROM read_csv('x.csv')
FROM 'x.csv' SELECT *
FROM '/etc/passwd'
FROM query('SELECT 1')
SELECT list_transform([1], lambda x: nextval('s')) AS x
SELECT [nextval('s') for x in [1, 2]] AS x
SELECT {'a': getenv('HOME')} AS x
SELECT map {'a': getenv('HOME')} AS x
SELECT list_aggregate([nextval('s')], 'sum') AS x
SELECT sum(nextval('s')) AS x
SELECT sum(b) FILTER (WHERE nextval('s') > 0) AS x FROM t
SELECT string_agg(a, ',' ORDER BY nextval('s')) AS x FROM t
SELECT b FROM t QUALIFY nextval('s') > 0
SELECT b FROM t LIMIT nextval('s')
SELECT b FROM t OFFSET nextval('s')
SELECT * REPLACE (getenv('HOME') AS a) FROM t
SELECT COLUMNS(getenv('HOME')) FROM t
SELECT DISTINCT ON (nextval('s')) b FROM t
PIVOT t ON b USING sum(nextval('s'))
SELECT * FROM t AT (VERSION => 1)
SELECT b FROM t ASOF JOIN read_csv('x.csv') AS q ON t.b >= q.b
SELECT unnest(getenv('HOME')) AS x
SELECT * FROM unnest([nextval('s')])
SELECT * FROM range(nextval('s'))
SELECT t.b FROM t, LATERAL (SELECT getenv('HOME')) AS q
SELECT json_extract(getenv('HOME'), '$') AS x
SELECT try(getenv('HOME')) AS x
SELECT struct_pack(a := getenv('HOME')) AS x
SELECT format('{}', getenv('HOME')) AS x
# functions that write, wait, tell settings or run a text
SELECT getenv('HOME')
SELECT b FROM t WHERE getenv('HOME') IS NOT NULL
SELECT b FROM t ORDER BY getvariable('x')
WITH w AS (SELECT getvariable('x') AS x) SELECT x FROM w
SELECT x FROM (SELECT current_setting('memory_limit') AS x) AS q
SELECT t.b FROM t JOIN u ON current_setting('memory_limit') IS NULL
SELECT CASE WHEN b = 1 THEN nextval('s') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT nextval('s')
SELECT b FROM t GROUP BY b HAVING max(currval('s')) IS NULL
SELECT coalesce(NULL, currval('s')) AS x
SELECT b FROM t WHERE EXISTS (SELECT current_query())
SELECT b FROM t WHERE b IN (SELECT current_query())
SELECT count(*) OVER (ORDER BY txid_current()) AS n FROM t
SELECT 1 AS one /* fine */, txid_current() AS x -- fine
SELECT (SELECT pg_sleep(0.01)) AS x
SELECT b FROM t GROUP BY b, pg_sleep(0.01)
SELECT b FROM t LEFT JOIN (SELECT sleep_ms(1) AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (sleep_ms(1) IS NULL OR b > 2)
(SELECT write_log('x'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND write_log('x') IS NULL) SELECT i FROM n
SELECT json_execute_serialized_sql('x')
SELECT b FROM t WHERE json_execute_serialized_sql('x') IS NOT NULL
SELECT b FROM t ORDER BY json_serialize_sql('SELECT 1')
WITH w AS (SELECT json_serialize_sql('SELECT 1') AS x) SELECT x FROM w
SELECT x FROM (SELECT json_deserialize_sql('{}') AS x) AS q
SELECT t.b FROM t JOIN u ON json_deserialize_sql('{}') IS NULL
SELECT CASE WHEN b = 1 THEN json_serialize_plan('SELECT 1') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT json_serialize_plan('SELECT 1')
SELECT b FROM t GROUP BY b HAVING max(in_search_path('a', 'b')) IS NULL
SELECT coalesce(NULL, in_search_path('a', 'b')) AS x
SELECT b FROM t WHERE EXISTS (SELECT current_schemas(true))
SELECT b FROM t WHERE b IN (SELECT current_schemas(true))
SELECT count(*) OVER (ORDER BY set_config('a', 'b', false)) AS n FROM t
SELECT 1 AS one /* fine */, set_config('a', 'b', false) AS x -- fine
SELECT (SELECT pg_get_viewdef(1)) AS x
SELECT b FROM t GROUP BY b, pg_get_viewdef(1)
SELECT b FROM t LEFT JOIN (SELECT has_table_privilege('t', 'SELECT') AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (has_table_privilege('t', 'SELECT') IS NULL OR b > 2)
(SELECT inet_client_addr())
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND inet_client_addr() IS NULL) SELECT i FROM n
SELECT obj_description(1)
SELECT b FROM t WHERE obj_description(1) IS NOT NULL
SELECT b FROM t ORDER BY getsecret('x')
WITH w AS (SELECT getsecret('x') AS x) SELECT x FROM w
SELECT x FROM (SELECT from_substrait('x') AS x) AS q
SELECT t.b FROM t JOIN u ON from_substrait('x') IS NULL
SELECT CASE WHEN b = 1 THEN get_substrait('x') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT get_substrait('x')
SELECT b FROM t GROUP BY b HAVING max(error('x')) IS NULL
SELECT coalesce(NULL, error('x')) AS x
SELECT b FROM t WHERE EXISTS (SELECT setseed(0.5))
SELECT b FROM t WHERE b IN (SELECT setseed(0.5))
SELECT count(*) OVER (ORDER BY read_text('x')) AS n FROM t
SELECT 1 AS one /* fine */, read_text('x') AS x -- fine
SELECT (SELECT read_blob('x')) AS x
SELECT b FROM t GROUP BY b, read_blob('x')
SELECT b FROM t LEFT JOIN (SELECT parse_duckdb_log_message('a', 'b') AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (parse_duckdb_log_message('a', 'b') IS NULL OR b > 2)
(SELECT get_block_size('x'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND get_block_size('x') IS NULL) SELECT i FROM n
SELECT create_sort_key(1, 'ASC')
SELECT b FROM t WHERE create_sort_key(1, 'ASC') IS NOT NULL
SELECT b FROM t ORDER BY invoke(x -> x, 1)
WITH w AS (SELECT invoke(x -> x, 1) AS x) SELECT x FROM w
SELECT x FROM (SELECT variant_normalize(1) AS x) AS q
SELECT t.b FROM t JOIN u ON variant_normalize(1) IS NULL
SELECT CASE WHEN b = 1 THEN __internal_compress_string_utinyint('a') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT __internal_compress_string_utinyint('a')
SELECT b FROM t GROUP BY b HAVING max(remap_struct(1, 2, 3, 4)) IS NULL
SELECT coalesce(NULL, remap_struct(1, 2, 3, 4)) AS x
SELECT b FROM t WHERE EXISTS (SELECT icu_sort_key('a', 'de'))
SELECT b FROM t WHERE b IN (SELECT icu_sort_key('a', 'de'))
SELECT count(*) OVER (ORDER BY make_type('x')) AS n FROM t
SELECT 1 AS one /* fine */, make_type('x') AS x -- fine
SELECT (SELECT finalize(1)) AS x
SELECT b FROM t GROUP BY b, finalize(1)
SELECT b FROM t LEFT JOIN (SELECT assert_true(false) AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (assert_true(false) IS NULL OR b > 2)
(SELECT http_get('http://127.0.0.1'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND http_get('http://127.0.0.1') IS NULL) SELECT i FROM n
SELECT http_post('x', 'y')
SELECT b FROM t WHERE http_post('x', 'y') IS NOT NULL
SELECT b FROM t ORDER BY open_prompt('x')
WITH w AS (SELECT open_prompt('x') AS x) SELECT x FROM w
SELECT x FROM (SELECT shell('id') AS x) AS q
SELECT t.b FROM t JOIN u ON shell('id') IS NULL
SELECT CASE WHEN b = 1 THEN st_read('x') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT st_read('x')
SELECT b FROM t GROUP BY b HAVING max(load_aws_credentials()) IS NULL
SELECT coalesce(NULL, load_aws_credentials()) AS x
SELECT b FROM t WHERE EXISTS (SELECT pg_typeof_of('x'))
SELECT b FROM t WHERE b IN (SELECT pg_typeof_of('x'))
SELECT count(*) OVER (ORDER BY pg_conf_load_time()) AS n FROM t
SELECT 1 AS one /* fine */, pg_conf_load_time() AS x -- fine
SELECT (SELECT col_description(1, 1)) AS x
SELECT b FROM t GROUP BY b, col_description(1, 1)
SELECT b FROM t LEFT JOIN (SELECT cast_to_type(1, 2) AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (cast_to_type(1, 2) IS NULL OR b > 2)
# a function in every place
SELECT nextval('s')
SELECT b FROM t WHERE nextval('s') IS NOT NULL
SELECT b FROM t ORDER BY nextval('s')
WITH w AS (SELECT nextval('s') AS x) SELECT x FROM w
SELECT x FROM (SELECT nextval('s') AS x) AS q
SELECT t.b FROM t JOIN u ON nextval('s') IS NULL
SELECT b FROM t GROUP BY b HAVING max(nextval('s')) IS NULL
SELECT coalesce(NULL, nextval('s')) AS x
SELECT b FROM t WHERE EXISTS (SELECT nextval('s'))
SELECT b FROM t WHERE b IN (SELECT nextval('s'))
SELECT count(*) OVER (ORDER BY nextval('s')) AS n FROM t
SELECT 1 AS one /* fine */, nextval('s') AS x -- fine
SELECT (SELECT nextval('s')) AS x
SELECT b FROM t GROUP BY b, nextval('s')
SELECT b FROM t LEFT JOIN (SELECT nextval('s') AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (nextval('s') IS NULL OR b > 2)
(SELECT nextval('s'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND nextval('s') IS NULL) SELECT i FROM n
# functions in FROM
SELECT * FROM read_csv('/etc/passwd')
SELECT x.* FROM read_csv_auto('x.csv') AS x
WITH w AS (SELECT * FROM read_parquet('x.parquet')) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN parquet_scan('x.parquet') AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM parquet_metadata('x.parquet'))
SELECT 1 FROM t UNION ALL SELECT 1 FROM parquet_schema('x.parquet')
SELECT t.b FROM t, parquet_file_metadata('x')
SELECT (SELECT count(*) FROM parquet_kv_metadata('x')) AS n
SELECT * FROM parquet_bloom_probe('x', 'a', 1)
SELECT x.* FROM read_json('x.json') AS x
WITH w AS (SELECT * FROM read_json_auto('x.json')) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN read_json_objects('x.json') AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM read_ndjson('x.json'))
SELECT 1 FROM t UNION ALL SELECT 1 FROM read_ndjson_auto('x.json')
SELECT t.b FROM t, read_ndjson_objects('x.json')
SELECT (SELECT count(*) FROM read_text('/etc/hostname')) AS n
SELECT * FROM read_blob('/etc/hostname')
SELECT x.* FROM read_duckdb('x.duckdb') AS x
WITH w AS (SELECT * FROM read_xlsx('x.xlsx')) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN glob('*') AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM sniff_csv('x.csv'))
SELECT 1 FROM t UNION ALL SELECT 1 FROM query('DELETE FROM t')
SELECT t.b FROM t, query_table('t')
SELECT (SELECT count(*) FROM duckdb_secrets()) AS n
SELECT * FROM which_secret('x', 's3')
SELECT x.* FROM duckdb_settings() AS x
WITH w AS (SELECT * FROM duckdb_variables()) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN duckdb_extensions() AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM duckdb_logs())
SELECT 1 FROM t UNION ALL SELECT 1 FROM duckdb_memory()
SELECT t.b FROM t, duckdb_temporary_files()
SELECT (SELECT count(*) FROM duckdb_databases()) AS n
SELECT * FROM duckdb_functions()
SELECT x.* FROM duckdb_sequences() AS x
WITH w AS (SELECT * FROM duckdb_prepared_statements()) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN pragma_show('t') AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM pragma_table_info('t'))
SELECT 1 FROM t UNION ALL SELECT 1 FROM pragma_storage_info('t')
SELECT t.b FROM t, pragma_database_size()
SELECT (SELECT count(*) FROM pragma_version()) AS n
SELECT * FROM pragma_user_agent()
SELECT x.* FROM checkpoint() AS x
WITH w AS (SELECT * FROM force_checkpoint()) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN enable_logging() AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM disable_logging())
SELECT 1 FROM t UNION ALL SELECT 1 FROM truncate_duckdb_logs()
SELECT t.b FROM t, enable_profiling()
SELECT (SELECT count(*) FROM sqlite_scan('x', 'y')) AS n
SELECT * FROM sqlite_query('x', 'y')
SELECT x.* FROM sqlite_attach('x') AS x
WITH w AS (SELECT * FROM postgres_scan('x', 'y', 'z')) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN postgres_query('x', 'y') AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM postgres_attach('x'))
SELECT 1 FROM t UNION ALL SELECT 1 FROM mysql_query('x', 'y')
SELECT t.b FROM t, iceberg_scan('x')
SELECT (SELECT count(*) FROM delta_scan('x')) AS n
SELECT * FROM st_read('x')
SELECT x.* FROM st_read_osm('x') AS x
WITH w AS (SELECT * FROM arrow_scan(1, 2, 3)) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN pandas_scan(1) AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM python_map_function(1))
SELECT 1 FROM t UNION ALL SELECT 1 FROM seq_scan('t')
SELECT t.b FROM t, json_execute_serialized_sql('x')
SELECT (SELECT count(*) FROM from_substrait('x')) AS n
SELECT * FROM from_substrait_json('x')
SELECT x.* FROM summary(t) AS x
WITH w AS (SELECT * FROM test_all_types()) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN repeat_row(1, num_rows = 3) AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM icu_calendar_names())
SELECT 1 FROM t UNION ALL SELECT 1 FROM pg_timezone_names()
SELECT t.b FROM t, duckdb_external_file_cache()
SELECT (SELECT count(*) FROM register_external_resource('x')) AS n
SELECT * FROM my_macro(1)
SELECT t.b FROM t CROSS JOIN read_csv('/etc/passwd') AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM read_csv_auto('x.csv'))
SELECT 1 FROM t UNION ALL SELECT 1 FROM read_parquet('x.parquet')
SELECT t.b FROM t, parquet_scan('x.parquet')
SELECT (SELECT count(*) FROM parquet_metadata('x.parquet')) AS n
SELECT * FROM parquet_schema('x.parquet')
SELECT x.* FROM parquet_file_metadata('x') AS x
WITH w AS (SELECT * FROM parquet_kv_metadata('x')) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN parquet_bloom_probe('x', 'a', 1) AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM read_json('x.json'))
SELECT 1 FROM t UNION ALL SELECT 1 FROM read_json_auto('x.json')
SELECT t.b FROM t, read_json_objects('x.json')
SELECT (SELECT count(*) FROM read_ndjson('x.json')) AS n
SELECT * FROM read_ndjson_auto('x.json')
SELECT x.* FROM read_ndjson_objects('x.json') AS x
WITH w AS (SELECT * FROM read_text('/etc/hostname')) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN read_blob('/etc/hostname') AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM read_duckdb('x.duckdb'))
SELECT 1 FROM t UNION ALL SELECT 1 FROM read_xlsx('x.xlsx')
SELECT t.b FROM t, glob('*')
SELECT (SELECT count(*) FROM sniff_csv('x.csv')) AS n
SELECT * FROM query('DELETE FROM t')
SELECT x.* FROM query_table('t') AS x
WITH w AS (SELECT * FROM duckdb_secrets()) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN which_secret('x', 's3') AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM duckdb_settings())
SELECT 1 FROM t UNION ALL SELECT 1 FROM duckdb_variables()
SELECT t.b FROM t, duckdb_extensions()
SELECT (SELECT count(*) FROM duckdb_logs()) AS n
SELECT * FROM duckdb_memory()
SELECT x.* FROM duckdb_temporary_files() AS x
WITH w AS (SELECT * FROM duckdb_databases()) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN duckdb_functions() AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM duckdb_sequences())
# files and the catalogue as tables
SELECT * FROM '/etc/passwd'
SELECT x.* FROM 'x.csv' AS x
WITH w AS (SELECT * FROM 'x.parquet') SELECT * FROM w
SELECT t.b FROM t CROSS JOIN 'x.json' AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM 'x.csv.gz')
SELECT 1 FROM t UNION ALL SELECT 1 FROM '*.parquet'
SELECT t.b FROM t, 's3://bucket/x.parquet'
SELECT (SELECT count(*) FROM 'https://host/x.csv') AS n
SELECT * FROM "x.csv"
SELECT x.* FROM "/etc/passwd" AS x
WITH w AS (SELECT * FROM 'x.duckdb') SELECT * FROM w
SELECT t.b FROM t CROSS JOIN 'x.db' AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM 'x.tsv')
SELECT 1 FROM t UNION ALL SELECT 1 FROM 'x.ndjson'
SELECT t.b FROM t, 'x.xlsx'
SELECT (SELECT count(*) FROM '..\x') AS n
SELECT * FROM duckdb_secrets
SELECT x.* FROM duckdb_settings AS x
WITH w AS (SELECT * FROM duckdb_tables) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN duckdb_columns AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM duckdb_views)
SELECT 1 FROM t UNION ALL SELECT 1 FROM duckdb_logs
SELECT t.b FROM t, duckdb_variables
SELECT (SELECT count(*) FROM pragma_database_list) AS n
SELECT * FROM sqlite_master
SELECT x.* FROM sqlite_schema AS x
WITH w AS (SELECT * FROM sqlite_temp_master) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN pg_catalog.pg_settings AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM pg_catalog.pg_class)
SELECT 1 FROM t UNION ALL SELECT 1 FROM pg_settings
SELECT t.b FROM t, system.main.duckdb_secrets
SELECT (SELECT count(*) FROM information_schema.triggers) AS n
SELECT * FROM a.b.c.d
SELECT x.* FROM 'x.arrow' AS x
WITH w AS (SELECT * FROM 'x.avro') SELECT * FROM w
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM '/etc/passwd')
SELECT 1 FROM t UNION ALL SELECT 1 FROM 'x.csv'
SELECT t.b FROM t, 'x.parquet'
SELECT (SELECT count(*) FROM 'x.json') AS n
SELECT * FROM 'x.csv.gz'
SELECT x.* FROM '*.parquet' AS x
WITH w AS (SELECT * FROM 's3://bucket/x.parquet') SELECT * FROM w
SELECT t.b FROM t CROSS JOIN 'https://host/x.csv' AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM "x.csv")
SELECT 1 FROM t UNION ALL SELECT 1 FROM "/etc/passwd"
SELECT t.b FROM t, 'x.duckdb'
SELECT (SELECT count(*) FROM 'x.db') AS n
SELECT * FROM 'x.tsv'
SELECT x.* FROM 'x.ndjson' AS x
WITH w AS (SELECT * FROM 'x.xlsx') SELECT * FROM w
SELECT t.b FROM t CROSS JOIN '..\x' AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM duckdb_secrets)
SELECT 1 FROM t UNION ALL SELECT 1 FROM duckdb_settings
SELECT t.b FROM t, duckdb_tables
SELECT (SELECT count(*) FROM duckdb_columns) AS n
# found by an attack on the guard
SELECT timestamp() AS r FROM t
