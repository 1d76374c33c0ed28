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
SELECT 1_000 AS n
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
# statements and constructs of PostgreSQL
COPY t TO '/tmp/x'
COPY t FROM '/etc/passwd'
COPY t TO PROGRAM 'true'
COPY (SELECT 1) TO STDOUT
SELECT * INTO made FROM t
SELECT b INTO TEMP made FROM t
SELECT b INTO UNLOGGED made FROM t
WITH w AS (SELECT 1 AS x) SELECT x INTO made FROM w
SELECT * FROM (SELECT b INTO made FROM t) AS q
SELECT * FROM t FOR UPDATE
SELECT * FROM t FOR NO KEY UPDATE
SELECT * FROM t FOR SHARE
SELECT * FROM t FOR KEY SHARE
SELECT * FROM t FOR UPDATE NOWAIT
SELECT * FROM t FOR UPDATE SKIP LOCKED
SELECT * FROM t FOR UPDATE OF t
SELECT * FROM (SELECT * FROM t FOR SHARE) AS q
WITH w AS (SELECT * FROM t FOR UPDATE) SELECT * FROM w
SELECT b FROM t WHERE b IN (SELECT b FROM u FOR UPDATE)
DO $$ BEGIN DELETE FROM t; END $$
VACUUM t
VACUUM FULL
REINDEX TABLE t
CLUSTER t
CHECKPOINT
DISCARD ALL
RESET ALL
SET ROLE postgres
SET SESSION AUTHORIZATION postgres
SET default_transaction_read_only = off
SET TRANSACTION READ WRITE
BEGIN READ WRITE
START TRANSACTION READ WRITE
SET LOCAL statement_timeout = 0
NOTIFY a
LISTEN a
UNLISTEN a
LOAD 'auto_explain'
PREPARE p AS DELETE FROM t
EXECUTE p
DEALLOCATE ALL
DECLARE c CURSOR FOR SELECT 1
FETCH ALL FROM c
MOVE ALL FROM c
CLOSE c
LOCK TABLE t IN ACCESS EXCLUSIVE MODE
REFRESH MATERIALIZED VIEW m
CREATE EXTENSION dblink
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE ROLE r SUPERUSER
ALTER ROLE postgres PASSWORD 'x'
ALTER SYSTEM SET work_mem = '1GB'
CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw
IMPORT FOREIGN SCHEMA public FROM SERVER s INTO public
COMMENT ON TABLE t IS 'x'
SECURITY LABEL ON TABLE t IS 'x'
REASSIGN OWNED BY a TO b
EXPLAIN ANALYZE DELETE FROM t
EXPLAIN (ANALYZE) SELECT nextval('s')
SELECT 't'::regclass AS x
SELECT 'abs(int)'::regprocedure AS x
SELECT 'x'::mood AS x
SELECT 'x'::myschema.mood AS x
SELECT CAST('x' AS mood) AS x
SELECT b OPERATOR(pg_catalog.+) 1 AS x FROM t
SELECT b OPERATOR(evil.+) 1 AS x FROM t
SELECT $1 AS x
SELECT $1::int AS x
SELECT pg_catalog."pg_read_file"('/etc/hostname') AS x
SELECT "pg_sleep"(0.01) AS x
SELECT U&"pg\005fsleep"(0.01) AS x
SELECT PG_SLEEP(0.01) AS x
SELECT pg_sleep (0.01) AS x
SELECT pg_sleep/**/(0.01) AS x
SELECT pg_catalog . pg_sleep(0.01) AS x
SELECT pg_sleep(VARIADIC ARRAY[0.01]) AS x
WITH pg_sleep(x) AS (SELECT 1) SELECT pg_sleep(0.01) AS y
WITH pg_sleep(x) AS (SELECT 1) SELECT 1 AS a, pg_sleep(0.01) AS y FROM pg_sleep
SELECT b FROM t AS nextval(x) WHERE nextval('s') > 0
SELECT * FROM ROWS FROM (generate_series(1, 2), pg_ls_dir('.')) AS x(a, b)
SELECT * FROM LATERAL pg_ls_dir('.') AS x
SELECT t.b FROM t CROSS JOIN LATERAL pg_ls_dir('.') AS x
SELECT * FROM dblink('x', 'y') AS x(a int)
SELECT * FROM xmltable('/a' PASSING '<a/>' COLUMNS x text)
SELECT b FROM other_database.public.x.t
SELECT E'\'' || pg_read_file('/etc/hostname') AS x
SELECT 'a' || nextval('s') || 'b' AS x
SELECT array[nextval('s')] AS x
SELECT (nextval('s'), 1) AS x
SELECT nextval('s') FILTER (WHERE true) AS x
SELECT sum(nextval('s')) AS x
SELECT sum(b) FILTER (WHERE nextval('s') > 0) AS x FROM t
SELECT string_agg(a, ',' ORDER BY nextval('s')) AS x FROM t
SELECT b FROM t TABLESAMPLE SYSTEM (nextval('s'))
SELECT b FROM t OFFSET nextval('s')
SELECT b FROM t LIMIT nextval('s')
SELECT DISTINCT ON (nextval('s')) b FROM t
SELECT b FROM t WINDOW w AS (ORDER BY nextval('s'))
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY nextval('s')) AS x FROM t
SELECT json_build_object('a', nextval('s')) AS x
SELECT xmlelement(name a, nextval('s')) AS x
SELECT b FROM t FETCH FIRST (nextval('s')) ROWS ONLY
# functions that write, wait, lock, read files or tell about the server
SELECT pg_sleep(0.01)
SELECT b FROM t WHERE pg_sleep(0.01) IS NOT NULL
SELECT b FROM t ORDER BY pg_sleep_for('1 ms')
WITH w AS (SELECT pg_sleep_for('1 ms') AS x) SELECT x FROM w
SELECT x FROM (SELECT pg_sleep_until(now()) AS x) AS q
SELECT t.b FROM t JOIN u ON pg_sleep_until(now()) IS NULL
SELECT CASE WHEN b = 1 THEN pg_read_file('/etc/hostname') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT pg_read_file('/etc/hostname')
SELECT b FROM t GROUP BY b HAVING max(pg_read_binary_file('/etc/hostname')) IS NULL
SELECT coalesce(NULL, pg_read_binary_file('/etc/hostname')) AS x
SELECT b FROM t WHERE EXISTS (SELECT pg_stat_file('.'))
SELECT b FROM t WHERE b IN (SELECT pg_stat_file('.'))
SELECT count(*) OVER (ORDER BY lo_import('/etc/hostname')) AS n FROM t
SELECT 1 AS one /* fine */, lo_import('/etc/hostname') AS x -- fine
SELECT (SELECT lo_export(1, '/tmp/x')) AS x
SELECT b FROM t GROUP BY b, lo_export(1, '/tmp/x')
SELECT b FROM t LEFT JOIN (SELECT lo_create(0) AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (lo_create(0) IS NULL OR b > 2)
(SELECT lo_creat(-1))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND lo_creat(-1) IS NULL) SELECT i FROM n
SELECT lo_unlink(1)
SELECT b FROM t WHERE lo_unlink(1) IS NOT NULL
SELECT b FROM t ORDER BY lo_from_bytea(0, 'x')
WITH w AS (SELECT lo_from_bytea(0, 'x') AS x) SELECT x FROM w
SELECT x FROM (SELECT lo_put(1, 0, 'x') AS x) AS q
SELECT t.b FROM t JOIN u ON lo_put(1, 0, 'x') IS NULL
SELECT CASE WHEN b = 1 THEN lo_get(1) END AS x FROM t
SELECT 1 AS x UNION ALL SELECT lo_get(1)
SELECT b FROM t GROUP BY b HAVING max(lo_open(1, 131072)) IS NULL
SELECT coalesce(NULL, lo_open(1, 131072)) AS x
SELECT b FROM t WHERE EXISTS (SELECT loread(0, 10))
SELECT b FROM t WHERE b IN (SELECT loread(0, 10))
SELECT count(*) OVER (ORDER BY lowrite(0, 'x')) AS n FROM t
SELECT 1 AS one /* fine */, lowrite(0, 'x') AS x -- fine
SELECT (SELECT nextval('s')) AS x
SELECT b FROM t GROUP BY b, nextval('s')
SELECT b FROM t LEFT JOIN (SELECT setval('s', 99) AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (setval('s', 99) IS NULL OR b > 2)
(SELECT currval('s'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND currval('s') IS NULL) SELECT i FROM n
SELECT lastval()
SELECT b FROM t WHERE lastval() IS NOT NULL
SELECT b FROM t ORDER BY set_config('statement_timeout', '0', false)
WITH w AS (SELECT set_config('statement_timeout', '0', false) AS x) SELECT x FROM w
SELECT x FROM (SELECT set_config('default_transaction_read_only', 'off', false) AS x) AS q
SELECT t.b FROM t JOIN u ON set_config('default_transaction_read_only', 'off', false) IS NULL
SELECT CASE WHEN b = 1 THEN current_setting('data_directory') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT current_setting('data_directory')
SELECT b FROM t GROUP BY b HAVING max(pg_reload_conf()) IS NULL
SELECT coalesce(NULL, pg_reload_conf()) AS x
SELECT b FROM t WHERE EXISTS (SELECT pg_rotate_logfile())
SELECT b FROM t WHERE b IN (SELECT pg_rotate_logfile())
SELECT count(*) OVER (ORDER BY pg_cancel_backend(0)) AS n FROM t
SELECT 1 AS one /* fine */, pg_cancel_backend(0) AS x -- fine
SELECT (SELECT pg_terminate_backend(0)) AS x
SELECT b FROM t GROUP BY b, pg_terminate_backend(0)
SELECT b FROM t LEFT JOIN (SELECT pg_advisory_lock(1) AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (pg_advisory_lock(1) IS NULL OR b > 2)
(SELECT pg_advisory_xact_lock(1))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND pg_advisory_xact_lock(1) IS NULL) SELECT i FROM n
SELECT pg_try_advisory_lock(1)
SELECT b FROM t WHERE pg_try_advisory_lock(1) IS NOT NULL
SELECT b FROM t ORDER BY pg_advisory_unlock_all()
WITH w AS (SELECT pg_advisory_unlock_all() AS x) SELECT x FROM w
SELECT x FROM (SELECT pg_notify('a', 'b') AS x) AS q
SELECT t.b FROM t JOIN u ON pg_notify('a', 'b') IS NULL
SELECT CASE WHEN b = 1 THEN pg_export_snapshot() END AS x FROM t
SELECT 1 AS x UNION ALL SELECT pg_export_snapshot()
SELECT b FROM t GROUP BY b HAVING max(pg_switch_wal()) IS NULL
SELECT coalesce(NULL, pg_switch_wal()) AS x
SELECT b FROM t WHERE EXISTS (SELECT pg_create_restore_point('x'))
SELECT b FROM t WHERE b IN (SELECT pg_create_restore_point('x'))
SELECT count(*) OVER (ORDER BY pg_current_wal_lsn()) AS n FROM t
SELECT 1 AS one /* fine */, pg_current_wal_lsn() AS x -- fine
SELECT (SELECT pg_promote()) AS x
SELECT b FROM t GROUP BY b, pg_promote()
SELECT b FROM t LEFT JOIN (SELECT pg_wal_replay_pause() AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (pg_wal_replay_pause() IS NULL OR b > 2)
(SELECT pg_is_in_recovery())
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND pg_is_in_recovery() IS NULL) SELECT i FROM n
SELECT pg_create_physical_replication_slot('x')
SELECT b FROM t WHERE pg_create_physical_replication_slot('x') IS NOT NULL
SELECT b FROM t ORDER BY pg_create_logical_replication_slot('x', 'test_decoding')
WITH w AS (SELECT pg_create_logical_replication_slot('x', 'test_decoding') AS x) SELECT x FROM w
SELECT x FROM (SELECT pg_drop_replication_slot('x') AS x) AS q
SELECT t.b FROM t JOIN u ON pg_drop_replication_slot('x') IS NULL
SELECT CASE WHEN b = 1 THEN pg_logical_emit_message(false, 'a', 'b') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT pg_logical_emit_message(false, 'a', 'b')
SELECT b FROM t GROUP BY b HAVING max(pg_replication_origin_create('x')) IS NULL
SELECT coalesce(NULL, pg_replication_origin_create('x')) AS x
SELECT b FROM t WHERE EXISTS (SELECT pg_stat_reset())
SELECT b FROM t WHERE b IN (SELECT pg_stat_reset())
SELECT count(*) OVER (ORDER BY pg_stat_reset_shared('bgwriter')) AS n FROM t
SELECT 1 AS one /* fine */, pg_stat_reset_shared('bgwriter') AS x -- fine
SELECT (SELECT pg_log_backend_memory_contexts(0)) AS x
SELECT b FROM t GROUP BY b, pg_log_backend_memory_contexts(0)
SELECT b FROM t LEFT JOIN (SELECT pg_current_logfile() AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (pg_current_logfile() IS NULL OR b > 2)
(SELECT pg_backup_start('x'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND pg_backup_start('x') IS NULL) SELECT i FROM n
SELECT pg_backup_stop()
SELECT b FROM t WHERE pg_backup_stop() IS NOT NULL
SELECT b FROM t ORDER BY txid_current()
WITH w AS (SELECT txid_current() AS x) SELECT x FROM w
SELECT x FROM (SELECT pg_current_xact_id() AS x) AS q
SELECT t.b FROM t JOIN u ON pg_current_xact_id() IS NULL
SELECT CASE WHEN b = 1 THEN query_to_xml('DELETE FROM t', true, true, '') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT query_to_xml('DELETE FROM t', true, true, '')
SELECT b FROM t GROUP BY b HAVING max(query_to_xml_and_xmlschema('SELECT 1', true, true, '')) IS NULL
SELECT coalesce(NULL, query_to_xml_and_xmlschema('SELECT 1', true, true, '')) AS x
SELECT b FROM t WHERE EXISTS (SELECT query_to_xmlschema('SELECT 1', true, true, ''))
SELECT b FROM t WHERE b IN (SELECT query_to_xmlschema('SELECT 1', true, true, ''))
SELECT count(*) OVER (ORDER BY table_to_xml('t', true, true, '')) AS n FROM t
SELECT 1 AS one /* fine */, table_to_xml('t', true, true, '') AS x -- fine
SELECT (SELECT schema_to_xml('public', true, true, '')) AS x
SELECT b FROM t GROUP BY b, schema_to_xml('public', true, true, '')
SELECT b FROM t LEFT JOIN (SELECT database_to_xml(true, true, '') AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (database_to_xml(true, true, '') IS NULL OR b > 2)
(SELECT cursor_to_xml('c', 1, true, true, ''))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND cursor_to_xml('c', 1, true, true, '') IS NULL) SELECT i FROM n
SELECT ts_rewrite('a'::tsquery, 'SELECT a, a FROM u')
SELECT b FROM t WHERE ts_rewrite('a'::tsquery, 'SELECT a, a FROM u') IS NOT NULL
SELECT b FROM t ORDER BY dblink('host=x', 'DELETE FROM t')
WITH w AS (SELECT dblink('host=x', 'DELETE FROM t') AS x) SELECT x FROM w
SELECT x FROM (SELECT dblink_exec('host=x', 'DELETE FROM t') AS x) AS q
SELECT t.b FROM t JOIN u ON dblink_exec('host=x', 'DELETE FROM t') IS NULL
SELECT CASE WHEN b = 1 THEN dblink_connect('host=x') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT dblink_connect('host=x')
SELECT b FROM t GROUP BY b HAVING max(postgres_fdw_disconnect_all()) IS NULL
SELECT coalesce(NULL, postgres_fdw_disconnect_all()) AS x
SELECT b FROM t WHERE EXISTS (SELECT pg_file_write('x', 'y', true))
SELECT b FROM t WHERE b IN (SELECT pg_file_write('x', 'y', true))
SELECT count(*) OVER (ORDER BY pg_get_viewdef('v')) AS n FROM t
SELECT 1 AS one /* fine */, pg_get_viewdef('v') AS x -- fine
SELECT (SELECT pg_get_functiondef(1)) AS x
SELECT b FROM t GROUP BY b, pg_get_functiondef(1)
SELECT b FROM t LEFT JOIN (SELECT pg_get_userbyid(10) AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (pg_get_userbyid(10) IS NULL OR b > 2)
(SELECT pg_relation_filepath('t'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND pg_relation_filepath('t') IS NULL) SELECT i FROM n
SELECT pg_relation_size('t')
SELECT b FROM t WHERE pg_relation_size('t') IS NOT NULL
SELECT b FROM t ORDER BY pg_total_relation_size('t')
WITH w AS (SELECT pg_total_relation_size('t') AS x) SELECT x FROM w
SELECT x FROM (SELECT pg_database_size('postgres') AS x) AS q
SELECT t.b FROM t JOIN u ON pg_database_size('postgres') IS NULL
SELECT CASE WHEN b = 1 THEN has_table_privilege('t', 'SELECT') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT has_table_privilege('t', 'SELECT')
SELECT b FROM t GROUP BY b HAVING max(inet_server_addr()) IS NULL
SELECT coalesce(NULL, inet_server_addr()) AS x
SELECT b FROM t WHERE EXISTS (SELECT inet_client_addr())
SELECT b FROM t WHERE b IN (SELECT inet_client_addr())
SELECT count(*) OVER (ORDER BY pg_backend_pid()) AS n FROM t
SELECT 1 AS one /* fine */, pg_backend_pid() AS x -- fine
SELECT (SELECT pg_conf_load_time()) AS x
SELECT b FROM t GROUP BY b, pg_conf_load_time()
SELECT b FROM t LEFT JOIN (SELECT pg_postmaster_start_time() AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (pg_postmaster_start_time() IS NULL OR b > 2)
(SELECT to_regclass('t'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND to_regclass('t') IS NULL) SELECT i FROM n
SELECT obj_description(1, 'pg_class')
SELECT b FROM t WHERE obj_description(1, 'pg_class') IS NOT NULL
SELECT b FROM t ORDER BY brin_summarize_range('x', 0)
WITH w AS (SELECT brin_summarize_range('x', 0) AS x) SELECT x FROM w
SELECT x FROM (SELECT gin_clean_pending_list('x') AS x) AS q
SELECT t.b FROM t JOIN u ON gin_clean_pending_list('x') IS NULL
SELECT CASE WHEN b = 1 THEN xpath_table('a', 'b', 'c', 'd', 'e') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT xpath_table('a', 'b', 'c', 'd', 'e')
SELECT b FROM t GROUP BY b HAVING max(pg_describe_object(1, 1, 1)) IS NULL
SELECT coalesce(NULL, pg_describe_object(1, 1, 1)) AS x
SELECT b FROM t WHERE EXISTS (SELECT pg_partition_root('t'))
SELECT b FROM t WHERE b IN (SELECT pg_partition_root('t'))
SELECT count(*) OVER (ORDER BY pg_import_system_collations('pg_catalog')) AS n FROM t
SELECT 1 AS one /* fine */, pg_import_system_collations('pg_catalog') AS x -- fine
SELECT (SELECT binary_upgrade_set_next_pg_authid_oid(1)) AS x
SELECT b FROM t GROUP BY b, binary_upgrade_set_next_pg_authid_oid(1)
SELECT b FROM t LEFT JOIN (SELECT setseed(0.5) AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (setseed(0.5) IS NULL OR b > 2)
(SELECT plpgsql_call_handler())
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND plpgsql_call_handler() IS NULL) SELECT i FROM n
SELECT http_get('http://127.0.0.1')
SELECT b FROM t WHERE http_get('http://127.0.0.1') IS NOT NULL
SELECT b FROM t ORDER BY uuid_generate_v4()
WITH w AS (SELECT uuid_generate_v4() AS x) SELECT x FROM w
SELECT x FROM (SELECT crypt('a', 'b') AS x) AS q
SELECT t.b FROM t JOIN u ON crypt('a', 'b') IS NULL
# a function in every place
SELECT nextval('s')
SELECT b FROM t WHERE nextval('s') IS NOT NULL
SELECT b FROM t ORDER BY nextval('s')
WITH w AS (SELECT nextval('s') AS x) SELECT x FROM w
SELECT x FROM (SELECT nextval('s') AS x) AS q
SELECT t.b FROM t JOIN u ON nextval('s') IS NULL
SELECT CASE WHEN b = 1 THEN nextval('s') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT nextval('s')
SELECT b FROM t GROUP BY b HAVING max(nextval('s')) IS NULL
SELECT coalesce(NULL, nextval('s')) AS x
SELECT b FROM t WHERE EXISTS (SELECT nextval('s'))
SELECT b FROM t WHERE b IN (SELECT nextval('s'))
SELECT count(*) OVER (ORDER BY nextval('s')) AS n FROM t
SELECT 1 AS one /* fine */, nextval('s') AS x -- fine
SELECT b FROM t LEFT JOIN (SELECT nextval('s') AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (nextval('s') IS NULL OR b > 2)
(SELECT nextval('s'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND nextval('s') IS NULL) SELECT i FROM n
SELECT pg_read_file('/etc/hostname')
SELECT b FROM t WHERE pg_read_file('/etc/hostname') IS NOT NULL
SELECT b FROM t ORDER BY pg_read_file('/etc/hostname')
WITH w AS (SELECT pg_read_file('/etc/hostname') AS x) SELECT x FROM w
SELECT x FROM (SELECT pg_read_file('/etc/hostname') AS x) AS q
SELECT t.b FROM t JOIN u ON pg_read_file('/etc/hostname') IS NULL
SELECT b FROM t GROUP BY b HAVING max(pg_read_file('/etc/hostname')) IS NULL
SELECT coalesce(NULL, pg_read_file('/etc/hostname')) AS x
SELECT b FROM t WHERE EXISTS (SELECT pg_read_file('/etc/hostname'))
SELECT b FROM t WHERE b IN (SELECT pg_read_file('/etc/hostname'))
SELECT count(*) OVER (ORDER BY pg_read_file('/etc/hostname')) AS n FROM t
SELECT 1 AS one /* fine */, pg_read_file('/etc/hostname') AS x -- fine
SELECT (SELECT pg_read_file('/etc/hostname')) AS x
SELECT b FROM t GROUP BY b, pg_read_file('/etc/hostname')
SELECT b FROM t LEFT JOIN (SELECT pg_read_file('/etc/hostname') AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (pg_read_file('/etc/hostname') IS NULL OR b > 2)
(SELECT pg_read_file('/etc/hostname'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND pg_read_file('/etc/hostname') IS NULL) SELECT i FROM n
# functions in FROM
SELECT * FROM pg_ls_dir('.')
SELECT x.* FROM pg_ls_dir('.') AS x
WITH w AS (SELECT * FROM pg_ls_logdir()) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN pg_ls_logdir() AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM pg_ls_waldir())
SELECT 1 FROM t UNION ALL SELECT 1 FROM pg_ls_waldir()
SELECT t.b FROM t, pg_ls_tmpdir()
SELECT (SELECT count(*) FROM pg_ls_tmpdir()) AS n
SELECT * FROM ts_stat('SELECT 1')
SELECT x.* FROM ts_stat('SELECT 1') AS x
WITH w AS (SELECT * FROM dblink('x', 'SELECT 1')) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN dblink('x', 'SELECT 1') AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM crosstab('SELECT 1, 2, 3'))
SELECT 1 FROM t UNION ALL SELECT 1 FROM crosstab('SELECT 1, 2, 3')
SELECT t.b FROM t, pg_show_all_settings()
SELECT (SELECT count(*) FROM pg_show_all_settings()) AS n
SELECT * FROM pg_config()
SELECT x.* FROM pg_config() AS x
WITH w AS (SELECT * FROM pg_hba_file_rules()) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN pg_hba_file_rules() AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM pg_stat_get_activity(NULL))
SELECT 1 FROM t UNION ALL SELECT 1 FROM pg_stat_get_activity(NULL)
SELECT t.b FROM t, pg_logical_slot_get_changes('x', NULL, NULL)
SELECT (SELECT count(*) FROM pg_logical_slot_get_changes('x', NULL, NULL)) AS n
SELECT * FROM pg_get_wal_records_info('0/0', '0/1')
SELECT x.* FROM pg_get_wal_records_info('0/0', '0/1') AS x
WITH w AS (SELECT * FROM pg_available_extensions()) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN pg_available_extensions() AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM pg_listening_channels())
SELECT 1 FROM t UNION ALL SELECT 1 FROM pg_listening_channels()
SELECT t.b FROM t, pg_cursor()
SELECT (SELECT count(*) FROM pg_cursor()) AS n
SELECT * FROM pg_prepared_statement()
SELECT x.* FROM pg_prepared_statement() AS x
WITH w AS (SELECT * FROM pg_timezone_names()) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN pg_timezone_names() AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM pg_lock_status())
SELECT 1 FROM t UNION ALL SELECT 1 FROM pg_lock_status()
SELECT t.b FROM t, pg_stat_file('.')
SELECT (SELECT count(*) FROM pg_stat_file('.')) AS n
SELECT * FROM now()
SELECT x.* FROM now() AS x
WITH w AS (SELECT * FROM abs(1)) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN abs(1) AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM nextval('s'))
SELECT 1 FROM t UNION ALL SELECT 1 FROM nextval('s')
SELECT t.b FROM t, aclexplode(NULL)
SELECT (SELECT count(*) FROM aclexplode(NULL)) AS n
SELECT * FROM pg_event_trigger_ddl_commands()
SELECT x.* FROM pg_event_trigger_ddl_commands() AS x
# tables of the catalogue
SELECT * FROM pg_shadow
SELECT x.* FROM pg_catalog.pg_authid AS x
WITH w AS (SELECT * FROM pg_user) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN pg_catalog.pg_roles AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM pg_auth_members)
SELECT 1 FROM t UNION ALL SELECT 1 FROM pg_catalog.pg_user_mapping
SELECT t.b FROM t, pg_user_mappings
SELECT (SELECT count(*) FROM pg_catalog.pg_foreign_server) AS n
SELECT * FROM pg_foreign_table
SELECT x.* FROM pg_catalog.pg_subscription AS x
WITH w AS (SELECT * FROM pg_settings) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN pg_catalog.pg_file_settings AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM pg_hba_file_rules)
SELECT 1 FROM t UNION ALL SELECT 1 FROM pg_catalog.pg_ident_file_mappings
SELECT t.b FROM t, pg_config
SELECT (SELECT count(*) FROM pg_catalog.pg_stat_activity) AS n
SELECT * FROM pg_stat_statements
SELECT x.* FROM pg_catalog.pg_stat_replication AS x
WITH w AS (SELECT * FROM pg_stat_ssl) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN pg_catalog.pg_stats AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM pg_statistic)
SELECT 1 FROM t UNION ALL SELECT 1 FROM pg_catalog.pg_stats_ext
SELECT t.b FROM t, pg_largeobject
SELECT (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata) AS n
SELECT * FROM pg_proc
SELECT x.* FROM pg_catalog.pg_db_role_setting AS x
WITH w AS (SELECT * FROM pg_prepared_statements) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN pg_catalog.pg_cursors AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM pg_locks)
SELECT 1 FROM t UNION ALL SELECT 1 FROM pg_catalog.pg_replication_slots
SELECT t.b FROM t, pg_shmem_allocations
SELECT (SELECT count(*) FROM pg_catalog.pg_backend_memory_contexts) AS n
SELECT * FROM pg_available_extensions
SELECT x.* FROM pg_catalog.pg_rules AS x
WITH w AS (SELECT * FROM pg_policies) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN pg_catalog.pg_trigger AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM pg_event_trigger)
SELECT 1 FROM t UNION ALL SELECT 1 FROM pg_catalog.pg_database
SELECT t.b FROM t, information_schema.user_mapping_options
SELECT (SELECT count(*) FROM information_schema.foreign_server_options) AS n
SELECT * FROM information_schema.routines
SELECT x.* FROM information_schema.role_table_grants AS x
WITH w AS (SELECT * FROM information_schema.triggers) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN information_schema._pg_user_mappings AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM pg_toast.pg_toast_1)
SELECT 1 FROM t UNION ALL SELECT 1 FROM PG_AUTHID
SELECT t.b FROM t, "pg_authid"
# found by an attack on the guard
SELECT (-1).lo_creat AS x
SELECT g.lo_create AS x FROM generate_series(77001,77002) g
SELECT (77001).lo_unlink AS x
SELECT (999999999).pg_terminate_backend AS x
SELECT (999999999).pg_cancel_backend AS x
SELECT (42::bigint).pg_advisory_lock AS x
SELECT (1::float8).pg_sleep AS x
SELECT g.current_setting FROM regexp_split_to_table('server_version', 'zz') AS g
SELECT ('/etc/passwd').pg_read_file AS x
SELECT ('/etc/passwd'::text).pg_stat_file AS x
SELECT ('s').nextval AS x
SELECT ('SELECT 1').ts_stat AS x
SELECT (ARRAY[5])[1].lo_create AS x
SELECT ((ARRAY[5])[1]).lo_create AS x
SELECT "g"."lo_create" FROM generate_series(77001, 77002) AS "g"
SELECT (t.b).lo_create AS x FROM t
SELECT (t).lo_creat AS x FROM unnest(ARRAY[77001]) t
SELECT b FROM t WHERE (b).lo_create > 0
SELECT b FROM t ORDER BY (b).lo_create
SELECT count(*) AS n FROM t GROUP BY (b).lo_create
SELECT g.lo_creat FROM generate_series(77001, 77002) AS g(a)
SELECT g.lo_create FROM t, LATERAL generate_series(77001, t.b) AS g
SELECT g.lo_create FROM t CROSS JOIN LATERAL unnest(ARRAY[77001]) AS g
SELECT generate_series.lo_create FROM generate_series(77001, 77002)
SELECT lo_create.lo_create FROM generate_series(77001, 77002) AS lo_create(a)
SELECT g.my_own_function FROM generate_series(1, 2) AS g
SELECT g.my_own_function FROM generate_series(1, 2) AS g(a)
SELECT g.my_own FROM ROWS FROM (generate_series(1, 2)) AS g(a)
SELECT (b).my_own_function AS x FROM t
SELECT x.c FROM (SELECT (b).lo_create AS c FROM t) AS x
SELECT e.pg_sleep FROM jsonb_array_elements('[1]') AS e
SELECT unnest.lo_create FROM unnest(ARRAY[77001])
SELECT G.LO_CREATE FROM generate_series(77001, 77002) AS g
SELECT (1).table_to_xml AS x
SELECT a.my_own_function FROM current_date AS a
SELECT a.my_own_function FROM user a
SELECT (SELECT 77001).lo_create AS x
SELECT sum((b).lo_create) OVER (ORDER BY b) AS x FROM t
