"""The conversions' front door for the rest of the mapping; formats/ holds the rooms."""

from totango_pipelines.mapping.formats.cell_reading import (
    KEY_PATTERNS,
    conversion_for,
    instant_of,
)
from totango_pipelines.mapping.formats.conversion import (
    HUB_TYPES,
    NUMBERS,
    WHITE_SPACE,
    Conversion,
    over,
    unless_blank,
)

__all__ = [
    "HUB_TYPES",
    "KEY_PATTERNS",
    "NUMBERS",
    "WHITE_SPACE",
    "Conversion",
    "conversion_for",
    "instant_of",
    "over",
    "unless_blank",
]
