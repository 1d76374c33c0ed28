# files, scripts, sequences, sessions, catalogues and other servers
SELECT * FROM @stage
SELECT $1 FROM @stage/x.csv
SELECT system$cancel_query('x')
SELECT SYSTEM$WAIT(1)
SELECT s.nextval FROM t
SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))
SELECT * FROM IDENTIFIER('t')
SELECT $x
SELECT * FROM snowflake.account_usage.query_history
SELECT * FROM TABLE(information_schema.query_history())
SELECT my_udf(1)
SELECT AI_COMPLETE('m', 'p')
SELECT SNOWFLAKE.CORTEX.COMPLETE('a','b')
CALL p()
SELECT GET_DDL('TABLE','t')
PUT file://x @y
EXECUTE IMMEDIATE 'x'
# found by an attack on the guard
SELECT * FROM TABLE('snowflake.account_usage.users')
SELECT * FROM TABLE("X")
SELECT * FROM TABLE(db.s.x)
SELECT * FROM snowflake.trust_center.findings
SELECT * FROM snowflake.telemetry.events
SELECT * FROM snowflake.local.x
SELECT * FROM "SNOWFLAKE".data_sharing_usage.listing_access_history
