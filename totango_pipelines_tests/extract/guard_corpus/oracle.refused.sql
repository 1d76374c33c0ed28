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
