from datetime import UTC, date, datetime
from decimal import Decimal
from math import inf, nan

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.catalog.catalog import Catalog
from totango_pipelines.mapping.validation import validate_mapping
from totango_pipelines_tests.mapping.mapping_scene import (
    catalog_with,
    columns_of,
    integration_of,
    map_table,
)

LARGEST = 2**53
WHITE = "\u00a0\u3000\t\n\u2028 "
ZONE = pa.timestamp("us", tz="UTC")

ARROW = {
    "text": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "decimal": pa.decimal128(38, 6),
    "decimal text": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "instant": ZONE,
}
IMPOSSIBLE = {
    "number": {"boolean", "date", "timestamp", "instant"},
    "currency": {"boolean", "date", "timestamp", "instant"},
    "whole_number": {"boolean", "date", "timestamp", "instant"},
    "date": {"integer", "float", "decimal", "decimal text", "boolean"},
    "timestamp": {"integer", "float", "decimal", "decimal text", "boolean"},
    "boolean": {"float", "decimal", "decimal text", "date", "timestamp", "instant"},
}


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def local(*parts):
    return datetime(*parts)  # noqa: DTZ001 - a column without a zone


FORMAT, RANGE, NOT_WHOLE = "!FORMAT", "!OUT_OF_RANGE", "!NOT_WHOLE"
NO_NUMBERS: dict[str, object] = dict.fromkeys(
    [
        *("abc", "1_000", " 12 ", "12 ", "12,50", "1,234.5", "$5", "0x10", "--1", ".", "e3"),
        *(
            "NaN",
            "inf",
            "-Infinity",
            "1e",
            "1e99999",
            "\u0661\u0662",
            "12\x00",
            "\U0001f600",
            "1\n",
        ),
    ],
    FORMAT,
)
NO_NUMBERS |= {"": None, "  ": None, WHITE: None}

# Source kind and attribute type -> cell -> value, or ! and the code it is rejected with.
CASES = {
    ("text", "text"): {
        "Acme": "Acme",
        " padded ": " padded ",
        "": None,
        WHITE: None,
        "\u00a0x": "\u00a0x",
        "~tilde": "~tilde",
        "\x7f": "\x7f",
        "\u00e9": "\u00e9",
        "a\x00b": FORMAT,
        "\x00": FORMAT,
        "x" * 512: "x" * 512,
        "x" * 513: "!VALUE_TOO_LONG",
        "\U0001f600" * 512: "\U0001f600" * 512,
        "\U0001f600" * 513: "!VALUE_TOO_LONG",
        "12.0": "12.0",
    },
    ("integer", "text"): {7: "7", -(2**63): str(-(2**63))},
    ("float", "text"): {
        12.0: "12",
        12.5: "12.5",
        -0.0: "0",
        1e15: "1000000000000000",
        1e18: "1000000000000000000",
        1e22: "1e+22",
    },
    ("decimal", "text"): {Decimal("12.00"): "12", Decimal("12.50"): "12.500000"},
    ("decimal text", "text"): {"12.00": "12", "100": "100", "0.10": "0.10", "v1.0": "v1.0"},
    ("boolean", "text"): {True: "true", False: "false"},
    ("date", "text"): {date(2026, 1, 31): "2026-01-31"},
    ("timestamp", "text"): {local(2026, 1, 31, 10): "2026-01-31 10:00:00"},
    ("instant", "text"): {at(2026, 1, 31, 10): "2026-01-31 10:00:00+00"},
    ("text", "list"): {"Any": "Any", " ": None, "a\x00": FORMAT},
    ("text", "number"): {
        **NO_NUMBERS,
        "12": 12.0,
        "+12": 12.0,
        "-12.50": -12.5,
        ".5": 0.5,
        "5.": 5.0,
        "1e3": 1000.0,
        "1E-3": 0.001,
        "1e400": RANGE,
        "-1e400": RANGE,
        "1e300": 1e300,
        str(LARGEST): float(LARGEST),
        str(LARGEST + 1): RANGE,
        str(LARGEST + 2): float(LARGEST + 2),
        f"{LARGEST + 1}.0": RANGE,
        f"{LARGEST}.00": float(LARGEST),
        f"{LARGEST}.5": RANGE,
        f"-{LARGEST + 1}": RANGE,
        "123456789012345678901234567890123456789012": RANGE,
    },
    ("integer", "number"): {
        0: 0.0,
        LARGEST: float(LARGEST),
        LARGEST + 1: RANGE,
        -LARGEST - 1: RANGE,
        LARGEST + 2: float(LARGEST + 2),
        2**63 - 1: RANGE,
        -(2**63): float(-(2**63)),
    },
    ("float", "number"): {0.1: 0.1, 1e308: 1e308, nan: RANGE, inf: RANGE, -inf: RANGE},
    ("decimal", "number"): {
        Decimal("12.50"): 12.5,
        Decimal(LARGEST): float(LARGEST),
        Decimal(LARGEST + 1): RANGE,
        Decimal(f"{LARGEST}.5"): RANGE,
    },
    ("decimal text", "number"): {
        "12.50": 12.5,
        "NaN": FORMAT,
        f"{LARGEST + 1}.00": RANGE,
        " ": None,
    },
    ("text", "currency"): {
        **NO_NUMBERS,
        "1e99999": FORMAT,
        "12.5": Decimal("12.5000"),
        "-0.0001": Decimal("-0.0001"),
        "+.5": Decimal("0.5000"),
        "1.00005": FORMAT,
        "1.000100000": Decimal("1.0001"),
        "0.00000000000000000000000000000001": FORMAT,
        "0.50000000000000000000000000000001": FORMAT,
        "1e3": Decimal("1000.0000"),
        "15e-1": Decimal("1.5000"),
        "1e-5": FORMAT,
        "1e-30": FORMAT,
        "99999999999999.9999": Decimal("99999999999999.9999"),
        "100000000000000": RANGE,
        "-123456789012345": RANGE,
        "1e400": RANGE,
    },
    ("integer", "currency"): {7: Decimal("7.0000"), 10**14: RANGE},
    ("float", "currency"): {
        0.1: Decimal("0.1000"),
        1.00004: Decimal("1.0000"),
        2.675: Decimal("2.6750"),
        12345678901234.5: Decimal("12345678901234.5000"),
        1e14: RANGE,
        1e30: RANGE,
        nan: RANGE,
        inf: RANGE,
    },
    ("decimal", "currency"): {
        Decimal("1.2345"): Decimal("1.2345"),
        Decimal("1.23456"): FORMAT,
        Decimal(10**14): RANGE,
    },
    ("decimal text", "currency"): {"1.23450": Decimal("1.2345"), "NaN": FORMAT, "": None},
    ("text", "date"): {
        "2026-01-31": date(2026, 1, 31),
        "2024-02-29": date(2024, 2, 29),
        "2025-02-30": FORMAT,
        "2025-02-29": FORMAT,
        "31/31/2025": FORMAT,
        "01/31/2025": FORMAT,
        "20-01-02": FORMAT,
        "2020104": FORMAT,
        "20200104": FORMAT,
        "2020-1-2": FORMAT,
        "0000-01-01": FORMAT,
        "0001-01-01": date(1, 1, 1),
        "9999-12-31": date(9999, 12, 31),
        "10000-01-01": FORMAT,
        " 2026-01-31": FORMAT,
        "2026-01-31 ": FORMAT,
        "epoch": FORMAT,
        "infinity": FORMAT,
        "2026-01-31 10:00": date(2026, 1, 31),
        "2026-01-31T23:30:00-05:00": date(2026, 2, 1),
        "2026-02-01T00:30:00+0530": date(2026, 1, 31),
        "2026-01-31T10:00:00Z": date(2026, 1, 31),
        "2026-01-31T24:00": FORMAT,
        "2026-01-31T10:00:00+99:99": FORMAT,
        "2025-02-30T10:00:00Z": FORMAT,
        "0001-01-01T00:00:00+05:00": RANGE,
        "9999-12-31T23:00:00-05:00": RANGE,
        "": None,
        WHITE: None,
        "2026-01-31\x00": FORMAT,
    },
    ("date", "date"): {date(2026, 1, 31): date(2026, 1, 31), date(1, 1, 1): date(1, 1, 1)},
    ("timestamp", "date"): {local(2026, 1, 31, 23, 59): date(2026, 1, 31)},
    ("instant", "date"): {at(2026, 1, 31, 23, 59): date(2026, 1, 31)},
    ("text", "timestamp"): {
        "2026-01-31": at(2026, 1, 31),
        "2026-01-31 10:00": at(2026, 1, 31, 10),
        "2026-01-31T10:00:00.123999Z": at(2026, 1, 31, 10, 0, 0, 123_000),
        "2026-01-31T10:00:00.123456789": at(2026, 1, 31, 10, 0, 0, 123_000),
        "2026-01-31T10:00:00+05:30": at(2026, 1, 31, 4, 30),
        "2026-01-31T10:00:00-05": at(2026, 1, 31, 15),
        "2026-01-31T10:00:00 Europe/Berlin": FORMAT,
        "2026-01-31T25:00": FORMAT,
        "1767225600": FORMAT,
        "now": FORMAT,
        "0001-01-01T00:00:00+05:00": RANGE,
        "9999-12-31T23:59:59-01:00": RANGE,
        " ": None,
    },
    ("date", "timestamp"): {date(2026, 1, 31): at(2026, 1, 31)},
    ("timestamp", "timestamp"): {local(2026, 1, 31, 1, 2, 3, 4567): at(2026, 1, 31, 1, 2, 3, 4000)},
    ("instant", "timestamp"): {
        at(2026, 1, 31, 1, 2, 3, 999_999): at(2026, 1, 31, 1, 2, 3, 999_000)
    },
    ("text", "boolean"): {
        **dict.fromkeys(["true", "TRUE", "Yes", "y", "T", "1", "On"], True),
        **dict.fromkeys(["false", "No", "n", "F", "0", "OFF"], False),
        **dict.fromkeys(["ein", "2", "yes ", "\u00a0no", "ja", "tru\x00"], FORMAT),
        " ": None,
    },
    ("boolean", "boolean"): {True: True, False: False},
    ("integer", "boolean"): {1: True, 0: False, 2: FORMAT, -1: FORMAT},
    ("text", "whole_number"): {
        **NO_NUMBERS,
        "12": 12,
        "12.0": 12,
        "12.": 12,
        "-.0": 0,
        "12.000000000000000000000000000000": 12,
        "12.5": NOT_WHOLE,
        "0.99999999999999999999999999": NOT_WHOLE,
        f"{LARGEST}.5": NOT_WHOLE,
        "1e3": 1000,
        "15e-1": NOT_WHOLE,
        "9223372036854775807": 2**63 - 1,
        "9223372036854775808": RANGE,
        "1e30": RANGE,
        "1e400": RANGE,
    },
    ("integer", "whole_number"): {7: 7, -(2**63): -(2**63)},
    ("float", "whole_number"): {12.0: 12, 12.5: NOT_WHOLE, 1e19: RANGE, nan: RANGE, inf: RANGE},
    ("decimal", "whole_number"): {
        Decimal("12.000000"): 12,
        Decimal("12.5"): NOT_WHOLE,
        Decimal(10**19): RANGE,
    },
    ("decimal text", "whole_number"): {"12.00": 12, "12.50": NOT_WHOLE, "NaN": FORMAT},
}


def one_column(cells, kind):
    ids = pa.array([f"a{n}" for n in range(len(cells))])
    return pa.table({"id": ids, "cell": pa.array(cells, ARROW[kind])})


def outcomes_of(folder, cells, kind, attribute, *, catalog=None, object_name="accounts"):
    lines = [
        {"attribute": "account_id", "column": "id"},
        {"attribute": attribute, "column": "cell"},
    ]
    if object_name == "users":
        lines.append({"attribute": "user_id", "column": "id"})
    types = {"cell": "numeric(20,2)"} if kind == "decimal text" else {}
    table = one_column(cells, kind)
    mapped = map_table(
        folder, table, lines, catalog=catalog, source_types=types, object_name=object_name
    )
    return mapped.outcomes(attribute.lower().replace(" ", "_").replace("##", "_"))


@pytest.mark.parametrize(("kind", "data_type"), CASES)
def test_a_cell_becomes_exactly_its_value_or_is_rejected(tmp_path, kind, data_type):
    expected = CASES[kind, data_type]
    cells = [*expected, None]

    found = outcomes_of(tmp_path, cells, kind, f"A {data_type}")

    wanted = [*expected.values(), None]
    wrong = [each for each in zip(cells, found, wanted, strict=True) if each[1] != each[2]]
    assert wrong == []


def test_every_type_meets_every_kind_of_source_or_is_refused_before_the_run():
    schema = pa.schema([("id", pa.string()), *((kind, type_) for kind, type_ in ARROW.items())])
    columns = columns_of(schema, {"decimal text": "DECIMAL(20,2)"})
    refused = {}
    for data_type in ("text", "list", *IMPOSSIBLE):
        for kind in ARROW:
            lines = [{"attribute": f"A {data_type}", "column": kind}]
            problems = validate_mapping(integration_of(lines), catalog_with(), columns)
            if problems:
                assert [each.code for each in problems] == ["TYPE_MISMATCH"]
                refused.setdefault(data_type, set()).add(kind)

    assert refused == IMPOSSIBLE


@pytest.mark.parametrize(
    ("arrow_type", "cells", "expected"),
    [
        (pa.large_string(), ["a", " "], ["a", None]),
        (pa.dictionary(pa.int32(), pa.string()), ["a", ""], ["a", None]),
        (pa.time64("us"), [3_600_000_000], ["01:00:00"]),
        (pa.binary(), [b"a\x00"], ["a\\x00"]),
        (pa.list_(pa.int64()), [[1, 2]], ["[1, 2]"]),
        (pa.null(), [None], [None]),
        (pa.float32(), [0.1, 3.0], ["0.1", "3"]),
        (pa.uint64(), [2**64 - 1], [str(2**64 - 1)]),
        (pa.decimal128(5, 2), [Decimal("1.00")], ["1"]),
    ],
    ids=str,
)
def test_other_arrow_types_are_read_as_text(tmp_path, arrow_type, cells, expected):
    table = pa.table({"id": [f"a{n}" for n in range(len(cells))], "c": pa.array(cells, arrow_type)})
    lines = [
        {"attribute": "account_id", "column": "id"},
        {"attribute": "A text", "column": "c"},
    ]

    assert map_table(tmp_path, table, lines).outcomes("a_text") == expected


@pytest.mark.parametrize("unit", ["s", "ms", "ns"])
def test_times_of_other_units_are_the_same_instants(tmp_path, unit):
    moment = local(2026, 1, 31, 10, 0, 1)
    table = pa.table(
        {
            "id": ["a"],
            "local": pa.array([moment], pa.timestamp(unit)),
            "zoned": pa.array([moment.replace(tzinfo=UTC)], pa.timestamp(unit, tz="UTC")),
        }
    )
    for column in ("local", "zoned"):
        lines = [
            {"attribute": "account_id", "column": "id"},
            {"attribute": "A timestamp", "column": column},
        ]
        found = map_table(tmp_path, table, lines).outcomes("a_timestamp")
        assert found == [at(2026, 1, 31, 10, 0, 1)]


NO_KEY, CHARACTERS, LONG = "!KEY_NULL", "!KEY_CHARACTERS", "!KEY_TOO_LONG"
KEYS = {
    ("accounts", "account_id", "text"): {
        "ABC": "ABC",
        "abc": "abc",
        " padded\u00a0": "padded",
        "\u3000x\u3000": "x",
        "a_b-9": "a_b-9",
        "": NO_KEY,
        WHITE: NO_KEY,
        None: NO_KEY,
        "a b": CHARACTERS,
        "a/b": CHARACTERS,
        "a@b": CHARACTERS,
        "\u00e9": CHARACTERS,
        "a\x00b": CHARACTERS,
        "a\nb": CHARACTERS,
        "\U0001f600": CHARACTERS,
        "x" * 480: "x" * 480,
        "x" * 481: LONG,
        "/" * 481: f"{LONG} KEY_CHARACTERS",
        "12.0": CHARACTERS,
    },
    ("accounts", "account_id", "float"): {
        12.0: "12",
        1e15: "1000000000000000",
        1e30: CHARACTERS,
        12.5: CHARACTERS,
        nan: CHARACTERS,
        inf: CHARACTERS,
    },
    ("accounts", "account_id", "decimal text"): {
        "12.00": "12",
        "-7": "-7",
        " 5 ": "5",
        "NaN": CHARACTERS,
    },
    ("accounts", "account_id", "decimal"): {Decimal("12.00"): "12", Decimal("1.5"): CHARACTERS},
    ("accounts", "account_id", "integer"): {2**63 - 1: str(2**63 - 1)},
    ("totango_users", "email", "text"): {
        " Ann@Example.COM ": "ann@example.com",
        "\u00c9": "\u00e9",
        "a\x00b": CHARACTERS,
        "x" * 100: "x" * 100,
        "x" * 101: LONG,
        " ": NO_KEY,
    },
}


@pytest.mark.parametrize(("object_name", "attribute", "kind"), KEYS)
def test_a_key_is_folded_once_or_rejected(tmp_path, object_name, attribute, kind):
    expected = KEYS[object_name, attribute, kind]
    types = {"cell": "numeric"} if kind == "decimal text" else {}
    table = pa.table({"cell": pa.array(list(expected), ARROW[kind])})

    mapped = map_table(
        tmp_path,
        table,
        [{"attribute": attribute, "column": "cell"}],
        catalog=Catalog.standard(),
        object_name=object_name,
        source_types=types,
    )

    assert mapped.outcomes(attribute) == list(expected.values())


def test_user_ids_are_lower_cased_while_account_and_collection_ids_keep_their_case(tmp_path):
    table = pa.table(
        {
            "a": ["Acme", "Acme", "Acme"],
            "u": [" Ann.B+1@X.com ", "a b", "x" * 101],
            "c": ["T-1"] * 3,
        }
    )
    account = {"attribute": "account_id", "column": "a"}

    users = map_table(
        tmp_path,
        table,
        [account, {"attribute": "user_id", "column": "u"}],
        catalog=Catalog.standard(),
        object_name="users",
    )
    collections = map_table(
        tmp_path,
        table,
        [account, {"attribute": "collection_id", "column": "c"}],
        catalog=Catalog.standard(),
        object_name="collections",
    )

    assert users.outcomes("user_id") == ["ann.b+1@x.com", CHARACTERS, LONG]
    assert users.values("account_id") == {1: "Acme"}
    assert set(collections.outcomes("collection_id")) == {"T-1"}


def test_a_date_key_that_is_no_date_is_not_also_called_empty(tmp_path):
    table = pa.table({"a": ["a"] * 3, "d": ["2026-01-31", "31/01/2026", " "]})
    lines = [{"attribute": "account_id", "column": "a"}, {"attribute": "date", "column": "d"}]

    mapped = map_table(
        tmp_path, table, lines, catalog=Catalog.standard(), object_name="usage_aggregations"
    )

    assert mapped.outcomes("date") == [date(2026, 1, 31), FORMAT, NO_KEY]


def test_the_account_of_a_usage_row_is_judged_as_a_key_and_has_to_be_there(tmp_path):
    table = pa.table({"a": ["A b", None, " A ", "x"], "t": ["t", "t", "t", None]})
    lines = [
        {"attribute": "account_id", "column": "a"},
        {"attribute": "action", "column": "t"},
    ]

    mapped = map_table(tmp_path, table, lines, catalog=Catalog.standard(), object_name="usage")

    assert mapped.outcomes("account_id") == [CHARACTERS, "!REQUIRED_NULL", "A", "!REQUIRED_NULL"]


@pytest.mark.parametrize("attribute", ["Contact", "Key Contact"])
def test_contact_takes_yes_and_no_only(tmp_path, attribute):
    cells = ["yes", "NO", "True", "false", "1", "y", "maybe", " yes", "", None]
    catalog = Catalog.standard()

    found = outcomes_of(tmp_path, cells, "text", attribute, catalog=catalog, object_name="users")
    numbers = outcomes_of(
        tmp_path, [1, 0, 2], "integer", attribute, catalog=catalog, object_name="users"
    )

    assert found == [True, False, True, False, *["!VALUE_NOT_ALLOWED"] * 4, None, None]
    assert numbers == [True, False, "!VALUE_NOT_ALLOWED"]


def test_a_tag_is_added_removed_or_left(tmp_path):
    cells = ["yes", "TRUE", "no", "False", "", None, "1", "x"]

    found = outcomes_of(tmp_path, cells, "text", "tag##vip")

    assert found == [True, True, False, False, None, None, "!TAG_VALUE", "!TAG_VALUE"]


def test_a_declared_list_takes_its_values_only_and_status_takes_any_with_a_warning(tmp_path):
    tier = Attribute("Support Level", DataType.LIST, allowed=("Basic", "Premium"))
    catalog = catalog_with(tier)
    cells = ["Basic", "basic", "Premium ", " ", None]

    assert outcomes_of(tmp_path, cells, "text", "Support Level", catalog=catalog) == [
        *("Basic", "!VALUE_NOT_ALLOWED", "!VALUE_NOT_ALLOWED", None, None)
    ]

    table = pa.table(
        {"id": ["a", "b", "c", "", "e"], "s": ["Paying", "Zombie", "paying", "Zombie", None]}
    )
    lines = [
        {"attribute": "account_id", "column": "id"},
        {"attribute": "Status", "column": "s"},
    ]
    mapped = map_table(tmp_path, table, lines)

    assert mapped.outcomes("status") == ["Paying", "Zombie", "paying", NO_KEY, None]
    assert mapped.rows.warnings == ("2 rows have a Status that Totango does not know.",)


def test_a_list_of_whole_numbers_is_judged_by_number(tmp_path):
    table = pa.table({"id": ["t"] * 4, "p": ["1", "3.0", "4", "x"]})
    lines = [
        {"attribute": "task_id", "column": "id"},
        {"attribute": "priority", "column": "p"},
    ]

    mapped = map_table(tmp_path, table, lines, catalog=Catalog.standard(), object_name="tasks")

    assert mapped.outcomes("priority") == [1, 3, "!VALUE_NOT_ALLOWED", FORMAT]


FORMATTED = {
    ("A date", "DD/MM/YYYY"): {
        "31/01/2026": date(2026, 1, 31),
        " 31/01/2026\u00a0": date(2026, 1, 31),
        "2026-01-31": FORMAT,
        "30/02/2026": FORMAT,
        " ": None,
    },
    ("A timestamp", "YYYY-MM-DDThh:mm:ssZ"): {
        "2026-01-31T10:00:00Z": at(2026, 1, 31, 10),
        "2026-01-31T10:00:00+0530": at(2026, 1, 31, 4, 30),
        "2026-01-31T10:00:00": FORMAT,
        "9999-12-31T23:59:59-01:00": RANGE,
    },
    ("A timestamp", "epoch seconds"): {"1769853600": at(2026, 1, 31, 10), "9" * 15: RANGE},
    ("A number", "0.000,00"): {"1.234,5": 1234.5, "(1)": -1.0, "1.2": FORMAT, "": None},
    ("A currency", "€0.000,00"): {"€ 1.234,56": Decimal("1234.5600"), "$5": FORMAT},
    ("A whole_number", "0,000.00"): {"1,234": 1234, "0.5": NOT_WHOLE, "9" * 30: RANGE},
    ("A boolean", "ja/nein"): {"JA": True, "nein": False, "yes": FORMAT, " ": None},
    ("tag##vip", "active/inactive"): {"Active": True, "x": "!TAG_VALUE"},
    ("Products", None): {"b;a; b": "a;b", " ; ": None, "c": "c"},
    ("Products", ","): {"b,a": "a;b", "a;b": FORMAT},
    ("Colours", "json"): {'["blue","red"]': "red;blue", '["pink"]': "!VALUE_NOT_ALLOWED"},
}


@pytest.mark.parametrize(("attribute", "source_format"), FORMATTED)
def test_a_run_reads_cells_as_their_source_format_says(tmp_path, attribute, source_format):
    expected = FORMATTED[attribute, source_format]
    catalog = catalog_with(
        Attribute("Products", DataType.MULTI_LIST),
        Attribute("Colours", DataType.MULTI_LIST, allowed=("red", "blue")),
    )
    line = {"attribute": attribute, "column": "cell"}
    if source_format is not None:
        line["source_format"] = source_format
    table = one_column([*expected, None], "text")

    mapped = map_table(
        tmp_path, table, [{"attribute": "account_id", "column": "id"}, line], catalog=catalog
    )

    column = attribute.lower().replace(" ", "_").replace("##", "_")
    assert mapped.outcomes(column) == [*expected.values(), None]
    formats = mapped.rejects.filter(pc.equal(mapped.rejects["_code"], "FORMAT")).to_pylist()
    if source_format is not None:
        told = [source_format in each["_problem"] + each["_remedy"] for each in formats]
        assert all(told), formats


def test_a_run_counts_the_times_that_occur_twice(tmp_path):
    cells = [
        "2026-10-25 02:30",
        "2026-10-25 03:30",
        "2026-03-29 02:30",
        "2026-10-25 02:30:00+01:00",
    ]
    lines = [
        {"attribute": "account_id", "column": "id"},
        {"attribute": "A timestamp", "column": "cell"},
    ]

    mapped = map_table(tmp_path, one_column(cells, "text"), lines, timezone="Europe/Berlin")

    assert mapped.outcomes("a_timestamp") == [
        *(at(2026, 10, 25, 0, 30), at(2026, 10, 25, 2, 30), FORMAT, at(2026, 10, 25, 1, 30))
    ]
    assert len(mapped.rows.warnings) == 1
    assert "1 row" in mapped.rows.warnings[0]
    assert "A timestamp" in mapped.rows.warnings[0]
