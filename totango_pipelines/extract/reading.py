"""Reads the rows of a checked query into the staged source file, whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from totango_pipelines.connections.source import SOURCE_TYPE, Source
from totango_pipelines.extract.query import CheckedQuery
from totango_pipelines.staging import Manifest, RunFolder, StagedFile


@dataclass(frozen=True, slots=True)
class Extract:
    """A staged extract: its manifest, and when it began by the source's clock (UTC)."""

    manifest: Manifest
    started_at: datetime


def extract_rows(
    source: Source,
    query: CheckedQuery,
    folder: RunFolder,
    facts: Mapping[str, Any],
    started_at: datetime,
) -> Extract:
    """Stage everything that the query returns; `facts` are kept in the manifest.

    `started_at` is the time by the source's clock (UTC) just before.

    Raises:
        QueryRefusedError: the source cannot run the query.
        SourceUnavailableError: the source cannot be reached, or dropped the connection: then
            nothing of the extract is kept.
    """
    with source.batches(query.sql, query.parameters) as reader:
        types = {
            field.name: (field.metadata or {}).get(SOURCE_TYPE, str(field.type).encode()).decode()
            for field in reader.schema
        }
        with folder.writing(StagedFile.SOURCE, reader.schema) as sink:
            for batch in reader:
                sink.write(batch)
            sink.facts.update(facts)
            sink.facts.update(extracted_at=started_at.isoformat(), source_types=types)
    return Extract(folder.manifest(StagedFile.SOURCE), started_at)
