"""Reads the closed lists of this package: words in TOML files, so that a list is a list."""

import tomllib
from importlib.resources import files


def words_of(name: str) -> dict[str, frozenset[str]]:
    """The lists of one file of `lists`, by their keys."""
    text = (files(__package__) / "lists" / f"{name}.toml").read_text("utf-8")
    return {key: frozenset(words.split()) for key, words in tomllib.loads(text).items()}
