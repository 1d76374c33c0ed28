"""The text that will be run: every name before a bracket is on a list, and it reads as it was meant.

The tree says what a query means to this project's parser. What an engine calls is what stands in
the text, so the text is looked at, too, by names alone.
"""

from collections import Counter
from collections.abc import Sequence

from sqlglot import exp
from sqlglot.tokens import Token, TokenType  # type: ignore[attr-defined]  # compiled, without stubs

from totango_pipelines.extract.guard.functions import CALLABLE
from totango_pipelines.extract.guard.tree import not_allowed
from totango_pipelines.extract.guard.words import words_of

_GRAMMAR = words_of("grammar")
_NAMES = _GRAMMAR["grammar"] | _GRAMMAR["types"]


def check_written(tokens: Sequence[Token], tree: exp.Query, dialect: str) -> None:
    """Let a text, as tokens, pass in which every name before a bracket may stand there.

    Raises:
        QueryRefusedError: a name is on no list, or is called in somebody's schema.
    """
    callable_ = CALLABLE[dialect]
    if not callable_.complete:
        return
    unknown: Counter[str] = Counter()
    for place, token in enumerate(tokens[:-1]):
        if tokens[place + 1].token_type is not TokenType.L_PAREN:
            continue
        name = token.text.lower()
        before = tokens[place - 1].token_type if place else None
        quoted = token.token_type is TokenType.IDENTIFIER
        if before is TokenType.DOT:
            owner = tokens[place - 2].text.lower()
            if owner != "pg_catalog" or not callable_.named(name):
                raise not_allowed(f"{owner}.{name}", dialect)
        elif (quoted or name.replace("_", "").isalnum()) and not (
            callable_.named(name) or (name in _NAMES and not quoted)
        ):
            unknown[name] += 1
    # What is left may be the names of WITH and of aliases, which have brackets of columns.
    unknown.subtract(_names_with_columns(tree))
    for name, count in unknown.items():
        if count > 0:
            raise not_allowed(name, dialect)


def _names_with_columns(tree: exp.Query) -> Counter[str]:
    return Counter(
        alias.name.lower()
        for alias in tree.find_all(exp.TableAlias)
        if alias.args.get("columns") and alias.name
    )
