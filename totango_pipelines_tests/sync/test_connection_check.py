"""What the steps of a connection's check find on real servers."""

import uuid
from datetime import UTC, datetime, timedelta

import psycopg
import pymysql
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url

from totango_pipelines.integrations.project import load_project
from totango_pipelines.sync.connection_check import Outcome, check_connection
from totango_pipelines.sync.environment import Environment


def checked(folder, declared, variables=None, now=None):
    (folder / "integrations").mkdir(exist_ok=True)
    (folder / "connections.yaml").write_text(f"connections:\n  crm: {declared}\n")
    environment = Environment.of({**(variables or {}), "TOTANGO_PROJECT": str(folder)}, folder)
    project = load_project(folder)
    clock = now or (lambda: datetime.now(UTC))
    return {each.name: each for each in check_connection(environment, project, "crm", clock)}


POSTGRES_GRANTS = {
    "UPDATE (id) ON accounts": "it can write the table public.accounts",
    "INSERT ON open_accounts": "it can write the view public.open_accounts",
    "CREATE ON SCHEMA public": "it can create in the schema public",
    "CREATE ON DATABASE {dbname}": "it can create schemas in the database",
}


def test_a_role_that_can_only_read_is_not_warned_of(tmp_path, postgres_url):
    role = f"reader_{uuid.uuid4().hex}"
    login = conninfo_to_dict(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as session:
        session.execute("CREATE TABLE accounts (id int)")
        session.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
        session.execute(f"GRANT SELECT ON accounts TO {role}")
        try:
            declared = (
                f"{{type: postgres, host: {login['host']}, port: {login['port']}, "
                f"database: {login['dbname']}, user: {role}, password: {{env: PW}}}}"
            )
            steps = checked(tmp_path, declared, {"PW": "x"})
            assert {each.outcome for each in steps.values()} == {Outcome.OK}
            session.execute(f"GRANT INSERT ON accounts TO {role}")
            steps = checked(tmp_path, declared, {"PW": "x"})
            assert steps["privileges"].outcome is Outcome.WARN
            assert steps["privileges"].seen == "it can write the table public.accounts"
            session.execute(f"REVOKE INSERT ON accounts FROM {role}")
            for grant, seen in POSTGRES_GRANTS.items():
                given = grant.format(**login)
                session.execute("CREATE VIEW open_accounts AS SELECT * FROM accounts")
                session.execute(f"GRANT {given} TO {role}")
                steps = checked(tmp_path, declared, {"PW": "x"})
                assert (given, steps["privileges"].seen) == (given, seen)
                session.execute(f"REVOKE {given} FROM {role}")
                session.execute("DROP VIEW open_accounts")
        finally:
            session.execute(f"DROP OWNED BY {role}")
            session.execute(f"DROP ROLE {role}")


def test_the_rights_of_a_mariadb_user_are_told(tmp_path, mysql_url):
    url = make_url(mysql_url)
    user = f"tp_{uuid.uuid4().hex[:12]}"
    server = {"host": url.host, "port": url.port or 3306}
    own = {"user": url.username or "", "password": url.password or ""}
    with pymysql.connect(**server, **own) as session, session.cursor() as cursor:
        cursor.execute(f"CREATE USER {user}@'%' IDENTIFIED BY 'x'")
        cursor.execute(f"GRANT SELECT ON {url.database}.* TO {user}@'%'")
        try:
            declared = (
                f"{{type: mysql, host: {url.host}, port: {server['port']}, "
                f"database: {url.database}, user: {user}, password: {{env: PW}}}}"
            )
            steps = checked(tmp_path, declared, {"PW": "x"})
            if steps["login"].outcome is Outcome.FAIL:
                pytest.skip("this server lets no such user in from here")
            assert steps["privileges"].outcome is Outcome.OK
            cursor.execute(f"GRANT INSERT ON {url.database}.* TO {user}@'%'")
            steps = checked(tmp_path, declared, {"PW": "x"})
            assert steps["privileges"].seen == f"it has the right to INSERT in {url.database}"
            cursor.execute(f"REVOKE INSERT ON {url.database}.* FROM {user}@'%'")
            cursor.execute(f"CREATE TABLE {url.database}.{user} (a int)")
            cursor.execute(f"GRANT UPDATE (a) ON {url.database}.{user} TO {user}@'%'")
            steps = checked(tmp_path, declared, {"PW": "x"})
            assert steps["privileges"].seen == (
                f"it has the right to UPDATE in {url.database}.{user}.a"
            )
        finally:
            cursor.execute(f"DROP USER {user}@'%'")
            cursor.execute(f"DROP TABLE IF EXISTS {url.database}.{user}")


def test_a_mariadb_user_with_an_at_sign_or_a_default_role_is_told_of(tmp_path, mysql_url):
    url = make_url(mysql_url)
    user = f"tp@{uuid.uuid4().hex[:12]}"
    role = user.replace("@", "_")
    server = {"host": url.host, "port": url.port or 3306}
    own = {"user": url.username or "", "password": url.password or ""}
    with pymysql.connect(**server, **own) as session, session.cursor() as cursor:
        cursor.execute(f"CREATE USER '{user}'@'%' IDENTIFIED BY 'x'")
        cursor.execute(f"CREATE ROLE {role}")
        cursor.execute(f"GRANT SELECT, INSERT ON {url.database}.* TO '{user}'@'%'")
        try:
            declared = (
                f"{{type: mysql, host: {url.host}, port: {server['port']}, "
                f"database: {url.database}, user: '{user}', password: {{env: PW}}}}"
            )
            steps = checked(tmp_path, declared, {"PW": "x"})
            if steps["login"].outcome is Outcome.FAIL:
                pytest.skip("this server lets no such user in from here")
            assert steps["privileges"].seen == f"it has the right to INSERT in {url.database}"
            cursor.execute(f"REVOKE INSERT ON {url.database}.* FROM '{user}'@'%'")
            cursor.execute(f"GRANT {role} TO '{user}'@'%'")
            cursor.execute(f"SET DEFAULT ROLE {role} FOR '{user}'@'%'")
            steps = checked(tmp_path, declared, {"PW": "x"})
            assert steps["privileges"].seen == (
                f"its default role {role} may hold rights that it is not shown"
            )
        finally:
            cursor.execute(f"DROP USER '{user}'@'%'")
            cursor.execute(f"DROP ROLE {role}")


@pytest.mark.parametrize("away", [timedelta(hours=-1), timedelta(hours=1)])
def test_clocks_that_differ_are_warned_of(tmp_path, away):
    (tmp_path / "a.csv").write_text("id\n1\n")
    declared = "{type: files, tables: {a: {path: a.csv}}}"
    steps = checked(tmp_path, declared, now=lambda: datetime.now(UTC) + away)
    assert steps["clock"].outcome is Outcome.WARN
    assert steps["clock"].seen.startswith("3600 s") or steps["clock"].seen.startswith("3599 s")


def test_a_login_that_fails_ends_the_check_and_shows_no_secret(tmp_path):
    declared = (
        "{type: clickhouse, host: 127.0.0.1, port: 1, database: d, user: u, tls: false, "
        "password: {env: PW}}"
    )
    steps = checked(tmp_path, declared, {"PW": "canary"})
    assert list(steps) == ["declaration", "login"]
    assert (steps["login"].outcome, steps["login"].exit_code) == (Outcome.FAIL, 3)
    assert "canary" not in str(steps)


def test_a_login_that_is_refused_is_the_users_to_mend(tmp_path, postgres_url):
    login = conninfo_to_dict(postgres_url)
    declared = (
        f"{{type: postgres, host: {login['host']}, port: {login['port']}, "
        f"database: {login['dbname']}, user: nobody_{uuid.uuid4().hex}}}"
    )
    steps = checked(tmp_path, declared)
    assert list(steps) == ["declaration", "login"]
    assert (steps["login"].outcome, steps["login"].exit_code) == (Outcome.FAIL, 1)
    assert "the login is refused" in steps["login"].seen


def test_each_table_of_files_is_looked_at(tmp_path):
    (tmp_path / "a.csv").write_text("id,name\n1,x\n")
    declared = "{type: files, tables: {a: {path: a.csv}, b: {path: b.csv}, c: {path: a.csv}}}"
    steps = checked(tmp_path, declared)
    assert (steps["table a"].outcome, steps["table a"].seen) == (Outcome.OK, "2 columns")
    assert (steps["table b"].outcome, steps["table b"].exit_code) == (Outcome.FAIL, 1)
    assert "no file of the table 'b' matches b.csv" in steps["table b"].seen
    assert steps["table c"].outcome is Outcome.OK
