import pyarrow as pa
import pytest

from totango_pipelines.mapping.rejects_report import RejectExample, RejectShape, rejects_report
from totango_pipelines.mapping.shapes import shape_of
from totango_pipelines_tests.mapping.mapping_scene import map_table

ID = {"attribute": "account_id", "column": "id"}
DAY = {"attribute": "A date", "column": "day"}


def test_the_report_goes_by_column_and_code_the_most_frequent_first(tmp_path):
    days = ["soon", "2026-01-31", "31.01.2026", "later", None, "never"]
    table = pa.table({"id": ["A1", "A2", "A3", None, "A5", "A6"], "day": days})
    map_table(tmp_path, table, [ID, DAY])

    date, key = rejects_report(tmp_path / "rejects.parquet")

    assert (date.column, date.attribute, date.code, date.rows) == ("day", "A date", "FORMAT", 4)
    assert date.examples == (
        RejectExample(1, "soon"),
        RejectExample(3, "31.01.2026"),
        RejectExample(4, "later"),
    )
    assert date.problem == "A date is not an ISO date."
    assert date.remedy.startswith("Write it as YYYY-MM-DD")
    assert (key.column, key.code, key.rows) == ("id", "KEY_NULL", 1)
    assert key.examples == (RejectExample(4, None),)


def test_a_run_without_rejects_has_an_empty_report(tmp_path):
    map_table(tmp_path, pa.table({"id": ["A1"]}), [ID])

    assert rejects_report(tmp_path / "rejects.parquet") == ()


def test_source_columns_of_any_name_do_not_disturb_the_report(tmp_path):
    table = pa.Table.from_arrays([pa.array([None, "A2"]), pa.array([1, 2])], names=["id", "ID"])
    map_table(tmp_path, table, [ID])

    assert [line.code for line in rejects_report(tmp_path / "rejects.parquet")] == ["KEY_NULL"]


@pytest.mark.parametrize(
    ("cell", "shape"),
    [
        ("31.02.2026", "99.99.9999"),
        ("4111 1111 1111 1111", "9999 9999 9999 9999"),
        ("ada@Example.com 42", "aaa@Aaaaaaa.aaa 99"),
        ("Łódź 7", "Aaaa 9"),
        ("x" * 50, "a" * 40 + "…"),
    ],
)
def test_a_shape_tells_how_a_cell_is_written_and_not_what_it_says(cell, shape):
    assert shape_of(cell) == shape


def test_places_that_many_read_get_shapes_instead_of_values(tmp_path):
    table = pa.table({"id": ["A1", None], "day": ["31/12/2026", None]})
    map_table(tmp_path, table, [ID, DAY])

    lines = {line.code: line.shapes for line in rejects_report(tmp_path / "rejects.parquet")}

    assert lines == {
        "FORMAT": (RejectShape(1, "99/99/9999"),),
        "KEY_NULL": (RejectShape(2, "null"),),
    }
