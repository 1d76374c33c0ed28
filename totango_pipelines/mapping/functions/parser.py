"""Reads an expression by a closed grammar: whatever is not in it does not exist.

Precedence is DuckDB's. Where engines differ or people misread (two comparisons in a row, NOT or IS
in the middle) parentheses are asked for instead.
"""

import re
from dataclasses import replace

from totango_pipelines.mapping.functions.cursor import RESERVED, Cursor, stop
from totango_pipelines.mapping.functions.problems import Code, shown
from totango_pipelines.mapping.functions.refused import STATEMENT_WORDS
from totango_pipelines.mapping.functions.tokens import Token, TokenKind, tokens_of
from totango_pipelines.mapping.functions.tree import Form, Node
from totango_pipelines.mapping.functions.types import CASTS, decimal_type

_NOT, _IS, _COMPARISON, _RANGE, _SIGNED = 3, 4, 5, 6, 11
_LEVELS = {
    "OR": 1,
    "AND": 2,
    "IS": _IS,
    **dict.fromkeys(("=", "==", "<>", "!=", "<", ">", "<=", ">="), _COMPARISON),
    **dict.fromkeys(("IN", "BETWEEN", "LIKE", "ILIKE", "NOT"), _RANGE),
    "||": 7,
    "+": 8,
    "-": 8,
    "*": 9,
    "/": 9,
    "//": 9,
    "%": 9,
    "AT": 10,
}
_ONCE = (_IS, _COMPARISON, _RANGE)
_STATES = ("NULL", "TRUE", "FALSE")
UNITS = (
    *("year", "quarter", "month", "week", "day", "hour", "minute", "second"),
    *("millisecond", "microsecond"),
)
_AMOUNTS = re.compile(rf"\s*([+-]?\d+\s+({'|'.join(UNITS)})s?\s*)+", re.IGNORECASE | re.ASCII)
_TYPED_TEXTS = ("DATE", "TIMESTAMP", "TIMESTAMPTZ")


def parse(text: str) -> Node:
    """The tree of an expression.

    Raises:
        ExpressionStoppedError: it cannot be read, or it is too long, too deep or too large.
    """
    return _Parser(tokens_of(text)).whole()


class _Parser(Cursor):
    def whole(self) -> Node:
        tree = self._expression()
        if self.next.kind is not TokenKind.END:
            raise self.unexpected("an operator or the end")
        return tree

    def _expression(self, lowest: int = 0) -> Node:
        left = self._prefix(lowest)
        last = _SIGNED
        while True:
            operator = self.next
            level = self._level(operator)
            if level is None or level < lowest:
                return left
            if level > last or (level == last and level in _ONCE):
                what = f"{shown(operator.text)} follows another comparison or condition"
                remedy = "Put the part that belongs together into parentheses."
                raise stop(Code.SYNTAX, operator.start, operator.end, what, remedy)
            left = self._joined(left, level)
            last = level

    def _level(self, token: Token) -> int | None:
        if token.kind not in (TokenKind.WORD, TokenKind.SIGN):
            return None
        word = token.text.upper()
        if word == "NOT" and not self.behind.is_word("IN", "BETWEEN", "LIKE", "ILIKE"):
            return None
        return _LEVELS.get(word)

    def _joined(self, left: Node, level: int) -> Node:
        if level == _IS:
            return self._is(left)
        if level == _RANGE:
            return self._range(left)
        operator = self.take().text.upper()
        if operator == "AT":
            self.expect("TIME")
            self.expect("ZONE")
            operator = "AT TIME ZONE"
        right = self._expression(level + 1)
        return self.node(Form.BINARY, left.start, left, right, word=operator)

    def _is(self, left: Node) -> Node:
        self.take()
        no = " NOT" if self.skipped("NOT") else ""
        if self.next.is_word(*_STATES):
            state = self.take().text.upper()
            return self.node(Form.POSTFIX, left.start, left, word=f"IS{no} {state}")
        self.expect("DISTINCT")
        self.expect("FROM")
        right = self._expression(_COMPARISON + 1)
        return self.node(Form.BINARY, left.start, left, right, word=f"IS{no} DISTINCT FROM")

    def _range(self, left: Node) -> Node:
        no = "NOT " if self.skipped("NOT") else ""
        operator = self.take()
        word = no + operator.text.upper()
        if operator.is_word("IN"):
            options = self._arguments(self.expect("("))
            if not options:
                what, remedy = "IN has nothing to compare with", "Write IN (a, b, …)."
                raise stop(Code.SYNTAX, operator.start, operator.end, what, remedy)
            return self.node(Form.IN, left.start, left, *options, word=word)
        low = self._expression(_RANGE + 1)
        if not operator.is_word("BETWEEN"):
            return self.node(Form.BINARY, left.start, left, low, word=word)
        self.expect("AND")
        high = self._expression(_RANGE + 1)
        return self.node(Form.BETWEEN, left.start, left, low, high, word=word)

    def _prefix(self, lowest: int) -> Node:
        token = self.next
        if token.is_word("NOT"):
            if lowest > _NOT:
                remedy = "Put NOT and what it negates into parentheses."
                what = "NOT stands in the middle of an operation"
                raise stop(Code.SYNTAX, token.start, token.end, what, remedy)
            self.take()
            with self.nested(token):
                return self.node(Form.PREFIX, token.start, self._expression(_NOT), word="NOT")
        if token.is_sign("-", "+"):
            self.take()
            with self.nested(token):
                operand = self._expression(_SIGNED)
                return self.node(Form.PREFIX, token.start, operand, word=token.text)
        node = self._primary()
        while self.next.is_sign("::"):
            self.take()
            type_name = self._type()
            node = self.node(Form.CAST, node.start, node, word=type_name)
        return node

    def _primary(self) -> Node:
        token = self.next
        if token.is_sign("("):
            self.take()
            with self.nested(token):
                node = self._expression()
            end = self.expect(")").end
            # Names keep their own place, so that a problem points at the name alone.
            is_named = not node.children or node.form is Form.CALL
            return node if is_named else replace(node, start=token.start, end=end)
        if token.kind in (TokenKind.NUMBER, TokenKind.TEXT):
            self.take()
            return self.node(Form(token.kind.value), token.start, word=token.text)
        if token.kind is TokenKind.NAME:
            self.take()
            if self.next.is_sign("("):
                remedy = "Write the function without quotes."
                what = f"a function is called by the quoted name {shown(token.text)}"
                raise stop(Code.NOT_ALLOWED, token.start, token.end, what, remedy)
            return self.node(Form.QUOTED, token.start, word=token.text)
        if token.kind is TokenKind.WORD:
            return self._word(token)
        raise self.unexpected("a column or a value")

    def _word(self, token: Token) -> Node:
        word = token.text.upper()
        forms = {
            **dict.fromkeys(_STATES, self._state),
            **dict.fromkeys(("CAST", "TRY_CAST"), self._cast),
            "CASE": self._case,
            "INTERVAL": self._interval,
            "EXTRACT": self._extract,
        }
        if word in forms:
            return forms[word]()
        if word in RESERVED or word in STATEMENT_WORDS:
            raise self.unexpected("a column or a value")
        self.take()
        if word in _TYPED_TEXTS and self.next.kind is TokenKind.TEXT:
            said = self.take()
            text = self.node(Form.TEXT, said.start, word=said.text)
            return self.node(Form.CAST, token.start, text, word=word)
        if self.next.is_sign("("):
            arguments = self._arguments(self.take())
            return self.node(Form.CALL, token.start, *arguments, word=token.text)
        return self.node(Form.COLUMN, token.start, word=token.text)

    def _state(self) -> Node:
        token = self.take()
        return self.node(Form.WORD, token.start, word=token.text.upper())

    def _arguments(self, opening: Token) -> list[Node]:
        arguments: list[Node] = []
        with self.nested(opening):
            while not (self.next.is_sign(")") and not arguments):
                arguments.append(self._expression())
                if not self.next.is_sign(","):
                    break
                self.take()
        self.expect(")")
        return arguments

    def _case(self) -> Node:
        opening = self.take()
        parts: list[Node] = []
        with self.nested(opening):
            if not self.next.is_word("WHEN"):
                operand = self._expression()
                parts.append(self.node(Form.OPERAND, operand.start, operand))
            while not parts or self.next.is_word("WHEN") or parts[-1].form is Form.OPERAND:
                start = self.expect("WHEN").start
                condition = self._expression()
                self.expect("THEN")
                parts.append(self.node(Form.WHEN, start, condition, self._expression()))
            if self.next.is_word("ELSE"):
                start = self.take().start
                parts.append(self.node(Form.ELSE, start, self._expression()))
        self.expect("END")
        return self.node(Form.CASE, opening.start, *parts)

    def _cast(self) -> Node:
        opening = self.take()
        self.expect("(")
        with self.nested(opening):
            value = self._expression()
        self.expect("AS")
        type_name = self._type()
        self.expect(")")
        form = Form.CAST if opening.is_word("CAST") else Form.TRY_CAST
        return self.node(form, opening.start, value, word=type_name)

    def _type(self) -> str:
        first = self.take()
        words = first.text.upper() if first.kind is TokenKind.WORD else ""
        while words and self.next.is_word("PRECISION", "WITH", "WITHOUT", "TIME", "ZONE"):
            words += f" {self.take().text.upper()}"
        found = CASTS.get(words)
        if found is not None and words in ("DECIMAL", "NUMERIC") and self.next.is_sign("("):
            found = self._decimal()
        elif self.next.is_sign("("):
            found = None
        if found is None:
            names = ", ".join(dict.fromkeys(name.split("(")[0] for name in CASTS.values()))
            end = self._tokens[self._at - 1].end
            what = f"no value is cast to {shown(first.text)} here, or not with these digits"
            remedy = f"Use {names}; DECIMAL may say (digits, decimals)."
            raise stop(Code.NOT_ALLOWED, first.start, end, what, remedy)
        return found

    def _decimal(self) -> str | None:
        self.expect("(")
        digits = [self.take()]
        if self.next.is_sign(","):
            self.take()
            digits.append(self.take())
        self.expect(")")
        if not all(each.text.isdecimal() for each in digits):
            return None
        scale = int(digits[1].text) if len(digits) > 1 else 0
        return decimal_type(int(digits[0].text), scale)

    def _interval(self) -> Node:
        opening = self.take()
        token = self.next
        amount = self._prefix(_SIGNED)
        if self.next.kind is TokenKind.WORD and self.next.text.lower().rstrip("s") in UNITS:
            unit = self.take().text.lower().rstrip("s")
            return self.node(Form.INTERVAL, opening.start, amount, word=unit)
        if amount.form is Form.TEXT and _AMOUNTS.fullmatch(amount.word):
            return self.node(Form.INTERVAL, opening.start, amount)
        what = f"an interval of {shown(token.text)} names no unit"
        remedy = f"Write e.g. INTERVAL 3 MONTH; the units are {', '.join(UNITS)}."
        raise stop(Code.SYNTAX, opening.start, amount.end, what, remedy)

    def _extract(self) -> Node:
        opening = self.take()
        self.expect("(")
        unit = self.take()
        part = self.node(Form.TEXT, unit.start, word=unit.text)
        self.expect("FROM")
        with self.nested(opening):
            value = self._expression()
        self.expect(")")
        return self.node(Form.CALL, opening.start, part, value, word="date_part")
