# files, scripts, sequences, sessions, catalogues and other servers
SELECT * FROM TABLE(c.system.query(query => 'x'))
SELECT * FROM system.runtime.queries
SELECT my_f(1)
SELECT * FROM TABLE(exclude_columns(input => TABLE(t), columns => DESCRIPTOR(a)))
CALL system.sync()
# found by an attack on the guard
SELECT a FROM system.sync.x
