from pathlib import Path

import pytest

from totango_pipelines.connections.duckdb_file import DuckDBSource
from totango_pipelines.connections.opening import open_source
from totango_pipelines.connections.sqlite_file import SQLiteSource
from totango_pipelines.errors import DeclarationError
from totango_pipelines.integrations.connection import (
    DuckdbConnection,
    MysqlConnection,
    PostgresConnection,
    SqliteConnection,
)
from totango_pipelines.integrations.connection_fields import FromEnvironment

SECRET = "p@ss/w:rd-canary"
PROJECT = Path("/project")


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
        (MysqlConnection(type="mysql", url=FromEnvironment(env="U")), f"mysql://u:x@h:{SECRET}/d"),
    ],
)
def test_an_unreadable_url_is_never_shown(declared, url):
    with pytest.raises(DeclarationError) as failure:
        opened(declared, U=url)
    assert failure.value.problems[0].code == "URL_INVALID"
    assert "canary" not in str(failure.value)
