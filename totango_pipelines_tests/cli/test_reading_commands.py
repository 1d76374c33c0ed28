"""list, show, preview, validate and the options at the top; nothing here runs an integration."""

import pytest

from totango_pipelines.cli.output import counts_sentence, without_password

BROKEN = "id: broken\nname: x\nobjct: accounts\n"


def test_list_shows_object_connection_cadence_next_run_and_last_outcome(cli):
    shown = cli("list", "--json")
    assert shown.code == 0
    [entry] = shown.json
    assert entry["id"] == "accounts"
    assert entry["object"] == "accounts"
    assert entry["connection"] == "crm"
    assert entry["cadence"] == "daily at 06:00 Europe/Berlin"
    assert "T06:00:00" in entry["next_run"]
    assert entry["last_outcome"] is None


def test_list_fits_80_columns_and_keeps_a_long_id_whole(cli, project):
    long_id = "a" * 63
    project.integration(long_id)
    lines = cli("list").out.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert any(long_id in line for line in lines)


def test_list_shows_a_broken_file_with_its_first_problem_and_still_ends_well(cli, project):
    project.file("integrations/broken.yaml", BROKEN)
    shown = cli("list")
    assert shown.code == 0
    assert "accounts  accounts" in shown.out
    assert "integrations/broken.yaml:1" in shown.out
    assert "totango-pipelines validate broken" in shown.out
    assert [entry["valid"] for entry in cli("list", "--json").json] == [True, False]


def test_reading_leaves_no_state_behind(cli, project):
    for command in (["list"], ["show", "accounts"], ["preview", "accounts"], ["validate"]):
        cli(*command)
    assert not (project.folder / ".totango").exists()


def test_show_prints_query_mapping_with_notes_settings_and_schedule(cli):
    shown = cli("show", "accounts")
    assert shown.code == 0
    expected = ("SELECT * FROM accounts", "as the CRM has it", "reject_allowance", "never ran")
    for text in (*expected, "daily at 06:00 Europe/Berlin"):
        assert text in shown.out
    assert cli("show", "accounts", "--json").json["mapping"][1]["note"] == "as the CRM has it"


def test_an_unknown_id_is_the_users_fault_and_names_the_nearest_one(cli):
    shown = cli("show", "acounts")
    assert shown.code == 1
    assert shown.err == "error: there is no integration 'acounts'. Did you mean accounts?\n"
    assert shown.out == ""


def test_an_id_whose_file_is_broken_shows_every_problem(cli, project):
    project.file("integrations/broken.yaml", BROKEN)
    shown = cli("show", "broken")
    assert shown.code == 1
    assert all(line.startswith("error: ") for line in shown.err.splitlines())
    assert "objct is not a known key" in shown.err


def test_preview_shows_rows_types_and_nulls(cli):
    shown = cli("preview", "accounts")
    assert shown.code == 0
    assert "TEXT" in shown.out
    assert "=Acme" in shown.out
    assert "null" in shown.out
    assert "3 rows, 3 columns" in shown.out
    assert cli("preview", "accounts", "--json").json["rows"][1] == ["A2", "Bolt", None]


def test_preview_of_a_wide_query_hides_no_column(cli, project):
    columns = ", ".join(f"'value {i}' AS column_number_{i}" for i in range(12))
    project.integration("wide", query=f"SELECT id, name, renewal, {columns} FROM accounts")
    shown = cli("preview", "wide")
    assert all(f"column_number_{i}" in shown.out for i in range(12))
    assert max(len(line) for line in shown.out.splitlines()) <= 80


def test_preview_of_a_source_that_is_gone_is_the_systems_fault(cli, project):
    project.integration("lost", connection="gone")
    shown = cli("preview", "lost")
    assert shown.code == 3
    assert shown.err.startswith("error: connection 'gone'")
    assert "Traceback" not in shown.err


def test_a_valid_project_is_said_to_be_valid(cli, project):
    project.integration("accounts", query="SELECT id, name, NULL AS renewal FROM accounts")
    shown = cli("validate")
    assert shown.code == 0
    assert shown.out == ("1 integration checked against the live preview: 0 errors, 0 warnings.\n")
    assert cli("validate", "--json").json == []


def test_validate_reports_every_file_although_a_source_is_unreachable(cli, project):
    project.file("integrations/broken.yaml", BROKEN)
    project.integration("lost", connection="gone")
    project.integration("lost_too", connection="gone")
    project.integration("unmapped", renewal="no_such_column")
    shown = cli("validate", "--json")
    assert shown.code == 1
    errors = [each for each in shown.json if each["code"] != "SHARED_ATTRIBUTE"]
    by_file = {each["file"]: each for each in errors}
    assert by_file["integrations/lost.yaml"]["code"] == "SOURCE_UNAVAILABLE"
    assert by_file["integrations/lost_too.yaml"]["code"] == "SOURCE_UNAVAILABLE"
    assert by_file["integrations/unmapped.yaml"]["code"] == "UNKNOWN_COLUMN"
    assert by_file["integrations/unmapped.yaml"]["line"] == 10
    assert "integrations/broken.yaml" in by_file
    keys = {"file", "line", "path", "severity", "code", "problem", "remedy"}
    assert all(set(each) == keys for each in shown.json)


def test_validate_groups_problems_by_file_with_their_lines(cli, project):
    project.integration("unmapped", renewal="no_such_column")
    shown = cli("validate", "unmapped")
    assert shown.code == 1
    assert "integrations/unmapped.yaml\n  " in shown.out
    assert "  error  integrations/unmapped.yaml:10" in shown.out
    assert "=Acme" in shown.out  # the sound lines are shown all the same
    assert "1 integration checked against the live preview: 1 error, " in shown.out


def test_validate_offline_asks_no_source(cli, project):
    project.integration("lost", connection="gone")
    assert cli("validate", "--offline").code == 0
    assert cli("validate", "lost").code == 1


def test_validate_of_one_integration_leaves_the_others_out(cli, project):
    project.file("integrations/broken.yaml", BROKEN)
    assert cli("validate", "accounts").code == 0
    assert cli("validate", "broken").code == 1
    assert cli("validate", "nothing").code == 1


@pytest.mark.parametrize(
    "usage", [["list", "--nope"], ["nope"], ["show"], ["run", "x", "--mode", "y"]]
)
def test_wrong_usage_ends_with_2(cli, usage):
    assert cli(*usage).code == 2


def test_a_project_folder_that_is_not_there_is_the_users_fault(cli):
    shown = cli("--project", "/no/such/folder", "list")
    assert shown.code == 1
    assert shown.err.startswith("error: ")


def test_the_option_project_goes_before_the_variable(cli, project, monkeypatch):
    monkeypatch.setenv("TOTANGO_PROJECT", "/no/such/folder")
    assert cli("--project", str(project.folder), "list").code == 0


def test_output_that_is_not_a_terminal_has_no_colours(cli, project):
    project.file("integrations/broken.yaml", BROKEN)
    for command in (["list"], ["validate"], ["show", "accounts"]):
        shown = cli(*command)
        assert "\x1b[" not in shown.out + shown.err


def test_every_command_has_help_with_an_example(cli):
    for command in ("list", "show", "preview", "validate", "run", "history", "download"):
        assert "Example: totango-pipelines" in cli(command, "--help").out


def test_the_version_is_the_packages(cli):
    assert cli("--version").out.startswith("totango-pipelines 0.")


def test_a_hub_is_shown_without_its_password():
    assert without_password("postgresql://u:se@cret@h/db") == "postgresql://u:***@h/db"
    assert without_password("postgresql://h/db?password=x&a=b") == (
        "postgresql://h/db?password=***&a=b"
    )
    assert without_password("duckdb:///hub.duckdb") == "duckdb:///hub.duckdb"


def test_counts_leave_out_what_is_zero():
    counts = {"rows_read": 1, "created": 1, "updated": 0, "skipped_new": 2}
    assert counts_sentence(counts) == "1 row read: 1 created, 2 skipped new"
