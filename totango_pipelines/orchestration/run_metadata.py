"""Results of the steps as Dagster metadata; pure: results in, metadata out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import dagster as dg

from totango_pipelines.catalog.attributes import Attribute
from totango_pipelines.integrations.integration import Integration
from totango_pipelines.orchestration.asset_keys import step_key, table_key

Lineage = dict[str, list[dg.TableColumnDep]]


def column_schema(columns: Iterable[tuple[str, str]]) -> dg.TableSchema:
    """(name, type) pairs as Dagster shows them."""
    return dg.TableSchema([dg.TableColumn(name, kind) for name, kind in columns])


def text_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> dg.TableMetadataValue:
    """A table of texts and numbers."""
    schema = dg.TableSchema([dg.TableColumn(name) for name in columns])
    records = [dg.TableRecord(dict(zip(columns, row, strict=True))) for row in rows]
    return dg.MetadataValue.table(records, schema)


def mapping_table(integration: Integration) -> dg.TableMetadataValue:
    """The mapping, line by line, with its notes."""
    rows = [
        (
            *(line.attribute, line.origin, line.source_format or ""),
            *(str(line.blank), str(line.on_error), line.note or ""),
        )
        for line in integration.mapping
    ]
    columns = ("attribute", "from", "source_format", "blank", "on_error", "note")
    return text_table(columns, rows)


def query_metadata(integration: Integration) -> dict[str, Any]:
    """What the extract asset says about itself before it ever ran."""
    return {
        "query": dg.MetadataValue.md(f"```sql\n{integration.query.strip()}\n```"),
        "connection": integration.connection,
    }


def settings_metadata(integration: Integration) -> dict[str, Any]:
    """The settings of an integration, as declared."""
    settings = integration.settings.model_dump(mode="json")
    return {"settings": dg.MetadataValue.json(settings)}


def extract_metadata(extract: Any, lineage: Lineage) -> dict[str, Any]:  # noqa: ANN401 - heavy type
    """Rows, bytes, columns and where they came from."""
    manifest = extract.manifest
    types: Mapping[str, str] = manifest.facts["source_types"]
    return {
        "dagster/row_count": manifest.rows,
        "dagster/column_schema": column_schema(types.items()),
        "dagster/column_lineage": dg.TableColumnLineage(lineage),
        "bytes": manifest.bytes,
        "extracted_at": extract.started_at.isoformat(),
    }


def source_lineage(
    connection: str, origins: Mapping[str, Iterable[tuple[tuple[str, ...], str]]]
) -> Lineage:
    """Which warehouse columns each column of the query is made of, where it can be told."""
    lineage: Lineage = {}
    for column, sources in origins.items():
        keyed = [(table_key(connection, table), name) for table, name in sources]
        lineage[column] = [dg.TableColumnDep(key, name) for key, name in keyed if key]
    return lineage


def hub_schema(integration: Integration, attributes: Mapping[str, Attribute]) -> dg.TableSchema:
    """The hub's columns that the integration fills; Dagster shows lineage beside a schema."""
    return dg.TableSchema(
        [
            dg.TableColumn(
                attributes[line.attribute].column,
                str(attributes[line.attribute].data_type),
                f"from {line.origin} ({line.note})" if line.note else f"from {line.origin}",
            )
            for line in integration.mapping
            if line.attribute in attributes
        ]
    )


def mapped_lineage(integration: Integration, reads: Mapping[str, Iterable[str]]) -> Lineage:
    """Which columns of the extract each hub column is made of; none for a constant."""
    extract = step_key(integration.id, "extract")
    return {
        column: [dg.TableColumnDep(extract, name) for name in names]
        for column, names in reads.items()
        if names
    }


def preview_metadata(preview: Any) -> dict[str, Any]:  # noqa: ANN401 - heavy type
    """The first rows, as a table, with the engine's types."""
    names = [column.name for column in preview.columns]
    types = [(column.name, column.source_type) for column in preview.columns]
    return {
        "preview": dg.MetadataValue.table(
            [dg.TableRecord(dict(zip(names, row, strict=True))) for row in preview.rows],
            column_schema(types),
        ),
        "dagster/column_schema": column_schema(types),
        "rows_shown": len(preview.rows),
    }


def mapped_metadata(result: Any, lineage: Lineage) -> dict[str, Any]:  # noqa: ANN401 - heavy type
    """Accepted and rejected rows, the rejects by column and code, the effect on the first rows."""
    rows = result.rows
    metadata: dict[str, Any] = {
        "rows_read": rows.rows_read,
        "accepted": rows.accepted,
        "rejected": rows.rejected,
        "dagster/row_count": rows.accepted,
        "dagster/column_lineage": dg.TableColumnLineage(lineage),
    }
    if result.report:
        metadata["rejects"] = rejects_table(result.report)
    if rows.warnings:
        metadata["warnings"] = warnings_text(rows.warnings)
    return {**metadata, "preview": effect_table(result.effect)}


def effect_table(effect: Any) -> dg.TableMetadataValue:  # noqa: ANN401 - a MappingEffect
    """The preview rows, source value beside mapped value, a row for each cell."""
    lines = [
        (
            *(cell.row, column.attribute, column.origin, cell.source, cell.mapped),
            " ".join(check.code for check in cell.checks),
        )
        for column in effect.columns
        for cell in column.cells
    ]
    columns = ("row", "attribute", "from", "source", "mapped", "rejected")
    return text_table(columns, sorted(lines, key=lambda line: line[0]))


def rejects_table(report: Iterable[Any]) -> dg.TableMetadataValue:
    """Rejects by column and code, with how to mend them; of the values only their shape."""
    columns = ("column", "attribute", "code", "rows", "examples", "problem", "remedy")
    lines = [
        (
            *(line.column or "", line.attribute, line.code, line.rows),
            ", ".join(f"row {each.row}: {each.shape}" for each in line.shapes),
            *(line.problem, line.remedy),
        )
        for line in report
    ]
    return text_table(columns, lines)


def upsert_metadata(
    result: Any,  # noqa: ANN401 - heavy type
    report: Sequence[Any],
    integration: Integration,
    attributes: Mapping[str, Attribute],
) -> dict[str, Any]:
    """The counts of contract.md, as integers that Dagster plots over time, and all rejects."""
    mapped = step_key(integration.id, "mapped")
    columns = [attribute.column for attribute in attributes.values()]
    lineage = {column: [dg.TableColumnDep(mapped, column)] for column in columns}
    metadata = {
        **asdict(result.counts),
        "dagster/table_name": str(integration.object),
        "dagster/column_lineage": dg.TableColumnLineage(lineage),
    }
    if result.warnings:
        metadata["warnings"] = warnings_text(result.warnings)
    return metadata | ({"rejects": rejects_table(report)} if report else {})


def warnings_text(warnings: Iterable[str]) -> dg.MarkdownMetadataValue:
    """Warnings, one a line."""
    return dg.MetadataValue.md("\n".join(f"- {text}" for text in warnings))


def conflicts_metadata(result: Any) -> dict[str, Any]:  # noqa: ANN401 - heavy type
    """How many conflicts the run listed, and the first of them."""
    metadata: dict[str, Any] = {"conflicts": result.total, "dagster/row_count": result.total}
    if result.rows:
        rows = [[cell or "" for cell in row] for row in result.rows]
        metadata["listed"] = text_table(result.columns, rows)
    return metadata


def problems_metadata(problems: Iterable[Any]) -> dict[str, Any]:
    """Problems of a mapping, one a row."""
    rows = [(str(p.line or ""), p.path, p.code, p.problem, p.remedy) for p in problems]
    return {"problems": text_table(("line", "path", "code", "problem", "remedy"), rows)}
