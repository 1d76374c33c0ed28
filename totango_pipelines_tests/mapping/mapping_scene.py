"""Maps small Arrow tables through the real engine, as a run would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.catalog.catalog import Catalog, custom_attribute
from totango_pipelines.engine import WorkSpace, open_engine
from totango_pipelines.integrations.integration import Integration
from totango_pipelines.mapping.apply import MappedRows, apply_mapping
from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.plan import plan_mapping
from totango_pipelines.mapping.rejects import staged_rows
from totango_pipelines.mapping.validation import validate_mapping

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TYPES = ("text", "number", "currency", "date", "boolean", "list", "whole_number", "timestamp")
OWN_COLUMNS = [
    *("_row", "_key", "_column", "_attribute", "_code"),
    *("_value", "_problem", "_remedy"),
]


def catalog_with(*attributes: Attribute, object_name: str = "accounts") -> Catalog:
    """The standard catalogue, an attribute `A <type>` of every type, and these."""
    every = [custom_attribute(object_name, f"A {name}", DataType(name)) for name in TYPES]
    catalog, conflicts = Catalog.standard().with_attributes(object_name, [*every, *attributes])
    assert not conflicts
    return catalog


def integration_of(lines: Sequence[Mapping], object_name="accounts", **settings) -> Integration:
    return Integration.model_validate(
        {
            "id": "mapped",
            "name": "Mapped",
            "connection": "crm",
            "object": object_name,
            "collection": "tickets" if object_name == "collections" else None,
            "query": "SELECT 1",
            "mapping": list(lines),
            "settings": settings,
        }
    )


def columns_of(schema: pa.Schema, source_types: Mapping[str, str] | None = None):
    types = source_types or {}
    return [
        SourceColumn(each.name, str(each.type), types.get(each.name, str(each.type)))
        for each in schema
    ]


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a mapping made of a table."""

    rows: MappedRows
    accepted: pa.Table
    rejects: pa.Table

    @property
    def codes(self) -> dict[int, list[str]]:
        """The codes of each rejected row, in the order of the file."""
        found: dict[int, list[str]] = {}
        for line in self.rejects.select(["_row", "_code"]).to_pylist():
            found.setdefault(line["_row"], []).append(line["_code"])
        return found

    def values(self, column: str) -> dict[int, object]:
        """The accepted values of an attribute by row."""
        rows = self.accepted["_row"].to_pylist()
        return dict(zip(rows, self.accepted[column].to_pylist(), strict=True))

    def outcomes(self, column: str) -> list[object]:
        """For each row in order: its value, or its codes after `!`."""
        values, codes = self.values(column), self.codes
        return [
            "!" + " ".join(codes[row]) if row in codes else values[row]
            for row in range(1, self.rows.rows_read + 1)
        ]


def map_table(
    folder: Path,
    table: pa.Table,
    lines: Sequence[Mapping],
    *,
    catalog: Catalog | None = None,
    object_name: str = "accounts",
    source_types: Mapping[str, str] | None = None,
    extracted_at: datetime = NOW,
    **settings,
) -> Mapped:
    """Validate, plan and apply a mapping of `lines` to the table."""
    source, rejects = folder / "source.parquet", folder / "rejects.parquet"
    pq.write_table(table, source)
    integration = integration_of(lines, object_name, **settings)
    catalog = catalog or catalog_with()
    columns = columns_of(table.schema, source_types)
    problems = validate_mapping(integration, catalog, columns)
    assert [str(each) for each in problems if each.severity == "error"] == []
    schemas, batches = [], []

    def open_accepted(schema):
        schemas.append(schema)
        return batches.append

    plan = plan_mapping(integration, catalog, columns, extracted_at)
    with open_engine(WorkSpace(folder / "spill", "256MB")) as engine:
        rows = apply_mapping(
            engine,
            plan,
            rows=staged_rows(plan, source),
            open_accepted=open_accepted,
            rejects_file=rejects,
        )
    accepted = pa.concat_tables([schemas[0].empty_table(), *batches])
    return Mapped(rows, accepted, pq.read_table(rejects))
