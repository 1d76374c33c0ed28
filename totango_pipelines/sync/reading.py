"""What a run reads, by its mode and by what the hub remembers of the last one (semantics.md 1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from totango_pipelines.catalog.attributes import normalised_name
from totango_pipelines.catalog.objects import TotangoObject, WriteMode
from totango_pipelines.difference.baseline import Baseline, Reading
from totango_pipelines.difference.identity import CONTENT_HASH, Identity
from totango_pipelines.extract.cursor import Cursor, cursor_from
from totango_pipelines.integrations.fingerprint import fingerprint
from totango_pipelines.mapping.origins import cell_of
from totango_pipelines.mapping.plan import MappingPlan
from totango_pipelines.staging import Manifest, RunFolder, StagedFile, finish_parquet
from totango_pipelines.sync.wiring import RunContext
from totango_pipelines.upsert.state import IntegrationState, StateFile, state_path

_STAGED_AS = {
    StateFile.BASELINE: StagedFile.BASELINE,
    StateFile.RECENT: StagedFile.RECENT,
    StateFile.HELD: StagedFile.HELD,
}
_DATE = "date"


@dataclass(frozen=True, slots=True)
class RunReading:
    """How a run reads its source; kept in the extract's manifest, for the steps that follow.

    `since` is where a window starts, before the lag. `fingerprint` is what the hub will remember,
    `cursor` what it remembered of the same cursor column. `removes`: rows of usage that the source
    no longer has are taken away.
    """

    reading: Reading
    fingerprint: str
    since: Cursor | None
    cursor: str | None
    removes: bool

    def facts(self) -> dict[str, Any]:
        """What the manifest keeps."""
        return {
            "reading": self.reading.value,
            "fingerprint": self.fingerprint,
            "cursor": self.cursor,
            "removes": self.removes,
        }


def reading_of(
    context: RunContext, state: IntegrationState | None, started_at: datetime
) -> RunReading:
    """What this run reads."""
    now = _fingerprint(context, started_at)
    asked_for_all = context.run.mode != "incremental"
    changed = state is not None and state.fingerprint != now
    by_cursor = context.integration.settings.cursor_column
    same_cursor = state is not None and state.cursor_column == by_cursor
    cursor = state.cursor if state is not None and same_cursor else None
    reading = Reading.WINDOW if reads_windows(context) else Reading.DIFFERENCE
    lost = (
        reading is Reading.DIFFERENCE and state is not None and state.content_hash != CONTENT_HASH
    )
    if asked_for_all or state is None or changed or lost:
        reading = Reading.EVERYTHING
    since = cursor_from(cursor) if cursor is not None and reading is Reading.WINDOW else None
    appends = _object(context).write is WriteMode.APPEND
    # A window of time never tells that what it does not show is gone.
    removes = appends and (asked_for_all or changed) and context.integration.partition is None
    return RunReading(reading, now, since, cursor, removes)


def stage_state(context: RunContext, state: IntegrationState | None, reading: RunReading) -> None:
    """Keep with the run what it will be compared with: the baseline, the rows held open.

    The files of the hub's state lie in `state_folder`.
    """
    comparable = state is not None and state.content_hash == CONTENT_HASH
    baseline = comparable or reading.reading is Reading.EVERYTHING
    wanted = {
        StateFile.BASELINE: baseline,
        StateFile.RECENT: baseline,
        StateFile.HELD: reading.reading is Reading.WINDOW,
    }
    for file, staged in _STAGED_AS.items():
        path = state_path(context.state_folder, file)
        context.folder.discard(staged)
        if wanted[file] and path.exists():
            with context.folder.replacing(staged) as (part, done):
                path.rename(part)
                finish_parquet(part, done)


def reads_windows(context: RunContext) -> bool:
    """Whether an incremental run sees only some of the rows: by a cursor, or by a partition."""
    integration = context.integration
    return integration.settings.cursor_column is not None or integration.partition is not None


def baseline_of(context: RunContext, source: Manifest) -> Baseline:
    """What the run is compared with."""
    reading = Reading(source.facts["reading"])
    by_window = reads_windows(context)
    # Of all rows, one window of a partition shows nothing that is absent.
    comparable = reading is not Reading.EVERYTHING or context.integration.partition is None
    has_keys = _object(context).write is not WriteMode.APPEND
    file = recent = None
    if context.folder.has(StagedFile.BASELINE) and has_keys and comparable:
        file, _ = context.folder.verified(StagedFile.BASELINE)
        if context.folder.has(StagedFile.RECENT):
            recent, _ = context.folder.verified(StagedFile.RECENT)
    return Baseline(reading, by_window, file, recent)


def held_of(folder: RunFolder) -> Path | None:
    """The file of the rows that were held open, if there are any."""
    return folder.verified(StagedFile.HELD)[0] if folder.has(StagedFile.HELD) else None


def identity_of(context: RunContext, plan: MappingPlan, facts: Mapping[str, Any]) -> Identity:
    """What names the rows of this run's extract, and what their content is."""
    settings = context.integration.settings
    names = [column.name for line in plan.attributes for column in line.origin.reads]
    own = (settings.source_id_column, settings.cursor_column)
    used = dict.fromkeys([*names, *(name for name in own if name is not None)])
    columns = [column for column in plan.columns if column.name in used]
    return Identity(
        columns=len(plan.columns),
        keys=tuple(
            tuple(cell_of(column, plan.columns) for column in line.origin.reads)
            for line in plan.keys
        ),
        content=tuple(cell_of(column, plan.columns) for column in columns),
        fingerprint=facts["fingerprint"],
        is_rows=_object(context).write is WriteMode.APPEND,
    )


def run_day(context: RunContext, started_at: datetime) -> str:
    """The day of a run, by the clocks of the integration."""
    zone = ZoneInfo(context.integration.settings.timezone)
    return started_at.astimezone(zone).date().isoformat()


def takes_the_runs_day(context: RunContext) -> bool:
    """Whether the records' date is the run's day, since the mapping names none."""
    mapped = {normalised_name(line.attribute) for line in context.integration.mapping}
    return _object(context).write is WriteMode.UPSERT_OF_THE_DAY and _DATE not in mapped


def _fingerprint(context: RunContext, started_at: datetime) -> str:
    """That of the declaration; where each day has records of its own, another one every day."""
    says = fingerprint(context.integration)
    if not reads_windows(context) and takes_the_runs_day(context):
        return f"{says} {run_day(context, started_at)}"
    return says


def _object(context: RunContext) -> TotangoObject:
    return context.catalog.object(context.integration.object)
