from datetime import UTC, datetime

import pytest

from totango_pipelines.history import RunRecord, RunStatus, filter_runs

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def run(run_id, integration="accounts", status=RunStatus.SUCCEEDED, **others):
    return RunRecord(run_id, integration, status, "incremental", "manual", **others)


RUNS = (
    run("1"),
    run("2", status=RunStatus.FAILED),
    run("3", integration="users", status=RunStatus.FAILED),
    run("4", status=RunStatus.FAILED),
)


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, "1234"),
        ({"integration": "accounts"}, "124"),
        ({"status": RunStatus.FAILED}, "234"),
        ({"integration": "accounts", "status": RunStatus.FAILED}, "24"),
        ({"integration": "accounts", "status": RunStatus.FAILED, "limit": 1}, "2"),
        ({"limit": 0}, ""),
        ({"status": RunStatus.CANCELED}, ""),
    ],
)
def test_only_the_runs_that_fit_are_kept_in_order(wanted, ids):
    assert "".join(each.run_id for each in filter_runs(RUNS, **wanted)) == ids


def test_the_duration_is_known_once_a_run_has_ended():
    ended = NOON.replace(minute=1, second=30)
    assert run("1", started_at=NOON, ended_at=ended).duration == 90.0
    assert run("1", started_at=NOON).duration is None
    assert run("1").duration is None
