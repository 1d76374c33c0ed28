"""A past run's extract, mapped and merged once more."""

import pytest

from totango_pipelines.errors import ReplayRefusedError
from totango_pipelines.sync.mapping_step import run_mapping
from totango_pipelines.sync.preview_step import run_preview
from totango_pipelines.sync.replay import run_replay

ACCOUNTS = {"account_id": "id", "account_name": "name"}
USAGE = {
    "account_id": "id",
    "user_id": "who",
    "module": "m",
    "action": "a",
    "timestamp": "happened",
}


def replay(scene, name, past_run):
    scene.runs += 1
    context = scene.context(name, f"run-{scene.runs}")
    run_replay(context, past_run)
    run_preview(context)
    run_mapping(context)
    return scene.upsert(context)


def test_a_mended_mapping_is_replayed_over_the_stored_extract(scene):
    scene.declare("crm", "accounts", {"account_id": "id", "account_name": "id"})
    scene.run("crm", [{"id": "a", "name": "Acme"}, {"id": "b", "name": "Bolt"}])
    scene.declare("crm", "accounts", ACCOUNTS)
    scene.source("crm", [])

    assert replay(scene, "crm", "run-1") == {"rows_read": 2, "updated": 2}
    assert scene.query("SELECT account_id, account_name FROM accounts ORDER BY 1") == [
        ("a", "Acme"),
        ("b", "Bolt"),
    ]


def test_a_replay_does_not_undo_what_was_written_since(scene):
    scene.declare("crm", "accounts", ACCOUNTS)
    scene.run("crm", [{"id": "a", "name": "Acme"}])
    scene.run("crm", [{"id": "a", "name": "Acme Ltd"}])

    assert replay(scene, "crm", "run-1") == {"rows_read": 1, "stale": 1}
    assert scene.query("SELECT account_name FROM accounts") == [("Acme Ltd",)]


def test_a_replay_moves_neither_baseline_nor_cursor(scene):
    scene.declare("crm", "accounts", {**ACCOUNTS}, cursor_column="seq")
    rows = [{"id": "a", "name": "Acme", "seq": 1}, {"id": "b", "name": "Bolt", "seq": 2}]
    scene.run("crm", rows)
    scene.run("crm", [*rows, {"id": "c", "name": "Coda", "seq": 3}])
    replay(scene, "crm", "run-1")

    assert scene.run("crm") == {"rows_read": 1, "unchanged": 1}


def test_rows_of_usage_are_not_appended_twice(scene):
    scene.declare("clicks", "usage", USAGE)
    row = {"id": "a", "who": "u", "m": "m", "a": "x", "happened": "2026-01-01 10:00:00+00"}
    scene.run("clicks", [row, row])
    scene.run("clicks", [row, row, {**row, "a": "y"}])

    assert replay(scene, "clicks", "run-1") == {"rows_read": 2, "unchanged": 2}
    assert scene.query("SELECT count(*) FROM usage") == [(3,)]


def test_usage_under_another_mapping_is_refused(scene):
    scene.declare("clicks", "usage", USAGE)
    row = {"id": "a", "who": "u", "m": "m", "a": "x", "happened": "2026-01-01 10:00:00+00"}
    scene.run("clicks", [row])
    scene.declare("clicks", "usage", {**USAGE, "action": {"constant": "click"}})

    with pytest.raises(ReplayRefusedError, match="--mode full"):
        replay(scene, "clicks", "run-1")


def test_a_replay_takes_no_mode(scene):
    scene.declare("crm", "accounts", ACCOUNTS)
    scene.run("crm", [{"id": "a", "name": "Acme"}])

    with pytest.raises(ReplayRefusedError, match="takes no mode"):
        run_replay(scene.context("crm", "run-9", "rebuild_mapping"), "run-1")


def test_a_run_without_an_extract_is_refused(scene):
    scene.declare("crm", "accounts", ACCOUNTS)

    with pytest.raises(ReplayRefusedError, match="has no extract any more"):
        replay(scene, "crm", "run-9")
