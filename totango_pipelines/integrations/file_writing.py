"""Write an integration's file: whole or not at all, and never over what somebody else wrote."""

import errno
import hashlib
import os
from pathlib import Path
from typing import Final

from totango_pipelines.errors import UserError

_NO_LINKS: Final = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


class FileExistsAlreadyError(UserError):
    """A file of this name is there, and it is not the one being edited."""


class ChangedMeanwhileError(UserError):
    """The file is not what it was when it was read: somebody else changed it."""


class FolderNotWritableError(UserError):
    """The system does not let the file be written."""


def version_of(content: bytes) -> str:
    """The version of a file: the SHA-256 of its bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def write_new(path: Path, content: bytes) -> None:
    """Write a file that must not be there yet.

    Raises:
        FileExistsAlreadyError: it is there.
        FolderNotWritableError: the system refuses.
    """
    _write(path, content, replaces=None)


def replace_file(path: Path, content: bytes, *, version: str) -> None:
    """Write over the file that was read as `version`.

    Raises:
        ChangedMeanwhileError: it has another version now, or is gone.
        FolderNotWritableError: the system refuses.
    """
    # A link stays a link: what it points to is written.
    _write(path.resolve(), content, replaces=version)


def _write(path: Path, content: bytes, *, replaces: str | None) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(exist_ok=True)
        try:
            _write_part(part, content)
            if replaces is None:
                _link_or_rename(part, path)
            else:
                part.chmod(_unchanged_mode(path, replaces))
                part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        _flush_folder(path.parent)
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}. Check who may write there."
        raise FolderNotWritableError(msg) from None


def _link_or_rename(part: Path, path: Path) -> None:
    """Unlike a rename, a link never takes the place of another file; some shares have none."""
    exists = path.exists() or path.is_symlink()
    try:
        if not exists:
            os.link(part, path)
    except FileExistsError:
        exists = True
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        part.replace(path)
    if exists:
        msg = f"{path} exists already. Choose another id, or change it with `edit`."
        raise FileExistsAlreadyError(msg)


def _write_part(part: Path, content: bytes) -> None:
    # Left behind by a process of the same number that was killed.
    part.unlink(missing_ok=True)
    with part.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _unchanged_mode(path: Path, version: str) -> int:
    """The file's permissions, if it still has the version."""
    try:
        unchanged = version_of(path.read_bytes()) == version
        mode = path.stat().st_mode & 0o7777
    except FileNotFoundError:
        unchanged, mode = False, 0
    if not unchanged:
        msg = f"{path} changed in the meantime, so nothing was written. Look at it, and edit again."
        raise ChangedMeanwhileError(msg)
    return mode


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
