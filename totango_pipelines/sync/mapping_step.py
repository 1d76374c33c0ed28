"""The mapped step: the staged extract becomes accepted and rejected rows."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from totango_pipelines.difference.baseline import Baseline, Recognised
from totango_pipelines.difference.numbered import number_rows
from totango_pipelines.engine import open_engine
from totango_pipelines.errors import MappingInvalidError, Problem, errors_among
from totango_pipelines.mapping.apply import READ_ROWS, MappedRows, apply_mapping
from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.effect import MappingEffect
from totango_pipelines.mapping.plan import MappingPlan, plan_mapping
from totango_pipelines.mapping.rejects_report import RejectLine
from totango_pipelines.mapping.source_ids import SOURCE_ID, source_id_cell
from totango_pipelines.mapping.validation import validate_mapping
from totango_pipelines.preview import require_preview
from totango_pipelines.quoting import literal
from totango_pipelines.staging import Manifest, StagedFile, finish_parquet, parquet_batches
from totango_pipelines.sync.mapping_effect import staged_effect
from totango_pipelines.sync.reading import baseline_of, held_of, identity_of
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
        with open_engine(work) as engine:
            rows = _Mapping(context, engine, source, manifest, plan).run()
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


@dataclass(frozen=True, slots=True)
class _Mapping:
    """The mapping of one run: only rows that the hub may not know yet are mapped."""

    context: RunContext
    engine: duckdb.DuckDBPyConnection
    source: Path
    manifest: Manifest
    plan: MappingPlan

    def run(self) -> MappedRows:
        """Write the mapped file and the rejects; what was recognised is kept in the manifest."""
        identity = identity_of(self.context, self.plan, self.manifest.facts)
        baseline = baseline_of(self.context, self.manifest)
        held = number_rows(self.engine, identity, self.source, held_of(self.context.folder))
        known = baseline.recognise(self.engine, identity)
        folder = self.context.folder
        with (
            folder.replacing(StagedFile.MAPPED) as (mapped, mapped_done),
            folder.replacing(StagedFile.REJECTS) as (rejects, rejects_done),
        ):
            rows = self._map(baseline.to_map(identity), mapped, rejects)
            if rows.rejected:
                known += self._recognise_late(baseline, mapped)
            rows = replace(rows, rows_read=held + self.manifest.rows)
            # The mapped file last: the upsert goes by it, and may add to the rejects.
            finish_parquet(rejects, rejects_done)
            facts = {"rows_read": rows.rows_read, "rejected": rows.rejected, "held": held}
            finish_parquet(mapped, mapped_done, facts | {"recognised": asdict(known)})
        return rows

    def _map(self, rows: str, mapped: Path, rejects: Path) -> MappedRows:
        kept = ["_source_key", "_content"]
        source_id = self.context.integration.settings.source_id_column
        if source_id is not None:
            cell = source_id_cell(source_id, self.plan.columns)
            rows = f"SELECT *, {cell} AS {SOURCE_ID} FROM ({rows})"
            kept.append(SOURCE_ID)
        with ExitStack() as writers:

            def open_accepted(schema: pa.Schema) -> Callable[[pa.RecordBatch], None]:
                return writers.enter_context(parquet_batches(mapped, schema))

            return apply_mapping(
                self.engine,
                self.plan,
                rows=rows,
                kept=kept,
                open_accepted=open_accepted,
                rejects_file=rejects,
            )

    def _recognise_late(self, baseline: Baseline, mapped: Path) -> Recognised:
        """Drop keys that are as they were committed, once their rejected rows are left out."""
        rows = f"SELECT * FROM read_parquet({literal(str(mapped))})"
        late = baseline.recognise_late(self.engine, rows)
        if late.keys:
            left = self.engine.sql(f"{rows} ANTI JOIN late USING (_source_key) ORDER BY _row")
            again = mapped.with_suffix(".again.part")
            reader = left.to_arrow_reader(READ_ROWS)
            with parquet_batches(again, reader.schema) as write:
                for batch in reader:
                    write(batch)
            again.rename(mapped)
        return late
