"""What stays when a run dies, or when what it needs goes away half-way."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass

import dagster as dg
import duckdb
import psycopg
import pytest

from totango_pipelines.errors import HubUnavailableError
from totango_pipelines.upsert.delivery import RunIdentity
from totango_pipelines.upsert.duckdb_hub import DuckdbHub

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster_shared.*"),
]

ROWS = 60_000
COMPANIES = """\
id: companies
name: Companies
connection: lake
object: accounts
query: SELECT id, name, seats FROM company
mapping:
  - {attribute: account_id, column: id}
  - {attribute: account_name, column: name}
  - {attribute: Seats, column: seats, new: {type: number}}
"""
# Starting Python and importing everything takes far longer than a run: it is done once, and each
# run gets a process of its own by fork.
RUNS = """
import json
import os
import sys
import warnings
warnings.simplefilter("ignore")
import dagster as dg
import totango_pipelines.sync.upsert_step
import totango_pipelines.connections.duckdb_file
import totango_pipelines.sync.extract_step
import totango_pipelines.sync.preview_step
for line in sys.stdin:
    asked = json.loads(line)
    if "wait" in asked:
        print(os.waitstatus_to_exitcode(os.waitpid(asked["wait"], 0)[1]), flush=True)
        continue
    child = os.fork()
    if child:
        print(child, flush=True)
        continue
    code = 2
    try:
        os.environ.update(asked["environment"])
        from totango_pipelines.definitions import defs
        with dg.DagsterInstance.get() as instance:
            result = defs.resolve_job_def("companies").execute_in_process(
                instance=instance,
                run_id=asked["run_id"],
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                raise_on_error=False,
            )
        code = 0 if result.success else 1
    finally:
        os._exit(code)
"""
HOLD = """
import sys
import duckdb
hub = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@dataclass
class Runner:
    """Starts runs in processes of their own."""

    process: subprocess.Popen

    def start(self, variables, run_id):
        return self.ask({"environment": variables, "run_id": run_id})

    def wait(self, pid):
        return self.ask({"wait": pid})

    def ask(self, question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def runner():
    if not hasattr(os, "fork"):
        pytest.skip("runs are started by fork")
    process = subprocess.Popen(
        [sys.executable, "-c", RUNS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    yield Runner(process)
    process.communicate()


@pytest.fixture(scope="module")
def empty_run_log(tmp_path_factory):
    """A DAGSTER_HOME whose tables are there."""
    home = tmp_path_factory.mktemp("dagster")
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\nnux: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert instance.get_run_records() == []
    return home


@pytest.fixture
def lake(deployment, empty_run_log, tmp_path):
    """60,000 companies in a DuckDB file, and a run log that survives its process."""
    with duckdb.connect(deployment.folder / "lake.duckdb") as source:
        source.execute(
            "CREATE TABLE company AS SELECT i AS id, md5(i::VARCHAR) || ' Größe' AS name, "
            f"i % 97 AS seats FROM range({ROWS}) r(i)"
        )
    deployment.write("connections.yaml", "connections:\n  lake: {type: duckdb, path: lake.duckdb}")
    deployment.write("integrations/companies.yaml", COMPANIES)
    deployment.set("DAGSTER_HOME", str(shutil.copytree(empty_run_log, tmp_path / "dagster")))
    return deployment


def kill_when(runner, lake, run_id, reached):
    """Start a run and SIGKILL it as soon as it has come there; it must not have ended before."""
    pid = runner.start(lake.variables, run_id)
    deadline = time.monotonic() + 60
    try:
        while not reached() and time.monotonic() < deadline:
            time.sleep(0.001)
    finally:
        os.kill(pid, signal.SIGKILL)
        code = runner.wait(pid)
    assert time.monotonic() < deadline
    assert code == -signal.SIGKILL, "the run ended before it came there"


class Places:
    """Where a run is, as its staged files tell."""

    def __init__(self, folder):
        self.folder = folder
        self.spilled_again = False

    def extract(self):
        return any(self.folder.glob("source.*.part"))

    def preview(self):
        return any(self.folder.glob("preview.json*"))

    def mapped(self):
        return any(self.folder.glob("mapped.*.part"))

    def upsert(self):
        """The merge spills into its own folder, after the mapping has removed its one."""
        mapped = (self.folder / "rejects.manifest.json").exists()
        spill = (self.folder / "spill.part").exists()
        if mapped and not spill:
            self.spilled_again = True
        return self.spilled_again and spill

    def upsert_well_under_way(self):
        if self.upsert():
            time.sleep(0.15)
            return True
        return False

    def committed(self):
        """The merge's own folder is removed right after the commit."""
        if self.upsert():
            while (self.folder / "spill.part").exists():
                time.sleep(0.001)
            return True
        return False


def expected():
    with duckdb.connect() as engine:
        return engine.execute(
            "SELECT i::VARCHAR, md5(i::VARCHAR) || ' Größe', (i % 97)::DOUBLE "
            f"FROM range({ROWS}) r(i) ORDER BY 1"
        ).fetchall()


HUB_ROWS = "SELECT account_id, account_name, seats FROM accounts ORDER BY account_id"


def run_again(lake):
    with dg.DagsterInstance.from_config(lake.variables["DAGSTER_HOME"]) as instance:
        result = lake.run("companies", instance)
        assert result.success
        counts = lake.counts("companies", instance)
    folder = lake.folder / ".totango" / "runs" / "companies" / result.run_id
    assert list(folder.glob("*.part")) == []
    assert (folder / "mapped.manifest.json").exists()
    return result.run_id, counts


@pytest.mark.parametrize(
    "place", ["extract", "preview", "mapped", "upsert", "upsert_well_under_way"]
)
def test_a_run_killed_before_its_commit_leaves_a_hub_that_the_next_run_fills(runner, lake, place):
    killed = str(uuid.uuid4())
    places = Places(lake.folder / ".totango" / "runs" / "companies" / killed)
    kill_when(runner, lake, killed, getattr(places, place))
    run_id, counts = run_again(lake)
    assert counts == {"rows_read": ROWS, "created": ROWS}
    assert lake.hub(HUB_ROWS) == expected()
    assert lake.hub("SELECT run_id, created FROM _runs") == [(run_id, ROWS)]
    assert lake.hub("SELECT count(*) FROM _changes") == [(ROWS,)]


def test_a_run_killed_right_after_its_commit_is_not_delivered_twice(runner, lake):
    killed = str(uuid.uuid4())
    places = Places(lake.folder / ".totango" / "runs" / "companies" / killed)
    kill_when(runner, lake, killed, places.committed)
    run_id, counts = run_again(lake)
    assert counts == {"rows_read": ROWS, "unchanged": ROWS}
    assert lake.hub(HUB_ROWS) == expected()
    assert lake.hub("SELECT run_id, created, unchanged FROM _runs ORDER BY run_seq") == [
        (killed, ROWS, 0),
        (run_id, 0, ROWS),
    ]
    assert lake.hub("SELECT count(*) FROM _changes") == [(ROWS,)]


def postgres_rows(url, sql):
    with psycopg.connect(url) as session:
        return session.execute(sql).fetchall()


@pytest.mark.parametrize("after_commit", [False, True])
def test_the_same_holds_for_a_hub_on_postgresql(runner, lake, postgres_url, after_commit):
    lake.set("TOTANGO_HUB_URL", postgres_url)
    killed = str(uuid.uuid4())
    with psycopg.connect(postgres_url, autocommit=True) as session:

        def locked():
            query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s"
            return session.execute(query, [7_436_019]).fetchone()[0] > 0 and merging()

        def merging():
            folder = lake.folder / ".totango" / "runs" / "companies" / killed
            return (folder / "rejects.manifest.json").exists()

        def committed():
            return merging() and session.execute("SELECT count(*) FROM _runs").fetchone()[0] > 0

        kill_when(runner, lake, killed, committed if after_commit else locked)
    run_id, counts = run_again(lake)
    outcome = "unchanged" if after_commit else "created"
    assert counts == {"rows_read": ROWS, outcome: ROWS}
    assert postgres_rows(postgres_url, HUB_ROWS) == expected()
    ledger = [(killed,), (run_id,)] if after_commit else [(run_id,)]
    assert postgres_rows(postgres_url, "SELECT run_id FROM _runs ORDER BY run_seq") == ledger
    assert postgres_rows(postgres_url, "SELECT count(*) FROM _changes") == [(ROWS,)]


class TestASourceThatDropsTheConnection:
    @pytest.fixture
    def shop(self, deployment, postgres_url):
        with psycopg.connect(postgres_url) as session:
            session.execute(
                "CREATE TABLE company AS SELECT g AS id, repeat(md5(g::text), 3) AS name "
                "FROM generate_series(1, 400000) g"
            )
        deployment.write(
            "connections.yaml",
            "connections:\n  shop: {type: postgres, url: {env: SHOP}, allow_privileged: true}",
        )
        text = COMPANIES.replace("connection: lake", "connection: shop")
        text = text.replace("SELECT id, name, seats", "SELECT id, name")
        deployment.write("integrations/companies.yaml", text.rpartition("  - ")[0])
        deployment.set("SHOP", postgres_url)
        return deployment

    @contextmanager
    def dropping(self, folder, url, times):
        """Drop the source's sessions each time that rows begin to arrive, so many times."""
        dropped = []
        over = threading.Event()

        def watch():
            with psycopg.connect(url, autocommit=True) as session:
                while not over.is_set() and len(dropped) < times:
                    if any(folder.glob("*/source.*.part")):
                        found = session.execute(
                            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                            "WHERE datname = current_database() AND state = 'active' "
                            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                        ).fetchone()
                        if found[0]:
                            dropped.append(found[0])
                            time.sleep(0.05)
                    time.sleep(0.001)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield dropped
        finally:
            over.set()
            watcher.join()

    def test_once_is_tried_again(self, shop, postgres_url):
        folder = shop.folder / ".totango" / "runs" / "companies"
        with (
            dg.DagsterInstance.ephemeral() as instance,
            self.dropping(folder, postgres_url, times=1) as dropped,
        ):
            result = shop.run("companies", instance)
            assert result.success, failure(result).description
            assert shop.counts("companies", instance) == {"rows_read": 400_000, "created": 400_000}
        assert len(dropped) == 1
        retried = [e for e in result.all_events if e.event_type_value == "STEP_UP_FOR_RETRY"]
        assert len(retried) == 1
        assert list(folder.glob("*/*.part")) == []

    def test_every_time_stages_nothing_and_leaves_the_hub_alone(self, shop, postgres_url):
        folder = shop.folder / ".totango" / "runs" / "companies"
        with (
            dg.DagsterInstance.ephemeral() as instance,
            self.dropping(folder, postgres_url, times=99) as dropped,
        ):
            result = shop.run("companies", instance)
        assert not result.success
        assert len(dropped) >= 4
        assert "connection 'shop'" in failure(result).description
        assert [path for path in folder.glob("*/*") if path.is_file()] == []
        assert (
            shop.hub("SELECT table_name FROM duckdb_tables() WHERE table_name = 'accounts'") == []
        )


def failure(result):
    (event,) = [e for e in result.all_events if e.event_type_value == "STEP_FAILURE"]
    return event.step_failure_data.user_failure_data


class TestAHubThatCannotBeUsed:
    @contextmanager
    def held(self, hub_file):
        """Another process has the hub open for writing."""
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(hub_file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout.readline() == "open\n"
            yield process
        finally:
            process.stdin.close()
            process.wait()
            process.stdout.close()

    def test_a_run_waits_for_a_hub_that_another_process_has_open(self, lake):
        lake.hub_file.parent.mkdir()
        with dg.DagsterInstance.ephemeral() as instance, self.held(lake.hub_file) as process:
            threading.Timer(1.5, process.stdin.close).start()
            result = lake.run("companies", instance)
            assert result.success
        assert [e for e in result.all_events if e.event_type_value == "STEP_UP_FOR_RETRY"] == []
        assert lake.hub(HUB_ROWS) == expected()

    def test_waiting_has_an_end_that_says_what_to_do(self, lake):
        lake.hub_file.parent.mkdir()
        run = RunIdentity(str(uuid.uuid4()), "companies", "accounts", "lake", "full", "manual")
        with self.held(lake.hub_file), pytest.raises(HubUnavailableError) as caught:
            DuckdbHub(lake.hub_file, lock_wait=0.3).begin_run(run)
        assert "was locked by another process for more than 0.3 s" in str(caught.value)
        assert "Close the program that has it open" in str(caught.value)

    @pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
    def test_a_read_only_hub_is_not_tried_again(self, lake):
        with dg.DagsterInstance.ephemeral() as instance:
            assert lake.run("companies", instance).success
            lake.hub_file.chmod(0o400)
            result = lake.run("companies", instance)
        self.expect_not_writable(result, "is read-only. Make it writable")

    def test_a_hub_whose_folder_is_a_file_is_not_tried_again(self, lake):
        (lake.folder / "taken").write_text("")
        lake.set("TOTANGO_HUB_URL", f"duckdb:///{lake.folder}/taken/hub.duckdb")
        with dg.DagsterInstance.ephemeral() as instance:
            result = lake.run("companies", instance)
        self.expect_not_writable(result, "cannot be made")

    def test_a_read_only_database_is_not_tried_again(self, lake, postgres_url):
        read_only = f"{postgres_url}?options=-c%20default_transaction_read_only%3Don"
        lake.set("TOTANGO_HUB_URL", read_only)
        with dg.DagsterInstance.ephemeral() as instance:
            result = lake.run("companies", instance)
        self.expect_not_writable(result, "read-only")

    def expect_not_writable(self, result, words):
        assert not result.success
        assert words in failure(result).description
        assert failure(result).metadata["error"].value == "HubNotWritableError"
        assert [e for e in result.all_events if e.event_type_value == "STEP_UP_FOR_RETRY"] == []

    def test_a_hub_that_is_gone_is_named_without_its_password(self, lake):
        url = "postgresql://loader:hunter2-canary@127.0.0.1:1/hub"
        lake.set("TOTANGO_HUB_URL", url)
        with dg.DagsterInstance.ephemeral() as instance:
            result = lake.run("companies", instance)
            log = repr(instance.all_logs(result.run_id))
        retried = [e for e in result.all_events if e.event_type_value == "STEP_UP_FOR_RETRY"]
        assert len(retried) == 3
        assert "the hub's PostgreSQL cannot be reached" in failure(result).description
        assert "canary" not in log

    def test_a_run_that_fails_at_once_ends_its_process_cleanly(self, lake):
        """While the later steps' libraries are still being imported in the background."""
        lake.set("TOTANGO_HUB_URL", "mysql://nowhere")
        module = "totango_pipelines.definitions"
        command = [
            sys.executable,
            "-m",
            "dagster",
            "job",
            "execute",
            "-m",
            module,
            "-j",
            "companies",
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 1
        assert "names a hub of kind 'mysql'" in done.stderr
        assert not lake.hub_file.exists()
