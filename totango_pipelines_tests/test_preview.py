from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from totango_pipelines.errors import StagedFileError
from totango_pipelines.preview import (
    PREVIEW_FILE,
    Preview,
    PreviewColumn,
    preview_of,
    require_preview,
)
from totango_pipelines.staging import Staging


@pytest.fixture
def folder(tmp_path):
    run = Staging(tmp_path).run("crm", "run-1")
    run.path.mkdir(parents=True)
    return run


def test_a_preview_shows_the_first_ten_rows_with_their_types():
    batch = pa.record_batch({"id": pa.array(range(8)), "name": ["x"] * 8})

    preview = preview_of([batch, batch], batch.schema, {"id": "bigint"})

    assert preview.columns == (
        PreviewColumn("id", "bigint", "int64"),
        PreviewColumn("name", "string", "string"),
    )
    assert [row[0] for row in preview.rows] == ["0", "1", "2", "3", "4", "5", "6", "7", "0", "1"]


def test_cells_are_shown_as_text_and_long_ones_are_cut():
    batch = pa.record_batch(
        {
            "none": pa.array([None], pa.string()),
            "long": ["x" * 201],
            "whole": ["y" * 200],
            "amount": pa.array([Decimal("1.50")], pa.decimal128(9, 2)),
            "tiny": pa.array([Decimal(0)], pa.decimal128(20, 10)),
            "day": [date(2026, 1, 31)],
            "at": pa.array([datetime(2026, 1, 31, tzinfo=UTC)], pa.timestamp("us", tz="UTC")),
            "nul": ["a\x00b"],
        }
    )

    (row,) = preview_of([batch], batch.schema, {}).rows

    assert row == (
        None,
        "x" * 199 + "…",
        "y" * 200,
        "1.50",
        "0.0000000000",
        "2026-01-31",
        "2026-01-31 00:00:00+00:00",
        "a\x00b",
    )


def test_a_time_with_a_zone_is_shown_in_utc():
    moments = [datetime(2026, 1, 31, 12, 30, tzinfo=UTC), None]
    batch = pa.record_batch({"at": pa.array(moments, pa.timestamp("us", tz="UTC"))})

    preview = preview_of([batch], batch.schema, {})

    assert preview.rows == (("2026-01-31 12:30:00+00:00",), (None,))


def test_a_query_without_rows_still_has_a_preview_of_its_columns():
    schema = pa.schema([("id", pa.string())])

    preview = preview_of([], schema, {"id": "text"})

    assert preview.rows == ()
    assert [column.name for column in preview.columns] == ["id"]


def test_nothing_is_mapped_without_a_preview_of_this_very_extract(folder):
    with pytest.raises(StagedFileError, match=r"the run has no preview\.json"):
        require_preview(folder, "fingerprint")

    Preview((), ()).save(folder, "fingerprint")
    require_preview(folder, "fingerprint")

    with pytest.raises(StagedFileError, match="the preview is of another extract"):
        require_preview(folder, "other")


@pytest.mark.parametrize("content", ["[]", "{}", '"x"', "null"])
def test_a_spoilt_preview_counts_as_one_of_another_extract(folder, content):
    (folder.path / PREVIEW_FILE).write_text(content)

    with pytest.raises(StagedFileError, match="another extract"):
        require_preview(folder, "fingerprint")
