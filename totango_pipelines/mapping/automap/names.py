"""How well a column's name fits an attribute's name, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from totango_pipelines.catalog.attributes import Attribute, DataType, normalised_name
from totango_pipelines.mapping.automap.vocabulary import Phrase, Reading, Vocabulary
from totango_pipelines.mapping.automap.words import split_words

SAME_NAME: Final = 1.0
SAME_WORDS: Final = 0.98
SAME_CORE: Final = 0.95
SYNONYM: Final = 0.93
LIKELY: Final = 0.91
POSSIBLE: Final = 0.74
ONE_MORE_WORD: Final = 0.68

_OWN_NOUN: Final = 0.02
_SYSTEM: Final = 0.02
_EXTRA: Final = 0.03
_ANOTHER_SYSTEMS_ID: Final = 0.15
_RESPELLED: Final = 0.06
_NO_DATE_SAID: Final = 0.17
_FEWEST_SHARED: Final = 2

_DATES: Final = frozenset({DataType.DATE, DataType.TIMESTAMP})
_WITHOUT_WEIGHT: Final = frozenset(
    "date last first next id name count type create update due number status user".split()
)
_KEEP_OTHER_IDS: Final = frozenset({"accounts", "users"})


@dataclass(frozen=True, slots=True)
class NameMatch:
    """How well two names fit: a score in 0..1, the reason in words.

    `undated`: the column does not say that it is a date, which the attribute is.
    """

    score: float
    reason: str
    undated: bool = False


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A column's name, read: `phrases` are what it may say, each with what that costs."""

    name: str
    reading: Reading
    core: str
    phrases: tuple[tuple[Phrase, float], ...]

    @property
    def is_flag(self) -> bool:
        """Whether it starts like a yes-no question: `is_deleted`."""
        return "flag" in self.reading.concepts


@dataclass(frozen=True, slots=True)
class AttributeName:
    """An attribute's name, read: its own phrase and others for it (True: likely)."""

    attribute: Attribute
    reading: Reading
    core: str
    phrase: Phrase
    others: tuple[tuple[Phrase, bool], ...]

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

    others = {
        spoken(phrase): likely for phrase, likely in vocabulary.meanings.get(plain, {}).items()
    }
    if attribute.data_type is DataType.BOOLEAN:
        plain = tuple(concept for concept in plain if concept != "flag") or plain
    return AttributeName(
        attribute,
        reading,
        _core(attribute.name, reading, vocabulary),
        spoken(plain),
        tuple(others.items()),
    )


def read_column(name: str, vocabulary: Vocabulary) -> ColumnName:
    """What the column's name says."""
    reading = vocabulary.read(name)
    cheapest: dict[Phrase, float] = {}
    for concepts, cost in _readings(reading.concepts, vocabulary):
        phrase = vocabulary.normal(concepts)
        dropped = {each for each in concepts if each not in phrase and each != "ownid"}
        if phrase == ("id",) and not _is_own_id(concepts, dropped):
            continue
        whole = cost + (_OWN_NOUN if dropped else 0)
        cheapest[phrase] = min(whole, cheapest.get(phrase, whole))
    core = _core(name, reading, vocabulary)
    return ColumnName(name, reading, core, tuple(cheapest.items()))


def match_names(
    column: ColumnName, attribute: AttributeName, vocabulary: Vocabulary
) -> NameMatch | None:
    """How well the names fit; None: they have nothing to do with each other."""
    name = attribute.attribute.name
    if normalised_name(column.name) == normalised_name(name):
        return NameMatch(SAME_NAME, "same name")
    if split_words(column.name) and split_words(column.name) == split_words(name):
        return NameMatch(SAME_WORDS, "the same words")
    if column.core and column.core == attribute.core and not column.reading.respelled:
        return NameMatch(SAME_CORE, "the same words")
    found = [*_by_phrases(column, attribute), *_by_one_more_word(column, attribute, vocabulary)]
    best = max(found, key=lambda each: each.score, default=None)
    if best is None or not column.reading.respelled:
        return best
    spelling = ", ".join(f"{written} = {read}" for written, read in column.reading.respelled)
    reason = f"nearly the same spelling: {spelling}"
    return NameMatch(best.score - _RESPELLED, reason, best.undated)


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
            concepts, cost = rest, cost + _EXTRA
            yield concepts, cost


def _is_own_id(concepts: tuple[str, ...], dropped: set[str]) -> bool:
    """`ticket_id` is the record's own id, `ticket_order_id` may be anybody's."""
    return len(dropped) <= 1 and concepts[-1] in ("id", "ownid")


def _by_phrases(column: ColumnName, attribute: AttributeName) -> Iterator[NameMatch]:
    own = [(attribute.phrase, SYNONYM)]
    others = [(phrase, LIKELY if likely else POSSIBLE) for phrase, likely in attribute.others]
    flags = attribute.attribute.data_type is DataType.BOOLEAN
    for said, cost in column.phrases:
        if flags:
            said = tuple(concept for concept in said if concept != "flag")  # noqa: PLW2901
        undated = attribute.is_date and "date" not in said
        if undated:
            said = tuple(sorted((*said, "date")))  # noqa: PLW2901
        cost += _NO_DATE_SAID if undated else 0  # noqa: PLW2901
        for phrase, score in (*own, *others):
            if said == phrase:
                yield NameMatch(score - cost, _synonym(column, attribute), undated)


def _by_one_more_word(
    column: ColumnName, attribute: AttributeName, vocabulary: Vocabulary
) -> Iterator[NameMatch]:
    """`Catalyst Health Score` is a health score: English names the thing last."""
    for phrase in (attribute.phrase, *(each for each, likely in attribute.others if likely)):
        if len(set(phrase) - _WITHOUT_WEIGHT) < _FEWEST_SHARED:
            continue
        for said, cost in column.phrases:
            more = set(said) - set(phrase)
            if len(more) == 1 and not set(phrase) - set(said) and not more & vocabulary.changes:
                [word] = more
                if column.reading.concepts[-1] != word:
                    yield NameMatch(ONE_MORE_WORD - cost, f"the same words but for {word!r}")


def _synonym(column: ColumnName, attribute: AttributeName) -> str:
    """The words that differ, if they can be told; else the whole names."""
    own = {concept: text for text, concept in attribute.reading.parts}
    pairs = [
        f"{text} = {own[concept]}"
        for text, concept in column.reading.parts
        if concept in own and own[concept] != text
    ]
    if pairs:
        return f"synonym: {', '.join(dict.fromkeys(pairs))}"
    words = " ".join(dict.fromkeys(text for text, _ in column.reading.parts))
    return f"synonym: {words} = {attribute.attribute.name}"
