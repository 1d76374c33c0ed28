# ruff: noqa: RUF001 - letters that look like others belong to the corpus
"""Broken and hostile expressions, by the code that refuses them; none may reach the engine."""

_NOT_ALLOWED = """
load_file('/etc/passwd')
* 2
U&'a'
order by
read_text('/etc/passwd')
read_csv('/etc/passwd')
read_csv_auto('x.csv')
read_parquet('x.parquet')
read_json('x.json')
read_blob('/etc/shadow')
glob('/*')
parquet_metadata('x')
sniff_csv('x.csv')
sqlite_scan('x.db', 't')
postgres_scan('host=x', 'public', 't')
mysql_scan('x', 'y', 'z')
iceberg_scan('s3://x')
http_get('http://example.com')
getenv('HOME')
current_setting('memory_limit')
set_config('a', 'b', true)
pg_read_file('/etc/passwd')
pg_sleep(10)
sleep_ms(100000)
write_log('x')
query('SELECT 1')
query_table('x')
duckdb_settings()
duckdb_secrets()
pragma_version()
version()
current_user
session_user
user
current_database()
current_schema()
txid_current()
nextval('s')
currval('s')
getvariable('x')
error('boom')
json_execute_serialized_sql('x')
json_serialize_sql('SELECT 1')
load_aws_credentials()
now()
today()
current_date
current_time
current_timestamp
current_localtime()
get_current_timestamp()
transaction_timestamp()
age(day)
localtimestamp
random()
RANDOM() > 0.5
uuid()
gen_random_uuid()
uuidv7()
setseed(0.5)
hash(name)
repeat('x', 1000000000)
repeat(repeat(repeat('x', 1000), 1000), 1000)
lpad(name, 1000000000, 'x')
rpad(name, 1000000, 'x')
bar(id, 0, 1, 1000000)
factorial(100000)
printf('%1000000d', id)
format('{:>1000000}', name)
format_bytes(id)
range(1000000000)
generate_series(1, 1000000000)
unnest([1])
list_value(1, 2)
list_aggregate(name, 'sum')
list_transform(name, 1)
array_agg(name)
array_length(name)
struct_pack(id)
map()
string_split(name, ',')
regexp_split_to_array(name, ',')
regexp_extract_all(name, 'a')
sum(id)
SUM(DISTINCT id)
count(*)
count()
count(id)
avg(rate)
min(id)
max(id)
max(id) OVER ()
string_agg(name, ',')
group_concat(name)
any_value(name)
first(name)
median(id)
mode(name)
quantile_cont(id, 0.5)
approx_count_distinct(id)
histogram(id)
stddev(id)
corr(id, rate)
bool_and(active)
arg_max(name, id)
sum(id) FILTER (WHERE id > 0)
count(*) FILTER (WHERE TRUE)
listagg(name, ',') WITHIN GROUP (ORDER BY name)
row_number() OVER (ORDER BY id)
rank() OVER w
lag(name) OVER (PARTITION BY id)
lead(name)
first_value(name) OVER ()
ntile(4) OVER ()
upper(name) OVER ()
upper(name) FILTER (WHERE TRUE)
(SELECT 1)
(SELECT name FROM staged LIMIT 1)
(select max(id) from extract)
((SELECT 1))
id IN (SELECT 1)
id IN (VALUES (1))
id = ANY (SELECT 1)
id > ALL (SELECT 1)
id = SOME (SELECT 1)
EXISTS (SELECT 1)
NOT EXISTS (SELECT 1)
ARRAY (SELECT 1)
ARRAY[1, 2]
coalesce((SELECT 1), 2)
CASE WHEN (SELECT TRUE) THEN 1 END
(WITH x AS (SELECT 1) SELECT 1)
WITH x AS (SELECT 1) SELECT 1
(VALUES (1))
(TABLE extract)
id UNION SELECT 1
id UNION ALL SELECT 1
1 EXCEPT SELECT 2
id FROM extract
id FROM read_csv('/etc/passwd')
id AS x
id WHERE TRUE
id ORDER BY 1
id LIMIT 1
id GROUP BY ALL
SELECT
SELECT 1
SELECT * FROM extract
DROP TABLE extract
CREATE TABLE x AS SELECT 1
INSERT INTO x VALUES (1)
UPDATE extract SET id = 1
DELETE FROM extract
COPY extract TO '/tmp/x'
ATTACH '/tmp/x.db'
DETACH x
PRAGMA database_list
CALL pragma_version()
INSTALL httpfs
LOAD httpfs
EXPORT DATABASE '/tmp/x'
CHECKPOINT
VACUUM
EXPLAIN SELECT 1
DESCRIBE extract
EXECUTE x
id; DROP TABLE extract
1; SELECT 1
;
name -- a comment
--
/* a comment */ id
id /* hidden */ + 1
/*
$$text$$
$1
$name
?
:name
@variable
#1
name[1]
name[1:2]
[1, 2, 3]
[x FOR x IN [1]]
{'a': 1}
x -> x + 1
list_filter(name, x -> TRUE)
lambda x: x
name ->> '$.a'
name -> '$.a'
id ** 2
id ^ 2
id & 1
id << 70
id >> 1
~id
@id
id!
name ~ 'a'
name !~ 'a'
name ~~ 'a'
name ^@ 'a'
name SIMILAR TO 'a'
name GLOB '*'
name LIKE 'a!%' ESCAPE '!'
name REGEXP 'a'
name COLLATE NOCASE
name ISNULL
name NOTNULL
extract.name
os.system
main.extract.name
"extract"."name"
extract.*
* EXCLUDE (id)
COLUMNS(*)
COLUMNS('n.*')
TRY(CAST(name AS INTEGER))
substr(name, a := 1)
if(a => 1)
upper(DISTINCT name)
concat(name ORDER BY name)
`name`
"upper"(name)
CAST(name AS INTEGER[])
CAST(name AS STRUCT(a INTEGER))
CAST(name AS MAP(VARCHAR, VARCHAR))
CAST(name AS UNION(a INTEGER))
CAST(name AS ENUM('a'))
CAST(name AS BLOB)
CAST(name AS BIT)
CAST(name AS UUID)
CAST(name AS JSON)
CAST(name AS TIME)
CAST(name AS BIGNUM)
CAST(name AS VARCHAR(3))
CAST(name AS DECIMAL(50, 2))
CAST(name AS DECIMAL(5, 7))
CAST(name AS DECIMAL(0))
CAST(name AS "INTEGER")
name::regclass
name::oid
regexp_matches(name, name)
regexp_replace(name, 'a', name)
regexp_replace(name, name, 'a', 'g')
regexp_extract(name, 'a', id)
replace(name, 'a', name)
translate(name, name, 'a')
concat_ws(name, 'a', 'b')
strptime(name, name)
strftime(day, name)
date_trunc(name, day)
date_part(name, day)
timezone(name, seen)
seen AT TIME ZONE name
chr(id)
chr(-1)
json_extract_string(name, name)
"""

_SYNTAX = """
CAST(name AS DECIMAL(-1, 2))
id, name FROM x
1 +
+
id name
(id
id)
()
,
id,
upper(name,)
upper(,name)
upper name
name ||
|| name
id = = 1
id = 1 = 1
id < 2 < 3
id = 1 IS NULL IS NULL
1 + NOT TRUE
id IN 1
id IN ()
id IN (1,)
id BETWEEN 1
id BETWEEN 1 OR 2
NOT
id NOT 1
id IS
id IS 5
id IS NOT
CASE
CASE END
CASE id END
CASE WHEN TRUE
CASE WHEN TRUE THEN 1
CASE WHEN THEN 1 END
CASE id WHEN 1 THEN END
CASE WHEN TRUE THEN 1 ELSE END
CASE WHEN TRUE THEN 1 ELSE 2 ELSE 3 END
WHEN TRUE THEN 1
END
case
CAST(id)
CAST(id INTEGER)
CAST id AS INTEGER
'text
"name
'it's'
E'a\\n'
x'41'
1abc
0x1F
1_000
1.2.3
1e999
99999999999999999999999999999999999999999
INTERVAL
INTERVAL 1
INTERVAL 1 FORTNIGHT
INTERVAL 'soon'
INTERVAL '1 day; DROP TABLE x'
EXTRACT(year day)
extract(year FROM)
position('a' IN name)
‘name’
“name”
name – 1
id × 2
upper（name）
upper()
upper(name, name)
if(TRUE, 1)
lookup(name, 'a')
strptime(name)
date_trunc('fortnight', day)
date_diff('eon', day, day)
extract(eon FROM day)
strptime(name, '%Q')
strftime(day, '%')
regexp_matches(name, '(')
regexp_matches(name, '[')
regexp_matches(name, '(?=a)')
regexp_matches(name, '(a)\\1')
regexp_replace(name, 'a', '\\9')
regexp_replace(name, 'a', 'b', 'q')
seen AT TIME ZONE 'Mars/Olympus'
timezone('', seen)
json_extract_string('{}', '$[')
"""

_UNKNOWN_FUNCTION = """
uper(name)
exec('rm -rf /')
eval(name)
system('ls')
__import__('os')
сoalesce(name, 'x')
соncat(name)
ｕｐｐｅｒ(name)
sleep(1)
xp_cmdshell('dir')
UTL_HTTP(name)
add_months(day, 1)
to_char(day, 'YYYY')
"""

_UNKNOWN_COLUMN = """
nam
"missing"
"na""me"
id + missing
upper(missing)
rowid
file_row_number
c0
_run_time
filename
true_
"now()"
"'; DROP TABLE extract; --"
"1"
NaN
infinity
"""

_TYPE_MISMATCH = """
if('x', name, name)
CASE WHEN 'x' THEN name END
upper(5)
name + 1
day * 2
active + active
length(5)
year(name)
year(5)
date_trunc('month', name)
strptime(5, '%Y')
strftime(name, '%Y')
epoch(5)
abs(name)
round(name)
CASE WHEN TRUE THEN day ELSE id END
coalesce(day, id)
greatest(day, id)
regexp_matches(id, 'a')
1 / 0
1 // 0
5 % 0
CAST('x' AS INTEGER)
CAST(300 AS TINYINT)
CAST('2026-02-30' AS DATE)
DATE '2026-13-01'
TIMESTAMP 'soon'
strptime('x', '%Y')
9223372036854775807 * 9223372036854775807 * 9223372036854775807
sqrt(-1)
ln(0)
make_date(2026, 2, 30)
-name
seen AT TIME ZONE 'UTC' AT TIME ZONE 'UTC' + 1
"""


def _lines(block: str) -> list[str]:
    return [line for line in block.splitlines() if line]


def _chain(of: str, times: int) -> str:
    return of.join(["id"] * times)


def _bomb(depth: int) -> str:
    """`replace` in `replace`: each makes the text twenty times as long."""
    text = "name"
    for _ in range(depth):
        text = f"replace({text}, 'a', '{'a' * 20}')"
    return text


def _nested(head: str, tail: str, times: int) -> str:
    return head * times + "name" + tail * times


REFUSED: dict[str, list[str]] = {
    "NOT_ALLOWED": _lines(_NOT_ALLOWED),
    "EXPRESSION_SYNTAX": [
        *_lines(_SYNTAX),
        *("", " ", "\n\t", "\0", "id\0", "'a\0b'", "id\u200b", "\u202eid", "\ud800", "'\ud800'"),
        *("\ufeffid", "id\x1b[2J", "id\x07", "\N{PILE OF POO}", "id \N{MINUS SIGN} 1"),
    ],
    "UNKNOWN_FUNCTION": _lines(_UNKNOWN_FUNCTION),
    "UNKNOWN_COLUMN": _lines(_UNKNOWN_COLUMN),
    "TYPE_MISMATCH": _lines(_TYPE_MISMATCH),
    "EXPRESSION_TOO_LONG": [
        *("x" * 4_001, "'" + "x" * 100_000 + "'", "(" * 100_000, "1+" * 50_000 + "1"),
        *("\0" * 5_000, '"' * 99_999, _chain(" + ", 5_000), "lookup(" * 1_000),
    ],
    "EXPRESSION_TOO_DEEP": [
        *("(" * 31 + "1" + ")" * 31, "(" * 50 + "1" + ")" * 50, "(" * 500 + "1" + ")" * 500),
        *("(" * 3_999, "-" + " -" * 50 + "1", "NOT " * 500 + "TRUE", "- " * 1_999 + "1"),
        *(
            _nested("upper(", ")", 31),
            _nested("upper(", ")", 500),
            _nested("coalesce(", ", 1)", 40),
        ),
        *("CASE WHEN " * 50, "CASE " * 400, "id IN (" * 400, "CAST(" * 500, "INTERVAL (" * 300),
        *(_chain(" + ", 200), _chain(" OR ", 600), _chain("||", 900), "id" + "::TEXT" * 500),
        "seen" + " AT TIME ZONE 'UTC'" * 150,
    ],
    "EXPRESSION_TOO_LARGE": [
        *(_bomb(2), _bomb(5), _bomb(20), "||".join(["name"] * 70), f"concat({'name,' * 700}name)"),
        f"regexp_replace(name, '', '{'x' * 100}', 'g')",
        f"regexp_replace(regexp_replace(name, '', '{'x' * 10}', 'g'), '', '{'x' * 10}', 'g')",
        *("regexp_matches(name, '(a{1000}){1000}')", "regexp_matches(name, '((a{50}){50}){50}')"),
        *(f"regexp_matches(name, '{'a' * 201}')", "regexp_matches(name, 'x{0,99999}')"),
        *(_nested("upper(", ")", 12), _nested("nullif(", ", 'x')", 20)),
        *(_nested("split_part(", ", ',', 1)", 20), f"id IN ({'1,' * 1_500}1)"),
        "CASE " + _nested("lookup(", ", 'a', 'b', 'c', 'd', 'e', 'f')", 9) + " WHEN 'a' THEN 1 END",
        f"strftime(day, '{'%A' * 600}')",
        *(f"concat_ws('{'x' * 500}', {'id,' * 100}id)", f"replace(name, 'a', '{'b' * 3_000}')"),
    ],
}
"""Texts by the code of their first problem, over the columns of expression_scene."""

FAILING_ROWS = (
    *("id / 0", "id // 0", "id % 0", "mod(id, 0)", "rate / 0", "price % 0", "1 / (id - id)"),
    *(
        "id * 9223372036854775807 * 9223372036854775807",
        "CAST(id AS TINYINT) * 100::TINYINT + 100::TINYINT",
        "power(0, -id)",
    ),
    *("CAST(name AS INTEGER)", "CAST(name AS DATE)", "CAST('x' || id AS DOUBLE)", "name::BOOLEAN"),
    *("strptime(name, '%Y-%m-%d')", "make_date(2026, 2, 29 + id)", "sqrt(0 - id)", "ln(id - id)"),
    *("to_timestamp(id * 1e300)", "day + INTERVAL 500000 YEAR", "json_extract_string(name, '$.a')"),
    *(
        "CAST(name || '9' AS DECIMAL(9, 2))",
        "CAST(rate * 1e300 AS BIGINT)",
        "-9223372036854775808 - id",
    ),
    *(
        "id = 'x'",
        "NOT day",
        "id = day",
        "id IN ('x')",
        "coalesce(nullif(id, id), 'x')",
        "log10(id - 1)",
    ),
)
"""Accepted, but the first row of the scene cannot be computed, and no error leaves TRY."""
