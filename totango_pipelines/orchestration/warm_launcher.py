"""Dagster's run launcher for this project: runs start from a process that is warm.

    run_launcher:
      module: totango_pipelines.orchestration.warm_launcher
      class: WarmRunLauncher

Dagster's own launcher gives each run a fresh Python, which imports for seconds before a small run
works for half a second. This one forks a process that has everything imported. It takes only runs
of totango_pipelines.definitions in a code location that the daemon itself or its `dagster dev`
serves, on Linux; every other run is left to Dagster's launcher. `config: {code_servers: true}` adds
those of a code server on this machine with the same Python: they then have the daemon's environment
variables.
"""

import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, Final, Self

import dagster as dg

# Not public, but the launcher that Dagster has is made of them.
from dagster._config.config_schema import UserConfigSchema
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.errors import DagsterLaunchFailedError
from dagster._core.instance.ref import InstanceRef
from dagster._core.launcher import CheckRunHealthResult, LaunchRunContext, WorkerStatus
from dagster._core.launcher.default_run_launcher import DefaultRunLauncher
from dagster._core.origin import JobPythonOrigin
from dagster._core.remote_origin import (
    CodeLocationOrigin,
    GrpcServerCodeLocationOrigin,
    ManagedGrpcPythonEnvCodeLocationOrigin,
)
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClassData, deserialize_value, serialize_value
from dagster_shared.error import SerializableErrorInfo

from totango_pipelines.orchestration.asset_keys import PROCESS_TAG
from totango_pipelines.orchestration.instance import kept_open
from totango_pipelines.orchestration.warm_fork import Fork, WarmProcess
from totango_pipelines.orchestration.workers import ENDED, interrupt, is_gone, is_sibling, worker_of

DEFINITIONS: Final = "totango_pipelines.definitions"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PATIENCE: Final = 120
_REST: Final = 60.0
"""Seconds without another attempt after the warm process could not be started."""


class WarmRunLauncher(DefaultRunLauncher):
    """Forks runs from one process with everything imported, started with the first run."""

    def __init__(
        self,
        start_timeout: float = _PATIENCE,
        code_servers: bool = False,
        inst_data: ConfigurableClassData | None = None,
    ) -> None:
        """`start_timeout`: seconds in which the warm process must be ready.

        `code_servers`: also runs of a code server on this machine.
        """
        super().__init__(inst_data)
        self._code_servers = code_servers
        self._start_timeout = start_timeout
        self._lock = threading.Lock()
        self._process: WarmProcess | None = None
        self._rests_until = 0.0

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """What dagster.yaml may say under `config`."""
        return {
            "start_timeout": dg.Field(int, is_required=False, default_value=_PATIENCE),
            "code_servers": dg.Field(bool, is_required=False, default_value=False),
        }

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]
    ) -> Self:
        """As Dagster makes it from dagster.yaml."""
        return cls(**config_value, inst_data=inst_data)

    @property
    def warm_process(self) -> int | None:
        """The id of the warm process, once there is one."""
        return self._process.pid if self._process else None

    def launch_run(self, context: LaunchRunContext) -> None:
        """Fork a process for the run, or leave it to Dagster's launcher.

        Raises:
            DagsterLaunchFailedError: the process cannot open the run log.
        """
        run = context.dagster_run
        origin = self.own_origin(context)
        fork = self._forked(run, origin) if origin else None
        if fork is None:
            super().launch_run(context)
            return
        with fork:
            # Written before it begins: whoever wants to end the run finds its process.
            tags = {PROCESS_TAG: worker_of(run.run_id, fork.pid)}
            self._instance.add_run_tags(run.run_id, tags)
            error = fork.begin()
        if error is not None:
            info = deserialize_value(error, SerializableErrorInfo)
            message = f"The run's process could not open the run log: {info.message}"
            # Dagster gives it no types.
            raise DagsterLaunchFailedError(  # type: ignore[no-untyped-call]
                message, serializable_error_info=info
            )
        self._run_ids.add(run.run_id)

    def terminate(self, run_id: str) -> bool:
        """Interrupt the run's process, which ends the run as canceled; from any process here."""
        run = self._instance.get_run_by_id(run_id) if self.has_instance else None
        worker = _process_of(run) if run else None
        if run is None or worker is None:
            # Dagster gives it no types.
            stopped: bool = super().terminate(run_id)  # type: ignore[no-untyped-call]
            return stopped
        if run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        if interrupt(worker):
            return True
        message = "The process of this run is gone, or on another machine: it was not interrupted."
        self._instance.report_engine_event(message, run, cls=self.__class__)
        return False

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Dagster's monitoring asks about every run that has started."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether the process of a run is there; of a run that was not forked here nothing is known.

        Those are looked after by Dagster's code server and by the sensor `end_abandoned_runs`.
        """
        worker = _process_of(run)
        if worker is not None and is_gone(worker):
            return CheckRunHealthResult(WorkerStatus.NOT_FOUND, ENDED)
        return CheckRunHealthResult(WorkerStatus.RUNNING)

    def dispose(self) -> None:
        """End the warm process; runs that are under way go on."""
        self._discard(self._process)
        super().dispose()

    def own_origin(self, context: LaunchRunContext) -> JobPythonOrigin | None:
        """The run's job if its code is what the warm process has: the same Python and module."""
        job = context.dagster_run.remote_job_origin
        if sys.platform != "linux" or context.workspace is None or job is None:
            return None
        location = context.workspace.get_code_location(job.location_name)
        name = job.repository_origin.repository_name
        if not self._is_served(location.origin) or not location.has_repository(name):
            return None
        origin = location.get_repository(name).get_python_origin()
        pointer = origin.code_pointer
        is_own = isinstance(pointer, ModuleCodePointer) and pointer.module == DEFINITIONS
        if not is_own or origin.executable_path != sys.executable or origin.container_image:
            return None
        return JobPythonOrigin(job.job_name, origin)

    def _is_served(self, location: CodeLocationOrigin) -> bool:
        """Whether the code server has this process's environment, or may as well have it."""
        if isinstance(location, ManagedGrpcPythonEnvCodeLocationOrigin):
            return True
        if not isinstance(location, GrpcServerCodeLocationOrigin):
            return False
        # `dagster dev` starts daemon and code server, and tells the daemon its socket.
        if location.socket is not None and is_sibling(location.socket):
            return True
        return self._code_servers and bool(location.socket or location.host in _LOOPBACK)

    def _forked(self, run: dg.DagsterRun, origin: JobPythonOrigin) -> Fork | None:
        """A process for the run; None if there can be none, which the run's log then says."""
        ref = kept_open(self._instance.get_ref())
        request = serialize_value(ExecuteRunArgs(origin, run.run_id, ref))
        error: OSError | None = None
        for _ in range(2):
            process = None
            try:
                process = self._warm(ref)
                return process.fork(request)
            except OSError as raised:
                # It may have been killed since: once more, with a new one.
                error = error or raised
                self._discard(process)
        message = f"No warm process ({error}): this run starts in a fresh one, seconds later."
        self._instance.report_engine_event(message, run, cls=self.__class__)
        return None

    def _warm(self, ref: InstanceRef) -> WarmProcess:
        """The warm process; a new one if there is none, or if other code is installed by now."""
        with self._lock:
            if self._process is not None and not self._process.is_fit():
                self._process.close()
                self._process = None
            if self._process is None:
                if time.monotonic() < self._rests_until:
                    message = "it could not be started a moment ago"
                    raise OSError(message)
                try:
                    self._process = WarmProcess(_modules(ref), self._start_timeout)
                except OSError:
                    self._rests_until = time.monotonic() + _REST
                    raise
            return self._process

    def _discard(self, process: WarmProcess | None) -> None:
        with self._lock:
            if process is not None and process is self._process:
                process.close()
                self._process = None


def _process_of(run: dg.DagsterRun) -> str | None:
    """The forked process of a run; a run that is executed again inherits its parent's tags."""
    worker = run.tags.get(PROCESS_TAG, "")
    return worker if worker.startswith(f"{run.run_id} ") else None


def _modules(ref: InstanceRef) -> list[str]:
    """The modules of the instance's storage, which every run opens."""
    parts = (getattr(ref, name) for name in ref._fields)
    return sorted({part.module_name for part in parts if isinstance(part, ConfigurableClassData)})
