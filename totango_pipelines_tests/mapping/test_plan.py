import pyarrow as pa
import pytest

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


def test_planning_a_mapping_that_was_not_validated_is_a_mistake_of_the_caller():
    integration = integration_of([{"attribute": "A date", "column": "flag"}])

    with pytest.raises(AssertionError, match="was not validated"):
        plan_mapping(integration, catalog_with(), COLUMNS, NOW)
