"""The kinds of lines that the lexicon has; lexicon.py and meanings.py say what they are for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """Words, separated by blanks, for one concept."""

    concept: str
    words: str
    last: bool = False
    objects: str = ""
    learned_from: str | None = None


@dataclass(frozen=True, slots=True)
class Compound:
    """Phrases, separated by commas, for one concept or (with blanks) several."""

    concepts: str
    phrases: str
    objects: str = ""
    learned_from: str | None = None


@dataclass(frozen=True, slots=True)
class Extra:
    """Words that say nothing new beside the concepts of `of`."""

    words: str
    of: str
    objects: str = ""
    learned_from: str | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """Phrases, separated by commas, that mean the attribute `name`."""

    name: str
    likely: str = ""
    possible: str = ""
    objects: str = ""
    learned_from: str | None = None
