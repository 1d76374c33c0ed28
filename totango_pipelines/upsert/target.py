"""The seam between the rules of the upsert and the database that holds the hub."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
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

    def insert(self, table: str, columns: Sequence[HubColumn], statement: str) -> None:
        """Add the rows of a statement, in its order; they may be sent later, in turn."""
        ...

    def update(self, table: HubTable, columns: Sequence[HubColumn], relation: str) -> None:
        """Set `columns` of the records whose keys stand in the relation; perhaps later, in turn."""
        ...


class UpsertTarget(Protocol):
    """A hub that runs upsert into."""

    def begin_run(self, run: RunIdentity) -> RunStart:
        """Give the run its place in the order of runs and take the integration's lease."""
        ...

    def transaction(
        self, objects: Sequence[str], work: WorkSpace
    ) -> AbstractContextManager[HubTransaction]:
        """One transaction that alone may write these objects."""
        ...
