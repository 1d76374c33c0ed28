"""Asks the engine itself, over a row of its own, which type an expression has and whether it fits."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache

import duckdb

from totango_pipelines.engine import Config
from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.functions.guard import plainly_tried, tried
from totango_pipelines.mapping.functions.names import RUN_VALUES, Names
from totango_pipelines.mapping.functions.problems import (
    Code,
    ExpressionProblem,
    problem_at,
    problem_of_all,
    shown,
)
from totango_pipelines.mapping.functions.render import Renderer, filled
from totango_pipelines.mapping.functions.tree import NAMES, PARTS, Form, Node
from totango_pipelines.mapping.functions.types import stored_type
from totango_pipelines.mapping.functions.vocabulary import BY_NAME
from totango_pipelines.quoting import comma, literal

_CLOSED: Config = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": "256MB",
    "threads": 1,
    "ieee_floating_point_ops": False,
    "disabled_optimizers": "common_subexpressions",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """The engine's name of the result's type, and the struct {v} that evaluates it."""

    type_name: str
    tried: str


def typed(
    text: str, tree: Node, names: Names, columns: Sequence[SourceColumn]
) -> Typed | tuple[ExpressionProblem, ...]:
    """The type of the result, or every place where types do not fit.

    An expression without any column is also computed once, since it is the same for every row.
    """
    problems = probe_problems(text, tree)
    if problems:
        return problems
    renderer = Renderer(names, columns)
    with closing(_closed_engine().cursor()) as engine:
        typist = _Typist(engine, _some_row(names, columns), renderer, text)
        found = typist.type_of(tree)
        if isinstance(found, duckdb.Error):
            return tuple(typist.misfits(tree)) or (_whole(found),)
        if not any(node.form in NAMES for node in tree.walk()):
            failure = _failure(engine, f"SELECT {renderer.sql(tree)}")
            if failure is not None:
                return (_whole(failure),)
        guarded = tried(tree, renderer)
        failure = _failure(engine, f"SELECT {guarded} FROM {typist.row}")
        return Typed(found, guarded if failure is None else plainly_tried(tree, renderer))


@cache
def _closed_engine() -> duckdb.DuckDBPyConnection:
    """One engine for all checks: opening it takes ten times as long as a check."""
    engine = duckdb.connect(config=_CLOSED)
    engine.execute("SET lock_configuration = true")
    return engine


def _some_row(names: Names, columns: Sequence[SourceColumn]) -> str:
    """A row whose columns have the types that they have in a run, and values nobody foresees."""
    types = {f"c{index}": stored_type(columns[index]) for index in names.columns.values()}
    types |= dict(RUN_VALUES.values())
    cells = [
        f"TRY_CAST(CAST(range AS VARCHAR) AS {kind}) AS {name}" for name, kind in types.items()
    ]
    return f"(SELECT {comma(cells)} FROM range(1))"


@dataclass(frozen=True, slots=True)
class _Typist:
    """Types the nodes of one expression."""

    engine: duckdb.DuckDBPyConnection
    row: str
    renderer: Renderer
    text: str

    def type_of(self, node: Node) -> str | duckdb.Error:
        """The engine's name of the type, or why there is none.

        It also runs over a row: some conditions on constants fail before any row is read, where
        TRY cannot catch them.
        """
        sql = self.renderer.sql(node)
        try:
            found = self.engine.execute(f"DESCRIBE SELECT {sql} AS v FROM {self.row}").fetchone()
            plain = plainly_tried(node, self.renderer)
            self.engine.execute(f"SELECT {plain} FROM {self.row}").fetchall()
        except duckdb.FatalException as error:
            _closed_engine.cache_clear()  # it answers nothing any more
            return error
        except duckdb.Error as error:
            return error
        return str(found[1]).strip('"') if found else "NULL"

    def misfits(self, tree: Node) -> Iterator[ExpressionProblem]:
        """The smallest pieces that the engine refuses: all of their own parts are fine."""
        bad: set[int] = set()
        for node in tree.walk():
            if any(id(child) in bad for child in node.children):
                bad.add(id(node))
            elif node.form not in PARTS:
                found = self.type_of(node)
                if isinstance(found, duckdb.Error):
                    bad.add(id(node))
                    yield self._misfit(node, found)

    def _misfit(self, node: Node, error: duckdb.Error) -> ExpressionProblem:
        whole = [[each] if each.form not in PARTS else each.children for each in node.children]
        types = [str(self.type_of(part)) for parts in whole for part in parts]
        is_call = node.form is Form.CALL
        operation = f"{node.word.lower()}()" if is_call else node.word or node.form.upper()
        what = (
            f"{shown(self.text[node.start : node.end])} does not fit: {operation} with "
            f"{comma(types) or 'nothing'} ({_said_by(error)})"
        )
        remedy = "Cast what it works on, e.g. CAST(x AS VARCHAR) or strptime(x, '%d.%m.%Y')."
        return problem_at(Code.TYPE_MISMATCH, node.start, node.end, what, remedy)


def _failure(engine: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Error | None:
    try:
        engine.execute(sql).fetchall()
    except duckdb.Error as error:
        return error
    return None


def probe_problems(text: str, tree: Node) -> tuple[ExpressionProblem, ...]:
    """Patterns, formats and zones that the engine cannot use: some would escape TRY."""
    with closing(_closed_engine().cursor()) as engine:
        return tuple(_probe_problems(engine, text, tree))


def _probe_problems(
    engine: duckdb.DuckDBPyConnection, text: str, tree: Node
) -> Iterator[ExpressionProblem]:
    for node in tree.walk():
        function = BY_NAME[node.word.lower()] if node.form is Form.CALL else None
        if function is not None and function.probe is not None:
            arguments = [
                literal(each.word) if each.form is Form.TEXT else each.word
                for each in node.children
            ]
            yield from _probed(engine, text, node, filled(function.probe, arguments))
        if node.form is Form.BINARY and node.word == "AT TIME ZONE":
            zone = node.children[1]
            if zone.form is not Form.TEXT:
                what = f"the zone {shown(text[zone.start : zone.end])} has to be a constant text"
                remedy = "Write e.g. AT TIME ZONE 'Europe/Paris'."
                yield problem_at(Code.NOT_ALLOWED, zone.start, zone.end, what, remedy)
            else:
                probe = f"timezone({literal(zone.word)}, TIMESTAMP '2000-01-01')"
                yield from _probed(engine, text, zone, probe)


def _probed(
    engine: duckdb.DuckDBPyConnection, text: str, node: Node, probe: str
) -> Iterator[ExpressionProblem]:
    failure = _failure(engine, f"SELECT {probe}")
    if failure is not None:
        what = f"{shown(text[node.start : node.end])} cannot work: {_said_by(failure)}"
        remedy = "Correct the pattern, format, path or zone in it."
        yield problem_at(Code.SYNTAX, node.start, node.end, what, remedy)


def _whole(error: duckdb.Error) -> ExpressionProblem:
    what = f"the expression can never be computed: {_said_by(error)}"
    return problem_of_all(Code.TYPE_MISMATCH, what, "Mend the value or the type it is cast to.")


_LONGEST = 160


def _said_by(error: duckdb.Error) -> str:
    """The first sentence of an engine's message, without its own class."""
    line = (str(error).splitlines() or ["it gives no reason"])[0]
    words = line.partition("Error: ")[2] or line
    return words.split(". ")[0].rstrip(".")[:_LONGEST]
