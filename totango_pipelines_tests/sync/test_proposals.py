"""Proposals for a live query, with what the project's other integrations map already."""

import duckdb
import pytest

from totango_pipelines.integrations.project import load_project
from totango_pipelines.sync.environment import Environment
from totango_pipelines.sync.proposals import proposals_for, propose, remembered_in
from totango_pipelines.sync.query_sample import sample_query
from totango_pipelines.sync.wiring import RunContext
from totango_pipelines.upsert.delivery import RunIdentity

CONNECTIONS = """\
connections:
  crm: {type: duckdb, path: crm.duckdb}
  shop: {type: duckdb, path: crm.duckdb}
"""
INTEGRATION = """\
id: {id}
name: {id}
connection: {connection}
object: {object}
query: SELECT * FROM accounts
mapping:
  - {{attribute: account_id, column: id}}
  - {{attribute: {attribute}, column: x1}}
  - {{attribute: {constant}, constant: x}}
"""


@pytest.fixture
def folder(tmp_path):
    with duckdb.connect(tmp_path / "crm.duckdb") as session:
        session.execute(
            "CREATE TABLE accounts AS SELECT 'a' || n AS id, 'Acme ' || n AS name, 'Gold' AS x1, "
            "DATE '2026-01-01' + n::INTEGER AS renews, n * 1.5 AS arr, NULL AS nothing "
            "FROM range(1500) AS t(n)"
        )
    (tmp_path / "integrations").mkdir()
    (tmp_path / "connections.yaml").write_text(CONNECTIONS)
    return tmp_path


def declare(folder, name, *, connection="crm", object_name="accounts", attribute="Tier"):
    constant = "account_name" if object_name == "accounts" else "Contact"
    text = INTEGRATION.format(
        id=name, connection=connection, object=object_name, attribute=attribute, constant=constant
    )
    (folder / "integrations" / f"{name}.yaml").write_text(text)


def context_of(folder, name):
    project = load_project(folder)
    assert {each.code for each in project.problems} <= {"SHARED_ATTRIBUTE"}
    identity = RunIdentity("preview", name, "accounts", "crm", "incremental", "manual")
    environment = Environment.of({"TOTANGO_PROJECT": str(folder)}, folder)
    return RunContext(environment, project, project.integrations[name], identity)


def test_a_live_query_is_proposed_by_names_types_and_values(folder):
    declare(folder, "first")
    answers, sample = propose(context_of(folder, "first"))
    assert len(sample.texts("id")) == 1000
    assert {each.column: each.attribute for each in answers} == {
        "id": "account_id",
        "name": "account_name",
        "x1": None,
        "renews": "Contract Renewal Date",
        "arr": "Contract Value",
        "nothing": None,
    }
    assert answers[0].column == "id"


def test_a_mapping_counts_for_the_same_connection_and_object_only(folder):
    declare(folder, "first")
    declare(folder, "shop_accounts", connection="shop", attribute="Industry")
    declare(folder, "second", attribute="Account Type")
    project = load_project(folder)
    found = remembered_in(project, connection="crm", object_name="accounts", besides="first")
    assert [(each.column, each.attribute, each.where) for each in found] == [
        ("id", "account_id", "second"),
        ("x1", "Account Type", "second"),
    ]


def test_its_own_mapping_is_no_evidence_but_that_of_others_is(folder):
    declare(folder, "first")
    declare(folder, "second")
    answers, _ = propose(context_of(folder, "first"))
    [x1] = [each for each in answers if each.column == "x1"]
    assert (x1.attribute, x1.reason) == ("Tier", "mapped so in second")


def test_a_query_can_be_proposed_before_there_is_a_file(folder):
    declare(folder, "first")
    context = context_of(folder, "first")
    sample = sample_query(
        context.environment, context.project, connection="crm", query="SELECT x1 FROM accounts"
    )
    [answer] = proposals_for(
        context.project, connection="crm", object_name="accounts", sample=sample
    )
    assert (answer.attribute, answer.reason) == ("Tier", "mapped so in first")
