"""What people see in Dagster's UI. TOTANGO_PICTURES: a folder for the pictures."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

REPOSITORY = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DAGSTER = (sys.executable, "-m", "dagster")
SIZE = {"width": 1400, "height": 800}
PATIENCE = 60_000
DAY = "24.12.2026"
TAGS = (
    "totango/integration: crm_accounts",
    "totango/object: accounts",
    "totango/mode: incremental",
    "totango/trigger: manual",
    "totango/outcome: succeeded_with_rejects",
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}"),
]

FILES = {
    "connections.yaml": "connections:\n  crm: {type: sqlite, path: crm.sqlite}\n",
    "catalog.yaml": """\
attributes:
  accounts:
    - {name: Seats, type: number}
    - {name: Country, type: text}
""",
    "integrations/crm_accounts.yaml": """\
id: crm_accounts
name: CRM accounts
description: Accounts from the CRM mirror.
connection: crm
object: accounts
query: |
  SELECT id, name, seats, country, renewal, updated_at
  FROM accounts
  WHERE id IS NOT NULL OR name = 'Nameless'
mapping:
  - {attribute: account_id, column: id}
  - {attribute: account_name, column: name, note: trial accounts have no name yet}
  - {attribute: Seats, column: seats}
  - {attribute: Country, expression: "upper(country)", note: as the ERP writes it}
  - {attribute: Contract Renewal Date, column: renewal, source_format: DD.MM.YYYY}
settings: {recency_column: updated_at}
schedule: {cadence: daily, at: "06:00", timezone: Europe/Berlin, enabled: false}
notify: [data-oncall]
""",
    "integrations/broken.yaml": "id: broken\nname: Broken\nobjekt: accounts\n",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project, its run log's home, and the id of a run that has one reject and a duplicate."""
    folder = tmp_path_factory.mktemp("project")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    with sqlite3.connect(folder / "crm.sqlite") as source:
        source.execute(
            "CREATE TABLE accounts (id, name TEXT, seats INT, country TEXT, renewal, updated_at)"
        )
        source.executemany(
            "INSERT INTO accounts VALUES (?, ?, ?, ?, ?, '2026-01-15 08:00:00')",
            [
                *(
                    (f"a-{i}", f"Müller & Söhne {i}", i * 5, "Österreich", DAY)
                    for i in range(1, 13)
                ),
                ("a-12", "Müller & Söhne 12 (new name)", 61, "Österreich", DAY),
                (None, "Nameless", 1, None, "31.02.2026"),
            ],
        )
    source.close()
    home = folder / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_text((REPOSITORY / "dagster.yaml").read_text())
    return folder


@pytest.fixture(scope="module")
def environment(project):
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("TOTANGO_")},
        "TOTANGO_PROJECT": str(project),
        "DAGSTER_HOME": str(project / "dagster"),
        "PYTHONWARNINGS": "ignore",
    }


@pytest.fixture(scope="module")
def address(project, environment):
    """Dagster's UI on the project, which has already run."""
    done = subprocess.run(
        [*DAGSTER, "job", "execute", "-m", "totango_pipelines.definitions", "-j", "crm_accounts"],
        env=environment,
        cwd=REPOSITORY,
        check=False,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with dagster_dev(environment, port):
        url = f"http://127.0.0.1:{port}"
        wait_for(url)
        yield url


@contextmanager
def dagster_dev(environment, port):
    """`dagster dev` in a session of its own; an interrupt ends it, as Ctrl-C does."""
    process = subprocess.Popen(
        [*DAGSTER, "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)],
        env=environment,
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        children = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        # The webserver, the daemon and the code server outlive a parent that was killed.
        for pid in children:
            if is_running(pid):
                os.kill(pid, signal.SIGKILL)


def descendants(pid):
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    found = [pid]
    for parent in found:
        found += [child for child, its_parent in pairs if its_parent == parent]
    return found[1:]


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(url):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/server_info", timeout=5) as answer:
                if json.load(answer):
                    return
        except OSError:
            time.sleep(0.5)
    pytest.fail("dagster dev did not answer within 120 s")


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport=SIZE)
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield page
    page.close()


def keep(page, name):
    """Save a picture, if pictures are wanted."""
    folder = os.environ.get("TOTANGO_PICTURES")
    if folder:
        page.wait_for_timeout(2500)  # until the graph stands still
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_the_graph_of_an_integration_goes_from_the_table_to_the_hub(page, address):
    page.goto(f"{address}/locations/totango_pipelines/asset-groups/crm_accounts/lineage")
    for step in ("extract", "preview", "mapped", "upsert"):
        expect(page.get_by_text(step, exact=True).first).to_be_visible()
    keep(page, "asset-graph")


def test_the_job_says_what_it_is(page, address):
    page.goto(f"{address}/locations/totango_pipelines/jobs/crm_accounts")
    expect(page.get_by_text("CRM accounts. Accounts from the CRM mirror.")).to_be_visible()
    expect(page.get_by_text("extract", exact=True).first).to_be_visible()
    keep(page, "job")


def test_the_preview_is_a_table_of_the_first_rows(page, address):
    page.goto(f"{address}/assets/crm_accounts/preview?view=events")
    expect(page.get_by_text("Müller & Söhne 1", exact=True).first).to_be_visible()
    keep(page, "preview")


def test_the_mapping_shows_source_beside_mapped_value_and_what_was_rejected(page, address):
    page.goto(f"{address}/assets/crm_accounts/mapped?view=events")
    for text in ("2026-12-24", DAY, "ÖSTERREICH", "expression of country"):
        expect(page.get_by_text(text, exact=True).first).to_be_visible()
    expect(page.get_by_text("row 14: 99.99.9999").first).to_be_visible()
    keep(page, "mapped")


def test_the_notes_of_a_mapping_can_be_read(page, address):
    page.goto(f"{address}/assets/crm_accounts/mapped?view=overview")
    expect(page.get_by_text("as the ERP writes it").first).to_be_visible()
    keep(page, "notes")


@pytest.mark.parametrize(
    ("step", "checks"),
    [("mapped", ("mapping_valid", "rejects")), ("upsert", ("keys_unique", "counts_identity"))],
)
def test_the_checks_stand_on_a_tab_of_their_own(page, address, step, checks):
    page.goto(f"{address}/assets/crm_accounts/{step}?view=checks")
    for check in checks:
        expect(page.get_by_text(check).first).to_be_visible()
    keep(page, f"checks-{step}")


@pytest.mark.parametrize("step", ["extract", "mapped", "upsert"])
def test_a_step_says_what_it_does_and_what_it_did(page, address, step):
    page.goto(f"{address}/assets/crm_accounts/{step}?view=overview")
    expect(page.get_by_text("data-oncall").first).to_be_visible()
    keep(page, f"overview-{step}")


def test_a_run_can_be_found_by_its_tags(page, address):
    page.goto(f"{address}/runs")
    for tag in TAGS:
        expect(page.get_by_text(tag).first).to_be_visible()
    keep(page, "runs")
    run_id = query(address, "{runsOrError {... on Runs {results {runId}}}}")["runsOrError"][
        "results"
    ][0]["runId"]
    page.goto(f"{address}/runs/{run_id}")
    page.get_by_text("View tags and config").first.click()
    for tag in TAGS:
        expect(page.get_by_text(tag).first).to_be_visible()
    keep(page, "run")


def query(address, graphql):
    request = urllib.request.Request(
        f"{address}/graphql",
        json.dumps({"query": graphql}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["data"]


def test_a_broken_file_is_seen_with_its_errors(page, address):
    page.goto(f"{address}/assets/invalid/broken.yaml?view=overview")
    expect(page.get_by_text("objekt").first).to_be_visible()
    keep(page, "invalid")


def test_a_full_sync_is_run_from_the_launchpad(page, address):
    page.goto(f"{address}/locations/totango_pipelines/jobs/crm_accounts")
    page.get_by_role("button", name="Materialize all").first.wait_for()
    keep(page, "job-menu")
    page.goto(f"{address}/locations/totango_pipelines/jobs/crm_accounts/playground")
    # In the editor: the tag above it says the same word.
    page.locator("[class*=CodeMirror]").get_by_text("incremental", exact=True).first.dblclick()
    page.keyboard.type("full")
    expect(page.get_by_text("No errors").first).to_be_visible()
    keep(page, "launchpad")
    launch = page.get_by_role("button", name="Launch Run")
    expect(launch).to_be_enabled()
    launch.click()
    page.wait_for_url("**/runs/**")
    status = f'{{runOrError(runId: "{page.url.rpartition("/")[2]}") {{... on Run {{status}}}}}}'
    deadline = time.monotonic() + 120
    while query(address, status)["runOrError"]["status"] != "SUCCESS":
        assert time.monotonic() < deadline
        page.wait_for_timeout(1000)
    page.reload()
    page.get_by_text("View tags and config").first.click()
    for tag in ("totango/mode: full", "totango/trigger: manual", "totango/rows_read: 14"):
        expect(page.get_by_text(tag).first).to_be_visible()
    keep(page, "full-sync")
    page.goto(f"{address}/assets/crm_accounts/upsert?view=events")
    expect(page.get_by_text("rows_read").first).to_be_visible()
    keep(page, "full-sync-counts")


def test_many_integrations_are_run_from_the_launchpad_of_one_job(page, address):
    page.goto(f"{address}/locations/totango_pipelines/jobs/run_integrations/playground")
    expect(page.get_by_text("request_runs").first).to_be_visible()
    keep(page, "launchpad-many")
