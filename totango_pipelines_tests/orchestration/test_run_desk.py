"""Requests for runs: queued, joined, refused; and what the desk tells afterwards."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import dagster as dg
import pytest

from totango_pipelines.errors import UnknownNameError, UserError
from totango_pipelines.orchestration.instance import open_instance
from totango_pipelines.orchestration.run_desk import RunDesk, open_desk, origin_of
from totango_pipelines.orchestration.run_requests import WAITING, open_runs

CLICKS = """\
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
partition: {by: day, start: "2026-01-29"}
"""


@pytest.fixture
def desk(bench):
    with open_desk(bench.environment) as desk:
        yield desk


def ask(desk, name="companies", mode="incremental", **others):
    return desk.ask(name, mode=mode, trigger="api", requested_by="etl", **others)


def test_a_request_waits_in_the_queue_with_all_its_tags(desk):
    asked = ask(desk, mode="full")
    assert not asked.joined
    run = desk.run(asked.run_id)
    assert (str(run.status), run.mode, run.trigger) == ("queued", "full", "api")
    assert run.requested_by == "etl"
    assert run.queued_at is not None
    assert run.started_at is None


def test_a_second_request_joins_the_run_that_waits_and_its_log_says_why(desk):
    first = ask(desk, mode="full")
    second = ask(desk, mode="incremental")
    assert (second.run_id, second.joined) == (first.run_id, True)
    events = desk._instance.all_logs(first.run_id)
    assert any("joined this run" in (event.message or "") for event in events)


def test_a_request_that_comes_again_gets_its_run_also_after_that_has_ended(desk):
    first = ask(desk, request_id="one")
    assert ask(desk, request_id="two").run_id == first.run_id
    desk._instance.report_run_canceled(desk._instance.get_run_by_id(first.run_id))
    for request_id in ("one", "two"):
        again = ask(desk, request_id=request_id)
        assert (again.run_id, again.joined) == (first.run_id, True)
    assert ask(desk, request_id="three").run_id != first.run_id


def test_a_request_that_never_got_as_far_as_the_queue_is_asked_again(bench, desk):
    tags = {".dagster/totango_request.one": "api", "totango/integration": "companies"}
    lost = desk._instance.create_run_for_job(
        bench.definitions().resolve_job_def("companies"), tags=tags
    )
    assert ask(desk, request_id="one").run_id != lost.run_id


def test_a_request_for_more_than_the_waiting_run_does_waits_behind_it(desk):
    first = ask(desk)
    second = ask(desk, mode="full")
    assert second.run_id != first.run_id
    assert "behind 1" in second.reason
    assert ask(desk, mode="rebuild_mapping").joined is False
    assert ask(desk, mode="full").joined


def test_while_one_is_under_way_the_next_waits_and_says_for_whom(desk):
    first = ask(desk)
    event = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "companies", message="started")
    desk._instance.report_dagster_event(event, first.run_id)
    second = ask(desk)
    assert not second.joined
    assert first.run_id in second.reason


def test_a_replay_from_the_launchpad_is_not_joined(desk):
    first = ask(desk, replay_of="0" * 36)
    assert not ask(desk).joined
    assert desk._instance.get_run_by_id(first.run_id).tags["totango/replay_of"] == "0" * 36


def test_a_run_that_has_only_the_config_of_a_replay_is_not_joined(bench, desk):
    config = {"ops": {"companies__extract": {"config": {"replay_of": "0" * 36}}}}
    desk._instance.create_run_for_job(
        bench.definitions().resolve_job_def("companies"),
        run_config=config,
        tags={"totango/integration": "companies"},
        status=dg.DagsterRunStatus.QUEUED,
        remote_job_origin=origin_of("companies"),
    )
    assert not ask(desk).joined


def test_a_run_that_never_got_as_far_as_the_queue_is_not_joined(bench, desk):
    desk._instance.create_run_for_job(
        bench.definitions().resolve_job_def("companies"),
        tags={"totango/integration": "companies"},
        remote_job_origin=origin_of("companies"),
    )
    assert not ask(desk).joined


def test_the_time_of_a_filter_may_have_any_zone(desk):
    ask(desk)
    just_now = (datetime.now(UTC) - timedelta(minutes=1)).astimezone(timezone(timedelta(hours=5)))
    assert len(desk.history("companies", since=just_now, limit=5)) == 1
    assert desk.history("companies", until=just_now, limit=5) == ()


def test_many_requests_at_once_make_one_run(bench, desk):
    answers = []

    def one():
        answers.append(ask(desk))

    threads = [threading.Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 12
    assert len({each.run_id for each in answers}) == 1
    assert [each.joined for each in answers].count(False) == 1
    assert len(open_runs(desk._instance, "companies", WAITING)) == 1


def test_an_unknown_integration_is_refused(desk):
    with pytest.raises(UnknownNameError, match="no integration 'nobody'"):
        ask(desk, "nobody")


def test_a_disabled_integration_can_still_be_asked_for(bench, desk):
    file = bench.folder / "integrations" / "companies.yaml"
    file.write_text(file.read_text() + 'schedule: {cadence: daily, at: "06:00", enabled: false}\n')
    assert not ask(desk).joined


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ("2025-12-31", "has no window '2025-12-31'"),
        ("2026-02-01...2026-01-30", "comes after"),
        ("rubbish", "has no window 'rubbish'"),
    ],
)
def test_a_window_that_does_not_exist_is_refused(bench, desk, window, said):
    bench.declare(CLICKS)
    with pytest.raises(UserError, match=said):
        ask(desk, "clicks", partition=window)


@pytest.fixture
def february(bench):
    """A desk in February: a run of many windows is many rows in the run log."""
    bench.declare(CLICKS)
    with open_instance(bench.environment) as instance:
        yield RunDesk(bench.environment, instance, lambda: datetime(2026, 2, 6, tzinfo=UTC))


def test_windows_are_asked_for_by_name_and_only_the_same_ones_join(february):
    desk = february
    first = ask(desk, "clicks", partition="2026-02-01")
    assert desk.run(first.run_id).partition == "2026-02-01"
    assert ask(desk, "clicks", partition="2026-02-01").joined
    several = ask(desk, "clicks", partition="2026-02-01...2026-02-03")
    assert not several.joined
    assert desk.run(several.run_id).partition == "2026-02-01...2026-02-03"
    # Without a window: all that ended since the newest filled one.
    assert desk.run(ask(desk, "clicks").run_id).partition == "2026-01-29...2026-02-05"


def test_a_run_of_several_windows_that_waits_takes_the_next_one_in(february):
    desk = february
    first = ask(desk, "clicks", partition="2026-02-01...2026-02-03")
    longer = ask(desk, "clicks", partition="2026-02-01...2026-02-04")
    assert (longer.run_id, longer.joined) == (first.run_id, True)
    assert desk.run(first.run_id).partition == "2026-02-01...2026-02-04"
    # A shorter one, or one that begins elsewhere, is another wish.
    for other in ("2026-02-01...2026-02-02", "2026-02-02...2026-02-04"):
        assert not ask(desk, "clicks", partition=other).joined


def test_a_window_of_an_integration_without_partition_is_refused(desk):
    with pytest.raises(UserError, match="has no partition"):
        ask(desk, partition="2026-01-01")


def test_the_files_of_a_run_are_handed_out_as_copies(bench):
    with open_instance(bench.environment) as instance:
        bench.instance = instance
        run_id = bench.run().run_id
        desk = RunDesk(bench.environment, instance)
        copy = desk.file(run_id, "source", "csv")
        try:
            assert copy.read_text().splitlines()[1] == '"a","Acme",10,"France"'
        finally:
            copy.unlink()
        with pytest.raises(UnknownNameError):
            desk.file("0" * 36, "source", "csv")
