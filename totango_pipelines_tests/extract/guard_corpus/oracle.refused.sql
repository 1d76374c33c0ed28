# files, scripts, sequences, sessions, catalogues and other servers
SELECT utl_http.request('x') FROM dual
SELECT dbms_lock.sleep(1) FROM dual
SELECT * FROM t@link
SELECT s.nextval FROM dual
SELECT * FROM dba_users
SELECT * FROM v$session
SELECT * FROM sys.user$
SELECT XMLTYPE(BFILENAME('a','b')) FROM dual
SELECT SYS_CONTEXT('a','b') FROM dual
SELECT my_f(1) FROM dual
SELECT * FROM TABLE(my_f(1))
SELECT extractvalue(xmltype('x'),'y') FROM dual
SELECT a FROM t FOR UPDATE
SELECT ora_rowscn FROM t, all_source
SELECT HTTPURITYPE('x').getclob() FROM dual
# found by an attack on the guard
SELECT utl_inaddr.get_host_name FROM dual
SELECT sch.pkg.do_it FROM dual
SELECT a FROM t WHERE pkg.do_it = 1
SELECT "PKG"."DO_IT" FROM dual
SELECT pkg.do_it FROM dual WHERE EXISTS (SELECT 1 FROM t pkg)
SELECT x.a FROM t pkg, (SELECT pkg.do_it AS a FROM dual) x
WITH x AS (SELECT pkg.do_it AS a FROM dual) SELECT x.a FROM x, t pkg
SELECT utl_inaddr.get_host_name FROM t utl_inaddr
SELECT pkg.do_it AS a FROM dual ORDER BY pkg.do_it
SELECT a.b FROM x a JOIN y b ON pkg.do_it = 1
SELECT a FROM gv_$session
SELECT a FROM all_db_links
SELECT a FROM user_db_links
SELECT a FROM all_scheduler_jobs
SELECT a FROM user_scheduler_jobs
SELECT a FROM dbms_lock_allocated
SELECT a FROM xdb.x
SELECT a FROM ctxsys.ctx_indexes
