"""The rows of a run, mapped: only those that the hub may not know yet (semantics.md 1)."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from totango_pipelines.difference.baseline import Baseline, Recognised
from totango_pipelines.difference.numbered import number_rows
from totango_pipelines.engine import open_engine
from totango_pipelines.mapping.apply import READ_ROWS, MappedRows, apply_mapping
from totango_pipelines.mapping.plan import MappingPlan
from totango_pipelines.mapping.source_ids import SOURCE_ID, source_id_cell
from totango_pipelines.quoting import literal
from totango_pipelines.staging import (
    Manifest,
    Rows,
    StagedFile,
    finish_parquet,
    parquet_batches,
)
from totango_pipelines.sync.reading import baseline_of, held_of, identity_of
from totango_pipelines.sync.wiring import RunContext


def map_rows(
    context: RunContext, plan: MappingPlan, source: Path, manifest: Manifest
) -> MappedRows:
    """Write the mapped file and the rejects of a staged extract.

    What was recognised, and so not mapped, is kept in the mapped file's manifest.
    """
    work = context.work
    work.folder.mkdir(parents=True, exist_ok=True)
    try:
        with open_engine(work) as engine:
            return _Mapping(context, engine, source, manifest, plan).run()
    finally:
        shutil.rmtree(work.folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Mapping:
    context: RunContext
    engine: duckdb.DuckDBPyConnection
    source: Path
    manifest: Manifest
    plan: MappingPlan

    def run(self) -> MappedRows:
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
            held_rejected = self._held_rejected(rejects, held)
            # The mapped file last: the upsert goes by it, and may add to the rejects.
            finish_parquet(rejects, rejects_done)
            facts = {
                "rows_read": rows.rows_read,
                "rejected": rows.rejected,
                "held": held,
                "held_rejected": held_rejected,
                "recognised": asdict(known),
            }
            finish_parquet(mapped, mapped_done, facts)
        return rows

    def _map(self, rows: str, mapped: Path, rejects: Path) -> MappedRows:
        kept = ["_source_key", "_content"]
        source_id = self.context.integration.settings.source_id_column
        if source_id is not None:
            cell = source_id_cell(source_id, self.plan.columns)
            rows = f"SELECT *, {cell} AS {SOURCE_ID} FROM ({rows})"
            kept.append(SOURCE_ID)
        with ExitStack() as writers:

            def open_accepted(schema: pa.Schema) -> Callable[[Rows], None]:
                written = parquet_batches(mapped, schema, sought_by=self._sought_by)
                return writers.enter_context(written)

            return apply_mapping(
                self.engine,
                self.plan,
                rows=rows,
                kept=kept,
                open_accepted=open_accepted,
                rejects_file=rejects,
            )

    @property
    def _sought_by(self) -> list[str]:
        """The upsert takes the mapped rows in ranges of their keys."""
        return ["_row", *(mapped.attribute.column for mapped in self.plan.keys)]

    def _held_rejected(self, rejects: Path, held: int) -> int:
        """How many of the rows that were held open were rejected again."""
        again = f"FROM read_parquet({literal(str(rejects))}) WHERE _row <= {held}"
        rows = self.engine.execute(f"SELECT count(DISTINCT _row) {again}").fetchall()
        return int(rows[0][0])

    def _recognise_late(self, baseline: Baseline, mapped: Path) -> Recognised:
        """Drop keys that are as they were committed, once their rejected rows are left out."""
        rows = f"SELECT * FROM read_parquet({literal(str(mapped))})"
        late = baseline.recognise_late(self.engine, rows)
        if late.keys:
            left = self.engine.sql(f"{rows} ANTI JOIN late USING (_source_key) ORDER BY _row")
            again = mapped.with_suffix(".again.part")
            reader = left.to_arrow_reader(READ_ROWS)
            with parquet_batches(again, reader.schema, sought_by=self._sought_by) as write:
                for batch in reader:
                    write(batch)
            again.rename(mapped)
        return late
