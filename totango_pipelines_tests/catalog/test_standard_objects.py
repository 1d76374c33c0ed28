"""The eleven objects, as contract.md and semantics.md 3 and 4 have them."""

import pytest

from totango_pipelines.catalog.attributes import DataType, KeyFolding
from totango_pipelines.catalog.objects import UnknownAccount, WriteMode
from totango_pipelines.catalog.standard import STANDARD_OBJECTS

KEYS = {
    "accounts": ["account_id"],
    "users": ["account_id", "user_id"],
    "collections": ["account_id", "collection_id"],
    "usage": [],
    "historical_activity_stream": ["account_id", "user_id", "module", "action", "timestamp"],
    "usage_aggregations": ["account_id", "user_id", "date"],
    "totango_users": ["email"],
    "account_assignment": ["account_id", "account_role_id"],
    "tasks": ["task_id"],
    "touchpoints": ["touchpoint_id"],
    "accounts_foreign_keys": [],
}


def test_there_are_the_eleven_objects():
    assert set(STANDARD_OBJECTS) == set(KEYS)


@pytest.mark.parametrize("name", KEYS)
def test_an_object_has_its_keys_in_order_and_first(name):
    totango_object = STANDARD_OBJECTS[name]
    keys = [attribute.name for attribute in totango_object.keys]
    assert keys == KEYS[name]
    assert [attribute.name for attribute in totango_object.attributes[: len(keys)]] == keys


@pytest.mark.parametrize("name", KEYS)
def test_no_two_attributes_of_an_object_share_a_hub_column(name):
    columns = [
        attribute.column
        for attribute in STANDARD_OBJECTS[name].own_key_columns + STANDARD_OBJECTS[name].attributes
    ]
    assert len(set(columns)) == len(columns)
    assert all(column and not column.startswith("_") for column in columns)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("collections", ["collection", "account_id", "collection_id"]),
        ("accounts_foreign_keys", ["foreign_key", "value"]),
        ("users", ["account_id", "user_id"]),
    ],
)
def test_the_hub_adds_its_own_key_columns(name, key):
    assert [attribute.column for attribute in STANDARD_OBJECTS[name].primary_key] == key


@pytest.mark.parametrize(
    ("name", "attribute", "limit"),
    [
        ("accounts", "account_id", 480),
        ("accounts", "account_name", 128),
        ("accounts", "parent_id", 480),
        ("accounts", "product_id", 255),
        ("accounts", "Success Manager", 512),
        ("users", "user_id", 100),
        ("users", "name", 255),
        ("collections", "name", 512),
        ("usage", "action", 190),
        ("usage", "module", 100),
        ("touchpoints", "content", 12_000),
    ],
)
def test_texts_have_the_published_limits(name, attribute, limit):
    assert STANDARD_OBJECTS[name].standard_attribute(attribute).max_length == limit


@pytest.mark.parametrize(
    ("name", "attribute", "folding"),
    [
        ("accounts", "account_id", KeyFolding.ACCOUNT_ID),
        ("usage", "account_id", KeyFolding.ACCOUNT_ID),
        ("users", "user_id", KeyFolding.USER_ID),
        ("collections", "collection_id", KeyFolding.AS_IT_IS),
        ("tasks", "task_id", KeyFolding.LOWER_CASE),
        ("tasks", "account_id", KeyFolding.ACCOUNT_ID),
        ("totango_users", "email", KeyFolding.LOWER_CASE),
        ("usage_aggregations", "date", KeyFolding.DAY),
        ("historical_activity_stream", "timestamp", KeyFolding.INSTANT),
        ("accounts", "Tier", None),
    ],
)
def test_keys_and_what_holds_a_key_are_folded(name, attribute, folding):
    assert STANDARD_OBJECTS[name].standard_attribute(attribute).folding is folding


def test_a_status_outside_the_list_is_only_warned_about():
    status = STANDARD_OBJECTS["accounts"].standard_attribute("status")
    assert status.allowed == ("Free", "Paying", "Canceled")
    assert status.unknown_is_warning


def test_contact_and_key_contact_are_yes_or_no():
    users = STANDARD_OBJECTS["users"]
    assert users.standard_attribute("contact").data_type is DataType.BOOLEAN
    assert users.standard_attribute("key_contact").data_type is DataType.BOOLEAN


def test_a_new_totango_user_needs_names_and_an_old_license_name():
    users = STANDARD_OBJECTS["totango_users"]
    required = {attribute.name for attribute in users.attributes if attribute.required}
    assert required == {"email", "first_name", "last_name", "license"}
    assert users.standard_attribute("license").allowed == ("Spark", "Zoe")


def test_only_what_the_object_needs_must_be_mapped():
    needed = {n: [a.name for a in each.must_be_mapped] for n, each in STANDARD_OBJECTS.items()}
    assert needed["usage_aggregations"] == ["account_id"]
    assert needed["usage"] == ["account_id", "user_id", "action", "module"]
    assert needed["tasks"] == ["task_id"]
    assert needed["accounts_foreign_keys"] == ["account_id"]


@pytest.mark.parametrize("name", ["usage", "historical_activity_stream"])
def test_a_blank_count_of_an_activity_is_one(name):
    assert STANDARD_OBJECTS[name].standard_attribute("count").blank_is == "1"


def test_usage_appends_and_tasks_never_make_an_account():
    assert STANDARD_OBJECTS["usage"].write is WriteMode.APPEND
    assert STANDARD_OBJECTS["tasks"].unknown_account is UnknownAccount.REJECT
    assert STANDARD_OBJECTS["users"].unknown_account is UnknownAccount.CREATE_STUB
