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
# statements and constructs of MySQL and MariaDB
SELECT * FROM t INTO OUTFILE '/tmp/x'
SELECT * INTO OUTFILE '/tmp/x' FROM t
SELECT b INTO DUMPFILE '/tmp/x' FROM t
SELECT b FROM t LIMIT 1 INTO @x
SELECT b INTO @x FROM t LIMIT 1
SELECT @x AS x
SELECT @x := 1 AS x
SELECT @x := b AS x FROM t
SELECT b FROM t WHERE (@x := b) > 0
SELECT b, (SELECT @n := @n + 1) AS n FROM t
SELECT @@version AS x
SELECT @@global.read_only AS x
SELECT @@session.sql_mode AS x
SELECT @@datadir AS x
SELECT @@secure_file_priv AS x
SELECT b FROM t WHERE b = @@server_id
SELECT b FROM t FOR UPDATE
SELECT b FROM t FOR SHARE
SELECT b FROM t LOCK IN SHARE MODE
SELECT b FROM t FOR UPDATE NOWAIT
SELECT b FROM t FOR UPDATE SKIP LOCKED
SELECT b FROM (SELECT b FROM t FOR UPDATE) AS q
WITH w AS (SELECT b FROM t FOR UPDATE) SELECT b FROM w
SELECT b FROM t PROCEDURE ANALYSE()
SELECT b FROM t PROCEDURE ANALYSE(1, 1)
SELECT /*+ SET_VAR(max_execution_time = 0) */ b FROM t
SELECT /*+ MAX_EXECUTION_TIME(0) */ b FROM t
HANDLER t OPEN
HANDLER t READ FIRST
LOAD DATA INFILE '/etc/passwd' INTO TABLE t
LOAD DATA LOCAL INFILE 'x' INTO TABLE t
LOAD XML INFILE 'x' INTO TABLE t
REPLACE INTO t (b) VALUES (1)
REPLACE INTO t SET b = 1
INSERT IGNORE INTO t (b) VALUES (1)
INSERT INTO t (b) VALUES (1) ON DUPLICATE KEY UPDATE b = 2
INSERT DELAYED INTO t (b) VALUES (1)
UPDATE t, u SET t.b = 0
DELETE t FROM t JOIN u ON t.b = u.b
DO sleep(0.01)
SET GLOBAL read_only = 0
SET SESSION TRANSACTION READ WRITE
SET sql_mode = 'ANSI'
SET @x = 1
SET PASSWORD = 'x'
SET NAMES utf8
FLUSH TABLES
FLUSH PRIVILEGES
RESET MASTER
PURGE BINARY LOGS TO 'x'
CHANGE MASTER TO MASTER_HOST = 'x'
START SLAVE
STOP SLAVE
SHUTDOWN
INSTALL PLUGIN x SONAME 'x.so'
CREATE FUNCTION sys_exec RETURNS int SONAME 'x.so'
CREATE USER x
ALTER USER x IDENTIFIED BY 'y'
DROP USER x
RENAME USER x TO y
RENAME TABLE t TO made
OPTIMIZE TABLE t
REPAIR TABLE t
CHECK TABLE t
CHECKSUM TABLE t
CACHE INDEX t IN x
LOCK TABLES t WRITE
UNLOCK TABLES
XA START 'x'
START TRANSACTION
START TRANSACTION READ WRITE
BEGIN NOT ATOMIC DELETE FROM t; END
PREPARE p FROM 'DELETE FROM t'
EXECUTE IMMEDIATE 'DELETE FROM t'
DEALLOCATE PREPARE p
SHOW GRANTS
SHOW PROCESSLIST
SHOW VARIABLES
HELP 'x'
SIGNAL SQLSTATE '45000'
SELECT NEXT VALUE FOR s AS x
SELECT NEXTVAL(s) AS x
SELECT PREVIOUS VALUE FOR s AS x
SELECT b FROM t WHERE NEXT VALUE FOR s > 0
SELECT 'x' INTO OUTFILE '/tmp/x'
SELECT 1 AS x UNION SELECT 2 INTO OUTFILE '/tmp/x'
SELECT `sleep`(0.01) AS x
SELECT SLEEP(0.01) AS x
SELECT sleep (0.01) AS x
SELECT sleep/**/(0.01) AS x
WITH sleep(x) AS (SELECT 1) SELECT sleep(0.01) AS y
WITH sleep(x) AS (SELECT 1) SELECT 1 AS a, sleep(0.01) AS y FROM sleep
SELECT mysql.sleep(0.01) AS x
SELECT test.my_function(1) AS x
SELECT IF(b = 1, sleep(0.01), 0) AS x FROM t
SELECT 1 AS x WHERE 1 = 1 OR sleep(0.01)
SELECT b FROM t WHERE b = 1 AND (SELECT sleep(0.01))
SELECT b FROM t WHERE b REGEXP sleep(0.01)
SELECT b FROM t LIMIT 1 OFFSET sleep(0.01)
SELECT group_concat(sleep(0.01)) AS x FROM t
SELECT json_object('a', load_file('/etc/hostname')) AS x
SELECT hex(load_file('/etc/hostname')) AS x
SELECT concat('a', load_file('/etc/hostname')) AS x
SELECT convert(load_file('/etc/hostname') USING utf8mb4) AS x
SELECT cast(load_file('/etc/hostname') AS char) AS x
SELECT x'41' AS a, load_file(x'2f') AS b
SELECT * FROM json_table(load_file('/etc/hostname'), '$[*]' COLUMNS (x int PATH '$')) AS j
SELECT b FROM t PARTITION (p0)
SELECT 0b101 AS x
SELECT b FROM other.my_view.x.y
DELETE HISTORY FROM t
SELECT b FROM t AS OF TIMESTAMP now()
SELECT b FROM t FOR SYSTEM_TIME ALL
# functions that wait, lock, read files, write or tell about the session
SELECT sleep(0.01)
SELECT b FROM t WHERE sleep(0.01) IS NOT NULL
SELECT b FROM t ORDER BY benchmark(10, md5('a'))
WITH w AS (SELECT benchmark(10, md5('a')) AS x) SELECT x FROM w
SELECT x FROM (SELECT load_file('/etc/hostname') AS x) AS q
SELECT t.b FROM t JOIN u ON load_file('/etc/hostname') IS NULL
SELECT CASE WHEN b = 1 THEN get_lock('a', 1) END AS x FROM t
SELECT 1 AS x UNION ALL SELECT get_lock('a', 1)
SELECT b FROM t GROUP BY b HAVING max(release_lock('a')) IS NULL
SELECT coalesce(NULL, release_lock('a')) AS x
SELECT b FROM t WHERE EXISTS (SELECT release_all_locks())
SELECT b FROM t WHERE b IN (SELECT release_all_locks())
SELECT count(*) OVER (ORDER BY is_free_lock('a')) AS n FROM t
SELECT 1 AS one /* fine */, is_free_lock('a') AS x -- fine
SELECT (SELECT is_used_lock('a')) AS x
SELECT b FROM t GROUP BY b, is_used_lock('a')
SELECT b FROM t LEFT JOIN (SELECT master_pos_wait('a', 1) AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (master_pos_wait('a', 1) IS NULL OR b > 2)
(SELECT source_pos_wait('a', 1))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND source_pos_wait('a', 1) IS NULL) SELECT i FROM n
SELECT master_gtid_wait('0-1-1', 0)
SELECT b FROM t WHERE master_gtid_wait('0-1-1', 0) IS NOT NULL
SELECT b FROM t ORDER BY wait_for_executed_gtid_set('a')
WITH w AS (SELECT wait_for_executed_gtid_set('a') AS x) SELECT x FROM w
SELECT x FROM (SELECT wait_until_sql_thread_after_gtids('a') AS x) AS q
SELECT t.b FROM t JOIN u ON wait_until_sql_thread_after_gtids('a') IS NULL
SELECT CASE WHEN b = 1 THEN binlog_gtid_pos('a', 1) END AS x FROM t
SELECT 1 AS x UNION ALL SELECT binlog_gtid_pos('a', 1)
SELECT b FROM t GROUP BY b HAVING max(nextval(s)) IS NULL
SELECT coalesce(NULL, nextval(s)) AS x
SELECT b FROM t WHERE EXISTS (SELECT lastval(s))
SELECT b FROM t WHERE b IN (SELECT lastval(s))
SELECT count(*) OVER (ORDER BY setval(s, 99)) AS n FROM t
SELECT 1 AS one /* fine */, setval(s, 99) AS x -- fine
SELECT (SELECT last_insert_id()) AS x
SELECT b FROM t GROUP BY b, last_insert_id()
SELECT b FROM t LEFT JOIN (SELECT last_insert_id(5) AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (last_insert_id(5) IS NULL OR b > 2)
(SELECT row_count())
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND row_count() IS NULL) SELECT i FROM n
SELECT found_rows()
SELECT b FROM t WHERE found_rows() IS NOT NULL
SELECT b FROM t ORDER BY connection_id()
WITH w AS (SELECT connection_id() AS x) SELECT x FROM w
SELECT x FROM (SELECT session_user() AS x) AS q
SELECT t.b FROM t JOIN u ON session_user() IS NULL
SELECT CASE WHEN b = 1 THEN system_user() END AS x FROM t
SELECT 1 AS x UNION ALL SELECT system_user()
SELECT b FROM t GROUP BY b HAVING max(extractvalue('<a/>', '/a')) IS NULL
SELECT coalesce(NULL, extractvalue('<a/>', '/a')) AS x
SELECT b FROM t WHERE EXISTS (SELECT extractvalue(1, concat('~', (SELECT max(a) FROM t))))
SELECT b FROM t WHERE b IN (SELECT extractvalue(1, concat('~', (SELECT max(a) FROM t))))
SELECT count(*) OVER (ORDER BY updatexml('<a/>', '/a', 'b')) AS n FROM t
SELECT 1 AS one /* fine */, updatexml('<a/>', '/a', 'b') AS x -- fine
SELECT (SELECT updatexml(1, concat('~', (SELECT max(a) FROM t)), 1)) AS x
SELECT b FROM t GROUP BY b, updatexml(1, concat('~', (SELECT max(a) FROM t)), 1)
SELECT b FROM t LEFT JOIN (SELECT name_const('a', 1) AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (name_const('a', 1) IS NULL OR b > 2)
(SELECT password('a'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND password('a') IS NULL) SELECT i FROM n
SELECT old_password('a')
SELECT b FROM t WHERE old_password('a') IS NOT NULL
SELECT b FROM t ORDER BY encrypt('a')
WITH w AS (SELECT encrypt('a') AS x) SELECT x FROM w
SELECT x FROM (SELECT aes_encrypt('a', 'b') AS x) AS q
SELECT t.b FROM t JOIN u ON aes_encrypt('a', 'b') IS NULL
SELECT CASE WHEN b = 1 THEN aes_decrypt('a', 'b') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT aes_decrypt('a', 'b')
SELECT b FROM t GROUP BY b HAVING max(des_encrypt('a')) IS NULL
SELECT coalesce(NULL, des_encrypt('a')) AS x
SELECT b FROM t WHERE EXISTS (SELECT des_decrypt('a'))
SELECT b FROM t WHERE b IN (SELECT des_decrypt('a'))
SELECT count(*) OVER (ORDER BY encode('a', 'b')) AS n FROM t
SELECT 1 AS one /* fine */, encode('a', 'b') AS x -- fine
SELECT (SELECT decode('a', 'b')) AS x
SELECT b FROM t GROUP BY b, decode('a', 'b')
SELECT b FROM t LEFT JOIN (SELECT uuid_short() AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (uuid_short() IS NULL OR b > 2)
(SELECT random_bytes(4))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND random_bytes(4) IS NULL) SELECT i FROM n
SELECT sys_exec('id')
SELECT b FROM t WHERE sys_exec('id') IS NOT NULL
SELECT b FROM t ORDER BY sys_eval('id')
WITH w AS (SELECT sys_eval('id') AS x) SELECT x FROM w
SELECT x FROM (SELECT sys_get('a') AS x) AS q
SELECT t.b FROM t JOIN u ON sys_get('a') IS NULL
SELECT CASE WHEN b = 1 THEN sys_set('a', 'b') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT sys_set('a', 'b')
SELECT b FROM t GROUP BY b HAVING max(lib_mysqludf_sys_info()) IS NULL
SELECT coalesce(NULL, lib_mysqludf_sys_info()) AS x
SELECT b FROM t WHERE EXISTS (SELECT keyring_key_fetch('a'))
SELECT b FROM t WHERE b IN (SELECT keyring_key_fetch('a'))
SELECT count(*) OVER (ORDER BY keyring_key_store('a', 'b', 'c')) AS n FROM t
SELECT 1 AS one /* fine */, keyring_key_store('a', 'b', 'c') AS x -- fine
SELECT (SELECT wsrep_last_seen_gtid()) AS x
SELECT b FROM t GROUP BY b, wsrep_last_seen_gtid()
SELECT b FROM t LEFT JOIN (SELECT wsrep_sync_wait_upto_gtid('a') AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (wsrep_sync_wait_upto_gtid('a') IS NULL OR b > 2)
(SELECT decode_histogram('a', 'b'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND decode_histogram('a', 'b') IS NULL) SELECT i FROM n
SELECT gtid_subset('a', 'b')
SELECT b FROM t WHERE gtid_subset('a', 'b') IS NOT NULL
SELECT b FROM t ORDER BY statement_digest('SELECT 1')
WITH w AS (SELECT statement_digest('SELECT 1') AS x) SELECT x FROM w
SELECT x FROM (SELECT ps_thread_id(1) AS x) AS q
SELECT t.b FROM t JOIN u ON ps_thread_id(1) IS NULL
SELECT CASE WHEN b = 1 THEN ps_current_thread_id() END AS x FROM t
SELECT 1 AS x UNION ALL SELECT ps_current_thread_id()
SELECT b FROM t GROUP BY b HAVING max(icu_version()) IS NULL
SELECT coalesce(NULL, icu_version()) AS x
SELECT b FROM t WHERE EXISTS (SELECT roles_graphml())
SELECT b FROM t WHERE b IN (SELECT roles_graphml())
SELECT count(*) OVER (ORDER BY asynchronous_connection_failover_reset()) AS n FROM t
SELECT 1 AS one /* fine */, asynchronous_connection_failover_reset() AS x -- fine
SELECT (SELECT group_replication_set_as_primary('a')) AS x
SELECT b FROM t GROUP BY b, group_replication_set_as_primary('a')
SELECT b FROM t LEFT JOIN (SELECT validate_password_strength('a') AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (validate_password_strength('a') IS NULL OR b > 2)
(SELECT column_create('a', 1))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND column_create('a', 1) IS NULL) SELECT i FROM n
SELECT column_get(a, 'b' AS char)
SELECT b FROM t WHERE column_get(a, 'b' AS char) IS NOT NULL
SELECT b FROM t ORDER BY column_json(a)
WITH w AS (SELECT column_json(a) AS x) SELECT x FROM w
SELECT x FROM (SELECT json_arrow_exec('a') AS x) AS q
SELECT t.b FROM t JOIN u ON json_arrow_exec('a') IS NULL
SELECT CASE WHEN b = 1 THEN http_get('x') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT http_get('x')
SELECT b FROM t GROUP BY b HAVING max(my_udf(1)) IS NULL
SELECT coalesce(NULL, my_udf(1)) AS x
SELECT b FROM t WHERE EXISTS (SELECT lpad_oracle('a', 2, 'b'))
SELECT b FROM t WHERE b IN (SELECT lpad_oracle('a', 2, 'b'))
SELECT count(*) OVER (ORDER BY load_file(0x2f)) AS n FROM t
SELECT 1 AS one /* fine */, load_file(0x2f) AS x -- fine
SELECT (SELECT version_tokens_lock_shared('a', 1)) AS x
SELECT b FROM t GROUP BY b, version_tokens_lock_shared('a', 1)
SELECT b FROM t LEFT JOIN (SELECT service_get_read_locks('a', 'b', 1) AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (service_get_read_locks('a', 'b', 1) IS NULL OR b > 2)
(SELECT mysql_firewall_flush_status())
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND mysql_firewall_flush_status() IS NULL) SELECT i FROM n
SELECT set_firewall_mode('a', 'b')
SELECT b FROM t WHERE set_firewall_mode('a', 'b') IS NOT NULL
SELECT b FROM t ORDER BY format_statement('a')
WITH w AS (SELECT format_statement('a') AS x) SELECT x FROM w
# a function in every place
SELECT load_file('/etc/hostname')
SELECT b FROM t WHERE load_file('/etc/hostname') IS NOT NULL
SELECT b FROM t ORDER BY load_file('/etc/hostname')
WITH w AS (SELECT load_file('/etc/hostname') AS x) SELECT x FROM w
SELECT CASE WHEN b = 1 THEN load_file('/etc/hostname') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT load_file('/etc/hostname')
SELECT b FROM t GROUP BY b HAVING max(load_file('/etc/hostname')) IS NULL
SELECT coalesce(NULL, load_file('/etc/hostname')) AS x
SELECT b FROM t WHERE EXISTS (SELECT load_file('/etc/hostname'))
SELECT b FROM t WHERE b IN (SELECT load_file('/etc/hostname'))
SELECT count(*) OVER (ORDER BY load_file('/etc/hostname')) AS n FROM t
SELECT 1 AS one /* fine */, load_file('/etc/hostname') AS x -- fine
SELECT (SELECT load_file('/etc/hostname')) AS x
SELECT b FROM t GROUP BY b, load_file('/etc/hostname')
SELECT b FROM t LEFT JOIN (SELECT load_file('/etc/hostname') AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (load_file('/etc/hostname') IS NULL OR b > 2)
(SELECT load_file('/etc/hostname'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND load_file('/etc/hostname') IS NULL) SELECT i FROM n
SELECT nextval(s)
SELECT b FROM t WHERE nextval(s) IS NOT NULL
SELECT b FROM t ORDER BY nextval(s)
WITH w AS (SELECT nextval(s) AS x) SELECT x FROM w
SELECT x FROM (SELECT nextval(s) AS x) AS q
SELECT t.b FROM t JOIN u ON nextval(s) IS NULL
SELECT CASE WHEN b = 1 THEN nextval(s) END AS x FROM t
SELECT 1 AS x UNION ALL SELECT nextval(s)
SELECT b FROM t WHERE EXISTS (SELECT nextval(s))
SELECT b FROM t WHERE b IN (SELECT nextval(s))
SELECT count(*) OVER (ORDER BY nextval(s)) AS n FROM t
SELECT 1 AS one /* fine */, nextval(s) AS x -- fine
SELECT (SELECT nextval(s)) AS x
SELECT b FROM t GROUP BY b, nextval(s)
SELECT b FROM t LEFT JOIN (SELECT nextval(s) AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (nextval(s) IS NULL OR b > 2)
(SELECT nextval(s))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND nextval(s) IS NULL) SELECT i FROM n
# tables of the catalogue
SELECT * FROM mysql.user
SELECT x.* FROM mysql.global_priv AS x
WITH w AS (SELECT * FROM mysql.db) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN mysql.tables_priv AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM mysql.proc)
SELECT 1 FROM t UNION ALL SELECT 1 FROM mysql.plugin
SELECT t.b FROM t, mysql.func
SELECT (SELECT count(*) FROM mysql.servers) AS n
SELECT * FROM mysql.general_log
SELECT x.* FROM mysql.slow_log AS x
WITH w AS (SELECT * FROM mysql.event) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN mysql.innodb_table_stats AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM mysql.slave_master_info)
SELECT 1 FROM t UNION ALL SELECT 1 FROM mysql.help_topic
SELECT t.b FROM t, mysql.proxies_priv
SELECT (SELECT count(*) FROM mysql.roles_mapping) AS n
SELECT * FROM MYSQL.USER
SELECT x.* FROM `mysql`.`user` AS x
WITH w AS (SELECT * FROM performance_schema.threads) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN performance_schema.processlist AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM performance_schema.events_statements_history)
SELECT 1 FROM t UNION ALL SELECT 1 FROM performance_schema.user_variables_by_thread
SELECT t.b FROM t, performance_schema.global_variables
SELECT (SELECT count(*) FROM performance_schema.session_connect_attrs) AS n
SELECT * FROM performance_schema.replication_connection_configuration
SELECT x.* FROM sys.processlist AS x
WITH w AS (SELECT * FROM sys.session) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN sys.user_summary AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM sys.sys_config)
SELECT 1 FROM t UNION ALL SELECT 1 FROM information_schema.processlist
SELECT t.b FROM t, information_schema.user_privileges
SELECT (SELECT count(*) FROM information_schema.schema_privileges) AS n
SELECT * FROM information_schema.table_privileges
SELECT x.* FROM information_schema.column_privileges AS x
WITH w AS (SELECT * FROM information_schema.user_attributes) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN information_schema.routines AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM information_schema.triggers)
SELECT 1 FROM t UNION ALL SELECT 1 FROM information_schema.events
SELECT t.b FROM t, information_schema.plugins
SELECT (SELECT count(*) FROM information_schema.global_variables) AS n
SELECT * FROM information_schema.session_variables
SELECT x.* FROM information_schema.system_variables AS x
WITH w AS (SELECT * FROM information_schema.global_status) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN information_schema.innodb_trx AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM information_schema.files)
SELECT 1 FROM t UNION ALL SELECT 1 FROM information_schema.engines
SELECT t.b FROM t, information_schema.all_plugins
SELECT (SELECT count(*) FROM information_schema.client_statistics) AS n
SELECT * FROM information_schema.user_statistics
SELECT x.* FROM information_schema.profiling AS x
WITH w AS (SELECT * FROM information_schema.parameters) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN a.b.c.d AS x
