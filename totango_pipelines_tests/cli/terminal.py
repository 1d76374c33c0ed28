"""A real pseudo-terminal with somebody who reads, types and presses Ctrl-C."""

import fcntl
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from contextlib import contextmanager

RUN = "import sys; from totango_pipelines.cli.main import run; run()"
CTRL_C = "\x03"


class Terminal:
    def __init__(self, process, descriptor):
        self.process = process
        self.descriptor = descriptor
        self.raw = ""
        self._read_to = 0

    @property
    def seen(self):
        """What a reader sees: without colours."""
        return re.sub(r"\x1b\[[0-9;]*m", "", self.raw)

    def wait_for(self, text, seconds=60):
        """Read until the text shows after what was waited for before."""
        end = time.monotonic() + seconds
        while text not in self.seen[self._read_to :]:
            left = end - time.monotonic()
            ready, _, _ = select.select([self.descriptor], [], [], max(0, left))
            if not ready or not self._read():
                raise AssertionError(f"{text!r} never showed in:\n{self.seen[self._read_to :]}")
        self._read_to = self.seen.index(text, self._read_to) + len(text)

    def type(self, text):
        if text == CTRL_C:
            # A signal between the prompt and the read behind it is seen only after the next key.
            time.sleep(0.2)
        os.write(self.descriptor, text.encode())

    def answer(self, question, text=""):
        self.wait_for(question)
        self.type(f"{text}\r")

    def end(self, seconds=60):
        """The exit code, when everything is read."""
        while select.select([self.descriptor], [], [], seconds)[0] and self._read():
            pass
        return self.process.wait(seconds)

    def _read(self):
        try:
            found = os.read(self.descriptor, 65536)
        except OSError:  # Linux says so when the other end is closed
            return False
        self.raw += found.decode(errors="replace")
        return bool(found)


@contextmanager
def terminal(*arguments, environment=None):
    """The command line in a terminal of 100 columns; it is ended with the block."""
    ours, theirs = pty.openpty()

    def owns_the_terminal():
        os.setsid()
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", **(environment or {})},
        preexec_fn=owns_the_terminal,  # noqa: PLW1509 - the child has one thread
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
