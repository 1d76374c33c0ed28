"""How well a column's name fits an attribute's name, and why."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from totango_pipelines.catalog.attributes import Attribute, DataType, normalised_name
from totango_pipelines.mapping.automap.lexicon import LIGHT
from totango_pipelines.mapping.automap.vocabulary import Phrase, Reading, Vocabulary
from totango_pipelines.mapping.automap.words import is_custom, split_words

# How sure each kind of evidence is, and what takes from it: set by hand, and measured together by
# benchmarks/automap.py. What matters is their order, and on which side of the thresholds they are.
SAME_NAME: Final = 1.0
SAME_WORDS: Final = 0.98
SAME_CORE: Final = 0.95
SPOKEN_OF: Final = 0.96
SAME_WITHOUT_NOUN: Final = 0.93
SYNONYM: Final = 0.925
LIKELY: Final = 0.91
POSSIBLE: Final = 0.74
ONE_MORE_WORD: Final = 0.68

_OWN_NOUN: Final = 0.02
_SYSTEM: Final = 0.02
_EXTRA: Final = 0.03
_EVERYWHERE: Final = 0.01
_PLACE: Final = 0.002
_ANOTHER_SYSTEMS_ID: Final = 0.15
_RESPELLED: Final = 0.13
_CUSTOM: Final = 0.03
_NO_DATE_SAID: Final = 0.15
_MAY_BE_A_FLAG: Final = 0.35
_RANK: Final = 0.001
_FEWEST_SHARED: Final = 2

_DATES: Final = frozenset({DataType.DATE, DataType.TIMESTAMP})
_LIGHT: Final = frozenset(LIGHT.split())
_FLAGS: Final = frozenset({"complete", "close", "cancel"})
_KEEP_OTHER_IDS: Final = frozenset({"accounts", "users"})


@dataclass(frozen=True, slots=True)
class NameMatch:
    """How well two names fit: a score in 0..1, the reason in words.

    `undated` is what it cost that the column does not say that it is a date.
    """

    score: float
    reason: str
    undated: float = 0.0


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A column's name, read: `phrases` are what it may say, each with what that costs."""

    name: str
    reading: Reading
    core: str
    phrases: tuple[tuple[Phrase, float], ...]


@dataclass(frozen=True, slots=True)
class AttributeName:
    """An attribute's name, read: its own phrase, and others for it, each with its score."""

    attribute: Attribute
    reading: Reading
    core: str
    phrase: Phrase
    others: tuple[tuple[Phrase, float], ...]

    @property
    def is_date(self) -> bool:
        """Whether its values are dates or instants."""
        return self.attribute.data_type in _DATES


def read_attribute(attribute: Attribute, vocabulary: Vocabulary) -> AttributeName:
    """What the attribute's name says, and what else is said for it."""
    reading = vocabulary.read(attribute.name)
    plain = vocabulary.normal(reading.concepts)
    dated = attribute.data_type in _DATES

    def spoken(phrase: Phrase) -> Phrase:
        # That it is a date, its type says anyway.
        return tuple(sorted({*phrase, "date"})) if dated else phrase

    others: dict[Phrase, float] = {}
    for score, phrases in ((LIKELY, vocabulary.likely), (POSSIBLE, vocabulary.possible)):
        for place, phrase in enumerate(phrases.get(plain, ())):
            others.setdefault(spoken(phrase), score - place * _PLACE)
    if attribute.data_type is DataType.BOOLEAN:
        plain = tuple(concept for concept in plain if concept != "flag") or plain
    return AttributeName(
        attribute,
        reading,
        _core(attribute.name, reading, vocabulary),
        spoken(plain),
        tuple(others.items()),
    )


def read_column(name: str, vocabulary: Vocabulary, prefix: str | None = None) -> ColumnName:
    """What the column's name says; `prefix` is a word that most names of the query begin with."""
    reading = vocabulary.read(name)
    if reading.parts and reading.parts[0][0] == prefix:
        reading = replace(reading, parts=reading.parts[1:] or reading.parts)
    cheapest: dict[Phrase, float] = {}
    rank = sum(vocabulary.ranks.get(text, 0) for text, _ in reading.parts) * _RANK
    for concepts, cost in _readings(reading.concepts, vocabulary):
        phrase = vocabulary.normal(concepts)
        dropped = {each for each in concepts if each not in phrase and each != "ownid"}
        if phrase == ("id",) and not _is_own_id(concepts, dropped):
            continue
        whole = cost + rank + (_OWN_NOUN if dropped else 0)
        cheapest[phrase] = min(whole, cheapest.get(phrase, whole))
    core = _core(name, reading, vocabulary)
    return ColumnName(name, reading, core, tuple(cheapest.items()))


def match_names(
    column: ColumnName, attribute: AttributeName, vocabulary: Vocabulary
) -> NameMatch | None:
    """How well the names fit; None: they have nothing to do with each other.

    What a system has by itself goes before what a company added to it under the same name.
    """
    match = _match(column, attribute, vocabulary)
    if match is None or not is_custom(column.name):
        return match
    return replace(match, score=match.score - _CUSTOM)


def _match(
    column: ColumnName, attribute: AttributeName, vocabulary: Vocabulary
) -> NameMatch | None:
    name = attribute.attribute.name
    if normalised_name(column.name) == normalised_name(name):
        return NameMatch(SAME_NAME, "same name")
    if split_words(column.name) and split_words(column.name) == split_words(name):
        return NameMatch(SAME_WORDS, "the same words")
    if column.core and column.core == attribute.core and not column.reading.respelled:
        return NameMatch(_core_score(column, vocabulary), "the same words")
    found = [*_by_phrases(column, attribute), *_by_one_more_word(column, attribute, vocabulary)]
    best = max(found, key=lambda each: each.score, default=None)
    if best is None or not column.reading.respelled:
        return best
    spelling = ", ".join(f"{written} = {read}" for written, read in column.reading.respelled)
    reason = f"nearly the same spelling: {spelling}"
    return NameMatch(best.score - _RESPELLED, reason, best.undated)


def _core_score(column: ColumnName, vocabulary: Vocabulary) -> float:
    nouns = {text for text, concept in column.reading.parts if concept in vocabulary.own_nouns}
    if not nouns:
        return SAME_CORE
    spoken_of = column.core == "id" and nouns & vocabulary.spoken_of
    rank = sum(vocabulary.ranks.get(noun, 0) for noun in nouns) * _RANK
    return (SPOKEN_OF if spoken_of else SAME_WITHOUT_NOUN) - rank


def _core(name: str, reading: Reading, vocabulary: Vocabulary) -> str:
    """The written words without namespaces and the object's own noun, run together."""
    parts = list(reading.parts)
    while len(parts) > 1 and parts[0][0] in vocabulary.namespaces:
        del parts[0]
    kept = [text for text, concept in parts if concept not in vocabulary.own_nouns]
    own_id = [concept for _, concept in parts if concept in vocabulary.own_nouns]
    if kept == ["id"] and len(set(own_id)) > 1:
        kept = list(split_words(name))
    return " ".join(kept or [text for text, _ in parts])


def _readings(
    concepts: tuple[str, ...], vocabulary: Vocabulary
) -> Iterator[tuple[tuple[str, ...], float]]:
    """The concepts, then ever fewer of them, and what leaving out has cost so far."""
    cost = 0.0
    yield concepts, cost
    while len(concepts) > 1 and concepts[0] in vocabulary.namespaces:
        concepts = concepts[1:]
        yield concepts, cost
    if len(concepts) > 1 and concepts[0] in vocabulary.systems:
        is_id = vocabulary.normal(concepts[1:]) == ("id",)
        if is_id and vocabulary.object_name in _KEEP_OTHER_IDS:
            return
        concepts, cost = concepts[1:], cost + (_ANOTHER_SYSTEMS_ID if is_id else _SYSTEM)
        yield concepts, cost
    for extra, beside in vocabulary.extras:
        rest = tuple(concept for concept in concepts if concept not in extra)
        if len(rest) < len(concepts) and rest and ("*" in beside or beside & set(rest)):
            places = sum(extra.get(concept, 0) for concept in concepts) * _RANK
            cost += places + _EXTRA if "*" not in beside else _EVERYWHERE
            concepts = rest
            yield concepts, cost


def _is_own_id(concepts: tuple[str, ...], dropped: set[str]) -> bool:
    """`ticket_id` is the record's own id, `ticket_order_id` may be anybody's."""
    return len(dropped) <= 1 and concepts[-1] in ("id", "ownid")


def _by_phrases(column: ColumnName, attribute: AttributeName) -> Iterator[NameMatch]:
    for phrase, cost in column.phrases:
        said, undated = _as_the_type_says(phrase, attribute)
        for wanted, score in ((attribute.phrase, SYNONYM), *attribute.others):
            if said == wanted:
                reason = f"{_how_sure(score)}: {_synonym(column, attribute)}"
                yield NameMatch(score - cost - undated, reason, undated)


def _as_the_type_says(phrase: Phrase, attribute: AttributeName) -> tuple[Phrase, float]:
    """The phrase with what the attribute's type says anyway, and what that it is a date costs."""
    if attribute.attribute.data_type is DataType.BOOLEAN:
        return tuple(concept for concept in phrase if concept != "flag"), 0.0
    if not attribute.is_date or "date" in phrase:
        return phrase, 0.0
    undated = _MAY_BE_A_FLAG if set(phrase) <= _FLAGS else _NO_DATE_SAID
    return tuple(sorted((*phrase, "date"))), undated


def _by_one_more_word(
    column: ColumnName, attribute: AttributeName, vocabulary: Vocabulary
) -> Iterator[NameMatch]:
    """`Catalyst Health Score` is a health score: English names the thing last."""
    likely = (phrase for phrase, score in attribute.others if score > POSSIBLE)
    for phrase in (attribute.phrase, *likely):
        if len(set(phrase) - _LIGHT) < _FEWEST_SHARED:
            continue
        for said, cost in column.phrases:
            more = set(said) - set(phrase)
            if len(more) == 1 and not set(phrase) - set(said) and not more & vocabulary.changes:
                [word] = more
                if column.reading.concepts[-1] != word:
                    yield NameMatch(ONE_MORE_WORD - cost, f"the same words but for {word!r}")


def _how_sure(score: float) -> str:
    return "synonym" if score > POSSIBLE else "perhaps"


def _synonym(column: ColumnName, attribute: AttributeName) -> str:
    """The words that differ, if they can be told; else the whole names."""
    own = {concept: text for text, concept in attribute.reading.parts}
    pairs = [
        f"{text} = {own[concept]}"
        for text, concept in column.reading.parts
        if concept in own and own[concept] != text
    ]
    if pairs:
        return ", ".join(dict.fromkeys(pairs))
    return f"{' '.join(split_words(column.name))} = {attribute.attribute.name}"
