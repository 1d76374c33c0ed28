"""The notifier: from runs in Dagster's log to a receiver on the network."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import dagster as dg
import pytest

from totango_pipelines.orchestration.notifier import Cursor, build_notifier
from totango_pipelines.orchestration.project_watch import ProjectWatch
from totango_pipelines.orchestration.resources import TotangoResource

NOTIFICATIONS = "targets:\n  data-oncall: {url: {env: ONCALL_URL}}\nrules: {late_after: 30m}\n"


@pytest.fixture
def receiver():
    """What a webhook got: the titles of its messages."""
    titles = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            titles.append(body["title"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    server.titles = titles
    yield server
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def tick(bench, receiver, monkeypatch):
    (bench.folder / "notifications.yaml").write_text(NOTIFICATIONS)
    monkeypatch.setenv("ONCALL_URL", f"json://127.0.0.1:{receiver.server_port}/")
    state = {"cursor": None, "now": datetime.now(UTC)}

    def run(*, after=timedelta(0)):
        state["now"] = datetime.now(UTC) + after
        resource = TotangoResource(bench.folder, bench.environment.home)
        sensor = build_notifier(ProjectWatch(bench.folder), resource, lambda: state["now"])
        with dg.build_sensor_context(bench.instance, state["cursor"]) as context:
            result = sensor.evaluate_tick(context)
        state["cursor"] = result.cursor
        return result.skip_message

    return run


def break_source(bench):
    bench.source("ALTER TABLE company RENAME TO gone")


def mend_source(bench):
    bench.source("ALTER TABLE gone RENAME TO company")


def test_a_failure_is_told_once_and_the_recovery_once(bench, tick, receiver):
    bench.run()
    tick()
    assert receiver.titles == []
    break_source(bench)
    for _ in range(3):
        bench.run()
        tick()
    assert len(receiver.titles) == 1
    assert "companies" in receiver.titles[0]
    assert "failed" in receiver.titles[0]
    mend_source(bench)
    bench.run()
    tick()
    tick()
    assert len(receiver.titles) == 2
    assert "recovered" in receiver.titles[1]


def test_a_dead_target_fails_nothing_and_is_told_later(bench, tick, receiver, monkeypatch):
    monkeypatch.setenv("ONCALL_URL", "json://127.0.0.1:9/")
    tick()
    break_source(bench)
    bench.run()
    assert "failed 1" in tick()
    monkeypatch.setenv("ONCALL_URL", f"json://127.0.0.1:{receiver.server_port}/")
    tick(after=timedelta(minutes=5))
    assert len(receiver.titles) == 1


def test_an_integration_without_a_run_by_the_expected_time_is_late(bench, tick, receiver):
    file = bench.folder / "integrations" / "companies.yaml"
    file.write_text(file.read_text() + "schedule: {cadence: hourly}\n")
    tick()
    assert receiver.titles == []
    tick(after=timedelta(hours=2))
    assert len(receiver.titles) == 1
    assert "late" in receiver.titles[0]


def test_whoever_was_disabled_is_not_late_when_enabled_again(bench, tick, receiver):
    file = bench.folder / "integrations" / "companies.yaml"
    declared = file.read_text()
    file.write_text(declared + "schedule: {cadence: hourly, enabled: false}\n")
    tick()
    tick(after=timedelta(hours=5))
    file.write_text(declared + "schedule: {cadence: hourly}\n")
    tick(after=timedelta(hours=5, minutes=1))
    assert receiver.titles == []


def test_without_targets_no_run_is_looked_at(bench, tick):
    (bench.folder / "notifications.yaml").unlink()
    assert tick() == "judged 0, 0 to tell"


@pytest.mark.parametrize("lost", [None, "", "rubbish", '{"x": 1}'])
def test_a_lost_cursor_starts_afresh(lost):
    assert Cursor.read(lost) == Cursor()
