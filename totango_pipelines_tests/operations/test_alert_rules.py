"""Which conditions hold, from past runs alone."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from totango_pipelines.history import RunRecord, RunStatus
from totango_pipelines.integrations.notifications_file import Event, Rules
from totango_pipelines.operations.alert_rules import LONGEST_ERROR, conditions

START = datetime(2026, 3, 1, 6, tzinfo=UTC)
OFF = Rules()
HOUR = timedelta(hours=1)


def run(
    number, status="succeeded", *, seconds=60, rows=None, rejected=0, mode="incremental", **more
):
    """The run that began so many hours after the start."""
    began = START + number * HOUR
    return RunRecord(
        f"{number:08d}-run",
        "accounts",
        RunStatus(status),
        mode,
        "schedule",
        started_at=None if status == "queued" else began,
        ended_at=None if status in ("running", "queued") else began + timedelta(seconds=seconds),
        counts=None if rows is None else {"rows_read": rows, "rejected": rejected},
        **more,
    )


def judged(runs, rules=OFF, expected=None, now=START + 100 * HOUR):
    return {each.event: each for each in conditions(runs, rules, expected, now)}


def held(runs, rules=OFF, **more):
    """The events that hold, but for how the last run ended."""
    return set(judged(runs, rules, **more)) - {Event.FAILED, Event.RECOVERED}


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], set()),
        (["queued", "running", "canceled"], set()),
        (["failed"], {Event.FAILED}),
        (["succeeded"], {Event.RECOVERED}),
        (["failed", "succeeded_with_rejects"], {Event.RECOVERED}),
        (["succeeded", "failed", "canceled", "running"], {Event.FAILED}),
    ],
)
def test_the_newest_run_that_ended_by_itself_says_how_it_stands(statuses, expected):
    runs = [run(number, status) for number, status in enumerate(statuses)]
    for order in (runs, runs[::-1]):
        assert set(judged(order)) == expected


def test_a_failure_tells_the_first_line_of_its_error_cut_short():
    error = f"\n{'x' * 400}\nrow 7: secret@customer.example\n"
    summary = judged([run(1, "failed", error=error)])[Event.FAILED].summary
    assert summary == f"Run 00000001 (incremental) failed: {'x' * LONGEST_ERROR}…"
    assert judged([run(1, "failed")])[Event.FAILED].summary.endswith("failed.")


@pytest.mark.parametrize(
    ("rejected", "rows", "is_told"), [(2, 100, False), (3, 100, True), (0, 0, False)]
)
def test_rejects_are_told_above_their_share(rejected, rows, is_told):
    found = judged([run(1, rows=rows, rejected=rejected)], Rules(reject_ratio=0.02))
    assert (Event.REJECTS in found) == is_told
    if is_told:
        assert "rejected 3 of 100 rows (3.0%), more than 2.0%" in found[Event.REJECTS].summary
        assert found[Event.REJECTS].run_id == "00000001-run"


def test_a_share_of_nothing_is_no_share_and_zero_allows_no_reject():
    many = run(1, rows=100, rejected=1)
    assert held([many], Rules(reject_ratio=0)) == {Event.REJECTS}
    assert held([run(1, rows=100)], Rules(reject_ratio=0)) == set()
    assert held([many, run(2, rows=0)], Rules(reject_ratio=0)) == {Event.REJECTS}
    assert held([many, run(2, "failed")], Rules(reject_ratio=0)) == {Event.REJECTS}
    assert held([many], OFF) == set()


@pytest.mark.parametrize(
    ("rows", "is_told"), [(100, False), (150, False), (151, True), (50, False), (49, True)]
)
def test_a_row_count_far_from_the_median_is_told(rows, is_told):
    past = [run(number, rows=each) for number, each in enumerate([90, 100, 1000])]
    found = judged([*past, run(3, rows=rows)], Rules(row_count_off=0.5))
    assert (Event.ROW_COUNT in found) == is_told
    if is_told:
        assert f"read {rows} rows; the median of the runs before is 100" in (
            found[Event.ROW_COUNT].summary
        )


def test_too_few_runs_of_the_same_kind_tell_nothing_of_the_usual():
    rules = Rules(row_count_off=0.5)
    off = run(9, rows=999)
    assert held([*(run(number, rows=10) for number in range(2)), off], rules) == set()
    alike = [run(number, rows=10) for number in range(3)]
    assert held([*alike, off], rules) == {Event.ROW_COUNT}
    others = {"mode": "full"}, {"partition": "2026-03-01"}, {"status": "failed"}
    for other in others:
        mixed = [*alike[:2], run(2, rows=10, **other), off]
        assert held(mixed, rules) == set(), other


def test_a_run_that_cannot_be_judged_leaves_the_one_before_it_to_tell():
    rules = Rules(row_count_off=0.5)
    runs = [*(run(number, rows=10) for number in range(3)), run(3, rows=99)]
    assert held([*runs, run(4, rows=1, mode="full")], rules) == {Event.ROW_COUNT}
    assert held([*runs, run(4, "failed"), run(5, "canceled")], rules) == {Event.ROW_COUNT}
    assert held([*runs, run(4, rows=11)], rules) == set()
    nothing = [run(number, rows=0) for number in range(3)]
    assert held([*nothing, run(3, rows=5)], rules) == set()


def test_only_the_last_runs_say_what_is_usual():
    old = [run(number, rows=1000) for number in range(10)]
    new = [run(number, rows=10) for number in range(10, 13)]
    now = run(13, rows=10)
    assert held([*old, *new, now], Rules(row_count_off=0.5, runs=3)) == set()
    assert held([*old, *new, now], Rules(row_count_off=0.5, runs=10)) == {Event.ROW_COUNT}


SLOW = Rules(longer_than=3.0, slow_floor="5m")


@pytest.mark.parametrize(("seconds", "is_told"), [(600, False), (601, True)])
def test_a_run_is_slow_beyond_its_times_the_median(seconds, is_told):
    past = [run(number, seconds=200) for number in range(3)]
    found = judged([*past, run(3, seconds=seconds)], SLOW)
    assert (Event.SLOW in found) == is_told
    running = [*past, run(3, "running")]
    found = judged(running, SLOW, now=START + 3 * HOUR + timedelta(seconds=seconds))
    assert (Event.SLOW in found) == is_told
    if is_told:
        assert "has lasted 0:10:01, more than 3 times 0:03:20" in found[Event.SLOW].summary


def test_a_short_run_is_never_slow_nor_one_without_a_past():
    past = [run(number, seconds=1) for number in range(3)]
    assert held([*past, run(3, seconds=300)], SLOW) == set()
    assert held([*past, run(3, seconds=301)], SLOW) == {Event.SLOW}
    assert held([*past[:2], run(3, seconds=3000)], SLOW) == set()
    assert held([*past, run(3, seconds=3000)], OFF) == set()


def test_slow_ends_with_a_run_that_keeps_its_time_not_with_one_that_begins():
    runs = [*(run(number, seconds=10) for number in range(3)), run(3, seconds=2000)]
    just_begun = START + 4 * HOUR + timedelta(seconds=1)
    assert held([*runs, run(4, "running")], SLOW, now=just_begun) == {Event.SLOW}
    assert held([*runs, run(4, "failed")], SLOW) == {Event.SLOW}
    assert held([*runs, run(4, seconds=10)], SLOW) == set()


LATE = Rules(late_after="30m")
EXPECTED = START + 5 * HOUR


@pytest.mark.parametrize(
    ("last", "minutes", "is_told"),
    [
        (run(4), 30, False),
        (run(4), 31, True),
        (run(5, "queued"), 31, True),
        (run(5, "running"), 31, False),
        (run(5, "failed"), 31, False),
        (run(6, "canceled"), 90, False),
    ],
)
def test_late_is_an_expected_run_that_did_not_begin(last, minutes, is_told):
    now = EXPECTED + timedelta(minutes=minutes)
    assert (Event.LATE in judged([last], LATE, EXPECTED, now)) == is_told


def test_late_tells_when_the_run_was_expected_and_of_no_run():
    now = EXPECTED + HOUR
    [late] = conditions([], LATE, EXPECTED, now)
    assert late.run_id is None
    assert late.summary == (
        "No run began within 30m after 2026-03-01 11:00 UTC, when one was expected."
    )
    assert conditions([], LATE, None, now) == ()
    assert conditions([], OFF, EXPECTED, now) == ()
    assert conditions([], LATE, now + HOUR, now) == ()


def test_the_order_of_the_records_changes_nothing():
    rules = Rules(reject_ratio=0.1, row_count_off=0.5, longer_than=2, slow_floor="1s")
    chance = random.Random(7)
    for _ in range(200):
        runs = [
            run(
                number,
                chance.choice(["succeeded", "succeeded", "failed", "canceled"]),
                seconds=chance.randint(1, 30),
                rows=chance.randint(0, 30),
                rejected=chance.randint(0, 3),
            )
            for number in range(8)
        ]
        expected = judged(runs, rules)
        chance.shuffle(runs)
        assert judged(runs, rules) == expected
