"""Runs launched in this process, and what the run log tells of them afterwards."""

import sqlite3

import dagster as dg
import pytest

from totango_pipelines.errors import UnknownNameError
from totango_pipelines.history import RunStatus
from totango_pipelines.integrations.project import load_project
from totango_pipelines.orchestration.instance import open_instance
from totango_pipelines.orchestration.run_history import (
    HistoryFilter,
    find_run,
    last_runs,
    read_history,
)
from totango_pipelines.orchestration.run_launch import launch_run
from totango_pipelines.orchestration.run_requests import Request
from totango_pipelines.sync.environment import Environment

INTEGRATION = """\
id: {id}
name: Accounts
connection: crm
object: accounts
query: {query}
mapping:
  - {{attribute: account_id, column: id}}
  - {{attribute: account_name, column: name}}
"""


@pytest.fixture
def environment(tmp_path):
    with sqlite3.connect(tmp_path / "crm.sqlite") as crm:
        crm.execute("CREATE TABLE accounts (id TEXT, name TEXT)")
        crm.executemany("INSERT INTO accounts VALUES (?, ?)", [("A1", "Acme"), (None, "Nobody")])
    crm.close()
    (tmp_path / "connections.yaml").write_text(
        "connections: {crm: {type: sqlite, path: crm.sqlite}}\n"
    )
    (tmp_path / "integrations").mkdir()
    queries = {"accounts": "SELECT * FROM accounts", "refused": "DELETE FROM accounts"}
    for name, query in queries.items():
        file = tmp_path / "integrations" / f"{name}.yaml"
        file.write_text(INTEGRATION.format(id=name, query=query))
    return Environment.of({}, tmp_path)


def launch(environment, integration, trigger="manual", **others):
    request = Request(trigger=trigger)
    project = load_project(environment.project)
    return launch_run(
        integration, project=project, environment=environment, request=request, **others
    )


def test_a_run_tells_its_steps_and_is_found_in_the_run_log(environment):
    steps = []
    outcome = launch(environment, "accounts", trigger="api", on_step=steps.append)
    assert outcome.status is RunStatus.SUCCEEDED_WITH_REJECTS
    assert (outcome.exit_code, outcome.error, outcome.failed_step) == (0, None, None)
    assert outcome.counts["rows_read"] == 2
    assert outcome.counts["created"] == 1
    assert outcome.counts["rejected"] == 1
    assert [(step.step, str(step.state), step.rows) for step in steps] == [
        ("extract", "started", None),
        ("extract", "finished", 2),
        ("preview", "started", None),
        ("preview", "finished", 2),
        ("mapped", "started", None),
        ("mapped", "finished", 1),
        ("upsert", "started", None),
        ("upsert", "finished", 2),
        ("conflicts", "started", None),
        ("conflicts", "finished", 0),
    ]
    failed = launch(environment, "refused")
    assert failed.status is RunStatus.FAILED
    assert failed.exit_code == 1
    assert failed.failed_step == "extract"
    assert failed.error.startswith("the query is DELETE, not a SELECT")

    with open_instance(environment) as log:
        [record] = read_history(log, "accounts")
        assert record.run_id == outcome.run_id
        assert record.trigger == "api"
        assert record.counts == outcome.counts
        assert [run.integration for run in read_history(log, None)] == ["refused", "accounts"]
        assert read_history(log, "accounts", HistoryFilter(status="succeeded")) == ()
        [rejects] = read_history(log, "accounts", HistoryFilter(status="succeeded_with_rejects"))
        assert rejects.run_id == outcome.run_id
        [broken] = read_history(log, None, HistoryFilter(status="failed"))
        assert broken.error == failed.error
        assert set(last_runs(log, ["accounts", "never"])) == {"accounts"}
        assert find_run(log, outcome.run_id[:13]).run_id == outcome.run_id
        with pytest.raises(UnknownNameError, match="there is no run 'zzz'"):
            find_run(log, "zzz")
        with pytest.raises(UnknownNameError, match="begins 2 runs"):
            find_run(log, "")


def test_an_interrupt_leaves_the_run_failed_and_says_so(environment):
    def press_control_c(step):
        if step.step == "preview":
            raise KeyboardInterrupt

    outcome = launch(environment, "accounts", on_step=press_control_c)
    assert outcome.status is RunStatus.FAILED
    assert outcome.error == "the run was interrupted before it ended."
    with open_instance(environment) as log:
        [record] = read_history(log, "accounts")
        assert record.status is RunStatus.FAILED


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (dg.DagsterRunStatus.NOT_STARTED, RunStatus.QUEUED),
        (dg.DagsterRunStatus.STARTED, RunStatus.RUNNING),
        (dg.DagsterRunStatus.CANCELED, RunStatus.CANCELED),
    ],
)
def test_a_run_that_has_not_ended_is_told_as_what_it_is(theirs, ours):
    with dg.DagsterInstance.ephemeral() as log:
        tags = {"totango/integration": "accounts"}
        log.add_run(dg.DagsterRun("accounts", run_id="1", status=theirs, tags=tags))
        log.add_run(dg.DagsterRun("other", run_id="2", status=theirs))
        [record] = read_history(log, None, HistoryFilter(status=ours))
        assert (record.run_id, record.status, record.counts) == ("1", ours, {})
        assert read_history(log, None, HistoryFilter(status="failed")) == ()


def test_an_integration_that_is_not_declared_cannot_be_run(environment):
    with pytest.raises(UnknownNameError, match="nothing"):
        launch(environment, "nothing")
