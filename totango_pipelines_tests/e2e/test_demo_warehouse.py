import importlib
import runpy
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from totango_pipelines.integrations.integration import ObjectName
from totango_pipelines.integrations.partition import Window
from totango_pipelines.integrations.project import Project, load_project
from totango_pipelines.staging import StagedFile
from totango_pipelines.sync.environment import Environment
from totango_pipelines.sync.extract_step import run_extract
from totango_pipelines.sync.mapping_step import run_mapping
from totango_pipelines.sync.preview_step import run_preview
from totango_pipelines.sync.upsert_step import run_upsert
from totango_pipelines.sync.wiring import RunContext
from totango_pipelines.upsert.delivery import RunIdentity

DEMO = Path(__file__).resolve().parents[2] / "demo"

# What the runs come to stands beside the rows that it follows from.
sys.path.append(str(DEMO))
SYSTEMS = [
    importlib.import_module(f"warehouse.{name}")
    for name in ("crm", "people", "finance", "success", "product")
]
EXPECTED = {name: each for system in SYSTEMS for name, each in system.EXPECTED.items()}


def build_warehouse(into: Path) -> None:
    command = [sys.executable, str(DEMO / "build_warehouse.py"), "--into", str(into)]
    subprocess.run(command, check=True, capture_output=True)


def content_of(warehouse: Path) -> dict[str, list[tuple]]:
    with duckdb.connect(warehouse, read_only=True) as session:
        names = [name for (name,) in session.execute("SHOW TABLES").fetchall()]
        return {name: session.execute(f"FROM {name}").fetchall() for name in names}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    """The demo's own files beside a warehouse built here."""
    folder = tmp_path_factory.mktemp("demo")
    for name in ("connections.yaml", "catalog.yaml", "notifications.yaml"):
        shutil.copy(DEMO / name, folder)
    shutil.copytree(DEMO / "integrations", folder / "integrations")
    build_warehouse(folder / "warehouse.duckdb")
    return load_project(folder)


ALL_DAYS = Window(datetime(2025, 10, 31, tzinfo=UTC), datetime(2025, 11, 10, tzinfo=UTC))
Outcome = dict[str, tuple[dict, dict]]


def run_all(project: Project, home: Path, attempt: str, mode: str = "incremental") -> Outcome:
    """The non-zero counts and the reject codes of each integration, in the order of `make demo`."""
    environment = Environment.of({"TOTANGO_HOME": str(home)}, project.folder)
    found = {}
    for name in runpy.run_path(str(DEMO / "run.py"))["in_order"](project):
        declared = project.integrations[name]
        each = declared.integration
        run = RunIdentity(f"{name}-{attempt}", name, each.object, each.connection, mode, "manual")
        # As a run through Dagster takes all windows that have ended.
        window = ALL_DAYS if each.partition else None
        context = RunContext(environment, project, declared, run, window=window)
        run_extract(context)
        run_preview(context)
        assert run_mapping(context).within_limits, name
        counts = {count: n for count, n in asdict(run_upsert(context).counts).items() if n}
        rejects = pq.read_table(context.folder.parquet(StagedFile.REJECTS))
        found[name] = (counts, dict(Counter(rejects["_code"].to_pylist())))
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def first_run(project, home) -> Outcome:
    return run_all(project, home, "first")


@pytest.fixture(scope="module")
def second_run(project, home, first_run) -> Outcome:
    return run_all(project, home, "second")


@pytest.fixture(scope="module")
def full_run(project, home, second_run) -> Outcome:
    return run_all(project, home, "third", "full")


@pytest.fixture
def hub(home, first_run):
    with duckdb.connect(home / "hub.duckdb", read_only=True) as session:
        yield lambda query: session.execute(query).fetchall()


def test_building_twice_gives_the_same_content_and_leaves_nothing_behind(tmp_path):
    warehouse = tmp_path / "warehouse.duckdb"

    build_warehouse(warehouse)
    first = content_of(warehouse)
    build_warehouse(warehouse)

    assert content_of(warehouse) == first
    rows = {name: len(each) for name, each in first.items()}
    assert rows["accounts"] == 302
    assert set(rows) == {name for system in SYSTEMS for name in system.TABLES}
    assert list(tmp_path.iterdir()) == [warehouse]


def test_the_declared_files_have_no_problem_and_fill_all_eleven_objects(project):
    # Integrations that share accounts are what the demo is about.
    assert {problem.code for problem in project.problems} == {"SHARED_ATTRIBUTE"}
    assert set(project.integrations) == set(EXPECTED)
    filled = {each.integration.object for each in project.integrations.values()}
    assert filled == set(ObjectName)


def test_what_others_refer_to_runs_first(project):
    order = runpy.run_path(str(DEMO / "run.py"))["in_order"](project)

    assert order[:4] == ["crm_accounts", "crm_employees", "partner_consultants", "crm_users"]
    assert order[4:6] == ["erp_numbers", "zuora_ids"]
    assert order.index("billing_accounts") > order.index("zuora_ids")


@pytest.mark.parametrize("name", EXPECTED)
def test_every_row_that_is_expected_ends_as_exactly_one_thing(name):
    ends = ("created", "updated", "unchanged", "stale", "skipped_new", "rejected", "duplicates")
    for counts in (EXPECTED[name].counts, EXPECTED[name].second, EXPECTED[name].third):
        assert sum(counts.get(end, 0) for end in ends) == counts["rows_read"]


def expected(counts: str) -> Outcome:
    return {name: (getattr(each, counts), each.codes) for name, each in EXPECTED.items()}


def test_the_first_run_creates_records_and_says_why_it_rejects_rows(first_run):
    assert first_run == expected("counts")


def test_what_people_see_in_the_hub_is_what_the_newest_row_said(hub):
    accounts = hub(
        "SELECT account_id, account_name, tier, account_type FROM accounts "
        "WHERE account_id IN ('acc-0007', 'acc-0017', 'acc-0042', 'acc-0064') ORDER BY 1"
    )
    closed = hub("SELECT closed FROM collections WHERE collection_id = '100033'")

    assert [row[0] for row in accounts] == ["acc-0007", "acc-0017", "acc-0042", "acc-0064"]
    assert accounts[0][2] == "Enterprise"
    assert accounts[2][1] == "Röstfrisch Kaffee ☕ & Söhne"
    assert accounts[3][2] != "Trial"
    assert {row[3] for row in accounts} == {"Customer"}
    assert str(closed[0][0]) == "2025-11-03"


def test_formats_expressions_lists_tags_and_foreign_keys_reach_the_hub(hub):
    account = hub(
        "SELECT products, create_date, segment, success_manager, tag_newsletter "
        "FROM accounts WHERE account_id = 'acc-0001'"
    )
    nameless = hub("SELECT account_name FROM accounts WHERE account_id = 'acc-0077'")
    key = hub("SELECT foreign_key, account_id FROM accounts_foreign_keys WHERE value = 'erp-00031'")
    credit_note = hub(
        "SELECT amount, issued, paid FROM collections WHERE collection_id LIKE '%-00102'"
    )

    assert [tuple(map(str, row)) for row in account] == [
        ("Analytics;Support", "2023-05-15", "Small", "Jürgen Müller", "False"),
    ]
    assert nameless == [("Account acc-0077",)]
    assert [row[1] for row in key] == ["acc-0001"]
    assert [tuple(map(str, row)) for row in credit_note] == [("-99.9000", "2025-07-04", "True")]


def test_parents_are_stored_whether_they_come_late_never_or_in_a_circle(hub):
    parents = hub(
        "SELECT account_id, parent_id FROM accounts "
        "WHERE account_id IN ('acc-0005', 'acc-0008', 'acc-0012', 'acc-0013') ORDER BY 1"
    )

    assert [parent for _, parent in parents] == ["acc-0250", "acc-7777", "acc-0013", "acc-0012"]


def test_a_number_that_two_systems_give_away_stays_where_the_first_put_it(hub):
    numbers = hub(
        "SELECT value, account_id FROM accounts_foreign_keys "
        "WHERE value IN ('erp-00093', 'erp-90001', 'z-00004', 'z-00016', 'n/a') ORDER BY 1"
    )

    assert numbers == [
        ("erp-00093", "acc-0003"),
        ("erp-90001", "acc-0061"),
        ("z-00004", "acc-0004"),
        ("z-00016", "acc-0018"),
    ]


def test_billing_adds_to_accounts_and_what_the_crm_says_of_their_tier_stays(hub):
    account = hub(
        "SELECT tier, contract_value, outstanding_balance, billing_status FROM accounts "
        "WHERE account_id = 'acc-0030'"
    )
    paid_since = hub("SELECT outstanding_balance FROM accounts WHERE account_id = 'acc-0100'")
    conflicts = hub(
        "SELECT key, attribute, stored_value, incoming_value FROM _conflicts "
        "WHERE object = 'accounts' ORDER BY 1"
    )

    assert [tuple(map(str, row)) for row in account] == [
        ("Scale", "17510.0000", "690.5000", "in dunning")
    ]
    assert [float(balance) for (balance,) in paid_since] == [0]
    assert [(attribute, *values) for _, attribute, *values in conflicts] == [
        ("tier", "Scale", "Enterprise"),
        ("tier", "Growth", "Starter"),
        ("tier", "Starter", "Scale"),
    ]
    assert ["0030" in key for key, *_ in conflicts] == [True, False, False]


def test_of_several_opportunities_the_newest_has_the_account(hub):
    accounts = hub(
        "SELECT account_id, opportunity_stage, opportunity_amount, expected_close FROM accounts "
        "WHERE account_id IN ('acc-0024', 'acc-0078') ORDER BY 1"
    )
    made = hub("SELECT count(*) FROM accounts WHERE account_id LIKE 'pro-%'")

    # OPP-0508 was lost before OPP-0008 was won; nobody could tell when OPP-0026 will close.
    assert [tuple(map(str, row)) for row in accounts] == [
        ("acc-0024", "Won", "4112.0000", "2025-11-11"),
        ("acc-0078", "Qualified", "11114.0000", "None"),
    ]
    assert made == [(0,)]


def test_the_team_is_kept_by_e_mail_however_it_was_written(hub):
    team = hub(
        "SELECT account_id, account_role_id, email FROM account_assignment WHERE "
        "account_id IN ('acc-0006', 'acc-0007', 'acc-0016', 'acc-0026', 'acc-0030', 'acc-0031', "
        "'acc-0033') ORDER BY 1, 2"
    )

    assert [(account, role[:7], address.split("@")[0]) for account, role, address in team] == [
        ("acc-0006", "Sales M", "ines.silva"),
        ("acc-0006", "Success", "luca.dangelo"),
        ("acc-0007", "Success", "ida.larsen"),
        ("acc-0016", "Success", "paula.reis"),
        ("acc-0026", "Success", "aoife.obrien"),
        ("acc-0030", "Sales M", "ida.larsen"),
        ("acc-0030", "Success", "noor.haddad"),
        ("acc-0031", "Success", "jurgen.muller"),
        ("acc-0033", "Success", "aoife.obrien"),
    ]


def test_tasks_and_touchpoints_stay_with_their_account_and_read_both_ways_of_writing_a_day(hub):
    tasks = hub(
        "SELECT task_id, account_id, status, due_date FROM tasks "
        "WHERE task_id IN ('tsk-0001', 'tsk-0002', 'tsk-0020', 'tsk-0030', 'tsk-0031') ORDER BY 1"
    )
    touchpoints = hub(
        "SELECT account_id, subject, epoch(timestamp), participants FROM touchpoints "
        "WHERE touchpoint_id IN ('tp-0001', 'tp-0002', 'tp-0020', 'tp-0024', 'tp-0031') ORDER BY 1"
    )

    assert [(row[0][4:], row[1], row[2], row[3] and str(row[3])) for row in tasks] == [
        ("0001", "acc-0002", "open", "2025-11-04"),
        ("0002", "acc-0004", "closed", "2025-11-05"),
        ("0020", "acc-0040", "closed", None),
        ("0030", "acc-0060", "closed", "2025-12-03"),
        ("0031", "acc-0062", "open", "2025-12-04"),
    ]
    accounts, subjects, times, participants = zip(*touchpoints, strict=True)
    assert accounts == ("acc-0001", "acc-0002", "acc-0020", "acc-0024", "acc-0031")
    assert subjects[1] == "Renewal, corrected"
    # 2025-11-02 09:00 in Berlin, and a time that came with its own zone.
    assert (times[0], times[3]) == (1_762_070_400, 1_759_226_400)
    assert participants[2] == "a@x.example;b@x.example"


def test_usage_is_a_row_for_each_event_and_days_are_summed_up_once(hub):
    events = hub(
        "SELECT max(n) FROM (SELECT count(*) AS n FROM usage GROUP BY account_id, user_id, "
        "module, action, timestamp)"
    )
    unsaid = hub("SELECT count FROM usage WHERE account_id = 'acc-0043' ORDER BY 1 LIMIT 1")
    hits = hub(
        "SELECT count FROM historical_activity_stream "
        "WHERE account_id = 'acc-0041' AND timestamp = '2024-03-02T15:00:00Z'::timestamptz"
    )
    days = hub(
        "SELECT coalesce(user_id, '') = '', count(*), sum(reports_run) > 0, sum(access_sign_in) > 0 "
        "FROM usage_aggregations GROUP BY 1 ORDER BY 1"
    )
    later_row = hub("SELECT max(reports_run) FROM usage_aggregations")

    assert events == [(3,)]
    assert unsaid == [(1,)]
    assert hits == [(99,)]
    assert days == [(False, 195, True, None), (True, 117, None, True)]
    assert later_row == [(99,)]


def test_only_activity_of_unknown_accounts_brings_them_along(hub):
    stubs = hub("SELECT account_id FROM accounts WHERE account_id LIKE 'acc-9%' ORDER BY 1")

    expected = ["acc-9001", "acc-9002", "acc-9201", "acc-9202", "acc-9204", "acc-9205"]
    assert [account for (account,) in stubs] == expected


def test_the_second_run_changes_nothing_and_rejects_the_same_rows(second_run):
    assert second_run == expected("second")


def test_a_full_run_after_that_changes_nothing_either(full_run):
    assert full_run == expected("third")
