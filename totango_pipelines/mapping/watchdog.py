"""Stops a mapping whose expressions take too long (interface only, for now)."""

from types import TracebackType
from typing import Self

import duckdb


class Watchdog:
    """Watches over an engine."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, *, seconds: float) -> None:
        self._engine = engine
        self._seconds = seconds

    def alive(self) -> None:
        """Something came."""

    def __enter__(self) -> Self:
        """Start watching."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End watching."""
