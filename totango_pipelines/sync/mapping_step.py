"""The mapped step: the staged extract becomes accepted and rejected rows."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from totango_pipelines.engine import WorkSpace, open_engine
from totango_pipelines.errors import MappingInvalidError, Problem, errors_among
from totango_pipelines.mapping.apply import MappedRows, apply_mapping
from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.effect import MappingEffect
from totango_pipelines.mapping.plan import MappingPlan, plan_mapping
from totango_pipelines.mapping.rejects_report import RejectLine
from totango_pipelines.mapping.validation import validate_mapping
from totango_pipelines.preview import require_preview
from totango_pipelines.staging import Manifest, StagedFile, finish_parquet, parquet_batches
from totango_pipelines.sync.mapping_effect import staged_effect
from totango_pipelines.sync.rejects_report import run_rejects
from totango_pipelines.sync.validation import located
from totango_pipelines.sync.wiring import RunContext


@dataclass(frozen=True, slots=True)
class MappingResult:
    """What the mapping made of the extract, and of its first rows.

    `reads` are the columns of the extract that each hub column is made of, `report` the rejects
    by column and code. `within_limits`: they do not stop the run.
    """

    rows: MappedRows
    reads: Mapping[str, tuple[str, ...]]
    effect: MappingEffect
    report: tuple[RejectLine, ...]
    within_limits: bool


def staged_columns(manifest: Manifest) -> tuple[SourceColumn, ...]:
    """The columns of a staged extract, as the mapping sees them."""
    types = manifest.facts["source_types"]
    return tuple(SourceColumn(name, kind, types[name]) for name, kind in manifest.columns)


def mapping_problems(context: RunContext) -> tuple[Problem, ...]:
    """Why the mapping does not fit this run's own preview; empty when it does."""
    manifest = context.folder.manifest(StagedFile.SOURCE)
    require_preview(context.folder, manifest.schema_fingerprint)
    columns = staged_columns(manifest)
    return located(
        context.declared, validate_mapping(context.integration, context.catalog, columns)
    )


def staged_plan(context: RunContext, manifest: Manifest) -> MappingPlan:
    """The mapping, resolved against the staged extract."""
    return plan_mapping(
        context.integration,
        context.catalog,
        staged_columns(manifest),
        datetime.fromisoformat(manifest.facts["extracted_at"]),
    )


def run_mapping(context: RunContext) -> MappingResult:
    """Map the staged extract of this run.

    Raises:
        MappingInvalidError: the mapping does not fit the preview: nothing was mapped.
        ExpressionTooSlowError: an expression did not end in time.
        StagedFileError: the extract or its preview is missing, truncated or altered.
    """
    problems = errors_among(mapping_problems(context))
    if problems:
        raise MappingInvalidError(problems)
    source, manifest = context.folder.verified(StagedFile.SOURCE)
    plan = staged_plan(context, manifest)
    work = context.work
    work.folder.mkdir(parents=True, exist_ok=True)
    try:
        rows = _map_into_files(context, work, source, plan)
    finally:
        shutil.rmtree(work.folder, ignore_errors=True)
    exceeded = context.limits.exceeded(rejected=rows.rejected, rows_read=rows.rows_read)
    return MappingResult(
        rows,
        plan.reads,
        staged_effect(plan, source),
        run_rejects(context.folder) if rows.rejected else (),
        within_limits=not exceeded,
    )


def _map_into_files(
    context: RunContext, work: WorkSpace, source: Path, plan: MappingPlan
) -> MappedRows:
    folder = context.folder
    with (
        open_engine(work) as engine,
        folder.replacing(StagedFile.MAPPED) as (mapped, mapped_done),
        folder.replacing(StagedFile.REJECTS) as (rejects, rejects_done),
    ):
        with ExitStack() as writers:

            def open_accepted(schema: pa.Schema) -> Callable[[pa.RecordBatch], None]:
                return writers.enter_context(parquet_batches(mapped, schema))

            rows = apply_mapping(
                engine,
                plan,
                source=source,
                open_accepted=open_accepted,
                rejects_file=rejects,
            )
        # The mapped file last: the upsert goes by it, and may add to the rejects.
        finish_parquet(rejects, rejects_done)
        facts = {"rows_read": rows.rows_read, "rejected": rows.rejected}
        finish_parquet(mapped, mapped_done, facts)
    return rows
