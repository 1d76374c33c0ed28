"""Files as tables: CSV is text, patterns are unions, and nothing else can be read."""

from datetime import UTC
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from totango_pipelines.connections.files_source import open_files
from totango_pipelines.errors import DeclarationError, QueryRefusedError, SourceUnavailableError
from totango_pipelines.integrations.files_connection import FilesConnection, FileTable


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "data" / "deep").mkdir(parents=True)
    return tmp_path


def rows(folder, sql, **tables):
    declared = {name: FileTable(**table) for name, table in tables.items()}
    source = open_files("files", folder, declared, {}, 30.0)
    with source.batches(sql) as reader:
        return reader.read_all().to_pylist()


def test_every_cell_of_csv_is_the_text_that_stands_there(folder):
    text = 'id,name,born\n007,"Zoë, ""Z""\nand more",2026-01-31\n1e3,,""\n'
    (folder / "data" / "a.csv").write_text(text)
    assert rows(folder, "SELECT * FROM a", a={"path": "data/a.csv"}) == [
        {"id": "007", "name": 'Zoë, "Z"\nand more', "born": "2026-01-31"},
        {"id": "1e3", "name": None, "born": ""},
    ]


def test_files_of_a_pattern_are_one_table_with_the_columns_of_all(folder):
    (folder / "data" / "a-1.csv").write_text("id,name\n1,x\n")
    (folder / "data" / "a-2.csv").write_text("name,id,more\ny,2,z\n")
    found = rows(folder, "SELECT id, name, more FROM a ORDER BY id", a={"path": "data/a-*.csv"})
    assert found == [
        {"id": "1", "name": "x", "more": None},
        {"id": "2", "name": "y", "more": "z"},
    ]


def test_parquet_of_several_ages_is_one_table(folder):
    pq.write_table(pa.table({"i": pa.array([1], pa.int32())}), folder / "data" / "old.parquet")
    newer = pa.table({"i": pa.array([2**40], pa.int64()), "n": ["x"]})
    pq.write_table(newer, folder / "data" / "deep" / "new.parquet")
    found = rows(folder, "SELECT i, n FROM p ORDER BY i", p={"path": "data/**/*.parquet"})
    assert found == [{"i": 1, "n": None}, {"i": 2**40, "n": "x"}]


def test_tables_of_different_formats_can_be_joined(folder):
    (folder / "data" / "a.tsv").write_text("id\tname\n1\tx\n")
    (folder / "data" / "b.txt").write_text("id;city\n1;Graz\n")
    found = rows(
        folder,
        "SELECT a.name, b.city FROM a JOIN b ON a.id = b.id",
        a={"path": "data/a.tsv"},
        b={"path": "data/b.txt", "format": "csv", "delimiter": ";"},
    )
    assert found == [{"name": "x", "city": "Graz"}]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('data/secret.csv')",
        "SELECT * FROM 'data/secret.csv'",
        "SELECT * FROM glob('*')",
        "COPY a TO 'data/out.csv'",
        "SET enable_external_access = true",
        "ATTACH 'data/x.duckdb'",
        "SELECT * FROM folder",
    ],
)
def test_a_query_reaches_the_declared_tables_and_nothing_else(folder, sql):
    (folder / "data" / "a.csv").write_text("id\n1\n")
    (folder / "data" / "secret.csv").write_text("id\n1\n")
    with pytest.raises(QueryRefusedError):
        rows(folder, sql, a={"path": "data/a.csv"})
    assert not (folder / "data" / "out.csv").exists()


@pytest.mark.parametrize("path", ["/etc/hosts.csv", "../a.csv", "data/../../a.csv", "~/a.csv"])
def test_a_path_stays_inside_the_project(folder, path):
    with pytest.raises(DeclarationError, match=r"connections\.files\.tables\.a\.path leads out"):
        open_files("files", folder, {"a": FileTable(path=path)}, {}, 30.0)


def refused(folder, sql="SELECT * FROM a", **tables):
    """What is said when the user's files are at fault, which is not tried again."""
    with pytest.raises(QueryRefusedError) as refusal:
        rows(folder, sql, **tables)
    assert "canary" not in str(refusal.value)
    assert str(folder) not in str(refusal.value)
    return str(refusal.value).removeprefix("connection 'files': ")


def test_a_pattern_without_files_says_so(folder):
    said = refused(folder, a={"path": "no-*.csv"})
    assert said.startswith("no file of the table 'a' matches no-*.csv. Put it there")


def test_a_file_that_is_not_what_it_is_called_says_so_without_its_content(folder):
    (folder / "data" / "a.parquet").write_text("canary")
    assert refused(folder, a={"path": "data/a.parquet"}).startswith(
        "the file data/a.parquet of the table 'a' is not a Parquet file. Correct the file"
    )


def test_an_empty_file_of_csv_is_named(folder):
    (folder / "data" / "a-1.csv").write_text("id\n1\n")
    (folder / "data" / "a-2.csv").write_text("")
    assert refused(folder, a={"path": "data/a-*.csv"}).startswith(
        "the file data/a-2.csv of the table 'a' is empty"
    )


@pytest.mark.parametrize("rows_before", [0, 1, 300_000])
def test_a_row_with_too_many_cells_is_told_by_its_file_and_number(folder, rows_before):
    (folder / "data" / "a-1.csv").write_text("id,name\n1,x\n")
    text = "id,name\n" + '1,"x"\n' * rows_before + "canary,y,z\n"
    (folder / "data" / "a-2.csv").write_text(text)
    assert refused(folder, a={"path": "data/a-*.csv"}).startswith(
        f"the file data/a-2.csv of the table 'a' has 3 cells in row {rows_before + 2}, and "
        "2 columns. Correct the row, or the delimiter"
    )


@pytest.mark.parametrize("rows_before", [0, 300_000])
def test_a_file_that_is_not_utf_8_is_told_by_its_line(folder, rows_before):
    text = b"id,name\n" + b"1,x\n" * rows_before + b"canary,\xff\n"
    (folder / "data" / "a.csv").write_bytes(text)
    assert refused(folder, a={"path": "data/a.csv"}).startswith(
        f"the file data/a.csv of the table 'a' is not UTF-8 in line {rows_before + 2}. Save"
    )


def test_names_of_columns_that_are_not_utf_8_are_told(folder):
    (folder / "data" / "a.csv").write_bytes(b"id,Gr\xf6\xdfe\n1,x\n")
    assert "is not UTF-8 in line 1" in refused(folder, a={"path": "data/a.csv"})


def test_columns_that_differ_only_in_case_are_refused_by_name(folder):
    (folder / "data" / "a.csv").write_text("id,Name,name\n1,x,y\n")
    assert "the columns 'Name' and 'name', which differ only" in refused(
        folder, a={"path": "data/a.csv"}
    )
    pq.write_table(pa.table({"ID": [1], "id": [2]}), folder / "data" / "a.parquet")
    assert "the columns 'ID' and 'id'" in refused(folder, a={"path": "data/a.parquet"})


def test_columns_of_two_files_that_differ_only_in_case_are_refused_by_name(folder):
    (folder / "data" / "a-1.csv").write_text("id,Name\n1,x\n")
    (folder / "data" / "a-2.csv").write_text("id,name\n2,y\n")
    assert refused(folder, a={"path": "data/a-*.csv"}).startswith(
        "the table 'a' has the columns 'Name' and 'name'"
    )


def test_a_column_that_stands_twice_in_a_file_is_refused(folder):
    (folder / "data" / "a.csv").write_text("id,id\n1,2\n")
    assert "has the column 'id' twice" in refused(folder, a={"path": "data/a.csv"})


def test_columns_of_parquet_whose_types_do_not_fit_are_refused(folder):
    pq.write_table(pa.table({"i": [1]}), folder / "data" / "a-1.parquet")
    pq.write_table(pa.table({"i": ["x"]}), folder / "data" / "a-2.parquet")
    assert "types that do not fit" in refused(folder, a={"path": "data/a-*.parquet"})


def test_a_decimal_that_is_too_wide_for_the_engine_is_text(folder):
    wide = Decimal("12345678901234567890123456789012345678901234567890.50")
    table = pa.table({"i": [1], "d": pa.array([wide], pa.decimal256(52, 2))})
    pq.write_table(table, folder / "data" / "a.parquet")
    assert rows(folder, "SELECT * FROM a", a={"path": "data/a.parquet"}) == [
        {"i": 1, "d": str(wide)}
    ]


def test_a_type_that_the_engine_lacks_is_refused(folder):
    table = pa.table({"d": pa.array([[Decimal("1.5")]], pa.list_(pa.decimal256(52, 2)))})
    pq.write_table(table, folder / "data" / "a.parquet")
    assert "the query fails: Not implemented" in refused(folder, a={"path": "data/a.parquet"})


def test_a_table_that_the_query_does_not_name_may_be_without_files(folder):
    (folder / "data" / "a.csv").write_text("id\n1\n")
    tables = {"a": {"path": "data/a.csv"}, "b": {"path": "data/b.csv"}}
    asked = 'WITH c AS (SELECT * FROM "A") SELECT id FROM c'
    assert rows(folder, asked, **tables) == [{"id": "1"}]
    assert "no file of the table 'b'" in refused(folder, "SELECT * FROM a, b", **tables)


def test_the_clock_needs_no_file(folder):
    missing = {"a": FileTable(path="data/a.csv")}
    assert open_files("files", folder, missing, {}, 30.0).clock().tzinfo is UTC


def test_hidden_files_and_folders_are_left_out_of_a_pattern(folder):
    for path in (".totango/runs/1.csv", "data/.cache/2.csv", "data/.3.csv", "data/4.csv"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(f"id\n{path}\n")
    assert rows(folder, "SELECT id FROM a", a={"path": "**/*.csv"}) == [{"id": "data/4.csv"}]


def test_names_of_tables_that_differ_only_in_case_are_refused():
    with pytest.raises(ValidationError, match="differ only in case: a, A"):
        FilesConnection(type="files", tables={"a": {"path": "a.csv"}, "A": {"path": "b.csv"}})


def test_a_store_that_cannot_be_reached_may_be_tried_again(folder):
    table = {"a": FileTable(path="s3://bucket/a.csv")}
    login = {"endpoint": "http://127.0.0.1:1", "access_key_id": "k", "secret_access_key": "canary"}
    store = open_files("files", folder, table, login, 30.0)
    with (
        pytest.raises(SourceUnavailableError, match="the table 'a' cannot be reached") as failure,
        store.batches("SELECT * FROM a"),
    ):
        pass
    assert "canary" not in str(failure.value)
