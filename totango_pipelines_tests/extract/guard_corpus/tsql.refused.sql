# files, scripts, sequences, sessions, catalogues and other servers
SELECT * FROM OPENROWSET('a','b','c')
SELECT * FROM OPENQUERY(s, 'x')
SELECT * INTO made FROM t
EXEC xp_cmdshell 'x'
SELECT * FROM sys.sql_logins
SELECT * FROM srv.db.dbo.t
SELECT @@version
SELECT @x
SELECT NEXT VALUE FOR s
SELECT dbo.f(1)
WAITFOR DELAY '0:0:5'
SELECT * FROM fn_dblog(NULL,NULL)
SELECT * FROM #temp
SELECT a FROM t FOR XML PATH
SELECT HAS_PERMS_BY_NAME('a','b','c')
SELECT * FROM master.sys.syslogins
SELECT * FROM OPENDATASOURCE('a','b').x.y.z
SELECT PWDENCRYPT('a')
# found by an attack on the guard
SELECT a FROM srv...t
SELECT a FROM srv..dbo.t
SELECT a FROM [srv].[db]..[t]
SELECT a FROM master..syslogins
SELECT a FROM msdb.dbo.sysjobsteps
SELECT a FROM msdb..sysjobsteps
SELECT a FROM master..syscacheobjects
SELECT a FROM master.dbo.sysservers
SELECT a FROM dbo.sysoledbusers
SELECT a FROM t AS a (XLOCK, HOLDLOCK)
SELECT a FROM dbo.t AS a (NOLOCK)
SELECT DATEDIFF(a, b) FROM t
