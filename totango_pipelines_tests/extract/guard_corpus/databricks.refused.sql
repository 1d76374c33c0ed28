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
