"""Two integrations that map one attribute are told so, and what comes of it."""

import pytest

from totango_pipelines.integrations.project import load_project

CONNECTIONS = "connections: {crm: {type: sqlite, path: crm.sqlite}}\n"
CATALOG = "attributes: {accounts: [{name: zuora_id, type: foreign_key}]}\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "integrations").mkdir()
    (tmp_path / "connections.yaml").write_text(CONNECTIONS)
    (tmp_path / "catalog.yaml").write_text(CATALOG)
    return tmp_path


def declare(folder, name, attributes, totango_object="accounts", more=""):
    lines = "\n".join(f"  - {{attribute: {each}, column: c}}" for each in attributes)
    (folder / "integrations" / f"{name}.yaml").write_text(
        f"id: {name}\nname: {name}\nconnection: crm\nobject: {totango_object}\n{more}"
        f"query: SELECT c FROM t\nmapping:\n{lines}\n"
    )


def told(folder):
    return [
        (problem.file, problem.line, problem.problem)
        for problem in load_project(folder).problems
        if problem.code == "SHARED_ATTRIBUTE"
    ]


def test_both_files_are_told_at_the_line_and_what_happens_there(folder):
    declare(folder, "crm", ["account_id", "Tier"])
    resolving = "settings: {auto_resolve_conflicts: true}\n"
    declare(folder, "erp", ["account_id", "Industry", "tier"], more=resolving)
    listed = "a newer value of this one is listed as a conflict, and the stored value stays."
    assert told(folder) == [
        ("integrations/crm.yaml", 8, f"Tier is also mapped by erp: {listed}"),
        ("integrations/erp.yaml", 10, "tier is also mapped by crm: the newer value wins."),
    ]
    assert len(load_project(folder).integrations) == 2


def test_keys_and_what_stands_in_for_them_are_no_matter(folder):
    declare(folder, "crm", ["account_id", "Tier"])
    stand_in = "settings: {match_on: zuora_id}\n"
    declare(folder, "erp", ["zuora_id", "Industry"], more=stand_in)
    declare(folder, "one", ["task_id", "account_id", "title"], "tasks")
    declare(folder, "two", ["task_id", "account_id", "priority"], "tasks")
    assert told(folder) == []


def test_each_collection_is_an_object_of_its_own(folder):
    for name, collection in (("one", "deals"), ("two", "tickets"), ("three", "deals")):
        attributes = ["account_id", "collection_id", "name"]
        declare(folder, name, attributes, "collections", f"collection: {collection}\n")
    assert [file for file, _, _ in told(folder)] == [
        "integrations/one.yaml",
        "integrations/three.yaml",
    ]


def test_a_claim_of_accounts_meets_the_register(folder):
    declare(folder, "crm", ["account_id", "zuora_id"])
    declare(folder, "keys", ["account_id", "zuora_id"], "accounts_foreign_keys")
    assert [file for file, _, _ in told(folder)] == [
        "integrations/crm.yaml",
        "integrations/keys.yaml",
    ]


def test_rows_of_usage_never_meet(folder):
    for name in ("one", "two"):
        declare(folder, name, ["account_id", "user_id", "action", "module"], "usage")
    assert told(folder) == []


def test_of_many_others_three_are_named(folder):
    for number in range(6):
        declare(folder, f"i{number}", ["account_id", "Tier"])
    assert "also mapped by i1, i2, i3 and 2 more" in told(folder)[0][2]
