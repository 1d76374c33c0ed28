"""The upsert step: the accepted rows of a run, merged into the hub in one transaction."""

import shutil
from datetime import UTC, datetime

from totango_pipelines.staging import StagedFile
from totango_pipelines.sync.closing import Closing
from totango_pipelines.sync.delivering import delivery_of
from totango_pipelines.sync.mapping_step import staged_plan
from totango_pipelines.sync.wiring import RunContext
from totango_pipelines.upsert.writer import UpsertResult, upsert_delivery


def run_upsert(context: RunContext) -> UpsertResult:
    """Merge the accepted rows of this run into the hub; repeating a run changes nothing.

    Raises:
        StagedFileError: the mapped file is missing, truncated or altered.
        TooManyRejectsError: more rows were rejected than the settings allow.
        HeldOpenError: more rows would be held open than can be.
        LeaseLostError, HubUnavailableError, HubSchemaError: as `upsert_delivery` says.
    """
    source = context.folder.manifest(StagedFile.SOURCE)
    plan = staged_plan(context, source)
    delivery = delivery_of(context, plan, source)
    delivery.check_limits(delivery.rejected)
    work = context.work
    work.folder.mkdir(parents=True, exist_ok=True)
    result = upsert_delivery(
        context.hub(),
        delivery,
        work=work,
        clock=lambda: datetime.now(UTC),
        before_commit=Closing(context, plan, source).close,
        range_rows=context.range_rows,
    )
    for folder in (work.folder, context.state_folder):
        shutil.rmtree(folder, ignore_errors=True)
    return result
