"""A mapping's effect on the first rows: of a live query, or of a run's own extract."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from totango_pipelines.engine import WorkSpace, open_engine
from totango_pipelines.mapping.effect import MappingEffect, effect_of
from totango_pipelines.mapping.engine_failures import answer_of
from totango_pipelines.mapping.plan import MappingPlan, plan_mapping
from totango_pipelines.mapping.watchdog import Watchdog
from totango_pipelines.preview import PREVIEW_ROWS
from totango_pipelines.sync.query_sample import QuerySample
from totango_pipelines.sync.wiring import MEMORY_LIMIT, RunContext

_SECONDS, _SECONDS_PER_LINE = 5, 0.05
"""Ten rows that take longer than this will never be mapped by the million."""


def mapping_effect(context: RunContext, sample: QuerySample, lines: Sequence[int]) -> MappingEffect:
    """The effect of these lines of the mapping (0-based) on the first rows of a live query.

    There must be one, and each must fit the columns; the others may be wrong or miss a key.

    Raises:
        ExpressionTooSlowError: an expression did not end in time.
    """
    whole = context.integration
    some = whole.model_copy(update={"mapping": tuple(whole.mapping[line] for line in lines)})
    plan = plan_mapping(some, context.catalog, sample.columns, datetime.now(UTC))
    effect = _effect(plan, sample.rows.slice(0, PREVIEW_ROWS))
    columns = (
        column if column.line is None else replace(column, line=lines[column.line])
        for column in effect.columns
    )
    return replace(effect, columns=tuple(columns))


def staged_effect(plan: MappingPlan, source: Path) -> MappingEffect:
    """The effect on the first rows of a staged extract.

    Raises:
        ExpressionTooSlowError: an expression did not end in time.
    """
    with pq.ParquetFile(source) as file:
        first = next(file.iter_batches(batch_size=PREVIEW_ROWS), None)
        schema = file.schema_arrow
    return _effect(plan, pa.Table.from_batches([] if first is None else [first], schema))


def _effect(plan: MappingPlan, rows: pa.Table) -> MappingEffect:
    with TemporaryDirectory() as folder:
        work = WorkSpace(Path(folder), MEMORY_LIMIT)
        # A thousand lines take seconds to plan, whatever they say.
        seconds = _SECONDS + int(_SECONDS_PER_LINE * len(plan.attributes))

        def mapped() -> MappingEffect:
            with open_engine(work) as engine, Watchdog(engine, seconds=seconds):
                return effect_of(engine, plan, rows)

        return answer_of("the first rows could not be mapped", mapped)
