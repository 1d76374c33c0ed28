"""How long a run is kept: its files, and its record in the run log."""

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from totango_pipelines.integrations.declared import SIZE_PATTERN, Declared, Duration

Size = Annotated[str, StringConstraints(pattern=SIZE_PATTERN)]
_UNITS: Final = {"MB": 10**6, "GB": 10**9, "TB": 10**12}


class Retention(Declared):
    """Old files go first; what an open run or a replay still works with stays in any case."""

    files: Duration = Field(default="30d", description="Extracts, mapped rows, rejects: so long.")
    size: Size = Field(default="10GB", description="At most so many bytes of them; oldest first.")
    runs: Duration = Field(default="400d", description="The records of runs: so long.")


def size_bytes(size: str) -> int:
    """`10GB` -> 10_000_000_000; the text must be a size."""
    return int(size[:-2]) * _UNITS[size[-2:]]
