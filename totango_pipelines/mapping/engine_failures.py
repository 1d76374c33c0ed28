"""What an engine says when it fails may quote rows: it ends here."""

from collections.abc import Callable
from typing import TypeVar

import duckdb
import polars as pl
import pyarrow as pa

from totango_pipelines.errors import SystemFaultError

_Answer = TypeVar("_Answer")

# Arrow passes on what its producer says as an OSError.
_FAILURES = (duckdb.Error, pa.ArrowException, pl.exceptions.PolarsError, OSError)


def answer_of(what: str, work: Callable[[], _Answer]) -> _Answer:
    """What `work` answers; a failure of DuckDB, Arrow or polars in it loses its words.

    Raises:
        SystemFaultError: says `what` failed, and the name of the failure.
    """
    try:
        return work()
    except _FAILURES as error:
        failure = type(error).__name__
    # Raised here, not above: an exception's context would carry the engine's words along.
    msg = (
        f"{what} ({failure}); nothing was written. Look for full disks and low memory and run it "
        "again; if it fails again, report it with that name."
    )
    raise SystemFaultError(msg)
