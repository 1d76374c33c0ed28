"""A preview for a notebook. Apart from the runs: pandas is a second of a process's start."""

import pandas as pd

from totango_pipelines.preview import Preview


def frame_of(preview: Preview) -> pd.DataFrame:
    """The rows of a preview, all as text; None: null."""
    return pd.DataFrame(list(preview.rows), columns=[column.name for column in preview.columns])
