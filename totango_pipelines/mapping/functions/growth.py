"""How much text an expression can make of a row, known before any row is read.

The engine's memory limit does not bound the texts inside one expression (mapping.md 1), so the
bound is static: the result of a node takes at most `cells * L + bytes` bytes, L being the longest
cell of the row. What counts is the sum over all operations, since the engine holds them at once.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from totango_pipelines.mapping.columns import Kind, SourceColumn
from totango_pipelines.mapping.functions.allowed import Growth
from totango_pipelines.mapping.functions.names import Names
from totango_pipelines.mapping.functions.problems import Code, ExpressionProblem, problem_of_all
from totango_pipelines.mapping.functions.tree import NAMES, Form, Node
from totango_pipelines.mapping.functions.vocabulary import BY_NAME

MOST_CELLS = 32
"""How many times the longest cell of a row all texts of an expression may be (ours)."""

MOST_BYTES = 32_000
"""How many bytes more they may be (ours)."""

MOST_WORK = 5_000
"""How many operations the engine may make of an expression: CASE x, nullif() repeat theirs."""

_PRINTED = 64  # more than any number, date or hash takes as text
_A_SPECIFIER = 32  # more than any part of a strftime format takes, e.g. %c
_WIDEST_CHARACTER = 4
_GROUP = re.compile(r"\\[0-9]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Size:
    """At most `cells` times the longest cell and `bytes` more."""

    cells: float = 0
    bytes: float = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(self.cells + other.cells, self.bytes + other.bytes)

    def __mul__(self, factor: float) -> "Size":
        return Size(self.cells * factor, self.bytes * factor)

    def __or__(self, other: "Size") -> "Size":
        return Size(max(self.cells, other.cells), max(self.bytes, other.bytes))


def growth_problems(
    tree: Node, names: Names, columns: Sequence[SourceColumn]
) -> tuple[ExpressionProblem, ...]:
    """Whether the expression may make too much text or work of a row."""
    meter = _Meter(names, columns)
    meter.size(tree)
    problems = []
    if meter.total.cells > MOST_CELLS or meter.total.bytes > MOST_BYTES:
        what = (
            f"the expression can make texts of {meter.total.cells:,.0f} times the longest cell and "
            f"{meter.total.bytes:,.0f} bytes; {MOST_CELLS} times and {MOST_BYTES:,} are the most"
        )
        problems.append(problem_of_all(Code.TOO_LARGE, what, "Replace and join less at once."))
    return (*problems, *work_problems(tree))


def work_problems(tree: Node) -> tuple[ExpressionProblem, ...]:
    """Whether the expression may make too much work of a row, whatever the columns are."""
    work = _work(tree)
    if work <= MOST_WORK:
        return ()
    what = f"the expression takes {work:,} operations a row; {MOST_WORK:,} are the most"
    remedy = "Nest CASE, lookup(), nullif() and split_part() less deeply."
    return (problem_of_all(Code.TOO_LARGE, what, remedy),)


def _work(node: Node) -> int:
    """The operations of a node once the engine has written its abbreviations out."""
    parts = [_work(child) for child in node.children]
    name = node.word.lower() if node.form is Form.CALL else ""
    if node.form is Form.CASE and node.children[0].form is Form.OPERAND:
        return parts[0] * (len(parts) - 1) + sum(parts[1:])
    if name == "lookup":
        return parts[0] * (len(parts) // 2) + sum(parts[1:])
    if name in ("nullif", "split_part"):
        return 1 + 2 * sum(parts)
    return 1 + sum(parts)


class _Meter:
    def __init__(self, names: Names, columns: Sequence[SourceColumn]) -> None:
        self._names = names
        self._columns = columns
        self.total = Size()

    def size(self, node: Node) -> Size:
        parts = [self.size(child) for child in node.children]
        if node.form in NAMES:
            return self._of_name(node)
        if node.form is Form.TEXT:
            return Size(bytes=_bytes(node))
        size = self._of_call(node, parts) if node.form is Form.CALL else _of_form(node, parts)
        if size is None:
            return Size(bytes=_PRINTED)
        self.total += size
        return size

    def _of_name(self, node: Node) -> Size:
        index = self._names.columns.get(node.start)
        is_text = index is not None and self._columns[index].kind is Kind.TEXT
        return Size(cells=1) if is_text else Size(bytes=_PRINTED)

    def _of_call(self, node: Node, parts: list[Size]) -> Size | None:
        match BY_NAME[node.word.lower()].growth:
            case Growth.SMALL:
                return None
            case Growth.SAME:
                return parts[0]
            case Growth.FOLDED:
                return parts[0] * 2
            case Growth.WIDEST:
                return _widest(parts)
            case Growth.SUM:
                return sum(parts, Size())
        return _of_constants(node, parts)


def _of_constants(node: Node, parts: list[Size]) -> Size:
    """A call whose constants say how long it gets."""
    said = [_bytes(child) for child in node.children]
    match BY_NAME[node.word.lower()].growth:
        case Growth.JOINED:
            return sum(parts[1:], Size()) + parts[0] * len(parts)
        case Growth.REPLACED:
            return parts[0] * max(1, said[2] / max(1, said[1]))
        case Growth.TRANSLATED:
            return parts[0] * _WIDEST_CHARACTER
        case Growth.FORMATTED:
            return Size(bytes=_A_SPECIFIER * said[1])
    return _regex_replaced(node, parts[0])


def _of_form(node: Node, parts: list[Size]) -> Size | None:
    if node.form is Form.BINARY and node.word == "||":
        return sum(parts, Size())
    if node.form in (Form.CASE, Form.CAST, Form.TRY_CAST, Form.ELSE, Form.OPERAND):
        return _widest(parts)
    return parts[1] if node.form is Form.WHEN else None


def _widest(parts: list[Size]) -> Size:
    widest = Size(bytes=_PRINTED)
    for part in parts:
        widest |= part
    return widest


def _regex_replaced(node: Node, text: Size) -> Size:
    """Every place may be empty, so there is one more than characters; a group is never twice."""
    by = node.children[2]
    groups = len(_GROUP.findall(by.word))
    is_global = len(node.children) > 3 and "g" in node.children[3].word  # noqa: PLR2004
    written = _bytes(by)
    places = text + Size(bytes=1) if is_global else Size(bytes=1)
    return text * (1 + groups) + places * written


def _bytes(node: Node) -> int:
    return len(node.word.encode())
