"""What is said of a value that a query could not compute: never the engine's own words.

An engine quotes the value in any way it likes: in quotes, in backticks, or bare at the end.
"""

import re
from typing import Final

_SENTENCES: Final = (
    (r"divi(de|sion)", "it divides by zero"),
    (r"overflow|out of range|outside|too (large|big|long)|exceed", "a value is too large"),
    (r"date|time|interval|day|month|year", "a value is not the date or time that it is read as"),
    (r"bool", "a value is not the boolean that it is read as"),
    (
        r"int|numeric|number|float|double|decimal|real",
        "a value is not the number that it is read as",
    ),
)
_ANY: Final = "a value cannot be converted or computed as it says"


def about_data(engine_says: str) -> str:
    """One of a few fixed sentences; of the engine's words, only those before the last colon count."""
    before, _, _ = engine_says.rpartition(":")
    words = (before or engine_says).lower()
    return next((said for pattern, said in _SENTENCES if re.search(pattern, words)), _ANY)
