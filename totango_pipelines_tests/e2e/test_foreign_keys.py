"""Foreign keys from a mapping to the register, by the command line."""

import duckdb
import pytest

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster_shared.*"),
]

QUERIES = {
    "claims": ("accounts", "SELECT * FROM (VALUES ('A1', 'Z-1'), ('A2', NULL)) AS t(id, zuora)"),
    "keys": (
        "accounts_foreign_keys",
        (
            "SELECT * FROM (VALUES ('A2', 'Z-2'), ('none', 'Z-3'), ('A1', '  '), (NULL, 'Z-4')) "
            "AS t(id, zuora)"
        ),
    ),
}


@pytest.fixture
def project(tmp_path):
    duckdb.connect(tmp_path / "crm.duckdb").close()
    (tmp_path / "connections.yaml").write_text(
        "connections: {crm: {type: duckdb, path: crm.duckdb}}"
    )
    (tmp_path / "integrations").mkdir()
    for name, (totango_object, query) in QUERIES.items():
        (tmp_path / "integrations" / f"{name}.yaml").write_text(
            f"id: {name}\nname: {name}\nconnection: crm\nobject: {totango_object}\n"
            f"query: {query}\nmapping:\n  - {{attribute: account_id, column: id}}\n"
            "  - {attribute: Zuora Id, column: zuora, new: {type: foreign_key}}\n"
        )
    return tmp_path


def test_accounts_and_the_register_fill_the_same_keys(cli, hub, project):
    claimed = cli("run", "claims")["counts"]
    registered = cli("run", "keys")["counts"]
    rejects = cli("rejects", "latest:keys")

    assert claimed["created"] == 2
    assert (registered["created"], registered["rejected"]) == (1, 3)
    assert hub("SELECT foreign_key, value, account_id FROM accounts_foreign_keys ORDER BY 2") == [
        ("zuora_id", "z-1", "A1"),
        ("zuora_id", "z-2", "A2"),
    ]
    assert {(each["code"], each["attribute"]) for each in rejects} == {
        ("ACCOUNT_NOT_FOUND", "account_id"),
        ("KEY_NULL", "Zuora Id"),
        ("REQUIRED_NULL", "account_id"),
    }
