"""What a run delivers, as the hub takes it: the declaration and the run's files, put together."""

from dataclasses import dataclass, replace
from datetime import datetime

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.catalog.objects import TotangoObject, UnknownAccount, WriteMode
from totango_pipelines.difference.baseline import Reading
from totango_pipelines.mapping.conversions import HUB_TYPES
from totango_pipelines.mapping.plan import MappingPlan, silent_column
from totango_pipelines.quoting import literal
from totango_pipelines.staging import Manifest, StagedFile
from totango_pipelines.sync.reading import reads_windows, run_day
from totango_pipelines.sync.wiring import RunContext
from totango_pipelines.upsert.append import CONTENT
from totango_pipelines.upsert.delivery import (
    DeliveredAttribute,
    Delivery,
    HubColumn,
    HubTable,
    RunStart,
    UpsertCounts,
)
from totango_pipelines.upsert.register import ACCOUNT_ID, ACCOUNTS, REGISTER

_EMAIL = HubColumn("email", "VARCHAR")
_COUNT = HubColumn("count", "BIGINT")
_TIMESTAMP = HubColumn("timestamp", "TIMESTAMPTZ")


def delivery_of(context: RunContext, plan: MappingPlan, source: Manifest) -> Delivery:
    """The delivery of a run whose extract was mapped.

    Raises:
        StagedFileError: the mapped file is missing, truncated or altered.
    """
    return _Delivering(context, plan, source).delivery()


def hub_table(context: RunContext) -> HubTable:
    """The object's table: keys first, then the attributes that it has a column for."""
    integration = context.integration
    totango_object = context.catalog.object(integration.object)
    mapped = [
        context.catalog.attribute(integration.object, line.attribute)
        for line in integration.mapping
    ]
    known = dict.fromkeys((*totango_object.attributes, *(each for each in mapped if each)))
    attributes = tuple(_hub_column(each) for each in known if each.key is None and _is_stored(each))
    if totango_object.write is WriteMode.APPEND:
        return HubTable(integration.object, (CONTENT,), attributes, holds_rows=True)
    keys = tuple(_hub_column(attribute) for attribute in totango_object.primary_key)
    return HubTable(integration.object, keys, attributes)


@dataclass(frozen=True, slots=True)
class _Delivering:
    context: RunContext
    plan: MappingPlan
    source: Manifest

    @property
    def _object(self) -> TotangoObject:
        return self.context.catalog.object(self.context.integration.object)

    @property
    def _extracted_at(self) -> datetime:
        return datetime.fromisoformat(self.source.facts["extracted_at"])

    @property
    def _mapped(self) -> frozenset[str]:
        return frozenset(line.attribute.column for line in self.plan.attributes)

    def delivery(self) -> Delivery:
        """All of it."""
        mapped, manifest = self.context.folder.verified(StagedFile.MAPPED)
        settings, facts = self.context.integration.settings, self.source.facts
        known, unknown = manifest.facts["recognised"], self._object.unknown_account
        constant, renamed = self._own_keys()
        return Delivery(
            run=replace(self.context.run, mode=facts["mode"]),
            start=RunStart(facts["run_seq"], facts["epoch"]),
            table=hub_table(self.context),
            attributes=self._attributes(),
            constant_keys=constant,
            required_when_new=self._required_when_new(),
            child_of_account=unknown is UnknownAccount.CREATE_STUB,
            allow_new=settings.allow_new,
            resolve_conflicts=settings.auto_resolve_conflicts,
            mapped=mapped,
            extracted_at=self._extracted_at,
            rows_read=manifest.facts["rows_read"],
            rejected=manifest.facts["rejected"],
            limits=self.context.limits,
            held=manifest.facts["held"],
            held_rejected=manifest.facts["held_rejected"],
            account_must_exist=unknown is UnknownAccount.REJECT,
            renamed_keys=renamed,
            claims=self._claims(),
            recognised=UpsertCounts(
                unchanged=known["keys"],
                duplicates=known["rows"] - known["keys"],
                absent=known["absent"],
            ),
            match_on=self._match_on(),
            has_source_ids=settings.source_id_column is not None,
            rebuilds=facts["mode"] == "rebuild_mapping",
            new_defaults=self._new_defaults(),
            last_row_counts=self._object.write is WriteMode.UPSERT_OF_THE_DAY,
            allow_new_is_of_accounts=self._object.allow_new_is_of_accounts,
            roles=self.context.catalog.roles,
            removes=facts["removes"],
            totals=self._counts_absent_rows,
        )

    @property
    def _counts_absent_rows(self) -> bool:
        """Whether rows of usage that the source no longer has are counted; a window shows none.

        Without a cursor yet, as after the integration was deleted, it is a window all the same.
        """
        is_window = self.source.facts["reading"] == Reading.WINDOW
        return self._appends and not (is_window or reads_windows(self.context))

    @property
    def _appends(self) -> bool:
        return self._object.write is WriteMode.APPEND

    def _attributes(self) -> tuple[DeliveredAttribute, ...]:
        """The mapped attributes with a column, and those that are found by others."""
        found = [
            DeliveredAttribute(
                _hub_column(line.attribute),
                clears=line.blank_clears,
                silent_column=silent_column(line.attribute) if line.may_be_silent else None,
            )
            for line in self.plan.attributes
            if line.attribute.key is None and _is_stored(line.attribute)
        ]
        by_name = {attribute.column.name: attribute for attribute in found}
        if "user_name" in self._object_columns:
            # Neither e-mail nor name says nothing, whatever the policy of blanks (semantics.md 4).
            by_name[_EMAIL.name] = DeliveredAttribute(_EMAIL)
        if self._match_on() is not None and ACCOUNT_ID.name in self._object_columns:
            by_name[ACCOUNT_ID.name] = DeliveredAttribute(ACCOUNT_ID)
        return tuple(by_name.values())

    @property
    def _object_columns(self) -> frozenset[str]:
        """The columns of the object's standard attributes, without its keys."""
        return frozenset(each.column for each in self._object.attributes if each.key is None)

    def _own_keys(self) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
        """The key columns of one value for all rows, and those that a mapped column fills."""
        if self._object.name == REGISTER:
            (foreign_key,) = self._foreign_keys()
            name, value = (key.column for key in self._object.own_key_columns)
            return ((name, foreign_key),), ((value, foreign_key),)
        collection = str(self.context.integration.collection)
        day = run_day(self.context, self._extracted_at)
        constant = [(key.column, collection) for key in self._object.own_key_columns]
        constant += [
            (key.column, day if key.data_type is DataType.DATE else "")
            for key in self._object.keys
            if key.optional_key and key.column not in self._mapped
        ]
        return tuple(constant), ()

    def _required_when_new(self) -> tuple[str, ...]:
        if self._appends:
            return ()
        return tuple(
            attribute.column
            for attribute in self._object.attributes
            if attribute.required and attribute.key is None
        )

    def _foreign_keys(self) -> tuple[str, ...]:
        return tuple(
            line.attribute.column
            for line in self.plan.attributes
            if line.attribute.data_type is DataType.FOREIGN_KEY
        )

    def _match_on(self) -> str | None:
        """The mapped foreign key that stands in for the account's id."""
        settings = self.context.integration.settings
        attribute = self.context.catalog.attribute(ACCOUNTS, settings.match_on)
        is_foreign_key = attribute is not None and attribute.data_type is DataType.FOREIGN_KEY
        return attribute.column if attribute is not None and is_foreign_key else None

    def _claims(self) -> tuple[str, ...]:
        if self._object.name != ACCOUNTS:
            return ()
        return tuple(name for name in self._foreign_keys() if name != self._match_on())

    def _new_defaults(self) -> tuple[tuple[HubColumn, str], ...]:
        """What new records of activities have where nothing is mapped (semantics.md 4)."""
        is_stream = self._object.name == "historical_activity_stream"
        if not (self._appends or is_stream):
            return ()
        at = self._extracted_at.isoformat(timespec="milliseconds")
        defaults = [(_COUNT, "1::BIGINT")]
        if self._appends:
            defaults.append((_TIMESTAMP, f"TIMESTAMPTZ {literal(at)}"))
        return tuple(
            (column, value) for column, value in defaults if column.name not in self._mapped
        )


def _is_stored(attribute: Attribute) -> bool:
    """Foreign keys of accounts live in their register, not in a column (semantics.md 4)."""
    return attribute.stored and attribute.data_type is not DataType.FOREIGN_KEY


def _hub_column(attribute: Attribute) -> HubColumn:
    return HubColumn(attribute.column, HUB_TYPES[attribute.data_type])
