"""An expression as a tree: every node knows its place in the text."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Form(StrEnum):
    """What a node is, and what its word and children mean."""

    NUMBER = "number"  # word: the digits
    TEXT = "text"  # word: the text
    WORD = "word"  # word: TRUE, FALSE or NULL
    COLUMN = "column"  # word: the name as written, without quotes
    QUOTED = "quoted"  # the same, from double quotes
    CALL = "call"  # word: the function; children: its arguments
    PREFIX = "prefix"  # word: -, + or NOT; one child
    POSTFIX = "postfix"  # word: IS NULL, IS NOT TRUE, …; one child
    BINARY = "binary"  # word: the operator; two children
    IN = "in"  # word: IN or NOT IN; the value, then the options
    BETWEEN = "between"  # word: BETWEEN or NOT BETWEEN; value, low, high
    CAST = "cast"  # word: the engine's type; one child
    TRY_CAST = "try_cast"
    INTERVAL = "interval"  # word: the unit, or empty when the text says it; one child
    CASE = "case"  # children: OPERAND?, WHEN+, ELSE?
    OPERAND = "operand"  # one child
    WHEN = "when"  # condition, value
    ELSE = "else"  # one child


PARTS = frozenset([Form.OPERAND, Form.WHEN, Form.ELSE])
"""Pieces of a CASE: no expressions of their own."""

LITERALS = frozenset([Form.NUMBER, Form.TEXT, Form.WORD])
NAMES = frozenset([Form.COLUMN, Form.QUOTED])


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the tree; it stands for the characters from `start` to `end`."""

    form: Form
    start: int
    end: int
    word: str = ""
    children: tuple["Node", ...] = ()
    height: int = field(init=False)

    def __post_init__(self) -> None:
        height = 1 + max((child.height for child in self.children), default=0)
        object.__setattr__(self, "height", height)

    def walk(self) -> Iterator["Node"]:
        """Every node of the tree, children before their parent, in reading order."""
        for child in self.children:
            yield from child.walk()
        yield self
