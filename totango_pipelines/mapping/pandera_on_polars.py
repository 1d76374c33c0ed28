"""pandera for polars alone: it takes pandas along wherever pandas is installed.

Without pandas it works as it does where there is none, and a run starts 1.2 CPU seconds earlier and
75 MiB smaller. Who wants pandera's schemas for pandas in the same process imports them first: what
is imported already stays as it is.
"""

import sys

import polars as pl

from totango_pipelines.process import left_out

_here = {"pandas", "pandera"} & set(sys.modules)
with left_out(*(() if _here else ("pandas", "hypothesis"))):
    import pandera.polars as pandera
    from pandera.backends.register_checks import register_default_check_backends
    from pandera.errors import SchemaErrors

    # pandera looks for pandas once more when it first checks a value, and then never again. Nothing
    # is checked here: polars' threads do not outlive a fork.
    register_default_check_backends(pl.LazyFrame)

__all__ = ["SchemaErrors", "pandera"]
