"""A query before it is parsed: how long it is, how deep, and that its tokens mean one thing."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import sqlglot
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError, TokenError
from sqlglot.tokens import Token, TokenType  # type: ignore[attr-defined]  # compiled, without stubs

from totango_pipelines.errors import QueryRefusedError

MAX_BYTES = 64 * 1024
MAX_TOKENS = 20_000
# Far more than people nest, far less than overflows the parser's own stack.
MAX_DEPTH = 40
# The parser is not ours, and on some texts nobody would write it fails in ways of its own.
PARSER_FAILURES = (
    *(AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError),
    *(NotImplementedError, OverflowError),
)
# Of brackets that the parser reads more than once. One level takes up to three times as long.
MAX_RETRIED = 6
_TRIES = 3
# In tokens, each as often as it may be read: a query of the most tokens, three times.
MAX_WORK = 3 * MAX_TOKENS
MAX_SUBSCRIPTS = 50
_CLOSING = {
    TokenType.R_PAREN: TokenType.L_PAREN,
    TokenType.R_BRACKET: TokenType.L_BRACKET,
    TokenType.R_BRACE: TokenType.L_BRACE,
    TokenType.END: TokenType.CASE,
}
_OPENING = frozenset(_CLOSING.values())
# The parser makes a CASE of these, with an argument in it more than once.
_COPYING = frozenset({"div0", "div0null", "nullifzero", "zeroifnull", "sort_array"})
_LINKS = frozenset({TokenType.DOT, TokenType.COLON})
_RETRIED = frozenset({TokenType.L_BRACKET, TokenType.L_BRACE})
_HEXADECIMAL = re.compile(r"0[xobXOB]")


def check_text(text: str, dialect: str) -> Sequence[Token]:
    """Let pass what may be parsed, as its words and signs.

    Raises:
        QueryRefusedError: it is too long or too deep, or cannot be cut into tokens.
    """
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise QueryRefusedError("the query is longer than 64 KiB. Put it into a view.")
    if "\0" in text:
        raise QueryRefusedError("the query holds the character NUL. Take it out.")
    tokens = tokens_of(text, dialect)
    if len(tokens) > MAX_TOKENS:
        raise QueryRefusedError(
            f"the query has {len(tokens):,} words and signs, and {MAX_TOKENS:,} are allowed. "
            "Put it into a view, or long lists into a table."
        )
    check_nesting(tokens, dialect)
    _refuse_numbers(tokens, text)
    return tokens


def tokens_of(text: str, dialect: str) -> Sequence[Token]:
    """The words and signs of a query.

    Raises:
        QueryRefusedError: a quote or a comment is open.
    """
    try:
        return sqlglot.tokenize(text, dialect=dialect)
    except TokenError as error:
        said = (str(error).splitlines() or ["unreadable"])[0].rstrip(".")
        message = f"the query cannot be read: {said}. Check quotes and comments."
        raise QueryRefusedError(message) from None
    except (SqlglotError, *PARSER_FAILURES):
        raise unparsable() from None


def unparsable() -> QueryRefusedError:
    """The parser itself fails on the query."""
    return QueryRefusedError(
        "the query cannot be parsed. Write it in a plainer way; only a SELECT passes."
    )


@dataclass(slots=True)
class _Nesting:
    """The brackets that are open, and how often the parser reads what stands in them.

    It tries a list, a struct and a bracket behind a type as several things, one after the other,
    and copies an argument of some functions, so that each of them inside another one multiplies its work.
    """

    types: Collection[TokenType]
    still_open: list[tuple[TokenType, bool]] = field(default_factory=list)
    retried: int = 0
    subscripts: Counter[int] = field(default_factory=Counter)
    """How many belong to one value, also as a.b[1].c[2], by how many brackets are open around."""
    weight: int = 1
    """How often the parser may read the next token."""
    work: int = 0

    def take(self, before: Token | None, token: Token) -> str | None:
        """Count one more token; tells what there is too much of."""
        kind = token.token_type
        if kind in _OPENING:
            self._open(before, kind)
        elif kind in _CLOSING:
            self._close(_CLOSING[kind])
        elif (
            self.subscripts
            and kind not in _LINKS
            and (before is None or before.token_type not in _LINKS)
        ):
            self.subscripts.pop(len(self.still_open), None)
        self.work += self.weight
        return self._too_much() if kind in _OPENING or self.work > MAX_WORK else None

    def _too_much(self) -> str | None:
        if len(self.still_open) > MAX_DEPTH:
            return f"brackets are nested more than {MAX_DEPTH} deep"
        if self.retried > MAX_RETRIED or self.work > MAX_WORK:
            return (
                f"lists, structs and brackets behind a type are nested more than {MAX_RETRIED} "
                "deep, or hold too much"
            )
        if self.subscripts[len(self.still_open) - 1] > MAX_SUBSCRIPTS:
            return f"more than {MAX_SUBSCRIPTS} subscripts [...] follow each other"
        return None

    def _open(self, before: Token | None, kind: TokenType) -> None:
        behind = before is not None and (
            before.token_type in self.types or before.text.lower() in _COPYING
        )
        if kind is TokenType.L_BRACKET:
            self.subscripts[len(self.still_open)] += 1
        retried = kind in _RETRIED or (kind is TokenType.L_PAREN and behind)
        self.still_open.append((kind, retried))
        self._count(retried)

    def _close(self, kind: TokenType) -> None:
        """CASE and END are also names: a bracket closes those inside, an END no bracket."""
        place = len(self.still_open) - 1
        while place >= 0 and self.still_open[place][0] is TokenType.CASE is not kind:
            place -= 1
        if place >= 0 and self.still_open[place][0] is kind:
            self._count(-self.still_open[place][1])
            del self.still_open[place:]

    def _count(self, more: int) -> None:
        if more:
            self.retried += more
            self.weight = _TRIES**self.retried


def check_nesting(tokens: Sequence[Token], dialect: str) -> None:
    """Let pass what the parser will be done with soon.

    Raises:
        QueryRefusedError: brackets or subscripts are too many, one in another.
    """
    nesting = _Nesting(Dialect.get_or_raise(dialect).parser_class.TYPE_TOKENS)
    for before, token in zip((None, *tokens), tokens, strict=False):
        said = nesting.take(before, token)
        if said is not None:
            raise QueryRefusedError(
                f"line {token.line}, column {token.col}: {said}. Put parts into WITH."
            )


def _refuse_numbers(tokens: Sequence[Token], text: str) -> None:
    """0x1F, 1_000 and 1abc mean different things in different versions of the same engine."""
    for token, following in zip_longest(tokens, tokens[1:]):
        glued = (
            token.token_type is TokenType.NUMBER
            and following is not None
            and following.token_type is TokenType.VAR
            and following.start == token.end + 1
        )
        if glued or _HEXADECIMAL.match(text[token.start : token.start + 2]):
            raise QueryRefusedError(
                f"line {token.line}, column {token.col}: a number is followed by letters or _. "
                "Write plain decimal numbers, with a space behind them."
            )
