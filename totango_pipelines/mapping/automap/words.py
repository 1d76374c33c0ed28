"""From a name as somebody wrote it to its words: `AccountDomain__c` -> account, domain."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

MOST_WORDS: Final = 24
"""A name with more is a sentence; what follows is not read."""

_FEWEST_ALIKE: Final = 4
_LONGEST_TOGETHER: Final = 48
SHORTEST_SPELLED: Final = 6
"""Shorter words have too many neighbours to be read as misspelled."""
_NEAR_SPELLING: Final = 0.84
_LAST_WORDS: Final = frozenset({"id", "at", "on"})
_SHORTEST_PART: Final = 3
_INNER_WORDS: Final = frozenset({"of", "no", "by"})

# Salesforce marks custom fields so; loaders turn `__c` into `_c`.
_CUSTOM_FIELD: Final = re.compile(r"_+(c|pc|r)$", re.IGNORECASE)
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CURRENCY: Final = re.compile(r"[$€£¥]")
_WORD: Final = re.compile(r"[^\W_]+")
_DIGITS: Final = re.compile(r"(?<=\D)(?=\d)")
SMALL_WORDS: Final = frozenset({"of", "the", "a", "an", "and", "for"})
"""Words without a meaning of their own."""


@lru_cache(maxsize=8192)
def split_words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, without accents: at most MOST_WORDS."""
    plain = unicodedata.normalize("NFKD", name[:512].strip())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = _CURRENCY.sub(" amount ", _CUSTOM_FIELD.sub("", plain).replace("'", ""))
    found = [
        part
        for word in _WORD.findall(_HUMP.sub(" ", plain))
        for part in _DIGITS.split(word.casefold())
    ]
    return tuple(found[:MOST_WORDS])


def is_custom(name: str) -> bool:
    """Whether the name is marked as a field that a company added to its system."""
    return _CUSTOM_FIELD.search(name) is not None


def common_prefix(names: Sequence[str]) -> str | None:
    """The word that at least half of the names, and four, begin with: `cust_name`, `cust_city`."""
    split = [split_words(name) for name in names]
    firsts = Counter(words[0] for words in split if len(words) > 1)
    word, times = min(firsts.items(), key=lambda each: (-each[1], each[0]), default=("", 0))
    return word if times >= max(_FEWEST_ALIKE, len(names) / 2) else None


def singular(word: str, known: Collection[str]) -> str:
    """The word as `known` has it: `employees` -> employee, `companies` -> company."""
    if word in known:
        return word
    for ending, instead in (("s", ""), ("es", ""), ("ies", "y")):
        if word.endswith(ending) and word.removesuffix(ending) + instead in known:
            return word.removesuffix(ending) + instead
    return word


def taken_apart(word: str, known: Collection[str]) -> tuple[str, ...]:
    """A word that was written together, as few known words: `lastmodifieddate` -> 3 words.

    The word itself if it cannot be taken apart without rest.
    """
    if word in known or len(word) > _LONGEST_TOGETHER or not word.isalpha():
        return (word,)
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end):
            before = best[start]
            part = singular(word[start:end], known)
            if before is None or not _may_stand(part, known, last=end == len(word)):
                continue
            found = best[end]
            if found is None or len(before) + 1 < len(found):
                best[end] = (*before, part)
    return best[-1] or (word,)


def _may_stand(part: str, known: Collection[str], *, last: bool) -> bool:
    if last and part in _LAST_WORDS:
        return True
    return part in _INNER_WORDS or (len(part) >= _SHORTEST_PART and part in known)


def respelled(word: str, known: Sequence[str]) -> str | None:
    """The one known word that this one misspells by a letter: `acccount` -> account.

    A longer word that begins with a known one is another word: a persona is no person.
    """
    if len(word) < SHORTEST_SPELLED or not word.isalpha():
        return None
    near = [
        other
        for other in known
        if other[0] == word[0]
        and not word.startswith(other)
        and OSA.normalized_similarity(word, other) >= _NEAR_SPELLING
    ]
    return near[0] if len(near) == 1 else None
