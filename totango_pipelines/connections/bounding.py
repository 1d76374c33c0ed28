"""A query as part of a larger one, in each dialect: cut off after some rows, or filtered.

Most engines take the query as it is inside brackets. SQL Server takes neither WITH nor a bare
ORDER BY there, and Oracle no AS before the name of the brackets.
"""

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from totango_pipelines.errors import QueryRefusedError

_SQL_SERVER = "tsql"
_NAME = "w"


def bounded_query(sql: str, dialect: str, limit: int | None) -> str:
    """The query, cut off by the engine itself after `limit` rows, in its own order.

    Raises:
        QueryRefusedError: it is not one query.
    """
    tree = one_query(sql, dialect)
    if limit is None:
        return sql
    if tree.args.get("limit") is None and tree.args.get("offset") is None:
        return tree.limit(limit).sql(dialect=dialect)
    derived = exp.select("*").from_(tree.subquery(_NAME))
    return derived.limit(limit).sql(dialect=dialect)


def filtered_query(sql: str, dialect: str, condition: exp.Expr) -> str:
    """The query's rows that meet a condition on the columns of `w`."""
    if dialect == _SQL_SERVER:
        tree = one_query(sql, dialect)
        if tree.args.get("limit") is None and tree.args.get("offset") is None:
            tree.set("order", None)
        return exp.select("*").from_(tree.subquery(_NAME)).where(condition).sql(dialect=dialect)
    named = _NAME if dialect == "oracle" else f"AS {_NAME}"
    return f"SELECT * FROM (\n{sql}\n) {named} WHERE {condition.sql(dialect=dialect)}"


def table_names(sql: str, dialect: str) -> frozenset[str] | None:
    """The bare names, without regard to case, that a query may take for tables; None: unreadable."""
    try:
        statements = sqlglot.parse(sql, dialect=dialect)
    except SqlglotError:
        return None
    named = (table.name for tree in statements if tree for table in tree.find_all(exp.Table))
    return frozenset(name.casefold() for name in named)


def one_query(sql: str, dialect: str) -> exp.Query:
    """The tree of a query; for engines whose sessions cannot be made read-only, the last door.

    Raises:
        QueryRefusedError: it is more than one statement, or anything but a query.
    """
    try:
        statements = sqlglot.parse(sql, dialect=dialect)
    except SqlglotError:
        statements = []
    tree = statements[0] if len(statements) == 1 else None
    if not isinstance(tree, exp.Query) or tree.find(exp.DML, exp.DDL, exp.Into, exp.Command):
        message = "only one SELECT can be run, and nothing that writes. Remove the rest."
        raise QueryRefusedError(message)
    return tree
