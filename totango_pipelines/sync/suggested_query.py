"""A query that a language model suggests: asked for, guarded, never run before that.

words ─┐
tables ┼─ messages ─ model ─ answer ─ guard ─ only tables it was told of ─> SuggestedQuery
query ─┘
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

from totango_pipelines.connections.source import SOURCE_TYPE, Source
from totango_pipelines.errors import QueryRefusedError, SuggestionRefusedError, UserError
from totango_pipelines.extract.query import Table, check_query, table_parts
from totango_pipelines.extract.suggestion import messages, sql_in
from totango_pipelines.language_model import LanguageModel
from totango_pipelines.sync.wiring import RunContext


@dataclass(frozen=True, slots=True)
class SuggestedQuery:
    """A query that the guard lets pass, and the columns that the model was told, by table."""

    sql: str
    told: dict[str, tuple[tuple[str, str], ...]]


def suggest_query(
    context: RunContext, model: LanguageModel, words: str, *, more_tables: Sequence[str] = ()
) -> SuggestedQuery:
    """Ask a model to change an integration's query as somebody says.

    `more_tables` are told to the model beside those of the query.

    Raises:
        SuggestionRefusedError: the answer is no query, is refused, or reads other tables.
        QueryRefusedError: a table of `more_tables` cannot be read.
        SourceUnavailableError, ModelUnavailableError, UserError: as the source and the model say.
    """
    query, dialect = context.integration.query, context.dialect
    tables = _tables_of(query, dialect)
    for name in more_tables:
        table = _table_named(name, dialect)
        tables.setdefault(table_parts(table), table)
    if not tables:
        msg = "the query reads no table yet, so the model knows none. Name some with --table."
        raise UserError(msg)
    source = context.source()
    told = {
        table.sql(dialect=dialect): _columns(source, table, dialect) for table in tables.values()
    }
    asked = messages(words, engine=str(context.dialect), tables=told, query=query)
    sql = sql_in(model.answer(asked))
    try:
        check_query(sql, dialect=dialect)
    except QueryRefusedError as error:
        msg = f"the model's query is refused: {error}\nSay it in other words.\n\n{_shown(sql)}"
        raise SuggestionRefusedError(msg) from None
    known = {_as_the_engine_reads(table, dialect) for table in tables.values()}
    others = [
        table.sql(dialect=dialect)
        for table in _tables_of(sql, dialect).values()
        if _as_the_engine_reads(table, dialect) not in known
    ]
    if others:
        msg = (
            f"the model's query reads {', '.join(others)}, which it was not told of. If it may, "
            f"add {' '.join(f'--table {name}' for name in others)}.\n\n{_shown(sql)}"
        )
        raise SuggestionRefusedError(msg)
    return SuggestedQuery(sql, told)


def _tables_of(query: str, dialect: str) -> dict[Table, exp.Table]:
    """The tables that the query reads, as it writes them; none if it is refused itself."""
    try:
        checked = check_query(query, dialect=dialect)
    except QueryRefusedError:
        return {}
    found: dict[Table, exp.Table] = {}
    for table in sqlglot.parse_one(checked.sql, dialect=dialect).find_all(exp.Table):
        parts = table_parts(table)
        if parts in checked.tables:
            names = {key: table.args.get(key) for key in ("this", "db", "catalog")}
            found.setdefault(parts, exp.Table(**names).copy())
    return found


def _table_named(name: str, dialect: str) -> exp.Table:
    try:
        table = exp.to_table(name, dialect=dialect)
    except (SqlglotError, ValueError):
        table = exp.Table()
    if not table.parts or not all(isinstance(each, exp.Identifier) for each in table.parts):
        msg = f"--table {name[:60]!r} is no table's name. Write it as in a query: sales.orders."
        raise UserError(msg)
    return exp.Table(**{key: table.args.get(key) for key in ("this", "db", "catalog")})


def _columns(source: Source, table: exp.Table, dialect: str) -> tuple[tuple[str, str], ...]:
    """A table's columns as the engine describes a query that returns no row."""
    empty = exp.select("*").from_(table.copy()).where("1 = 0").sql(dialect=dialect)
    with source.batches(check_query(empty, dialect=dialect).sql) as reader:
        schema = reader.schema
        for _ in reader:
            pass
    return tuple(
        (field.name, (field.metadata or {}).get(SOURCE_TYPE, b"").decode() or str(field.type))
        for field in schema
    )


def _as_the_engine_reads(table: exp.Table, dialect: str) -> Table:
    """The name with the case that counts: in PostgreSQL `Accounts` is `accounts`, in quotes not."""
    return table_parts(normalize_identifiers(table.copy(), dialect=dialect))


def _shown(sql: str) -> str:
    """What the model said, for the person who asked; without what a terminal would obey."""
    return "\n".join(
        "  " + "".join(letter for letter in line if letter.isprintable())
        for line in sql[:4000].splitlines()
    )
