"""One suite for every hub: tasks are bound to their account (semantics.md 4)."""

import pytest

from totango_pipelines_tests.upsert.hub_scene import counted

TASKS = {
    "table": "tasks",
    "keys": ("task_id",),
    "types": {"account_id": "VARCHAR", "title": "VARCHAR"},
    "must_exist": True,
    "required": ("account_id",),
}


def task(key, account, second, **values):
    return (key, {"account_id": account, **values}, second)


def refusals(result):
    return [(row["_row"], row["code"]) for row in result.refused.to_pylist()]


@pytest.fixture
def accounts(scene):
    """A hub with the accounts a1 and a2."""
    scene.run([(key, {"tier": "Gold"}, 1) for key in ("a1", "a2")], integration="crm")
    return scene


def test_a_new_task_needs_an_account_that_the_hub_knows(accounts):
    rows = [task("t1", "a1", 10, title="Call"), task("t2", "none", 10), task("t3", None, 10)]

    result = accounts.run(rows, **TASKS)

    assert counted(result) == {"created": 1, "rejected": 2}
    assert refusals(result) == [(2, "ACCOUNT_NOT_FOUND"), (3, "REQUIRED_NULL")]
    assert accounts.query("SELECT task_id, account_id, title FROM tasks") == [("t1", "a1", "Call")]
    assert accounts.query("SELECT count(*) FROM accounts") == [(2,)]


def test_a_known_task_keeps_its_account_and_a_blank_says_nothing(accounts):
    accounts.run([task("t1", "a1", 10, title="Call")], **TASKS)

    result = accounts.run([task("t1", None, 20, title="Mail")], **TASKS)
    other = accounts.run([task("t1", "a2", 30, title="Visit")], integration="b", **TASKS)
    older = accounts.run([task("t1", "a2", 5, title="Visit")], **TASKS)

    assert counted(result) == {"updated": 1}
    assert refusals(other) == refusals(older) == [(1, "ACCOUNT_CHANGED")]
    assert accounts.query("SELECT account_id, title FROM tasks") == [("a1", "Mail")]


def test_of_two_new_tasks_of_one_id_the_first_in_stamp_order_holds_its_account(accounts):
    rows = [task("t1", "a2", 30, title="late"), task("t1", "a1", 10, title="early")]

    result = accounts.run([*rows, task("t1", "a1", 20, title="later")], **TASKS)

    assert counted(result) == {"created": 1, "duplicates": 1, "rejected": 1}
    assert refusals(result) == [(1, "ACCOUNT_CHANGED")]
    assert accounts.query("SELECT account_id, title FROM tasks") == [("a1", "later")]


def test_rows_of_unknown_accounts_do_not_hold_a_new_task(accounts):
    rows = [task("t1", "none", 10, title="first"), task("t1", "a2", 20, title="second")]

    result = accounts.run(rows, **TASKS)

    assert refusals(result) == [(1, "ACCOUNT_NOT_FOUND")]
    assert accounts.query("SELECT account_id, title FROM tasks") == [("a2", "second")]


def test_an_integration_that_maps_no_account_updates_known_tasks_only(accounts):
    accounts.run([task("t1", "a1", 10, title="Call")], **TASKS)

    result = accounts.run([("t1", {"title": "Mail"}, 20), ("t2", {"title": "New"}, 20)], **TASKS)

    assert counted(result) == {"updated": 1, "rejected": 1}
    assert refusals(result) == [(2, "REQUIRED_NULL")]
    assert accounts.query("SELECT task_id, account_id, title FROM tasks") == [("t1", "a1", "Mail")]


def test_without_allow_new_a_new_task_is_skipped_and_a_refused_one_refused(accounts):
    rows = [task("t1", "a1", 10), task("t2", "none", 10)]

    result = accounts.run(rows, allow_new=False, **TASKS)

    assert counted(result) == {"skipped_new": 1, "rejected": 1}


def test_a_repeated_delivery_changes_nothing(accounts):
    rows = [task("t1", "a1", 10, title="Call"), task("t2", "a2", 10, title="Mail")]
    accounts.run(rows, **TASKS)

    assert counted(accounts.run(rows, **TASKS)) == {"unchanged": 2}
