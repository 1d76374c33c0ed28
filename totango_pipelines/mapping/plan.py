"""A mapping, resolved against the catalogue and the columns of the preview: ready to run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from totango_pipelines.catalog.attributes import Attribute, KeyFolding, normalised_name
from totango_pipelines.catalog.catalog import Catalog
from totango_pipelines.catalog.objects import WriteMode
from totango_pipelines.integrations.integration import Blank, Integration, MappingLine, OnError
from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.conversions import Conversion, conversion_for
from totango_pipelines.mapping.origins import Origin, origin_of

_ACCOUNT_ID = "account_id"


@dataclass(frozen=True, slots=True)
class MappedAttribute:
    """One line of the mapping, ready to run.

    `blank_clears`: a blank cell empties the attribute. `nulls_bad_cells`: a cell that cannot be
    converted says nothing, or `bad_is`. A foreign key in the place of account_id
    (`stands_for_account`) is as much a key and as much required as account_id would be.
    """

    attribute: Attribute
    origin: Origin
    conversion: Conversion
    source_format: str | None
    blank_clears: bool
    nulls_bad_cells: bool
    bad_is: str | None = None
    stands_for_account: bool = False

    @property
    def column(self) -> str | None:
        """The column of the extract it reads, or columns; None: a constant."""
        return ", ".join(column.name for column in self.origin.reads) or None

    @property
    def may_be_silent(self) -> bool:
        """Whether a null of it may have to be kept apart from a null that clears."""
        return self.blank_clears and self.nulls_bad_cells


@dataclass(frozen=True, slots=True)
class MappingPlan:
    """Everything a run needs to map rows.

    `extracted_at` is when the extract began by the source's clock: the recency of every row without
    a recency column, the latest that a row may claim, and the run_time of expressions, so that
    mapping an extract again gives the same values. `timezone` is that of times without one.
    `cursor` is the column that every row has to have.

    `keys` are the mapped key attributes, in the order of the object's, not of the lines.
    """

    integration: str
    attributes: tuple[MappedAttribute, ...]
    keys: tuple[MappedAttribute, ...]
    columns: tuple[SourceColumn, ...]
    recency: SourceColumn | None
    extracted_at: datetime
    timezone: str = "UTC"
    cursor: SourceColumn | None = None

    @property
    def reads(self) -> dict[str, tuple[str, ...]]:
        """The columns of the extract that each hub column is made of."""
        return {
            mapped.attribute.column: tuple(column.name for column in mapped.origin.reads)
            for mapped in self.attributes
        }


def silent_column(attribute: Attribute) -> str:
    """Says that a null stands for a bad cell, which keeps, and not for a blank that clears."""
    return f"_silent_{attribute.column}"


def plan_mapping(
    integration: Integration,
    catalog: Catalog,
    columns: Sequence[SourceColumn],
    extracted_at: datetime,
) -> MappingPlan:
    """The plan of a mapping that `validate_mapping` found no error in."""
    by_name: dict[str | None, SourceColumn] = {column.name: column for column in columns}
    settings = integration.settings
    attributes = tuple(
        _mapped(integration, catalog, columns, line, position)
        for position, line in enumerate(integration.mapping)
    )
    return MappingPlan(
        integration.id,
        attributes,
        _keys(integration, catalog, attributes),
        tuple(columns),
        by_name.get(settings.recency_column),
        extracted_at,
        settings.timezone,
        by_name.get(settings.cursor_column),
    )


def _keys(
    integration: Integration, catalog: Catalog, attributes: Sequence[MappedAttribute]
) -> tuple[MappedAttribute, ...]:
    order = [key.name for key in catalog.object(integration.object).keys]

    def place(mapped: MappedAttribute) -> int:
        name = _ACCOUNT_ID if mapped.stands_for_account else mapped.attribute.name
        return order.index(name) if name in order else len(order)

    return tuple(sorted((each for each in attributes if each.attribute.key is not None), key=place))


def _mapped(
    integration: Integration,
    catalog: Catalog,
    columns: Sequence[SourceColumn],
    line: MappingLine,
    position: int,
) -> MappedAttribute:
    attribute = _resolved(integration, catalog, line)
    origin = origin_of(line, position, columns)
    conversion = None
    if attribute is not None and origin is not None:
        conversion = line_conversion(line, attribute, origin, integration.settings.timezone)
    if attribute is None or origin is None or conversion is None:
        msg = f"the mapping of {line.attribute} was not validated"
        raise AssertionError(msg)
    may_be_empty = attribute.key is None and not attribute.always_required
    # A blank never takes a record from its account; of some it has a meaning (semantics.md 4).
    is_bound = attribute.required and attribute.folds_as is not None
    may_clear = may_be_empty and not is_bound and attribute.blank_is is None
    is_appended = catalog.object(integration.object).write is WriteMode.APPEND
    return MappedAttribute(
        attribute,
        origin,
        conversion,
        line.source_format,
        blank_clears=line.blank is Blank.CLEAR and may_clear,
        nulls_bad_cells=line.on_error is OnError.NULL_VALUE and may_be_empty,
        # An appended row has nothing stored that saying nothing could keep.
        bad_is=attribute.blank_is if is_appended else None,
        stands_for_account=_stands_for_account(integration, line),
    )


def _stands_for_account(integration: Integration, line: MappingLine) -> bool:
    """Whether `match_on` puts the line's foreign key in the place of account_id."""
    name = normalised_name(integration.settings.match_on)
    return normalised_name(line.attribute) == name != normalised_name(_ACCOUNT_ID)


def _resolved(integration: Integration, catalog: Catalog, line: MappingLine) -> Attribute | None:
    """The line's attribute; what stands for account_id is needed as account_id would be."""
    attribute = catalog.attribute(integration.object, line.attribute)
    account_id = catalog.object(integration.object).standard_attribute(_ACCOUNT_ID)
    if attribute is None or account_id is None or not _stands_for_account(integration, line):
        return attribute
    return replace(
        attribute,
        key=KeyFolding.LOWER_CASE if account_id.key else None,
        required=account_id.required,
        folds_as=account_id.folds_as,
        always_required=account_id.always_required,
    )


def line_conversion(
    line: MappingLine, attribute: Attribute, origin: Origin, timezone: str
) -> Conversion | None:
    """How a line's cells become values; None: no such cell ever could."""
    if origin.kind is None:
        return None
    return conversion_for(
        attribute,
        origin.raw,
        origin.kind,
        source_format=line.source_format,
        timezone=timezone,
    )
