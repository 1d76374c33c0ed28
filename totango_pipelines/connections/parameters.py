"""Values that travel beside a query and are bound by the engine, never written into its text."""

from datetime import date
from decimal import Decimal

Parameters = tuple[tuple[str, str | int | float | Decimal | date], ...]
"""Names and values for the places `$name` (DuckDB) or `:name` (SQLite) of a query."""

BINDING = ("duckdb", "sqlite")
"""Engines whose source binds parameters. COPY, which reads PostgreSQL, takes none, and
pymysql writes them into the text itself: there this project's own typed literals stand."""


def without_parameters(parameters: Parameters) -> None:
    """For a source that binds none.

    Raises:
        NotImplementedError: there are some; the query was made for another dialect.
    """
    if parameters:
        raise NotImplementedError(f"this source binds no parameters; only {BINDING} do")
