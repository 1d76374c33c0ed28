"""A mapping, resolved against the catalogue and the columns of the preview: ready to run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from totango_pipelines.catalog.attributes import Attribute
from totango_pipelines.catalog.catalog import Catalog
from totango_pipelines.integrations.integration import Blank, Integration, MappingLine, OnError
from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.conversions import Conversion, conversion_for
from totango_pipelines.mapping.origins import Origin, origin_of


@dataclass(frozen=True, slots=True)
class MappedAttribute:
    """One line of the mapping, ready to run.

    `blank_clears`: a blank cell empties the attribute. `nulls_bad_cells`: a cell that cannot be
    converted counts as blank.
    """

    attribute: Attribute
    origin: Origin
    conversion: Conversion
    source_format: str | None
    blank_clears: bool
    nulls_bad_cells: bool

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
    """

    integration: str
    attributes: tuple[MappedAttribute, ...]
    columns: tuple[SourceColumn, ...]
    recency: SourceColumn | None
    extracted_at: datetime
    timezone: str = "UTC"
    cursor: SourceColumn | None = None

    @property
    def keys(self) -> tuple[MappedAttribute, ...]:
        """The mapped key attributes."""
        return tuple(mapped for mapped in self.attributes if mapped.attribute.key is not None)

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
    by_name = {column.name: column for column in columns}
    settings = integration.settings
    return MappingPlan(
        integration.id,
        tuple(
            _mapped(integration, catalog, columns, line, position)
            for position, line in enumerate(integration.mapping)
        ),
        tuple(columns),
        by_name.get(settings.recency_column or ""),
        extracted_at,
        settings.timezone,
        by_name.get(settings.cursor_column or ""),
    )


def _mapped(
    integration: Integration,
    catalog: Catalog,
    columns: Sequence[SourceColumn],
    line: MappingLine,
    position: int,
) -> MappedAttribute:
    attribute = catalog.attribute(integration.object, line.attribute)
    origin = origin_of(line, position, columns)
    conversion = None
    if attribute is not None and origin is not None:
        conversion = line_conversion(line, attribute, origin, integration.settings.timezone)
    if attribute is None or origin is None or conversion is None:
        msg = f"the mapping of {line.attribute} was not validated"
        raise AssertionError(msg)
    may_be_empty = attribute.key is None and not attribute.always_required
    is_bound = attribute.required and attribute.folds_as is not None
    return MappedAttribute(
        attribute,
        origin,
        conversion,
        line.source_format,
        # A blank never takes a record from its account (semantics.md 4).
        blank_clears=line.blank is Blank.CLEAR and may_be_empty and not is_bound,
        nulls_bad_cells=line.on_error is OnError.NULL_VALUE and may_be_empty,
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
