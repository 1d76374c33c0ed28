"""NumPy's numbers as Arrow's, and back, without pandas.

`pyarrow.array` and `to_numpy` look whether pandas is installed by importing it: a second of a run.
"""

from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa


def numbers_of(column: pa.ChunkedArray) -> np.ndarray:
    """The numbers of a column without nulls."""
    found: np.ndarray = np.from_dlpack(column.combine_chunks())
    return found


def arrow_of(values: "np.ndarray | list[Any]") -> pa.Array:
    """Numbers or truth values as a column of Arrow."""
    return pl.Series(values=values).to_arrow()
