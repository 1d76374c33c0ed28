"""A desk that keeps its runs in memory: a waiting run of the same kind is joined."""

import tempfile
import threading
import time
from pathlib import Path

from totango_pipelines.errors import UnknownNameError, UserError
from totango_pipelines.history import Asked, RunRecord, RunStatus


class MemoryDesk:
    def __init__(self, project, clock):
        self._project, self._clock = project, clock
        self._lock = threading.Lock()
        self.runs = {}
        self.asks = []
        self.joins = False
        self.takes_seconds = 0.0
        self.fails_with = None
        self.file_lines = 10
        self.met = {}
        self.deleted = set()

    def integrations(self):
        found = self._project.integrations
        return {name: each for name, each in found.items() if name not in self.deleted}

    def ask(self, integration, *, mode, trigger, requested_by, partition=None, request_id=None):
        if integration not in self._project.integrations:
            raise UnknownNameError(f"there is no integration {integration!r}.")
        if self.fails_with is not None:
            raise self.fails_with
        if partition is not None and partition.startswith("1999"):
            raise UserError(f"there is no partition {partition!r}. Take one from 2026.")
        time.sleep(self.takes_seconds)
        with self._lock:
            if request_id in self.met:
                return Asked(self.met[request_id], joined=True, reason="asked for before")
            self.asks.append((integration, mode, trigger, requested_by, partition))
            for run in self.runs.values() if self.joins else ():
                if (run.integration, run.mode, run.partition) == (integration, mode, partition):
                    return Asked(run.run_id, joined=True, reason="a waiting run covers it")
            run_id = f"run-{len(self.runs) + 1:05d}"
            self.runs[run_id] = RunRecord(
                run_id,
                integration,
                RunStatus.QUEUED,
                mode,
                trigger,
                requested_by=requested_by,
                queued_at=self._clock(),
                partition=partition,
            )
            if request_id is not None:
                self.met[request_id] = run_id
            return Asked(run_id, joined=False, reason="it waits in the queue")

    def run(self, run_id):
        """Like the run log, it also knows a run by the beginning of its id."""
        found = [each for each in self.runs if each.startswith(run_id)]
        if len(found) != 1:
            raise UnknownNameError(f"{run_id!r} begins {len(found)} runs ({', '.join(found)}).")
        return self.runs[found[0]]

    def history(self, integration, *, status, mode, trigger, since, until, limit):
        found = [
            run
            for run in reversed(self.runs.values())
            if run.integration == integration
            and (status is None or run.status == status)
            and (mode is None or run.mode == mode)
            and (trigger is None or run.trigger == trigger)
            and (since is None or run.queued_at >= since)
            and (until is None or run.queued_at < until)
        ]
        return tuple(found[:limit])

    def file(self, run_id, what, kind):
        if what == "conflicts":
            raise UnknownNameError(f"the run {run_id} has no conflicts.")
        with tempfile.NamedTemporaryFile(suffix=f".{kind}", delete=False) as file:
            file.write(f"{what} of {run_id}\n".encode() * self.file_lines)
        self.last_file = Path(file.name)
        return self.last_file
