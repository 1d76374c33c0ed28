"""connections.yaml: what a connection may say, and that no secret is ever written or shown."""

import pytest

from totango_pipelines.integrations.connections_file import connections_from
from totango_pipelines.integrations.strict_yaml import parse_yaml


def load(text):
    return connections_from(parse_yaml(text.encode(), "connections.yaml"))


def one(declared):
    return load(f"connections:\n  x: {declared}\n")


def test_the_connections_of_the_contract_are_valid():
    found = load(
        "connections: {crm: {type: postgres, url: {env: CRM_URL}},"
        " demo: {type: duckdb, path: demo/warehouse.duckdb}, old: {type: sqlite, path: old.sqlite},"
        " shop: {type: mysql, host: db, port: 3306, database: shop, user: etl,"
        " password: {env: SHOP_PW}}}"
    )
    assert found.problems == ()
    assert {name: each.type for name, each in found.valid.items()} == {
        "crm": "postgres",
        "demo": "duckdb",
        "old": "sqlite",
        "shop": "mysql",
    }
    assert found.valid["crm"].url.env == "CRM_URL"
    assert found.valid["crm"].statement_timeout_seconds == 1800


def test_mariadb_is_read_as_mysql():
    assert one("{type: mariadb, host: h, database: d}").valid["x"].type == "mysql"


def test_a_url_without_a_password_may_stand_in_the_file():
    found = one('{type: postgres, url: "postgresql://reader@h:5432/db", password: {env: PW}}')
    assert found.problems == ()


@pytest.mark.parametrize(
    "declared",
    [
        "{type: postgres, host: h, database: d, password: hunter2}",
        "{type: postgres, host: h, database: d, password: 42}",
        '{type: postgres, url: "postgresql://u:hunter2@h/db"}',
        '{type: postgres, url: "postgresql://u:hun/ter2@h/db"}',
        '{type: postgres, url: "postgresql://h/db?password=hunter2"}',
        '{type: mysql, url: "mysql://u:@h/db"}',
        '{type: postgres, url: "host=h password=hunter2"}',
        "{type: snowflake, account: a, user: u, password: hunter2}",
        "{type: snowflake, account: a, user: u, private_key_file: k, private_key_passphrase: hunter2}",
        "{type: bigquery, project: p, credentials: hunter2}",
        "{type: databricks, host: h, http_path: p, token: hunter2}",
        "{type: athena, region: r, work_group: w, access_key_id: {env: K}, secret_access_key: hunter2}",
        "{type: files, tables: {a: {path: a.csv}}, s3: {access_key_id: {env: K}, secret_access_key: hunter2}}",
        "{type: oracle, host: h, database: d, password: hunter2}",
        '{type: sqlserver, url: "sqlserver://u:hunter2@h/db"}',
    ],
)
def test_a_password_in_plain_text_is_refused_and_says_what_to_write(declared):
    found = one(declared)
    assert [problem.code for problem in found.problems] == ["SECRET_IN_FILE"]
    assert "{env: NAME}" in found.problems[0].remedy
    assert (found.valid, found.broken) == ({}, {"x"})


@pytest.mark.parametrize(
    "declared",
    [
        "{type: postgres, host: h, database: d, password: hunter2}",
        "{type: postgres, host: h, database: d, password: {env: hunter2}}",
        "{type: postgres, host: h, database: d, password: {env: [hunter2]}}",
        "{type: postgres, host: h, database: d, password: [hunter2]}",
        "{type: postgres, host: h, database: d, password: {value: hunter2}}",
        "{type: postgres, host: h, database: d, passwrod: hunter2}",
        "{type: postgres, host: h, database: d, token: hunter2}",
        '{type: postgres, host: "postgresql://u:hunter2@h", database: d}',
        '{type: postgres, url: "mysql://hunter2@h/d"}',
        "{type: postgres, url: hunter2}",
        "{type: postgres, url: {env: 'postgresql://u:hunter2@h'}}",
        "{type: snowflake, account: a, user: u, password: {env: hunter2}}",
        "{type: databricks, host: 'https://t:hunter2@h', http_path: p, token: {env: T}}",
        "{type: files, tables: {a: {path: a.csv}}, s3: {endpoint: 'http://k:hunter2@h'}}",
        "{type: trino, url: 'mysql://hunter2@h/d'}",
        "{type: bigquery, project: p, key: hunter2}",
    ],
)
def test_no_problem_shows_what_may_be_a_secret(declared):
    found = one(declared)
    assert found.problems
    assert "hunter2" not in "\n".join(map(str, found.problems))


@pytest.mark.parametrize(
    ("declared", "code", "path"),
    [
        ("{type: postgress, url: {env: X}}", "NOT_ALLOWED", "connections.x.type"),
        ("{path: y}", "MISSING_KEY", "connections.x.type"),
        ("{type: sqlite}", "MISSING_KEY", "connections.x.path"),
        ("{type: sqlite, path: y, host: h}", "UNKNOWN_KEY", "connections.x.host"),
        ("{type: postgres, host: h}", "MISSING_KEY", "connections.x"),
        ("{type: postgres, url: {env: X}, host: h}", "NOT_ALLOWED", "connections.x.host"),
        ("{type: postgres, url: {env: X}, port: '1'}", "WRONG_TYPE", "connections.x.port"),
        ("{type: mysql, host: h, database: d, port: 0}", "NOT_ALLOWED", "connections.x.port"),
        (
            "{type: mysql, host: h, database: d, statement_timeout: 10}",
            "WRONG_TYPE",
            "connections.x.statement_timeout",
        ),
        (
            "{type: mysql, host: h, database: d, statement_timeout: soon}",
            "NOT_ALLOWED",
            "connections.x.statement_timeout",
        ),
        ("{type: snowflake, account: a, user: u}", "MISSING_KEY", "connections.x"),
        (
            "{type: snowflake, account: a, user: u, password: {env: P}, private_key_file: k}",
            "MISSING_KEY",
            "connections.x",
        ),
        ("{type: snowflake, user: u, password: {env: P}}", "MISSING_KEY", "connections.x.account"),
        (
            "{type: bigquery, project: p, credentials: {env: K}, credentials_file: k}",
            "NOT_ALLOWED",
            "connections.x.credentials",
        ),
        ("{type: athena, region: r}", "MISSING_KEY", "connections.x"),
        ("{type: redshift, host: h}", "MISSING_KEY", "connections.x"),
        ("{type: sqlserver, host: h, database: d, tls: 1}", "WRONG_TYPE", "connections.x.tls"),
        ("{type: oracle, url: 'http://h/d'}", "NOT_ALLOWED", "connections.x.url"),
        ("{type: files, tables: {}}", "NOT_ALLOWED", "connections.x.tables"),
        ("{type: files, tables: {a: {path: a.txt}}}", "NOT_ALLOWED", "connections.x.tables.a.path"),
        (
            "{type: files, tables: {a: {path: a.parquet, delimiter: ';'}}}",
            "NOT_ALLOWED",
            "connections.x.tables.a.delimiter",
        ),
        (
            "{type: files, tables: {a: {path: a.csv}}, s3: {access_key_id: {env: K}}}",
            "MISSING_KEY",
            "connections.x.s3",
        ),
        ("5", "WRONG_TYPE", "connections.x"),
        ("", "WRONG_TYPE", "connections.x"),
    ],
)
def test_a_wrong_connection_says_where_it_is_wrong(declared, code, path):
    problems = one(declared).problems
    assert [(problem.code, problem.path, problem.line) for problem in problems] == [(code, path, 2)]


def test_a_broken_connection_takes_no_other_with_it():
    found = load(
        "connections:\n  good: {type: sqlite, path: x}\n  bad: {type: x}\n"
        "  flawed: {type: sqlite, path: &a x}\n  9: {type: sqlite, path: x}\n"
        "  b d: {type: sqlite, path: x}\nmore: 1\n"
    )
    assert list(found.valid) == ["good"]
    assert found.broken == {"bad", "flawed", "b d"}
    assert sorted(problem.line for problem in found.problems) == [3, 4, 5, 6, 7]


@pytest.mark.parametrize("text", ["", "connections:\n", "conections: {}\n", "- a\n", "a: [\n"])
def test_a_file_without_connections_says_so(text):
    found = load(text)
    assert len(found.problems) == 1
    assert not found.readable
