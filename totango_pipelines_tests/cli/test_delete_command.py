"""delete: the file goes, the hub forgets, and what happened stays."""

import shutil
import sqlite3

import dagster as dg
import duckdb
import pytest

from totango_pipelines.cli.session import read_environment
from totango_pipelines.orchestration.instance import open_instance
from totango_pipelines_tests.cli.terminal import CTRL_C, terminal


@pytest.fixture
def file(project):
    return project.folder / "integrations" / "accounts.yaml"


@pytest.fixture
def hub(project):
    """Rows of the hub."""

    def rows(sql):
        with duckdb.connect(project.folder / ".totango" / "hub.duckdb", read_only=True) as hub:
            return hub.execute(sql).fetchall()

    return rows


def test_delete_removes_the_file_releases_the_hub_and_keeps_the_history(cli, file, hub, project):
    run = cli("run", "accounts", "--json").json["run_id"]
    assert hub("SELECT count(*) FROM _states WHERE integration = 'accounts'") == [(1,)]
    deleted = cli("delete", "accounts", "--yes")
    assert deleted.code == 0, deleted.err
    for said in ("removed   the file integrations/accounts.yaml", "released  in the hub", "kept"):
        assert said in deleted.out
    assert "accounts is deleted." in deleted.out
    assert not file.exists()
    assert hub("SELECT integration FROM _released") == [("accounts",)]
    assert hub("SELECT count(*) FROM _states") == [(0,)]
    assert hub("SELECT count(*) FROM accounts") == [(2,)]
    assert [each["run_id"] for each in cli("history", "accounts", "--json").json] == [run]
    target = project.folder / "rejects.csv"
    assert cli("download", run, "--what", "rejects", "-o", str(target)).code == 0
    assert "soon" in target.read_text()
    assert cli("show-run", run).code == 0
    [row] = cli("audit", "--json").json
    assert (row["action"], row["subject"], row["outcome"]) == (
        *("integration.delete", "accounts"),
        "deleted",
    )
    assert row["details"] == {"file": "integrations/accounts.yaml"}
    assert cli("delete", "accounts", "--yes").code == 1


def test_one_that_never_ran_and_one_that_is_broken_can_be_deleted(cli, project, file):
    project.file("integrations/broken.yaml", "id: broken\nobjct: accounts\n")
    assert cli("delete", "broken", "--yes").code == 0
    assert cli("delete", "accounts", "--yes").code == 0
    assert list(file.parent.iterdir()) == []


def test_without_a_terminal_it_wants_yes_and_deletes_nothing(cli, file):
    refused = cli("delete", "accounts")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert file.exists()
    assert cli("audit", "--json").json == []


def test_in_a_terminal_the_id_is_typed(file):
    with terminal("delete", "accounts") as screen:
        screen.answer("Type accounts to delete it: ", "acounts")
        assert screen.end() == 1
    assert "that is not accounts: nothing was deleted." in screen.seen
    with terminal("delete", "accounts") as screen:
        screen.wait_for("Type accounts to delete it: ")
        screen.type(CTRL_C)
        assert screen.end() == 130
    assert file.exists()
    with terminal("delete", "accounts") as screen:
        screen.answer("Type accounts to delete it: ", "accounts")
        assert screen.end() == 0
    assert not file.exists()


def test_a_file_that_changed_while_somebody_was_asked_stays(cli, file):
    with terminal("delete", "accounts") as screen:
        screen.wait_for("Type accounts to delete it: ")
        file.write_text(file.read_text() + "# another hand\n")
        screen.type("accounts\r")
        assert screen.end() == 1
    assert "changed in the meantime, so nothing was deleted" in screen.seen
    assert "# another hand" in file.read_text()
    [row] = cli("audit", "--json").json
    assert (row["outcome"], row["details"]["error"]) == ("failed", "UserError")


def test_a_run_that_waits_is_named_and_nothing_is_deleted(cli, file):
    run = cli("queue", "accounts", "--json").json[0]["run_id"]
    refused = cli("delete", "accounts", "--yes")
    assert refused.code == 1
    assert f"run {run} of accounts waits in the queue, so nothing was deleted." in refused.err
    assert "removed" not in refused.out
    assert file.exists()


def test_a_run_that_is_under_way_is_named_and_nothing_is_deleted(cli, file, project):
    run = cli("queue", "accounts", "--json").json[0]["run_id"]
    started = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "accounts", message="started")
    with open_instance(read_environment(project.folder)) as instance:
        instance.report_dagster_event(started, run)
    refused = cli("delete", "accounts", "--yes")
    assert refused.code == 1
    assert f"run {run} of accounts is under way, so nothing was deleted." in refused.err
    assert file.exists()


def test_while_the_hub_cannot_be_reached_nothing_is_deleted(cli, file, project):
    cli("run", "accounts")
    hub = project.folder / ".totango" / "hub.duckdb"
    shutil.move(hub, project.folder / "kept.duckdb")
    hub.write_text("no hub")
    refused = cli("delete", "accounts", "--yes")
    assert refused.code == 3
    assert "hub.duckdb cannot be used" in refused.err
    assert file.exists()
    shutil.move(project.folder / "kept.duckdb", hub)
    assert cli("delete", "accounts", "--yes").code == 0
    assert [row["outcome"] for row in cli("audit", "--json").json] == ["deleted", "failed"]


def test_a_postgres_that_does_not_answer_deletes_nothing(cli, file, monkeypatch):
    monkeypatch.setenv("TOTANGO_HUB_URL", "postgresql://hub:se-cret@127.0.0.1:1/hub")
    refused = cli("delete", "accounts", "--yes")
    assert refused.code == 3
    assert "se-cret" not in refused.out + refused.err
    assert file.exists()


def test_what_cannot_be_audited_is_not_deleted(cli, file, project):
    cli("token", "create", "x", "--role", "viewer")
    database = project.folder / ".totango" / "operations.db"
    database.write_text("no database, and long enough that SQLite looks at it" * 10)
    with pytest.raises(sqlite3.DatabaseError), sqlite3.connect(database) as broken:
        broken.execute("SELECT 1 FROM audit")
    broken.close()
    refused = cli("delete", "accounts", "--yes")
    assert refused.code == 3
    assert "operations.db cannot be used" in refused.err
    assert file.exists()


def test_a_new_integration_of_the_same_id_starts_afresh(cli, project):
    cli("run", "accounts")
    cli("delete", "accounts", "--yes")
    project.integration()
    again = cli("run", "accounts", "--json")
    assert again.code == 0
    assert again.json["counts"]["rows_read"] == 3
    assert again.json["counts"]["created"] == 0


def test_delete_has_help_with_an_example_and_names_the_nearest_id(cli):
    assert "Example: totango-pipelines delete" in cli("delete", "--help").out
    assert "Did you mean accounts?" in cli("delete", "acounts", "--yes").err
