"""What is wrong with an expression, said with its place in the text."""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Why an expression is not accepted."""

    SYNTAX = "EXPRESSION_SYNTAX"
    UNKNOWN_COLUMN = "UNKNOWN_COLUMN"
    AMBIGUOUS_COLUMN = "AMBIGUOUS_COLUMN"
    UNKNOWN_FUNCTION = "UNKNOWN_FUNCTION"
    NOT_ALLOWED = "NOT_ALLOWED"
    TOO_LONG = "EXPRESSION_TOO_LONG"
    TOO_DEEP = "EXPRESSION_TOO_DEEP"
    TOO_LARGE = "EXPRESSION_TOO_LARGE"
    TYPE_MISMATCH = "TYPE_MISMATCH"


@dataclass(frozen=True, slots=True)
class ExpressionProblem:
    """One thing to mend in an expression.

    `start` and `end` are 0-based character offsets into the text, `end` exclusive; both are None
    when the problem concerns the text as a whole. `problem` says the place in words, 1-based.
    """

    code: str
    problem: str
    remedy: str
    start: int | None
    end: int | None


class ExpressionStoppedError(Exception):
    """Reading cannot go on behind this problem; it never leaves check_expression()."""

    def __init__(self, problem: ExpressionProblem) -> None:
        self.problem = problem
        super().__init__(problem.problem)


def problem_at(code: Code, start: int, end: int, what: str, remedy: str) -> ExpressionProblem:
    """A problem with the piece from `start` to `end`; `what` is a sentence without its full stop."""
    return ExpressionProblem(str(code), f"at character {start + 1}: {what}.", remedy, start, end)


def problem_of_all(code: Code, what: str, remedy: str) -> ExpressionProblem:
    """A problem with the text as a whole; `what` is a sentence without its full stop."""
    return ExpressionProblem(str(code), f"{what}.", remedy, None, None)


_SHOWN = 40


def shown(piece: str) -> str:
    """A piece of the text for a message: quoted, on one line, not too long."""
    return repr(piece if len(piece) <= _SHOWN else piece[: _SHOWN - 1] + "…")
