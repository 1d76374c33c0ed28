"""What the Trigger API asks of the orchestration: the one desk where runs are ordered."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from totango_pipelines.history import Asked, RunRecord
from totango_pipelines.integrations.project import DeclaredIntegration


class Desk(Protocol):
    """Called from several threads at once."""

    def integrations(self) -> Mapping[str, DeclaredIntegration]:
        """The valid integrations by id, as the files say now."""
        ...

    def ask(
        self,
        integration: str,
        *,
        mode: str,
        trigger: str,
        requested_by: str,
        partition: str | None = None,
        request_id: str | None = None,
    ) -> Asked:
        """Ask for a run; it starts as soon as the queue allows.

        What was asked for with the same `request_id` before is answered, not asked for again.

        Raises:
            UnknownNameError: there is no such integration.
            UserError: it cannot be run so; the message says why.
        """
        ...

    def run(self, run_id: str) -> RunRecord:
        """The run with this id.

        Raises:
            UnknownNameError: there is none.
        """
        ...

    def history(
        self,
        integration: str,
        *,
        status: str | None,
        mode: str | None,
        trigger: str | None,
        since: datetime | None,
        until: datetime | None,
        limit: int,
    ) -> tuple[RunRecord, ...]:
        """The newest runs first that fit every filter."""
        ...

    def file(self, run_id: str, what: str, kind: str) -> Path:
        """A temporary file of the run's source, mapped, rejects or conflicts; the caller's.

        `kind` is csv or parquet.

        Raises:
            UnknownNameError: the run has no such file.
        """
        ...
