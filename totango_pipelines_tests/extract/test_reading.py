from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from totango_pipelines.connections.parameters import Parameters
from totango_pipelines.connections.source import SOURCE_TYPE
from totango_pipelines.errors import QueryRefusedError, SourceUnavailableError
from totango_pipelines.extract.query import check_query
from totango_pipelines.extract.reading import extract_rows
from totango_pipelines.staging import StagedFile, Staging

SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), metadata={SOURCE_TYPE: b"character varying(9)"}),
        pa.field("size", pa.int64()),
    ]
)
BATCH = pa.record_batch({"id": ["a", None], "size": [1, None]}, schema=SCHEMA)
CLOCK = datetime(2026, 3, 1, 14, tzinfo=timezone(timedelta(hours=2)))


@dataclass(slots=True)
class ScriptedSource:
    """Follows the Source protocol: hands over its script, and raises the errors in it."""

    script: list[pa.RecordBatch | Exception]
    dialect: str = "duckdb"
    asked: list[str] = field(default_factory=list)
    closed: bool = False

    def clock(self) -> datetime:
        self.asked.append("clock")
        return CLOCK

    @contextmanager
    def batches(
        self, sql: str, _parameters: Parameters = (), *, limit: int | None = None
    ) -> Iterator[pa.RecordBatchReader]:
        assert limit is None
        self.asked.append(sql)

        def played():
            for each in self.script:
                if isinstance(each, Exception):
                    raise each
                yield each

        try:
            yield pa.RecordBatchReader.from_batches(SCHEMA, played())
        finally:
            self.closed = True


@pytest.fixture
def folder(tmp_path):
    return Staging(tmp_path).run("crm", "run-1")


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def read(source, folder):
    query = check_query("SELECT id, size FROM accounts", dialect="duckdb")
    return extract_rows(source, query, folder, {"mode": "full"}, NOON)


def test_every_row_is_staged_with_what_is_known_about_it(folder):
    source = ScriptedSource([BATCH, BATCH])

    extract = read(source, folder)

    path, manifest = folder.verified(StagedFile.SOURCE)
    assert pq.read_table(path).to_pylist() == BATCH.to_pylist() * 2
    assert extract.manifest == manifest
    assert manifest.rows == 4
    assert manifest.facts == {
        "mode": "full",
        "extracted_at": "2026-03-01T12:00:00+00:00",
        "source_types": {"id": "character varying(9)", "size": "int64"},
    }
    assert source.closed


def test_an_empty_answer_is_an_extract_with_columns(folder):
    assert read(ScriptedSource([]), folder).manifest.rows == 0
    assert pq.read_schema(folder.parquet(StagedFile.SOURCE)).names == ["id", "size"]


@pytest.mark.parametrize("error", [SourceUnavailableError("dropped"), QueryRefusedError("stopped")])
def test_a_source_that_fails_half_way_leaves_no_extract(folder, error):
    source = ScriptedSource([BATCH, BATCH, error])

    with pytest.raises(type(error), match=str(error)):
        read(source, folder)

    assert not folder.has(StagedFile.SOURCE)
    assert list(folder.path.iterdir()) == []
    assert source.closed


def test_a_second_attempt_after_a_failure_is_whole(folder):
    with pytest.raises(SourceUnavailableError):
        read(ScriptedSource([BATCH, SourceUnavailableError("dropped")]), folder)

    assert read(ScriptedSource([BATCH]), folder).manifest.rows == 2
