"""A preview as a frame for a notebook."""

import pyarrow as pa

from totango_pipelines.preview import preview_of
from totango_pipelines.sync.preview_frame import frame_of


def test_a_preview_without_rows_is_a_frame_of_its_columns():
    schema = pa.schema([("id", pa.string())])
    frame = frame_of(preview_of([], schema, {"id": "text"}))
    assert frame.columns.tolist() == ["id"]
    assert frame.empty


def test_the_frame_has_the_rows_also_where_names_differ_only_in_case():
    batch = pa.record_batch({"ID": ["1"], "id": ["2"]})
    frame = frame_of(preview_of([batch], batch.schema, {}))
    assert frame.to_numpy().tolist() == [["1", "2"]]
