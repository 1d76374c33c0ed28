"""The seam between the rules of the upsert and the database that holds the hub."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import duckdb

from totango_pipelines.engine import WorkSpace
from totango_pipelines.upsert.delivery import (
    HubColumn,
    HubTable,
    RunIdentity,
    RunStart,
    UpsertCounts,
)
from totango_pipelines.upsert.state import NextState


class HubTransaction(Protocol):
    """One transaction on the hub; nothing is visible to others until the block ends well.

    `work` is the DuckDB in which rows are compared; relations are its tables and views.
    """

    @property
    def work(self) -> duckdb.DuckDBPyConnection:
        """The DuckDB in which rows are compared."""
        ...

    def committed(self, run_id: str, integration: str) -> UpsertCounts | None:
        """The counts of the integration's run, if it committed before (the ledger)."""
        ...

    def epoch(self, integration: str) -> int:
        """The present epoch of the integration's lease, held still until the transaction ends."""
        ...

    def prepare(self, table: HubTable) -> None:
        """Make sure that the table and its columns exist with these types."""
        ...

    def start_read(
        self, table: HubTable, columns: Sequence[HubColumn], *, wanted: str
    ) -> Callable[[str], None]:
        """Start to read the rows whose keys the statement `wanted` selects.

        The call that comes back ends the reading and makes the rows a relation of the given name,
        with the key columns and `columns`; it may hold rows that nobody wanted. What this
        transaction wrote for other keys need not be seen.
        """
        ...

    def read(
        self, table: HubTable, columns: Sequence[HubColumn], into: str, *, where: str = "TRUE"
    ) -> None:
        """Make the columns of a table a relation, as they are now with this transaction's writes.

        `where` is SQL that every hub understands.
        """
        ...

    def insert(self, table: str, columns: Sequence[HubColumn], statement: str) -> None:
        """Add the rows of a statement, in its order; they may be sent later, in turn."""
        ...

    def update(self, table: HubTable, columns: Sequence[HubColumn], relation: str) -> None:
        """Set `columns` of the records whose keys stand in the relation; perhaps later, in turn."""
        ...

    def delete(self, table: str, columns: Sequence[HubColumn], relation: str) -> None:
        """Remove the rows whose `columns` stand in the relation; perhaps later, in turn."""
        ...

    def keep_state(self, run: RunIdentity, state: NextState) -> None:
        """Replace what the run's integration remembers."""
        ...


class UpsertTarget(Protocol):
    """A hub that runs upsert into."""

    def begin_run(self, run: RunIdentity, state_folder: Path | None = None) -> RunStart:
        """Give the run its place in the order of runs and take the integration's lease.

        The files of what the integration remembers go into `state_folder`. Nobody who had the
        lease before can commit any more, so they stay true until this run commits.
        """
        ...

    def release(self, integration: str) -> None:
        """Forget a deleted integration: cells, matches, baseline, cursor, rows held open."""
        ...

    def transaction(
        self, objects: Sequence[str], work: WorkSpace
    ) -> AbstractContextManager[HubTransaction]:
        """One transaction that alone may write these objects."""
        ...
