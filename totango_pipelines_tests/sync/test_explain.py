"""Where each value of a record comes from, on both hubs."""

import pytest

from totango_pipelines.errors import HubUnavailableError, UnknownNameError
from totango_pipelines.sync.explain import explain_record
from totango_pipelines.upsert.hub_reader import reading
from totango_pipelines_tests.sync.run_scene import moment

CATALOG = "attributes: {accounts: [{name: zuora_id, type: foreign_key}]}\n"
RECENT = {"recency_column": "updated_at"}


@pytest.fixture
def told(scene):
    """Two integrations share an account; one of its values is disputed."""
    scene.catalog(CATALOG)
    mapping = {"account_id": "id", "Tier": "tier", "account_name": "name", "zuora_id": "z"}
    scene.declare("crm", "accounts", mapping, **RECENT)
    row = {"id": "Acme", "tier": "Gold", "name": "Acme", "z": "z1", "updated_at": moment(10)}
    scene.run("crm", [row])
    billing = {"account_id": "id", "Tier": "tier", "Contract Value": "value"}
    scene.declare("billing", "accounts", billing, auto_resolve_conflicts=True, **RECENT)
    row = {"id": "Acme", "tier": "Silver", "value": "5", "updated_at": moment(20)}
    scene.run("billing", [row])
    scene.run(
        "crm", [{"id": "Acme", "tier": "Lead", "name": "ACME", "z": "z1", "updated_at": moment(30)}]
    )
    return scene


def explain(scene, totango_object, key, **options):
    context = scene.context("crm", "none")
    with reading(context.hub()) as hub:
        return explain_record(hub, context.project, totango_object, key, **options)


def values(record):
    return {each.attribute: each for each in record.values if each.written_by}


def test_each_value_names_its_writer_its_run_and_what_stood_before(told):
    record = explain(told, "accounts", "Acme")
    assert (record.created_by.integration, record.created_by.run_id) == ("crm", "run-1")
    found = values(record)
    assert found.keys() == {"account_name", "Tier", "Contract Value"}
    tier = found["Tier"]
    assert (tier.value, tier.before, tier.written_by.run_id) == ("Silver", "Gold", "run-2")
    assert tier.as_of == moment(20)
    assert tier.mapped_by == ("billing", "crm")
    name = found["account_name"]
    assert (name.value, name.before, name.written_by.run_id) == ("ACME", "Acme", "run-3")
    assert (found["Contract Value"].was_changed, found["Contract Value"].before) == (True, None)


def test_foreign_keys_and_open_conflicts_stand_beside_them(told):
    record = explain(told, "accounts", "Acme")
    assert record.foreign_keys == (("zuora_id", "z1"),)
    (conflict,) = record.conflicts
    assert (conflict["stored_value"], conflict["incoming_value"]) == ("Silver", "Lead")
    assert conflict["run_id"] == "run-3"


def test_a_key_in_another_case_is_suggested(told):
    with pytest.raises(UnknownNameError, match="Did you mean Acme"):
        explain(told, "accounts", "acme")


def test_a_record_that_is_not_there_says_how_keys_are_written(told):
    told.declare("people", "users", {"account_id": "id", "user_id": "u"})
    told.run("people", [{"id": "Acme", "u": "ann@x"}])
    with pytest.raises(UnknownNameError, match="account_id/user_id"):
        explain(told, "users", "ann@x")
    assert explain(told, "users", "Acme/ann@x").created_by.integration == "people"


def test_a_match_is_told_and_a_collection_may_be_named_apart(told):
    mapping = {"account_id": "id", "collection_id": "c", "name": "n"}
    told.declare("deals", "collections", mapping, collection="deals", source_id_column="sid")
    told.run("deals", [{"id": "Acme", "c": "1", "n": "x", "sid": "opp1"}])
    record = explain(told, "collections", "Acme/1", collection="deals")
    assert (record.key, record.match) == ("deals/Acme/1", ("opp1", "deals"))


def test_what_cannot_be_explained_says_why(told):
    for totango_object, said in (
        ("acounts", "Did you mean accounts"),
        ("usage", "plain SQL"),
        ("tasks", "no run of that object"),
    ):
        with pytest.raises(UnknownNameError, match=said):
            explain(told, totango_object, "x")


def test_without_a_hub_nothing_is_made(scene):
    scene.declare("crm", "accounts", {"account_id": "id", "Tier": "tier"})
    if scene.hub_url.startswith("duckdb"):
        with pytest.raises(HubUnavailableError, match="first run"):
            explain(scene, "accounts", "x")
    else:
        with pytest.raises(UnknownNameError, match="no run of that object"):
            explain(scene, "accounts", "x")
