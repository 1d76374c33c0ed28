"""The processes that carry runs out, and the runs whose process is gone (ghosts)."""

import os
import signal
import socket
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import dagster as dg
import psutil

from totango_pipelines.orchestration.asset_keys import WORKER_TAG
from totango_pipelines.orchestration.run_requests import UNDER_WAY

SENSOR: Final = "end_abandoned_runs"
_EVERY: Final = 20
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_START_TIME: Final = 19
"""Its place behind the name in /proc/PID/stat (proc(5))."""
_SHORTLY: Final = 2.0
ENDED: Final = (
    "The process that carried this run out is gone (its machine stopped, or it was killed). What "
    "it had committed stays, everything else was rolled back. Run the integration again."
)


def this_worker(run_id: str) -> str:
    """This process, so that nobody takes another one with the same id for it.

    With the run's id: a run that is executed again inherits its parent's tags.
    """
    return worker_of(run_id, os.getpid())


def worker_of(run_id: str, process: int) -> str:
    """A process of this machine that is there, as `this_worker` names it."""
    return " ".join((run_id, str(process), _started(process), socket.gethostname()))


def interrupt(worker: str) -> bool:
    """Ask a worker of this machine to end its run, as Ctrl-C does; False if it is gone.

    psutil looks once more before it sends: never does a process get it that has the id since.
    """
    _, process, _, host = worker.split(" ", 3)
    if host != socket.gethostname():
        return False
    try:
        found = psutil.Process(int(process))
        if is_gone(worker):
            return False
        found.send_signal(signal.SIGINT)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return True


def is_gone(worker: str) -> bool:
    """Whether a worker of this machine has ended; of another machine nobody here can tell."""
    _, process, started, host = worker.split(" ", 3)
    if host != socket.gethostname():
        return False
    try:
        is_zombie = psutil.Process(int(process)).status() == psutil.STATUS_ZOMBIE
        return is_zombie or _started(int(process)) != started
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        return True
    except psutil.AccessDenied:
        return False


def is_sibling(path: str) -> bool:
    """Whether one process started this one and the one that listens on a Unix socket (Linux)."""
    try:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(_SHORTLY)
            asking.connect(path)
            said = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        parent = psutil.Process(struct.unpack("3i", said)[0]).ppid()
    except (OSError, ValueError, psutil.Error):
        return False
    # The first process of a machine starts services that have nothing to do with each other.
    return parent == os.getppid() > 1


def _started(process: int) -> str:
    """When a process began, by a clock that nobody sets.

    Linux counts ticks since the machine started, and names each start. Elsewhere it is the time.
    """
    if not _BOOT.exists():
        return f"{psutil.Process(process).create_time():.2f}"
    ticks = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[_START_TIME]
    return f"{ticks}@{_BOOT.read_text()[:8]}"


def end_abandoned(
    instance: dg.DagsterInstance,
    tags: Mapping[str, str] | None = None,
    gone: Callable[[str], bool] = is_gone,
) -> list[str]:
    """End the runs whose process is gone, as failed; answers with their ids.

    The queue then starts what waited behind them. The hub's lease needs no help: whoever runs next
    takes it.
    """
    wanted = dg.RunsFilter(tags=dict(tags or {}), statuses=list(UNDER_WAY))
    ended = []
    for run in instance.get_runs(wanted):
        worker = run.tags.get(WORKER_TAG, "")
        if not worker.startswith(f"{run.run_id} ") or not gone(worker):
            continue
        # It may have ended properly between the two looks.
        now = instance.get_run_by_id(run.run_id)
        if now is not None and now.status in UNDER_WAY:
            instance.report_run_failed(now, ENDED)
            ended.append(run.run_id)
    return ended


def build_reaper() -> dg.SensorDefinition:
    """The sensor that looks for runs whose process is gone."""

    @dg.sensor(
        name=SENSOR,
        minimum_interval_seconds=_EVERY,
        default_status=dg.DefaultSensorStatus.RUNNING,
        # Dagster wants to know what a sensor starts; this one only ends.
        target=None,
        description="Ends runs whose process is gone, so that the next one can start.",
    )
    def end_abandoned_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        ended = end_abandoned(context.instance)
        return dg.SkipReason(f"ended {', '.join(ended)}" if ended else "every run has its process")

    return end_abandoned_runs
