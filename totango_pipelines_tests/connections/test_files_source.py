"""Files as tables: CSV is text, patterns are unions, and nothing else can be read."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from totango_pipelines.connections.files_source import open_files
from totango_pipelines.errors import DeclarationError, QueryRefusedError, SourceUnavailableError
from totango_pipelines.integrations.files_connection import FileTable


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


def test_a_pattern_without_files_says_so(folder):
    with pytest.raises(
        SourceUnavailableError, match=r"no file of the table 'a' matches no-\*\.csv"
    ):
        rows(folder, "SELECT * FROM a", a={"path": "no-*.csv"})


def test_a_file_that_is_not_what_it_is_called_says_so_without_its_content(folder):
    (folder / "data" / "a.parquet").write_text("canary")
    with pytest.raises(SourceUnavailableError, match="the table 'a' cannot be read") as failure:
        rows(folder, "SELECT * FROM a", a={"path": "data/a.parquet"})
    assert "canary" not in str(failure.value)


@pytest.mark.parametrize("rows_before", [1, 300_000])
def test_a_row_with_too_many_cells_stops_the_extract_and_is_not_shown(folder, rows_before):
    (folder / "data" / "a.csv").write_text("id,name\n" + "1,x\n" * rows_before + "canary,y,z\n")
    with pytest.raises((QueryRefusedError, SourceUnavailableError), match="CSV parse") as refusal:
        rows(folder, "SELECT * FROM a", a={"path": "data/a.csv"})
    assert "canary" not in str(refusal.value)
