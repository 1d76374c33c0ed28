"""The attributes that one column could go to: its name, its values and what was confirmed before."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

from totango_pipelines.catalog.attributes import KeyFolding, normalised_name
from totango_pipelines.catalog.catalog import Catalog
from totango_pipelines.mapping.automap.assignment import Candidate
from totango_pipelines.mapping.automap.evidence import weigh
from totango_pipelines.mapping.automap.lexicon import COMPANIES, FULL, NAMELESS, STATUSES
from totango_pipelines.mapping.automap.names import (
    SAME_NAME,
    AttributeName,
    ColumnName,
    match_names,
    read_attribute,
)
from totango_pipelines.mapping.automap.new_types import is_junk
from totango_pipelines.mapping.automap.values import Profile, Shape
from totango_pipelines.mapping.automap.vocabulary import Vocabulary

CONFIRMED: Final = 0.99
_REFERENCE: Final = 0.85
_EMAIL_AS_ID: Final = 0.70
_BY_VALUES: Final = 0.62
_LEAST: Final = 0.30
_MOST_WITH_DOUBT: Final = 0.99
_STILL_UNSAID: Final = 0.05
_A_PLACE: Final = 0.30
_A_PERSON: Final = 0.25

_NAMELESS: Final = frozenset(NAMELESS.split())
_ACCOUNT: Final = ("account",)
_ACCOUNT_ID: Final = ("account", "id")
_EMAIL: Final = ("email",)
_BY_SHAPE: Final = {Shape.EMAIL: ("email",), Shape.URL: ("domain",), Shape.PHONE: ("phone",)}
_PLACES: Final = frozenset({"city", "country", "zip", "postal", "street", "address", "province"})
_STATUSES: Final = frozenset(STATUSES.split())
_NAME: Final = ("name",)
_FULL: Final = frozenset(FULL.split())
_COMPANIES: Final = frozenset(COMPANIES.split())


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column: its name and its values, read."""

    name: ColumnName
    values: Profile


class Confirmed(Protocol):
    """A mapping that somebody confirmed in the integration `where`."""

    @property
    def attribute(self) -> str:
        """The attribute's name."""

    @property
    def where(self) -> str:
        """The integration's id."""


@dataclass(frozen=True)
class Judge:
    """Weighs columns for one object. `confirmed` are by normalised column.

    `beside_places`: the query has a postal address, so that a `state` is a place.
    """

    catalog: Catalog
    object_name: str
    vocabulary: Vocabulary
    confirmed: Mapping[str, Confirmed]
    beside_places: bool

    @cached_property
    def _attributes(self) -> tuple[AttributeName, ...]:
        attributes = self.catalog.attributes(self.object_name)
        return tuple(read_attribute(each, self.vocabulary) for each in attributes)

    @cached_property
    def _own_id(self) -> str | None:
        """The attribute that identifies a record all by itself."""
        keys = self.catalog.object(self.object_name).primary_key
        return keys[0].name if len(keys) == 1 else None

    def candidates(self, column: ReadColumn) -> tuple[Candidate, ...]:
        """The attributes that this column could go to, the best first."""
        found: dict[str, Candidate] = {}
        ways = (self._by_name, self._by_reference, self._by_values, self._confirmed)
        for each in (found_so for way in ways for found_so in way(column)):
            known = found.get(each.attribute)
            if known is None or each.score > known.score:
                found[each.attribute] = each
        best_first = sorted(found.values(), key=lambda each: (-each.score, each.attribute))
        return tuple(each for each in best_first if each.score >= _LEAST)

    def _by_name(self, column: ReadColumn) -> Iterator[Candidate]:
        named = self.catalog.attribute(self.object_name, column.name.name)
        if named is not None and named not in self.catalog.attributes(self.object_name):
            # A tag, an activity, or a foreign key that stands in for account_id.
            yield Candidate(named.name, SAME_NAME, "same name")
        for attribute in self._attributes:
            match = match_names(column.name, attribute, self.vocabulary)
            if match is None or (match.score < SAME_NAME and is_junk(column.name.name)):
                continue
            own_id = attribute.attribute.name == self._own_id
            evidence = weigh(
                column.values, attribute.attribute, attribute.reading.concepts, own_id=own_id
            )
            change = evidence.change
            if match.undated and change > 0:
                change += match.undated - _STILL_UNSAID
            if "state" in column.name.reading.concepts and self._is_place(column.values):
                change -= _A_PLACE
            says = [match.reason, evidence.says]
            if attribute.phrase == _NAME and self._is_person(column.name):
                change -= _A_PERSON
                says.append("but perhaps a person's")
            reason = "; ".join(each for each in says if each)
            score = _changed(match.score, change)
            yield Candidate(attribute.attribute.name, score, reason)

    def _by_reference(self, column: ReadColumn) -> Iterator[Candidate]:
        """`account` is the account's id if its values are ids, and not its name.

        An e-mail identifies a user where it has no attribute of its own.
        """
        for phrase, cost in column.name.phrases:
            if phrase == _ACCOUNT and column.values.look_like_ids:
                says = "values look like ids"
                for name in self._named(lambda each: each.phrase == _ACCOUNT_ID):
                    yield Candidate(name, round(_REFERENCE - cost, 3), says)
            if phrase == _EMAIL and not self._named(lambda each: each.phrase == _EMAIL):
                says = "perhaps: an e-mail identifies a user"
                for name in self._named(lambda each: each.attribute.key is KeyFolding.USER_ID):
                    yield Candidate(name, round(_EMAIL_AS_ID - cost, 3), says)

    def _named(self, wanted: Callable[[AttributeName], bool]) -> tuple[str, ...]:
        return tuple(each.attribute.name for each in self._attributes if wanted(each))

    def _by_values(self, column: ReadColumn) -> Iterator[Candidate]:
        """A column whose name says nothing goes by what its values are."""
        shape = column.values.looks_like
        words = {text for text, _ in column.name.reading.parts if not text.isdigit()}
        if shape not in _BY_SHAPE or words - _NAMELESS:
            return
        for attribute in self._attributes:
            if attribute.phrase == _BY_SHAPE[shape]:
                yield Candidate(attribute.attribute.name, _BY_VALUES, f"values look like {shape}")

    def _is_person(self, name: ColumnName) -> bool:
        """Whether a name in a table of accounts is a person's: `FullName`, but no company's."""
        words = {text for text, _ in name.reading.parts}
        return self.object_name == "accounts" and bool(words & _FULL) and not words & _COMPANIES

    def _is_place(self, values: Profile) -> bool:
        """Whether a `state` is a state of a country: by its values, else by its neighbours."""
        if not values.shares:
            return self.beside_places
        texts = {"_".join(text.casefold().split()) for text in values.counted}
        return not texts & _STATUSES

    def _confirmed(self, column: ReadColumn) -> Iterator[Candidate]:
        before = self.confirmed.get(normalised_name(column.name.name))
        known = before and self.catalog.attribute(self.object_name, before.attribute)
        if before and known:
            yield Candidate(known.name, CONFIRMED, f"mapped so in {before.where}")


def has_places(columns: Iterable[ColumnName]) -> bool:
    """Whether some column is part of a postal address."""
    return any(_PLACES & set(column.reading.concepts) for column in columns)


def _changed(score: float, change: float) -> float:
    """Values can raise a score to nearly 1; only the very same name is beyond doubt."""
    if score == SAME_NAME and change >= 0:
        return score
    return round(max(0.0, min(_MOST_WITH_DOUBT, score + change)), 3)


def keys_of(catalog: Catalog, object_name: str) -> frozenset[str]:
    """The attributes that identify a record or its account, and foreign keys: to be confirmed."""
    must = {each.name for each in catalog.object(object_name).must_be_mapped}
    return frozenset(
        each.name for each in catalog.attributes(object_name) if each.folding or each.name in must
    )
