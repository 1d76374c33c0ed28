"""A column of the extract, as the mapping sees it: its name and what its values are."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the values of a column or constant are, whatever the engine calls its type."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    DECIMAL_TEXT = "decimal_text"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    INSTANT = "instant"


RESERVED_COLUMNS = frozenset(
    [
        "file_row_number",
        "_row",
        "_key",
        "_column",
        "_attribute",
        "_code",
        "_value",
        "_problem",
        "_remedy",
    ]
)
"""Names that the staged files use themselves (contract.md, Hub)."""

_UNORDERED = re.compile(r"json|bytea|\w*blob|\w*binary", re.IGNORECASE)
_EXACT = re.compile(r"(numeric|decimal)(?=[\s(]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of the extract: `arrow_type` as staged, `source_type` as the engine names it."""

    name: str
    arrow_type: str
    source_type: str

    @property
    def kind(self) -> Kind:
        """The kind of its values; exact decimals may travel as text (decision 17)."""
        return _kind(self.arrow_type, self.source_type)

    @property
    def has_order(self) -> bool:
        """Whether some values of it come after others: not of yes and no, of JSON or of bytes."""
        is_text = self.kind is Kind.TEXT
        bytes_or_json = is_text and _UNORDERED.match(self.source_type) is not None
        return self.kind is not Kind.BOOLEAN and not bytes_or_json


def _kind(arrow_type: str, source_type: str) -> Kind:  # noqa: PLR0911 - one line a type
    if arrow_type.startswith("timestamp"):
        return Kind.INSTANT if "tz=" in arrow_type else Kind.TIMESTAMP
    if arrow_type.startswith("decimal"):
        return Kind.DECIMAL
    if arrow_type.startswith("date"):
        return Kind.DATE
    if arrow_type.startswith(("int", "uint")):
        return Kind.INTEGER
    if arrow_type in {"double", "float", "halffloat"}:
        return Kind.FLOAT
    if arrow_type == "bool":
        return Kind.BOOLEAN
    # An array of them, `numeric[]`, is text like any other, and so is a type `numeric_grade`.
    exact = _EXACT.match(source_type) is not None and "[" not in source_type
    return Kind.DECIMAL_TEXT if exact else Kind.TEXT
