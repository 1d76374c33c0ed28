"""Reads an expression by a closed grammar: whatever is not in it does not exist.

Precedence is DuckDB's. Where engines differ or people misread (two comparisons in a row, NOT or IS
in the middle) parentheses are asked for instead.
"""

import re
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
from totango_pipelines.mapping.functions.tokens import Token, TokenKind, tokens_of
from totango_pipelines.mapping.functions.tree import Form, Node
from totango_pipelines.mapping.functions.types import CASTS, decimal_type

MOST_NESTING = 30
"""How deep parentheses, calls, CASE and signs may be nested (mapping.md 1)."""

MOST_HEIGHT = 100
"""How long a chain of operators may be (ours)."""

MOST_NODES = 1_000
"""How many names, values and operations an expression may have (ours)."""

_NOT, _IS, _COMPARISON, _RANGE, _SIGNED = 3, 4, 5, 6, 11
_LEVELS = {
    **{"OR": 1, "AND": 2, "IS": _IS},
    **dict.fromkeys(("=", "==", "<>", "!=", "<", ">", "<=", ">="), _COMPARISON),
    **dict.fromkeys(("IN", "BETWEEN", "LIKE", "ILIKE", "NOT"), _RANGE),
    **{"||": 7, "+": 8, "-": 8, "*": 9, "/": 9, "//": 9, "%": 9, "AT": 10},
}
_ONCE = (_IS, _COMPARISON, _RANGE)
_STATES = ("NULL", "TRUE", "FALSE")
UNITS = (
    *("year", "quarter", "month", "week", "day", "hour", "minute", "second"),
    *("millisecond", "microsecond"),
)
_AMOUNTS = re.compile(rf"\s*([+-]?\d+\s+({'|'.join(UNITS)})s?\s*)+", re.IGNORECASE | re.ASCII)
_TYPED_TEXTS = ("DATE", "TIMESTAMP", "TIMESTAMPTZ")
_RESERVED = frozenset(
    [
        *("AND", "OR", "NOT", "IN", "IS", "BETWEEN", "LIKE", "ILIKE", "CASE", "WHEN", "THEN"),
        *("ELSE", "END", "CAST", "TRY_CAST", "INTERVAL", "EXTRACT", "DISTINCT", "FROM", "AS"),
    ]
)


def parse(text: str) -> Node:
    """The tree of an expression.

    Raises:
        ExpressionStoppedError: it cannot be read, or it is too long, too deep or too large.
    """
    return _Parser(tokens_of(text)).whole()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._nodes = 0

    def whole(self) -> Node:
        tree = self._expression()
        if self._next.kind is not TokenKind.END:
            raise self._unexpected("an operator or the end")
        return tree

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    @property
    def _behind(self) -> Token:
        """The token behind the next one; the last one stays the last."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def _take(self) -> Token:
        token = self._next
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _expect(self, what: str) -> Token:
        if self._next.is_word(what) or self._next.is_sign(what):
            return self._take()
        raise self._unexpected(what)

    def _node(self, form: Form, start: int, *children: Node, word: str = "") -> Node:
        end = self._tokens[self._at - 1].end
        node = Node(form, start, end, word, children)
        self._nodes += 1
        if node.height > MOST_HEIGHT:
            what = f"a chain of more than {MOST_HEIGHT} operations ends here"
            raise _stop(Code.TOO_DEEP, start, end, what, "Use IN, CASE or lookup(), or the query.")
        if self._nodes > MOST_NODES:
            what = f"this is the {self._nodes:,}th name, value or operation"
            remedy = f"{MOST_NODES:,} are the most; do a part of it in the query."
            raise _stop(Code.TOO_LARGE, start, end, what, remedy)
        return node

    @contextmanager
    def _nested(self, opening: Token) -> Iterator[None]:
        self._depth += 1
        if self._depth > MOST_NESTING:
            what = f"{shown(opening.text)} is nested more than {MOST_NESTING} deep"
            remedy = "Take parentheses away, or do a part of it in the query."
            raise _stop(Code.TOO_DEEP, opening.start, opening.end, what, remedy)
        yield
        self._depth -= 1

    def _expression(self, lowest: int = 0) -> Node:
        left = self._prefix(lowest)
        last = _SIGNED
        while True:
            operator = self._next
            level = self._level(operator)
            if level is None or level < lowest:
                return left
            if level > last or (level == last and level in _ONCE):
                what = f"{shown(operator.text)} follows another comparison or condition"
                remedy = "Put the part that belongs together into parentheses."
                raise _stop(Code.SYNTAX, operator.start, operator.end, what, remedy)
            left = self._joined(left, level)
            last = level

    def _level(self, token: Token) -> int | None:
        if token.kind not in (TokenKind.WORD, TokenKind.SIGN):
            return None
        word = token.text.upper()
        if word == "NOT" and not self._behind.is_word("IN", "BETWEEN", "LIKE", "ILIKE"):
            return None
        return _LEVELS.get(word)

    def _joined(self, left: Node, level: int) -> Node:
        if level == _IS:
            return self._is(left)
        if level == _RANGE:
            return self._range(left)
        operator = self._take().text.upper()
        if operator == "AT":
            self._expect("TIME")
            self._expect("ZONE")
            operator = "AT TIME ZONE"
        right = self._expression(level + 1)
        return self._node(Form.BINARY, left.start, left, right, word=operator)

    def _is(self, left: Node) -> Node:
        self._take()
        no = " NOT" if self._next.is_word("NOT") and self._take() else ""
        if self._next.is_word(*_STATES):
            state = self._take().text.upper()
            return self._node(Form.POSTFIX, left.start, left, word=f"IS{no} {state}")
        self._expect("DISTINCT")
        self._expect("FROM")
        right = self._expression(_COMPARISON + 1)
        return self._node(Form.BINARY, left.start, left, right, word=f"IS{no} DISTINCT FROM")

    def _range(self, left: Node) -> Node:
        no = "NOT " if self._next.is_word("NOT") and self._take() else ""
        operator = self._take()
        word = no + operator.text.upper()
        if operator.is_word("IN"):
            options = self._arguments(self._expect("("))
            if not options:
                raise self._unexpected("a value to compare with")
            return self._node(Form.IN, left.start, left, *options, word=word)
        low = self._expression(_RANGE + 1)
        if not operator.is_word("BETWEEN"):
            return self._node(Form.BINARY, left.start, left, low, word=word)
        self._expect("AND")
        high = self._expression(_RANGE + 1)
        return self._node(Form.BETWEEN, left.start, left, low, high, word=word)

    def _prefix(self, lowest: int) -> Node:
        token = self._next
        if token.is_word("NOT"):
            if lowest > _NOT:
                remedy = "Put NOT and what it negates into parentheses."
                what = "NOT stands in the middle of an operation"
                raise _stop(Code.SYNTAX, token.start, token.end, what, remedy)
            self._take()
            with self._nested(token):
                return self._node(Form.PREFIX, token.start, self._expression(_NOT), word="NOT")
        if token.is_sign("-", "+"):
            self._take()
            with self._nested(token):
                operand = self._expression(_SIGNED)
                return self._node(Form.PREFIX, token.start, operand, word=token.text)
        node = self._primary()
        while self._next.is_sign("::"):
            self._take()
            type_name = self._type()
            node = self._node(Form.CAST, node.start, node, word=type_name)
        return node

    def _primary(self) -> Node:
        token = self._next
        if token.is_sign("("):
            self._take()
            with self._nested(token):
                node = self._expression()
            self._expect(")")
            return node
        if token.kind in (TokenKind.NUMBER, TokenKind.TEXT):
            self._take()
            return self._node(Form(token.kind.value), token.start, word=token.text)
        if token.kind is TokenKind.NAME:
            self._take()
            if self._next.is_sign("("):
                remedy = "Write the function without quotes."
                what = f"a function is called by the quoted name {shown(token.text)}"
                raise _stop(Code.NOT_ALLOWED, token.start, token.end, what, remedy)
            return self._node(Form.QUOTED, token.start, word=token.text)
        if token.kind is TokenKind.WORD:
            return self._word(token)
        raise self._unexpected("a column or a value")

    def _word(self, token: Token) -> Node:
        word = token.text.upper()
        if word in STATEMENT_WORDS and not self._behind.kind is TokenKind.TEXT:
            raise self._unexpected("a column or a value")
        match word:
            case "NULL" | "TRUE" | "FALSE":
                self._take()
                return self._node(Form.WORD, token.start, word=word)
            case "CASE":
                return self._case()
            case "CAST" | "TRY_CAST":
                return self._cast()
            case "INTERVAL":
                return self._interval()
            case "EXTRACT":
                return self._extract()
        if word in _RESERVED:
            raise self._unexpected("a column or a value")
        self._take()
        if word in _TYPED_TEXTS and self._next.kind is TokenKind.TEXT:
            said = self._take()
            text = self._node(Form.TEXT, said.start, word=said.text)
            return self._node(Form.CAST, token.start, text, word=word)
        if self._next.is_sign("("):
            arguments = self._arguments(self._take())
            return self._node(Form.CALL, token.start, *arguments, word=token.text)
        return self._node(Form.COLUMN, token.start, word=token.text)

    def _arguments(self, opening: Token) -> list[Node]:
        arguments: list[Node] = []
        with self._nested(opening):
            while not (self._next.is_sign(")") and not arguments):
                arguments.append(self._expression())
                if not self._next.is_sign(","):
                    break
                self._take()
        self._expect(")")
        return arguments

    def _case(self) -> Node:
        opening = self._take()
        parts: list[Node] = []
        with self._nested(opening):
            if not self._next.is_word("WHEN"):
                operand = self._expression()
                parts.append(self._node(Form.OPERAND, operand.start, operand))
            while not parts or self._next.is_word("WHEN") or parts[-1].form is Form.OPERAND:
                start = self._expect("WHEN").start
                condition = self._expression()
                self._expect("THEN")
                parts.append(self._node(Form.WHEN, start, condition, self._expression()))
            if self._next.is_word("ELSE"):
                start = self._take().start
                parts.append(self._node(Form.ELSE, start, self._expression()))
        self._expect("END")
        return self._node(Form.CASE, opening.start, *parts)

    def _cast(self) -> Node:
        opening = self._take()
        self._expect("(")
        with self._nested(opening):
            value = self._expression()
        self._expect("AS")
        type_name = self._type()
        self._expect(")")
        form = Form.CAST if opening.is_word("CAST") else Form.TRY_CAST
        return self._node(form, opening.start, value, word=type_name)

    def _type(self) -> str:
        first = self._take()
        words = first.text.upper() if first.kind is TokenKind.WORD else ""
        while words and self._next.is_word("PRECISION", "WITH", "WITHOUT", "TIME", "ZONE"):
            words += f" {self._take().text.upper()}"
        found = CASTS.get(words)
        if found is not None and words in ("DECIMAL", "NUMERIC") and self._next.is_sign("("):
            found = self._decimal()
        elif self._next.is_sign("("):
            found = None
        if found is None:
            names = ", ".join(dict.fromkeys(name.split("(")[0] for name in CASTS.values()))
            end = self._tokens[self._at - 1].end
            what = f"no value is cast to {shown(first.text)} here, or not with these digits"
            remedy = f"Use {names}; DECIMAL may say (digits, decimals)."
            raise _stop(Code.NOT_ALLOWED, first.start, end, what, remedy)
        return found

    def _decimal(self) -> str | None:
        self._expect("(")
        digits = [self._take()]
        if self._next.is_sign(","):
            self._take()
            digits.append(self._take())
        self._expect(")")
        if not all(each.text.isdecimal() for each in digits):
            return None
        scale = int(digits[1].text) if len(digits) > 1 else 0
        return decimal_type(int(digits[0].text), scale)

    def _interval(self) -> Node:
        opening = self._take()
        token = self._next
        amount = self._prefix(_SIGNED)
        if self._next.kind is TokenKind.WORD and self._next.text.lower().rstrip("s") in UNITS:
            unit = self._take().text.lower().rstrip("s")
            return self._node(Form.INTERVAL, opening.start, amount, word=unit)
        if amount.form is Form.TEXT and _AMOUNTS.fullmatch(amount.word):
            return self._node(Form.INTERVAL, opening.start, amount)
        what = f"an interval of {shown(token.text)} names no unit"
        remedy = f"Write e.g. INTERVAL 3 MONTH; the units are {', '.join(UNITS)}."
        raise _stop(Code.SYNTAX, opening.start, amount.end, what, remedy)

    def _extract(self) -> Node:
        opening = self._take()
        self._expect("(")
        unit = self._take()
        part = self._node(Form.TEXT, unit.start, word=unit.text)
        self._expect("FROM")
        with self._nested(opening):
            value = self._expression()
        self._expect(")")
        return self._node(Form.CALL, opening.start, part, value, word="date_part")

    def _unexpected(self, wanted: str) -> ExpressionStoppedError:
        return ExpressionStoppedError(_unexpected(self._next, self._tokens[self._at - 1], wanted))


def _stop(code: Code, start: int, end: int, what: str, remedy: str) -> ExpressionStoppedError:
    return ExpressionStoppedError(problem_at(code, start, end, what, remedy))


def _unexpected(token: Token, before: Token, wanted: str) -> ExpressionProblem:
    word = token.text.upper() if token.kind is TokenKind.WORD else ""
    if word in STATEMENT_WORDS:
        why, remedy = STATEMENT_WORDS[word]
        what = f"{shown(token.text)} {why}"
        return problem_at(Code.NOT_ALLOWED, token.start, token.end, what, remedy)
    if token.is_sign("*") and before.is_sign("(", ","):
        remedy = "Name the columns one by one; counting rows is the query's business."
        what = "'*' stands for every column"
        return problem_at(Code.NOT_ALLOWED, token.start, token.end, what, remedy)
    seen = "the expression ends" if token.kind is TokenKind.END else f"there is {shown(token.text)}"
    remedy = "Correct it; docs/functions.md has examples."
    if word in _RESERVED:
        remedy = f'A column of that name is written "{token.text}" in double quotes.'
    what = f"{seen}, where {wanted} is expected"
    return problem_at(Code.SYNTAX, token.start, token.end, what, remedy)
