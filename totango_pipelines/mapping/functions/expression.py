"""Checks an expression of the Function Editor before it is saved (decision 9).

The text is read by a closed grammar, its names and functions are looked up, its growth is bounded,
and only what was understood is written out again and typed by the engine that will run it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from totango_pipelines.mapping.columns import Kind, SourceColumn
from totango_pipelines.mapping.functions.constants import call_problems
from totango_pipelines.mapping.functions.engine_types import Typed, probe_problems, typed
from totango_pipelines.mapping.functions.growth import growth_problems, work_problems
from totango_pipelines.mapping.functions.names import function_problems, names_of
from totango_pipelines.mapping.functions.parser import parse
from totango_pipelines.mapping.functions.problems import ExpressionProblem, ExpressionStoppedError
from totango_pipelines.mapping.functions.render import Renderer
from totango_pipelines.mapping.functions.tree import NAMES
from totango_pipelines.mapping.functions.types import kind_of

__all__ = ["CheckedExpression", "ExpressionProblem", "check_expression", "check_text"]


@dataclass(frozen=True, slots=True)
class CheckedExpression:
    """An expression that may run.

    `sql` is DuckDB's, over columns c0, c1, … (the positions of the columns it was checked with),
    `_run_time` (TIMESTAMPTZ) and `_integration_id` (VARCHAR). It is evaluated as
    `TRY(struct_pack(v := <sql>))` by an engine set up by evaluation.prepare_engine(): a null struct
    is a row that failed, a null `v` is a null. `tried` is the same, faster where rows fail. `kind`
    is None when no attribute takes such values. `columns` are those it reads, in the order of their
    first mention.
    """

    sql: str
    type_name: str
    kind: Kind | None
    columns: tuple[SourceColumn, ...]
    tried: str


def check_text(text: str) -> tuple[ExpressionProblem, ...]:
    """Every problem that the text has whatever the columns are.

    These are all but names of columns, and types and lengths that follow from columns.
    """
    try:
        tree = parse(text)
    except ExpressionStoppedError as error:
        return (error.problem,)
    if not any(node.form in NAMES for node in tree.walk()):
        checked = check_expression(text, ())
        return checked if isinstance(checked, tuple) else ()
    return (
        function_problems(tree)
        or call_problems(tree)
        or work_problems(tree)
        or probe_problems(text, tree)
    )


def check_expression(
    text: str, columns: Sequence[SourceColumn]
) -> CheckedExpression | tuple[ExpressionProblem, ...]:
    """The expression, ready to run over these columns, or every problem found in it."""
    try:
        tree = parse(text)
    except ExpressionStoppedError as error:
        return (error.problem,)
    names, problems = names_of(tree, columns)
    if problems:
        return problems
    problems = call_problems(tree) or growth_problems(tree, names, columns)
    if problems:
        return problems
    found = typed(text, tree, names, columns)
    if not isinstance(found, Typed):
        return found
    read = dict.fromkeys(names.columns[start] for start in sorted(names.columns))
    return CheckedExpression(
        sql=Renderer(names, columns).sql(tree),
        type_name=found.type_name,
        kind=kind_of(found.type_name),
        columns=tuple(columns[index] for index in read),
        tried=found.tried,
    )
