"""Turns: who asks for a run sees the others, and each run waits for its turn.

Dagster's queue holds back a second run of a job. Runs that it makes of assets (a backfill, a
selection in the catalog) pass it several at a time; so the first step of every run looks, too.
"""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import dagster as dg

from totango_pipelines.errors import OperationsBusyError
from totango_pipelines.orchestration.asset_keys import INTEGRATION_TAG, turn_tag
from totango_pipelines.orchestration.run_requests import UNDER_WAY, open_runs
from totango_pipelines.orchestration.workers import end_abandoned

_PATIENCE, _SHORTLY = 30.0, 0.02
_LOOK_AGAIN: Final = 1.0
"""Seconds; a run in the queue is looked for as often (dagster.yaml)."""


@contextmanager
def one_request_at_a_time(home: Path, integration: str) -> Iterator[None]:
    """Two requests that come at once must see each other; the lock ends with its process.

    Raises:
        OperationsBusyError: the one before takes longer than half a minute.
    """
    with _lock_file(home, f"{integration}.requests") as lock:
        deadline = time.monotonic() + _PATIENCE
        while not _locked(lock):
            if time.monotonic() > deadline:
                msg = f"another request for {integration} is still being taken. Ask again."
                raise OperationsBusyError(msg)
            time.sleep(_SHORTLY)
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


def wait_for_turn(
    instance: dg.DagsterInstance,
    run_id: str,
    integration: str,
    on_wait: Callable[[str], None],
) -> None:
    """Wait until no older run of the integration is under way, and no other one has its turn.

    Called by the run itself. The oldest goes first, so windows are filled in their order. `on_wait`
    is told each run that is waited for, once. Should two slip through, the hub's lease decides.
    """
    told: set[str] = set()
    while True:
        end_abandoned(instance, {INTEGRATION_TAG: integration})
        busy = list(_ahead(instance, run_id, integration))
        if not busy:
            break
        for other in busy:
            if other not in told:
                told.add(other)
                on_wait(other)
        time.sleep(_LOOK_AGAIN)
    instance.add_run_tags(run_id, {turn_tag(integration): run_id})


def _ahead(instance: dg.DagsterInstance, run_id: str, integration: str) -> Iterator[str]:
    """The runs under way that this one has to wait for."""
    records = instance.get_run_records(dg.RunsFilter(statuses=list(UNDER_WAY)))
    own = next((each.storage_id for each in records if each.dagster_run.run_id == run_id), None)
    for record in records:
        run = record.dagster_run
        if run.run_id == run_id or not _is_of(run, integration):
            continue
        # A run that is executed again inherits the tags of its parent.
        has_turn = run.tags.get(turn_tag(integration)) == run.run_id
        if has_turn or own is None or record.storage_id < own:
            yield run.run_id


def _is_of(run: dg.DagsterRun, integration: str) -> bool:
    """Whether it runs the integration; one made of assets has no tag of ours yet."""
    if run.tags.get(INTEGRATION_TAG) == integration:
        return True
    return any(key.path[0] == integration for key in run.asset_selection or ())


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
