"""Checks how each function is called: how many arguments, and constants where they are asked for."""

import math
import re
from collections.abc import Iterator

from totango_pipelines.mapping.functions.allowed import UNITS_OF_DATES, Constant, Function
from totango_pipelines.mapping.functions.problems import (
    Code,
    ExpressionProblem,
    problem_at,
    shown,
)
from totango_pipelines.mapping.functions.tree import Form, Node
from totango_pipelines.mapping.functions.vocabulary import BY_NAME

LONGEST_PATTERN = 200
"""Characters of a regular expression (ours)."""

MOST_REPETITIONS = 1_000
"""What the counts in braces of a regular expression may multiply to (RE2 refuses more, too)."""

_COUNTS = re.compile(r"\{(\d*),?(\d*)\}", re.ASCII)


def call_problems(tree: Node) -> tuple[ExpressionProblem, ...]:
    """Every call with too few or too many arguments or a computed value where none may be."""
    problems: list[ExpressionProblem] = []
    for node in tree.walk():
        if node.form is Form.CALL:
            problems += _call_problems(node, BY_NAME[node.word.lower()])
    return tuple(problems)


def _call_problems(node: Node, function: Function) -> Iterator[ExpressionProblem]:
    given = len(node.children)
    least, most = function.takes
    if given < least or (most is not None and given > most):
        what = f"{function.name} is given {given} arguments"
        remedy = f"Write {function.signature}."
        yield problem_at(Code.SYNTAX, node.start, node.end, what, remedy)
        return
    for position, kind in function.constants.items():
        if position < given:
            yield from _constant_problems(node.children[position], kind, function)


def _constant_problems(
    argument: Node, kind: Constant, function: Function
) -> Iterator[ExpressionProblem]:
    wanted = Form.NUMBER if kind is Constant.NUMBER else Form.TEXT
    if argument.form is not wanted or (wanted is Form.NUMBER and not argument.word.isdecimal()):
        said = "a whole number" if wanted is Form.NUMBER else f"a constant {kind}"
        what = f"this argument of {function.signature} has to be {said}"
        remedy = "Write the value itself, not a column or something computed."
        yield problem_at(Code.NOT_ALLOWED, argument.start, argument.end, what, remedy)
    elif kind is Constant.UNIT:
        units = UNITS_OF_DATES[function.name]
        if argument.word.lower() not in units:
            what = f"{function.name} knows no {shown(argument.word)}"
            remedy = f"Use one of: {', '.join(units)}."
            yield problem_at(Code.SYNTAX, argument.start, argument.end, what, remedy)
    elif kind is Constant.PATTERN:
        yield from _pattern_problems(argument)


def _pattern_problems(argument: Node) -> Iterator[ExpressionProblem]:
    counts = [max(int(digits or 1) for digits in pair) for pair in _COUNTS.findall(argument.word)]
    large = math.prod(max(count, 1) for count in counts) > MOST_REPETITIONS
    if len(argument.word) > LONGEST_PATTERN or large:
        what = "the pattern is too large"
        remedy = (
            f"Use at most {LONGEST_PATTERN} characters, and counts in braces that multiply to "
            f"{MOST_REPETITIONS:,} at most."
        )
        yield problem_at(Code.TOO_LARGE, argument.start, argument.end, what, remedy)
