# files, scripts, sequences, sessions, catalogues and other servers
SELECT * FROM parquet.`/a/b`
SELECT * FROM read_files('/a')
SELECT java_method('a','b')
SELECT reflect('a','b')
SELECT ai_query('a','b')
SELECT secret('a','b')
SELECT * FROM csv.`s3://x`
SELECT TRANSFORM(a) USING 'cat' FROM t
SELECT * FROM system.access.audit
SELECT http_request('x')
SELECT raise_error('x')
SELECT * FROM remote_query('a')
# found by an attack on the guard
SELECT a FROM system.query.history
SELECT a FROM system.compute.clusters
SELECT a FROM image.`/x`
SELECT a FROM image.x
SELECT a FROM libsvm.x
SELECT a FROM jsonl.x
SELECT a FROM cloudfiles.x
