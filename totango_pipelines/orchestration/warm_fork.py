"""The launcher's end of the warm process: start it, ask it for a process, end it."""

import contextlib
import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from totango_pipelines.orchestration.warm_words import GO, READY, STARTED

_MODULE: Final = f"{__package__}.warm_process"
_PACKAGE: Final = Path(__file__).resolve().parents[1]
_ANSWERS: Final = 30.0
"""Seconds in which a fork is there; what takes longer is given up."""
_BEGINS: Final = 60.0
"""Seconds in which it has opened the run log; what takes longer may still do so."""
_LONGEST_ANSWER: Final = 1 << 20


class WarmProcess:
    """A process that has everything imported. It ends with this one, or with `close`."""

    def __init__(self, modules: Sequence[str], patience: float) -> None:
        """Starts it and waits until it is ready, for `patience` seconds at most.

        Raises:
            OSError: it did not get ready.
        """
        self._code = installed_code()
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            # A session of its own: Ctrl-C in the daemon's terminal is not meant for its runs.
            self._process = subprocess.Popen(  # noqa: S603 - this Python, with names of modules
                [sys.executable, "-m", _MODULE, str(theirs.fileno()), *modules],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._requests.settimeout(patience)
        try:
            if self._requests.recv(len(READY)) != READY:
                message = "it ended before it was ready; the daemon's own output says why"
                raise OSError(message)
        except BaseException:
            self._process.kill()
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Its id, for whoever looks after processes."""
        return self._process.pid

    def is_fit(self) -> bool:
        """Whether it is there, and what is installed is still what it has imported."""
        return self._process.poll() is None and self._code == installed_code()

    def fork(self, request: str) -> "Fork":
        """A process that waits for the word to carry the run out.

        Raises:
            OSError: there is none.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._requests, [request.encode()], [theirs.fileno()])
            ours.settimeout(_ANSWERS)
            said = ours.recv(32)
            if not said:
                message = "the warm process made no process for it"
                raise OSError(message)
            return Fork(int(said), ours)
        except BaseException:
            ours.close()
            raise

    def close(self) -> None:
        """End it; the runs that it forked go on."""
        self._requests.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Fork:
    """A process that waits for the word; without it, it ends and has done nothing."""

    def __init__(self, pid: int, talk: socket.socket) -> None:
        self.pid = pid
        self._talk = talk

    def begin(self) -> str | None:
        """Give the word. The answer is what kept it from opening the run log: Dagster's error, or None.

        From now on the run is this process's. Whoever looks after runs finds out should it die.

        Raises:
            OSError: it is gone already.
        """
        self._talk.settimeout(_BEGINS)
        self._talk.sendall(GO)
        with contextlib.suppress(OSError):
            said = b""
            while part := self._talk.recv(_LONGEST_ANSWER):
                said += part
                if said == STARTED:
                    return None
            return said.decode() or None
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._talk.close()


def installed_code() -> str:
    """Changes with any module of this package, and with what is installed beside it.

    Installing, upgrading or removing a library makes or removes a folder in site-packages.
    """
    seen = hashlib.blake2b(digest_size=16)
    for folder, _, names in os.walk(_PACKAGE):
        for name in sorted(name for name in names if name.endswith(".py")):
            with contextlib.suppress(FileNotFoundError):
                file = Path(folder, name).stat()
                seen.update(f"{folder}/{name} {file.st_mtime_ns} {file.st_size}\n".encode())
    for place in sys.path:
        if place.endswith("-packages") and Path(place).is_dir():
            seen.update(f"{place} {Path(place).stat().st_mtime_ns}\n".encode())
    return seen.hexdigest()
