from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from totango_pipelines.catalog.attributes import DataType
from totango_pipelines.catalog.catalog import Catalog, custom_attribute
from totango_pipelines_tests.mapping.mapping_scene import catalog_with, map_table

ID = {"attribute": "account_id", "column": "id"}


def computed(attribute, expression, **more):
    return {"attribute": attribute, "expression": expression, **more}


def rejects_of(mapped):
    names = ["_row", "_key", "_column", "_attribute", "_code", "_value"]
    return [tuple(line.values()) for line in mapped.rejects.select(names).to_pylist()]


def test_an_expression_computes_each_row_from_its_columns(tmp_path):
    table = pa.table({"id": ["A1", "A2"], "name": [None, "Acme"], "seats": [5, 7]})

    mapped = map_table(
        tmp_path,
        table,
        [
            ID,
            computed("account_name", "coalesce(name, id)"),
            computed("A number", "seats * 2"),
            computed("A text", "CASE WHEN seats > 5 THEN 'large' ELSE 'small' END"),
        ],
    )

    assert mapped.values("account_name") == {1: "A1", 2: "Acme"}
    assert mapped.values("a_number") == {1: 10.0, 2: 14.0}
    assert mapped.values("a_text") == {1: "small", 2: "large"}


def test_a_row_that_cannot_be_computed_is_rejected_alone_with_what_it_read(tmp_path):
    table = pa.table({"id": ["A1", "A2", "A3"], "a": ["1", "x", "3"], "b": [1, 1, 0]})

    mapped = map_table(tmp_path, table, [ID, computed("A number", "CAST(a AS INTEGER) / b")])

    assert mapped.outcomes("a_number") == [1.0, "!EXPRESSION", "!EXPRESSION"]
    assert rejects_of(mapped) == [
        (2, "A2", "a, b", "A number", "EXPRESSION", "a=x b=1"),
        (3, "A3", "a, b", "A number", "EXPRESSION", "a=3 b=0"),
    ]
    line = mapped.rejects.to_pylist()[0]
    assert line["_problem"] == "the expression of A number cannot be computed for this row."
    assert "try_cast" in line["_remedy"]
    assert (line["id"], line["a"], line["b"]) == ("A2", "x", 1)


def test_a_result_that_breaks_the_contract_is_rejected_with_the_result(tmp_path):
    table = pa.table({"id": ["A1", "A2"], "a": ["x", "y" * 300]})

    mapped = map_table(tmp_path, table, [ID, computed("A text", "concat(a, a)")])

    assert mapped.codes == {2: ["VALUE_TOO_LONG"]}
    assert rejects_of(mapped)[0][5] == "y" * 200


def test_a_bad_row_may_count_as_blank_instead(tmp_path):
    table = pa.table({"id": ["A1", "A2"], "a": ["1", "x"]})
    line = computed("A number", "CAST(a AS INTEGER)", on_error="null_value", blank="clear")

    mapped = map_table(tmp_path, table, [ID, line])

    assert mapped.values("a_number") == {1: 1.0, 2: None}
    assert mapped.values("_silent_a_number") == {1: False, 2: True}


def test_a_null_that_an_expression_means_is_a_blank_and_no_reject(tmp_path):
    table = pa.table({"id": ["A1", "A2"], "a": ["n/a", "x"]})

    mapped = map_table(tmp_path, table, [ID, computed("A text", "nullif(a, 'n/a')")])

    assert mapped.values("a_text") == {1: None, 2: "x"}


def test_a_key_may_be_computed_and_is_named_in_the_rejects(tmp_path):
    table = pa.table({"region": ["eu", "us"], "number": [1, 2], "day": ["2026-01-31", "soon"]})

    mapped = map_table(
        tmp_path,
        table,
        [
            computed("account_id", "region || '-' || number"),
            {"attribute": "A date", "column": "day"},
        ],
    )

    assert mapped.values("account_id") == {1: "eu-1"}
    assert rejects_of(mapped) == [(2, "us-2", "day", "A date", "FORMAT", "soon")]


def test_run_time_and_integration_id_are_the_same_however_often_an_extract_is_mapped(tmp_path):
    table = pa.table({"id": ["A1"]})
    lines = [
        ID,
        computed("A timestamp", "run_time"),
        computed("A text", "integration_id"),
        computed("A date", "CAST(run_time AS DATE)"),
    ]
    at = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)

    first = map_table(tmp_path, table, lines, extracted_at=at)
    second = map_table(tmp_path, table, lines, extracted_at=at)

    assert first.accepted.equals(second.accepted)
    assert first.values("a_timestamp")[1] == at
    assert first.values("a_text")[1] == "mapped"
    assert first.values("a_date")[1] == date(2026, 2, 3)


def test_the_same_column_may_be_used_in_several_lines(tmp_path):
    table = pa.table({"id": ["A1"]})

    mapped = map_table(
        tmp_path,
        table,
        [ID, {"attribute": "account_name", "column": "id"}, computed("A text", "lower(id)")],
    )

    assert (mapped.values("account_name")[1], mapped.values("a_text")[1]) == ("A1", "a1")


@pytest.mark.parametrize("name", ["select", "Group By", 'quo"ted', "order", "ünï", "1st", "a.b"])
def test_columns_of_any_name_can_be_read_in_quotes(tmp_path, name):
    table = pa.table({"id": ["A1"], name: ["x"]})
    quoted = '"' + name.replace('"', '""') + '"'

    mapped = map_table(tmp_path, table, [ID, computed("A text", f"upper({quoted})")])

    assert mapped.values("a_text") == {1: "X"}


def test_columns_that_differ_only_in_case_are_told_apart_by_quotes(tmp_path):
    table = pa.Table.from_arrays([pa.array(["A1"]), pa.array(["B1"])], names=["id", "ID"])

    mapped = map_table(tmp_path, table, [ID, computed("A text", '"ID" || "id"')])

    assert mapped.values("a_text") == {1: "B1A1"}


def test_the_result_of_an_expression_may_have_a_source_format(tmp_path):
    table = pa.table({"id": ["A1", "A2"], "day": ["on 31/01/2026", "on 01/31/2026"]})
    line = computed("A date", "replace(day, 'on ', '')", source_format="DD/MM/YYYY")

    mapped = map_table(tmp_path, table, [ID, line])

    assert mapped.outcomes("a_date") == [date(2026, 1, 31), "!FORMAT"]
    assert rejects_of(mapped)[0][2:] == ("day", "A date", "FORMAT", "01/31/2026")


def test_exact_decimals_stay_exact_in_an_expression(tmp_path):
    table = pa.table({"id": ["A1"], "amount": ["12345678901.10"]})

    mapped = map_table(
        tmp_path,
        table,
        [ID, computed("A currency", "amount * 3")],
        source_types={"amount": "numeric(14,2)"},
    )

    assert mapped.values("a_currency")[1] == Decimal("37037036703.3000")


def test_a_naive_time_takes_the_zone_of_the_settings(tmp_path):
    table = pa.table(
        {
            "id": ["A1", "A2", "A3"],
            "at": ["2026-07-01 12:00", "2026-03-29 02:30", "2026-10-25 02:30"],
        }
    )

    mapped = map_table(
        tmp_path,
        table,
        [ID, {"attribute": "A timestamp", "column": "at"}],
        timezone="Europe/Berlin",
    )

    assert mapped.outcomes("a_timestamp") == [
        datetime(2026, 7, 1, 10, tzinfo=UTC),
        "!FORMAT",
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    ]
    assert mapped.rows.warnings == (
        "1 row has a time of A timestamp that occurs twice, as clocks go back: the earlier is taken.",
    )


def test_the_recency_column_takes_the_zone_of_the_settings_too(tmp_path):
    table = pa.table({"id": ["A1"], "at": [datetime(2026, 1, 1, 12)]})  # noqa: DTZ001

    mapped = map_table(tmp_path, table, [ID], recency_column="at", timezone="Europe/Berlin")

    assert mapped.values("_as_of")[1] == datetime(2026, 1, 1, 11, tzinfo=UTC)


written = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(["1.234,50 €", "(12,00)", "1,5", "12%", "ja", "NEIN", "31.02.2026", "1e400"]),
    st.dates().map(lambda day: f"{day:%d.%m.%Y}"),
    st.datetimes().map(lambda at: f"{at:%m/%d/%Y %I:%M %p}"),
    st.integers(-(10**12), 10**12).map(str),
)
FORMATS = {
    "A date": "DD.MM.YYYY",
    "A timestamp": "MM/DD/YYYY hh:mm a",
    "A number": "0.000,00%",
    "A currency": "€0.000,00",
    "A boolean": "ja|j/nein|n",
}
EXPRESSIONS = {
    "A text": "coalesce(nullif(trim(cell), ''), id) || integration_id",
    "A list": "lookup(lower(cell), 'ja', 'yes', 'nein', 'no', 'other')",
    "A whole_number": "CAST(cell AS BIGINT) // length(id)",
}


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(written, written), max_size=60))
def test_under_formats_and_expressions_every_row_is_accounted_for_too(tmp_path, rows):
    table = pa.table(
        {
            "id": pa.array([key for key, _ in rows], pa.string()),
            "cell": pa.array([cell for _, cell in rows], pa.string()),
        }
    )
    lines = [computed("account_id", r"regexp_replace(lower(id), '[^a-z0-9]+', '-', 'g')")]
    lines += [
        {"attribute": name, "column": "cell", "source_format": text, "on_error": "null_value"}
        for name, text in FORMATS.items()
    ]
    lines += [computed(name, text, on_error="null_value") for name, text in EXPRESSIONS.items()]
    lines += [
        {"attribute": "Contract Renewal Date", "column": "cell", "source_format": "D.M.YYYY"},
        computed("Licenses", "CAST(replace(cell, '%', '') AS DOUBLE) / length(id)"),
    ]

    mapped = map_table(tmp_path, table, lines)

    assert mapped.rows.accepted + mapped.rows.rejected == mapped.rows.rows_read == len(rows)
    assert mapped.accepted.num_rows == mapped.rows.accepted
    assert len(mapped.codes) == mapped.rows.rejected
    for line in mapped.rejects.to_pylist():
        assert all(line[name] for name in ("_row", "_column", "_code", "_problem", "_remedy"))
    columns = mapped.accepted.drop_columns(["_row", "_as_of"])
    names = ["account_id", *FORMATS, *EXPRESSIONS, "Contract Renewal Date", "Licenses"]
    plain = [
        {"attribute": name, "column": column}
        for name, column in zip(names, columns.column_names, strict=True)
    ]
    again = map_table(tmp_path, columns, plain).accepted
    assert again.drop_columns(["_row", "_as_of"]).equals(columns)


@pytest.mark.parametrize("text", ["{x}", "{c}", "x0", "'", "{x}{c}", "|| (SELECT 1) /*{x}*/ ||"])
def test_what_a_declaration_says_never_becomes_sql(tmp_path, text):
    table = pa.table({"id": ["A1", "A2"], "cell": [text, "x1"], "day": [f"{text} 2026-01-31"] * 2})
    values = custom_attribute("accounts", "Set", DataType.MULTI_LIST, values=(text, "other"))
    lines = [
        ID,
        {"attribute": "A text", "constant": text},
        {"attribute": "A number", "constant": text, "source_format": "0,000.00"},
        {
            "attribute": "A boolean",
            "column": "cell",
            "source_format": f"{text.replace('|', 'I').replace('/', 'I')}/no",
        },
        {"attribute": "Set", "column": "cell"},
        {"attribute": "A timestamp", "column": "day", "source_format": f"[{text}] YYYY-MM-DD"},
    ]
    lines[2:] = [{**line, "on_error": "null_value"} for line in lines[2:]]

    mapped = map_table(
        tmp_path, table, lines, catalog=catalog_with(values), timezone="Europe/Berlin"
    )

    assert mapped.rows.accepted == 2
    assert set(mapped.values("a_text").values()) == {text}
    assert set(mapped.values("a_number").values()) == {None}
    assert mapped.values("a_boolean")[2] is None
    assert mapped.values("set") == {1: None if ";" in text else text, 2: None}
    assert mapped.values("a_timestamp")[1] == datetime(2026, 1, 30, 23, tzinfo=UTC)


def test_many_booleans_and_lists_fit_into_the_engines_memory(tmp_path):
    added = [custom_attribute("accounts", f"Flag {n}", DataType.BOOLEAN) for n in range(160)]
    lines = [ID, *({"attribute": each.name, "column": "flag"} for each in added)]

    mapped = map_table(
        tmp_path, pa.table({"id": ["A1"], "flag": ["yes"]}), lines, catalog=catalog_with(*added)
    )

    assert mapped.values("flag_159") == {1: True}


def test_times_far_outside_the_calendar_are_rejected_and_stop_nobody(tmp_path):
    table = pa.table(
        {
            "id": ["A1", "A2", "A3"],
            "at": ["294247-01-10 04:00:54", "290309-12-22 (BC) 00:00:00", "2026-01-31 10:00:00"],
        }
    )

    for zone in ("UTC", "Europe/Berlin", "America/New_York"):
        mapped = map_table(
            tmp_path,
            table,
            [
                ID,
                computed("A date", "TRY_CAST(at AS TIMESTAMPTZ)"),
                computed("A timestamp", "TRY_CAST(at AS TIMESTAMP)"),
                computed("A text", "CAST(TRY_CAST(at AS DATE) AS VARCHAR)"),
            ],
            timezone=zone,
        )

        assert list(mapped.codes) == [1, 2], zone
        assert {code for codes in mapped.codes.values() for code in codes} == {"OUT_OF_RANGE"}
        assert mapped.values("a_date") == {3: date(2026, 1, 31)}


def test_a_typed_day_far_outside_the_calendar_is_rejected_as_recency_and_as_timestamp(tmp_path):
    table = pa.table({"id": ["A1", "A2"], "day": pa.array([110_000_000, 20_000], pa.date32())})

    for zone in ("UTC", "Europe/Berlin"):
        mapped = map_table(
            tmp_path,
            table,
            [ID, {"attribute": "A timestamp", "column": "day"}],
            recency_column="day",
            timezone=zone,
        )

        assert mapped.codes == {1: ["OUT_OF_RANGE", "RECENCY_FORMAT"]}, zone


def test_rows_of_long_texts_are_mapped_in_small_batches(tmp_path):
    text = "x" * 30_000
    table = pa.table({"id": [f"A{n}" for n in range(12_000)], "t": [text] * 12_000})

    mapped = map_table(tmp_path, table, [ID, computed("A list", "left(t, 10)")])

    assert mapped.rows.accepted == 12_000


def test_a_required_value_is_never_given_up(tmp_path):
    table = pa.table({"a": ["A1", "A1"], "u": ["u1", "u2"], "act": ["click", None]})
    lines = [
        {"attribute": "account_id", "column": "a"},
        {"attribute": "user_id", "column": "u"},
        {"attribute": "action", "column": "act", "on_error": "null_value"},
        {"attribute": "module", "constant": "web"},
    ]

    mapped = map_table(tmp_path, table, lines, object_name="usage", catalog=Catalog.standard())

    assert mapped.codes == {2: ["REQUIRED_NULL"]}
