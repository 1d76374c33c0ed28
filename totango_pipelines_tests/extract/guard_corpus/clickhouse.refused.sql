# files, scripts, sequences, sessions, catalogues and other servers
SELECT * FROM url('http://x')
SELECT * FROM s3('x')
SELECT * FROM file('x')
SELECT * FROM remote('h', db, t)
SELECT * FROM mysql('h','d','t','u','p')
SELECT sleep(1)
SELECT * FROM system.users
SELECT a FROM t INTO OUTFILE 'x'
SELECT a FROM t SETTINGS max_threads=1
SELECT a FROM t FORMAT CSV
SELECT getSetting('x')
SELECT dictGet('a','b',1)
SELECT * FROM executable('x','TSV','a int')
SELECT joinGet('a','b',1)
SELECT file('x')
SELECT hostName()
SELECT catboostEvaluate('a',1)
SELECT {x:String}
SELECT * FROM cluster('c', db.t)
SELECT * FROM merge('db','x')
SELECT throwIf(1)
# found by an attack on the guard
SELECT a FROM t WHERE a IN system.users
SELECT a FROM t WHERE a NOT IN system.query_log
SELECT a FROM t WHERE ('x', 'y') IN (system.users)
SELECT a FROM t WHERE a GLOBAL IN users
SELECT a FROM t WHERE a GLOBAL NOT IN (users)
SELECT a FROM t WHERE a IN ((system.users))
SELECT a FROM t WHERE a IN `system`.`users`
