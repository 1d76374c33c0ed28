import csv
import io
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from totango_pipelines.staging import RunFolder, StagedFile
from totango_pipelines.sync.run_files import OutputExistsError, copy_csv, write_csv, write_parquet


def staged(folder, table):
    run = RunFolder(folder)
    with run.writing(StagedFile.MAPPED, table.schema) as sink:
        for batch in table.to_batches():
            sink.write(batch)
    return run


def csv_of(run):
    stream = io.BytesIO()
    copy_csv(run.parquet(StagedFile.MAPPED), stream)
    return list(csv.reader(io.StringIO(stream.getvalue().decode())))


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+1", "-A1", "@A1", "\tx", "\rx"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(tmp_path, cell):
    run = staged(tmp_path / "run", pa.table({"text": [cell, "a=1"]}))
    assert csv_of(run) == [["text"], [f"'{cell}"], ["a=1"]]


@pytest.mark.parametrize("cell", ["-1", "-12.50", "-1,5"])
def test_a_negative_number_stays_what_it_is_so_that_it_can_be_loaded_again(tmp_path, cell):
    run = staged(tmp_path / "run", pa.table({"text": [cell]}))
    assert csv_of(run) == [["text"], [cell]]


def test_a_header_is_defused_too(tmp_path):
    run = staged(tmp_path / "run", pa.table({"=cmd": ["x"]}))
    assert csv_of(run)[0] == ["'=cmd"]


def test_numbers_dates_lists_and_nulls_keep_their_value(tmp_path):
    table = pa.table(
        {
            "whole": [-5, None],
            "money": pa.array([Decimal("-1.2500"), None], pa.decimal128(18, 4)),
            "day": [date(2026, 1, 31), None],
            "teams": [["=a", "b"], None],
            "raw": [b"\x00\xff", None],
            "yes": [True, None],
        }
    )
    run = staged(tmp_path / "run", table)
    assert csv_of(run)[1:] == [
        ["-5", "-1.2500", "2026-01-31", '["=a", "b"]', "00ff", "true"],
        ["", "", "", "", "", ""],
    ]


def test_an_empty_file_still_has_its_header(tmp_path):
    run = staged(tmp_path / "run", pa.table({"id": pa.array([], pa.string())}))
    assert csv_of(run) == [["id"]]


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_an_existing_file_is_only_replaced_by_force(tmp_path, write):
    run = staged(tmp_path / "run", pa.table({"id": ["1"]}))
    target = tmp_path / "out"
    target.write_text("mine")
    with pytest.raises(OutputExistsError, match="--force"):
        write(run, StagedFile.MAPPED, target, force=False)
    assert target.read_text() == "mine"
    assert write(run, StagedFile.MAPPED, target, force=True) == 1
    assert target.read_text(errors="ignore") != "mine"


def test_the_file_that_is_written_is_for_its_owner_only(tmp_path):
    run = staged(tmp_path / "run", pa.table({"id": ["1"]}))
    write_csv(run, StagedFile.MAPPED, tmp_path / "out.csv", force=False)
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o600
