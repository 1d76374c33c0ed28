from datetime import UTC, datetime

import pyarrow as pa
import pytest

from totango_pipelines.engine import WorkSpace, open_engine
from totango_pipelines.mapping.effect import effect_of
from totango_pipelines.mapping.plan import plan_mapping
from totango_pipelines_tests.mapping.mapping_scene import (
    NOW,
    catalog_with,
    columns_of,
    integration_of,
    map_table,
)

ID = {"attribute": "account_id", "column": "id"}


def effect(folder, table, *lines, **settings):
    plan = plan_mapping(
        integration_of(lines, **settings), catalog_with(), columns_of(table.schema), NOW
    )
    with open_engine(WorkSpace(folder / "spill", "256MB")) as engine:
        return effect_of(engine, plan, table)


def cells(found, attribute):
    (column,) = (each for each in found.columns if each.attribute == attribute)
    return [
        (cell.source, cell.mapped, [check.code for check in cell.checks]) for cell in column.cells
    ]


def test_each_cell_shows_what_the_source_has_what_the_hub_gets_and_why_not(tmp_path):
    table = pa.table({"id": [" A1 ", "A2", None], "day": ["2026-01-31T10:00:00Z", "soon", None]})

    found = effect(tmp_path, table, ID, {"attribute": "A date", "column": "day"})

    assert cells(found, "account_id") == [
        (" A1 ", "A1", []),
        ("A2", "A2", []),
        (None, None, ["KEY_NULL"]),
    ]
    assert cells(found, "A date") == [
        ("2026-01-31T10:00:00Z", "2026-01-31", []),
        ("soon", None, ["FORMAT"]),
        (None, None, []),
    ]
    assert found.refused_rows == {2, 3}
    assert [(each.origin, each.line) for each in found.columns] == [
        ("column id", 0),
        ("column day", 1),
    ]


def test_the_effect_is_what_a_run_does(tmp_path):
    table = pa.table({"id": ["A1", "A2"], "n": ["1e3", "x"], "t": ["long" * 200, "short"]})
    lines = [
        ID,
        {"attribute": "A number", "column": "n"},
        {"attribute": "A text", "column": "t", "on_error": "null_value"},
    ]

    found = effect(tmp_path, table, *lines)
    mapped = map_table(tmp_path, table, lines)

    shown = {"a_number": cells(found, "A number"), "a_text": cells(found, "A text")}
    assert shown["a_number"] == [("1e3", "1000", []), ("x", None, ["FORMAT"])]
    assert mapped.codes == {2: ["FORMAT"]}


def test_an_expression_shows_what_it_reads(tmp_path):
    table = pa.table({"id": ["A1", "A2"], "a": ["1", "x"], "b": [2, None]})

    found = effect(
        tmp_path,
        table,
        ID,
        {"attribute": "A number", "expression": "CAST(a AS INTEGER) + coalesce(b, 0)"},
        {"attribute": "A text", "expression": "upper(a)"},
        {"attribute": "A list", "constant": "mid-market"},
    )

    assert cells(found, "A number") == [
        ("a=1 b=2", "3", []),
        ("a=x b=null", None, ["EXPRESSION"]),
    ]
    assert cells(found, "A text") == [("1", "1", []), ("x", "X", [])]
    assert cells(found, "A list") == [("mid-market", "mid-market", [])] * 2
    assert [each.origin for each in found.columns] == [
        "column id",
        "expression of a, b",
        "expression of a",
        "constant",
    ]


def test_a_recency_column_shows_the_time_that_counts(tmp_path):
    table = pa.table({"id": ["A1", "A2"], "at": ["2026-01-31T10:00:00+02:00", "yesterday"]})

    found = effect(tmp_path, table, ID, recency_column="at")

    assert cells(found, "recency") == [
        ("2026-01-31T10:00:00+02:00", "2026-01-31 08:00:00+00", []),
        ("yesterday", None, ["RECENCY_FORMAT"]),
    ]
    assert found.columns[-1].line is None


def test_a_cursor_column_shows_only_where_it_refuses_a_row(tmp_path):
    table = pa.table({"id": ["A1", "A2"], "at": ["2026-01-31T10:00:00Z", " "], "seq": [1, 2]})

    found = effect(tmp_path, table, ID, recency_column="at", cursor_column="at")
    fine = effect(tmp_path, table, ID, cursor_column="seq")

    assert cells(found, "cursor")[1] == (" ", None, ["CURSOR_NULL"])
    assert cells(found, "recency")[1] == (" ", None, ["RECENCY_NULL"])
    assert [each.setting for each in found.columns] == [None, "recency_column", "cursor_column"]
    assert found.refused_rows == {2}
    assert [each.attribute for each in fine.columns] == ["account_id"]


def test_a_row_from_the_future_is_a_warning_of_the_effect(tmp_path):
    table = pa.table({"id": ["A1"], "at": [datetime(2027, 1, 1, tzinfo=UTC)]})

    found = effect(tmp_path, table, ID, recency_column="at")

    assert found.warnings == (
        "1 row claims to be from the future: taken as of the extract's start.",
    )


def test_columns_that_differ_only_in_case_stay_apart(tmp_path):
    table = pa.Table.from_arrays([pa.array(["A1"]), pa.array(["B1"])], names=["id", "ID"])

    found = effect(tmp_path, table, ID, {"attribute": "A text", "column": "ID"})

    assert cells(found, "account_id") == [("A1", "A1", [])]
    assert cells(found, "A text") == [("B1", "B1", [])]


@pytest.mark.parametrize("rows", [0, 10])
def test_no_row_has_no_effect_and_ten_have_ten(tmp_path, rows):
    table = pa.table({"id": pa.array([f"A{n}" for n in range(rows)], pa.string())})

    found = effect(tmp_path, table, ID)

    assert [len(each.cells) for each in found.columns] == [rows]
    assert found.refused_rows == frozenset()
