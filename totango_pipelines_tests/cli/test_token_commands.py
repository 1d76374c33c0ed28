"""token and audit: who may call the API, and who changed that."""

import getpass
import re
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from totango_pipelines.operations.store import OperationsStore
from totango_pipelines.operations.tokens import authenticate

TOKEN = re.compile(r"tp_[0-9a-f]{12}_[A-Za-z0-9_-]{43}\n")


@pytest.fixture
def database(project):
    return project.folder / ".totango" / "operations.db"


@pytest.fixture
def known(database):
    """The token with this text, if it opens anything."""
    return lambda text: authenticate(OperationsStore(database), text, datetime.now(UTC))


def test_a_new_token_stands_alone_on_standard_output_and_works(cli, known):
    made = cli("token", "create", "air flow", "--role", "operator")
    assert made.code == 0
    assert TOKEN.fullmatch(made.out)
    token = known(made.out.strip())
    assert (token.name, token.role, token.integrations) == ("air flow", "operator", None)
    assert made.out.strip() not in made.err
    assert "operator for all." in made.err
    assert f"token revoke {token.id}" in made.err


def test_a_token_can_be_for_some_integrations_for_a_while_and_signed(cli, known):
    made = cli(
        *("token", "create", "x", "--role", "viewer", "--only", "accounts", "--expires", "90d"),
        "--signed",
    )
    text, secret = made.out.splitlines()
    token = known(text)
    assert token.integrations == ("accounts",)
    assert token.signing_secret == secret
    assert timedelta(days=89) < token.expires_at - datetime.now(UTC) <= timedelta(days=90)
    assert secret not in made.err
    as_json = cli("token", "create", "y", "--role", "admin", "--signed", "--json").json
    assert known(as_json["token"]).signing_secret == as_json["signing_secret"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["x"], 2, "--role"),
        (["x", "--role", "king"], 2, "--role"),
        (["x", "--role", "viewer", "--expires", "soon"], 2, "Write 90d"),
        (["x", "--role", "viewer", "--only", "acounts"], 1, "Did you mean accounts?"),
        ([" ", "--role", "viewer"], 1, "printable characters"),
    ],
)
def test_a_token_that_cannot_be_meant_is_refused_and_nothing_is_made(cli, arguments, code, said):
    made = cli("token", "create", *arguments)
    assert made.code == code
    assert said in made.err
    assert cli("token", "list", "--json").json == []
    assert cli("audit", "--json").json == []


def test_the_list_tells_states_but_never_a_secret(cli, database):
    secrets = []
    for name, more in (("one", []), ("two", ["--signed"]), ("three", ["--expires", "1d"])):
        made = cli("token", "create", name, "--role", "operator", *more)
        secrets += [line[-40:] for line in made.out.splitlines()]
    first = cli("token", "list", "--json").json[0]["id"]
    assert cli("token", "revoke", first).code == 0
    with sqlite3.connect(database) as operations:
        past = "2020-01-01T00:00:00.000000+00:00"
        operations.execute("UPDATE tokens SET expires_at = ? WHERE name = 'three'", [past])
    operations.close()
    table, listed = cli("token", "list"), cli("token", "list", "--json")
    assert [each["state"] for each in listed.json] == ["revoked", "live", "expired"]
    assert first in table.out
    assert max(len(line) for line in table.out.splitlines()) <= 80
    for shown in (table, listed, cli("audit", "--json")):
        assert not any(secret in shown.out + shown.err for secret in secrets)


def test_a_revoked_token_opens_nothing_and_revoking_twice_keeps_the_first_time(cli, known):
    text = cli("token", "create", "x", "--role", "viewer").out.strip()
    identifier = known(text).id
    assert "is revoked: it opens nothing" in cli("token", "revoke", identifier).out
    assert known(text) is None
    at = cli("token", "list", "--json").json[0]["revoked_at"]
    again = cli("token", "revoke", identifier)
    assert again.code == 0
    assert "was revoked at" in again.out
    assert cli("token", "list", "--json").json[0]["revoked_at"] == at


def test_an_unknown_token_is_the_users_fault_and_a_pasted_one_is_not_repeated(cli):
    text = cli("token", "create", "x", "--role", "viewer").out.strip()
    refused = cli("token", "revoke", text)
    assert refused.code == 1
    assert "A token's id is the part between" in refused.err
    assert text not in refused.err


def test_making_and_revoking_are_audited_under_the_name_of_who_types(cli):
    cli("token", "create", "airflow", "--role", "operator", "--only", "accounts")
    identifier = cli("token", "list", "--json").json[0]["id"]
    cli("token", "revoke", identifier)
    newest, oldest = cli("audit", "--json").json
    assert [newest["action"], oldest["action"]] == ["token.revoke", "token.create"]
    assert {newest["who"], oldest["who"]} == {getpass.getuser()}
    assert {newest["subject"], oldest["subject"]} == {identifier}
    assert oldest["details"] == {
        "name": "airflow",
        "role": "operator",
        "integrations": ["accounts"],
        "expires_at": None,
        "signed": False,
    }


def test_the_audit_is_filtered_and_fits_a_terminal(cli):
    for name in ("a", "b", "c"):
        cli("token", "create", name, "--role", "viewer")
    assert len(cli("audit", "--limit", "2", "--json").json) == 2
    assert len(cli("audit", "--who", getpass.getuser(), "--json").json) == 3
    assert cli("audit", "--who", "nobody", "--json").json == []
    assert cli("audit", "--action", "token.revoke").out == "Nothing of that is in the audit.\n"
    table = cli("audit", "--action", "token.create").out
    assert table.count("token.create") == 3
    assert max(len(line) for line in table.splitlines()) <= 80


def test_reading_makes_no_file(cli, database):
    for command in (["token", "list"], ["audit"], ["audit", "--verify"]):
        assert cli(*command).code == 0
    assert not database.exists()


def test_a_whole_audit_shows_its_newest_seal(cli):
    cli("token", "create", "x", "--role", "viewer")
    seal = cli("audit", "--json").json[0]["hash"]
    checked = cli("audit", "--verify")
    assert checked.code == 0
    assert f"The audit is whole: 1 row, the newest sealed as {seal}." in checked.out
    told = cli("audit", "--verify", "--json").json
    assert told == {"whole": True, "first_broken": None, "newest_hash": seal}


def test_an_altered_audit_ends_with_3_and_says_where(cli, database):
    for name in ("a", "b", "c"):
        cli("token", "create", name, "--role", "viewer")
    with sqlite3.connect(database) as operations:
        operations.execute("DROP TRIGGER audit_is_never_changed")
        operations.execute("UPDATE audit SET who = 'somebody else' WHERE id = 2")
    operations.close()
    checked = cli("audit", "--verify")
    assert checked.code == 3
    assert "error: row 2 of the audit in" in checked.err
    told = cli("audit", "--verify", "--json")
    assert told.code == 3
    assert told.json == {"whole": False, "first_broken": 2, "newest_hash": None}


def test_verifying_is_for_every_row(cli):
    assert cli("audit", "--verify", "--who", "x").code == 2


@pytest.mark.parametrize("command", [["token", "create"], ["token", "list"], ["token", "revoke"]])
def test_every_token_command_has_help_with_an_example(cli, command):
    assert "Example: totango-pipelines token" in cli(*command, "--help").out


@pytest.mark.parametrize("command", ["create", "revoke"])
def test_the_help_says_how_to_rotate_a_token(cli, command):
    assert "revoke the first" in " ".join(cli("token", command, "--help").out.split())
