"""The lexicon as one object sees it: from words to concepts, and from phrases to attributes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, TypeVar

from totango_pipelines.mapping.automap import lexicon
from totango_pipelines.mapping.automap.entries import Compound, Extra, Meaning, Word
from totango_pipelines.mapping.automap.meanings import MEANINGS
from totango_pipelines.mapping.automap.words import (
    SHORTEST_SPELLED,
    SMALL_WORDS,
    respelled,
    singular,
    split_words,
    taken_apart,
)

Phrase = tuple[str, ...]
"""Concepts in alphabetical order: word order hardly ever tells two columns apart."""

_SPEAKS_AS: Final = {"historical_activity_stream": "usage", "usage_aggregations": "usage"}
_MOST_COMPOUND: Final = 5
_Line = TypeVar("_Line", Word, Compound, Extra, Meaning)


@dataclass(frozen=True, slots=True)
class Reading:
    """A name, read: its concepts in order, each with the words it was read from.

    `respelled` are words taken for another one by their spelling, as (written, read as).
    """

    parts: tuple[tuple[str, str], ...]
    respelled: tuple[tuple[str, str], ...] = ()

    @property
    def concepts(self) -> tuple[str, ...]:
        """The concepts alone."""
        return tuple(concept for _, concept in self.parts)


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The lexicon for one object, without what was learned from `unlearned` (a vendor)."""

    object_name: str
    unlearned: str | None = None

    @cached_property
    def own_nouns(self) -> frozenset[str]:
        """The concepts that a row of the object is called by."""
        return frozenset(lexicon.OWN_NOUNS.get(self.object_name, "").split())

    @cached_property
    def systems(self) -> frozenset[str]:
        """The concepts that name a system."""
        return frozenset(lexicon.SYSTEMS.split())

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """The words that say where a value was kept."""
        return frozenset(w for each in self._valid(lexicon.NAMESPACES) for w in each.words.split())

    @cached_property
    def ranks(self) -> dict[str, int]:
        """How far from the plainest word for its concept each word is."""
        lines = self._valid(lexicon.WORDS)
        return {word: at for each in lines for at, word in enumerate(each.words.split())}

    @cached_property
    def nouns(self) -> frozenset[str]:
        """The words for accounts and users, which always say whose a value is."""
        said = ("account", "user")
        return frozenset(word for word, concept in self._anywhere.items() if concept in said)

    @cached_property
    def spoken_of(self) -> frozenset[str]:
        """The words for the object's record that its own table hardly uses."""
        return frozenset(lexicon.SPOKEN_OF.get(self.object_name, "").split())

    @cached_property
    def changes(self) -> frozenset[str]:
        """The concepts that make another thing of what they stand with."""
        return self._concepts_of(lexicon.CHANGES) | frozenset(self._anywhere.values())

    @cached_property
    def extras(self) -> tuple[tuple[dict[str, int], frozenset[str]], ...]:
        """Pairs: concepts that add nothing by their place, and those to stand with (`*`: any)."""
        return tuple(
            (
                {self._anywhere.get(word, word): at for at, word in enumerate(each.words.split())},
                self._concepts_of(each.of),
            )
            for each in self._valid(lexicon.EXTRAS)
        )

    @cached_property
    def known(self) -> frozenset[str]:
        """Every word that means something."""
        texts = [lexicon.PLAIN]
        texts += [f"{each.words} {each.of}" for each in self._valid(lexicon.EXTRAS)]
        texts += [each.phrases for each in self._valid(lexicon.COMPOUNDS)]
        texts += [f"{each.name} {each.likely} {each.possible}" for each in self._valid(MEANINGS)]
        words = {*self._anywhere, *self._at_the_end, *self.namespaces}
        further = {word for text in texts for word in text.replace(",", " ").split()}
        # The shorter first, so that `licenses` is known as what `license` means.
        for word in sorted(further, key=len):
            words.add(singular(word, words))
        return frozenset(words - {"*"})

    @cached_property
    def _spelled(self) -> tuple[str, ...]:
        return tuple(sorted(word for word in self.known if len(word) >= SHORTEST_SPELLED))

    @cached_property
    def likely(self) -> dict[Phrase, tuple[Phrase, ...]]:
        """By an attribute's own phrase: others that are nearly as good, the best first."""
        return self._others("likely")

    @cached_property
    def possible(self) -> dict[Phrase, tuple[Phrase, ...]]:
        """The same: those that are taken when nothing better is there."""
        return self._others("possible")

    def _others(self, how: str) -> dict[Phrase, tuple[Phrase, ...]]:
        found: dict[Phrase, list[Phrase]] = defaultdict(list)
        for meaning in self._valid(MEANINGS):
            phrases = meaning.likely if how == "likely" else meaning.possible
            found[self.phrase(meaning.name)] += [self.phrase(text) for text in _listed(phrases)]
        return {name: tuple(dict.fromkeys(phrases)) for name, phrases in found.items()}

    def phrase(self, text: str) -> Phrase:
        """The concepts of a text without the object's own noun, in order of the alphabet."""
        return self.normal(self.read(text).concepts)

    def normal(self, concepts: Iterable[str]) -> Phrase:
        """Sorted, and without the object's own nouns; of nothing but those the last is left."""
        given = tuple(concepts)
        kept = tuple(concept for concept in given if concept not in self.own_nouns)
        return tuple(sorted({"id" if each == "ownid" else each for each in kept or given[-1:]}))

    def read(self, name: str) -> Reading:
        """What a name says."""
        words, respelt = self._known_words(name)
        parts: list[tuple[str, str]] = []
        position = 0
        while position < len(words):
            length, concepts = self._compound_at(words, position)
            text = " ".join(words[position : position + length])
            position += length
            ends = position == len(words)
            parts += [(text, each) for each in concepts or (self._concept(text, ends=ends),)]
        kept = tuple(part for part in parts if part[1] not in SMALL_WORDS)
        return Reading(kept, respelt)

    def _known_words(self, name: str) -> tuple[list[str], tuple[tuple[str, str], ...]]:
        words: list[str] = []
        respelt: list[tuple[str, str]] = []
        for written in split_words(name):
            word = singular(written, self.known)
            together = taken_apart(word, self.known)
            if len(together) > 1 or word in self.known:
                words += together
                continue
            meant = respelled(word, self._spelled)
            if meant is not None:
                respelt.append((written, meant))
            words.append(meant or word)
        return words, tuple(respelt)

    def _compound_at(self, words: list[str], position: int) -> tuple[int, tuple[str, ...]]:
        for length in range(min(_MOST_COMPOUND, len(words) - position), 0, -1):
            found = self._compounds.get(tuple(words[position : position + length]))
            if found is not None:
                return length, found
        return 1, ()

    def _concept(self, word: str, *, ends: bool) -> str:
        at_the_end = self._at_the_end.get(word) if ends else None
        return at_the_end or self._anywhere.get(word, word)

    def _valid(self, lines: Iterable[_Line]) -> list[_Line]:
        """The lines for this object that did not come from the vendor left out."""
        own = {self.object_name, _SPEAKS_AS.get(self.object_name, self.object_name)}
        return [
            each
            for each in lines
            if (not each.objects or own & set(each.objects.split()))
            and (each.learned_from is None or each.learned_from != self.unlearned)
        ]

    def _concepts_of(self, words: str) -> frozenset[str]:
        return frozenset(self._anywhere.get(word, word) for word in words.split())

    @cached_property
    def _anywhere(self) -> dict[str, str]:
        return self._words(last=False)

    @cached_property
    def _at_the_end(self) -> dict[str, str]:
        return self._words(last=True)

    def _words(self, *, last: bool) -> dict[str, str]:
        lines = [each for each in self._valid(lexicon.WORDS) if each.last is last]
        return {word: each.concept for each in lines for word in each.words.split()}

    @cached_property
    def _compounds(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        found = {}
        for each in self._valid(lexicon.COMPOUNDS):
            for text in _listed(each.phrases):
                words = tuple(singular(word, self.known) for word in text.split())
                found[words] = tuple(each.concepts.split())
        return found


def _listed(phrases: str) -> list[str]:
    return [text.strip() for text in phrases.split(",") if text.strip()]


@lru_cache(maxsize=64)
def vocabulary_of(object_name: str, unlearned: str | None = None) -> Vocabulary:
    """The vocabulary of an object; `unlearned` names a vendor to forget (for the benchmark)."""
    return Vocabulary(object_name, unlearned)
