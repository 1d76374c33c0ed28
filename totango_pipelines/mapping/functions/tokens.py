"""Cuts an expression into words, names, texts, numbers and signs; refuses what has no place in it.

The engine never sees the user's text: it gets what was understood, written out again. So a
comment, an escape or a quote that this reader and the engine read differently cannot matter; here
they are refused by name, because a person who writes one should hear about it.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from totango_pipelines.mapping.functions.problems import (
    Code,
    ExpressionProblem,
    ExpressionStoppedError,
    problem_at,
    problem_of_all,
    shown,
)

MOST_CHARACTERS = 4_000
"""The longest expression (mapping.md 1: Salesforce's formulas end at 3,900)."""

MOST_DIGITS = 38
"""The longest number: what the widest decimal holds (ours)."""


class TokenKind(StrEnum):
    """What a piece of the text is."""

    WORD = "word"
    NAME = "name"
    TEXT = "text"
    NUMBER = "number"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text; `text` is without quotes and escapes."""

    kind: TokenKind
    text: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these words, in any case."""
        return self.kind is TokenKind.WORD and self.text.upper() in words

    def is_sign(self, *signs: str) -> bool:
        """Whether it is one of these signs."""
        return self.kind is TokenKind.SIGN and self.text in signs


_PATTERN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<word>[^\W\d]\w*)"
    r"|(?P<name>\"(?:[^\"]|\"\")*\")"
    r"|(?P<text>'(?:[^']|'')*')"
    # The longer signs first: -- before -, <=> before <=.
    r"|(?P<long>--|/\*|->>?|:=|=>|\*\*|!~~?|\^@|<<|>>|<=>)"
    r"|(?P<sign>\|\||::|//|<=|>=|<>|!=|==|[-+*/%(),=<>])"
    r"|(?P<refused>[;$?@\[\]{}\\`^&|~!#:.])"
)
_REFUSED = {
    "--": ("starts a comment", "Remove it; the note of the mapping says why. Write a - -b apart."),
    "/*": ("starts a comment", "Remove it; use the note of the mapping."),
    ";": ("ends a statement, and an expression is none", "Remove it."),
    "->": ("starts a lambda or reads JSON", "Use json_extract_string(text, '$.path')."),
    "->>": ("reads JSON", "Use json_extract_string(text, '$.path')."),
    "[": ("starts a list or a slice", "Use substr(), left() or split_part()."),
    "{": ("starts a struct", "An attribute takes one value; remove it."),
    "$": ("starts a parameter or a dollar quote", "Write texts in single quotes."),
    "?": ("is a parameter", "Write the value itself."),
    "**": ("is a power", "Use power(a, b)."),
    "^": ("is a power", "Use power(a, b)."),
    "`": ("is no quote here", 'Write names in double quotes: "name".'),
    "~": ("is a pattern match", "Use regexp_matches(text, pattern)."),
    ".": ("parts a name", 'Write the column alone; a dot in its name needs quotes: "a.b".'),
    ":": ("stands alone", "A cast is written x::type or CAST(x AS type)."),
}
_LOOK_ALIKES = {
    **dict.fromkeys("‘’‛′", "'"),  # noqa: RUF001 - these are the look-alikes
    **dict.fromkeys("“”„″", '"'),
    **dict.fromkeys("‐‑‒–—−", "-"),  # noqa: RUF001
    **dict(zip("×÷＝，（）", "*/=,()", strict=True)),  # noqa: RUF001
    "≤": "<=",
    "≥": ">=",
}


def tokens_of(text: str) -> list[Token]:
    """The pieces of an expression, closed by one of kind END.

    Raises:
        ExpressionStoppedError: it is too long, empty, or holds something that has no place here.
    """
    _refuse_whole(text)
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        found = _PATTERN.match(text, position)
        if found is None or found.lastgroup is None:
            raise ExpressionStoppedError(_stray(text, position))
        if found.lastgroup in ("long", "refused"):
            raise ExpressionStoppedError(_refused(position, found[0]))
        if found.lastgroup != "space":
            token = _token(found)
            _refuse_glued(text, tokens, token)
            tokens.append(token)
        position = found.end()
    if not tokens:
        raise ExpressionStoppedError(_EMPTY)
    return [*tokens, Token(TokenKind.END, "", len(text), len(text))]


_EMPTY = problem_of_all(Code.SYNTAX, "the expression is empty", "Write a column or a value.")


def _refuse_whole(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise ExpressionStoppedError(
            problem_of_all(
                Code.TOO_LONG,
                f"the expression has {len(text):,} characters; {MOST_CHARACTERS:,} are the most",
                "Do a part of it in the query.",
            )
        )
    for position, character in enumerate(text):
        if character == "\0" or unicodedata.category(character) == "Cs":
            raise ExpressionStoppedError(_stray(text, position))


def _token(found: re.Match[str]) -> Token:
    kind = TokenKind(str(found.lastgroup))
    text = found[0]
    if kind in (TokenKind.NAME, TokenKind.TEXT):
        text = text[1:-1].replace(text[0] * 2, text[0])
    return Token(kind, text, found.start(), found.end())


def _refuse_glued(text: str, before: list[Token], token: Token) -> None:
    """Refuse 1abc, 0x1F, 1_000, E'..' and 'a''b' forms that engines read in their own ways."""
    if token.kind is TokenKind.NUMBER:
        _refuse_endless(token)
    if not before or before[-1].end != token.start:
        return
    last = before[-1]
    if last.kind is TokenKind.NUMBER and token.kind in (TokenKind.WORD, TokenKind.NUMBER):
        what = f"the number {shown(text[last.start : token.end])} runs into letters or another dot"
        remedy = "Write plain decimal numbers, without _ and hexadecimal digits."
    elif token.kind is TokenKind.TEXT and last.kind is TokenKind.WORD and len(last.text) == 1:
        what = f"{shown(last.text)} before a text gives it escapes"
        remedy = "Write the text in plain single quotes; '' is a quote inside it."
    else:
        return
    raise ExpressionStoppedError(problem_at(Code.SYNTAX, last.start, token.end, what, remedy))


def _refuse_endless(token: Token) -> None:
    digits = sum(character.isdigit() for character in re.split("[eE]", token.text)[0])
    if digits > MOST_DIGITS or float(token.text) == float("inf"):
        what = f"the number {shown(token.text)} cannot be held exactly"
        remedy = f"Write at most {MOST_DIGITS} plain digits."
        raise ExpressionStoppedError(problem_at(Code.SYNTAX, token.start, token.end, what, remedy))


def _refused(start: int, sign: str) -> ExpressionProblem:
    what, remedy = _REFUSED.get(
        sign, ("is no operator here", "See docs/functions.md for what there is.")
    )
    return problem_at(Code.NOT_ALLOWED, start, start + len(sign), f"{shown(sign)} {what}", remedy)


def _stray(text: str, start: int) -> ExpressionProblem:
    character = text[start]
    if character in "'\"":
        kind = "text" if character == "'" else "name"
        what, end = f"a {kind} starts and never ends", len(text)
        remedy = f"Close it with {character}; inside it, {character * 2} is one {character}."
    else:
        name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
        what, end = f"{shown(character)} ({name}) has no place in an expression", start + 1
        meant = _LOOK_ALIKES.get(character)
        remedy = (
            f"Did you mean the plain {meant} ?" if meant else "Remove it, or put it between quotes."
        )
    return problem_at(Code.SYNTAX, start, end, what, remedy)
