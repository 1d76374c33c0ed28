"""Source formats (interface only, for now)."""

from dataclasses import dataclass

from totango_pipelines.catalog.attributes import Attribute
from totango_pipelines.mapping.columns import Kind


@dataclass(frozen=True, slots=True)
class FormatProblem:
    """What is wrong with a format."""

    problem: str
    remedy: str


def format_problem(text: str, attribute: Attribute, kind: Kind) -> FormatProblem | None:
    """Not there yet."""
    return FormatProblem("uses source_format.", "Use the query.")
