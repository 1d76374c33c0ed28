"""The mapped step: the staged extract becomes accepted and rejected rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from totango_pipelines.errors import MappingInvalidError, Problem, errors_among
from totango_pipelines.mapping.apply import MappedRows
from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.effect import MappingEffect
from totango_pipelines.mapping.plan import MappingPlan, plan_mapping
from totango_pipelines.mapping.rejects_report import RejectLine
from totango_pipelines.mapping.validation import validate_mapping
from totango_pipelines.preview import require_preview
from totango_pipelines.staging import Manifest, StagedFile
from totango_pipelines.sync.mapped_rows import map_rows
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
    rows = map_rows(context, plan, source, manifest)
    facts = context.folder.manifest(StagedFile.MAPPED).facts
    # Rows that were held open were judged when they came.
    exceeded = context.limits.exceeded(
        rejected=rows.rejected - facts["held_rejected"], rows_read=rows.rows_read - facts["held"]
    )
    return MappingResult(
        rows,
        plan.reads,
        staged_effect(plan, source),
        run_rejects(context.folder) if rows.rejected else (),
        within_limits=not exceeded,
    )
