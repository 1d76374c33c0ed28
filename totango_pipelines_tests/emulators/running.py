"""Starts the emulators that `make emulators` installed; without them, tests are skipped."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from totango_pipelines_tests.conftest import REPOSITORY, free_port

EMULATORS = REPOSITORY / ".emulators"
_STARTED_WITHIN = 60.0


@contextmanager
def snowflake_port() -> Iterator[int]:
    """fakesnow, listening on a port of 127.0.0.1."""
    home = _installed("snowflake")
    port = free_port()
    script = Path(__file__).parent / "snowflake_server.py"
    with _process([home / "bin" / "python", script, str(port)], home, port):
        yield port


@contextmanager
def bigquery_port() -> Iterator[int]:
    """bqemulator, listening on a port of 127.0.0.1."""
    home = _installed("bigquery")
    port = free_port()
    command = [
        *(home / "bin" / "bqemulator", "start", "--ephemeral", "--log-level", "error"),
        *("--rest-port", str(port), "--grpc-port", str(free_port())),
    ]
    with _process(command, home, port):
        yield port


def _installed(name: str) -> Path:
    if not (EMULATORS / name / ".ready").is_file():
        pytest.skip(f"no emulator of {name} is installed: make emulators")
    return EMULATORS / name


@contextmanager
def _process(command: list, home: Path, port: int) -> Iterator[None]:
    with tempfile.TemporaryFile() as log:
        # Its engine looks for extensions in the home that `make emulators` gave it.
        environment = {**os.environ, "HOME": str(home)}
        process = subprocess.Popen(
            list(map(str, command)), env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait(process, port, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen, port: int, log) -> None:
    deadline = time.monotonic() + _STARTED_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            log.seek(0)
            raise RuntimeError(f"the emulator ended: {log.read()[-2000:].decode()}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the emulator did not answer within {_STARTED_WITHIN:g} s")
