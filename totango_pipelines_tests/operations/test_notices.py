"""One notice per change of state: whatever happens between two looks, and whoever is killed."""

import tempfile
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from totango_pipelines.history import RunRecord, RunStatus
from totango_pipelines.integrations.notifications_file import NO_NOTIFICATIONS
from totango_pipelines.integrations.project import load_project
from totango_pipelines.operations.notices import judge
from totango_pipelines.operations.store import OperationsStore

START = datetime(2026, 3, 1, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
INTEGRATION = """\
id: accounts
name: CRM accounts
connection: crm
object: accounts
query: SELECT 1
mapping:
  - {attribute: account_id, column: id}
  - {attribute: account_name, column: name}
notify: [oncall, finance, owner@example.com]
"""
NOTIFICATIONS = """\
targets:
  oncall: {url: {env: ONCALL_URL}}
  finance: {url: {env: FINANCE_MAIL}, on: [failed, recovered]}
  nobody: {url: {env: NOBODY}}
rules: {reject_ratio: 0.1, row_count_off: 0.5, longer_than: 2, slow_floor: 1s, late_after: 30m}
"""


def project_in(folder, notifications=NOTIFICATIONS):
    (folder / "integrations").mkdir(exist_ok=True)
    (folder / "integrations/accounts.yaml").write_text(INTEGRATION)
    (folder / "connections.yaml").write_text(
        "connections: {crm: {type: sqlite, path: crm.sqlite}}\n"
    )
    (folder / "notifications.yaml").write_text(notifications)
    return load_project(folder)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    loaded = project_in(tmp_path_factory.mktemp("project"))
    assert loaded.problems == ()
    return loaded


@pytest.fixture
def store(tmp_path):
    return OperationsStore(tmp_path / "home" / "operations.db")


def run(number, status="succeeded", *, seconds=60, rows=100, rejected=0):
    began = START + number * HOUR
    return RunRecord(
        f"{number:08d}-run",
        "accounts",
        RunStatus(status),
        "incremental",
        "schedule",
        started_at=began,
        ended_at=None if status == "running" else began + timedelta(seconds=seconds),
        counts={"rows_read": rows, "rejected": rejected},
    )


def look(store, project, runs, *, expected=None, now=None):
    now = now or START + len(runs) * HOUR
    return judge(store, project, {"accounts": runs}, {"accounts": expected}, now)


def told(store, target="oncall"):
    """The events in the outbox of a target, in order."""
    with store.reading() as connection:
        rows = connection.execute(
            "SELECT event FROM outbox WHERE target = ? ORDER BY id", (target,)
        ).fetchall()
    return [row["event"] for row in rows]


def test_a_failure_is_told_once_and_so_is_that_it_is_over(store, project):
    runs = [run(0)]
    assert look(store, project, runs) == 0
    for _ in range(3):
        runs.append(run(len(runs), "failed"))
        look(store, project, runs)
        look(store, project, runs)
    assert told(store) == ["failed"]
    runs.append(run(len(runs), "canceled"))
    assert look(store, project, runs) == 0
    runs.append(run(len(runs)))
    assert look(store, project, runs) == 2
    assert look(store, project, runs) == 0
    assert told(store) == told(store, "finance") == ["failed", "recovered"]


def test_a_notice_says_what_happened_and_how_to_see_more(store, project):
    failed = replace(run(0, "failed"), error="the source is away.\nrow: secret")
    look(store, project, [failed])
    with store.reading() as connection:
        row = connection.execute("SELECT * FROM outbox WHERE target = 'oncall'").fetchone()
    assert row["title"] == "accounts failed"
    assert row["body"].splitlines() == [
        "CRM accounts",
        "Run 00000000 (incremental) failed: the source is away.",
        "Seen at 2026-03-01 07:00 UTC.",
        "Run 00000000-run.",
        "`totango-pipelines history accounts` shows its runs.",
    ]
    assert (row["state"], row["attempts"], row["created_at"]) == ("pending", 0, row["due_at"])


def test_a_target_is_told_only_what_it_wants(store, project):
    assert look(store, project, [run(0, rows=10, rejected=5)]) == 1
    assert (told(store), told(store, "finance"), told(store, "nobody")) == (["rejects"], [], [])


def test_what_failed_and_recovered_between_two_looks_is_told(store, project):
    look(store, project, [])
    runs = [run(0, "failed"), run(1), run(2, rejected=50), run(3), run(4, "failed"), run(5)]
    assert look(store, project, runs) == 4 + 1 + 4
    assert told(store) == ["failed", "recovered", "rejects", "failed", "recovered"]


def test_the_first_look_at_an_old_history_tells_only_what_holds_now(store, project):
    look(store, project, [run(0, "failed"), run(1), run(2, rejected=50), run(3, "failed")])
    assert sorted(told(store)) == ["failed", "rejects"]


def test_a_history_without_an_end_of_a_run_leaves_a_failure_open(store, project):
    look(store, project, [run(0, "failed")])
    look(store, project, [run(1, "canceled"), run(2, "running")])
    look(store, project, [])
    assert told(store) == ["failed"]
    look(store, project, [run(3)])
    assert told(store) == ["failed", "recovered"]


def test_a_run_that_becomes_slow_is_told_while_it_runs_and_not_again_when_it_ends(store, project):
    past = [run(number, seconds=60) for number in range(3)]
    running = run(3, "running")
    assert look(store, project, [*past, running], now=running.started_at + 120 * HOUR / 3600) == 0
    assert look(store, project, [*past, running], now=running.started_at + 121 * HOUR / 3600) == 1
    ended = run(3, seconds=900)
    assert look(store, project, [*past, ended]) == 0
    assert look(store, project, [*past, ended, run(4)]) == 0
    assert look(store, project, [*past, ended, run(4), run(5, seconds=900)]) == 1
    assert told(store) == ["slow", "slow"]


def test_late_is_told_once_and_ends_when_a_run_begins(store, project):
    expected = START + 2 * HOUR
    runs = [run(0), run(1)]
    for minutes, notices in ((10, 0), (31, 1), (32, 0)):
        now = expected + timedelta(minutes=minutes)
        assert look(store, project, runs, expected=expected, now=now) == notices
    runs.append(run(3))
    assert look(store, project, runs, expected=START + 4 * HOUR) == 0
    now = START + 5 * HOUR
    assert look(store, project, runs, expected=START + 4 * HOUR, now=now) == 1
    assert told(store) == ["late", "late"]


def test_a_run_that_ends_beside_others_ends_no_alert_of_theirs(store, project):
    past = [run(number) for number in range(3)]
    slow, expected = run(3, "running"), START + 4 * HOUR
    assert look(store, project, [*past, slow], expected=expected, now=START + 5 * HOUR) == 2
    assert told(store) == ["slow", "late"]
    beside = replace(run(3, seconds=9000), run_id="a window of a backfill", partition="2026-03-01")
    runs = [*past, slow, beside]
    assert look(store, project, runs, expected=expected, now=START + 6 * HOUR) == 0


def test_nothing_is_judged_while_the_file_cannot_be_read_and_all_is_told_later(store, project):
    look(store, project, [run(0)])
    unreadable = replace(project, notifications=replace(NO_NOTIFICATIONS, readable=False))
    assert look(store, unreadable, [run(0), run(1, "failed")]) == 0
    assert look(store, project, [run(0), run(1, "failed"), run(2)]) == 4
    assert told(store) == ["failed", "recovered"]


def test_a_broken_target_is_told_once_it_is_mended(store, tmp_path):
    broken = project_in(
        tmp_path, NOTIFICATIONS.replace("oncall: {url: {env: ", "oncall: {url: {e: ")
    )
    assert "oncall" in broken.notifications.broken
    look(store, broken, [run(0, "failed")])
    assert told(store) == ["failed"]


def test_an_integration_that_is_gone_is_left_alone(store, project):
    assert judge(store, project, {"gone": [run(0, "failed")]}, {}, START) == 0


outcomes = st.tuples(
    st.sampled_from(["succeeded", "succeeded", "succeeded", "failed", "canceled"]),
    st.sampled_from([1, 60, 200]),
    st.sampled_from([0, 10, 100, 1000]),
    st.sampled_from([0, 1, 500]),
)
histories = st.lists(outcomes, max_size=25)


def runs_of(history):
    return [
        run(number, status, seconds=seconds, rows=rows, rejected=min(rows, rejected))
        for number, (status, seconds, rows, rejected) in enumerate(history)
    ]


def reference(runs):
    """What is told, by the words of the rules: a state per event, one run after the other."""
    state = dict.fromkeys(["failed", "rejects", "row_count", "slow"], False)
    rows, seconds, notices = [], [], []
    for each in runs:
        after = dict(state)
        if each.status is RunStatus.FAILED:
            after["failed"] = True
        if each.status is RunStatus.SUCCEEDED:
            read = each.counts["rows_read"]
            after["failed"] = False
            if read:
                after["rejects"] = each.counts["rejected"] > read * 0.1
            if len(rows) >= 3 and median(rows[-10:]):
                after["row_count"] = abs(read - median(rows[-10:])) > median(rows[-10:]) * 0.5
            if len(seconds) >= 3:
                after["slow"] = each.duration > max(1, 2 * median(seconds[-10:]))
            rows.append(read)
            seconds.append(each.duration)
        for event, holds in after.items():
            if holds and not state[event]:
                notices.append(event)
            if event == "failed" and state[event] and not holds:
                notices.append("recovered")
        state = after
    return notices


class KilledError(BaseException):
    """What nobody catches, as a signal to a process."""


class MortalStore(OperationsStore):
    """A store whose process dies at the n-th statement of a transaction."""

    def __init__(self, path, lives):
        super().__init__(path)
        self.lives = lives

    @contextmanager
    def transaction(self):
        with super().transaction() as connection:
            yield _MortalConnection(connection, self)


class _MortalConnection:
    def __init__(self, connection, store):
        self.connection = connection
        self.store = store

    def execute(self, *statement):
        self.store.lives -= 1
        if self.store.lives < 0:
            raise KilledError
        return self.connection.execute(*statement)


@settings(max_examples=150, deadline=None)
@given(histories, st.lists(st.integers(0, 25), max_size=8))
def test_any_sequence_of_runs_gives_one_notice_per_change_however_often_one_looks(
    project, history, looks
):
    runs = runs_of(history)
    with tempfile.TemporaryDirectory() as folder:
        store = OperationsStore(Path(folder) / "operations.db")
        look(store, project, [])
        for seen in [*sorted(min(each, len(runs)) for each in looks), len(runs), len(runs)]:
            look(store, project, runs[:seen])
        expected = reference(runs)
        assert told(store) == expected
        assert told(store, "finance") == [
            event for event in expected if event in ("failed", "recovered")
        ]


@settings(max_examples=150, deadline=None)
@given(histories, st.lists(st.integers(0, 12), max_size=40))
def test_a_kill_at_any_step_repeats_nothing_and_loses_nothing(project, history, kills):
    runs = runs_of(history)
    deaths = iter(kills)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "operations.db"
        look(OperationsStore(path), project, [])
        for seen in range(1, len(runs) + 1):
            with suppress(KilledError):
                look(MortalStore(path, next(deaths, 1000)), project, runs[:seen])
        store = OperationsStore(path)
        look(store, project, runs)
        assert told(store) == reference(runs)
