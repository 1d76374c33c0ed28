import pyarrow as pa
import pytest

from totango_pipelines.mapping.rejects_report import RejectExample, rejects_report, shape_of
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
    ("value", "code", "shape"),
    [
        ("31.02.2026", "FORMAT", "31.02.2026"),
        ("Ada Lovelace", "FORMAT", "Aaa Aaaaaaaa"),
        ("ada@example.com 42", "KEY_CHARACTERS", "aaa@aaaaaaa.aaa 99"),
        ("Łódź 7", "VALUE_TOO_LONG", "Aaaa 9"),
        (None, "KEY_NULL", "null"),
    ],
)
def test_a_shape_tells_how_a_cell_is_written_and_not_what_it_says(value, code, shape):
    assert shape_of(value, code) == shape
