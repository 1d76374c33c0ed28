"""What the mapping does for single objects: counts of activities, stand-ins of the account."""

import pyarrow as pa
import pytest

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.catalog.catalog import Catalog
from totango_pipelines_tests.mapping.mapping_scene import map_table

CATALOG, _ = Catalog.standard().with_attributes(
    "accounts", [Attribute("Zuora Id", DataType.FOREIGN_KEY, max_length=512)]
)
ACTIVITY = [
    {"attribute": "account_id", "constant": "a1"},
    {"attribute": "user_id", "constant": "ann"},
    {"attribute": "action", "constant": "open"},
    {"attribute": "module", "constant": "reports"},
]
ACTIVITIES = {
    "usage": ACTIVITY,
    "historical_activity_stream": [
        *ACTIVITY,
        {"attribute": "timestamp", "constant": "2026-02-01T10:00:00Z"},
    ],
}
STANDS_IN = {"attribute": "Zuora Id", "column": "zid"}
KEYS = {
    "accounts": [],
    "users": ["user_id"],
    "collections": ["collection_id"],
    "account_assignment": ["account_role_id"],
    "usage_aggregations": ["date"],
    "historical_activity_stream": ["user_id", "module", "action", "timestamp"],
}


def counts_of(folder, object_name, cells, **line):
    table = pa.table({"n": cells})
    lines = [*ACTIVITIES[object_name], {"attribute": "count", "column": "n", **line}]
    return map_table(folder, table, lines, object_name=object_name, catalog=CATALOG)


@pytest.mark.parametrize("object_name", ACTIVITIES)
class TestCountsOfActivities:
    @pytest.mark.parametrize("cells", [["3", " ", None], pa.array([3, None, None])])
    def test_a_blank_count_is_one(self, tmp_path, object_name, cells):
        mapped = counts_of(tmp_path, object_name, cells)

        assert mapped.outcomes("count") == [3, 1, 1]

    def test_a_bad_count_is_rejected_and_not_taken_for_one(self, tmp_path, object_name):
        mapped = counts_of(tmp_path, object_name, ["many", "1.5", "0"])

        assert mapped.outcomes("count") == ["!FORMAT", "!NOT_WHOLE", 0]

    def test_a_blank_count_never_clears(self, tmp_path, object_name):
        mapped = counts_of(tmp_path, object_name, ["3", None], blank="clear", on_error="null_value")

        assert mapped.outcomes("count") == [3, 1]
        assert "_silent_count" not in mapped.accepted.schema.names

    def test_a_bad_count_that_counts_as_blank_keeps_or_is_one(self, tmp_path, object_name):
        mapped = counts_of(tmp_path, object_name, ["many", None, "2"], on_error="null_value")

        kept = 1 if object_name == "usage" else None  # a row of usage has nothing to keep
        assert mapped.outcomes("count") == [kept, 1, 2]

    def test_an_expression_that_fails_is_no_blank(self, tmp_path, object_name):
        line = {"column": None, "expression": "CAST(n AS INTEGER)"}

        mapped = counts_of(tmp_path, object_name, ["x", None, "2"], **line)

        assert mapped.outcomes("count") == ["!EXPRESSION", 1, 2]


@pytest.mark.parametrize("object_name", KEYS)
def test_a_row_without_the_foreign_key_that_stands_for_its_account_has_no_key(
    tmp_path, object_name
):
    table = pa.table({"zid": [" Z-9 ", " ", None, "a\x00b", "z" * 513]})
    constants = {"date": "2026-02-01", "timestamp": "2026-02-01T10:00:00Z"}
    lines = [
        {"attribute": name, "constant": constants.get(name, "x")} for name in KEYS[object_name]
    ]
    lines.append(STANDS_IN | {"on_error": "null_value", "blank": "clear"})

    mapped = map_table(
        tmp_path,
        table,
        lines,
        object_name=object_name,
        catalog=CATALOG,
        match_on="Zuora Id",
    )

    assert mapped.outcomes("zuora_id") == [
        *("z-9", "!KEY_NULL", "!KEY_NULL", "!KEY_CHARACTERS", "!KEY_TOO_LONG")
    ]


def test_a_foreign_key_that_stands_for_the_account_of_usage_is_required_in_every_row(tmp_path):
    table = pa.table({"zid": ["Z-9", " "]})
    lines = [STANDS_IN | {"on_error": "null_value"}, *ACTIVITY[1:]]

    mapped = map_table(
        tmp_path, table, lines, object_name="usage", catalog=CATALOG, match_on="Zuora Id"
    )

    assert mapped.outcomes("zuora_id") == ["z-9", "!REQUIRED_NULL"]


@pytest.mark.parametrize("object_name", ["tasks", "touchpoints"])
def test_a_task_without_the_foreign_key_of_its_account_is_left_to_the_hub(tmp_path, object_name):
    table = pa.table({"id": ["t1", "t2"], "zid": ["Z-9", " "]})
    lines = [{"attribute": f"{object_name[:-1]}_id", "column": "id"}, STANDS_IN]

    mapped = map_table(
        tmp_path, table, lines, object_name=object_name, catalog=CATALOG, match_on="Zuora Id"
    )

    assert mapped.outcomes("zuora_id") == ["z-9", None]


def test_a_foreign_key_that_is_only_a_claim_may_be_blank(tmp_path):
    table = pa.table({"id": ["a1", "a2"], "zid": ["Z-9", " "]})
    lines = [{"attribute": "account_id", "column": "id"}, STANDS_IN]

    mapped = map_table(tmp_path, table, lines, catalog=CATALOG)

    assert mapped.outcomes("zuora_id") == ["z-9", None]


def test_the_key_of_a_reject_reads_as_the_object_names_it(tmp_path):
    table = pa.table({"zid": ["Z-9"], "mail": ["Ann@x.io"], "c": ["maybe"]})
    lines = [
        {"attribute": "Contact", "column": "c"},
        {"attribute": "user_id", "column": "mail"},
        STANDS_IN,
    ]

    mapped = map_table(
        tmp_path, table, lines, object_name="users", catalog=CATALOG, match_on="Zuora Id"
    )

    assert mapped.rejects["_key"].to_pylist() == ["z-9/ann@x.io"]
