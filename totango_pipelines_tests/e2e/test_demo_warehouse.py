import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

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

# In this order: accounts come before what belongs to them.
FIRST_RUN = {
    "crm_accounts": {"rows_read": 302, "created": 289, "duplicates": 2, "rejected": 11},
    "crm_users": {
        "rows_read": 901,
        "created": 894,
        "duplicates": 1,
        "rejected": 6,
        "stub_accounts": 12,
    },
    "support_tickets": {
        "rows_read": 2001,
        "created": 1995,
        "duplicates": 1,
        "rejected": 5,
        "stub_accounts": 1,
    },
    "invoices": {"rows_read": 1200, "created": 1192, "rejected": 8},
    "crm_employees": {"rows_read": 12, "created": 10, "rejected": 2},
}
REJECTS = {
    "crm_accounts": {
        "FORMAT": 4,
        "VALUE_TOO_LONG": 1,
        "KEY_NULL": 1,
        "KEY_CHARACTERS": 1,
        "VALUE_NOT_ALLOWED": 2,
        "TAG_VALUE": 1,
        "RECENCY_NULL": 1,
    },
    "crm_users": {
        "KEY_NULL": 2,
        "KEY_CHARACTERS": 1,
        "KEY_CONTACT_NOT_CONTACT": 1,
        "VALUE_NOT_ALLOWED": 1,
        "VALUE_TOO_LONG": 1,
    },
    "support_tickets": {
        "KEY_NULL": 2,
        "KEY_CHARACTERS": 1,
        "VALUE_NOT_ALLOWED": 1,
        "VALUE_TOO_LONG": 1,
    },
    "invoices": {"FORMAT": 6, "OUT_OF_RANGE": 1, "KEY_NULL": 1},
    "crm_employees": {"REQUIRED_NULL": 1, "VALUE_NOT_ALLOWED": 1},
}


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
    for name in ("connections.yaml", "catalog.yaml"):
        shutil.copy(DEMO / name, folder)
    shutil.copytree(DEMO / "integrations", folder / "integrations")
    build_warehouse(folder / "warehouse.duckdb")
    return load_project(folder)


def run_all(project: Project, home: Path, attempt: str) -> dict[str, tuple[dict, Counter]]:
    """The non-zero counts and the reject codes of each integration."""
    environment = Environment.of({"TOTANGO_HOME": str(home)}, project.folder)
    found = {}
    for name in FIRST_RUN:
        declared = project.integrations[name]
        each = declared.integration
        run = RunIdentity(f"{name}-{attempt}", name, each.object, each.connection, "full", "manual")
        context = RunContext(environment, project, declared, run)
        run_extract(context)
        run_preview(context)
        assert run_mapping(context).within_limits
        counts = {count: n for count, n in asdict(run_upsert(context).counts).items() if n}
        rejects = pq.read_table(context.folder.parquet(StagedFile.REJECTS))
        found[name] = (counts, Counter(rejects["_code"].to_pylist()))
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def first_run(project, home) -> dict[str, tuple[dict, Counter]]:
    return run_all(project, home, "first")


def test_building_twice_gives_the_same_content_and_leaves_nothing_behind(tmp_path):
    warehouse = tmp_path / "warehouse.duckdb"

    build_warehouse(warehouse)
    first = content_of(warehouse)
    build_warehouse(warehouse)

    assert content_of(warehouse) == first
    assert {name: len(rows) for name, rows in first.items()} == {
        "accounts": 302,
        "employees": 12,
        "invoices": 1200,
        "support_tickets": 2001,
        "users": 901,
    }
    assert list(tmp_path.iterdir()) == [warehouse]


def test_the_declared_files_have_no_problem(project):
    assert [str(problem) for problem in project.problems] == []
    assert set(project.integrations) == set(FIRST_RUN)


def test_the_first_run_creates_records_and_says_why_it_rejects_rows(first_run):
    assert {name: counts for name, (counts, _) in first_run.items()} == FIRST_RUN
    assert {name: dict(codes) for name, (_, codes) in first_run.items()} == REJECTS


def test_the_second_run_changes_nothing_and_rejects_the_same_rows(project, home, first_run):
    second = run_all(project, home, "second")

    for name, (counts, codes) in second.items():
        expected = dict(FIRST_RUN[name])
        expected["unchanged"] = expected.pop("created")
        expected.pop("stub_accounts", None)
        assert counts == expected, name
        assert codes == first_run[name][1], name


def test_what_people_see_in_the_hub_is_what_the_newest_row_said(home, first_run):
    with duckdb.connect(home / "hub.duckdb", read_only=True) as hub:
        accounts = hub.execute(
            "SELECT account_id, account_name, tier, account_type FROM accounts "
            "WHERE account_id IN ('acc-0007', 'acc-0017', 'acc-0042', 'acc-0064') ORDER BY 1"
        ).fetchall()
        closed = hub.execute(
            "SELECT closed FROM collections WHERE collection_id = '100033'"
        ).fetchall()

    assert [row[0] for row in accounts] == ["acc-0007", "acc-0017", "acc-0042", "acc-0064"]
    assert accounts[0][2] == "Enterprise"
    assert accounts[2][1] == "Röstfrisch Kaffee ☕ & Söhne"
    assert accounts[3][2] != "Trial"
    assert {row[3] for row in accounts} == {"Customer"}
    assert str(closed[0][0]) == "2025-11-03"


def test_formats_expressions_lists_tags_and_foreign_keys_reach_the_hub(home, first_run):
    with duckdb.connect(home / "hub.duckdb", read_only=True) as hub:
        account = hub.execute(
            "SELECT products, create_date, segment, success_manager, tag_newsletter "
            "FROM accounts WHERE account_id = 'acc-0001'"
        ).fetchall()
        nameless = hub.execute(
            "SELECT account_name FROM accounts WHERE account_id = 'acc-0077'"
        ).fetchall()
        key = hub.execute(
            "SELECT foreign_key, account_id FROM accounts_foreign_keys WHERE value = 'erp-00031'"
        ).fetchall()
        credit_note = hub.execute(
            "SELECT amount, issued, paid FROM collections WHERE collection_id LIKE '%-00102'"
        ).fetchall()

    assert [tuple(map(str, row)) for row in account] == [
        ("Analytics;Support", "2023-05-15", "Small", "Jürgen Müller", "False"),
    ]
    assert nameless == [("Account acc-0077",)]
    assert [row[1] for row in key] == ["acc-0001"]
    assert [tuple(map(str, row)) for row in credit_note] == [("-99.9000", "2025-07-04", "True")]
