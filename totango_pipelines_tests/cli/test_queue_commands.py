"""queue, replay, the filters of history and show-run."""

import getpass
import re
from datetime import UTC, datetime

import pytest

from totango_pipelines.api import shapes
from totango_pipelines.cli.history_commands import Mode, Trigger
from totango_pipelines.cli.session import read_environment
from totango_pipelines.orchestration.run_desk import open_desk

USAGE = """\
id: clicks
name: Clicks
connection: crm
object: usage
query: SELECT * FROM click WHERE at >= :window_start AND at < :window_end
mapping:
  - {attribute: account_id, column: id}
  - {attribute: user_id, column: who}
  - {attribute: module, constant: web}
  - {attribute: action, constant: click}
  - {attribute: timestamp, column: at}
partition: {by: day, start: "2026-01-01"}
"""


def test_a_queued_run_waits_for_the_daemon_and_the_next_one_joins_it(cli):
    queued = cli("queue", "accounts", "--mode", "full")
    assert queued.code == 0
    [run] = cli("history", "accounts", "--json").json
    assert queued.out.startswith(f"run {run['run_id']} is queued; Dagster's daemon starts it.\n")
    assert (run["status"], run["mode"], run["trigger"]) == ("queued", "full", "manual")
    assert run["requested_by"] == getpass.getuser()
    [joined] = cli("queue", "accounts", "--json").json
    assert (joined["run_id"], joined["joined"]) == (run["run_id"], True)
    assert cli("queue", "accounts").out.startswith(f"joined: run {run['run_id']} waits")

    shown = cli("show-run", run["run_id"][:8])
    assert "full" in shown.out
    assert "joined by\n  A request for an incremental run" in shown.out
    assert "files: none is kept" in shown.out
    assert len(cli("show-run", run["run_id"], "--json").json["joined"]) == 2


def test_several_are_queued_by_id_and_by_tag_or_none_at_all(cli):
    assert cli("queue").code == 2
    unknown = cli("queue", "accounts", "--tag", "nothing")
    assert unknown.code == 1
    assert "nothing is called nothing; no run was requested" in unknown.err
    assert cli("history", "accounts", "--json").json == []
    queued = cli("queue", "accounts", "--tag", "object:accounts", "--json").json
    assert "accounts" in [each["integration"] for each in queued]


def test_a_window_can_be_queued(cli, project):
    project.file("integrations/clicks.yaml", USAGE)
    assert cli("queue", "clicks", "--partition", "2026-01-31").code == 0
    [run] = cli("history", "clicks", "--json").json
    assert run["partition"] == "2026-01-31"
    assert "2026-01-31" in cli("history", "clicks").out
    assert "  window     2026-01-31\n" in cli("show-run", "latest:clicks").out
    assert cli("queue", "clicks", "--partition", "2025-12-31").code == 1


def test_what_cannot_be_queued_names_the_nearest_or_the_problem(cli, project):
    assert "Did you mean accounts?" in cli("queue", "acounts").err
    project.file("integrations/broken.yaml", "id: broken\nobjct: accounts\n")
    broken = cli("queue", "broken")
    assert broken.code == 1
    assert "integrations/broken.yaml" in broken.err


def test_a_replay_delivers_the_stored_extract_without_the_source(cli, project):
    first = cli("run", "accounts", "--json").json
    (project.folder / "crm.sqlite").unlink()
    mended = project.folder / "integrations" / "accounts.yaml"
    mended.write_text(
        mended.read_text().replace("column: renewal", "column: renewal, on_error: null_value")
    )
    again = cli("replay", "latest:accounts")
    assert again.code == 0, again.err
    assert again.err.startswith(f"Replaying run {first['run_id']} of accounts of 20")
    assert "the source is not asked" in again.err.splitlines()[0]
    assert "3 rows read" in again.out
    assert "1 created" in again.out
    shown = cli("show-run", "latest:accounts", "--json").json
    assert shown["replay_of"] == first["run_id"]
    as_json = cli("replay", first["run_id"][:8], "--json")
    assert as_json.err == ""
    assert as_json.json["counts"]["rows_read"] == 3


def test_a_replay_without_an_extract_is_the_users_fault(cli):
    cli("queue", "accounts")
    failed = cli("replay", "latest:accounts")
    assert failed.code == 1
    assert "has no extract" in failed.err
    assert cli("replay", "latest:nothing").code == 1


@pytest.fixture
def runs(cli, project):
    """One that ran here, and one that the API queued."""
    ran = cli("run", "accounts", "--json").json["run_id"]
    with open_desk(read_environment(project.folder)) as desk:
        asked = desk.ask("accounts", mode="full", trigger="api", requested_by="airflow (token 1)")
    return ran, asked.run_id


def test_history_is_filtered_by_mode_trigger_and_time(cli, runs):
    ran, asked = runs

    def found(*options):
        listed = cli("history", "accounts", "--json", *options)
        assert listed.code == 0
        return [run["run_id"] for run in listed.json]

    assert found() == [asked, ran]
    assert found("--mode", "full") == [asked]
    assert found("--trigger", "manual") == [ran]
    assert found("--trigger", "api", "--mode", "incremental") == []
    assert found("--since", "1h") == [asked, ran]
    assert found("--until", "1h") == []
    assert found("--since", f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}", "--status", "failed") == []
    assert found("--until", "2999-01-01", "--limit", "1") == [asked]
    assert cli("history", "accounts", "--until", "1h").out == "accounts has no runs that fit.\n"
    said = cli("history", "accounts", "--until", "1h", "--status", "failed").out
    assert said == "accounts has no runs that are failed and fit.\n"
    for wrong in (["--mode", "half"], ["--trigger", "x"], ["--since", "soon"]):
        assert cli("history", "accounts", *wrong).code == 2


@pytest.mark.parametrize("width", [80, 120])
def test_history_tells_how_each_run_came_about_at_any_width(cli, runs, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    table = cli("history", "accounts").out
    lines = table.splitlines()
    assert max(len(line) for line in lines) <= width
    assert all(any(line.startswith(run) for line in lines) for run in runs)
    for said in (
        "full",
        "api by airflow",
        "incremental",
        f"manual by {getpass.getuser()}",
        "1 rejected",
    ):
        assert said in table
    assert "\x1b[" not in table
    assert any(line.startswith(runs[0]) and "incremental, " in line for line in lines) == (
        width == 120
    )
    assert len(lines) <= 6


def test_show_run_tells_everything_of_a_run(cli, runs, project):
    ran, asked = runs
    shown = cli("show-run", ran)
    assert shown.code == 0
    assert shown.out.startswith(f"run {ran} of accounts: succeeded with rejects\n")
    for said in (
        *("  mode       incremental", "  trigger    manual"),
        f"  asked by   {getpass.getuser()}",
        *("  queued     2", "  started    2", "  ended      2", "  duration   "),
    ):
        assert said in shown.out
    assert re.search(r"\ncounts\n  rows read +3\n", shown.out)
    for file in ("source", "mapped", "rejects"):
        command = f"download {ran} --what {file} -o accounts_{file}.csv"
        assert f"  totango-pipelines {command}\n" in shown.out
        assert cli(*command.split()[:-1], str(project.folder / f"{file}.csv")).code == 0
    told = cli("show-run", ran, "--json").json
    assert told["files"][:3] == ["source", "mapped", "rejects"]
    assert told["counts"]["rejected"] == 1
    assert (told["warnings"], told["joined"], told["replay_of"]) == ([], [], None)
    assert "  asked by   airflow (token 1)\n" in cli("show-run", asked).out


def test_show_run_tells_why_a_run_failed_and_what_it_warned_of(cli, project):
    project.integration("strict", allowance=0)
    cli("run", "strict")
    shown = cli("show-run", "latest:strict")
    assert "strict: failed\n" in shown.out
    assert "\nerror\n  1 of 3 rows were rejected" in shown.out
    file = project.folder / "integrations" / "accounts.yaml"
    parent = "mapping:\n  - {attribute: parent_id, constant: A9}"
    file.write_text(file.read_text().replace("mapping:", parent))
    cli("run", "accounts")
    shown = cli("show-run", "latest:accounts")
    assert "\nwarnings\n  2 accounts have a parent_id that the hub does not know" in shown.out
    assert len(cli("show-run", "latest:accounts", "--json").json["warnings"]) == 1
    assert cli("show-run", "nothing").code == 1


def test_the_modes_and_triggers_are_those_of_the_api():
    assert [str(each) for each in Mode] == [str(each) for each in shapes.RunMode]
    assert [str(each) for each in Trigger] == [str(each) for each in shapes.Trigger]


@pytest.mark.parametrize("command", ["queue", "replay", "show-run", "history"])
def test_every_command_has_help_with_an_example(cli, command):
    assert f"Example: totango-pipelines {command}" in cli(command, "--help").out
