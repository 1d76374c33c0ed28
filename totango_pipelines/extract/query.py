"""The guard on what an integration may ask its source.

It is the first of several layers: each engine also runs the query in a read-only session of its
own. What is run is the checked tree, written out again, never the user's text: a comment or a
quote that this parser and the engine read differently is gone by then. An expression without an
alias is therefore named by the engine after the rewritten text: give it one.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokens import Token  # type: ignore[attr-defined]  # compiled, without stubs

from totango_pipelines.connections.parameters import BINDING, Parameters
from totango_pipelines.errors import QueryRefusedError
from totango_pipelines.extract.guard.functions import CALLABLE
from totango_pipelines.extract.guard.text import (
    PARSER_FAILURES,
    check_nesting,
    check_text,
    tokens_of,
    unparsable,
)
from totango_pipelines.extract.guard.tree import MOVE, VIEW, check_tree, named
from totango_pipelines.extract.guard.writing import written
from totango_pipelines.extract.guard.written import check_written
from totango_pipelines.extract.moments import moment_literal, moment_place, moment_value
from totango_pipelines.integrations.partition import WINDOW_END, WINDOW_START, Window

Table = tuple[str, ...]
"""A table's name in parts: catalog, schema, table, as far as given."""

NO_PARTITION = (
    "the query names :window_start or :window_end, and the integration has no partition. "
    'Add `partition: {by: day, start: "2026-01-01"}`, or take them out.'
)
_TOO_DEEP = "the query is nested too deeply. Put parts into WITH."
_SOME_WINDOW = Window(datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 1, 2, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class CheckedQuery:
    """One read-only SELECT, written out from its tree, and the tables it reads."""

    sql: str
    dialect: str
    tables: tuple[Table, ...]
    """Without the names of its own WITH; in the order of their first mention."""
    needs_window: bool = False
    """It names :window_start or :window_end, and nothing stands there yet: it cannot be run."""
    parameters: Parameters = ()
    """What the source binds to the places of `sql`."""


@lru_cache(maxsize=2048)
def check_query(text: str, *, dialect: str, window: Window | None = None) -> CheckedQuery:
    """Let one read-only SELECT pass, in the words that the source will get.

    The moments of `window` take the places of :window_start and :window_end, bound where the
    source binds. Answers are kept: every load of the code location asks for every integration's
    query again.

    Raises:
        QueryRefusedError: it is anything else, or cannot be parsed.
    """
    if dialect not in CALLABLE:
        raise QueryRefusedError(
            f"there is no list of what a query may do in {dialect!r}, so nothing is allowed there. "
            f"Dialects with a list: {', '.join(CALLABLE)}."
        )
    try:
        tree = _parsed(check_text(text, dialect), text, dialect)
        tables = tuple(_tables(tree))
        places = tuple(tree.find_all(exp.Placeholder, exp.Parameter))
        shown = tree
        if places:
            shown = _with_moments(tree.copy(), dialect, window or _SOME_WINDOW)
        check_tree(shown, dialect)
        sql = written(shown, dialect)
        _check_reread(sql, shown, dialect)
        if places and window is None and dialect not in BINDING:
            sql = written(tree, dialect)
    except RecursionError:
        raise QueryRefusedError(_TOO_DEEP) from None
    return CheckedQuery(
        sql=sql,
        dialect=dialect,
        tables=tables,
        needs_window=bool(places) and window is None,
        parameters=_moments(places, window, dialect) if window and dialect in BINDING else (),
    )


def tables_read(text: str, *, dialect: str) -> tuple[Table, ...]:
    """The tables that a query names, whether or not it may be run: in a third of the time.

    Raises:
        QueryRefusedError: it is not one SELECT, or cannot be parsed.
    """
    try:
        return tuple(_tables(_parsed(check_text(text, dialect), text, dialect)))
    except RecursionError:
        raise QueryRefusedError(_TOO_DEEP) from None


def _parsed(tokens: Sequence[Token], text: str, dialect: str) -> exp.Query:
    parser = Dialect.get_or_raise(dialect).parser()
    try:
        with _quiet_parser():
            statements = [tree for tree in parser.parse(list(tokens), text) if tree]
    except ParseError as error:
        raise QueryRefusedError(_where_it_breaks(error)) from None
    except (SqlglotError, *PARSER_FAILURES):
        raise unparsable() from None
    if not statements:
        raise QueryRefusedError(f"the query is empty. {MOVE}")
    if len(statements) > 1:
        message = f"the query holds {len(statements)} statements, and one is allowed. {MOVE}"
        raise QueryRefusedError(message)
    root = statements[0]
    if not isinstance(root, exp.Select | exp.SetOperation | exp.Subquery):
        raise QueryRefusedError(f"the query is {named(root)}, not a SELECT. {MOVE}")
    return root


def _check_reread(sql: str, tree: exp.Query, dialect: str) -> None:
    """What is run must read as what was checked, or a quote or a comment slipped through."""
    tokens = tokens_of(sql, dialect)
    try:
        # The text may be deeper than the user's: BigQuery's AT TIME ZONE is two calls there.
        check_nesting(tokens, dialect)
        again = _parsed(tokens, sql, dialect)
        same = again == tree or written(again, dialect) == sql
    except QueryRefusedError:
        same = False
    if not same:
        raise QueryRefusedError(
            f"the query cannot be written out again for {dialect} without changing. Write it in "
            f"a plainer way. {VIEW}"
        )
    check_tree(again, dialect)
    check_written(tokens, again, dialect)


def _moments(places: Sequence[exp.Expr], window: Window, dialect: str) -> Parameters:
    """Only those that the query names: DuckDB refuses a value too many."""
    moments = {WINDOW_START: window.start, WINDOW_END: window.end}
    named_there = {place.name for place in places}
    return tuple(
        (name, moment_value(moment, dialect))
        for name, moment in moments.items()
        if name in named_there
    )


def _with_moments(tree: exp.Query, dialect: str, window: Window) -> exp.Query:
    moments = {WINDOW_START: window.start, WINDOW_END: window.end}
    for place in list(tree.find_all(exp.Placeholder)):
        name, beside = place.name, place.parent
        if name in moments and dialect in BINDING:
            place.replace(moment_place(name, dialect, beside=beside))
        elif name in moments:
            place.replace(moment_literal(moments[name], dialect, beside=beside))
    return tree


def _tables(tree: exp.Query) -> Iterator[Table]:
    """Real tables: a name counts as a WITH only where that WITH is in sight."""
    seen = set()
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            continue  # a function in FROM
        parts = table_parts(table)
        if len(parts) == 1 and _is_with_name(table, parts[0]):
            continue
        if parts not in seen:
            seen.add(parts)
            yield parts


def _is_with_name(table: exp.Table, name: str) -> bool:
    node: exp.Expr | None = table
    inside: exp.CTE | None = None
    while node is not None:
        if isinstance(node, exp.CTE):
            inside = node
        clause = node.args.get("with_") or node.args.get("with")
        if isinstance(clause, exp.With):
            for cte in clause.expressions:
                if cte is inside and not clause.args.get("recursive"):
                    break  # a WITH sees those before it, and itself only if recursive
                if cte.alias.lower() == name.lower():
                    return True
        node = node.parent
    return False


def table_parts(table: exp.Table) -> Table:
    """The name of a table, in parts."""
    return tuple(part.name for part in table.parts)


def _where_it_breaks(error: ParseError) -> str:
    detail = error.errors[0] if error.errors else {}
    reason = str(detail.get("description") or "").split("<Token")[0].strip().rstrip(".")
    reason = reason.removesuffix(" but got") or "it cannot be parsed"
    near = str(detail.get("highlight") or "").strip()
    place = f"line {detail['line']}, column {detail['col']}: " if detail.get("line") else ""
    shown = f" near {near!r}" if near else ""
    return f"{place}the query cannot be parsed{shown}: {reason}. Correct it; only a SELECT passes."


class _quiet_parser:  # noqa: N801 - reads as the statement that it is
    """sqlglot warns in its log when it gives up on a statement; ours is an error that says so."""

    def __enter__(self) -> None:
        self._logger = logging.getLogger("sqlglot")
        self._was = self._logger.disabled
        self._logger.disabled = True

    def __exit__(self, *_: object) -> None:
        self._logger.disabled = self._was
