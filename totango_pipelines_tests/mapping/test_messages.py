"""What a person is told of a rejected row: one code, one sentence, one remedy."""

import pyarrow as pa
import pytest

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.catalog.catalog import Catalog
from totango_pipelines.mapping.messages import describe
from totango_pipelines_tests.mapping.mapping_scene import catalog_with, map_table

ID = {"attribute": "account_id", "column": "id"}
TIER = Attribute("Support Level", DataType.LIST, allowed=("Basic", "Premium"))
OF_A_CELL = {
    "KEY_NULL": (
        {"id": " "},
        [],
        (
            "account_id identifies the record and is empty. "
            "Fill it in the source, or leave such rows out with WHERE."
        ),
    ),
    "KEY_TOO_LONG": (
        {"id": "a" * 481},
        [],
        "account_id is longer than 480 characters. Shorten it in the source.",
    ),
    "KEY_CHARACTERS": (
        {"id": "a b"},
        [],
        (
            "account_id holds a character that a key cannot have, or is NaN or infinity. "
            "Use only letters (A-Z, a-z), digits, '_' and '-'."
        ),
    ),
    "FORMAT": (
        {"id": "a", "c": "31.01.2026"},
        [{"attribute": "A date", "column": "c"}],
        "A date is not an ISO date. Write it as YYYY-MM-DD, e.g. 2026-01-31, or set source_format.",
    ),
    "NOT_WHOLE": (
        {"id": "a", "c": "1.5"},
        [{"attribute": "A whole_number", "column": "c"}],
        "A whole_number is not a whole number. Round it in the query.",
    ),
    "OUT_OF_RANGE": (
        {"id": "a", "c": "1e400"},
        [{"attribute": "A number", "column": "c"}],
        (
            "A number is outside what a number can hold exactly. "
            "Correct the value, or map it to a text attribute."
        ),
    ),
    "VALUE_TOO_LONG": (
        {"id": "a", "c": "n" * 129},
        [{"attribute": "account_name", "column": "c"}],
        (
            "account_name is longer than 128 characters. "
            "Shorten it in the query, e.g. with left() or substr()."
        ),
    ),
    "VALUE_NOT_ALLOWED": (
        {"id": "a", "c": "Gold"},
        [{"attribute": "Support Level", "column": "c"}],
        (
            "Support Level is not one of its known values. "
            "Use one of: Basic, Premium; or add the value in catalog.yaml."
        ),
    ),
    "TAG_VALUE": (
        {"id": "a", "c": "maybe"},
        [{"attribute": "tag##vip", "column": "c"}],
        (
            "tag##vip is neither yes nor no. "
            "Write true or yes to add the tag, false or no to remove it."
        ),
    ),
    "EXPRESSION": (
        {"id": "a", "c": "x"},
        [{"attribute": "A number", "expression": "CAST(c AS INTEGER)"}],
        (
            "the expression of A number cannot be computed for this row. "
            "Look at what it reads; try_cast() and try_strptime() give null instead."
        ),
    ),
}
OF_A_SETTING = {
    "RECENCY_NULL": (
        {"recency_column": "c"},
        None,
        (
            "the recency column is empty, so nobody knows how new the row is. "
            "Fill it, use coalesce() in the query, or remove settings.recency_column."
        ),
    ),
    "RECENCY_FORMAT": (
        {"recency_column": "c"},
        "soon",
        (
            "the recency column does not hold a time. "
            "Write it as YYYY-MM-DDThh:mm:ssZ, or cast it in the query."
        ),
    ),
    "CURSOR_NULL": (
        {"cursor_column": "c"},
        None,
        (
            "the cursor column is empty, so no later run would find the row. "
            "Fill it, use coalesce() in the query, or remove settings.cursor_column."
        ),
    ),
}
OF_THE_HUB = {
    "ACCOUNT_NOT_FOUND": (
        ("tasks", "account_id"),
        (
            "account_id is no account that the hub knows, and this object never creates one. "
            "Load the account first, or correct its id."
        ),
    ),
    "ACCOUNT_CHANGED": (
        ("tasks", "account_id"),
        (
            "account_id is another account than the one that the record belongs to. "
            "A record stays with its account: correct the account, or give the record another id."
        ),
    ),
    "FK_UNMATCHED": (
        ("accounts", "Zuora Id"),
        (
            "this Zuora Id belongs to no account, and match_on never creates one. "
            "Load it with an integration of accounts_foreign_keys first, or correct the value."
        ),
    ),
    "FK_CONFLICT": (
        ("accounts", "Zuora Id"),
        (
            "this Zuora Id belongs to another account, where another integration put it. "
            "Correct one of the two sources, or set auto_resolve_conflicts: true and the newest wins."
        ),
    ),
    "USER_NOT_FOUND": (
        ("account_assignment", "email"),
        (
            "email is no Totango user that the hub knows. "
            "Load the user with an integration of totango_users first, or correct the value."
        ),
    ),
    "USER_AMBIGUOUS": (
        ("account_assignment", "user_name"),
        (
            "several Totango users have this user_name. "
            "Map the e-mail instead: a name may belong to several people."
        ),
    ),
    "ROLE_UNKNOWN": (
        ("account_assignment", "account_role_id"),
        (
            "account_role_id is not among the roles of catalog.yaml. "
            "Correct it, or add the role to catalog.yaml."
        ),
    ),
    "KEY_CONTACT_NOT_CONTACT": (
        ("users", "Key Contact"),
        "a key contact must be a contact. Set Contact to yes as well, or Key Contact to no.",
    ),
    "SUBJECT_OR_CONTENT": (
        ("touchpoints", "subject"),
        "a touchpoint needs a subject or a content. Fill one of the two in the source.",
    ),
    "MATCH_CONFLICT": (
        ("accounts", "account_id"),
        (
            "this record is matched to another source record. Correct the key or the source id, or "
            "set auto_resolve_conflicts: true: the newest wins."
        ),
    ),
}


def told(mapped):
    return [
        (line["_code"], f"{line['_problem']} {line['_remedy']}")
        for line in mapped.rejects.to_pylist()
    ]


@pytest.mark.parametrize("code", OF_A_CELL)
def test_a_bad_cell_says_what_is_wrong_with_it_and_how_to_mend_it(tmp_path, code):
    row, lines, message = OF_A_CELL[code]

    mapped = map_table(
        tmp_path, pa.Table.from_pylist([row]), [ID, *lines], catalog=catalog_with(TIER)
    )

    assert told(mapped) == [(code, message)]


@pytest.mark.parametrize("code", OF_A_SETTING)
def test_a_row_that_a_setting_cannot_use_says_so(tmp_path, code):
    settings, cell, message = OF_A_SETTING[code]
    table = pa.table({"id": ["a"], "c": pa.array([cell], pa.string())})

    assert told(map_table(tmp_path, table, [ID], **settings)) == [(code, message)]


def test_a_required_value_says_that_it_is_missing(tmp_path):
    names = ["account_id", "user_id", "action", "module"]
    table = pa.table({name: ["x"] for name in names[1:]} | {"account_id": [" "]})
    lines = [{"attribute": name, "column": name} for name in names]

    mapped = map_table(tmp_path, table, lines, object_name="usage", catalog=Catalog.standard())

    message = "account_id is required and is empty. Fill it in the source."
    assert told(mapped) == [("REQUIRED_NULL", message)]


@pytest.mark.parametrize("code", OF_THE_HUB)
def test_a_row_that_the_hub_refuses_says_why(code):
    (object_name, name), message = OF_THE_HUB[code]
    catalog = catalog_with(Attribute("Zuora Id", DataType.FOREIGN_KEY))

    problem, remedy = describe(code, catalog.attribute(object_name, name))

    assert f"{problem} {remedy}" == message


def test_every_code_has_its_message():
    codes = (
        "KEY_NULL KEY_TOO_LONG KEY_CHARACTERS CURSOR_NULL RECENCY_NULL RECENCY_FORMAT FORMAT "
        "NOT_WHOLE OUT_OF_RANGE VALUE_TOO_LONG VALUE_NOT_ALLOWED REQUIRED_NULL TAG_VALUE "
        "FK_UNMATCHED FK_CONFLICT ACCOUNT_NOT_FOUND ACCOUNT_CHANGED USER_NOT_FOUND USER_AMBIGUOUS "
        "ROLE_UNKNOWN KEY_CONTACT_NOT_CONTACT SUBJECT_OR_CONTENT MATCH_CONFLICT EXPRESSION"
    )

    assert {*OF_A_CELL, *OF_A_SETTING, *OF_THE_HUB, "REQUIRED_NULL"} == set(codes.split())


CURSOR_CELLS = {
    "text": pa.array(["b", "", " \u3000", None]),
    "number": pa.array([1, None]),
    "time": pa.array([0, None], pa.timestamp("us")),
}


@pytest.mark.parametrize("cells", CURSOR_CELLS.values(), ids=CURSOR_CELLS)
def test_a_row_without_a_cursor_is_refused_with_its_other_problems(tmp_path, cells):
    without = len(cells) - 1
    table = pa.table({"id": ["a"] + ["b c"] * without, "at": cells})

    mapped = map_table(tmp_path, table, [ID], cursor_column="at")

    assert mapped.rows.accepted == 1
    assert mapped.codes == {
        row: ["CURSOR_NULL", "KEY_CHARACTERS"] for row in range(2, len(cells) + 1)
    }
    first = mapped.rejects.to_pylist()[0]
    assert (first["_column"], first["_attribute"], first["_key"]) == ("at", "", "b c")


def test_one_column_may_be_recency_and_cursor(tmp_path):
    table = pa.table({"id": ["a", "b"], "at": ["2026-02-01", None]})

    mapped = map_table(tmp_path, table, [ID], recency_column="at", cursor_column="at")

    assert mapped.codes == {2: ["RECENCY_NULL", "CURSOR_NULL"]}
