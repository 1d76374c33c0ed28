"""query suggest: a model on loopback, its answers good and bad, and what is saved of them."""

import json

import pytest
import yaml

from totango_pipelines_tests.cli.terminal import terminal
from totango_pipelines_tests.language_model_server import model_server

GOOD = "```sql\nSELECT id, name, renewal FROM accounts WHERE renewal >= '2026-01-01'\n```"


@pytest.fixture
def model(monkeypatch):
    with model_server() as server:
        for name, value in server.variables().items():
            monkeypatch.setenv(name, value)
        server.answer = GOOD
        yield server


def query_of(project, name="accounts"):
    return yaml.safe_load((project.folder / f"integrations/{name}.yaml").read_text())["query"]


def test_it_is_off_until_a_model_is_named(cli, monkeypatch):
    monkeypatch.delenv("TOTANGO_MODEL_URL", raising=False)
    shown = cli("query", "suggest", "accounts", "renewed this year")
    assert shown.code == 1
    assert "TOTANGO_MODEL_URL" in shown.err


def test_the_model_is_told_columns_and_never_a_row(cli, model):
    assert cli("query", "suggest", "accounts", "renewed this year").code == 0
    [asked] = model.asked
    text = json.dumps(asked)
    assert "renewal TEXT" in text
    assert "renewed this year" in text
    for value in ("Acme", "Bolt", "2026-01-31"):
        assert value not in text


def test_it_is_shown_with_its_rows_and_not_saved_without_a_yes(cli, model, project):
    before = query_of(project)
    shown = cli("query", "suggest", "accounts", "renewed this year")
    assert shown.code == 0
    assert "accounts (3 columns)" in shown.out
    assert "+SELECT id, name, renewal FROM accounts" in shown.out
    assert "=Acme" in shown.out
    assert "Not saved: --yes saves it." in shown.out
    assert query_of(project) == before


def test_with_yes_it_is_saved_in_the_file_and_the_rest_stays(cli, model, project):
    shown = cli("query", "suggest", "accounts", "renewed this year", "--yes")
    assert shown.code == 0, shown.err
    assert "WHERE renewal >=" in query_of(project)
    assert "as the CRM has it" in (project.folder / "integrations/accounts.yaml").read_text()


def test_json_is_the_answer_alone(cli, model, project):
    answer = cli("query", "suggest", "accounts", "renewed this year", "--json").json
    assert answer["query"].startswith("SELECT id")
    assert (answer["saved"], answer["rows"][0][0]) == (False, "A1")
    saved = cli("query", "suggest", "accounts", "renewed this year", "--json", "--yes").json
    assert saved["saved"]
    assert "WHERE renewal >=" in query_of(project)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("DROP TABLE accounts", "is refused"),
        ("SELECT 1; DELETE FROM accounts", "is refused"),
        ("SELECT load_extension('x') AS id FROM accounts", "is refused"),
        ("SELECT sql AS id FROM sqlite_master", "sqlite_master"),
        ("SELECT id FROM salaries", "was not told of"),
        ("WITH a AS (SELECT * FROM salaries) SELECT * FROM a", "was not told of"),
        ("I am sorry, I cannot.", "is refused"),
        ("", "answered with nothing"),
        ("\x1b]0;owned\x07SELECT FROM", "is refused"),
        ("SELECT no_such_column AS id FROM accounts", "no_such_column"),
    ],
)
def test_a_hostile_or_useless_answer_is_refused_and_nothing_is_saved(
    cli, model, project, answer, said
):
    before = query_of(project)
    model.answer = answer
    shown = cli("query", "suggest", "accounts", "anything", "--yes")
    assert shown.code == 1
    assert said in " ".join(shown.err.split())
    assert "\x1b" not in shown.err
    assert query_of(project) == before


def test_a_query_that_no_longer_has_a_mapped_column_is_not_saved(cli, model, project):
    before = query_of(project)
    model.answer = "SELECT id FROM accounts"
    shown = cli("query", "suggest", "accounts", "only ids", "--yes")
    assert shown.code == 1
    assert "renewal" in shown.err
    assert query_of(project) == before


def test_a_model_that_is_down_is_the_systems_fault(cli, model):
    model.status = 503
    shown = cli("query", "suggest", "accounts", "anything")
    assert shown.code == 3
    assert "HTTP 503" in shown.err
    assert "sk-secret" not in shown.err + shown.out


def test_another_table_may_be_read_once_it_is_named(cli, model, project):
    model.answer = "SELECT id, name, renewal FROM accounts JOIN plans USING (id)"
    project.table("plans", "id TEXT, plan TEXT")
    refused = cli("query", "suggest", "accounts", "with a plan")
    assert "--table plans" in refused.err
    shown = cli("query", "suggest", "accounts", "with a plan", "--table", "plans")
    assert shown.code == 0, shown.err
    assert "plan TEXT" in json.dumps(model.asked[-1])
    for wrong in ("a b", "accounts; DROP", "read_csv('x')", ""):
        assert cli("query", "suggest", "accounts", "x", "--table", wrong).code == 1
    assert cli("query", "suggest", "accounts", "x", "--table", "nothing").code == 1


def test_in_a_terminal_it_asks_and_no_is_the_default(model, project):
    before = query_of(project)
    with terminal("query", "suggest", "accounts", "renewed this year") as person:
        person.wait_for("Save this query?")
        person.type("\r")
        person.wait_for("Not saved.")
        assert person.end() == 0
    assert query_of(project) == before
    with terminal("query", "suggest", "accounts", "renewed this year") as person:
        person.wait_for("Save this query?")
        person.type("y\r")
        assert person.end() == 0
    assert "WHERE renewal >=" in query_of(project)
