"""Real files of Salesforce, as a loader leaves them: 50 to 368 columns, many of them empty."""

import csv
from pathlib import Path

import pytest

from totango_pipelines.catalog.catalog import Catalog
from totango_pipelines.mapping.automap.automap import ColumnSample, automap
from totango_pipelines_tests.mapping.automap.automap_scene import company

FILES = Path(__file__).resolve().parents[4] / "shared" / "data" / "salesforce"


def mapped(file, object_name, catalog):
    path = FILES / file
    if not path.is_file():
        pytest.skip(f"there is no {path}")
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    columns = [
        ColumnSample(name, tuple(row[name] for row in rows if row[name].strip()))
        for name in rows[0]
    ]
    answers = automap(catalog, object_name, columns)
    return {each.attribute: each.column for each in answers if each.attribute}, answers


def test_accounts_from_account():
    found, answers = mapped("account.csv", "accounts", company())
    expected = {
        "account_id": "id",
        "account_name": "name",
        "parent_id": "parent_id",
        "Industry": "industry",
        "Account Type": "type",
        "Company Size": "number_of_employees",
        "Annual Revenue": "annual_revenue",
        "Success Manager": "owner_id",
        "Company Domain": "website",
        "City": "billing_city",
        "Country": "billing_country",
        "Phone": "phone",
        "Last Activity Date": "last_activity_date",
    }
    assert found == expected
    assert answers[0].attribute == "account_id"
    assert answers[0].ticked


def test_users_from_contact():
    found, _ = mapped("contact.csv", "users", company())
    expected = {
        "user_id": "id",
        "account_id": "account_id",
        "name": "name",
        "Email": "email",
        "First Name": "first_name",
        "Last Name": "last_name",
        "Title": "title",
        "Phone": "phone",
        "Mobile Phone": "mobile_phone",
        "Created Date": "created_date",
        "Unsubscribed": "has_opted_out_of_email",
    }
    assert expected.items() <= found.items()
    assert set(found) - set(expected) <= {"City", "Country", "Language"}


def test_tasks_from_task():
    found, _ = mapped("task.csv", "tasks", company())
    assert found == {
        "task_id": "id",
        "account_id": "account_id",
        "title": "subject",
        "description": "description",
        "due_date": "activity_date",
        "priority": "priority",
        "status": "status",
        "assignee": "owner_id",
        "created_by": "created_by_id",
        "completed_date": "completed_date_time",
        "task_type": "type",
    }


def test_totango_users_from_user():
    found, _ = mapped("user.csv", "totango_users", Catalog.standard())
    assert found == {
        "email": "email",
        "first_name": "first_name",
        "last_name": "last_name",
        "is_active": "is_active",
        "manager_id": "manager_id",
    }
