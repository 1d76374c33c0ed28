from datetime import UTC, datetime

from totango_pipelines.history import RunRecord, RunStatus

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def run(run_id, integration="accounts", status=RunStatus.SUCCEEDED, **others):
    return RunRecord(run_id, integration, status, "incremental", "manual", **others)


def test_the_duration_is_known_once_a_run_has_ended():
    ended = NOON.replace(minute=1, second=30)
    assert run("1", started_at=NOON, ended_at=ended).duration == 90.0
    assert run("1", started_at=NOON).duration is None
    assert run("1").duration is None
