"""Names and texts inside SQL: DuckDB and PostgreSQL quote alike."""

from collections.abc import Sequence

_GROUP = 50
"""An engine's parser takes each link of a chain for a level of depth, and has a limit of 1000."""


def quoted(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text literal (standard_conforming_strings, no NUL)."""
    return "'" + text.replace("'", "''") + "'"


def comma(parts: Sequence[str]) -> str:
    """The parts, separated by commas."""
    return ", ".join(parts)


def chained(parts: Sequence[str], operator: str) -> str:
    """The parts in a chain of `OR`, `+` and the like; a thousand of them nest in groups only."""
    groups = [parts[start : start + _GROUP] for start in range(0, len(parts), _GROUP)]
    return f" {operator} ".join(f"({f' {operator} '.join(group)})" for group in groups)


def comma_quoted(names: Sequence[str]) -> str:
    """Identifiers, quoted and separated by commas."""
    return comma([quoted(name) for name in names])
