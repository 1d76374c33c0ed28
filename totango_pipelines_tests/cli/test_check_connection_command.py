"""check-connection: each step with what was seen; the exit code says whose fault it is."""

import pytest


def steps(answer):
    return {step["step"]: step["outcome"] for step in answer.json["steps"]}


def test_a_connection_that_works_is_shown_step_by_step(cli):
    answer = cli("check-connection", "crm")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["ok", "declaration"],
        ["ok", "login"],
        ["ok", "clock"],
        ["ok", "privileges"],
        ["ok", "query"],
    ]


def test_a_source_that_is_not_there_is_the_systems_fault(cli):
    answer = cli("check-connection", "gone", "--json")
    assert answer.code == 3
    assert steps(answer) == {"declaration": "ok", "login": "fail"}
    assert answer.json["steps"][-1]["remedy"] == "Check the path in connections.yaml."


def test_a_missing_variable_is_the_users_fault(cli, project):
    project.file(
        "connections.yaml",
        "connections:\n  crm: {type: snowflake, account: a, user: u, password: {env: NOT_SET}}\n",
    )
    answer = cli("check-connection", "crm", "--json")
    assert answer.code == 1
    assert steps(answer) == {"declaration": "fail"}
    assert (
        answer.json["steps"][0]["remedy"] == "Set NOT_SET to the password of the connection 'crm'."
    )


def test_a_declaration_with_errors_says_what_is_wrong(cli, project):
    project.file("connections.yaml", "connections:\n  crm: {type: snowflake, account: a}\n")
    answer = cli("check-connection", "crm")
    assert answer.code == 1
    assert "connections.crm.user" in answer.err


def test_a_name_that_nothing_has_is_told_with_the_nearest(cli):
    answer = cli("check-connection", "goone")
    assert answer.code == 1
    assert "there is no connection 'goone'. Did you mean gone?" in answer.err


@pytest.fixture
def postgres(cli, project, postgres_url, monkeypatch):
    monkeypatch.setenv("CRM_URL", postgres_url)
    crm = "{type: postgres, url: {env: CRM_URL}%s}"
    text = f"connections:\n  plain: {crm % ''}\n  crm: {crm % ', allow_privileged: true'}\n"
    project.file("connections.yaml", text)
    return cli


def test_a_role_that_can_write_is_warned_of(postgres):
    answer = postgres("check-connection", "crm", "--json")
    assert answer.code == 0
    found = next(step for step in answer.json["steps"] if step["step"] == "privileges")
    assert found["outcome"] == "warn"
    assert "it is a superuser" in found["seen"]
    assert "can only read" in found["remedy"]


def test_a_superuser_that_nobody_allowed_is_told_what_to_do(postgres):
    answer = postgres("check-connection", "plain", "--json")
    assert answer.code == 1
    assert list(steps(answer)) == ["declaration", "login", "clock", "privileges"]
    assert answer.out.count("SUPERUSER") == 1
    last = answer.json["steps"][-1]
    assert last["outcome"] == "fail"
    assert "SUPERUSER" in last["seen"] + last["remedy"]
    assert "allow_privileged" in last["seen"] + last["remedy"]


def test_files_need_no_login(cli, project):
    project.file("data/a.csv", "id\n1\n")
    project.file(
        "connections.yaml",
        "connections:\n  crm: {type: files, tables: {a: {path: data/*.csv}}}\n",
    )
    assert cli("check-connection", "crm").code == 0


def test_an_integration_of_files_is_previewed_and_validated_like_any_other(cli, project):
    project.file("data/a.csv", "id,name,renewal\n007,Acme,2026-01-31\n")
    project.file(
        "connections.yaml",
        "connections:\n  crm: {type: files, tables: {accounts: {path: data/*.csv}}}\n",
    )
    answer = cli("preview", "accounts", "--json")
    assert (answer.code, answer.json["rows"]) == (0, [["007", "Acme", "2026-01-31"]])
    assert cli("validate", "accounts").code == 0
