"""Steps through the pieces of an expression and counts what it builds of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from totango_pipelines.mapping.functions.problems import (
    Code,
    ExpressionProblem,
    ExpressionStoppedError,
    problem_at,
    shown,
)
from totango_pipelines.mapping.functions.refused import STATEMENT_WORDS
from totango_pipelines.mapping.functions.tokens import Token, TokenKind
from totango_pipelines.mapping.functions.tree import Form, Node

MOST_NESTING = 30
"""How deep parentheses, calls, CASE and signs may be nested (mapping.md 1)."""

MOST_HEIGHT = 100
"""How long a chain of operators may be (ours)."""

MOST_NODES = 1_000
"""How many names, values and operations an expression may have (ours)."""

RESERVED = frozenset(
    [
        *("AND", "OR", "NOT", "IN", "IS", "BETWEEN", "LIKE", "ILIKE", "CASE", "WHEN", "THEN"),
        *("ELSE", "END", "CAST", "TRY_CAST", "INTERVAL", "EXTRACT", "DISTINCT"),
    ]
)


class Cursor:
    """The next piece, what is built up to it, and how deep and large that is."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._nodes = 0

    @property
    def next(self) -> Token:
        """The piece to read."""
        return self._tokens[self._at]

    @property
    def behind(self) -> Token:
        """The token behind the next one; the last one stays the last."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Read it; the end is never passed."""
        token = self.next
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def expect(self, what: str) -> Token:
        """Read this word or sign; anything else is a problem."""
        if self.next.is_word(what) or self.next.is_sign(what):
            return self.take()
        raise self.unexpected(what)

    def skipped(self, word: str) -> bool:
        """Read this word if it is the next; whether it was."""
        if self.next.is_word(word):
            self.take()
            return True
        return False

    def node(self, form: Form, start: int, *children: Node, word: str = "") -> Node:
        """A node that ends with the piece read last; only so many, and so high, may be."""
        end = self._tokens[self._at - 1].end
        node = Node(form, start, end, word, children)
        self._nodes += 1
        if node.height > MOST_HEIGHT:
            what = f"a chain of more than {MOST_HEIGHT} operations ends here"
            raise stop(Code.TOO_DEEP, start, end, what, "Use IN, CASE or lookup(), or the query.")
        if self._nodes > MOST_NODES:
            what = f"this is the {self._nodes:,}th name, value or operation"
            remedy = f"Use at most {MOST_NODES:,}; do a part of it in the query."
            raise stop(Code.TOO_LARGE, start, end, what, remedy)
        return node

    @contextmanager
    def nested(self, opening: Token) -> Iterator[None]:
        """One level deeper; only so deep may it be."""
        self._depth += 1
        if self._depth > MOST_NESTING:
            what = f"{shown(opening.text)} is nested more than {MOST_NESTING} deep"
            remedy = "Take parentheses away, or do a part of it in the query."
            raise stop(Code.TOO_DEEP, opening.start, opening.end, what, remedy)
        yield
        self._depth -= 1

    def unexpected(self, wanted: str) -> ExpressionStoppedError:
        """The problem that the next piece is."""
        return ExpressionStoppedError(_unexpected(self.next, self._tokens[self._at - 1], wanted))


def stop(code: Code, start: int, end: int, what: str, remedy: str) -> ExpressionStoppedError:
    """The end of reading, with the problem that ended it."""
    return ExpressionStoppedError(problem_at(code, start, end, what, remedy))


def _unexpected(token: Token, before: Token, wanted: str) -> ExpressionProblem:
    word = token.text.upper() if token.kind is TokenKind.WORD else ""
    if word in STATEMENT_WORDS:
        why, remedy = STATEMENT_WORDS[word]
        what = f"{shown(token.text)} {why}"
        remedy += f' A column of that name is written "{token.text}" in double quotes.'
        return problem_at(Code.NOT_ALLOWED, token.start, token.end, what, remedy)
    if token.is_sign("*") and (before.is_sign("(", ",") or before.kind is TokenKind.END):
        remedy = "Name the columns one by one; counting rows is the query's business."
        what = "'*' stands for every column"
        return problem_at(Code.NOT_ALLOWED, token.start, token.end, what, remedy)
    seen = "the expression ends" if token.kind is TokenKind.END else f"there is {shown(token.text)}"
    remedy = "Correct it; docs/functions.md has examples."
    if word in RESERVED:
        remedy = f'A column of that name is written "{token.text}" in double quotes.'
    what = f"{seen}, where {wanted} is expected"
    return problem_at(Code.SYNTAX, token.start, token.end, what, remedy)
