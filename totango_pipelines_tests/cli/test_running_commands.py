"""run, history and download, end to end."""

import csv
import io

import pytest

from totango_pipelines.cli.run_command import Mode
from totango_pipelines.cli.run_progress import STEPS
from totango_pipelines.orchestration import asset_keys, assets


def test_a_run_its_history_and_its_files(cli, project):
    ran = cli("run", "accounts")
    assert ran.code == 0
    assert [line.split()[0] for line in ran.err.splitlines()] == list(STEPS)
    assert "succeeded with rejects" in ran.out
    assert "3 rows read: 2 created, 1 rejected" in ran.out
    assert "FORMAT" in ran.out
    assert "--what rejects --format csv -o accounts_rejects.csv" in ran.out
    assert str(project.folder / ".totango" / "hub.duckdb") in ran.out

    again = cli("run", "accounts", "--mode", "full", "--json")
    assert again.code == 0
    assert again.err == ""
    assert again.json["status"] == "succeeded_with_rejects"
    assert again.json["counts"]["unchanged"] == 2
    assert again.json["counts"]["rejected"] == 1

    history = cli("history", "accounts", "--json").json
    assert [run["mode"] for run in history] == ["full", "incremental"]
    assert history[0]["run_id"] == again.json["run_id"]
    assert history[0]["counts"] == again.json["counts"]
    assert history[0]["duration"] > 0
    assert cli("history", "accounts", "--status", "failed").out == (
        "accounts has no runs that are failed.\n"
    )
    assert cli("list", "--json").json[0]["last_outcome"] == "succeeded_with_rejects"
    table = cli("history", "accounts").out
    assert again.json["run_id"] in table
    assert max(len(line) for line in table.splitlines()) <= 80

    target = project.folder / "rejects.csv"
    run_id = again.json["run_id"]
    command = ("download", run_id[:12], "--what", "rejects", "--format", "csv", "-o", str(target))
    assert cli(*command).code == 0
    [reject] = csv.DictReader(io.StringIO(target.read_text()))
    assert (reject["id"], reject["renewal"], reject["_row"]) == ("A3", "soon", "3")
    refused = cli(*command)
    assert refused.code == 1
    assert "--force" in refused.err
    assert cli(*command, "--force").code == 0
    assert [path.name for path in project.folder.glob("*.part")] == []

    exact = project.folder / "source.parquet"
    assert cli("download", "latest:accounts", "--what", "source", "-o", str(exact)).code == 0
    staged = project.folder / ".totango" / "runs" / "accounts" / run_id / "source.parquet"
    assert exact.read_bytes() == staged.read_bytes()

    staged.write_bytes(staged.read_bytes()[:-10])
    altered = cli("download", run_id, "--what", "source", "-o", str(project.folder / "x.csv"))
    assert altered.code == 3
    assert not (project.folder / "x.csv").exists()

    assert (
        cli(
            "download", "latest:accounts", "--what", "mapped", "--format", "parquet", "-o", "-"
        ).code
        == 2
    )


def test_a_run_above_the_reject_limits_fails_with_one_clean_message(cli, project):
    project.integration("strict", allowance=0)
    ran = cli("run", "strict")
    assert ran.code == 1
    assert "failed at mapped" in ran.out
    [error] = [line for line in ran.err.splitlines() if line.startswith("error:")]
    assert "1 of 3 rows were rejected" in error
    assert "Traceback" not in ran.err
    assert "Dagster" not in ran.err
    assert "--what rejects" in ran.out
    failed = cli("history", "strict", "--status", "failed", "--json").json
    assert failed[0]["error"].startswith("1 of 3 rows were rejected")
    assert failed[0]["counts"]["rejected"] == 1


def test_a_run_that_stops_early_has_no_later_files(cli, project):
    project.integration("refused", query="DELETE FROM accounts")
    ran = cli("run", "refused", "--json")
    assert ran.code == 1
    assert ran.json["status"] == "failed"
    assert ran.json["failed_step"] == "extract"
    assert ran.json["error"] in ran.err.replace("error: ", "")
    missing = cli("download", "latest:refused", "--what", "mapped", "-o", "x.csv")
    assert missing.code == 1
    assert "wrote no mapped file" in missing.err


def test_a_run_that_cannot_start_still_answers_with_json(cli):
    ran = cli("run", "nothing", "--json")
    assert ran.code == 1
    assert ran.json["status"] == "failed"
    assert ran.json["run_id"] is None


@pytest.mark.parametrize(
    ("run", "message"),
    [("abcdef", "there is no run 'abcdef'"), ("latest:accounts", "accounts never ran")],
)
def test_a_run_that_is_not_there_is_the_users_fault(cli, run, message):
    shown = cli("download", run, "--what", "source", "-o", "x.csv")
    assert shown.code == 1
    assert message in shown.err


def test_the_modes_and_steps_are_those_of_dagster():
    assert [str(mode) for mode in Mode] == [mode.value for mode in assets.Mode]
    assert STEPS == asset_keys.STEPS
