"""From a query to records in the hub, by the command line alone: create, validate, run."""

import csv
import shutil
import sqlite3
from pathlib import Path

import duckdb
import pytest

from totango_pipelines.cli.main import main

SALESFORCE = Path(__file__).resolve().parents[3] / "shared" / "data" / "salesforce"

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster_shared.*"),
]


@pytest.fixture
def salesforce(tmp_path):
    """The five files as tables of texts, as a CSV loader leaves them."""
    if not SALESFORCE.exists():
        pytest.skip("the Salesforce files are not beside this repository (../shared/data)")
    (tmp_path / "connections.yaml").write_text(
        "connections: {crm: {type: duckdb, path: crm.duckdb}}\n"
    )
    with duckdb.connect(tmp_path / "crm.duckdb") as crm:
        for file in SALESFORCE.glob("*.csv"):
            crm.execute(
                f'CREATE TABLE "{file.stem}" AS FROM read_csv(?, all_varchar = true)', [str(file)]
            )


MAPPED = {
    "accounts": ("account", {"account_id": "id", "account_name": "name", "Industry": "industry"}),
    "users": ("contact", {"account_id": "account_id", "user_id": "id"}),
    "totango_users": ("user", {"email": "email", "is_active": "is_active"}),
    "tasks": ("task", {"task_id": "id", "account_id": "account_id", "title": "subject"}),
}


@pytest.mark.parametrize("totango_object", MAPPED)
def test_salesforce_objects_are_mapped_by_their_names_and_values(cli, salesforce, totango_object):
    table, expected = MAPPED[totango_object]
    query = f'SELECT * FROM "{table}"'
    created = ("create", "sf", "--connection", "crm", "--object", totango_object, "--query", query)

    cli(*created, "--yes")

    proposals = {each["attribute"]: each["column"] for each in cli("automap", "sf")}
    assert expected.items() <= proposals.items()
    assert not [each for each in cli("validate", "sf") if each["severity"] == "error"]


def test_four_objects_of_salesforce_run_as_created(cli, hub, salesforce):
    cli(*("create", "sf_accounts", "--connection", "crm", "--object", "accounts"),
        *("--query", 'SELECT * FROM "account"', "--yes"))  # fmt: skip
    cli(*("create", "sf_contacts", "--connection", "crm", "--object", "users"),
        *("--query", 'SELECT * FROM "contact"', "--yes"))  # fmt: skip

    cli(*("create", "sf_people", "--connection", "crm", "--object", "totango_users"),
        *("--query", 'SELECT * FROM "user"', "--map-constant", "license=Spark", "--yes"))  # fmt: skip
    cli(*("create", "sf_tasks", "--connection", "crm", "--object", "tasks"),
        *("--query", 'SELECT * FROM "task"', "--yes", "--set", "settings.reject_allowance=100"))  # fmt: skip

    accounts = cli("run", "sf_accounts")["counts"]
    contacts = cli("run", "sf_contacts")["counts"]
    people = cli("run", "sf_people")["counts"]
    tasks = cli("run", "sf_tasks")["counts"]

    assert (accounts["rows_read"], accounts["created"]) == (10, 10)
    assert contacts["created"] + contacts["rejected"] == contacts["rows_read"] == 4
    assert people["created"] + people["rejected"] == people["rows_read"] == 10
    assert tasks["rows_read"] == tasks["rejected"] + tasks["created"] + tasks["duplicates"]
    # The files are samples: few tasks belong to one of the ten accounts.
    codes = {line["code"] for line in cli("rejects", "latest:sf_tasks")}
    assert codes <= {"ACCOUNT_NOT_FOUND", "REQUIRED_NULL", "KEY_NULL", "FORMAT"}
    with (SALESFORCE / "account.csv").open() as file:
        names = {row["id"]: row["name"] for row in csv.DictReader(file)}
    assert dict(hub("SELECT account_id, account_name FROM accounts WHERE account_name <> ''")) == {
        key: name for key, name in names.items() if name
    }


def test_chinook_invoices_run_as_created_with_a_format_and_an_expression(
    cli, hub, tmp_path, chinook
):
    shutil.copy(chinook, tmp_path / "chinook.sqlite")
    (tmp_path / "connections.yaml").write_text(
        "connections: {shop: {type: sqlite, path: chinook.sqlite}}\n"
    )
    query = (
        "SELECT InvoiceId, CustomerId, strftime('%d.%m.%Y', InvoiceDate) AS InvoiceDate, Total, "
        "BillingCity, BillingCountry FROM Invoice"
    )

    cli(
        *("create", "invoices", "--connection", "shop", "--object", "collections"),
        *("--collection", "invoices", "--query", query, "--yes"),
        *("--map", "account_id=CustomerId", "--map", "collection_id=InvoiceId"),
        *("--map", "Invoice Date=InvoiceDate", "--new", "Invoice Date=date"),
        *("--map", "Total=Total", "--new", "Total=currency:USD"),
        *("--map-expression", "name=BillingCity || ', ' || BillingCountry"),
    )
    counts = cli("run", "invoices")["counts"]

    text = (tmp_path / "integrations" / "invoices.yaml").read_text()
    assert "source_format: DD.MM.YYYY" in text
    assert (counts["rows_read"], counts["created"]) == (412, 412)
    with sqlite3.connect(tmp_path / "chinook.sqlite") as shop:
        source = shop.execute(
            "SELECT CAST(InvoiceId AS TEXT), date(InvoiceDate), round(Total, 2), "
            "BillingCity || ', ' || BillingCountry FROM Invoice"
        ).fetchall()
    shop.close()
    found = hub("SELECT collection_id, invoice_date, total, name FROM collections")
    assert sorted((key, str(day), float(total), name) for key, day, total, name in found) == sorted(
        source
    )


def test_mended_rejects_can_be_loaded_by_the_same_mapping(cli, hub, tmp_path, capsys):
    with sqlite3.connect(tmp_path / "crm.sqlite") as crm:
        crm.execute("CREATE TABLE accounts (id TEXT, name TEXT, renewal TEXT)")
        rows = [
            ("A1", "=Acme", "31.01.2026"),
            ("A2", "-Bolt", "soon"),
            ("A3", "Coil", "30.02.2026"),
        ]
        crm.executemany("INSERT INTO accounts VALUES (?, ?, ?)", rows)
    crm.close()
    (tmp_path / "connections.yaml").write_text(
        "connections:\n"
        "  crm: {type: sqlite, path: crm.sqlite}\n"
        "  mended: {type: sqlite, path: mended.sqlite}\n"
    )
    line = (
        "--map",
        "Contract Renewal Date=renewal",
        "--format",
        "Contract Renewal Date=DD.MM.YYYY",
    )
    cli(*("create", "accounts", "--connection", "crm", "--object", "accounts"),
        *("--query", "SELECT * FROM accounts", "--yes"), *line)  # fmt: skip
    run = cli("run", "accounts")
    assert (run["status"], run["counts"]["rejected"]) == ("succeeded_with_rejects", 2)

    (report,) = cli("rejects", run["run_id"])
    file = tmp_path / "rejects.csv"
    assert main(["download", run["run_id"], "--what", "rejects", "-o", str(file)]) == 0
    capsys.readouterr()
    with file.open(newline="") as content:
        rejected = list(csv.DictReader(content))
    with sqlite3.connect(tmp_path / "mended.sqlite") as crm:
        crm.execute("CREATE TABLE accounts (id TEXT, name TEXT, renewal TEXT)")
        for row in rejected:
            mended = (row["id"], row["name"], "28.02.2026")
            crm.execute("INSERT INTO accounts VALUES (?, ?, ?)", mended)
    crm.close()
    assert main(["edit", "accounts", "--set", "connection=mended"]) == 0
    capsys.readouterr()
    cli("run", "accounts")

    assert (report["code"], report["rows"], report["column"]) == ("FORMAT", 2, "renewal")
    assert [example["value"] for example in report["examples"]] == ["soon", "30.02.2026"]
    assert hub(
        "SELECT account_id, account_name, contract_renewal_date::VARCHAR FROM accounts ORDER BY 1"
    ) == [
        ("A1", "=Acme", "2026-01-31"),
        ("A2", "'-Bolt", "2026-02-28"),  # defused in CSV only: parquet is the exact copy
        ("A3", "Coil", "2026-02-28"),
    ]
