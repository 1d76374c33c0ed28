"""A parsed query: only nodes, functions, types and tables that the lists name."""

import re
from collections.abc import Callable as Check
from collections.abc import Mapping
from types import MappingProxyType

from sqlglot import exp

from totango_pipelines.errors import QueryRefusedError
from totango_pipelines.extract.guard.dotted import check_dotted
from totango_pipelines.extract.guard.functions import CALLABLE
from totango_pipelines.extract.guard.tables import closed
from totango_pipelines.extract.guard.words import words_of
from totango_pipelines.integrations.partition import WINDOW_END, WINDOW_START

WINDOW_NAMES = frozenset({WINDOW_START, WINDOW_END})
MOVE = "Use one SELECT (WITH ... SELECT and UNION are fine)."
VIEW = "Put it into a view of the source and read that (docs/queries.md)."
_SPOKEN = {
    "lock": "FOR UPDATE or another lock",
    "into": "SELECT ... INTO",
    "sessionparameter": "a variable of the session (@@...)",
    "parameter": "a variable (@... or $...)",
    "hint": "a hint (/*+ ... */)",
    "operator": "OPERATOR(...)",
    "objectidentifier": "a cast to a catalogue's type (::regclass)",
}
_NAMES = (exp.Column, exp.Identifier, exp.Dot, exp.Table, exp.Var)
_WRITING = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock)
_PLAIN_NAME = re.compile(r"\w[\w$]*")
_NODES = words_of("nodes")
_KNOWN = _NODES["nodes"] | _NODES["typed_functions"]


def check_tree(tree: exp.Query, dialect: str) -> None:
    """Let a tree pass that is made of what the lists name, and of nothing else.

    Raises:
        QueryRefusedError: it is not; names the first thing that is on no list.
    """
    for node in tree.walk():
        kind = type(node).__name__
        check = _CHECKS.get(kind)
        if check is not None:
            check(node, dialect)
        elif kind not in _KNOWN:
            _refuse_node(node, dialect)
    check_dotted(tree, dialect)


def function_name(function: exp.Func) -> str:
    """The name that a function was called by, in lower case."""
    if isinstance(function, exp.Anonymous | exp.AnonymousAggFunc | exp.ParameterizedAgg):
        return str(function.name).lower()
    return type(function).sql_names()[0].lower()


def not_allowed(name: str, dialect: str) -> QueryRefusedError:
    """A function that is not on the list."""
    return QueryRefusedError(
        f"the query calls {name}(), which is not on the list of functions allowed in {dialect}. "
        f"{VIEW}"
    )


def named(node: exp.Expr) -> str:
    """What a node is called in a message."""
    word = str(node.this) if isinstance(node, exp.Command) else node.key
    return _SPOKEN.get(node.key, word.upper())


def _refuse_node(node: exp.Expr, dialect: str) -> None:
    if isinstance(node, exp.Func):
        raise not_allowed(function_name(node), dialect)
    if isinstance(node, _WRITING):
        raise QueryRefusedError(f"the query contains {named(node)}; an extract only reads. {MOVE}")
    raise QueryRefusedError(
        f"the query contains {named(node)}, which is not on the list of what a query may be made "
        f"of. {VIEW}"
    )


def _check_place(node: exp.Expr, _dialect: str) -> None:
    if node.name not in WINDOW_NAMES:
        raise QueryRefusedError(
            f"the query has the parameter {node.name or '?'!r}, which nothing fills. "
            "Write the value, or :window_start and :window_end with a partition."
        )


def _check_identifier(node: exp.Expr, dialect: str) -> None:
    """A name that starts like a variable, a stage or a link is one to some engine."""
    name = str(node.this)
    if node.args.get("temporary") or node.args.get("global_"):
        name = f"#{name}"
    if not node.args.get("quoted") and not _PLAIN_NAME.fullmatch(
        name.replace("-", "_") if dialect == "bigquery" else name
    ):
        raise QueryRefusedError(f"the name {name!r} has signs that need quotes. Quote it.")


def _check_column(node: exp.Expr, dialect: str) -> None:
    """Oracle and Snowflake move a sequence by what looks like a column."""
    if (
        dialect in ("oracle", "snowflake")
        and node.name.lower() in ("nextval", "currval")
        and isinstance(node, exp.Column)
        and node.table
    ):
        raise not_allowed(f"{node.table}.{node.name}", dialect)


def _check_query(node: exp.Expr, _dialect: str) -> None:
    """ClickHouse keeps what a query sets, and how it answers, in the query."""
    for clause in ("settings", "format"):
        if node.args.get(clause):
            raise QueryRefusedError(f"the query contains {clause.upper()}. {MOVE}")


def _check_select(node: exp.Expr, dialect: str) -> None:
    _check_query(node, dialect)
    if not node.args.get("expressions"):
        raise QueryRefusedError("a SELECT of the query names no columns. Name at least one.")


def _check_cte(node: exp.Expr, _dialect: str) -> None:
    if not isinstance(node.this, exp.Query):
        raise QueryRefusedError(
            f"WITH {node.alias} is {named(node.this)}; an extract only reads. {MOVE}"
        )


def _check_named(node: exp.Expr, dialect: str) -> None:
    if isinstance(node, exp.Func) and not CALLABLE[dialect].named(function_name(node)):
        raise not_allowed(function_name(node), dialect)


def _check_dot(node: exp.Expr, dialect: str) -> None:
    """A function of a schema is somebody's own, whatever its name is."""
    called = node.expression
    if not isinstance(called, exp.Func):
        return
    owner = node.this.name.lower() if isinstance(node.this, exp.Identifier) else ""
    if owner != "pg_catalog" or dialect not in ("postgres", "redshift"):
        raise QueryRefusedError(
            f"the query calls {function_name(called)}() of a schema or a value; only the engine's "
            f"own functions are allowed, written f(x). {VIEW}"
        )


def _check_table(node: exp.Expr, dialect: str) -> None:
    if not isinstance(node, exp.Table) or (node.this is None and node.args.get("rows_from")):
        return
    if isinstance(node.this, exp.Func):
        _check_table_function(node.this, dialect)
        owner = node.db.lower()
        if owner and (owner != "pg_catalog" or dialect not in ("postgres", "redshift")):
            raise not_allowed(f"{node.db}.{function_name(node.this)}", dialect)
        return
    parts = _parts(node)
    if not isinstance(node.this, exp.Identifier | exp.Dot):
        raise QueryRefusedError(f"the query reads {node.name!r}, which is not a table. {VIEW}")
    reason = closed(parts, dialect)
    if reason is not None:
        raise QueryRefusedError(
            f"the query reads {'.'.join(parts)!r}, {reason}. Name a table or a view of the source."
        )
    if dialect == "tsql" and node.alias_column_names:
        raise QueryRefusedError(
            f"the query has words in brackets behind the table {node.name!r}, which SQL Server "
            "takes for hints. Take them out."
        )


def _parts(table: exp.Table) -> list[str]:
    """A table's name with its empty parts: SQL Server reads `server...t` on another server."""
    last: list[exp.Expr | str | None] = []
    rest = table.this
    while isinstance(rest, exp.Dot):
        last.insert(0, rest.expression)
        rest = rest.this
    named_parts = (table.args.get("catalog"), table.args.get("db"), rest, *last)
    return [
        part.name if isinstance(part, exp.Expr) else part
        for part in named_parts
        if part is not None
    ]


def _check_rows(node: exp.Expr, dialect: str) -> None:
    """TABLE('name') and TABLE("name") read a table that no list has been asked about."""
    if not isinstance(node.this, exp.Func):
        raise QueryRefusedError(
            "the query reads from TABLE(...) of a name or a value. Name the table without TABLE()."
        )
    _check_table_function(node.this, dialect)


def _check_in(node: exp.Expr, dialect: str) -> None:
    """ClickHouse reads a table where a name stands alone behind IN."""
    if dialect != "clickhouse":
        return
    values = [node.args.get("field"), *node.expressions]
    named_alone = [value.unnest() for value in values if value is not None]
    if len(named_alone) == 1 and isinstance(named_alone[0], _NAMES):
        raise QueryRefusedError(
            f"the query reads {named_alone[0].sql()!r} behind IN, which ClickHouse takes for a "
            "table. Write IN (SELECT ...), or = for one value."
        )


def _check_table_function(function: exp.Func, dialect: str) -> None:
    names = {function_name(function), *(name.lower() for name in type(function).sql_names())}
    if not (
        names & CALLABLE[dialect].in_from or type(function).__name__ in _NODES["table_functions"]
    ):
        name = function_name(function)
        raise QueryRefusedError(
            f"the query reads from {name}(), which is not on the list of table functions allowed "
            f"in {dialect}. {VIEW}"
        )


def _check_lateral(node: exp.Expr, dialect: str) -> None:
    if isinstance(node.this, exp.Func):
        _check_table_function(node.this, dialect)


def _check_type(node: exp.Expr, dialect: str) -> None:
    if not isinstance(node, exp.DataType) or node.this != exp.DType.USERDEFINED:
        return
    kind = node.args.get("kind")
    name = (kind.name if isinstance(kind, exp.Expr) else str(kind or "")).lower()
    # SQLite reads any word as a type and calls nothing for it.
    if dialect != "sqlite" and (isinstance(kind, exp.Dot) or name not in _NODES["named_types"]):
        raise QueryRefusedError(
            f"the query casts to the type {name!r}, which is somebody's own. Cast to text. {VIEW}"
        )


_CHECKS: Mapping[str, Check[[exp.Expr, str], None]] = MappingProxyType(
    {
        "Placeholder": _check_place,
        "Parameter": _check_place,
        "Identifier": _check_identifier,
        "Column": _check_column,
        "Select": _check_select,
        "Union": _check_query,
        "Intersect": _check_query,
        "Except": _check_query,
        "Subquery": _check_query,
        "TableFromRows": _check_rows,
        "CTE": _check_cte,
        "Anonymous": _check_named,
        "AnonymousAggFunc": _check_named,
        "CombinedAggFunc": _check_named,
        "CombinedParameterizedAgg": _check_named,
        "ParameterizedAgg": _check_named,
        "Dot": _check_dot,
        "In": _check_in,
        "Table": _check_table,
        "Lateral": _check_lateral,
        "DataType": _check_type,
    }
)
