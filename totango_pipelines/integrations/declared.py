"""What all declarations share: the strict base, texts, patterns and how a rule is broken."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints

ID_PATTERN: Final = r"^[a-z][a-z0-9_]{0,62}$"
CONNECTION_PATTERN: Final = r"^[A-Za-z][A-Za-z0-9_-]{0,62}$"
VARIABLE_PATTERN: Final = r"^[A-Z_][A-Z0-9_]*$"
CURRENCY_PATTERN: Final = r"^[A-Z]{3}$"
TABLE_PATTERN: Final = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"
TIME_PATTERN: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
DURATION_PATTERN: Final = r"^[1-9][0-9]{0,8}[smhd]$"
TAG_PATTERN: Final = r"^[a-z0-9][a-z0-9_-]{0,62}$"
EMAIL_PATTERN: Final = r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"
SIZE_PATTERN: Final = r"^[1-9][0-9]{0,5}(MB|GB|TB)$"
DATE_PATTERN: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

RULE_OF_PATTERN: Final[Mapping[str, str]] = MappingProxyType(
    {
        ID_PATTERN: "lower-case letters, digits and _, a letter first, at most 63 characters",
        CONNECTION_PATTERN: "letters, digits, _ and -, a letter first, at most 63 characters",
        VARIABLE_PATTERN: "the name of an environment variable: upper-case letters, digits and _",
        CURRENCY_PATTERN: "an ISO 4217 code such as EUR",
        TABLE_PATTERN: "letters, digits and _, a letter first, at most 63 characters",
        TIME_PATTERN: 'a time of day written "HH:MM", 24 hours, e.g. "06:00"',
        DURATION_PATTERN: "a duration such as 30s, 10m, 2h or 1d",
        TAG_PATTERN: "lower-case letters, digits, _ and -, at most 63 characters",
        SIZE_PATTERN: "a size such as 500MB, 10GB or 1TB",
        DATE_PATTERN: 'a day written "YYYY-MM-DD", e.g. "2026-01-01"',
    }
)
"""Each pattern in words, for messages."""

NonBlank = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
CurrencyCode = Annotated[str, StringConstraints(pattern=CURRENCY_PATTERN)]
Duration = Annotated[str, StringConstraints(pattern=DURATION_PATTERN)]

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Declared(BaseModel):
    """The base of everything declared: frozen, strict, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class RuleBrokenError(ValueError):
    """A validator's refusal, in the words that a `Problem` needs.

    `problem` never quotes a value that may be a secret. `key` names the key at fault where the
    rule is one of the whole mapping.
    """

    def __init__(
        self, problem: str, remedy: str, *, code: str = "NOT_ALLOWED", key: str | None = None
    ) -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem = problem
        self.remedy = remedy
        self.code = code
        self.key = key


def is_duration(text: str) -> bool:
    """Whether the text is a duration such as `10m`."""
    return re.fullmatch(DURATION_PATTERN, text) is not None


def duration_seconds(duration: str) -> int:
    """`10m` -> 600; the text must be a duration."""
    return int(duration[:-1]) * _SECONDS[duration[-1]]
