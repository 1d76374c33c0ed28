"""Which table columns the columns of a checked query are made of, as far as its text tells."""

from collections.abc import Iterator, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, build_scope

from totango_pipelines.extract.query import CheckedQuery, Table, table_parts

Origin = tuple[Table, str]
"""A table, and a column of it."""


def column_origins(query: CheckedQuery, columns: Sequence[str]) -> dict[str, tuple[Origin, ...]]:
    """The table columns that each output column is made of, as far as the query alone tells.

    A column of which nothing is known is missing; `SELECT *` from one table says where each of
    `columns` comes from, from several tables it does not.
    """
    try:
        tree = sqlglot.parse_one(query.sql, dialect=query.dialect)
        scope = build_scope(tree)
        if scope is None:
            return {}
        found = {name: tuple(dict.fromkeys(_origins(scope, name))) for name in columns}
    except (SqlglotError, RecursionError):
        return {}
    return {name: origins for name, origins in found.items() if origins}


def _origins(scope: Scope, name: str) -> Iterator[Origin]:
    expression = scope.expression
    if isinstance(expression, exp.SetOperation):
        yield from _set_origins(scope, name)
        return
    if not isinstance(expression, exp.Select):
        return
    for projection in expression.selects:
        if projection.is_star:
            yield from _star_origins(scope, projection, name)
        elif projection.alias_or_name == name:
            for column in projection.find_all(exp.Column):
                yield from _column_origins(scope, column.table, column.name)


def _set_origins(scope: Scope, name: str) -> Iterator[Origin]:
    """Set operations match by position; the first query gives the names."""
    left = scope.set_operation_scopes[0]
    names = _output_names(left)
    yield from _origins(left, name)
    for other in scope.set_operation_scopes[1:]:
        others = _output_names(other)
        if name in names and len(others) == len(names) and "*" not in others:
            yield from _origins(other, others[names.index(name)])


def _output_names(scope: Scope) -> list[str]:
    return scope.expression.named_selects if isinstance(scope.expression, exp.Query) else []


def _star_origins(scope: Scope, star: exp.Expr, name: str) -> Iterator[Origin]:
    left_out = {column.name for column in (star.find(exp.Star) or star).args.get("except_") or ()}
    if name not in left_out:
        yield from _column_origins(scope, star.table if isinstance(star, exp.Column) else "", name)


def _column_origins(scope: Scope, qualifier: str, name: str) -> Iterator[Origin]:
    sources = scope.selected_sources
    if qualifier:
        chosen = [source for key, (_, source) in sources.items() if key == qualifier]
    else:
        chosen = [source for _, source in sources.values()]
    if len(chosen) != 1:
        return
    source = chosen[0]
    if isinstance(source, Scope):
        yield from _origins(source, name)
    elif isinstance(source.this, exp.Identifier):
        yield table_parts(source), name
