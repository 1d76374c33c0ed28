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
# statements and constructs of SQLite
ATTACH 'x' AS y
ATTACH DATABASE ':memory:' AS y
DETACH y
PRAGMA table_info(t)
PRAGMA writable_schema = ON
PRAGMA query_only = OFF
PRAGMA journal_mode = WAL
PRAGMA user_version = 9
PRAGMA temp_store_directory = 'x'
PRAGMA trusted_schema = ON
VACUUM
VACUUM INTO 'x.db'
REINDEX
REINDEX t
REPLACE INTO t (b) VALUES (1)
INSERT OR IGNORE INTO t (b) VALUES (1)
INSERT INTO t DEFAULT VALUES
INSERT INTO t (b) VALUES (1) ON CONFLICT DO UPDATE SET b = 2
UPDATE OR REPLACE t SET b = 0
CREATE VIRTUAL TABLE made USING fts5(a)
CREATE VIRTUAL TABLE made USING csv(filename='x')
CREATE TRIGGER made AFTER INSERT ON t BEGIN DELETE FROM t; END
CREATE TEMP TABLE made (a)
CREATE TEMP VIEW made AS SELECT 1
DROP INDEX i
DROP TRIGGER i
BEGIN IMMEDIATE
BEGIN EXCLUSIVE
END
RELEASE s1
ROLLBACK TO s1
EXPLAIN QUERY PLAN SELECT 1
SELECT ?1 AS x
SELECT $x::y AS x
SELECT #x AS x
SELECT @x AS x
SELECT $x AS x
SELECT :x AS x
SELECT b FROM t WHERE a = ?
SELECT "load_extension"('x') AS x
SELECT [load_extension]('x') AS x
SELECT `load_extension`('x') AS x
SELECT 'load_extension'('x') AS x
SELECT LOAD_EXTENSION('x') AS x
SELECT load_extension ('x') AS x
SELECT load_extension/**/('x') AS x
WITH load_extension(x) AS (SELECT 1) SELECT load_extension('x') AS y
WITH load_extension(x) AS (SELECT 1) SELECT 1 AS a, load_extension('x') AS y FROM load_extension
SELECT count(*) FILTER (WHERE load_extension('x')) AS n FROM t
SELECT sum(load_extension('x')) AS n FROM t
SELECT group_concat(load_extension('x')) AS n FROM t
SELECT b FROM t LIMIT load_extension('x')
SELECT b FROM t LIMIT 1 OFFSET load_extension('x')
SELECT b FROM t WINDOW w AS (ORDER BY load_extension('x'))
SELECT b FROM t WHERE b BETWEEN 1 AND load_extension('x')
SELECT b FROM t WHERE a LIKE load_extension('x')
SELECT a COLLATE NOCASE = load_extension('x') AS n FROM t
SELECT CAST(load_extension('x') AS TEXT) AS n
SELECT json_extract(load_extension('x'), '$.a') AS n
SELECT json_object('a', load_extension('x')) AS n
SELECT -load_extension('x') AS n
SELECT NOT load_extension('x') AS n
SELECT load_extension('x') || 'a' AS n
SELECT (load_extension('x'), 1) = (1, 1) AS n
SELECT * FROM json_each(load_extension('x'))
SELECT t.b FROM t JOIN json_each(load_extension('x')) AS j
SELECT t MATCH 'x' AS n FROM t
SELECT b FROM t WHERE t MATCH 'x'
.tables
.shell id
SELECT 1 AS x UNION SELECT load_extension('x') EXCEPT SELECT 2
SELECT b FROM (VALUES (load_extension('x'))) AS q
SELECT iif(1, load_extension('x'), 2) AS n
SELECT printf('%s', load_extension('x')) AS n
SELECT max(1, load_extension('x')) AS n
SELECT lag(load_extension('x')) OVER (ORDER BY b) AS n FROM t
# functions that load code, read files or tell about the connection
SELECT load_extension('x')
SELECT b FROM t WHERE load_extension('x') IS NOT NULL
SELECT b FROM t ORDER BY load_extension('x')
WITH w AS (SELECT load_extension('x', 'y') AS x) SELECT x FROM w
SELECT x FROM (SELECT load_extension('x', 'y') AS x) AS q
SELECT t.b FROM t JOIN u ON load_extension('x', 'y') IS NULL
SELECT CASE WHEN b = 1 THEN readfile('/etc/hostname') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT readfile('/etc/hostname')
SELECT b FROM t GROUP BY b HAVING max(readfile('/etc/hostname')) IS NULL
SELECT coalesce(NULL, writefile('x', 'y')) AS x
SELECT b FROM t WHERE EXISTS (SELECT writefile('x', 'y'))
SELECT b FROM t WHERE b IN (SELECT writefile('x', 'y'))
SELECT count(*) OVER (ORDER BY edit('a')) AS n FROM t
SELECT 1 AS one /* fine */, edit('a') AS x -- fine
SELECT (SELECT edit('a')) AS x
SELECT b FROM t GROUP BY b, fts3_tokenizer('simple')
SELECT b FROM t LEFT JOIN (SELECT fts3_tokenizer('simple') AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (fts3_tokenizer('simple') IS NULL OR b > 2)
(SELECT fts3_tokenizer('simple', x'00'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND fts3_tokenizer('simple', x'00') IS NULL) SELECT i FROM n
SELECT fts3_tokenizer('simple', x'00')
SELECT b FROM t WHERE eval('DELETE FROM t') IS NOT NULL
SELECT b FROM t ORDER BY eval('DELETE FROM t')
WITH w AS (SELECT eval('DELETE FROM t') AS x) SELECT x FROM w
SELECT x FROM (SELECT sqlite_compileoption_get(0) AS x) AS q
SELECT t.b FROM t JOIN u ON sqlite_compileoption_get(0) IS NULL
SELECT CASE WHEN b = 1 THEN sqlite_compileoption_get(0) END AS x FROM t
SELECT 1 AS x UNION ALL SELECT sqlite_compileoption_used('X')
SELECT b FROM t GROUP BY b HAVING max(sqlite_compileoption_used('X')) IS NULL
SELECT coalesce(NULL, sqlite_compileoption_used('X')) AS x
SELECT b FROM t WHERE EXISTS (SELECT sqlite_log(1, 'x'))
SELECT b FROM t WHERE b IN (SELECT sqlite_log(1, 'x'))
SELECT count(*) OVER (ORDER BY sqlite_log(1, 'x')) AS n FROM t
SELECT 1 AS one /* fine */, sqlite_source_id() AS x -- fine
SELECT (SELECT sqlite_source_id()) AS x
SELECT b FROM t GROUP BY b, sqlite_source_id()
SELECT b FROM t LEFT JOIN (SELECT changes() AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (changes() IS NULL OR b > 2)
(SELECT changes())
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND total_changes() IS NULL) SELECT i FROM n
SELECT total_changes()
SELECT b FROM t WHERE total_changes() IS NOT NULL
SELECT b FROM t ORDER BY last_insert_rowid()
WITH w AS (SELECT last_insert_rowid() AS x) SELECT x FROM w
SELECT x FROM (SELECT last_insert_rowid() AS x) AS q
SELECT t.b FROM t JOIN u ON zipfile('a') IS NULL
SELECT CASE WHEN b = 1 THEN zipfile('a') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT zipfile('a')
SELECT b FROM t GROUP BY b HAVING max(lsmode(1)) IS NULL
SELECT coalesce(NULL, lsmode(1)) AS x
SELECT b FROM t WHERE EXISTS (SELECT lsmode(1))
SELECT b FROM t WHERE b IN (SELECT shell_add_schema('a'))
SELECT count(*) OVER (ORDER BY shell_add_schema('a')) AS n FROM t
SELECT 1 AS one /* fine */, shell_add_schema('a') AS x -- fine
SELECT (SELECT sqlite_rename_column(1)) AS x
SELECT b FROM t GROUP BY b, sqlite_rename_column(1)
SELECT b FROM t LEFT JOIN (SELECT sqlite_rename_column(1) AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (sqlite_rename_table(1) IS NULL OR b > 2)
(SELECT sqlite_rename_table(1))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND sqlite_rename_table(1) IS NULL) SELECT i FROM n
SELECT sqlite_rename_test(1)
SELECT b FROM t WHERE sqlite_rename_test(1) IS NOT NULL
SELECT b FROM t ORDER BY sqlite_rename_test(1)
WITH w AS (SELECT sqlite_drop_column(1, 'a', 1) AS x) SELECT x FROM w
SELECT x FROM (SELECT sqlite_drop_column(1, 'a', 1) AS x) AS q
SELECT t.b FROM t JOIN u ON sqlite_drop_column(1, 'a', 1) IS NULL
SELECT CASE WHEN b = 1 THEN sqlite_offset(b) END AS x FROM t
SELECT 1 AS x UNION ALL SELECT sqlite_offset(b)
SELECT b FROM t GROUP BY b HAVING max(sqlite_offset(b)) IS NULL
SELECT coalesce(NULL, sqlite_crypt('a', 'b')) AS x
SELECT b FROM t WHERE EXISTS (SELECT sqlite_crypt('a', 'b'))
SELECT b FROM t WHERE b IN (SELECT sqlite_crypt('a', 'b'))
SELECT count(*) OVER (ORDER BY sqlite_filestat('x')) AS n FROM t
SELECT 1 AS one /* fine */, sqlite_filestat('x') AS x -- fine
SELECT (SELECT sqlite_filestat('x')) AS x
SELECT b FROM t GROUP BY b, sha3_query('SELECT 1')
SELECT b FROM t LEFT JOIN (SELECT sha3_query('SELECT 1') AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (sha3_query('SELECT 1') IS NULL OR b > 2)
(SELECT rtreecheck('x'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND rtreecheck('x') IS NULL) SELECT i FROM n
SELECT rtreecheck('x')
SELECT b FROM t WHERE rtreenode(1, x'00') IS NOT NULL
SELECT b FROM t ORDER BY rtreenode(1, x'00')
WITH w AS (SELECT rtreenode(1, x'00') AS x) SELECT x FROM w
SELECT x FROM (SELECT rtreedepth(x'00') AS x) AS q
SELECT t.b FROM t JOIN u ON rtreedepth(x'00') IS NULL
SELECT CASE WHEN b = 1 THEN rtreedepth(x'00') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT matchinfo(t)
SELECT b FROM t GROUP BY b HAVING max(matchinfo(t)) IS NULL
SELECT coalesce(NULL, matchinfo(t)) AS x
SELECT b FROM t WHERE EXISTS (SELECT offsets(t))
SELECT b FROM t WHERE b IN (SELECT offsets(t))
SELECT count(*) OVER (ORDER BY offsets(t)) AS n FROM t
SELECT 1 AS one /* fine */, snippet(t) AS x -- fine
SELECT (SELECT snippet(t)) AS x
SELECT b FROM t GROUP BY b, snippet(t)
SELECT b FROM t LEFT JOIN (SELECT optimize(t) AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (optimize(t) IS NULL OR b > 2)
(SELECT optimize(t))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND fts5(1) IS NULL) SELECT i FROM n
SELECT fts5(1)
SELECT b FROM t WHERE fts5(1) IS NOT NULL
SELECT b FROM t ORDER BY fts5_source_id()
WITH w AS (SELECT fts5_source_id() AS x) SELECT x FROM w
SELECT x FROM (SELECT fts5_source_id() AS x) AS q
SELECT t.b FROM t JOIN u ON highlight(t, 0, 'a', 'b') IS NULL
SELECT CASE WHEN b = 1 THEN highlight(t, 0, 'a', 'b') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT highlight(t, 0, 'a', 'b')
SELECT b FROM t GROUP BY b HAVING max(bm25(t)) IS NULL
SELECT coalesce(NULL, bm25(t)) AS x
SELECT b FROM t WHERE EXISTS (SELECT bm25(t))
SELECT b FROM t WHERE b IN (SELECT uuid_blob('a'))
SELECT count(*) OVER (ORDER BY uuid_blob('a')) AS n FROM t
SELECT 1 AS one /* fine */, uuid_blob('a') AS x -- fine
SELECT (SELECT decimal_exec('a')) AS x
SELECT b FROM t GROUP BY b, decimal_exec('a')
SELECT b FROM t LEFT JOIN (SELECT decimal_exec('a') AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (interrupt() IS NULL OR b > 2)
(SELECT interrupt())
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND interrupt() IS NULL) SELECT i FROM n
SELECT usleep(1)
SELECT b FROM t WHERE usleep(1) IS NOT NULL
SELECT b FROM t ORDER BY usleep(1)
WITH w AS (SELECT sleep(1) AS x) SELECT x FROM w
SELECT x FROM (SELECT sleep(1) AS x) AS q
SELECT t.b FROM t JOIN u ON sleep(1) IS NULL
SELECT CASE WHEN b = 1 THEN system('id') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT system('id')
SELECT b FROM t GROUP BY b HAVING max(system('id')) IS NULL
SELECT coalesce(NULL, getenv('HOME')) AS x
SELECT b FROM t WHERE EXISTS (SELECT getenv('HOME'))
SELECT b FROM t WHERE b IN (SELECT getenv('HOME'))
SELECT count(*) OVER (ORDER BY http_get('x')) AS n FROM t
SELECT 1 AS one /* fine */, http_get('x') AS x -- fine
SELECT (SELECT http_get('x')) AS x
SELECT b FROM t GROUP BY b, crypto_hash('a')
SELECT b FROM t LEFT JOIN (SELECT crypto_hash('a') AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (crypto_hash('a') IS NULL OR b > 2)
(SELECT raise(1))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND raise(1) IS NULL) SELECT i FROM n
SELECT raise(1)
SELECT b FROM t WHERE subtype(1) IS NOT NULL
SELECT b FROM t ORDER BY subtype(1)
WITH w AS (SELECT subtype(1) AS x) SELECT x FROM w
SELECT x FROM (SELECT geopoly_debug(1) AS x) AS q
SELECT t.b FROM t JOIN u ON geopoly_debug(1) IS NULL
SELECT CASE WHEN b = 1 THEN geopoly_debug(1) END AS x FROM t
SELECT 1 AS x UNION ALL SELECT dbdata('x')
SELECT b FROM t GROUP BY b HAVING max(dbdata('x')) IS NULL
SELECT coalesce(NULL, dbdata('x')) AS x
SELECT b FROM t WHERE EXISTS (SELECT spellfix1_edit('a'))
SELECT b FROM t WHERE b IN (SELECT spellfix1_edit('a'))
SELECT count(*) OVER (ORDER BY spellfix1_edit('a')) AS n FROM t
SELECT 1 AS one /* fine */, carray(1, 2) AS x -- fine
SELECT (SELECT carray(1, 2)) AS x
SELECT b FROM t GROUP BY b, carray(1, 2)
SELECT b FROM t LEFT JOIN (SELECT remember(1, 2) AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (remember(1, 2) IS NULL OR b > 2)
(SELECT remember(1, 2))
# a function in every place
WITH w AS (SELECT load_extension('x') AS x) SELECT x FROM w
SELECT x FROM (SELECT load_extension('x') AS x) AS q
SELECT t.b FROM t JOIN u ON load_extension('x') IS NULL
SELECT CASE WHEN b = 1 THEN load_extension('x') END AS x FROM t
SELECT 1 AS x UNION ALL SELECT load_extension('x')
SELECT b FROM t GROUP BY b HAVING max(load_extension('x')) IS NULL
SELECT coalesce(NULL, load_extension('x')) AS x
SELECT b FROM t WHERE EXISTS (SELECT load_extension('x'))
SELECT b FROM t WHERE b IN (SELECT load_extension('x'))
SELECT count(*) OVER (ORDER BY load_extension('x')) AS n FROM t
SELECT 1 AS one /* fine */, load_extension('x') AS x -- fine
SELECT (SELECT load_extension('x')) AS x
SELECT b FROM t GROUP BY b, load_extension('x')
SELECT b FROM t LEFT JOIN (SELECT load_extension('x') AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (load_extension('x') IS NULL OR b > 2)
(SELECT load_extension('x'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND load_extension('x') IS NULL) SELECT i FROM n
SELECT readfile('/etc/hostname')
SELECT b FROM t WHERE readfile('/etc/hostname') IS NOT NULL
SELECT b FROM t ORDER BY readfile('/etc/hostname')
WITH w AS (SELECT readfile('/etc/hostname') AS x) SELECT x FROM w
SELECT x FROM (SELECT readfile('/etc/hostname') AS x) AS q
SELECT t.b FROM t JOIN u ON readfile('/etc/hostname') IS NULL
SELECT coalesce(NULL, readfile('/etc/hostname')) AS x
SELECT b FROM t WHERE EXISTS (SELECT readfile('/etc/hostname'))
SELECT b FROM t WHERE b IN (SELECT readfile('/etc/hostname'))
SELECT count(*) OVER (ORDER BY readfile('/etc/hostname')) AS n FROM t
SELECT 1 AS one /* fine */, readfile('/etc/hostname') AS x -- fine
SELECT (SELECT readfile('/etc/hostname')) AS x
SELECT b FROM t GROUP BY b, readfile('/etc/hostname')
SELECT b FROM t LEFT JOIN (SELECT readfile('/etc/hostname') AS x) AS q ON q.x IS NULL
SELECT b FROM t WHERE b = 1 AND NOT (readfile('/etc/hostname') IS NULL OR b > 2)
(SELECT readfile('/etc/hostname'))
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 AND readfile('/etc/hostname') IS NULL) SELECT i FROM n
# functions in FROM
SELECT * FROM pragma_table_info('t')
SELECT x.* FROM pragma_database_list() AS x
WITH w AS (SELECT * FROM pragma_compile_options()) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN pragma_function_list() AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM pragma_module_list())
SELECT 1 FROM t UNION ALL SELECT 1 FROM pragma_user_version()
SELECT t.b FROM t, pragma_journal_mode()
SELECT (SELECT count(*) FROM pragma_integrity_check()) AS n
SELECT * FROM pragma_foreign_key_list('t')
SELECT x.* FROM pragma_index_list('t') AS x
WITH w AS (SELECT * FROM pragma_table_list()) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN pragma_collation_list() AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM fsdir('.'))
SELECT 1 FROM t UNION ALL SELECT 1 FROM lsdir('.')
SELECT t.b FROM t, zipfile('x')
SELECT (SELECT count(*) FROM sqlite_dbpage('main')) AS n
SELECT * FROM generate_series(1, 3)
SELECT x.* FROM completion('a') AS x
WITH w AS (SELECT * FROM dbstat('main')) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN bytecode('SELECT 1') AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM tables_used('SELECT 1'))
SELECT 1 FROM t UNION ALL SELECT 1 FROM csv('x')
SELECT t.b FROM t, carray(1, 2)
SELECT (SELECT count(*) FROM fts5vocab('t', 'row')) AS n
SELECT * FROM sqlite_stmt()
SELECT x.* FROM my_function(1) AS x
WITH w AS (SELECT * FROM abs(1)) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN prefixes('a') AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM wholenumber(1))
SELECT 1 FROM t UNION ALL SELECT 1 FROM unionvtab('x')
SELECT t.b FROM t, swarmvtab('x')
SELECT (SELECT count(*) FROM closure(1)) AS n
SELECT t.b FROM t CROSS JOIN pragma_table_info('t') AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM pragma_database_list())
SELECT 1 FROM t UNION ALL SELECT 1 FROM pragma_compile_options()
SELECT t.b FROM t, pragma_function_list()
SELECT (SELECT count(*) FROM pragma_module_list()) AS n
SELECT * FROM pragma_user_version()
SELECT x.* FROM pragma_journal_mode() AS x
WITH w AS (SELECT * FROM pragma_integrity_check()) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN pragma_foreign_key_list('t') AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM pragma_index_list('t'))
SELECT 1 FROM t UNION ALL SELECT 1 FROM pragma_table_list()
SELECT t.b FROM t, pragma_collation_list()
SELECT (SELECT count(*) FROM fsdir('.')) AS n
SELECT * FROM lsdir('.')
SELECT x.* FROM zipfile('x') AS x
WITH w AS (SELECT * FROM sqlite_dbpage('main')) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN generate_series(1, 3) AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM completion('a'))
SELECT 1 FROM t UNION ALL SELECT 1 FROM dbstat('main')
SELECT t.b FROM t, bytecode('SELECT 1')
# modules, files and the catalogue as tables
SELECT * FROM pragma_table_info
SELECT x.* FROM pragma_database_list AS x
WITH w AS (SELECT * FROM pragma_compile_options) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN pragma_function_list AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM pragma_wal_checkpoint)
SELECT 1 FROM t UNION ALL SELECT 1 FROM pragma_user_version
SELECT t.b FROM t, pragma_journal_mode
SELECT (SELECT count(*) FROM sqlite_dbpage) AS n
SELECT * FROM sqlite_stmt
SELECT x.* FROM dbstat AS x
WITH w AS (SELECT * FROM dbpage) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN sqlite_temp_master AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM sqlite_temp_schema)
SELECT 1 FROM t UNION ALL SELECT 1 FROM temp.sqlite_temp_master
SELECT t.b FROM t, sqlite_stat1
SELECT (SELECT count(*) FROM sqlite_stat4) AS n
SELECT * FROM sqlite_sequence
SELECT x.* FROM sqlite_memstat AS x
WITH w AS (SELECT * FROM bytecode) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN tables_used AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM fsdir)
SELECT 1 FROM t UNION ALL SELECT 1 FROM lsdir
SELECT t.b FROM t, zipfile
SELECT (SELECT count(*) FROM completion) AS n
SELECT * FROM csv
SELECT x.* FROM generate_series AS x
WITH w AS (SELECT * FROM fts5vocab) SELECT * FROM w
SELECT t.b FROM t CROSS JOIN fts4aux AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM fts3tokenize)
SELECT 1 FROM t UNION ALL SELECT 1 FROM 'x.csv'
SELECT t.b FROM t, "x.db"
SELECT (SELECT count(*) FROM [x.sqlite]) AS n
SELECT * FROM a.b.c.d
SELECT x.* FROM PRAGMA_TABLE_INFO AS x
WITH w AS (SELECT * FROM "pragma_table_info") SELECT * FROM w
SELECT t.b FROM t CROSS JOIN `pragma_table_info` AS x
SELECT t.b FROM t WHERE EXISTS (SELECT 1 FROM [pragma_table_info])
SELECT 1 FROM t UNION ALL SELECT 1 FROM main.pragma_table_info
SELECT t.b FROM t, main.sqlite_dbpage
SELECT (SELECT count(*) FROM '/etc/passwd') AS n
# found by an attack on the guard
SELECT a::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int::int
