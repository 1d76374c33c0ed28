"""A query before it is parsed: how long it is, how deep, and that its tokens mean one thing."""

import re
from collections.abc import Sequence
from itertools import zip_longest

import sqlglot
from sqlglot.errors import TokenError
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
_OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}
_CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}
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
    _refuse_tokens(tokens, text)
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
    except PARSER_FAILURES:
        raise unparsable() from None


def unparsable() -> QueryRefusedError:
    """The parser itself fails on the query."""
    return QueryRefusedError(
        "the query cannot be parsed. Write it in a plainer way; only a SELECT passes."
    )


def _refuse_tokens(tokens: Sequence[Token], text: str) -> None:
    depth = 0
    for token, following in zip_longest(tokens, tokens[1:]):
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        if depth > MAX_DEPTH:
            raise QueryRefusedError(
                f"line {token.line}, column {token.col}: brackets are nested more than "
                f"{MAX_DEPTH} deep. Put parts into WITH."
            )
        # 0x1F, 1_000 and 1abc mean different things in different versions of the same engine.
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
