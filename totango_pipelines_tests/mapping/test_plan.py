import pyarrow as pa
import pytest

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.catalog.catalog import Catalog
from totango_pipelines.mapping.plan import plan_mapping, silent_column
from totango_pipelines_tests.mapping.mapping_scene import (
    NOW,
    catalog_with,
    columns_of,
    integration_of,
)

COLUMNS = columns_of(
    pa.schema([("id", pa.string()), ("renewal_date", pa.string()), ("flag", pa.bool_())])
)
ID = {"attribute": "account_id", "column": "id"}


def test_a_plan_knows_keys_and_which_cells_may_stay_silent():
    lenient = {"blank": "clear", "on_error": "null_value"}
    integration = integration_of(
        [ID | lenient, {"attribute": "A date", "column": "renewal_date", **lenient}]
    )

    plan = plan_mapping(integration, catalog_with(), COLUMNS, NOW)

    assert [mapped.attribute.name for mapped in plan.keys] == ["account_id"]
    assert [mapped.may_be_silent for mapped in plan.attributes] == [False, True]
    assert silent_column(plan.attributes[1].attribute) == "_silent_a_date"


ZUORA = Attribute("Zuora Id", DataType.FOREIGN_KEY)
STANDS_IN = {"attribute": "zuora_id", "column": "id", "blank": "clear", "on_error": "null_value"}


def planned(*lines, object_name, **settings):
    catalog, _ = Catalog.standard().with_attributes("accounts", [ZUORA])
    return plan_mapping(integration_of(lines, object_name, **settings), catalog, COLUMNS, NOW)


def keys_of(plan):
    return [mapped.attribute.name for mapped in plan.keys]


def test_keys_stand_in_the_order_of_the_object_whatever_the_order_of_the_lines():
    user = {"attribute": "user_id", "column": "flag"}

    assert keys_of(planned(user, ID, object_name="users")) == ["account_id", "user_id"]


def test_a_foreign_key_that_match_on_names_is_a_key_in_the_place_of_account_id():
    user = {"attribute": "user_id", "column": "flag"}

    plan = planned(user, STANDS_IN, object_name="users", match_on="ZUORA ID")

    assert keys_of(plan) == ["Zuora Id", "user_id"]
    (stand_in,) = (each for each in plan.attributes if each.stands_for_account)
    assert not stand_in.blank_clears
    assert not stand_in.nulls_bad_cells


def test_of_accounts_only_the_foreign_key_that_match_on_names_is_a_key():
    assert keys_of(planned(STANDS_IN, object_name="accounts", match_on="Zuora Id")) == ["Zuora Id"]
    assert keys_of(planned(ID, STANDS_IN, object_name="accounts")) == ["account_id"]


@pytest.mark.parametrize("name", ["tasks", "touchpoints"])
def test_tasks_and_touchpoints_are_not_identified_by_their_account(name):
    key = {"attribute": f"{name[:-1]}_id", "column": "renewal_date"}

    plan = planned(STANDS_IN, key, object_name=name, match_on="Zuora Id")

    assert keys_of(plan) == [f"{name[:-1]}_id"]
    assert not plan.attributes[0].blank_clears  # a blank never takes a record from its account


def test_a_plan_knows_the_columns_that_settings_name_and_no_other():
    columns = columns_of(pa.schema([("id", pa.string()), ("", pa.int64()), ("at", pa.int64())]))

    without = plan_mapping(integration_of([ID]), catalog_with(), columns, NOW)
    with_one = plan_mapping(integration_of([ID], cursor_column="at"), catalog_with(), columns, NOW)

    assert (without.recency, without.cursor) == (None, None)
    assert (with_one.recency, with_one.cursor) == (None, columns[2])


def test_planning_a_mapping_that_was_not_validated_is_a_mistake_of_the_caller():
    integration = integration_of([{"attribute": "A date", "column": "flag"}])

    with pytest.raises(AssertionError, match="was not validated"):
        plan_mapping(integration, catalog_with(), COLUMNS, NOW)
