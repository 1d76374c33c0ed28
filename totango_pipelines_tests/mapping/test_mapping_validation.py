import pyarrow as pa
import pytest

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.errors import Severity
from totango_pipelines.mapping.validation import validate_mapping
from totango_pipelines_tests.mapping.mapping_scene import (
    catalog_with,
    columns_of,
    integration_of,
)

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("renewal_date", pa.string()),
        ("Size", pa.int64()),
        ("flag", pa.bool_()),
        ("seen_at", pa.timestamp("us", tz="UTC")),
    ]
)
COLUMNS = columns_of(SCHEMA)
ID = {"attribute": "account_id", "column": "id"}
FILE = "integrations/mapped.yaml"
REMEDY = "Mend the query or the mapping."


def problems_of(*lines, columns=COLUMNS, catalog=None, object_name="accounts", **settings):
    integration = integration_of(lines or [ID], object_name, **settings)
    return validate_mapping(integration, catalog or catalog_with(), columns)


def messages_of(*lines, **more):
    return [str(problem) for problem in problems_of(*lines, **more)]


def test_a_mapping_that_fits_has_no_problem():
    lines = [ID, {"attribute": "A date", "column": "renewal_date"}]

    assert messages_of(*lines, recency_column="seen_at", cursor_column="Size") == []


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("renewal_dat", "Did you mean 'renewal_date'?"),
        ("RENEWAL DATE", "Did you mean 'renewal_date'?"),
        ("ID", "Did you mean 'id'?"),
        ("size", "Did you mean 'Size'?"),
        ("zzz", "It returns: id, renewal_date, Size, flag, seen_at."),
    ],
)
def test_an_unknown_column_is_named_with_the_nearest_one(written, hint):
    assert messages_of({"attribute": "A text", "column": written}) == [
        (
            f"{FILE} mapping[0].column names column {written!r}, which the query does not return. "
            f"{hint} {REMEDY}"
        )
    ]


def test_a_query_of_many_columns_is_not_listed_whole():
    columns = columns_of(pa.schema([(f"column_{n}", pa.string()) for n in range(300)]))

    (message,) = messages_of({"attribute": "A text", "column": "zzz"}, columns=columns)

    assert "column_19, …." in message
    assert "column_20" not in message


@pytest.mark.parametrize("setting", ["recency_column", "cursor_column", "source_id_column"])
def test_a_setting_that_names_an_unknown_column_is_a_problem_at_the_setting(setting):
    first = messages_of(ID, **{setting: "seen_add"})[0]

    assert first == (
        f"{FILE} settings.{setting} names column 'seen_add', which the query does not return. "
        f"Did you mean 'seen_at'? {REMEDY}"
    )


def test_types_that_never_fit_are_a_problem():
    assert messages_of(
        {"attribute": "A date", "column": "flag"}, {"attribute": "A number", "constant": True}
    ) == [
        (
            f"{FILE} mapping[0] maps column flag (bool) to A date, but no such value is ever a date. "
            "Cast the column in the query to something that reads as a date."
        ),
        (
            f"{FILE} mapping[1] maps constant True to A number, but no such value is ever a number. "
            "Cast the column in the query to something that reads as a number."
        ),
    ]


@pytest.mark.parametrize(
    ("line", "path", "code"),
    [
        ({"expression": "uper(id)"}, "mapping[1].expression", "UNKNOWN_FUNCTION"),
        ({"expression": "upper(idd)"}, "mapping[1].expression", "UNKNOWN_COLUMN"),
        ({"expression": "id ="}, "mapping[1].expression", "EXPRESSION_SYNTAX"),
        (
            {"column": "id", "source_format": "DD/NN/YYYY"},
            "mapping[1].source_format",
            "SOURCE_FORMAT",
        ),
        ({"expression": "[id]"}, "mapping[1].expression", "NOT_ALLOWED"),
    ],
)
def test_an_expression_or_format_that_cannot_run_is_a_problem_at_its_place(line, path, code):
    found = problems_of(ID, {"attribute": "A date", **line})

    assert [(each.path, each.code) for each in found] == [(path, code)]
    assert found[0].remedy


def test_an_expression_whose_type_never_fits_says_what_would():
    (problem,) = problems_of(ID, {"attribute": "A date", "expression": "Size + 1"})

    assert (problem.path, problem.code) == ("mapping[1].expression", "TYPE_MISMATCH")
    assert problem.problem == "yields BIGINT, which A date (a date) never takes."
    assert problem.remedy == "Wrap it, e.g. in strptime(…, '%d.%m.%Y') or CAST(… AS DATE)."


@pytest.mark.parametrize("data_type", [DataType.MULTI_LIST, DataType.FOREIGN_KEY])
def test_lists_of_values_and_foreign_keys_of_accounts_can_be_mapped(data_type):
    catalog = catalog_with(Attribute("Special", data_type))

    assert messages_of(ID, {"attribute": "special", "column": "id"}, catalog=catalog) == []


def test_matching_by_a_source_id_and_by_a_foreign_key_can_be_asked_for():
    catalog = catalog_with(Attribute("Zuora Id", DataType.FOREIGN_KEY))
    stand_in = {"attribute": "Zuora Id", "column": "id"}
    asked = {"source_id_column": "renewal_date", "match_on": "Zuora Id"}

    assert messages_of(stand_in, catalog=catalog, **asked) == []


def test_the_default_match_may_be_written_in_other_ways():
    assert messages_of(ID, match_on="Account ID") == []


@pytest.mark.parametrize("name", ["_row", "_ROW", "_key", "_problem", "file_row_number"])
def test_a_column_with_a_name_of_our_own_is_a_problem(name):
    columns = columns_of(pa.schema([("id", pa.string()), (name, pa.string())]))

    assert messages_of(ID, columns=columns) == [
        (
            f"{FILE} query returns a column {name!r}, a name that the staged files use themselves. "
            "Rename it in the query with AS."
        )
    ]


def test_a_recency_column_that_never_holds_a_time_is_a_warning():
    (problem,) = problems_of(ID, recency_column="Size")

    assert problem.severity is Severity.WARNING
    assert str(problem) == (
        f"{FILE} settings.recency_column is column Size (int64), which never holds a time: every "
        "row would be rejected. Cast the column to a timestamp in the query, or name another one."
    )


CURSORS = columns_of(
    pa.schema(
        [
            ("id", pa.string()),
            *((name, pa.string()) for name in ("doc", "bytes", "blob", "amount")),
            ("flag", pa.bool_()),
            ("seq", pa.int64()),
            ("day", pa.date32()),
            ("at", pa.timestamp("us")),
            ("seen_at", pa.timestamp("us", tz="UTC")),
        ]
    ),
    {"doc": "jsonb", "bytes": "bytea", "blob": "LONGBLOB", "amount": "numeric(10,2)"},
)


@pytest.mark.parametrize("column", ["id", "amount", "seq", "day", "at", "seen_at"])
def test_a_cursor_may_be_a_number_a_date_a_time_or_a_text(column):
    assert messages_of(ID, columns=CURSORS, cursor_column=column) == []


@pytest.mark.parametrize(
    ("column", "source_type"),
    [("flag", "bool"), ("doc", "jsonb"), ("bytes", "bytea"), ("blob", "LONGBLOB")],
)
def test_a_cursor_without_an_order_is_a_problem(column, source_type):
    (problem,) = problems_of(ID, columns=CURSORS, cursor_column=column, cursor_lag=5)

    assert (problem.severity, problem.code) == (Severity.ERROR, "TYPE_MISMATCH")
    assert str(problem) == (
        f"{FILE} settings.cursor_column is column {column} ({source_type}), whose values have no "
        "order to resume from. Name a column of numbers, dates or times, or cast it to one in the "
        "query."
    )


@pytest.mark.parametrize(
    ("column", "lag"),
    [("amount", 1.5), ("seq", 10), ("day", "1d"), ("at", "10m"), ("seen_at", "2h"), ("at", 0)],
)
def test_a_cursor_lags_by_what_its_column_holds(column, lag):
    assert messages_of(ID, columns=CURSORS, cursor_column=column, cursor_lag=lag) == []


@pytest.mark.parametrize(
    ("column", "lag", "remedy"),
    [
        ("amount", "10m", "Write a number such as 100."),
        ("seq", "10m", "Write a number such as 100."),
        ("day", 3, "Write a duration such as 10m or 1d."),
        ("seen_at", 600, "Write a duration such as 10m or 1d."),
        ("id", "10m", "Take it out, or cast the column to a time."),
        ("id", 3, "Take it out, or cast the column to a time."),
    ],
)
def test_a_lag_that_cannot_be_taken_off_the_cursor_is_a_problem(column, lag, remedy):
    (problem,) = problems_of(ID, columns=CURSORS, cursor_column=column, cursor_lag=lag)

    assert (problem.path, problem.code) == ("settings.cursor_lag", "TYPE_MISMATCH")
    assert problem.problem.startswith(f"is {lag!r}, which cannot be taken off the cursor column ")
    assert problem.remedy == remedy


def test_a_setting_that_is_not_there_names_no_column_without_a_name():
    columns = columns_of(pa.schema([("id", pa.string()), ("", pa.bool_())]))

    assert messages_of(ID, columns=columns) == []


def test_every_problem_is_found_at_once():
    lines = [
        {"attribute": "account_id", "column": "iid"},
        {"attribute": "A date", "column": "flag"},
        {"attribute": "A text", "expression": "nope(1)"},
    ]

    codes = [each.code for each in problems_of(*lines, recency_column="no such thing")]

    assert codes == ["UNKNOWN_COLUMN", "TYPE_MISMATCH", "UNKNOWN_FUNCTION", "UNKNOWN_COLUMN"]
