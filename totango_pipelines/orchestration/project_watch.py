"""The project as its files say now: read again when one of them changed."""

import threading
from pathlib import Path

from totango_pipelines.integrations.project import Project, load_project

_Stamp = tuple[tuple[str, int, int, int], ...]


class ProjectWatch:
    """Whoever stays running asks it before each decision; safe for many threads."""

    def __init__(self, folder: Path, project: Project | None = None) -> None:
        """`project` is what the folder says now, if somebody has read it already."""
        self._folder = folder
        self._lock = threading.Lock()
        self._project = project
        self._stamp = None if project is None else self._files()

    def current(self) -> Project:
        """The project; every problem of its files is in it."""
        with self._lock:
            stamp = self._files()
            if self._project is None or stamp != self._stamp:
                self._project, self._stamp = load_project(self._folder), stamp
            return self._project

    def _files(self) -> _Stamp:
        """Name, time, size and inode of each file: a file that is replaced has another inode."""
        found = [*self._folder.glob("*.yaml"), *self._folder.glob("integrations/*")]
        stamps = []
        for path in sorted(found):
            try:
                stat = path.stat()
            except FileNotFoundError:
                continue
            stamps.append((str(path), stat.st_mtime_ns, stat.st_size, stat.st_ino))
        return tuple(stamps)
