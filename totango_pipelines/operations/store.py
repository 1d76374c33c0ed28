"""`operations.db`: one SQLite file that several processes and threads read and write at once."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Final

from totango_pipelines.errors import OperationsBusyError, OperationsStoreError
from totango_pipelines.operations.tables import TABLES

BUSY_SECONDS: Final = 30.0
"""How long a writer waits for the others (ours)."""
_PRIMARY_CODE: Final = 0xFF
_WAITED_IN_VAIN: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def operations_path(home: Path) -> Path:
    """Where the file is in the project's state folder (TOTANGO_HOME)."""
    return home / "operations.db"


def as_text(at: datetime) -> str:
    """A time as the tables hold it; texts sort as the times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def as_time(text: str) -> datetime:
    """The time that `as_text` wrote."""
    return datetime.fromisoformat(text)


class OperationsStore:
    """The file, made with its tables on first use; a connection lives as long as its block."""

    def __init__(self, path: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self._busy_seconds = busy_seconds
        self._preparing = Lock()
        self._is_prepared = False

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: committed at the end of the block, rolled back where it raises.

        It must not be opened inside another one.

        Raises:
            OperationsBusyError: others held the file for too long.
            OperationsStoreError: the file cannot be opened, read or written.
        """
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for reading; rows are found by column name.

        Raises:
            OperationsBusyError: others held the file for too long.
            OperationsStoreError: the file cannot be opened or read.
        """
        try:
            self._prepare()
            with closing(self._connect()) as connection:
                yield connection
        except sqlite3.IntegrityError:
            # A broken constraint is its caller's affair.
            raise
        except sqlite3.DatabaseError as error:
            raise self._told(error) from error

    def _connect(self) -> sqlite3.Connection:
        # Not `rwc`: a file that SQLite made itself could be read by others and would not be WAL.
        uri = f"{self.path.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(
            uri, uri=True, timeout=self._busy_seconds, isolation_level=None
        )
        connection.row_factory = sqlite3.Row
        return connection

    def _prepare(self) -> None:
        with self._preparing:
            if self._is_prepared and self.path.exists():
                return
            try:
                if not self.path.exists():
                    self._make_file()
                self.path.chmod(0o600)
            except OSError as error:
                msg = f"{self.path} cannot be made: {error.strerror}. Check its folder's rights."
                raise OperationsStoreError(msg) from error
            with closing(self._connect()) as connection:
                connection.execute("BEGIN IMMEDIATE")
                for statement in TABLES:
                    connection.execute(statement)
                connection.execute("COMMIT")
            self._is_prepared = True

    def _make_file(self) -> None:
        """The file appears at once and in WAL mode: two processes cannot switch to it together."""
        folder = self.path.parent
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        handle, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=folder)
        os.close(handle)
        part = Path(name)
        try:
            with closing(sqlite3.connect(part)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
            with suppress(FileExistsError):
                self.path.hardlink_to(part)
        finally:
            part.unlink()

    def _told(self, error: sqlite3.DatabaseError) -> OperationsBusyError | OperationsStoreError:
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and code & _PRIMARY_CODE in _WAITED_IN_VAIN:
            seconds = f"{self._busy_seconds:g}"
            msg = f"{self.path} was held by others for {seconds} s. Try again in a moment."
            return OperationsBusyError(msg)
        msg = (
            f"{self.path} cannot be used: {error}. Check the disk and the file's rights; "
            "if it is damaged, put back a copy, or move it away: tokens are then made anew."
        )
        return OperationsStoreError(msg)
