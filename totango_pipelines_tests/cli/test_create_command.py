"""create: a query becomes a file that a person could have written."""

import json
import sqlite3
import sys

import pytest

from totango_pipelines.integrations.project import load_project
from totango_pipelines_tests.cli.terminal import CTRL_C, terminal

QUERY = "SELECT account_id, account_name, since, due, plan FROM customers"
ANSWERS = ["create", "customers", "--connection", "crm", "--object", "accounts", "--query", QUERY]


@pytest.fixture
def customers(project):
    """Dates that can be read in one way (since) and in two (due)."""
    with sqlite3.connect(project.folder / "crm.sqlite") as crm:
        crm.execute(
            "CREATE TABLE customers (account_id TEXT, account_name TEXT, since TEXT, due TEXT, plan TEXT)"
        )
        crm.executemany(
            "INSERT INTO customers VALUES (?, ?, ?, ?, ?)",
            [
                ("A1", "Acme", "1 Feb 2024", "01/02/2026", "Gold"),
                ("A2", "Bolt", "13 Mar 2024", "02/03/2026", "Tin"),
                ("A3", "Coil", "4 Apr 2024", "03/04/2026", "Tin"),
            ],
        )
    crm.close()
    return project


@pytest.fixture
def file(customers):
    return customers.folder / "integrations" / "customers.yaml"


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_with_yes_it_asks_nothing_and_writes_what_is_beyond_doubt(cli, file):
    made = cli(
        *ANSWERS, "--yes", "--map", "Create Date=since", "--new", "Plan=text", "--map", "Plan=plan"
    )
    assert made.code == 0, made.err
    assert file.read_text() == (
        "id: customers\n"
        "name: Customers\n"
        "connection: crm\n"
        "object: accounts\n"
        "\n"
        "query: |\n"
        f"  {QUERY}\n"
        "\n"
        "mapping:\n"
        "  - {attribute: account_id, column: account_id}\n"
        "  - {attribute: account_name, column: account_name}\n"
        "  - {attribute: Create Date, column: since, source_format: D MMM YYYY}\n"
        "  - {attribute: Plan, column: plan, new: {type: text}}\n"
    )
    assert "integrations/customers.yaml written." in made.out
    assert "1 Feb 2024 → 2024-02-01" in made.out
    assert "`totango-pipelines run customers`" in made.out
    assert cli("validate", "customers").code == 0


def test_schedule_settings_and_names_are_given_by_options(cli, file):
    made = cli(
        *(*ANSWERS, "--yes", "--name", "Our customers", "--description", "All of them: since 2020"),
        *("--cadence", "weekly", "--weekday", "monday", "--at", "06:00"),
        *("--timezone", "Europe/Berlin", "--disabled", "--set", "settings.allow_new=false"),
        *("--note", "account_name=as signed", "--map-constant", "Account Type=Customer"),
    )
    assert made.code == 0, made.err
    text = file.read_text()
    assert 'name: Our customers\ndescription: "All of them: since 2020"\n' in text
    assert "  - {attribute: account_name, column: account_name, note: as signed}\n" in text
    assert "  - {attribute: Account Type, constant: Customer}\n" in text
    assert text.endswith(
        "\nsettings:\n  allow_new: false\n"
        '\nschedule:\n  cadence: weekly\n  weekday: monday\n  at: "06:00"\n'
        "  timezone: Europe/Berlin\n  enabled: false\n"
    )


def test_an_ambiguous_format_leaves_the_column_out_and_says_how_to_map_it(cli, customers, file):
    renamed = QUERY.replace("due", 'due AS "Contract Renewal Date"')
    made = cli(*ANSWERS[:-1], renamed, "--yes")
    assert made.code == 0, made.err
    assert "Contract Renewal Date is left unmapped:" in made.out
    assert '--format "Contract Renewal Date=DD/MM/YYYY"' in made.out
    assert "? is proposed but not taken" in made.out
    assert "attribute: Contract Renewal Date" not in file.read_text()
    answer = ["--map", "Contract Renewal Date=due", "--format", "Contract Renewal Date=DD/MM/YYYY"]
    file.unlink()
    assert cli(*ANSWERS, "--yes", *answer).code == 0
    assert "column: due, source_format: DD/MM/YYYY}" in file.read_text()


def test_a_column_that_the_rows_refuse_is_left_out_and_that_is_said(cli, customers, file):
    customers.integration("memory", query="SELECT account_id AS id, name, odd AS renewal")
    query = QUERY.replace("since", "plan AS renewal")
    made = cli(*ANSWERS[:-1], query, "--yes")
    assert made.code == 0, made.err
    assert "renewal is left unmapped: its line refuses 3 of the 3 preview rows" in made.out
    assert "renewal" not in file.read_text().partition("mapping:")[2]
    file.unlink()
    insisting = cli(*ANSWERS[:-1], query, "--yes", "--map", "Contract Renewal Date=renewal")
    assert insisting.code == 1
    assert "refuses 3 of the 3 preview rows" in insisting.err


def test_a_format_that_another_integration_has_is_taken_and_named(cli, customers, file):
    cli("edit", "accounts", "--offline", "--format", "Contract Renewal Date=DD/MM/YYYY")
    made = cli(*ANSWERS[:-1], QUERY.replace("due", "due AS renewal"), "--yes")
    assert made.code == 0, made.err
    assert "renewal is read as DD/MM/YYYY, as in accounts." in made.out
    assert "column: renewal, source_format: DD/MM/YYYY}" in file.read_text()


def test_a_dry_run_shows_the_file_and_writes_nothing(cli, customers):
    made = cli(*ANSWERS, "--yes", "--dry-run")
    assert made.code == 0
    assert "\nid: customers\nname: Customers\n" in made.out
    assert names(customers.folder / "integrations") == ["accounts.yaml"]


def test_without_a_terminal_enough_options_need_no_yes(cli, file):
    assert cli(*ANSWERS).code == 0
    assert file.exists()


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        ([], "ID, --connection, --object, --query are missing"),
        (["--yes"], "ID, --connection, --object, --query are missing"),
        (["x", "--connection", "crm", "--object", "accounts"], "--query is missing"),
        (
            ["x", "--connection", "crm", "--object", "collections", "--query", "SELECT 1"],
            "--collection is missing",
        ),
    ],
)
def test_without_a_terminal_it_says_what_is_missing(cli, customers, arguments, missing):
    made = cli("create", *arguments)
    assert made.code == 2
    assert missing in made.err


def test_json_tells_everything_and_nothing_else(cli, customers, file):
    made = cli(*ANSWERS, "--json")
    assert made.code == 0
    assert made.json["written"] is True
    assert made.json["file"] == "integrations/customers.yaml"
    assert made.json["text"] == file.read_text()
    assert made.json["mapping"][0] == {"attribute": "account_id", "column": "account_id"}
    assert set(made.json["proposals"][0]) == {"column", "attribute", "score", "reason", "ticked"}
    again = cli(*ANSWERS, "--json")
    assert again.code == 1
    assert again.out == ""


def test_json_of_a_refused_draft_has_its_problems(cli, customers):
    made = cli(*ANSWERS, "--json", "--map", "Tear=plan")
    assert made.code == 1
    assert made.json["written"] is False
    errors = [each for each in made.json["problems"] if each["severity"] == "error"]
    assert [each["code"] for each in errors] == ["UNKNOWN_ATTRIBUTE"]
    assert names(customers.folder / "integrations") == ["accounts.yaml"]


def test_a_connection_that_is_declared_with_errors_says_what_is_wrong(cli, file, project):
    connections = project.folder / "connections.yaml"
    text = connections.read_text() + "  broken: {type: postgres, password: in-plain-text-canary}\n"
    connections.write_text(text)
    refused = cli(*[{"crm": "broken"}.get(word, word) for word in ANSWERS], "--yes")
    assert refused.code == 1
    assert "connections.broken" in refused.err
    assert "there is no connection" not in refused.err
    assert "canary" not in refused.err
    assert not file.exists()


@pytest.mark.parametrize(
    ("replaced", "message"),
    [
        ({"customers": "accounts"}, "'accounts' is an integration already; `edit` changes it."),
        ({"customers": "Customers"}, "lower-case letters, digits and _"),
        ({"customers": "../x"}, "lower-case letters, digits and _"),
        ({"crm": "crmm"}, "there is no connection 'crmm'. Did you mean crm?"),
        ({"accounts": "acounts"}, "there is no object 'acounts'. Did you mean accounts"),
        ({QUERY: "DROP TABLE customers"}, "error: "),
        ({QUERY: "SELECT nothing FROM nowhere"}, "error: "),
        ({"crm": "gone"}, "error: connection 'gone'"),
    ],
    ids=str,
)
def test_what_is_given_wrongly_is_said_and_nothing_is_written(cli, customers, replaced, message):
    made = cli(*(replaced.get(each, each) for each in ANSWERS), "--yes")
    assert made.code == (3 if "gone" in replaced.values() else 1)
    assert message in made.err
    assert "Traceback" not in made.err
    assert names(customers.folder / "integrations") == ["accounts.yaml"]


def test_a_schedule_that_is_not_one_gets_the_loaders_words(cli, customers):
    made = cli(*ANSWERS, "--yes", "--cadence", "daily", "--at", "6")
    assert made.code == 1
    assert "schedule.at '6' is not a time of day written \"HH:MM\"" in made.err
    assert names(customers.folder / "integrations") == ["accounts.yaml"]


def test_a_key_that_automap_is_not_sure_of_is_not_taken_but_named(cli, customers):
    query = "SELECT plan AS customer, account_name FROM customers"
    made = cli(*ANSWERS[:-1], query, "--yes")
    assert made.code == 1
    assert "has no line for account_id" in made.err
    assert cli(*ANSWERS[:-1], query, "--yes", "--map", "account_id=customer").code == 0


def test_the_first_integration_of_a_project_makes_its_folder(cli, customers):
    (customers.folder / "integrations" / "accounts.yaml").unlink()
    (customers.folder / "integrations").rmdir()
    assert cli(*ANSWERS, "--yes").code == 0
    assert names(customers.folder / "integrations") == ["customers.yaml"]


def test_in_a_terminal_it_walks_from_the_object_to_the_summary(customers, file):
    with terminal("create") as screen:
        screen.answer("Id of the new integration", "Bad Id")
        screen.wait_for("is not lower-case letters")
        screen.answer("Id of the new integration", "customers")
        screen.answer("Connection (1):", "9")
        screen.wait_for("Answer with a number from 1 to 2.")
        screen.answer("Connection (1):", "crm")
        screen.answer("Object (1):")
        screen.wait_for("Enter at once opens the editor.")
        screen.type("SELECT nothing FROM customers\r\r")
        screen.wait_for("error:")
        screen.wait_for("opens the editor with the query as it was")
        screen.type("SELECT account_id, account_name, since, due,\r  plan FROM customers\r\r")
        screen.wait_for("Preview (the first 3 rows)")
        screen.wait_for("03/04/2026")
        screen.answer("adds one (ok):", "7")
        screen.wait_for("with the number of one of 5 lines")
        screen.answer("adds one (ok):", "4")
        screen.answer("What to do", "map it to another")
        screen.answer("Attribute (-):", "Contract Renewal")
        screen.wait_for("Did you mean Contract Renewal Date")
        screen.answer("Attribute (-):", "contract renewal date")
        screen.answer("adds one (ok):", "5")
        screen.answer("What to do", "add")
        screen.answer("Attribute (Plan):")
        screen.answer("Its type (1):")
        screen.answer("adds one (ok):", "+")
        screen.answer("come from (1):", "2")
        screen.answer("Value:", "Customer")
        screen.answer("Attribute:", "Account Type")
        screen.answer("adds one (ok):")
        screen.wait_for("can be read in 2 ways")
        screen.answer("Which one (", "DD/MM")
        screen.wait_for("Validation")
        screen.answer("Name that people see (Customers):")
        screen.answer("Description (Enter for none):", "The customers")
        screen.answer("Allow new records")
        screen.answer("Resolve matching conflicts", "maybe")
        screen.answer("Resolve matching conflicts", "n")
        screen.answer("Run it (1):", "daily")
        screen.answer("Time of day (06:00):", "25:00")
        screen.wait_for("Write it as HH:MM")
        screen.answer("Time of day (06:00):", "21:15")
        screen.answer("Time zone (UTC):", "Europe/Berln")
        screen.wait_for("Did you mean Europe/Berlin?")
        screen.answer("Time zone (UTC):", "Europe/Berlin")
        screen.answer("Switch the schedule on?")
        screen.wait_for('at: "21:15"')
        screen.answer("Write integrations/customers.yaml?")
        assert screen.end() == 0
    assert "\x1b[" in screen.raw
    text = file.read_text()
    head, _, mapping = text.partition("mapping:\n")
    assert head == (
        "id: customers\nname: Customers\ndescription: The customers\nconnection: crm\n"
        "object: accounts\n\nquery: |\n  SELECT account_id, account_name, since, due,\n"
        "    plan FROM customers\n\n"
    )
    assert mapping.startswith(
        "  - {attribute: account_id, column: account_id}\n"
        "  - {attribute: account_name, column: account_name}\n"
    )
    assert mapping.endswith(
        "  - {attribute: Contract Renewal Date, column: due, source_format: DD/MM/YYYY}\n"
        "  - {attribute: Plan, column: plan, new: {type: text}}\n"
        "  - {attribute: Account Type, constant: Customer}\n\n"
        'schedule:\n  cadence: daily\n  at: "21:15"\n  timezone: Europe/Berlin\n'
    )
    problems = load_project(customers.folder).problems
    assert {each.code for each in problems} <= {"SHARED_ATTRIBUTE"}


def test_errors_lead_back_to_the_mapping_and_no_at_the_end_keeps_the_text(
    customers, tmp_path_factory, monkeypatch
):
    scratch = tmp_path_factory.mktemp("scratch")
    monkeypatch.setenv("TMPDIR", str(scratch))
    with terminal(
        *ANSWERS, "--map", "Create Date=due", "--map", "Teir=plan", "--cadence", "hourly"
    ) as screen:
        screen.answer("adds one (ok):")
        screen.answer("Which one (", "leave it unmapped")
        screen.wait_for("'Teir' is not an attribute of accounts.")
        screen.wait_for("Did you mean Tier?")
        screen.answer("What now (1):")
        screen.answer("adds one (ok):", "4")
        screen.answer("What to do", "leave it unmapped")
        screen.answer("adds one (ok):")
        screen.answer("Name that people see (Customers):")
        screen.answer("Description")
        screen.answer("Allow new records")
        screen.answer("Resolve matching conflicts")
        screen.wait_for("id: customers")
        screen.wait_for("cadence: hourly")
        screen.answer("Write integrations/customers.yaml?", "n")
        assert screen.end() == 1
    assert "Run it" not in screen.seen
    assert "attribute: Create Date" not in screen.seen
    assert "nothing was written" in screen.seen
    assert names(customers.folder / "integrations") == ["accounts.yaml"]
    [kept] = scratch.glob("totango-pipelines-*/customers.yaml")
    assert "cadence: hourly" in kept.read_text()
    assert "Your text is kept in" in screen.seen
    assert (kept.parent.stat().st_mode & 0o077) == 0


def test_what_an_option_says_of_the_schedule_waits_until_the_schedule_is_asked_for(customers, file):
    with terminal(*ANSWERS, "--set", "schedule.enabled=false") as screen:
        screen.answer("adds one (ok):")
        screen.answer("Name that people see")
        screen.answer("Description")
        screen.answer("Allow new records")
        screen.answer("Resolve matching conflicts")
        screen.answer("Run it (1):", "hourly")
        screen.answer("Minute of the hour")
        screen.answer("Time zone")
        screen.answer("Switch the schedule on?")
        screen.answer("Write integrations/customers.yaml?")
        assert screen.end() == 0
    assert "There are errors" not in screen.seen
    assert file.read_text().endswith("cadence: hourly\n  enabled: false\n")


def test_an_option_that_no_answer_can_mend_is_refused_before_anything_is_asked(customers):
    for wrong in (["--set", "settings.allow_new=often"], ["--cadence", "daily", "--at", "6"]):
        with terminal(*ANSWERS, *wrong) as screen:
            assert screen.end() == 1
        assert "adds one" not in screen.seen
        assert "error: integrations/customers.yaml" in screen.seen


@pytest.fixture
def wide(customers):
    """A query of 60 columns: 40 could be new attributes, 17 are empty."""
    made = [f"'word {n}' AS zq{n}" for n in range(40)] + [f"NULL AS xv{n}" for n in range(17)]
    return f"SELECT account_id, account_name, {', '.join(made)}, plan AS tier FROM customers"


def test_of_many_columns_the_walk_shows_those_that_matter_and_counts_the_others(customers, wide):
    with terminal(*ANSWERS[:-1], wide) as screen:
        screen.wait_for("attribute  ")
        screen.wait_for("57 columns are left unmapped: 17 empty or housekeeping, 40 could be new")
        assert "no attribute fits" not in screen.seen
        screen.answer("a lists all, + adds one (ok):", "a")
        screen.wait_for("no attribute fits")
        screen.answer("adds one (ok):", "4")
        screen.answer("What to do", "add")
        screen.answer("Attribute (Zq0):")
        screen.answer("Its type (1):")
        screen.answer("a lists all, + adds one (ok):")
        screen.wait_for("Name that people see")
        screen.type(CTRL_C)
        assert screen.end() == 130


def test_of_many_columns_thirty_that_could_be_something_are_listed(cli, customers, wide):
    made = cli(*ANSWERS[:-1], wide, "--yes")
    assert made.code == 0, made.err
    assert "57 columns are left unmapped, 27 of them not listed here: 17 empty" in made.out
    assert "zq29 " in made.out
    assert "zq30 " not in made.out.partition("left unmapped")[0]


def test_the_table_of_automap_stands_before_the_rows_and_shows_no_notes(cli, customers):
    made = cli(*ANSWERS, "--yes", "--note", "account_id=why so").out
    assert made.index("reason") < made.index("3 preview rows mapped")
    assert "why so" not in made
    assert made.splitlines()[0].split() == ["column", "sample", "attribute", "score", "reason"]


def test_what_is_refused_is_shown_with_its_line_numbers(cli, customers):
    made = cli(*ANSWERS, "--yes", "--map", "Tear=plan")
    assert made.code == 1
    assert "account_id  " in made.out
    assert "  12    - {attribute: Tear, column: plan}\n" in made.out
    assert ":12 mapping[" in made.err
    assert 'give --new "Tear=text"' in made.err
    assert "on this line" not in made.err
    assert made.err.endswith("Nothing was written.\n")


def test_a_column_may_serve_two_attributes(cli, file):
    made = cli(*ANSWERS, "--yes", "--map", "Tier=account_id")
    assert made.code == 0, made.err
    assert "{attribute: account_id, column: account_id}" in file.read_text()
    assert "{attribute: Tier, column: account_id}" in file.read_text()


def test_an_ambiguous_column_that_is_asked_for_names_its_readings_and_their_options(cli, customers):
    made = cli(*ANSWERS, "--yes", "--map", "Contract Renewal Date=due")
    assert "Contract Renewal Date: Contract Renewal Date can be read in 2 ways" in made.out
    for reading in ("MM/DD/YYYY", "DD/MM/YYYY"):
        assert f'--format "Contract Renewal Date={reading}"' in made.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--cadence", "dayly"], "Did you mean daily?"),
        (["--weekday", "mon"], "Allowed: monday, tuesday"),
        (["--blank", "Tier=empty"], "Allowed: keep, clear."),
        (["--on-error", "Tier=skip"], "Allowed: reject_row, null_value."),
        (["--new", "Plan=string"], "Allowed: text, number, currency, date, foreign_key."),
        (["--map", "Tier=plan", "--map", "tier=due"], "tier has two values."),
        (["--map", "Tier=plan", "--unmap", "tier"], "tier is to be unmapped"),
        (["--set", "settings.a=1", "--set", "settings.a=2"], "settings.a has two values"),
        (["--query-file", "nope.sql"], "does not exist"),
    ],
    ids=str,
)
def test_a_word_that_an_option_does_not_take_is_wrong_usage(
    cli, customers, monkeypatch, arguments, message
):
    monkeypatch.setenv("COLUMNS", "300")
    made = cli(*ANSWERS, "--yes", *arguments)
    assert made.code == 2
    assert message in " ".join(made.err.split())
    assert names(customers.folder / "integrations") == ["accounts.yaml"]


def test_the_query_can_be_written_in_the_editor(customers, file, tmp_path):
    editor = tmp_path / "editor.py"
    editor.write_text(
        f"#!{sys.executable}\nimport pathlib, sys\n"
        "file = pathlib.Path(sys.argv[-1])\n"
        "assert file.name == 'query.sql'\n"
        f"file.write_text({QUERY!r})\n"
    )
    editor.chmod(0o755)
    given = ["create", "customers", "--connection", "crm", "--object", "accounts"]
    with terminal(*given, environment={"VISUAL": str(editor)}) as screen:
        screen.wait_for("Enter at once opens the editor.")
        screen.type("\r")
        screen.answer("adds one (ok):")
        screen.wait_for("Name that people see")
        screen.type(CTRL_C)
        assert screen.end() == 130
    assert screen.seen.rstrip().endswith("stopped: nothing was written.")
    assert "Traceback" not in screen.seen
    assert names(customers.folder / "integrations") == ["accounts.yaml"]


def test_the_proposals_are_those_of_automap(cli, customers):
    made = json.loads(cli(*ANSWERS, "--json", "--dry-run").out)
    by_column = {each["column"]: each for each in made["proposals"]}
    assert by_column["account_id"]["attribute"] == "account_id"
    assert by_column["account_id"]["ticked"] is True
    assert next(iter(by_column)) == "account_id"
    assert made["written"] is False
