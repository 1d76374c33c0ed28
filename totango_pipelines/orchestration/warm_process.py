"""The warm process: it has everything imported, and forks a process for each run.

    python -m totango_pipelines.orchestration.warm_process SOCKET [MODULE…]

It never starts a thread, opens no database and loads no definitions: whatever it forks begins as
a fresh process would, three seconds later. It ends when the other end of its socket is closed,
which a killed launcher does, too; the runs that it forked go on.

    launcher                      warm process              its fork
    request, a socket to talk ──► fork ───────────────────► "PID"
    tags the run ◄────────────────────────────────────────┘
    "go" ─────────────────────────────────────────────────► carries the run out
"""

import contextlib
import gc
import os
import random
import select
import signal
import socket
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NoReturn, cast

import dagster as dg

# Not public: what Dagster's own run workers are made of (`dagster api execute_run`).
from dagster._core.events import EngineEventData
from dagster._core.instance.ref import InstanceRef
from dagster._grpc.impl import core_execute_run
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import deserialize_value, serialize_value
from dagster._utils import get_run_crash_explanation
from dagster._utils.error import serializable_error_info_from_exc_info
from dagster._utils.hosted_user_process import recon_job_from_origin
from dagster._utils.interrupts import capture_interrupts

from totango_pipelines.orchestration.asset_keys import PROCESS_TAG
from totango_pipelines.orchestration.heavy_floor import import_before_forks

# The definitions' own imports; the definitions themselves are loaded by each run.
from totango_pipelines.orchestration.jobs import build_definitions as _build_definitions
from totango_pipelines.orchestration.run_worker import one_job_at_a_time as _one_job_at_a_time
from totango_pipelines.orchestration.warm_words import GO, LARGEST_REQUEST, READY, STARTED
from totango_pipelines.orchestration.workers import ENDED

_INTERRUPTS: Final = {signal.SIGINT, signal.SIGTERM}
_IMPORTED: Final = (_build_definitions, _one_job_at_a_time)


class _WarmProcess:
    """Forks a process for each request; knows the requests whose processes have not ended."""

    def __init__(self, requests: socket.socket, first: Callable[[], None]) -> None:
        """`first`: what a fork does before it carries a run out."""
        self._requests = requests
        self._first = first
        # Python writes a byte there when a process ends, so that `select` wakes up.
        self._woken, self._wake = socket.socketpair()
        self._woken.setblocking(False)
        self._wake.setblocking(False)
        self._under_way: dict[int, str] = {}

    def serve(self) -> None:
        """Until nobody is left to ask."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno())
        self._requests.send(READY)
        while True:
            ready, _, _ = select.select([self._requests, self._woken], [], [])
            if self._woken in ready:
                with contextlib.suppress(BlockingIOError):
                    self._woken.recv(4096)
                self._bury()
            if self._requests in ready and not self._answer():
                return

    def _answer(self) -> bool:
        """Fork a process for the next request; False if there never will be one."""
        request, handles, _, _ = socket.recv_fds(self._requests, LARGEST_REQUEST, 1)
        if not request:
            return False
        text = request.decode()
        # Without a process the talk ends, and the launcher hears of it.
        with socket.socket(fileno=handles[0]) as talk, contextlib.suppress(OSError):
            process = self._fork(partial(_wait_for_the_word, text, talk, self._first))
            self._under_way[process] = text
        return True

    def _bury(self) -> None:
        """Take note of the processes that ended, and tell the run log of those that were killed."""
        for process, code in _ended():
            request = self._under_way.pop(process, None)
            if request is not None and code != 0:
                # By a process of its own: this one opens no database.
                with contextlib.suppress(OSError):
                    self._fork(partial(_report_killed, request, process, code))

    def _fork(self, work: Callable[[], None]) -> int:
        """The id of a process that does the work."""
        # An interrupt waits until the fork can take it.
        signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
        try:
            process = os.fork()
            if process == 0:
                self._become(work)
            return process
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPTS)

    def _become(self, work: Callable[[], None]) -> NoReturn:
        """What the forked process does; it never returns to what the warm process was doing."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            for each in (self._requests, self._woken, self._wake):
                each.close()
            os.setsid()
            random.seed()
            if "numpy.random" in sys.modules:
                sys.modules["numpy.random"].seed()
            with capture_interrupts():
                signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPTS)
                work()
            code = 0
        except BaseException:  # noqa: BLE001 - nobody above could show it
            traceback.print_exc()
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)


def _ended() -> Iterator[tuple[int, int]]:
    """The processes that ended, with their exit codes."""
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if process == 0:
            return
        yield process, os.waitstatus_to_exitcode(status)


def _wait_for_the_word(request: str, talk: socket.socket, first: Callable[[], None]) -> None:
    """Say who is here, and carry the run out when the launcher has written that down."""
    talk.sendall(str(os.getpid()).encode())
    if talk.recv(len(GO)) != GO:
        # It gave up, and starts the run in another way.
        return
    first()
    args = deserialize_value(request, ExecuteRunArgs)
    with contextlib.ExitStack() as stack:
        try:
            instance = stack.enter_context(_instance_of(args))
            run = instance.get_run_by_id(args.run_id)
            if run is None:
                message = f"the run log has no run {args.run_id}"
                raise LookupError(message)
        # Whatever it is, the launcher reports it; unsaid, the run would wait for nobody.
        except Exception:  # noqa: BLE001
            error = serializable_error_info_from_exc_info(sys.exc_info())
            talk.sendall(serialize_value(error).encode())
            return
        with contextlib.suppress(OSError):
            talk.sendall(STARTED)
        talk.close()
        _carry_out(args, run, instance)


def _instance_of(args: ExecuteRunArgs) -> dg.DagsterInstance:
    return dg.DagsterInstance.from_ref(cast("InstanceRef", args.instance_ref))


def _carry_out(args: ExecuteRunArgs, run: dg.DagsterRun, instance: dg.DagsterInstance) -> None:
    """As a run worker of Dagster does."""
    process = os.getpid()
    instance.report_engine_event(
        f"Started process for run (pid: {process}).", run, EngineEventData.in_process(process)
    )
    # What goes wrong, an interrupt included, is in the run log before it comes here.
    with contextlib.suppress(BaseException):
        job = recon_job_from_origin(args.job_origin)
        for _ in core_execute_run(job, run, instance, inject_env_vars=True):
            pass
    instance.report_engine_event(f"Process for run exited (pid: {process}).", run)


def _report_killed(request: str, process: int, code: int) -> None:
    """End the run of a process that was killed, as Dagster's code server does."""
    args = deserialize_value(request, ExecuteRunArgs)
    with _instance_of(args) as instance:
        run = instance.get_run_by_id(args.run_id)
        # Without the tag it was killed before it had the word: the run has another process.
        if run is None or run.is_finished or not _is_of(run, process):
            return
        why = get_run_crash_explanation(f"Run execution process for {run.run_id}", code)
        instance.report_engine_event(why, run)
        instance.report_run_failed(run, ENDED)


def _is_of(run: dg.DagsterRun, process: int) -> bool:
    return run.tags.get(PROCESS_TAG, "").startswith(f"{run.run_id} {process} ")


def main(arguments: list[str]) -> None:
    """Serve the socket that is named by its number."""
    handle, *modules = arguments
    # Python warns of every thread, also of the allocators', which look after forks themselves.
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    first = import_before_forks(modules)
    # What is here now is never garbage; looked through, each fork would get a copy of its own.
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(handle)) as requests:
        _WarmProcess(requests, first).serve()
    # Without clearing up after libraries that were never used: DuckDB's would complain of it.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
