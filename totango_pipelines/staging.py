"""A run's files: written whole or not at all, checked when they are read again.

    <home>/runs/<integration>/<run id>/
        source.parquet   source.manifest.json      the extract, as the source sent it
        preview.json                               its first rows and their types
        mapped.parquet   mapped.manifest.json      accepted rows, typed as the hub holds them
        rejects.parquet  rejects.manifest.json     rejected rows, the source's columns first
        conflicts.parquet …                        value conflicts that the run listed
        baseline.parquet, held.parquet …           what the run was compared with, from the hub

A Parquet file is written to a temporary name, synced and renamed; only then its manifest appears.
A file without its manifest is not there (decision 7).
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from totango_pipelines.errors import StagedFileError

_SAFE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HASH_BLOCK = 1 << 20
_DICTIONARY_BYTES = 1 << 16


Rows: TypeAlias = pa.RecordBatch | pa.Table
"""Some rows of a staged file."""


class StagedFile(StrEnum):
    """The Parquet files of a run."""

    SOURCE = "source"
    MAPPED = "mapped"
    REJECTS = "rejects"
    CONFLICTS = "conflicts"
    BASELINE = "baseline"
    RECENT = "recent"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a staged file must be: its rows, bytes, SHA-256, columns, and facts of its step."""

    rows: int
    bytes: int
    sha256: str
    columns: tuple[tuple[str, str], ...]
    facts: Mapping[str, Any]

    @property
    def schema_fingerprint(self) -> str:
        """A hash of the column names and types, in order."""
        return hashlib.sha256(json.dumps(self.columns).encode()).hexdigest()


@dataclass(slots=True)
class ParquetSink:
    """Takes batches while a staged file is written; `facts` end up in the manifest."""

    write: Callable[[Rows], None]
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of one run of one integration."""

    path: Path

    def parquet(self, file: StagedFile) -> Path:
        """Where the file is, or would be."""
        return self.path / f"{file}.parquet"

    def _manifest_path(self, file: StagedFile) -> Path:
        return self.path / f"{file}.manifest.json"

    @contextmanager
    def writing(self, file: StagedFile, schema: pa.Schema) -> Iterator[ParquetSink]:
        """A sink for batches; the file appears when the block ends, or not at all."""
        with self.replacing(file) as (part, finish):
            with parquet_batches(part, schema) as write:
                sink = ParquetSink(write, {})
                yield sink
            finish_parquet(part, finish, sink.facts)

    @contextmanager
    def replacing(self, file: StagedFile) -> Iterator[tuple[Path, Callable[..., Manifest]]]:
        """A temporary path to fill, and the call that makes it the staged file."""
        _make_private(self.path)
        self._manifest_path(file).unlink(missing_ok=True)
        part = self.path / f"{file}.{os.getpid()}.part"

        def finish(
            rows: int, columns: tuple[tuple[str, str], ...], facts: Mapping[str, Any]
        ) -> Manifest:
            manifest = Manifest(rows, part.stat().st_size, _sha256(part), columns, dict(facts))
            _sync(part)
            part.rename(self.parquet(file))
            self.write_json(self._manifest_path(file).name, asdict(manifest))
            return manifest

        try:
            yield part, finish
        finally:
            part.unlink(missing_ok=True)

    def manifest(self, file: StagedFile) -> Manifest:
        """The manifest of a staged file.

        Raises:
            StagedFileError: there is none (the step that writes the file did not end), or it
                was altered.
        """
        if not self.has(file):
            msg = f"the run has no {file} file: {self.parquet(file)}. Run the integration again."
            raise StagedFileError(msg)
        content = self.read_json(self._manifest_path(file).name)
        try:
            columns = tuple((name, kind) for name, kind in content["columns"])
            return Manifest(**{**content, "columns": columns})
        except (TypeError, ValueError, KeyError):
            raise _altered(self._manifest_path(file)) from None

    def has(self, file: StagedFile) -> bool:
        """Whether the file was written whole."""
        return self._manifest_path(file).exists()

    def discard(self, file: StagedFile) -> None:
        """Remove a file, if it is there."""
        self._manifest_path(file).unlink(missing_ok=True)
        self.parquet(file).unlink(missing_ok=True)

    def verified(self, file: StagedFile) -> tuple[Path, Manifest]:
        """The staged file, after comparing size and hash with its manifest.

        Raises:
            StagedFileError: the file is missing, truncated or altered.
        """
        manifest = self.manifest(file)
        path = self.parquet(file)
        if not path.exists():
            msg = f"the {file} file is gone: {path}. Run the integration again."
            raise StagedFileError(msg)
        if path.stat().st_size != manifest.bytes or _sha256(path) != manifest.sha256:
            msg = (
                f"the {file} file is not what its manifest says: {path} was truncated or altered. "
                "Nothing was written from it. Run the integration again."
            )
            raise StagedFileError(msg)
        return path, manifest

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a small file whole: temporary name, sync, rename."""
        part = self.path / f"{name}.{os.getpid()}.part"
        part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        _sync(part)
        part.rename(self.path / name)
        _sync(self.path)

    def read_json(self, name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
        """A small file of the run.

        Raises:
            StagedFileError: it is missing, or no JSON.
        """
        try:
            return json.loads((self.path / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            msg = f"the run has no {name}: {self.path / name}. Run the integration again."
            raise StagedFileError(msg) from None
        except ValueError:  # its text would quote what the file holds
            raise _altered(self.path / name) from None


@dataclass(frozen=True, slots=True)
class Staging:
    """All staged files, under `root` (TOTANGO_HOME/runs)."""

    root: Path

    def run(self, integration: str, run_id: str) -> RunFolder:
        """The folder of one run.

        Raises:
            StagedFileError: the names could leave the staging folder.
        """
        if not (_SAFE_NAME.fullmatch(integration) and _SAFE_NAME.fullmatch(run_id)):
            msg = f"{integration!r}/{run_id!r} does not name a run."
            raise StagedFileError(msg)
        return RunFolder(self.root / integration / run_id)

    def find_run(self, run_id: str) -> RunFolder | None:
        """The folder of a run whose integration is not known, by its whole id."""
        if not _SAFE_NAME.fullmatch(run_id) or not self.root.is_dir():
            return None
        found = [path for path in self.root.glob(f"*/{run_id}") if path.is_dir()]
        return RunFolder(found[0]) if len(found) == 1 else None

    def integrations(self) -> list[str]:
        """The integrations that have files here, also those that are declared no more."""
        if not self.root.is_dir():
            return []
        return sorted(
            path.name
            for path in self.root.iterdir()
            if path.is_dir() and _SAFE_NAME.fullmatch(path.name)
        )

    def stored(self, integration: str) -> list[tuple[str, datetime, int]]:
        """The runs of an integration that have files: id, when last written (UTC), bytes."""
        found = []
        for folder in sorted((self.root / integration).glob("*/")):
            if not _SAFE_NAME.fullmatch(folder.name):
                continue
            stats = list(_stats(folder))
            newest = max((each.st_mtime for each in stats), default=0.0)
            size = sum(each.st_size for each in stats)
            found.append((folder.name, datetime.fromtimestamp(newest, UTC), size))
        return found

    def remove(self, integration: str, run_id: str) -> None:
        """Remove the files of a run: the manifests first, so that nobody meets half of them."""
        folder = self.run(integration, run_id).path
        for manifest in folder.glob("*.json"):
            manifest.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)

    def adopt(self, integration: str, run_id: str, ancestor: str) -> None:
        """Give a run the staged files of the run that it re-executes; nothing is copied."""
        old, new = self.run(integration, ancestor), self.run(integration, run_id)
        _make_private(new.path)
        # Manifests last: one that is there says that its file is, too.
        for suffix in (".parquet", ".json"):
            for file in sorted(old.path.glob(f"*{suffix}")):
                if not (new.path / file.name).exists():
                    os.link(file, new.path / file.name)

    def remove_parts(self, integration: str, run_id: str) -> None:
        """Remove what a killed attempt of the run left half-written."""
        folder = self.run(integration, run_id).path
        for part in folder.glob("*.part"):
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink(missing_ok=True)


@contextmanager
def parquet_batches(
    path: Path, schema: pa.Schema, *, sought_by: Sequence[str] = ()
) -> Iterator[Callable[[Rows], None]]:
    """Write the rows of a staged file, each part while the next one is made.

    A dictionary pays only where it stays small: small ones also make the mapping cheaper. Smallest
    and largest values are kept of the columns that ranges of rows are sought by.
    """
    options = {
        "compression": "zstd",
        "dictionary_pagesize_limit": _DICTIONARY_BYTES,
        "write_statistics": list(sought_by) or False,
    }
    being_written: list[Future[None]] = []
    with (
        pq.ParquetWriter(path, schema, **options) as writer,
        ThreadPoolExecutor(1, "parquet") as thread,
    ):

        def write(rows: Rows) -> None:
            while being_written:
                being_written.pop().result()
            being_written.append(thread.submit(writer.write, rows))

        yield write
        while being_written:
            being_written.pop().result()
    # Arrow keeps what it had for the batches; the next step is another engine's.
    pa.default_memory_pool().release_unused()


def finish_parquet(
    part: Path, finish: Callable[..., Manifest], facts: Mapping[str, Any] | None = None
) -> None:
    """End `RunFolder.replacing` for a Parquet file: its own footer says rows and columns."""
    with pq.ParquetFile(part) as file:
        columns = tuple((field.name, str(field.type)) for field in file.schema_arrow)
        finish(file.metadata.num_rows, columns, facts or {})


def _stats(folder: Path) -> Iterator[os.stat_result]:
    """Of the folder and its files; a run that is under way may take one away meanwhile."""
    for path in (folder, *folder.rglob("*")):
        with contextlib.suppress(FileNotFoundError):
            yield path.stat()


def _make_private(folder: Path) -> None:
    """Staged rows are for their owner only, whatever the umask says."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def _altered(path: Path) -> StagedFileError:
    return StagedFileError(f"{path} was truncated or altered. Run the integration again.")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
