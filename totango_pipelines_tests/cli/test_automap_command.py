"""`automap`, live and from a file of columns."""

import json
import subprocess
import sys

import pytest

KEYS = ["column", "attribute", "score", "reason", "ticked", "new_type"]


@pytest.fixture
def columns_file(tmp_path):
    def write(content):
        path = tmp_path / "columns.json"
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_automap_of_an_integration_asks_its_query(cli):
    shown = cli("automap", "accounts")
    assert shown.code == 0
    assert shown.err == ""
    first, *others = shown.out.splitlines()[1:4]
    assert first.split()[:5] == ["✓", "id", "A1", "account_id", "0.95"]
    assert "account_name" in others[0]
    assert "3 columns: 3 proposed" in shown.out


def test_automap_as_json_has_the_fields_of_the_contract(cli):
    answers = cli("automap", "accounts", "--json").json
    assert [list(each) for each in answers] == [KEYS] * 3
    by_column = {each["column"]: each for each in answers}
    assert by_column["id"]["attribute"] == "account_id"
    assert by_column["id"]["ticked"] is True
    assert by_column["renewal"]["attribute"] == "Contract Renewal Date"


def test_automap_remembers_what_other_integrations_of_the_connection_map(cli, project):
    project.file(
        "integrations/other.yaml",
        "id: other\nname: Other\nconnection: crm\nobject: accounts\n"
        "query: SELECT id, name, renewal AS x1 FROM accounts\n"
        "mapping:\n"
        "  - {attribute: account_id, column: id}\n"
        "  - {attribute: Tier, column: x1}\n",
    )
    project.integration("third", query="SELECT id, name, renewal, 'Gold' AS x1 FROM accounts")
    answers = {each["column"]: each for each in cli("automap", "third", "--json").json}
    assert answers["x1"]["attribute"] == "Tier"
    assert answers["x1"]["reason"] == "mapped so in other"


def test_automap_of_a_file_needs_neither_project_nor_connection(cli, columns_file, tmp_path):
    file = columns_file(
        [
            {"name": "Fax", "samples": ["+49 30 1"]},
            {"name": "Organisation Id", "samples": [17, None, "18"]},
            {"name": "id"},
        ]
    )
    nowhere = str(tmp_path / "nowhere")
    shown = cli("--project", nowhere, "automap", "--object", "users", "--columns", file, "--json")
    assert shown.code == 0
    assert [(each["column"], each["attribute"]) for each in shown.json] == [
        ("Organisation Id", "account_id"),
        ("id", "user_id"),
        ("Fax", None),
    ]
    assert shown.json[2]["new_type"] == "text"


def test_automap_of_a_file_uses_the_attributes_of_the_company(cli, project, columns_file):
    file = columns_file([{"name": "email_address", "samples": []}])
    arguments = ("automap", "--object", "users", "--columns", file, "--json")
    assert cli(*arguments).json[0]["attribute"] == "user_id"
    project.file("catalog.yaml", "attributes: {users: [{name: Email, type: text}]}\n")
    assert cli(*arguments).json[0]["attribute"] == "Email"


def test_a_broken_catalogue_is_told_and_not_passed_over(cli, project, columns_file):
    project.file("catalog.yaml", "attributes: {users: [{name: Email, type: txt}]}\n")
    shown = cli("automap", "--object", "users", "--columns", columns_file("[]"))
    assert shown.code == 1
    assert "catalog.yaml:1" in shown.err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[{", "columns.json:1 is not JSON"),
        ("{}", "columns.json is not a JSON list"),
        ("[" * 100_000, "columns.json is nested too deeply"),
        ([1], "columns.json [0] is not an object"),
        ([{"samples": []}], 'columns.json [0] has no "name"'),
        ([{"name": " "}], 'columns.json [0] has no "name"'),
        ([{"name": "a"}, {"name": "b", "samples": "x"}], "[1] (b): samples is not a list"),
        ([{"name": "b", "samples": [[1]]}], "[0] (b): samples[0] is neither a text nor a number"),
        ([{"name": "b", "sample": []}], "[0] has the key 'sample'; it takes name and samples"),
    ],
)
def test_a_wrong_file_is_the_users_fault_and_the_message_says_where(
    cli, columns_file, content, says
):
    shown = cli("automap", "--object", "users", "--columns", columns_file(content))
    assert shown.code == 1
    assert says in shown.err
    assert shown.out == ""


def test_a_missing_file_and_one_in_another_encoding_are_the_users_fault(cli, tmp_path):
    missing = cli("automap", "--object", "users", "--columns", str(tmp_path / "none.json"))
    assert missing.code == 1
    assert "cannot be read" in missing.err
    latin = tmp_path / "latin.json"
    latin.write_bytes('[{"name": "Größe"}]'.encode("latin-1"))
    shown = cli("automap", "--object", "users", "--columns", str(latin))
    assert shown.code == 1
    assert "is not UTF-8" in shown.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--object", "users"],
        ["--columns", "x.json"],
        ["accounts", "--object", "users"],
        ["accounts", "--object", "users", "--columns", "x.json"],
        ["--object", "user", "--columns", "x.json"],
    ],
)
def test_wrong_options_are_wrong_usage(cli, arguments):
    shown = cli("automap", *arguments)
    assert shown.code == 2
    assert shown.out == ""


def test_an_unknown_object_names_the_nearest_one(cli):
    shown = cli("automap", "--object", "user", "--columns", "x.json")
    assert "Did you mean users?" in " ".join(shown.err.split())


def test_an_unknown_id_and_a_source_that_is_gone_end_as_elsewhere(cli, project):
    assert cli("automap", "acounts").code == 1
    project.integration("lost", connection="gone")
    assert cli("automap", "lost").code == 3


def test_the_command_line_loads_no_assignment_before_it_is_needed():
    code = "import sys, totango_pipelines.cli.main, totango_pipelines.mapping.plan"
    code += "; assert {'scipy', 'numpy'}.isdisjoint(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
