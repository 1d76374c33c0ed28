"""Propose which column of a query goes to which attribute of an object, with score and reason.

Names are read word by word (lexicon.py, names.py), values are weighed (evidence.py), and one
assignment over all columns settles who gets what (assignment.py). A column that nothing fits stays
unmapped, and a key is ticked only when it is beyond doubt.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from totango_pipelines.catalog.attributes import DataType, normalised_name
from totango_pipelines.catalog.catalog import Catalog
from totango_pipelines.mapping.automap.assignment import Candidate, assign
from totango_pipelines.mapping.automap.judging import Judge, ReadColumn, has_places, keys_of
from totango_pipelines.mapping.automap.names import read_column
from totango_pipelines.mapping.automap.new_types import is_junk, new_type
from totango_pipelines.mapping.automap.values import profile
from totango_pipelines.mapping.automap.vocabulary import Vocabulary, vocabulary_of
from totango_pipelines.mapping.automap.words import common_prefix
from totango_pipelines.mapping.columns import Kind

SUGGESTED: Final = 0.60
"""Below this score nothing is proposed: the column stays unmapped (measured, benchmarks/)."""
TICKED: Final = 0.80
"""From this score on a proposal is taken unless somebody objects."""
KEY_TICKED: Final = 0.90
"""A wrong key puts rows on wrong records, so it takes more (issue: never below 0.90)."""

_TIE: Final = 0.015


@dataclass(frozen=True, slots=True)
class ColumnSample:
    """A column of a query: `samples` are up to 1,000 of its cells that are not blank, as text."""

    name: str
    samples: tuple[str, ...]
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Remembered:
    """A mapping that somebody confirmed for the same connection and object, in `where`."""

    column: str
    attribute: str
    where: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to do with a column: map it to `attribute`, or (None) leave it unmapped.

    `score` is in 0..1 (of an unmapped column: that of the best attribute it did not get), `reason`
    says why in words. `ticked`: it is taken unless somebody objects. `new_type` is the type that a
    new attribute could have; only for unmapped columns that look worth having.
    """

    column: str
    attribute: str | None
    score: float
    reason: str
    ticked: bool
    new_type: DataType | None


def automap(
    catalog: Catalog,
    object_name: str,
    columns: Sequence[ColumnSample],
    remembered: Sequence[Remembered] = (),
    *,
    threshold: float = SUGGESTED,
    unlearned: str | None = None,
) -> tuple[Proposal, ...]:
    """One proposal for each column: those for keys first, then as given.

    Each attribute gets at most one column and each column at most one attribute. The order of the
    columns changes nothing but the order of the answer. `threshold` and `unlearned` (a vendor
    whose words are forgotten) are there for the benchmark.

    Raises:
        KeyError: the catalogue has no such object.
    """
    vocabulary = vocabulary_of(object_name, unlearned)
    # Ties go by what the columns are, so that their order decides nothing.
    order = sorted(range(len(columns)), key=lambda at: _content(columns[at]))
    read = _read([columns[at] for at in order], vocabulary)
    places = has_places(each.name for each in read)
    judge = Judge(catalog, object_name, vocabulary, _agreed(remembered), places)
    candidates = tuple(judge.candidates(each) for each in read)
    table = _Table(object_name, read, candidates, assign(candidates, threshold), threshold)
    keys = keys_of(catalog, object_name)
    by_place = {place: table.proposal(at, keys) for at, place in enumerate(order)}
    given = (by_place[place] for place in range(len(columns)))
    return tuple(sorted(given, key=lambda each: each.attribute not in keys))


@dataclass(frozen=True, slots=True)
class _Table:
    """All columns with what each could go to and what it got, in one order."""

    object_name: str
    columns: Sequence[ReadColumn]
    candidates: Sequence[Sequence[Candidate]]
    chosen: Sequence[Candidate | None]
    threshold: float

    def proposal(self, at: int, keys: Collection[str]) -> Proposal:
        """What to say of the column at this place."""
        choice = self.chosen[at]
        name = self.columns[at].name.name
        if choice is None:
            return self._unmapped(at, name)
        bar = KEY_TICKED if choice.attribute in keys else TICKED
        rival = self._rival(at, choice)
        reason = choice.reason if rival is None else f"{choice.reason}; {rival} fits as well"
        ticked = rival is None and choice.score >= bar
        return Proposal(name, choice.attribute, choice.score, reason, ticked, None)

    def _rival(self, at: int, choice: Candidate) -> str | None:
        """The unmapped column that the attribute would have fitted as well."""
        for other, own in enumerate(self.candidates):
            if other != at and self.chosen[other] is None:
                for each in own:
                    if each.attribute == choice.attribute and each.score >= choice.score - _TIE:
                        return self.columns[other].name.name
        return None

    def _unmapped(self, at: int, name: str) -> Proposal:
        column, own = self.columns[at], self.candidates[at]
        score = own[0].score if own else 0.0
        could_be = None
        if score >= self.threshold:
            reason = f"{own[0].attribute} goes to {self._winner(own[0].attribute)} instead"
        elif is_junk(name):
            reason = "housekeeping of the source or its loader"
        elif not column.values.counted and any(each.values.counted for each in self.columns):
            reason = "no attribute fits, and it is empty"
        else:
            reason = "no attribute fits"
            could_be = new_type(name, column.name.reading, column.values, self.object_name)
        if could_be is not None:
            reason = f"{reason}; could be a new {could_be.replace('_', ' ')} attribute"
        return Proposal(name, None, score, reason, ticked=False, new_type=could_be)

    def _winner(self, attribute: str) -> str:
        return next(
            column.name.name
            for column, choice in zip(self.columns, self.chosen, strict=True)
            if choice is not None and choice.attribute == attribute
        )


def _agreed(remembered: Sequence[Remembered]) -> dict[str, Remembered]:
    """By column: what most mappings of it say; nothing where they disagree evenly."""
    by_column: dict[str, list[Remembered]] = defaultdict(list)
    for each in remembered:
        by_column[normalised_name(each.column)].append(each)
    agreed = {}
    for column, said in by_column.items():
        counted = Counter(normalised_name(each.attribute) for each in said).most_common(2)
        if len(counted) == 1 or counted[0][1] > counted[1][1]:
            meant = counted[0][0]
            agreed[column] = next(e for e in said if normalised_name(e.attribute) == meant)
    return agreed


def _read(columns: Sequence[ColumnSample], vocabulary: Vocabulary) -> tuple[ReadColumn, ...]:
    prefix = common_prefix([each.name for each in columns])
    if prefix in vocabulary.nouns:
        prefix = None
    return tuple(
        ReadColumn(read_column(each.name, vocabulary, prefix), profile(each.samples, each.kind))
        for each in columns
    )


def _content(column: ColumnSample) -> tuple[str, tuple[str, ...], str]:
    return column.name, column.samples, str(column.kind)
