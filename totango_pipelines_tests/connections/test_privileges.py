import uuid
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url

from totango_pipelines.connections.mysql import MySQLSource
from totango_pipelines.connections.opening import open_source
from totango_pipelines.connections.postgres import PostgresSource
from totango_pipelines.connections.privileges import mysql_privileges
from totango_pipelines.errors import LoginRefusedError, QueryRefusedError
from totango_pipelines.integrations.connection import PostgresConnection
from totango_pipelines.integrations.connection_fields import FromEnvironment


def rows(source):
    with source.batches("SELECT 1 AS one") as reader:
        return reader.read_all().to_pylist()


@pytest.fixture
def superuser(postgres_url):
    login = {key: str(value) for key, value in conninfo_to_dict(postgres_url).items()}
    return PostgresSource("crm", login, 30.0)


@contextmanager
def role(url, *given):
    """A role for one test, which has the roles `given`."""
    name = f"reader_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'plain'")
        try:
            for other in given:
                session.execute(f"GRANT {other} TO {name}")
            yield {"user": name, "password": "plain"}
        finally:
            session.execute(f"DROP ROLE {name}")


def test_a_superuser_of_postgres_is_refused(superuser):
    with pytest.raises(QueryRefusedError, match=r"'crm': its user holds .*SUPERUSER.*allow_priv"):
        rows(superuser)


def test_a_superuser_that_the_connection_allows_reads(superuser):
    assert rows(replace(superuser, allow_privileged=True)) == [{"one": 1}]


def test_a_role_that_may_read_the_servers_files_is_refused(superuser, postgres_url):
    with role(postgres_url) as login:
        assert rows(replace(superuser, login={**superuser.login, **login})) == [{"one": 1}]
    with role(postgres_url, "pg_read_server_files") as login:
        source = replace(superuser, login={**superuser.login, **login})
        with pytest.raises(QueryRefusedError, match="pg_read_server_files"):
            rows(source)


def test_root_of_mysql_is_refused(mysql_url):
    url = make_url(mysql_url)
    login = {
        "host": url.host,
        "port": url.port or 3306,
        "user": url.username,
        "password": url.password or "",
    }
    with pytest.raises(QueryRefusedError, match="its user holds ALL PRIVILEGES"):
        rows(MySQLSource("shop", login, 30.0))
    assert rows(MySQLSource("shop", login, 30.0, allow_privileged=True)) == [{"one": 1}]


@pytest.mark.parametrize("use", ["batches", "clock"])
def test_a_user_that_postgres_does_not_know_is_no_case_for_another_try(superuser, use):
    login = {**superuser.login, "user": f"nobody_{uuid.uuid4().hex}", "password": "canary"}
    source = replace(superuser, login=login)
    with pytest.raises(LoginRefusedError, match="'crm': the login is refused") as refusal:
        rows(source) if use == "batches" else source.clock()
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize("use", ["batches", "clock"])
def test_a_user_that_mysql_does_not_know_is_no_case_for_another_try(mysql_url, use):
    url = make_url(mysql_url)
    server = {"host": url.host, "port": url.port or 3306}
    login = {**server, "user": f"nobody_{uuid.uuid4().hex[:12]}", "password": "canary"}
    source = MySQLSource("shop", login, 30.0)
    with pytest.raises(LoginRefusedError, match="'shop': the login is refused") as refusal:
        rows(source) if use == "batches" else source.clock()
    assert "canary" not in str(refusal.value)


def test_the_grants_of_mysql_are_told_without_the_hash_of_the_password():
    grants = [
        "GRANT SELECT, FILE, SUPER ON *.* TO `etl`@`%` IDENTIFIED BY PASSWORD '*ABCDEF'",
        "GRANT ALL PRIVILEGES ON `shop`.* TO `etl`@`%`",
    ]
    assert mysql_privileges(grants) == ["SUPER", "FILE"]
    assert mysql_privileges(["GRANT USAGE ON *.* TO `etl`@`%`", "GRANT SELECT ON `a`.* TO x"]) == []


@pytest.mark.parametrize("allowed", [True, False])
def test_the_declaration_says_whether_a_privileged_user_may_read(tmp_path, allowed):
    declared = PostgresConnection(
        type="postgres", url=FromEnvironment(env="U"), allow_privileged=allowed
    )
    environment = {"U": "postgresql://etl@db/shop"}
    source = open_source(declared, name="crm", project_folder=tmp_path, environment=environment)
    assert source.allow_privileged is allowed


@pytest.mark.parametrize(
    "mode", ["ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "PIPES_AS_CONCAT", "ORACLE"]
)
def test_quotes_mean_the_same_whatever_the_server_of_mysql_is_set_to(mysql_url, mode):
    url = make_url(mysql_url)
    login = {
        "host": url.host,
        "port": url.port or 3306,
        "user": url.username,
        "password": url.password or "",
        "init_command": f"SET SESSION sql_mode = '{mode}'",
    }
    source = MySQLSource("shop", login, 30.0, allow_privileged=True)
    with source.batches("SELECT 'a\\'b' AS a, \"c\" AS c, 1 || 0 AS d") as reader:
        assert reader.read_all().to_pylist() == [{"a": "a'b", "c": "c", "d": 1}]
