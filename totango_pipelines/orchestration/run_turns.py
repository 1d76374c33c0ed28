"""Turns: who asks for a run sees the others, and a run in this process waits for its turn."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import dagster as dg

from totango_pipelines.orchestration.asset_keys import INTEGRATION_TAG
from totango_pipelines.orchestration.run_requests import UNDER_WAY, open_runs
from totango_pipelines.orchestration.workers import end_abandoned

_LOOK_AGAIN: Final = 1.0
"""Seconds; a run in the queue is looked for as often (dagster.yaml)."""


@contextmanager
def one_request_at_a_time(home: Path, integration: str) -> Iterator[None]:
    """Two requests that come at once must see each other; the lock ends with its process."""
    with _lock_file(home, f"{integration}.requests") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def alone_at_work(
    instance: dg.DagsterInstance,
    home: Path,
    integration: str,
    on_wait: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Wait until no other run of the integration is under way, and keep others of this machine out.

    `on_wait` is told each run that is waited for, once. A run whose process is gone is ended first.
    """
    told: set[str] = set()
    with _lock_file(home, f"{integration}.running") as lock:
        while True:
            end_abandoned(instance, {INTEGRATION_TAG: integration})
            busy = open_runs(instance, integration, UNDER_WAY)
            if not busy and _locked(lock):
                break
            for run in busy:
                if on_wait is not None and run.run_id not in told:
                    told.add(run.run_id)
                    on_wait(run.run_id)
            time.sleep(_LOOK_AGAIN)
        yield


@contextmanager
def _lock_file(home: Path, name: str) -> Iterator[IO[str]]:
    folder = home / "locks"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / name).open("w") as lock:
        yield lock


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
