"""Dagster's run log on SQLite, with its files kept open while a run is written to it.

Dagster opens a file anew for each event, of which a run has fifty, and builds each statement anew;
SQLite writes its log back into the file whenever the last connection to it is closed. The files are
Dagster's own: whoever reads them needs nothing from here.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

# Not public: which files there are, and how they are opened. Dagster's version is pinned.
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorage,
)
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine


class OpenStorage(DagsterSqliteStorage):
    """Dagster's storage on SQLite with the two parts that a run writes to."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        # Makes the files where there are none, and looks whether they are of this version.
        super().__init__(base_dir, inst_data)
        self._run_storage = _OpenRuns(self._run_storage._conn_string)
        self._event_log_storage = _OpenEvents(self._event_log_storage._base_dir)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "OpenStorage":
        """As Dagster's, which names its own class here."""
        return cls(inst_data=inst_data, **config_value)


class _OpenRuns(SqliteRunStorage):
    """The runs and their tags: one file."""

    def __init__(self, conn_string: str) -> None:
        self._engine = _engine(conn_string)
        super().__init__(conn_string)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        self._engine.dispose()


class _OpenEvents(SqliteEventLogStorage):
    """The events: a file for each run, and one for the assets of all."""

    def __init__(self, base_dir: str) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._open(shard).begin() as connection:
            yield connection

    def _open(self, shard: str) -> Engine:
        if shard not in self._engines:
            # Of the runs, the last one: there may be thousands.
            for other in self._engines.keys() - {INDEX_SHARD_NAME}:
                self._engines.pop(other).dispose()
            engine = _engine(self.conn_string_for_shard(shard))
            self._initdb(engine)
            self._engines[shard] = engine
        return self._engines[shard]

    def dispose(self) -> None:
        super().dispose()
        for engine in self._engines.values():
            engine.dispose()


def _engine(file: str) -> Engine:
    return create_engine(file, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
