from pathlib import Path
from urllib.parse import quote

import pytest

from totango_pipelines.connections.duckdb_file import DuckDBSource
from totango_pipelines.connections.opening import open_source
from totango_pipelines.connections.sqlite_file import SQLiteSource
from totango_pipelines.connections.url_login import server_login
from totango_pipelines.errors import DeclarationError
from totango_pipelines.integrations.connection import (
    DuckdbConnection,
    MysqlConnection,
    PostgresConnection,
    SqliteConnection,
)
from totango_pipelines.integrations.connection_fields import FromEnvironment
from totango_pipelines.integrations.warehouse_connections import (
    BigqueryConnection,
    ClickhouseConnection,
    OracleConnection,
    RedshiftConnection,
    TrinoConnection,
)

SECRET = "p@ss/w:rd-canary"
PROJECT = Path("/project")
URL = FromEnvironment(env="U")


def opened(declaration, **environment):
    return open_source(declaration, name="crm", project_folder=PROJECT, environment=environment)


def test_a_path_is_relative_to_the_project_folder():
    assert opened(SqliteConnection(type="sqlite", path="old.sqlite")).path == PROJECT / "old.sqlite"
    assert opened(DuckdbConnection(type="duckdb", path="/abs.duckdb")).path == Path("/abs.duckdb")


def test_files_open_as_their_engines():
    assert isinstance(opened(SqliteConnection(type="sqlite", path="a")), SQLiteSource)
    assert isinstance(opened(DuckdbConnection(type="duckdb", path="a")), DuckDBSource)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_postgres_url_is_read_by_libpqs_rules(scheme):
    declared = PostgresConnection(type="postgres", url=FromEnvironment(env="CRM_URL"))
    source = opened(
        declared, CRM_URL=f"{scheme}://etl:p%40ss%2Fw%3Ard@db:5433/shop?sslmode=require"
    )
    assert source.login == {
        "user": "etl",
        "password": "p@ss/w:rd",
        "host": "db",
        "port": "5433",
        "dbname": "shop",
        "sslmode": "require",
    }


def test_postgres_parts_become_a_login():
    declared = PostgresConnection(
        type="postgres",
        host="db",
        port=5433,
        database="shop",
        user="etl",
        password=FromEnvironment(env="PW"),
        statement_timeout="2m",
    )
    source = opened(declared, PW=SECRET)
    assert source.login == {
        "host": "db",
        "port": "5433",
        "dbname": "shop",
        "user": "etl",
        "password": SECRET,
    }
    assert source.statement_timeout == 120
    assert SECRET not in repr(source)


def test_mysql_parts_and_url_become_the_same_login():
    parts = MysqlConnection(
        type="mysql", host="db", database="shop", user="etl", password=FromEnvironment(env="PW")
    )
    url = MysqlConnection(type="mysql", url=FromEnvironment(env="URL"))
    by_parts = opened(parts, PW=SECRET)
    by_url = opened(url, URL="mysql://etl:p%40ss%2Fw%3Ard-canary@db:3306/shop?charset=utf8")
    assert by_parts.login == by_url.login
    assert by_parts.login["password"] == SECRET
    assert SECRET not in repr(by_parts)


def test_a_missing_variable_is_a_problem_of_its_key():
    declared = MysqlConnection(
        type="mysql",
        host="db",
        database="shop",
        user="etl",
        password=FromEnvironment(env="SHOP_PW"),
    )
    with pytest.raises(DeclarationError) as failure:
        opened(declared)
    (problem,) = failure.value.problems
    assert (problem.file, problem.path, problem.code) == (
        "connections.yaml",
        "connections.crm.password",
        "SECRET_MISSING",
    )
    assert problem.remedy == "Set SHOP_PW to the password of the connection 'crm'."


@pytest.mark.parametrize(
    ("declared", "url"),
    [
        (PostgresConnection(type="postgres", url=FromEnvironment(env="U")), f"nonsense {SECRET}"),
        (
            PostgresConnection(type="postgres", url=FromEnvironment(env="U")),
            f"postgres://h/d?x={SECRET}",
        ),
        (MysqlConnection(type="mysql", url=FromEnvironment(env="U")), SECRET),
        (
            MysqlConnection(type="mysql", url=FromEnvironment(env="U")),
            f"postgresql://u:{quote(SECRET)}@h/d",
        ),
        (ClickhouseConnection(type="clickhouse", url=URL), f"postgresql://u:{quote(SECRET)}@h/d"),
        (OracleConnection(type="oracle", url=URL), f"oracle://u:{quote(SECRET)}@h:1"),
        (OracleConnection(type="oracle", url=URL), f"oracle://u:{quote(SECRET)}@h:1/a/b"),
        (RedshiftConnection(type="redshift", url=URL), f"redshift://u@h/d?password={SECRET}"),
        (
            TrinoConnection(type="trino", url=URL, schema="crm"),
            f"trino://u:{quote(SECRET)}@h/hive/crm",
        ),
        (MysqlConnection(type="mysql", url=FromEnvironment(env="U")), f"mysql://u:x@h:{SECRET}/d"),
    ],
)
def test_an_unreadable_url_is_never_shown(declared, url):
    with pytest.raises(DeclarationError) as failure:
        opened(declared, U=url)
    assert failure.value.problems[0].code == "URL_INVALID"
    assert "canary" not in str(failure.value)


@pytest.mark.parametrize(
    ("declared", "wanted"),
    [
        ("trino://u:x@h/hive", {"database": "hive"}),
        ("trino://u:x@h/hive/crm", {"database": "hive", "schema_name": "crm"}),
    ],
)
def test_the_path_of_trinos_url_is_its_catalog_and_schema(declared, wanted):
    found = server_login({"url": declared}, "crm", "trino")
    assert found == {"host": "h", "user": "u", "password": "x", **wanted}


@pytest.mark.parametrize("kind", [SqliteConnection, DuckdbConnection])
def test_files_of_embedded_engines_have_a_statement_timeout(kind):
    name = {SqliteConnection: "sqlite", DuckdbConnection: "duckdb"}[kind]
    assert opened(kind(type=name, path="a", statement_timeout="90s")).statement_timeout == 90
    assert opened(kind(type=name, path="a")).statement_timeout == 1800


def test_a_key_that_cannot_be_read_is_named_by_its_field(tmp_path):
    (tmp_path / "key.json").write_text("canary")
    by_file = BigqueryConnection(type="bigquery", project="p", credentials_file="key.json")
    by_variable = BigqueryConnection(type="bigquery", project="p", credentials=URL)
    for declared, field in ((by_file, "credentials_file"), (by_variable, "credentials")):
        with pytest.raises(DeclarationError) as failure:
            open_source(declared, name="bq", project_folder=tmp_path, environment={"U": "canary"})
        (problem,) = failure.value.problems
        assert problem.path == f"connections.bq.{field}"
        assert problem.problem == f"what `{field}` holds cannot be read."
        assert "canary" not in str(problem)
