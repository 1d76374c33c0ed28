"""One PostgreSQL server holds Dagster's run log, the source and the hub."""

import shutil
import warnings
from pathlib import Path

import dagster as dg
import psycopg
import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
ON_POSTGRES = REPOSITORY / "deploy" / "postgres" / "dagster.yaml"

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster_shared.*"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:sqlalchemy.*"),
]

COMPANIES = """\
id: companies
name: Companies
connection: shop
object: accounts
query: SELECT id, name, seats, worth FROM shop.company
mapping:
  - {attribute: account_id, column: id}
  - {attribute: account_name, column: name}
  - {attribute: Seats, column: seats, new: {type: number}}
  - {attribute: Worth, column: worth, new: {type: currency, currency: EUR}}
"""


@pytest.fixture
def project(deployment, postgres_url, tmp_path):
    # A plain URL: with SQLAlchemy 2.1 it would mean psycopg 3, and the first run would hang.
    assert postgres_url.startswith("postgresql://")
    with psycopg.connect(postgres_url) as session:
        session.execute("CREATE SCHEMA shop")
        session.execute(
            "CREATE TABLE shop.company (id int, name text, seats int, worth numeric(20,4))"
        )
        session.execute(
            "INSERT INTO shop.company SELECT g, 'Größe ' || g, g % 7, g * 1.0001 "
            "FROM generate_series(1, 1000) g"
        )
    deployment.write(
        "connections.yaml",
        "connections:\n  shop: {type: postgres, url: {env: SHOP}, allow_privileged: true}",
    )
    deployment.write("integrations/companies.yaml", COMPANIES)
    home = tmp_path / "dagster"
    home.mkdir()
    shutil.copy(ON_POSTGRES, home)
    deployment.set("SHOP", postgres_url)
    deployment.set("TOTANGO_HUB_URL", postgres_url)
    deployment.set("DAGSTER_PG_URL", postgres_url)
    deployment.set("DAGSTER_HOME", str(home))
    return deployment


def open_instance(project):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Dagster's notices about its own settings
        return dg.DagsterInstance.from_config(project.variables["DAGSTER_HOME"])


def rows(url, sql):
    with psycopg.connect(url) as session:
        return session.execute(sql).fetchall()


def test_one_server_can_hold_the_run_log_the_source_and_the_hub(project, postgres_url):
    with open_instance(project) as instance:
        first = project.run("companies", instance)
        assert first.success
        assert project.counts("companies", instance) == {"rows_read": 1000, "created": 1000}
        second = project.run("companies", instance)
        assert project.counts("companies", instance) == {"rows_read": 1000, "unchanged": 1000}
    # What another process sees of it.
    with open_instance(project) as instance:
        runs = instance.get_run_records(dg.RunsFilter(tags={"totango/integration": "companies"}))
        assert [run.dagster_run.run_id for run in runs] == [second.run_id, first.run_id]
        assert {run.dagster_run.status for run in runs} == {dg.DagsterRunStatus.SUCCESS}
    assert rows(postgres_url, "SELECT count(*) FROM runs WHERE status = 'SUCCESS'") == [(2,)]
    assert rows(
        postgres_url,
        "SELECT count(*) FROM accounts a JOIN shop.company c ON a.account_id = c.id::text "
        "WHERE a.account_name = c.name AND a.seats = c.seats AND a.worth = c.worth",
    ) == [(1000,)]
    assert rows(postgres_url, "SELECT run_id FROM _runs ORDER BY run_seq") == [
        (first.run_id,),
        (second.run_id,),
    ]


def test_the_run_log_s_tables_and_the_hub_s_do_not_meet(project, postgres_url):
    with open_instance(project) as instance:
        assert project.run("companies", instance).success
    tables = {
        name
        for (name,) in rows(
            postgres_url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
    }
    assert {"runs", "event_logs", "accounts", "_runs", "_changes"} <= tables


def test_the_shared_instance_differs_from_the_default_one_in_its_storage_alone():
    shared = yaml.safe_load(ON_POSTGRES.read_text())
    assert shared.pop("storage") == {"postgres": {"postgres_url": {"env": "DAGSTER_PG_URL"}}}
    top = REPOSITORY / "dagster.yaml"
    if not top.is_file():
        pytest.skip("there is no dagster.yaml beside workspace.yaml")
    default = yaml.safe_load(top.read_text())
    default.pop("storage", None)
    assert shared == default
