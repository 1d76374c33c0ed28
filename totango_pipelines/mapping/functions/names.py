"""Finds the column or value that each name of an expression means, and every function it calls."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from totango_pipelines.catalog.catalog import nearest
from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.functions.problems import (
    Code,
    ExpressionProblem,
    problem_at,
    shown,
)
from totango_pipelines.mapping.functions.refused import refusal_of
from totango_pipelines.mapping.functions.tree import NAMES, Form, Node
from totango_pipelines.mapping.functions.vocabulary import BY_NAME

RUN_VALUES = {
    "run_time": ("_run_time", "TIMESTAMPTZ"),
    "integration_id": ("_integration_id", "VARCHAR"),
}
"""Names that every expression may use, and the (column, type) they have where it is evaluated."""

_COLUMNS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Names:
    """What the names of an expression mean, by the place where each starts.

    `columns` holds positions among the columns given, `run_values` keys of RUN_VALUES.
    """

    columns: dict[int, int]
    run_values: dict[int, str]


def names_of(
    tree: Node, columns: Sequence[SourceColumn]
) -> tuple[Names, tuple[ExpressionProblem, ...]]:
    """What its names mean, and every name that means nothing or too much."""
    names = Names({}, {})
    problems = list(function_problems(tree))
    for node in tree.walk():
        if node.form in NAMES:
            problems += _resolve(node, columns, names)
    return names, tuple(sorted(problems, key=lambda each: each.start or 0))


def function_problems(tree: Node) -> tuple[ExpressionProblem, ...]:
    """Every function that there is not, or that an expression may not use."""
    calls = (node for node in tree.walk() if node.form is Form.CALL)
    found = (problem for node in calls for problem in _function_problems(node))
    return tuple(sorted(found, key=lambda each: each.start or 0))


def _function_problems(node: Node) -> Iterator[ExpressionProblem]:
    name, end = node.word, node.start + len(node.word)
    wanted = name.lower()
    if wanted in BY_NAME:
        return
    refusal = refusal_of(wanted)
    if refusal is not None:
        why, remedy = refusal
        yield problem_at(Code.NOT_ALLOWED, node.start, end, f"{shown(name + '()')} {why}", remedy)
        return
    meant = " or ".join(nearest(wanted, BY_NAME))
    hint = f"Did you mean {meant}?" if meant else "See docs/functions.md for what there is."
    if not name.isascii():
        hint = f"{hint} It holds letters that only look like a to z."
    what = f"there is no function {shown(name)}"
    yield problem_at(Code.UNKNOWN_FUNCTION, node.start, end, what, hint)


def _resolve(
    node: Node, columns: Sequence[SourceColumn], names: Names
) -> Iterator[ExpressionProblem]:
    exact = [index for index, column in enumerate(columns) if column.name == node.word]
    folded = node.word.casefold()
    alike = [index for index, each in enumerate(columns) if each.name.casefold() == folded]
    found = exact or alike
    if len(found) == 1:
        names.columns[node.start] = found[0]
    elif found:
        yield _ambiguous(node, [columns[index].name for index in found])
    elif folded in RUN_VALUES:
        names.run_values[node.start] = folded
    else:
        yield _unknown(node, [column.name for column in columns])


def _ambiguous(node: Node, names: list[str]) -> ExpressionProblem:
    choices = " or ".join(_quoted(name) for name in names)
    what = f"{shown(node.word)} may be one of several columns"
    remedy = f"Write the one you mean in double quotes and its own case: {choices}."
    return problem_at(Code.AMBIGUOUS_COLUMN, node.start, node.end, what, remedy)


def _unknown(node: Node, names: list[str]) -> ExpressionProblem:
    refusal = refusal_of(node.word)
    if refusal is not None and node.form is Form.COLUMN:
        why, remedy = refusal
        what = f"{shown(node.word)} {why}"
        return problem_at(Code.NOT_ALLOWED, node.start, node.end, what, remedy)
    meant = " or ".join(_quoted(name) for name in nearest(node.word, [*names, *RUN_VALUES]))
    listed = ", ".join(names[:_COLUMNS_SHOWN]) + (", …" if len(names) > _COLUMNS_SHOWN else "")
    remedy = f"Did you mean {meant}?" if meant else f"The query returns: {listed or 'no column'}."
    if node.form is Form.QUOTED:
        remedy += " A text is written in single quotes."
    what = f"there is no column {shown(node.word)}"
    return problem_at(Code.UNKNOWN_COLUMN, node.start, node.end, what, remedy)


def _quoted(name: str) -> str:
    """The name as an expression has to write it."""
    plain = name.isidentifier() and name.isascii()
    return name if plain else '"' + name.replace('"', '""') + '"'
