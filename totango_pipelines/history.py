"""What a run did, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RunStatus(StrEnum):
    """How a run ended, or where it stands."""

    SUCCEEDED = "succeeded"
    SUCCEEDED_WITH_REJECTS = "succeeded_with_rejects"
    FAILED = "failed"
    RUNNING = "running"
    QUEUED = "queued"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of an integration.

    Times are UTC; `duration` is in seconds. `counts` are those of semantics.md 7 once the rows are
    in the hub, and what the mapping counted where the run failed before. `error` is for people.
    `requested_by` is who asked for it, and `partition` the part of the source that it reads.
    """

    run_id: str
    integration: str
    status: RunStatus
    mode: str
    trigger: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    counts: Mapping[str, int] | None = None
    error: str | None = None
    requested_by: str | None = None
    queued_at: datetime | None = None
    partition: str | None = None

    @property
    def duration(self) -> float | None:
        """Seconds from start to end; None while it has not ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a request for a run.

    `joined`: a waiting run covers the request, no new one was made. `reason` is for people.
    """

    run_id: str
    joined: bool
    reason: str
