"""The rejects of a run, as far as its files are kept."""

from totango_pipelines.mapping.rejects_report import RejectLine, rejects_report
from totango_pipelines.staging import RunFolder, StagedFile


def run_rejects(folder: RunFolder) -> tuple[RejectLine, ...]:
    """What the mapping and the hub's rules refused in this run; empty without a rejects file.

    Raises:
        StagedFileError: the file is truncated or altered.
    """
    if not folder.has(StagedFile.REJECTS):
        return ()
    path, manifest = folder.verified(StagedFile.REJECTS)
    return rejects_report(path) if manifest.rows else ()
