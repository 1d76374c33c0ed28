"""Stops a mapping whose expressions take too long for a batch of rows.

The allow-list and the bounds of an expression are the first defence, this is the second: the engine
looks for an interruption between vectors of 2,048 rows, so one vector is always finished.
"""

import threading
import time
from types import TracebackType
from typing import Self

import duckdb

from totango_pipelines.errors import ExpressionTooSlowError


class Watchdog:
    """Interrupts an engine from which nothing came for `seconds`.

    Each `alive()` starts the time anew. A body that ends although it was interrupted is complete;
    one that fails after the interruption has failed because of it.

    Raises:
        ExpressionTooSlowError: on leaving the body, when it was interrupted.
    """

    def __init__(self, engine: duckdb.DuckDBPyConnection, *, seconds: float) -> None:
        self._engine = engine
        self._seconds = seconds
        self._changed = threading.Condition()
        self._deadline = 0.0
        self._has_ended = False
        self._has_interrupted = False
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def alive(self) -> None:
        """A batch came; the next one has the whole time again."""
        with self._changed:
            self._deadline = time.monotonic() + self._seconds

    def __enter__(self) -> Self:
        """Start watching."""
        self.alive()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End watching; from here on nothing is interrupted any more."""
        with self._changed:
            self._has_ended = True
            self._changed.notify()
        self._thread.join()
        if self._has_interrupted and isinstance(error, Exception):
            msg = (
                f"an expression of the mapping took longer than {self._seconds:g} s for one batch "
                "of rows; nothing was written. Make it simpler, or do a part of it in the query."
            )
            # The engine's words may quote rows, so they do not come along.
            raise ExpressionTooSlowError(msg) from None

    def _watch(self) -> None:
        # Interrupting under the lock: __exit__ waits for it, so no later statement is hit.
        with self._changed:
            while not self._has_ended and not self._has_interrupted:
                left = self._deadline - time.monotonic()
                if left > 0:
                    self._changed.wait(left)
                else:
                    self._has_interrupted = True
                    self._engine.interrupt()
