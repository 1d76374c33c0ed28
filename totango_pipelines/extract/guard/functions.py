"""Which functions a query may call, by dialect. A dialect that is not here is refused altogether."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from totango_pipelines.extract.guard.words import words_of


@dataclass(frozen=True, slots=True)
class CallableNames:
    """What may be called, in lower case."""

    anywhere: frozenset[str]
    """Functions that give one value, aggregates, window functions."""
    in_from: frozenset[str]
    """Functions that may stand where a table stands; they may be called anywhere, too."""
    complete: bool
    """The lists name everything, so that each name in the written text must be on them. Else
    sqlglot's typed functions pass by their class."""

    def named(self, name: str) -> bool:
        """Whether a function of this name, in lower case, may be called for a value."""
        return name in self.anywhere or name in self.in_from


def _engine(dialect: str) -> CallableNames:
    words = words_of(dialect)
    return CallableNames(words["functions"], words["table_functions"], complete=True)


def _all() -> dict[str, CallableNames]:
    engines = {name: _engine(name) for name in ("postgres", "mysql", "duckdb", "sqlite")}
    words = words_of("warehouses")
    in_from = words.pop("table_functions")
    words["redshift"] |= engines["postgres"].anywhere
    words["athena"] = words["trino"]
    warehouses = {n: CallableNames(names, in_from, complete=False) for n, names in words.items()}
    return engines | warehouses


CALLABLE: Mapping[str, CallableNames] = MappingProxyType(_all())
"""By the name that sqlglot knows the dialect by."""
