"""The catalogue of one company: the standard and what it added."""

import pytest

from totango_pipelines.catalog.attributes import DataType
from totango_pipelines.catalog.catalog import Catalog, custom_attribute

STANDARD = Catalog.standard()


def extended(object_name, name, data_type, **more):
    return STANDARD.with_attributes(
        object_name, [custom_attribute(object_name, name, data_type, **more)]
    )


def codes(conflicts):
    return [conflict.code for conflict in conflicts]


@pytest.mark.parametrize(
    "written", ["Contract Renewal Date", "contract_renewal_date", "CONTRACTRENEWALDATE"]
)
def test_names_are_compared_without_case_spaces_and_underscores(written):
    assert STANDARD.attribute("accounts", written).name == "Contract Renewal Date"


def test_a_tag_is_an_attribute_of_accounts_and_users_only():
    assert STANDARD.attribute("accounts", "tag##VIP").data_type is DataType.TAG
    assert STANDARD.attribute("users", "tag##VIP").data_type is DataType.TAG
    assert STANDARD.attribute("collections", "tag##VIP") is None
    assert STANDARD.attribute("accounts", "tag##") is None


def test_an_activity_is_a_whole_number_of_usage_aggregations():
    found = STANDARD.attribute("usage_aggregations", "Reports##Open")
    assert (found.data_type, found.column) == (DataType.WHOLE_NUMBER, "reports_open")
    assert STANDARD.attribute("usage", "Reports##Open") is None


def test_adding_gives_a_new_catalogue_and_leaves_the_old_one():
    catalog, conflicts = extended("accounts", "Country", DataType.TEXT)
    assert conflicts == ()
    assert catalog.attribute("accounts", "country").max_length == 512
    assert STANDARD.attribute("accounts", "country") is None


def test_texts_that_a_company_adds_have_the_limit_of_their_object():
    assert custom_attribute("users", "Team", DataType.TEXT).max_length == 255
    assert custom_attribute("collections", "Body", DataType.TEXT).max_length == 512
    assert custom_attribute("accounts", "ARR", DataType.NUMBER).max_length is None


def test_adding_again_with_the_same_type_is_fine_and_settles_the_values():
    catalog, conflicts = extended("accounts", "tier", DataType.LIST, values=("Gold", "Silver"))
    assert conflicts == ()
    assert catalog.attribute("accounts", "Tier").allowed == ("Gold", "Silver")
    assert len(catalog.attributes("accounts")) == len(STANDARD.attributes("accounts"))


@pytest.mark.parametrize(
    ("object_name", "name", "data_type", "code"),
    [
        ("accounts", "Tier", DataType.TEXT, "ATTRIBUTE_TYPE"),
        ("accounts", "account-name", DataType.TEXT, "COLUMN_COLLISION"),
        ("collections", "Collection", DataType.TEXT, "COLUMN_COLLISION"),
        ("accounts", "名前", DataType.TEXT, "COLUMN_NAME"),
        ("accounts", "___", DataType.TEXT, "COLUMN_NAME"),
        ("accounts", "x" * 64, DataType.TEXT, "COLUMN_NAME"),
        ("accounts", "tag##x", DataType.TEXT, "COLUMN_NAME"),
        ("users", "Zuora Id", DataType.FOREIGN_KEY, "ATTRIBUTE_TYPE"),
        ("accounts_foreign_keys", "Note", DataType.TEXT, "ATTRIBUTE_TYPE"),
    ],
)
def test_what_cannot_be_added_is_said(object_name, name, data_type, code):
    catalog, conflicts = extended(object_name, name, data_type)
    assert codes(conflicts) == [code]
    assert catalog == STANDARD


def test_an_attribute_has_one_currency():
    catalog, _ = extended("accounts", "ARR", DataType.CURRENCY, currency="EUR")
    arr = custom_attribute("accounts", "ARR", DataType.CURRENCY, currency="USD")
    assert codes(catalog.with_attributes("accounts", [arr])[1]) == ["ATTRIBUTE_TYPE"]


def test_a_foreign_key_belongs_to_accounts_and_stands_in_on_their_records():
    catalog, _ = extended("accounts_foreign_keys", "Zuora Id", DataType.FOREIGN_KEY)
    assert [each.name for each in catalog.foreign_keys] == ["Zuora Id"]
    names = [each.name for each in catalog.attributes("accounts_foreign_keys")]
    assert names == ["account_id", "Zuora Id"]
    assert catalog.attribute("users", "zuora_id").data_type is DataType.FOREIGN_KEY
    assert catalog.attribute("totango_users", "zuora_id") is None


def test_suggestions_are_the_nearest_names():
    assert STANDARD.suggestions("accounts", "acount name")[0] == "account_name"
    assert STANDARD.suggestions("accounts", "zzzz") == ()


def test_collections_and_roles_are_kept_once():
    catalog = STANDARD.with_names(["tickets", "tickets"], ["Lead"])
    assert (catalog.collections, catalog.roles) == (("tickets",), ("Lead",))
