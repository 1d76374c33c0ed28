"""Applies a mapping to a staged extract: accepted rows, rejected rows, and why.

One SELECT per run types every cell and says in integer bit masks which conversions failed; its
batches then pass the contract. So a row's problems are all found before it is refused, and memory
holds a few batches, however long the extract is (decision 8).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from totango_pipelines.mapping.contract import build_contract
from totango_pipelines.mapping.engine_failures import answer_of
from totango_pipelines.mapping.judge import Judge
from totango_pipelines.mapping.plan import MappingPlan
from totango_pipelines.mapping.rejects import Check, view_rows, write_rejects
from totango_pipelines.mapping.typed_select import DOUBT_PREFIX, MASK_PREFIX, TypedSelect
from totango_pipelines.mapping.watchdog import Watchdog

BATCH_ROWS = 40_000
BATCH_BYTES = 1 << 24
READ_ROWS = 8_192
"""What the engine hands over at once: rows may be long."""

SECONDS_PER_BATCH = 60
"""A batch takes a fraction of a second; an expression that needs longer would block the night."""

_MAPPING_FAILED = "the mapping failed inside its engine"


@dataclass(frozen=True, slots=True)
class MappedRows:
    """What a mapping did with an extract; `rejects` counts problems by check."""

    rows_read: int
    accepted: int
    rejected: int
    rejects: tuple[tuple[Check, int], ...]
    warnings: tuple[str, ...]


def apply_mapping(
    engine: duckdb.DuckDBPyConnection,
    plan: MappingPlan,
    *,
    rows: str,
    kept: Sequence[str] = (),
    open_accepted: Callable[[pa.Schema], Callable[[pa.Table], None]],
    rejects_file: Path,
) -> MappedRows:
    """Map the `rows` of an extract; accepted rows go to the sink, rejects to `rejects_file`.

    `rows` is a SELECT with `c0`, `c1`, …, `_row` and the columns `kept`, which accepted rows keep.

    Raises:
        ExpressionTooSlowError: an expression did not end in time.
        SystemFaultError: an engine failed; what it says may quote rows, so it is not passed on.
    """
    select = TypedSelect(plan, tuple(kept))

    def opened() -> pa.RecordBatchReader:
        view_rows(engine, plan, rows)
        return engine.sql(select.sql()).to_arrow_reader(READ_ROWS)

    reader = answer_of(_MAPPING_FAILED, opened)
    contract = build_contract([mapped.attribute for mapped in plan.attributes])
    judge = Judge(plan, contract, select.checks, select.doubts)
    names = reader.schema.names
    lasting = [name for name in names if not name.startswith((MASK_PREFIX, DOUBT_PREFIX))]
    write = open_accepted(pa.schema([reader.schema.field(name) for name in lasting]))
    rows_read = accepted = 0
    with Watchdog(engine, seconds=SECONDS_PER_BATCH) as watch:
        for batch in _larger(_read(reader)):
            passed = judge.passed(batch)
            rows_read += batch.num_rows
            accepted += passed.num_rows
            write(passed.select(lasting))
            watch.alive()
    refused = judge.refused_pairs
    answer_of(
        "the rejects could not be written",
        lambda: write_rejects(engine, plan, refused, judge.checks, rejects_file),
    )
    return MappedRows(rows_read, accepted, judge.rejected, judge.counted, judge.warnings)


def _read(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    while (batch := answer_of(_MAPPING_FAILED, lambda: next(reader, None))) is not None:
        yield batch


def _larger(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Tables of at least BATCH_ROWS or BATCH_BYTES but the last: a contract's cost is by table."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        rows, size = (
            sum(each) for each in zip(*((b.num_rows, b.nbytes) for b in waiting), strict=True)
        )
        if rows >= BATCH_ROWS or size >= BATCH_BYTES:
            yield pa.Table.from_batches(waiting)
            waiting.clear()
    if waiting:
        yield pa.Table.from_batches(waiting)
