"""Finds rows whose casts must fail before they do: an error that the engine raises costs dearly.

TRY computes a vector of 2,048 rows one by one as soon as one of them raises (1 % bad cells: 20
times the time of none). So every cast, strptime and division that a row computes is asked first (by
try_cast, try_strptime, = 0), along the branches that the row takes. What this overlooks, and what
fails while it asks, still fails inside TRY.
"""

from collections.abc import Sequence

from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.functions.render import Renderer
from totango_pipelines.mapping.functions.tree import LITERALS, NAMES, Form, Node

_LONGEST = 20_000


def plainly_tried(tree: Node, renderer: Renderer) -> str:
    """A struct of one field `v`, the value; null where the value cannot be computed."""
    return f"TRY(struct_pack(v := {renderer.sql(tree)}))"


def tried(tree: Node, renderer: Renderer) -> str:
    """The same, with rows that surely fail found first."""
    struct = plainly_tried(tree, renderer)
    failure = _Guard(renderer).failure(tree)
    if failure is None or len(failure) > _LONGEST:
        return struct
    return f"CASE WHEN TRY({failure}) THEN NULL ELSE {struct} END"


class _Guard:
    """Conditions that hold for rows that surely fail; None where there is none."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    def failure(self, node: Node) -> str | None:
        name = node.word.lower() if node.form is Form.CALL else ""
        if node.form is Form.CASE:
            return self._of_case(node)
        if name in ("if", "iif"):
            return self._of_if(*node.children)
        if name in ("coalesce", "ifnull", "nvl"):
            return self._of_first(node.children)
        eager = self._computed_always(node, name)
        own = self._of_division(node, name) or self._of_cast(node)
        return _any([*(self.failure(child) for child in eager), own])

    def _computed_always(self, node: Node, name: str) -> Sequence[Node]:
        """The parts that a row computes whatever the others are."""
        if node.form in (Form.IN, Form.BETWEEN) or name == "lookup":
            return node.children[:1]
        if node.form is Form.BINARY and (node.word in ("AND", "OR") or _says_null(node)):
            return ()  # the engine may stop at what it knows already
        return () if name and _says_null(node) else node.children

    def _of_case(self, node: Node) -> str | None:
        operand = [part for part in node.children if part.form is Form.OPERAND]
        whens = [part.children for part in node.children if part.form is Form.WHEN]
        otherwise = [part.children[0] for part in node.children if part.form is Form.ELSE]
        first = operand[0].children[0] if operand else whens[0][0]
        branches = [self.failure(value) for _, value in whens]
        last = self.failure(otherwise[0]) if otherwise else None
        if last is None and not any(branches):
            return self.failure(first)
        cases = [
            f"WHEN {self._renderer.sql(condition)} THEN {branch or 'FALSE'}"
            for (condition, _), branch in zip(whens, branches, strict=True)
        ]
        head = [self._renderer.sql(first)] if operand else []
        taken = " ".join(["CASE", *head, *cases, f"ELSE {last or 'FALSE'} END"])
        return _any([self.failure(first), taken])

    def _of_if(self, condition: Node, then: Node, otherwise: Node) -> str | None:
        branches = [self.failure(then), self.failure(otherwise)]
        taken = (
            f"CASE WHEN {self._renderer.sql(condition)} THEN {branches[0] or 'FALSE'} "
            f"ELSE {branches[1] or 'FALSE'} END"
        )
        return _any([self.failure(condition), taken if any(branches) else None])

    def _of_first(self, values: Sequence[Node]) -> str | None:
        rest = self._of_first(values[1:]) if len(values) > 1 else None
        if rest is not None:
            rest = f"CASE WHEN {self._renderer.sql(values[0])} IS NULL THEN {rest} ELSE FALSE END"
        return _any([self.failure(values[0]), rest])

    def _of_division(self, node: Node, name: str) -> str | None:
        divides = (node.form is Form.BINARY and node.word in ("/", "//", "%")) or name == "mod"
        if not divides or node.children[1].form is Form.NUMBER:
            return None
        left, right = (self._renderer.sql(child) for child in node.children)
        return f"CASE WHEN {right} = 0 THEN ({left}) IS NOT NULL ELSE FALSE END"

    def _of_cast(self, node: Node) -> str | None:
        if node.form is Form.CAST and node.children[0].form not in LITERALS:
            value = self._renderer.sql(node.children[0])
            attempt = f"TRY_CAST({value} AS {node.word})"
        elif node.form is Form.CALL and node.word.lower() == "strptime":
            value, form = (self._renderer.sql(child) for child in node.children)
            attempt = f"try_strptime({value}, {form})"
        elif node.form in NAMES and self._renderer.kind_of(node) is Kind.DECIMAL_TEXT:
            value, attempt = self._renderer.cell(node), f"TRY_{self._renderer.sql(node)}"
        else:
            return None
        return f"CASE WHEN {attempt} IS NULL THEN ({value}) IS NOT NULL ELSE FALSE END"


def _any(conditions: Sequence[str | None]) -> str | None:
    found = [condition for condition in conditions if condition is not None]
    if len(found) < 2:  # noqa: PLR2004 - one condition needs no CASE around it
        return found[0] if found else None
    return f"CASE {' '.join(f'WHEN {each} THEN TRUE' for each in found)} ELSE FALSE END"


def _says_null(node: Node) -> bool:
    return any(each.form is Form.WORD and each.word == "NULL" for each in node.walk())
