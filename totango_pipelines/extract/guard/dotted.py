"""What stands behind a dot: a column to this project's parser, and a call to some engines.

PostgreSQL calls f(value) for `(value).f`, and f(alias) for `alias.f` where the alias has no such
column. Oracle calls a function of a package for `package.f`.
"""

import re
from collections.abc import Iterator

from sqlglot import exp

from totango_pipelines.errors import QueryRefusedError
from totango_pipelines.extract.guard.words import words_of

Table = tuple[str, ...]
"""A table's name in parts, or an alias, in lower case."""

_POSTGRES_LIKE = ("postgres", "redshift")
_FORBIDDEN = words_of("postgres")["forbidden_fields"]
_FORBIDDEN_FAMILY = re.compile(r"^(pg_|lo_|dblink|txid_)|_to_xml")
# Functions of FROM that give rows with names of their own.
_PAIRS = re.compile(r"^jsonb?_(each|array_elements)")
_RECORDS = re.compile(r"^jsonb?_(populate|to)_record")
_CALLED_BARE = frozenset(
    {"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"}
    | {"current_user", "session_user", "system_user", "user", "current_role"}
    | {"current_catalog", "current_schema"}
)
_PAIR = frozenset({"key", "value"})
_ORACLE_PACKAGE = re.compile(r"^(dbms|utl|owa|htp|htf|ctx|sdo|apex|ords|xdb|ora)_")
_VIEW = "Put it into a view of the source and read that (docs/queries.md)."


def check_dotted(tree: exp.Query, dialect: str) -> None:
    """Let names with a dot pass that are columns to the engine, too.

    Raises:
        QueryRefusedError: one is, or may be, a call.
    """
    if dialect in _POSTGRES_LIKE:
        _check_fields(tree, dialect)
    elif dialect == "oracle":
        sources: dict[int, frozenset[Table]] = {}
        for column in tree.find_all(exp.Column):
            if column.table:
                _check_qualifier(column, sources)


def _check_fields(tree: exp.Query, dialect: str) -> None:
    functions = _functions_in_from(tree)
    for node in tree.find_all(exp.Dot, exp.Column):
        if not isinstance(node, exp.Column):
            _check_field(node, dialect)
            continue
        name, owner = node.name.lower(), node.table.lower()
        if not owner or isinstance(node.this, exp.Star):
            continue
        if _is_forbidden(name):
            raise _called(f"{owner}.{name}", name, "Read it without the dot.")
        if name not in functions.get(owner, {name}):
            raise _called(f"{owner}.{name}", name, f"Name its columns: {owner}(a, b).")


def _check_field(dot: exp.Expr, dialect: str) -> None:
    """Redshift's SUPER is read by its fields; PostgreSQL's composite types are rare."""
    field, value = dot.expression, dot.this
    if isinstance(field, exp.Func | exp.Star) or isinstance(dot.parent, exp.Table):
        return
    name = field.name.lower()
    pairs = value.this if isinstance(value, exp.Paren) else None
    if isinstance(pairs, exp.Anonymous) and _PAIRS.match(pairs.name.lower()) and name in _PAIR:
        return
    if dialect == "postgres" or _is_forbidden(name) or not _starts_with_column(value):
        raise _called(f"(...).{name}", name, _VIEW)


def _starts_with_column(value: exp.Expr) -> bool:
    while isinstance(value, exp.Dot | exp.Bracket):
        value = value.this
    return isinstance(value, exp.Column)


def _is_forbidden(name: str) -> bool:
    return name in _FORBIDDEN or _FORBIDDEN_FAMILY.search(name) is not None


def _called(shown: str, name: str, move: str) -> QueryRefusedError:
    return QueryRefusedError(
        f"the query reads {shown}, which the engine may take for a call of {name}(). {move}"
    )


def _functions_in_from(tree: exp.Query) -> dict[str, set[str]]:
    """The columns of each function in FROM, by its alias. One without any list is not in here."""
    columns: dict[str, set[str]] = {}
    for node in tree.find_all(exp.Table, exp.Unnest, exp.Lateral):
        function = node if isinstance(node, exp.Unnest) else node.this
        called_bare = isinstance(node, exp.Table) and _is_called_bare(node)
        if not (called_bare or isinstance(function, exp.Func) or node.args.get("rows_from")):
            continue
        called = function.name.lower() if isinstance(function, exp.Anonymous) else ""
        given = {name.lower() for name in node.alias_column_names}
        for owner in {node.alias.lower()} if node.alias else _names_of(function):
            own = given or ({owner} if not _RECORDS.match(called) else set())
            offset = node.args.get("offset")
            if node.args.get("ordinality") or offset:
                own = own | {"ordinality"}
            if isinstance(offset, exp.Identifier):
                own = own | {offset.name.lower()}
            if _PAIRS.match(called):
                own = own | _PAIR
            if not own:
                continue
            columns[owner] = columns.get(owner, own) & own
    return columns


def _is_called_bare(table: exp.Table) -> bool:
    """PostgreSQL calls current_date and its like without brackets, also in FROM."""
    name = table.this
    is_bare = isinstance(name, exp.Identifier) and not name.args.get("quoted") and not table.db
    return is_bare and name.name.lower() in _CALLED_BARE


def _names_of(function: exp.Expr | None) -> set[str]:
    """A function without an alias goes by its name."""
    if isinstance(function, exp.Anonymous | exp.Identifier):
        return {function.name.lower()}
    if not isinstance(function, exp.Func):
        return set()
    if isinstance(function, exp.ExplodingGenerateSeries):
        return {"generate_series"}
    return {name.lower() for name in type(function).sql_names()}


def _check_qualifier(column: exp.Column, sources: dict[int, frozenset[Table]]) -> None:
    qualifier = tuple(part.name.lower() for part in column.parts[:-1])
    in_sight = any(
        qualifier[:1] in names or qualifier in names for names in _in_sight(column, sources)
    )
    if _ORACLE_PACKAGE.match(qualifier[0]) or not in_sight:
        shown = ".".join(part.name for part in column.parts)
        raise QueryRefusedError(
            f"the query reads {shown!r}, and {qualifier[0]!r} is no table and no alias of its "
            f"FROM: Oracle may take it for a call. Use an alias of FROM. {_VIEW}"
        )


def _in_sight(node: exp.Expr, sources: dict[int, frozenset[Table]]) -> Iterator[frozenset[Table]]:
    """The tables and aliases that a column may be qualified by, from the inmost FROM outwards."""
    here: exp.Expr | None = node
    while here is not None:
        is_joined = isinstance(here, exp.Subquery) and not isinstance(here.this, exp.Query)
        if isinstance(here, exp.Select) or is_joined:
            if id(here) not in sources:
                sources[id(here)] = frozenset(_sources(here))
            yield sources[id(here)]
        # What stands in WITH or in FROM does not see what stands beside it.
        if isinstance(here, exp.CTE) or (
            isinstance(here, exp.Subquery)
            and isinstance(here.parent, exp.From | exp.Join)
            and here.arg_key == "this"
        ):
            return
        here = here.parent


def _sources(query: exp.Expr) -> Iterator[Table]:
    clauses = [query.args.get("from_"), *(query.args.get("joins") or ())]
    clauses += query.args.get("laterals") or ()
    if not isinstance(query, exp.Select):
        clauses.append(query.this)
    for clause in clauses:
        if clause is not None:
            yield from _named_in(clause)


def _named_in(clause: exp.Expr) -> Iterator[Table]:
    for node in clause.walk(prune=lambda n: isinstance(n, exp.Select | exp.SetOperation)):
        if isinstance(node, exp.Table) and not node.alias:
            yield (node.name.lower(),)
            yield tuple(part.name.lower() for part in node.parts)
        elif isinstance(node.args.get("alias"), exp.TableAlias):
            yield (node.alias.lower(),)
