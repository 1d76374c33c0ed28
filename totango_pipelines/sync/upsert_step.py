"""The upsert step: the accepted rows of a run, merged into the hub in one transaction."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.catalog.objects import TotangoObject, UnknownAccount
from totango_pipelines.engine import open_engine
from totango_pipelines.errors import TooManyRejectsError
from totango_pipelines.mapping.conversions import HUB_TYPES
from totango_pipelines.mapping.plan import MappingPlan, silent_column
from totango_pipelines.mapping.rejects import add_rejects
from totango_pipelines.staging import Manifest, StagedFile, finish_parquet
from totango_pipelines.sync.mapping_step import staged_plan
from totango_pipelines.sync.wiring import RunContext
from totango_pipelines.upsert.delivery import (
    DeliveredAttribute,
    Delivery,
    HubColumn,
    HubTable,
    RunStart,
)
from totango_pipelines.upsert.register import ACCOUNTS, REGISTER
from totango_pipelines.upsert.writer import UpsertResult, upsert_delivery


def run_upsert(context: RunContext) -> UpsertResult:
    """Merge the accepted rows of this run into the hub; repeating a run changes nothing.

    Raises:
        StagedFileError: the mapped file is missing, truncated or altered.
        TooManyRejectsError: more rows were rejected than the settings allow.
        LeaseLostError, HubUnavailableError, HubSchemaError: as `upsert_delivery` says.
    """
    source = context.folder.manifest(StagedFile.SOURCE)
    plan = staged_plan(context, source)
    delivery = _delivery(context, plan, source)
    _check_limits(delivery)
    work = context.work
    work.folder.mkdir(parents=True, exist_ok=True)

    def keep_refused(refused: pa.Table) -> None:
        if refused.num_rows:
            _extend_rejects(context, plan, refused)

    result = upsert_delivery(
        context.hub(),
        delivery,
        work=work,
        clock=lambda: datetime.now(UTC),
        before_commit=keep_refused,
    )
    shutil.rmtree(work.folder, ignore_errors=True)
    return result


def _check_limits(delivery: Delivery) -> None:
    if delivery.limits.exceeded(rejected=delivery.rejected, rows_read=delivery.rows_read):
        msg = (
            f"{delivery.rejected} of {delivery.rows_read} rows were rejected; nothing was written."
        )
        raise TooManyRejectsError(msg)


def _delivery(context: RunContext, plan: MappingPlan, source: Manifest) -> Delivery:
    mapped, manifest = context.folder.verified(StagedFile.MAPPED)
    integration = context.integration
    totango_object = context.catalog.object(integration.object)
    foreign_keys = tuple(
        line.attribute.column for line in plan.attributes if not _has_column(line.attribute)
    )
    constant, renamed = _own_keys(context, totango_object, foreign_keys)
    return Delivery(
        run=replace(context.run, mode=source.facts["mode"]),
        start=RunStart(source.facts["run_seq"], source.facts["epoch"]),
        table=hub_table(context),
        attributes=tuple(
            DeliveredAttribute(
                _hub_column(line.attribute),
                clears=line.blank_clears,
                silent_column=silent_column(line.attribute) if line.may_be_silent else None,
            )
            for line in plan.attributes
            if line.attribute.key is None and _has_column(line.attribute)
        ),
        constant_keys=constant,
        required_when_new=tuple(
            attribute.column
            for attribute in totango_object.attributes
            if attribute.required and attribute.key is None
        ),
        child_of_account=totango_object.unknown_account is UnknownAccount.CREATE_STUB,
        allow_new=integration.settings.allow_new,
        resolve_conflicts=integration.settings.auto_resolve_conflicts,
        mapped=mapped,
        extracted_at=datetime.fromisoformat(source.facts["extracted_at"]),
        rows_read=manifest.facts["rows_read"],
        rejected=manifest.facts["rejected"],
        limits=context.limits,
        account_must_exist=totango_object.unknown_account is UnknownAccount.REJECT,
        renamed_keys=renamed,
        claims=foreign_keys if totango_object.name == ACCOUNTS else (),
    )


def _own_keys(
    context: RunContext, totango_object: TotangoObject, foreign_keys: tuple[str, ...]
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """The object's own key columns: those of one value, and those that a mapped column fills.

    The register's are the name of the one mapped foreign key, and its value.
    """
    names = [key.column for key in totango_object.own_key_columns]
    if totango_object.name == REGISTER:
        (foreign_key,), (name, value) = foreign_keys, names
        return ((name, foreign_key),), ((value, foreign_key),)
    return tuple((name, str(context.integration.collection)) for name in names), ()


def hub_table(context: RunContext) -> HubTable:
    """The object's table: keys first, then the attributes that it has a column for."""
    integration = context.integration
    totango_object = context.catalog.object(integration.object)
    keys = tuple(_hub_column(attribute) for attribute in totango_object.primary_key)
    mapped = [
        context.catalog.attribute(integration.object, line.attribute)
        for line in integration.mapping
    ]
    known = dict.fromkeys((*totango_object.attributes, *(each for each in mapped if each)))
    return HubTable(
        integration.object,
        keys,
        tuple(_hub_column(each) for each in known if each.key is None and _has_column(each)),
    )


def _has_column(attribute: Attribute) -> bool:
    """Foreign keys of accounts live in their register, not in a column (semantics.md 4)."""
    return attribute.data_type is not DataType.FOREIGN_KEY


def _hub_column(attribute: Attribute) -> HubColumn:
    return HubColumn(attribute.column, HUB_TYPES[attribute.data_type])


def _extend_rejects(context: RunContext, plan: MappingPlan, refused: pa.Table) -> None:
    """Rows that the hub's rules refused join the run's rejects file."""
    source, _ = context.folder.verified(StagedFile.SOURCE)
    rejects, _ = context.folder.verified(StagedFile.REJECTS)
    by_column = {
        attribute.column: attribute
        for attribute in context.catalog.attributes(context.integration.object)
    }
    lines = [(row["_row"], by_column[row["attribute"]], row["code"]) for row in refused.to_pylist()]
    with (
        open_engine(context.work) as engine,
        context.folder.replacing(StagedFile.REJECTS) as (part, done),
    ):
        add_rejects(engine, plan, source=source, rejects=rejects, refused=lines, into=part)
        finish_parquet(part, done)
