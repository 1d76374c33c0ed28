"""What a run's log tells beside its record: warnings, and the requests that joined it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import dagster as dg

from totango_pipelines.orchestration.asset_keys import REPLAY_TAG

_JOINED: Final = "joined this run"
"""As `run_requests.join` writes it."""


@dataclass(frozen=True, slots=True)
class RunNotes:
    """What else is known of a run; `replay_of` is the run whose extract it took."""

    replay_of: str | None
    warnings: tuple[str, ...]
    joined: tuple[str, ...]


def run_notes(instance: dg.DagsterInstance, run_id: str) -> RunNotes:
    """The notes of a run that exists; each warning once."""
    run = instance.get_run_by_id(run_id)
    tags = run.tags if run else {}
    return RunNotes(
        replay_of=tags.get(REPLAY_TAG),
        warnings=tuple(dict.fromkeys(_warnings(instance, run_id))),
        joined=tuple(_joined(instance, run_id)),
    )


def _warnings(instance: dg.DagsterInstance, run_id: str) -> Iterator[str]:
    for event in _events(instance, run_id, dg.DagsterEventType.ASSET_MATERIALIZATION):
        metadata = event.step_materialization_data.materialization.metadata
        told = metadata.get("warnings")
        if isinstance(told, dg.MarkdownMetadataValue):
            yield from (line.removeprefix("- ") for line in (told.value or "").splitlines())


def _joined(instance: dg.DagsterInstance, run_id: str) -> Iterator[str]:
    for event in _events(instance, run_id, dg.DagsterEventType.ENGINE_EVENT):
        if event.message and _JOINED in event.message:
            yield event.message


def _events(
    instance: dg.DagsterInstance, run_id: str, kind: dg.DagsterEventType
) -> Iterator[dg.DagsterEvent]:
    for entry in instance.get_records_for_run(run_id, of_type=kind).records:
        event = entry.event_log_entry.dagster_event
        if event is not None:
            yield event
