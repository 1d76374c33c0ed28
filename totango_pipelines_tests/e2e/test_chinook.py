"""The acceptance of the first issue: Chinook, through Dagster, value by value."""

import json
import shutil
import sqlite3
from datetime import date
from decimal import Decimal

import dagster as dg
import pytest

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster_shared.*"),
]

FILES = {
    "connections.yaml": "connections:\n  chinook: {type: sqlite, path: chinook.sqlite}\n",
    "catalog.yaml": """\
attributes:
  accounts:
    - {name: Company, type: text}
    - {name: City, type: text}
    - {name: Country, type: text}
  collections:
    - {name: Total, type: currency, currency: USD}
    - {name: Invoice Date, type: date}
  totango_users:
    - {name: Title, type: text}
collections: [invoices]
""",
    "integrations/customers.yaml": """\
id: customers
name: Customers
connection: chinook
object: accounts
query: |
  SELECT CustomerId, FirstName || ' ' || LastName AS FullName, Company, City, Country
  FROM Customer
mapping:
  - {attribute: account_id, column: CustomerId}
  - {attribute: account_name, column: FullName}
  - {attribute: Company, column: Company, note: most customers are private persons}
  - {attribute: City, column: City}
  - {attribute: Country, column: Country}
""",
    "integrations/employees.yaml": """\
id: employees
name: Employees
connection: chinook
object: totango_users
query: SELECT Email, FirstName, LastName, Title FROM Employee
mapping:
  - {attribute: email, column: Email}
  - {attribute: first_name, column: FirstName}
  - {attribute: last_name, column: LastName}
  - {attribute: license, constant: Zoe}
  - {attribute: Title, column: Title}
""",
    "integrations/invoices.yaml": """\
id: invoices
name: Invoices
connection: chinook
object: collections
collection: invoices
query: SELECT InvoiceId, CustomerId, InvoiceDate, Total FROM Invoice
mapping:
  - {attribute: account_id, column: CustomerId}
  - {attribute: collection_id, column: InvoiceId}
  - {attribute: Invoice Date, column: InvoiceDate}
  - {attribute: Total, column: Total}
""",
}


@pytest.fixture
def project(deployment, chinook):
    shutil.copy(chinook, deployment.folder / "chinook.sqlite")
    for name, text in FILES.items():
        deployment.write(name, text)
    return deployment


def source(project, sql):
    connection = sqlite3.connect(project.folder / "chinook.sqlite")
    try:
        rows = connection.execute(sql).fetchall()
        connection.commit()
    finally:
        connection.close()
    return rows


def test_every_value_of_chinook_arrives_and_later_runs_write_only_what_changed(project):
    with dg.DagsterInstance.ephemeral() as instance:
        for integration in ("customers", "employees", "invoices"):
            assert project.run(integration, instance).success
        assert project.counts("customers", instance) == {"rows_read": 59, "created": 59}
        assert project.counts("employees", instance) == {"rows_read": 8, "created": 8}
        assert project.counts("invoices", instance) == {"rows_read": 412, "created": 412}
        compare_accounts(project)
        compare_users(project)
        compare_invoices(project)

        before = project.hub("FROM accounts ORDER BY ALL")
        for integration, rows in (("customers", 59), ("employees", 8), ("invoices", 412)):
            assert project.run(integration, instance).success
            assert project.counts(integration, instance) == {"rows_read": rows, "unchanged": rows}
        assert project.hub("FROM accounts ORDER BY ALL") == before

        expect_five_updates_and_a_new_row(project, instance)


def compare_accounts(project):
    expected = {
        str(number): (f"{first} {last}", company, city, country)
        for number, first, last, company, city, country in source(
            project, "SELECT CustomerId, FirstName, LastName, Company, City, Country FROM Customer"
        )
    }
    found = {
        key: tuple(values)
        for key, *values in project.hub(
            "SELECT account_id, account_name, company, city, country FROM accounts"
        )
    }
    assert len(expected) == 59
    assert found == expected
    assert found["1"][0] == "Luís Gonçalves"
    assert sum(company is None for _, company, _, _ in found.values()) == 49


def compare_users(project):
    expected = sorted(
        (email.lower(), first, last, "Zoe", title)
        for email, first, last, title in source(
            project, "SELECT Email, FirstName, LastName, Title FROM Employee"
        )
    )
    found = project.hub(
        "SELECT email, first_name, last_name, license, title FROM totango_users ORDER BY email"
    )
    assert found == expected


def compare_invoices(project):
    expected = {
        str(invoice): (str(customer), date.fromisoformat(day[:10]), Decimal(str(total)))
        for invoice, customer, day, total in source(
            project, "SELECT InvoiceId, CustomerId, InvoiceDate, Total FROM Invoice"
        )
    }
    found = {
        key: tuple(values)
        for key, *values in project.hub(
            "SELECT collection_id, account_id, invoice_date, total FROM collections "
            "WHERE collection = 'invoices'"
        )
    }
    assert found == expected
    assert sum(total for _, _, total in found.values()) == Decimal("2328.60")


def expect_five_updates_and_a_new_row(project, instance):
    changed = range(1, 6)
    previous = dict(source(project, "SELECT CustomerId, City FROM Customer WHERE CustomerId < 6"))
    source(project, "UPDATE Customer SET City = 'Reykjavík ' || CustomerId WHERE CustomerId < 6")
    source(
        project,
        "INSERT INTO Customer (CustomerId, FirstName, LastName, Email, Country) "
        "VALUES (60, 'Łukasz', 'Żak', 'l@example.com', 'Poland')",
    )
    result = project.run("customers", instance)
    assert project.counts("customers", instance) == {
        "rows_read": 60,
        "updated": 5,
        "created": 1,
        "unchanged": 54,
    }
    log = project.hub(
        "SELECT key, operation, before FROM _changes "
        f"WHERE run_id = '{result.run_id}' AND integration = 'customers' ORDER BY key"
    )
    updates = {key: json.loads(before) for key, operation, before in log if operation == "updated"}
    assert updates == {str(number): {"city": previous[number]} for number in changed}
    assert [(key, before) for key, operation, before in log if operation == "created"] == [
        ("60", None)
    ]
    names = project.hub("SELECT account_name, city FROM accounts WHERE account_id IN ('3', '60')")
    assert sorted(names, key=str) == sorted(
        [("François Tremblay", "Reykjavík 3"), ("Łukasz Żak", None)], key=str
    )
