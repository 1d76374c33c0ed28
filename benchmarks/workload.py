"""What is moved: a source table of 15 columns, and two targets that hold part of it already.

The casts and filters of `GOOD_ROWS` are PostgreSQL's own spelling of what the integration declares;
they are what the floor and the peers read, and the truth that all targets are checked against.
"""

import psycopg
from jobs import CURSOR
from own_postgres import Server
from psycopg import sql

# The target's columns: its name, the type in the hub, and the SQL that makes it from the source.
COLUMNS = (
    ("account_id", "text", "id"),
    ("account_name", "text", "nullif(name, '')"),
    ("segment", "text", "segment"),
    ("status", "text", "status"),
    ("industry", "text", "industry"),
    ("country", "text", "country"),
    ("company_domain", "text", "domain"),
    ("health", "double precision", "health::float8"),
    ("mrr", "numeric(18,4)", "mrr::numeric(18,4)"),
    ("contract_value", "numeric(18,4)", "contract_value::numeric(18,4)"),
    ("licenses", "double precision", "licenses::float8"),
    ("strategic", "boolean", "strategic"),
    ("contract_renewal_date", "date", "renewal::date"),
    ("create_date", "date", "created"),
    ("last_payment_date", "date", "(paid_at AT TIME ZONE 'UTC')::date"),
)
KEY = COLUMNS[0][0]
NAMES = ", ".join(name for name, _, _ in COLUMNS)

# One row in about a thousand is bad, each in its own way.
SOURCE = """
CREATE TABLE {table} AS SELECT
    CASE WHEN n % 4253 <> 0 THEN 'acc-' || lpad(n::text, 9, '0') END AS id,
    CASE WHEN n % 2801 = 0 THEN repeat('Too long a name ', 9) ELSE
        (ARRAY['Acme', 'Zürich', 'Nordwind', 'Blue Heron', 'Café'])[1 + h % 5] || ' ' || n END AS name,
    CASE WHEN n % 4021 = 0 THEN 'Unknown' ELSE
        (ARRAY['small', 'mid-market', 'enterprise'])[1 + h % 3] END AS segment,
    (ARRAY['Free', 'Paying', 'Canceled'])[1 + h % 3] AS status,
    (ARRAY['Retail', 'Health', 'Finance', NULL, 'Energy'])[1 + h % 5] AS industry,
    (ARRAY['Germany', 'España', 'Brasil', 'Ireland'])[1 + h % 4] AS country,
    'customer' || n || '.example.com' AS domain,
    CASE WHEN n % 11489 = 0 THEN 'n/a' ELSE round((h % 10000) / 100.0, 2)::text END AS health,
    ((h % 5000000) / 100.0)::numeric(14,2) AS mrr,
    ((h % 90000000) / 100.0)::numeric(14,2) AS contract_value,
    (h % 900)::int AS licenses,
    h % 7 = 0 AS strategic,
    CASE WHEN n % 9091 = 0 THEN '31/31/2025'
        ELSE to_char(date '2026-01-01' + (h % 700)::int, 'YYYY-MM-DD') END AS renewal,
    date '2015-01-01' + (h % 3600)::int AS created,
    timestamptz '2025-01-01 00:00+00' + h % 31000000 * interval '1 second' AS paid_at
FROM (SELECT n, abs(hashtext(n::text)::bigint) AS h FROM generate_series(1, {rows}) AS t(n)) AS numbers
ORDER BY {order}
"""
GOOD = r"""
    id IS NOT NULL AND length(name) <= 128 AND segment IN ('small', 'mid-market', 'enterprise')
    AND health ~ '^[+-]?[0-9]+(\.[0-9]*)?$' AND renewal ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
"""
GOOD_ROWS = (
    f"SELECT {', '.join(f'{cast} AS {name}' for name, _, cast in COLUMNS)} FROM crm WHERE {GOOD}"
)
# Half of the good rows, of which every twentieth has another health and country than now.
BEFORE = f"""
CREATE TABLE crm_before AS
SELECT id, name, segment, status, industry,
    CASE WHEN differs THEN 'Portugal' ELSE country END AS country, domain,
    CASE WHEN differs THEN (health::numeric + 1)::text ELSE health END AS health,
    mrr, contract_value, licenses, strategic, renewal, created, paid_at
FROM (SELECT *, abs(hashtext(id)) % 20 = 0 AS differs FROM crm
      WHERE {GOOD} AND hashtext('half of ' || id) % 2 = 0) AS half
"""

VIEWS = f"""
CREATE VIEW good AS {GOOD_ROWS};
CREATE VIEW good_before AS {GOOD_ROWS.replace("FROM crm ", "FROM crm_before ")};
CREATE VIEW good_with_cursor AS {GOOD_ROWS.replace(" FROM crm ", f", {CURSOR} FROM crm ")}
"""
CHANGES = f"""
UPDATE crm SET country = 'Portugal', {CURSOR} = '2027-01-01 00:00+00' WHERE abs(hashtext(id)) % 100 = 0;
CREATE INDEX ON crm ({CURSOR})
"""

FLOOR_TABLE = f"""
CREATE TABLE accounts ({", ".join(f"{name} {kind}" for name, kind, _ in COLUMNS)},
    PRIMARY KEY ({KEY}))
"""
CHECKSUM = "SELECT count(*), coalesce(sum(hashtextextended(row({names})::text, 0)::numeric), 0) FROM {rows}"

INTEGRATION = """\
id: accounts
name: Accounts of the benchmark
connection: source
object: accounts
query: |
  SELECT id, name, segment, status, industry, country, domain, health, mrr, contract_value,
         licenses, strategic, renewal, created, paid_at
  FROM {table}
mapping:
  - {{attribute: account_id, column: id}}
  - {{attribute: account_name, column: name}}
  - {{attribute: Segment, column: segment}}
  - {{attribute: Status, column: status}}
  - {{attribute: Industry, column: industry}}
  - {{attribute: Country, column: country}}
  - {{attribute: Company Domain, column: domain}}
  - {{attribute: Health, column: health}}
  - {{attribute: MRR, column: mrr}}
  - {{attribute: Contract Value, column: contract_value}}
  - {{attribute: Licenses, column: licenses}}
  - {{attribute: Strategic, column: strategic}}
  - {{attribute: Contract Renewal Date, column: renewal}}
  - {{attribute: Create Date, column: created}}
  - {{attribute: Last Payment Date, column: paid_at}}
"""
CONNECTIONS = "connections:\n  source: {type: postgres, url: {env: BENCHMARK_SOURCE}, allow_privileged: true}\n"
CATALOG = """\
attributes:
  accounts:
    - {name: Segment, type: list, values: [small, mid-market, enterprise]}
    - {name: Country, type: text}
    - {name: Health, type: number}
    - {name: MRR, type: currency, currency: EUR}
    - {name: Strategic, type: boolean}
"""


def create_database(server: Server, name: str, template: str = "template0") -> None:
    """A fresh database, replacing one of that name."""
    with psycopg.connect(server.url, autocommit=True) as session:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        session.execute(drop.format(sql.Identifier(name)))
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        session.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        session.execute("CHECKPOINT")


def drop_databases(server: Server, names: list[str]) -> None:
    """Remove databases of the benchmark."""
    with psycopg.connect(server.url, autocommit=True) as session:
        for name in names:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            session.execute(drop.format(sql.Identifier(name)))


def create_source(url: str, rows: int, *, shuffled: bool) -> None:
    """The tables `crm`, and `crm_before` as the half of it was some time ago."""
    order = "hashtext(n::text), n" if shuffled else "n"
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(SOURCE.format(table="crm", rows=rows, order=order))
        session.execute(BEFORE)
        session.execute(VIEWS)
        session.execute("VACUUM (ANALYZE)")


def change_one_in_a_hundred(url: str) -> None:
    """Other values in one row of `crm` in a hundred, with a cursor value above all others'."""
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(CHANGES)
        session.execute("VACUUM (ANALYZE) crm")


def newest(url: str) -> str:
    """The largest cursor value of the source, as text."""
    with psycopg.connect(url) as session:
        row = session.execute(f"SELECT max({CURSOR})::text FROM good_with_cursor").fetchone()
    return str(row[0]) if row else ""


def require_key(url: str) -> None:
    """The key's constraint, for a table whose maker did not ask for one."""
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(f"ALTER TABLE accounts ADD PRIMARY KEY ({KEY})")


def preload_floor(source_url: str, floor_url: str, view: str, *, cursor: str | None = None) -> None:
    """The plain table with the rows of a view; with the cursor's column, for those who look there."""
    names = NAMES + (f", {cursor}" if cursor else "")
    with psycopg.connect(source_url) as source, psycopg.connect(floor_url) as floor:
        floor.execute(FLOOR_TABLE)
        if cursor:
            floor.execute(f"ALTER TABLE accounts ADD {cursor} timestamptz")
        read, write = source.cursor(), floor.cursor()
        with (
            read.copy(f"COPY (SELECT {names} FROM {view}) TO STDOUT") as rows,
            write.copy(f"COPY accounts ({names}) FROM STDIN") as into,
        ):
            for block in rows:
                into.write(block)


def vacuum(url: str) -> None:
    """Leave the tables of a database as autovacuum would."""
    with psycopg.connect(url, autocommit=True) as session:
        session.execute("VACUUM (ANALYZE)")


def checksum(url: str, rows: str) -> tuple[int, int]:
    """Number and checksum over all columns of the rows of a table or query."""
    with psycopg.connect(url) as session:
        row = session.execute(CHECKSUM.format(names=NAMES, rows=rows)).fetchone()
    if row is None:
        message = "no checksum"
        raise SystemExit(message)
    return int(row[0]), int(row[1])
