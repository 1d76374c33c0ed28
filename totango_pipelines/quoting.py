"""Names and texts inside SQL: DuckDB and PostgreSQL quote alike."""

from collections.abc import Sequence


def quoted(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text literal (standard_conforming_strings, no NUL)."""
    return "'" + text.replace("'", "''") + "'"


def comma(parts: Sequence[str]) -> str:
    """The parts, separated by commas."""
    return ", ".join(parts)


def comma_quoted(names: Sequence[str]) -> str:
    """Identifiers, quoted and separated by commas."""
    return comma([quoted(name) for name in names])
