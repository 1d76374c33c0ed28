import traceback
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.catalog.catalog import custom_attribute
from totango_pipelines.errors import SystemFaultError
from totango_pipelines.mapping.apply import apply_mapping
from totango_pipelines.mapping.plan import plan_mapping
from totango_pipelines.mapping.rejects import add_rejects, staged_rows
from totango_pipelines_tests.mapping.mapping_scene import (
    NOW,
    OWN_COLUMNS,
    TYPES,
    catalog_with,
    columns_of,
    integration_of,
    map_table,
)

ID = {"attribute": "account_id", "column": "id"}
SIZE = {"attribute": "A number", "column": "size"}
DAY = {"attribute": "A date", "column": "day"}
TIER = Attribute("Support Level", DataType.LIST, allowed=("Basic", "Premium"))


def test_a_row_with_several_problems_has_a_line_for_each_and_counts_once(tmp_path):
    table = pa.table(
        {
            "id": ["a", "b c", None],
            "size": ["1", "x", "y"],
            "day": ["2026-01-01", "no", "no"],
            "name": ["n", "n" * 129, "n"],
        }
    )
    lines = [ID, SIZE, DAY, {"attribute": "account_name", "column": "name"}]

    mapped = map_table(tmp_path, table, lines)

    assert (mapped.rows.rows_read, mapped.rows.accepted, mapped.rows.rejected) == (3, 1, 2)
    assert mapped.codes == {
        2: ["FORMAT", "FORMAT", "KEY_CHARACTERS", "VALUE_TOO_LONG"],
        3: ["FORMAT", "FORMAT", "KEY_NULL"],
    }
    counted = {(check.attribute, check.code): n for check, n in mapped.rows.rejects}
    assert counted == {
        ("A number", "FORMAT"): 2,
        ("A date", "FORMAT"): 2,
        ("account_id", "KEY_CHARACTERS"): 1,
        ("account_id", "KEY_NULL"): 1,
        ("account_name", "VALUE_TOO_LONG"): 1,
    }


def test_the_rejects_file_has_the_source_first_and_then_what_to_mend(tmp_path):
    types = {
        "id": pa.array([" B c "]),
        "size": pa.array(["x" * 300]),
        "paid": pa.array([Decimal("1.50")], pa.decimal128(9, 2)),
        "seen": pa.array([NOW], pa.timestamp("us", tz="UTC")),
        "flag": pa.array([True]),
        "count": pa.array([7], pa.int32()),
    }
    table = pa.table(types)

    mapped = map_table(tmp_path, table, [ID, SIZE])

    assert mapped.rejects.schema.names == [*table.schema.names, *OWN_COLUMNS]
    assert mapped.rejects.select(table.schema.names).to_pylist() == table.to_pylist() * 2
    assert [mapped.rejects.schema.field(name).type for name in types] == [
        each.type for each in types.values()
    ]
    size, key = mapped.rejects.select(OWN_COLUMNS).to_pylist()
    assert size == {
        "_row": 1,
        "_key": "B c",
        "_column": "size",
        "_attribute": "A number",
        "_code": "FORMAT",
        "_value": "x" * 200,
        "_problem": "A number is not a plain number.",
        "_remedy": "Write it like 1234.5, or set source_format, e.g. 0,000.00.",
    }
    assert (key["_column"], key["_code"], key["_value"]) == ("id", "KEY_CHARACTERS", " B c ")


def test_a_long_value_of_emoji_is_cut_by_characters(tmp_path):
    table = pa.table({"id": ["a"], "size": ["\U0001f600" * 201]})

    mapped = map_table(tmp_path, table, [ID, SIZE])

    assert mapped.rejects["_value"].to_pylist() == ["\U0001f600" * 200]


def test_the_rejects_of_a_file_can_be_mended_and_loaded_again(tmp_path):
    table = pa.table({"id": ["a", "b"], "size": ["1", "x"]})
    first = map_table(tmp_path, table, [ID, SIZE])
    mended = first.rejects.select(table.schema.names)
    mended = mended.set_column(1, "size", pa.array(["2"]))

    assert map_table(tmp_path, mended, [ID, SIZE]).outcomes("a_number") == [2.0]


def test_on_error_null_value_keeps_the_row_and_loses_only_the_cell(tmp_path):
    table = pa.table(
        {
            "id": ["a", "b", "c", "d e"],
            "size": ["1", "x", None, "x"],
            "name": ["n" * 129, "n", " ", "n"],
            "tier": ["Basic", "Gold", "", "Gold"],
        }
    )
    null = {"on_error": "null_value"}
    lines = [
        ID | null,
        SIZE | null,
        {"attribute": "account_name", "column": "name", **null},
        {"attribute": "Support Level", "column": "tier", **null},
    ]

    mapped = map_table(tmp_path, table, lines, catalog=catalog_with(TIER))

    assert mapped.codes == {4: ["KEY_CHARACTERS"]}  # a key is never left out
    assert mapped.values("a_number") == {1: 1.0, 2: None, 3: None}
    assert mapped.values("account_name") == {1: None, 2: "n", 3: None}
    assert mapped.values("support_level") == {1: "Basic", 2: None, 3: None}
    assert not [name for name in mapped.accepted.schema.names if name.startswith("_silent")]


def test_a_bad_cell_stays_silent_where_a_blank_one_clears(tmp_path):
    table = pa.table(
        {
            "id": ["a", "b", "c", "d"],
            "size": ["1", "x", " ", None],
            "name": ["n", "n" * 129, "", "a\x00"],
        }
    )
    clears = {"on_error": "null_value", "blank": "clear"}
    lines = [ID, SIZE | clears, {"attribute": "account_name", "column": "name", **clears}]

    mapped = map_table(tmp_path, table, lines)

    assert mapped.rows.rejected == 0
    assert mapped.values("a_number") == {1: 1.0, 2: None, 3: None, 4: None}
    assert mapped.values("_silent_a_number") == {1: False, 2: True, 3: False, 4: False}
    assert mapped.values("account_name") == {1: "n", 2: None, 3: None, 4: None}
    assert mapped.values("_silent_account_name") == {1: False, 2: True, 3: False, 4: True}


@pytest.mark.parametrize(
    ("constant", "attribute", "expected"),
    [
        ("mid-market", "A text", "mid-market"),
        ('it\'s "quoted"; --', "A text", 'it\'s "quoted"; --'),
        ("{x} {c}", "A text", "{x} {c}"),
        ("  ", "A text", None),
        ("a\x00b", "A text", "!FORMAT"),
        (12, "A text", "12"),
        (True, "A text", "true"),
        (12, "A number", 12.0),
        (1.5, "A number", 1.5),
        ("1e3", "A number", 1000.0),
        ("many", "A number", "!FORMAT"),
        (float("inf"), "A number", "!OUT_OF_RANGE"),
        (float("nan"), "A currency", "!OUT_OF_RANGE"),
        (10**45, "A number", "!OUT_OF_RANGE"),
        (10**45, "A text", str(10**45)),
        (2.5, "A currency", Decimal("2.5000")),
        (2.5, "A whole_number", "!NOT_WHOLE"),
        ("2026-01-31", "A date", date(2026, 1, 31)),
        (True, "A boolean", True),
        (0, "A boolean", False),
        ("yes", "tag##vip", True),
    ],
)
def test_a_constant_is_converted_like_a_cell(tmp_path, constant, attribute, expected):
    table = pa.table({"id": ["a", "b"]})
    lines = [ID, {"attribute": attribute, "constant": constant}]

    mapped = map_table(tmp_path, table, lines)

    assert mapped.outcomes(attribute.lower().replace(" ", "_").replace("##", "_")) == [expected] * 2


def test_a_refused_constant_is_shown_as_the_value(tmp_path):
    lines = [ID, {"attribute": "A number", "constant": "many"}]

    mapped = map_table(tmp_path, pa.table({"id": ["a"]}), lines)

    assert mapped.rejects.select(["_column", "_attribute", "_value"]).to_pylist() == [
        {"_column": None, "_attribute": "A number", "_value": "many"}
    ]


def test_one_column_may_fill_several_attributes(tmp_path):
    table = pa.table({"id": ["12", "x"]})
    lines = [ID, {"attribute": "A text", "column": "id"}, {"attribute": "A number", "column": "id"}]

    mapped = map_table(tmp_path, table, lines)

    assert mapped.accepted.to_pylist() == [
        {"_row": 1, "_as_of": NOW, "account_id": "12", "a_text": "12", "a_number": 12.0}
    ]
    assert mapped.rejects["_attribute"].to_pylist() == ["A number"]


def test_columns_keep_their_names_whatever_they_are_called(tmp_path):
    names = [
        *("ID", "id", "Id", 'a "quoted" name', "it's", "select", "from", "extract", "refused"),
        *("checks", "_check", "c0", "x0", "v0", "xr", "vr", "_mask0", "_as_of", "_is_future"),
        *("with space", "Größe", "a;b--c", "", "{x}", "t", "old"),
    ]
    table = pa.Table.from_arrays(
        [pa.array(["good", "b d"])]
        + [pa.array([f"{n}.1", f"{n}.2"]) for n in range(1, len(names))],
        names=names,
    )
    catalog = catalog_with(
        *(custom_attribute("accounts", f"From {n}", DataType.TEXT) for n in range(len(names)))
    )
    lines = [{"attribute": "account_id", "column": "ID"}]
    lines += [
        {"attribute": f"From {n}", "column": name} for n, name in enumerate(names) if name and n
    ]

    mapped = map_table(tmp_path, table, lines, catalog=catalog)

    accepted = mapped.accepted.to_pylist()[0]
    assert all(accepted[f"from_{n}"] == f"{n}.1" for n, name in enumerate(names) if name and n)
    assert mapped.rejects.schema.names == [*names, *OWN_COLUMNS]
    rejected = pq.read_table(tmp_path / "rejects.parquet").to_pydict()
    assert [rejected[name] for name in names[1:]] == [[f"{n}.2"] for n in range(1, len(names))]


def test_attributes_may_be_called_like_sql_words_and_like_our_own_columns(tmp_path):
    names = ["Select", "From", "Group", "x1", "v1", "c0", "xr", "Mask0", "Row"]
    catalog = catalog_with(*(custom_attribute("accounts", n, DataType.NUMBER) for n in names))
    table = pa.table({"id": ["a", "b"], "n": ["7", "x"]})
    lines = [ID, *({"attribute": name, "column": "n"} for name in names)]

    mapped = map_table(tmp_path, table, lines, catalog=catalog)

    assert set(mapped.accepted.to_pylist()[0].items()) >= {(n.lower(), 7.0) for n in names}
    assert mapped.codes == {2: ["FORMAT"] * len(names)}


ZONED = pa.timestamp("us", tz="UTC")
EARLIER = datetime(2026, 2, 1, 10, 0, 0, 123_456, UTC)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (
            pa.array(["2026-02-01T10:00:00.123456Z", "2026-02-01 11:00:00.123456+01:00"]),
            [EARLIER, EARLIER],
        ),
        (pa.array(["2026-02-01", " ", None]), [datetime(2026, 2, 1, tzinfo=UTC), 0, 0]),
        (
            pa.array(["soon", "31/01/2026", "0001-01-01T00:00+05:00", "2025-02-30", "a\x00"]),
            ["!RECENCY_FORMAT"] * 5,
        ),
        (pa.array([EARLIER, None], ZONED), [EARLIER, 0]),
        (pa.array([EARLIER.replace(tzinfo=None), None], pa.timestamp("us")), [EARLIER, 0]),
        (pa.array([date(2026, 2, 1), None]), [datetime(2026, 2, 1, tzinfo=UTC), 0]),
        (pa.array([1, None]), ["!RECENCY_FORMAT", 0]),
    ],
    ids=["text", "blank", "rubbish", "instant", "local", "date", "number"],
)
def test_the_recency_column_says_when_a_row_was_true(tmp_path, cells, expected):
    table = pa.table({"id": [f"a{n}" for n in range(len(cells))], "at": cells})
    wanted = ["!RECENCY_NULL" if each == 0 else each for each in expected]

    mapped = map_table(tmp_path, table, [ID], recency_column="at")

    assert mapped.outcomes("_as_of") == wanted
    assert mapped.rows.warnings == ()
    for line in mapped.rejects.to_pylist():
        assert (line["_column"], line["_attribute"]) == ("at", "")
        assert line["_problem"]
        assert line["_remedy"]


def test_a_row_more_than_five_minutes_ahead_is_taken_as_of_the_start_of_the_extract(tmp_path):
    tolerated = NOW + timedelta(minutes=5)
    late = [tolerated, tolerated + timedelta(microseconds=1), NOW + timedelta(days=900), tolerated]
    table = pa.table({"id": ["a", "b", "c", "d e"], "at": pa.array(late, ZONED)})

    mapped = map_table(tmp_path, table, [ID], recency_column="at")

    assert mapped.values("_as_of") == {1: tolerated, 2: NOW, 3: NOW}
    assert mapped.rows.warnings == (
        "2 rows claim to be from the future: taken as of the extract's start.",
    )


def test_without_a_recency_column_every_row_is_as_new_as_the_extract(tmp_path):
    mapped = map_table(tmp_path, pa.table({"id": ["a", "b"]}), [ID])

    assert mapped.outcomes("_as_of") == [NOW, NOW]


def test_two_hundred_attributes_have_more_checks_than_one_mask_has_bits(tmp_path):
    names = [f"N{n}" for n in range(200)]
    catalog = catalog_with(*(custom_attribute("accounts", n, DataType.NUMBER) for n in names))
    cells = {f"c{n}": ["1", "1", "x" if n % 2 else "1e400", "1"] for n in range(200)}
    cells["c199"][1] = "x"
    table = pa.table({"id": ["a", "b", "c", "d"], **cells})
    lines = [ID, *({"attribute": name, "column": f"c{n}"} for n, name in enumerate(names))]

    mapped = map_table(tmp_path, table, lines, catalog=catalog)

    assert (mapped.rows.accepted, mapped.rows.rejected) == (2, 2)
    assert mapped.codes == {2: ["FORMAT"], 3: ["OUT_OF_RANGE", "FORMAT"] * 100}
    assert mapped.rejects["_attribute"].to_pylist() == ["N199", *names]


def test_an_empty_extract_maps_to_empty_files_with_their_columns(tmp_path):
    table = pa.table({"id": pa.array([], pa.string()), "size": pa.array([], pa.string())})

    mapped = map_table(tmp_path, table, [ID, SIZE], recency_column="size")

    assert (mapped.rows.rows_read, mapped.rows.accepted, mapped.rows.rejected) == (0, 0, 0)
    assert mapped.accepted.schema.names == ["_row", "_as_of", "account_id", "a_number"]
    assert mapped.rejects.schema.names == ["id", "size", *OWN_COLUMNS]


def test_all_rows_may_be_rejected(tmp_path):
    table = pa.table({"id": [" "] * 1000})

    mapped = map_table(tmp_path, table, [ID])

    assert (mapped.rows.accepted, mapped.rows.rejected) == (0, 1000)
    assert mapped.rejects["_row"].to_pylist() == list(range(1, 1001))


def test_the_rows_of_a_large_extract_stay_in_order_and_keep_their_numbers(tmp_path):
    n = 300_000
    ids = np.char.add("a", np.arange(1, n + 1).astype(str))
    sizes = np.arange(1, n + 1).astype(str).astype(object)
    sizes[999::1000] = "x"
    table = pa.table({"id": pa.array(ids.astype(object)), "size": pa.array(sizes)})

    mapped = map_table(tmp_path, table, [ID, SIZE])

    assert (mapped.rows.rows_read, mapped.rows.rejected) == (n, 300)
    assert mapped.rejects["_row"].to_pylist() == list(range(1000, n + 1, 1000))
    rows = mapped.accepted["_row"].to_numpy()
    assert (np.diff(rows) > 0).all()
    assert (mapped.accepted["a_number"].to_numpy() == rows).all()


def test_what_the_engine_says_about_data_is_not_passed_on(tmp_path):
    secret = "ann@example.com"
    table = pa.table({"id": ["a"], "size": [secret]})
    pq.write_table(table, tmp_path / "source.parquet")
    integration = integration_of([ID, {"attribute": "A text", "column": "size"}])
    # The plan is told that the column holds numbers, so that the cast fails on its value.
    columns = columns_of(pa.schema([("id", pa.string()), ("size", pa.float64())]))
    plan = plan_mapping(integration, catalog_with(), columns, NOW)

    with duckdb.connect() as engine, pytest.raises(SystemFaultError) as caught:
        apply_mapping(
            engine,
            plan,
            rows=staged_rows(plan, tmp_path / "source.parquet"),
            open_accepted=lambda _: lambda _: None,
            rejects_file=tmp_path / "rejects.parquet",
        )

    told = "".join(traceback.format_exception(caught.value))
    assert secret not in told
    assert caught.value.__context__ is None
    assert "failed inside its engine" in str(caught.value)


def test_the_mapping_says_nothing_about_values_in_counts_and_warnings(tmp_path):
    secret = "ann@example.com"
    table = pa.table({"id": [secret, "b"], "size": [secret, "1"], "s": [secret, secret]})

    mapped = map_table(tmp_path, table, [ID, SIZE, {"attribute": "Status", "column": "s"}])

    assert mapped.rows.warnings
    assert secret not in repr(mapped.rows)
    assert secret in mapped.rejects["_value"].to_pylist()


def test_rows_that_the_hub_refused_join_the_file_in_row_order_and_only_once(tmp_path):
    table = pa.table({"ID": ["a", "b", "c", "d"], "id": ["1", "x", "3", "4"], "s": ["y"] * 4})
    lines = [
        {"attribute": "account_id", "column": "ID"},
        {"attribute": "A number", "column": "id"},
        {"attribute": "A date", "column": "s"},
    ]
    mapped = map_table(tmp_path, table, lines[:2])
    plan = plan_mapping(integration_of(lines), catalog_with(), columns_of(table.schema), NOW)
    key = plan.keys[0].attribute
    refused = [(4, key, "KEY_CONTACT_NOT_CONTACT"), (1, key, "REQUIRED_NULL")]
    old, once, twice = (tmp_path / name for name in ("rejects.parquet", "once", "twice"))

    for before, after in ((old, once), (once, twice)):
        with duckdb.connect() as engine:
            add_rejects(
                engine,
                plan,
                rows=staged_rows(plan, tmp_path / "source.parquet"),
                rejects=before,
                refused=refused,
                into=after,
            )

    found = pq.read_table(once)
    assert found.schema.names == mapped.rejects.schema.names
    assert found["_row"].to_pylist() == [1, 2, 4]
    assert found["_code"].to_pylist() == ["REQUIRED_NULL", "FORMAT", "KEY_CONTACT_NOT_CONTACT"]
    assert found["_key"].to_pylist() == ["a", "b", "d"]
    assert pq.read_table(twice).equals(found)


cells = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.floats().map(repr),
    st.integers().map(str),
    st.decimals(allow_nan=True).map(str),
    st.dates().map(str),
    st.datetimes().map(str),
    st.sampled_from(["yes", "no", "a\x00b", "1e400", " 12 ", "1_000", "2025-02-30", "\u3000"]),
    st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True),
)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(cells, cells), max_size=60))
def test_whatever_the_cells_are_every_row_is_accounted_for(tmp_path, rows):
    table = pa.table(
        {
            "id": pa.array([key for key, _ in rows], pa.string()),
            "cell": pa.array([cell for _, cell in rows], pa.string()),
        }
    )
    attributes = [f"A {name}" for name in TYPES] + ["tag##vip"]
    null = {"on_error": "null_value"}
    lines = [ID, *({"attribute": name, "column": "cell", **null} for name in attributes)]
    lines += [
        {"attribute": "account_name", "column": "cell"},
        {"attribute": "ofid", "column": "id"},
    ]

    mapped = map_table(tmp_path, table, lines)

    assert mapped.rows.accepted + mapped.rows.rejected == mapped.rows.rows_read == len(rows)
    assert mapped.accepted.num_rows == mapped.rows.accepted
    assert len(mapped.codes) == mapped.rows.rejected
    for line in mapped.rejects.to_pylist():
        assert line["_row"]
        assert line["_column"] or line["_attribute"]
        assert line["_code"]
        assert line["_problem"]
        assert line["_remedy"]
        assert len(line["_value"] or "") <= 200
    again_lines = [{"attribute": "account_id", "column": "account_id"}]
    again_lines += [
        {"attribute": name, "column": name.lower().replace(" ", "_").replace("##", "_")}
        for name in [*attributes, "account_name", "ofid"]
    ]
    again = map_table(
        tmp_path, mapped.accepted.drop_columns(["_row", "_as_of"]), again_lines
    ).accepted
    columns = mapped.accepted.drop_columns(["_row", "_as_of"])
    assert again.drop_columns(["_row", "_as_of"]).equals(columns)


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(cells, min_size=1, max_size=60))
def test_a_cell_that_is_rejected_is_also_the_one_that_null_value_empties(tmp_path, values):
    table = pa.table(
        {"id": [f"a{n}" for n in range(len(values))], "c": pa.array(values, pa.string())}
    )
    attributes = [f"A {name}" for name in TYPES]
    bad: dict[int, set[str]] = {}
    strict = map_table(
        tmp_path, table, [ID, *({"attribute": a, "column": "c"} for a in attributes)]
    )
    for line in strict.rejects.to_pylist():
        bad.setdefault(line["_row"], set()).add(line["_attribute"])

    silent = {"on_error": "null_value", "blank": "clear"}
    lenient = map_table(
        tmp_path, table, [ID, *({"attribute": a, "column": "c", **silent} for a in attributes)]
    )

    assert lenient.rows.rejected == 0
    for attribute in attributes:
        flags = lenient.values(f"_silent_{attribute.lower().replace(' ', '_')}")
        assert {row for row, flag in flags.items() if flag} == {
            row for row, names in bad.items() if attribute in names
        }
