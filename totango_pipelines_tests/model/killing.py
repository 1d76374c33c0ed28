"""A hub whose worker dies between any two of its statements."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from totango_pipelines.engine import WorkSpace
from totango_pipelines.upsert.delivery import RunIdentity, RunStart
from totango_pipelines.upsert.target import UpsertTarget


class KilledError(BaseException):
    """The worker is gone: nothing that catches exceptions may see it."""


AT_THE_LAST = 1000
"""So many statements no run has: the worker dies when all but the ledger's row is written."""


@dataclass
class Countdown:
    left: int

    def tick(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise KilledError


class KilledTransaction:
    """Passes everything on, until the countdown ends."""

    def __init__(self, hub: Any, countdown: Countdown) -> None:
        self._hub = hub
        self._countdown = countdown

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._hub, name)
        if name == "work" or not callable(found):
            return found

        def counted(*args: Any, **kwargs: Any) -> Any:
            self._countdown.tick()
            answer = found(*args, **kwargs)
            if name == "keep_state" and self._countdown.left > AT_THE_LAST // 2:
                raise KilledError
            return answer

        return counted


@dataclass
class KilledHub:
    """An UpsertTarget whose transactions die after so many statements; after the last, survive."""

    target: UpsertTarget
    countdown: Countdown

    def begin_run(self, run: RunIdentity, state_folder: Path | None = None) -> RunStart:
        return self.target.begin_run(run, state_folder)

    @contextmanager
    def transaction(self, objects: Sequence[str], work: WorkSpace) -> Iterator[Any]:
        with self.target.transaction(objects, work) as hub:
            yield KilledTransaction(hub, self.countdown)
            self.countdown.tick()

    def release(self, integration: str) -> None:
        self.target.release(integration)
