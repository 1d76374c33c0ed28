"""What a run leaves, just before it commits: rejects, conflicts, and what the hub will remember."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from totango_pipelines.difference.identity import CONTENT_HASH
from totango_pipelines.difference.numbered import NUMBERED, number_rows, write_held
from totango_pipelines.engine import open_engine
from totango_pipelines.extract.cursor import cursor_from, largest, later
from totango_pipelines.mapping.plan import MappingPlan
from totango_pipelines.mapping.rejects import add_rejects
from totango_pipelines.quoting import comma, literal
from totango_pipelines.staging import Manifest, StagedFile, finish_parquet, parquet_batches
from totango_pipelines.sync.reading import baseline_of, held_of, identity_of, reads_windows
from totango_pipelines.sync.replay import REPLAY_OF
from totango_pipelines.sync.wiring import RunContext
from totango_pipelines.upsert.change_log import RUN_CONFLICTS
from totango_pipelines.upsert.delivery import UpsertCounts
from totango_pipelines.upsert.merge import UNCOMMITTED
from totango_pipelines.upsert.register import ACCOUNT_ID
from totango_pipelines.upsert.state import IntegrationState, NextState, StateFile, state_path

_BATCH_ROWS = 8_192


@dataclass(frozen=True, slots=True)
class Closing:
    """Closes the run of a context; `work` is the engine in which its rows were compared."""

    context: RunContext
    plan: MappingPlan
    source: Manifest

    def close(
        self, work: duckdb.DuckDBPyConnection, refused: pa.Table, counts: UpsertCounts
    ) -> NextState | None:
        """Keep the run's files; what the integration remembers from now on; None: as before.

        Raises:
            HeldOpenError: too many rows would be held open.
        """
        if refused.num_rows:
            self._extend_rejects(refused)
        self._keep_conflicts(work)
        if REPLAY_OF in self.source.facts:
            return None
        folder = self.context.state_folder
        folder.mkdir(parents=True, exist_ok=True)
        settings = self.context.integration.settings
        files, kept = self._files(work, folder, keys_are_unique=counts.duplicates == 0)
        state = IntegrationState(
            self.source.facts["fingerprint"], CONTENT_HASH, settings.cursor_column, self._cursor()
        )
        return NextState(state, files, kept)

    def _files(
        self, work: duckdb.DuckDBPyConnection, folder: Path, *, keys_are_unique: bool
    ) -> tuple[dict[StateFile, Path], frozenset[StateFile]]:
        """The new files, and those that stay as they are."""
        context = self.context
        identity = identity_of(context, self.plan, self.source.facts)
        files, kept = {}, frozenset[StateFile]()
        if not identity.is_rows:
            mapped = literal(str(context.folder.parquet(StagedFile.MAPPED)))
            rows = f"SELECT _source_key, _content FROM read_parquet({mapped})"
            whole, recent = (
                state_path(folder, each) for each in (StateFile.BASELINE, StateFile.RECENT)
            )
            committed = f"{rows} ANTI JOIN {UNCOMMITTED} USING (_row)"
            if baseline_of(context, self.source).write(
                work, committed, whole, recent, keys_are_unique=keys_are_unique
            ):
                files[StateFile.BASELINE] = whole
            else:
                files[StateFile.RECENT], kept = recent, frozenset({StateFile.BASELINE})
        if reads_windows(context):
            held = state_path(folder, StateFile.HELD)
            source, _ = context.folder.verified(StagedFile.SOURCE)
            number_rows(work, identity, source, held_of(context.folder))
            rejects = literal(str(context.folder.parquet(StagedFile.REJECTS)))
            # Of a run that is repeated, the rejects may hold rows of the hub's rules already.
            open_rows = (
                f"SELECT _row FROM read_parquet({rejects}) UNION SELECT _row FROM {UNCOMMITTED}"
            )
            if write_held(work, identity, source, f"({open_rows})", held):
                files[StateFile.HELD] = held
        return files, kept

    def _cursor(self) -> str | None:
        """The largest cursor that was ever committed."""
        column, facts = self.context.integration.settings.cursor_column, self.source.facts
        if column is None:
            return None
        before = None if facts["cursor"] is None else cursor_from(facts["cursor"])
        source, _ = self.context.folder.verified(StagedFile.SOURCE)
        cursor = later(before, largest(source, column, facts["source_types"][column]))
        return None if cursor is None else str(cursor)

    def _keep_conflicts(self, work: duckdb.DuckDBPyConnection) -> None:
        rows = work.sql(f"SELECT * EXCLUDE (run_id) FROM {RUN_CONFLICTS} ORDER BY key, attribute")
        reader = rows.to_arrow_reader(_BATCH_ROWS)
        with self.context.folder.replacing(StagedFile.CONFLICTS) as (part, done):
            with parquet_batches(part, reader.schema) as write:
                for batch in reader:
                    write(batch)
            finish_parquet(part, done)

    def _extend_rejects(self, refused: pa.Table) -> None:
        """Rows that the hub's rules refused join the run's rejects file."""
        context = self.context
        source, _ = context.folder.verified(StagedFile.SOURCE)
        rejects, _ = context.folder.verified(StagedFile.REJECTS)
        known = context.catalog.attributes(context.integration.object)
        by_column = {attribute.column: attribute for attribute in known}
        by_column |= {line.attribute.column: line.attribute for line in self.plan.attributes}
        # A foreign key in the account's place has its troubles.
        stand_ins = [line.attribute for line in self.plan.attributes if line.stands_for_account]
        if stand_ins:
            by_column[ACCOUNT_ID.name] = stand_ins[0]
        lines = [
            (row["_row"], by_column[row["attribute"]], row["code"]) for row in refused.to_pylist()
        ]
        identity = identity_of(context, self.plan, self.source.facts)
        with (
            open_engine(context.work) as engine,
            context.folder.replacing(StagedFile.REJECTS) as (part, done),
        ):
            number_rows(engine, identity, source, held_of(context.folder))
            rows = f"SELECT {comma([*identity.cells, '_row'])} FROM {NUMBERED}"
            add_rejects(engine, self.plan, rows=rows, rejects=rejects, refused=lines, into=part)
            finish_parquet(part, done)
