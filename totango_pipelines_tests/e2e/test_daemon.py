"""Real processes: Dagster's daemon and webserver, and the Trigger API, on one project."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import psutil
import pytest
import requests
import yaml
from dagster._core.scheduler.instigation import ScheduleInstigatorData

from totango_pipelines.operations.roles import Role
from totango_pipelines.operations.store import OperationsStore, operations_path
from totango_pipelines.operations.tokens import create
from totango_pipelines.orchestration.asset_keys import PROCESS_TAG
from totango_pipelines.orchestration.instance import open_instance
from totango_pipelines.orchestration.run_desk import RunDesk
from totango_pipelines.sync.environment import Environment
from totango_pipelines_tests.conftest import free_port

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE = 120.0
MOST_LOAD = 3
pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster_shared.*"),
]
CONNECTIONS = "connections: {crm: {type: sqlite, path: crm.sqlite}}\n"
COMPANIES = """\
id: companies
name: Companies
connection: crm
object: accounts
query: SELECT id, name FROM company
mapping:
  - {attribute: account_id, column: id}
  - {attribute: account_name, column: name}
upstream: [wh/orders]
upstream_settle: 2s
schedule: {cadence: hourly, minute: @minute@}
"""
# The source answers for half a minute: time enough to kill whoever asks.
SLOW = """\
id: slow
name: Slow
connection: crm
object: users
query: |
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000000)
  SELECT 'a' AS id, 'u' AS who, max(i) AS i FROM n
mapping:
  - {attribute: account_id, column: id}
  - {attribute: user_id, column: who}
"""

CLICKS = """\
id: clicks
name: Clicks
connection: crm
object: usage
query: SELECT * FROM click WHERE happened >= :window_start AND happened < :window_end
mapping:
  - {attribute: account_id, column: id}
  - {attribute: user_id, column: who}
  - {attribute: module, constant: web}
  - {attribute: action, constant: click}
  - {attribute: timestamp, column: happened}
partition: {by: day, start: "2026-01-01"}
"""
BACKFILL = """
mutation { launchPartitionBackfill(backfillParams: {
  partitionNames: ["2026-01-01", "2026-01-02", "2026-01-03"],
  assetSelection: [{path: ["clicks", "extract"]}, {path: ["clicks", "preview"]},
    {path: ["clicks", "mapped"]}, {path: ["clicks", "upsert"]}, {path: ["clicks", "conflicts"]}]})
  { __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }
"""


@dataclass
class Plant:
    """A project, its environment, and the processes that serve it."""

    folder: Path
    variables: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    token: str = ""

    @property
    def environment(self) -> Environment:
        return Environment.of(self.variables, self.folder)

    def start(self, name: str) -> None:
        self.ports.setdefault(name, free_port())
        port = str(self.ports[name])
        workspace = ["-w", str(REPOSITORY / "workspace.yaml")]
        commands = {
            "daemon": ["-m", "dagster._daemon", "run", *workspace],
            "web": ["-m", "dagster_webserver", *workspace, "-h", "127.0.0.1", "-p", port],
            "api": [
                *("-c", "from totango_pipelines.cli.main import run; run()"),
                *("serve", "--port", port),
            ],
            "dev": ["-m", "dagster", "dev", *workspace, "-h", "127.0.0.1", "-p", port],
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *commands[name]],
                cwd=REPOSITORY,
                env={**os.environ, **self.variables, "PYTHONWARNINGS": "ignore"},
                stdout=log,
                stderr=log,
            )

    def kill(self, name: str, sign: int = signal.SIGKILL) -> None:
        """End a process and all that it started, each by its id."""
        process = self.processes.pop(name)
        family = [
            psutil.Process(process.pid),
            *psutil.Process(process.pid).children(recursive=True),
        ]
        for member in family:
            try:
                member.send_signal(sign)
            except psutil.NoSuchProcess:
                continue
        process.wait(60)
        psutil.wait_procs(family, timeout=30)

    def url(self, name: str, path: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}{path}"

    def ready(self, name: str, path: str) -> None:
        def answers():
            try:
                return requests.get(self.url(name, path), timeout=5).ok
            except requests.ConnectionError:
                return False

        self.wait_for(answers, f"{name} answers")

    def wait_for(self, condition, what, seconds=PATIENCE):
        """The first true answer; the logs' ends if none comes."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = condition()
            if found:
                return found
            time.sleep(0.5)
        tails = [
            f"--- {path.name}\n" + "\n".join(path.read_text(errors="replace").splitlines()[-15:])
            for path in self.folder.glob("*.log")
        ]
        pytest.fail(f"{what}: not within {seconds:g} s\n" + "\n".join(tails))

    def call(self, method, path, **body):
        return requests.request(
            method,
            self.url("api", path),
            headers={"Authorization": f"Bearer {self.token}"},
            json=body or None,
            timeout=60,
        )

    @contextmanager
    def desk(self) -> Iterator[RunDesk]:
        with open_instance(self.environment) as instance:
            yield RunDesk(self.environment, instance)

    def runs(self, name, **wanted):
        with self.desk() as desk:
            return desk.history(name, limit=50, **wanted)

    def started_warm(self, run_id):
        with open_instance(self.environment) as instance:
            return PROCESS_TAG in instance.get_run_by_id(run_id).tags or sys.platform != "linux"

    def ended(self, run_id):
        """The run, once it has ended."""

        def look():
            with self.desk() as desk:
                run = desk.run(run_id)
            return run if run.ended_at is not None else None

        return self.wait_for(look, f"run {run_id} ends")


def make_plant(folder: Path, dagster_yaml: str, **variables: str) -> Plant:
    """A project in a folder, with a token of an operator."""
    home = folder / ".totango"
    (home / "dagster").mkdir(parents=True)
    (home / "dagster" / "dagster.yaml").write_text(dagster_yaml)
    (folder / "integrations").mkdir()
    (folder / "connections.yaml").write_text(CONNECTIONS)
    # Not due by itself for the next half an hour: only what the tests do makes it due.
    companies = COMPANIES.replace("@minute@", str((datetime.now(UTC).minute + 35) % 60))
    for text in (companies, SLOW, CLICKS):
        (folder / "integrations" / f"{yaml.safe_load(text)['id']}.yaml").write_text(text)
    source = sqlite3.connect(folder / "crm.sqlite")
    source.execute("CREATE TABLE company (id TEXT, name TEXT)")
    source.execute("INSERT INTO company VALUES ('a', 'Acme'), ('b', 'Bolt')")
    source.execute("CREATE TABLE click (id TEXT, who TEXT, happened TEXT)")
    days = [("a", "u", f"2026-01-0{day} 10:00:00") for day in (1, 2, 2, 3, 4)]
    source.executemany("INSERT INTO click VALUES (?, ?, ?)", days)
    source.commit()
    source.close()
    plant = Plant(
        folder,
        {
            "TOTANGO_PROJECT": str(folder),
            "TOTANGO_HOME": str(home),
            "DAGSTER_HOME": str(home / "dagster"),
            **variables,
        },
    )
    _, plant.token = create(
        OperationsStore(operations_path(home)),
        name="etl",
        role=Role.OPERATOR,
        integrations=None,
        expires_at=None,
        now=datetime.now(UTC),
    )
    # Two processes that make Dagster's SQLite files at once would spoil them.
    if not variables:
        with open_instance(plant.environment):
            pass
    return plant


@pytest.fixture(scope="module")
def room() -> None:
    """Real processes are given minutes, which a machine that is far too busy does not keep."""
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    if busy > MOST_LOAD:
        pytest.skip(f"{busy:.0f} processes wait for each processor of this machine")


@pytest.fixture(scope="module")
def plant(tmp_path_factory, room):
    folder = tmp_path_factory.mktemp("plant")
    plant = make_plant(folder, (REPOSITORY / "dagster.yaml").read_text())
    try:
        for name in ("daemon", "web", "api"):
            plant.start(name)
        plant.ready("web", "/server_info")
        plant.ready("api", "/api/v1/health")
        yield plant
    finally:
        for name in list(plant.processes):
            plant.kill(name)


def test_a_call_of_the_trigger_api_runs_to_its_end(plant):
    answer = plant.call("POST", "/api/v1/integrations/companies/runs", mode="full")
    assert answer.status_code == 202, answer.text
    run = plant.ended(answer.json()["run_id"])
    assert (str(run.status), run.mode, run.trigger) == ("succeeded", "full", "api")
    assert plant.started_warm(run.run_id)
    told = plant.call("GET", f"/api/v1/runs/{run.run_id}").json()
    assert told["counts"]["rows_read"] == 2
    assert plant.call("GET", "/api/v1/integrations/companies/runs").json()["runs"]


def test_an_upstream_reported_from_outside_starts_one_run(plant):
    before = len(plant.runs("companies", trigger="upstream"))
    # The dispatcher must have seen the integration once: what was there before starts nothing.
    with open_instance(plant.environment) as instance:
        plant.wait_for(
            lambda: instance.daemon_cursor_storage.get_cursor_values(
                {"totango/dispatcher/companies"}
            ),
            "the dispatcher has looked once",
        )
    for _ in range(3):
        answer = requests.post(
            plant.url("web", "/report_asset_materialization/wh/orders"), json={}, timeout=60
        )
        assert answer.status_code == 200
    runs = plant.wait_for(
        lambda: plant.runs("companies", trigger="upstream")[: -before or None], "an upstream run"
    )
    assert str(plant.ended(runs[0].run_id).status) == "succeeded"
    time.sleep(20)
    assert len(plant.runs("companies", trigger="upstream")) == before + 1


def test_after_a_kill_the_ghost_is_ended_and_what_waited_behind_it_runs(plant):
    first = plant.call("POST", "/api/v1/integrations/slow/runs").json()["run_id"]

    def under_way():
        with open_instance(plant.environment) as instance:
            return "totango/worker" in instance.get_run_by_id(first).tags

    plant.wait_for(under_way, "the slow run is under way")
    # A small source for the run that waits behind it.
    file = plant.folder / "integrations" / "slow.yaml"
    file.write_text(SLOW.replace("40000000", "10"))
    second = plant.call("POST", "/api/v1/integrations/slow/runs").json()
    assert first in second["reason"]
    # The daemon with its code server and the run's worker: as if the machine had stopped.
    plant.kill("daemon")
    plant.start("daemon")
    returned = time.monotonic()
    ghost = plant.ended(first)
    assert time.monotonic() - returned < 60
    assert str(ghost.status) == "failed"
    assert "is gone" in ghost.error
    assert str(plant.ended(second["run_id"]).status) == "succeeded"


def test_a_schedule_that_was_due_while_down_runs_once_for_all_that_was_missed(plant):
    before = len(plant.runs("companies", trigger="schedule"))
    plant.kill("daemon", signal.SIGTERM)
    with open_instance(plant.environment) as instance:
        # As if the daemon had last looked more than three hours ago: hourly, so due several times.
        then = (datetime.now(UTC) - timedelta(hours=3, minutes=30)).timestamp()
        (state,) = [
            each
            for each in instance.all_instigator_state()
            if each.instigator_name == "companies__schedule"
        ]
        data = state.instigator_data
        instance.update_instigator_state(
            state.with_data(
                ScheduleInstigatorData(
                    data.cron_schedule, start_timestamp=then, last_iteration_timestamp=then
                )
            )
        )
        for tick in instance.get_ticks(state.instigator_origin_id, state.selector_id):
            assert tick is not None
    plant.start("daemon")
    runs = plant.wait_for(
        lambda: plant.runs("companies", trigger="schedule")[: -before or None], "a scheduled run"
    )
    assert str(plant.ended(runs[0].run_id).status) == "succeeded"
    time.sleep(15)
    assert len(plant.runs("companies", trigger="schedule")) == before + 1


def test_dagster_dev_on_postgresql_runs_what_the_desk_asks_for(tmp_path, postgres_url, room):
    """One command, a plain postgresql:// URL."""
    instance = (REPOSITORY / "deploy" / "postgres" / "dagster.yaml").read_text()
    plant = make_plant(tmp_path, instance, DAGSTER_PG_URL=postgres_url)
    os.environ["DAGSTER_PG_URL"] = postgres_url
    try:
        plant.start("dev")
        plant.ready("dev", "/server_info")
        with plant.desk() as desk:
            asked = desk.ask("companies", mode="full", trigger="api", requested_by="etl")
        run = plant.ended(asked.run_id)
        assert (str(run.status), run.counts["rows_read"]) == ("succeeded", 2)
        assert plant.started_warm(run.run_id)
    finally:
        del os.environ["DAGSTER_PG_URL"]
        for name in list(plant.processes):
            plant.kill(name)


def test_a_backfill_of_dagsters_page_fills_each_window_in_order(plant):
    answer = requests.post(plant.url("web", "/graphql"), json={"query": BACKFILL}, timeout=60)
    assert answer.json()["data"]["launchPartitionBackfill"]["backfillId"], answer.text

    def filled():
        done = plant.runs("clicks", status="succeeded")
        return done if len(done) == 3 else None

    runs = plant.wait_for(filled, "three windows are filled", 2 * PATIENCE)
    in_order = sorted(runs, key=lambda run: run.ended_at)
    assert [run.partition for run in in_order] == ["2026-01-01", "2026-01-02", "2026-01-03"]
    assert {run.trigger for run in runs} == {"backfill"}
    assert [run.counts["rows_read"] for run in in_order] == [1, 2, 1]


def test_every_schedule_and_sensor_of_the_project_is_on(plant):
    with open_instance(plant.environment) as instance:
        assert isinstance(instance, dg.DagsterInstance)
        names = {each.instigator_name for each in instance.all_instigator_state()}
    assert {"companies__schedule", "dispatcher", "notifier", "end_abandoned_runs"} <= names
