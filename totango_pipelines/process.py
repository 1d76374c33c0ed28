"""The beginning and the end of a process that lives for seconds, such as that of one run.

Python tidies up for programs that live long: it looks for garbage again and again while the
libraries are imported, and takes everything apart at the end. That is a third of a small run.
"""

import atexit
import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from threading import get_ident
from types import ModuleType
from typing import Final, NoReturn

_OBJECTS: Final = 50_000
_TIMES: Final = 50
_BLAS_THREADS: Final = "OPENBLAS_NUM_THREADS"


def collect_rarely() -> None:
    """Look for garbage after every 50,000 objects, not after every 700.

    Nearly all of them are modules, classes and functions that stay. Only what refers to itself waits
    for the collector; rows and their buffers are freed at once, as ever.
    """
    gc.set_threshold(_OBJECTS, _TIMES)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """NumPy that is imported in here starts no threads for linear algebra, which nobody here does.

    Each of them, one for every core but the first, would burn CPU for a while looking for work.
    """
    if _BLAS_THREADS in os.environ:
        yield
        return
    os.environ[_BLAS_THREADS] = "1"
    try:
        yield
    finally:
        # Not for the processes that this one starts.
        os.environ.pop(_BLAS_THREADS, None)


class _LeftOut(MetaPathFinder):
    """Answers one thread as if these packages were not installed."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._thread = get_ident()

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the protocol's
        target: ModuleType | None = None,  # noqa: ARG002 - the protocol's
    ) -> ModuleSpec | None:
        if fullname in self._names and get_ident() == self._thread:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


@contextmanager
def left_out(*names: str) -> Iterator[None]:
    """What this thread imports in here does not find these packages; other threads may import them."""
    finder = _LeftOut(names)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def leave(code: int) -> NoReturn:
    """End the process with this exit code, in order, but leave freeing its memory to the system.

    What is registered for the end is done and what was printed is written, as Python does it. A
    thread that is still at work is not waited for: nobody asks any more for what it imports.
    """
    try:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        # Nobody reads what is printed any more: Python has a way to end then.
        sys.exit(code)
    os._exit(code)
