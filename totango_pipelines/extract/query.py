"""The guard on what an integration may ask its source.

It is the first of several layers: each engine also runs the query in a read-only session of its
own. What is run is the checked tree, written out again, never the user's text: a comment or a
quote that this parser and the engine read differently is gone by then. An expression without an
alias is therefore named by the engine after the rewritten text: give it one.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from types import MappingProxyType

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError
from sqlglot.generators.mysql import MySQLGenerator
from sqlglot.tokens import Token, TokenType  # type: ignore[attr-defined]  # compiled, without stubs

from totango_pipelines.errors import QueryRefusedError
from totango_pipelines.extract.moments import moment_literal
from totango_pipelines.integrations.partition import WINDOW_END, WINDOW_START, Window

Table = tuple[str, ...]
"""A table's name in parts: catalog, schema, table, as far as given."""

_MAX_BYTES = 64 * 1024
# Far more than people nest, far less than overflows the parser's own stack.
_MAX_DEPTH = 40
_OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}
_CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}
_WINDOW_NAMES = {WINDOW_START, WINDOW_END}
_HEXADECIMAL = re.compile(r"0[xobXOB]")
NO_PARTITION = (
    "the query names :window_start or :window_end, and the integration has no partition. "
    'Add `partition: {by: day, start: "2026-01-01"}`, or take them out.'
)
_MOVE = "Use one SELECT (WITH ... SELECT and UNION are fine)."

_WRITES: tuple[type[exp.Expr], ...] = (
    exp.DML,
    exp.DDL,
    exp.Command,
    exp.Into,
    exp.Lock,
    exp.Set,
    exp.SetItem,
    exp.Copy,
    exp.Pragma,
    exp.Attach,
    exp.Detach,
    exp.Drop,
    exp.Alter,
    exp.TruncateTable,
    exp.Merge,
    exp.Use,
    exp.Kill,
    exp.Transaction,
    exp.Commit,
    exp.Rollback,
    exp.Describe,
    exp.Show,
    exp.Summarize,
    exp.LoadData,
    exp.Cache,
    exp.Analyze,
    exp.Grant,
)

# Functions that write, wait, lock, reach outside the database or run SQL from a text; `*` ends a
# prefix. Every one of them passes as a SELECT, most of them in a read-only session, too.
_REFUSED_FUNCTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "postgres": (
            *("pg_read_*", "pg_ls_*", "pg_stat_file", "pg_file_*", "pg_current_logfile"),
            *("lo_*", "loread", "lowrite", "dblink*", "postgres_fdw_*", "pg_logical_*"),
            *("pg_terminate_backend", "pg_cancel_backend", "pg_reload_conf", "pg_rotate_logfile"),
            *("pg_sleep*", "pg_advisory_*", "pg_try_advisory_*", "pg_notify", "set_config"),
            *("pg_switch_wal", "pg_create_*", "pg_drop_*", "pg_promote", "pg_wal_replay_*"),
            *("pg_backup_*", "pg_start_backup", "pg_stop_backup", "pg_export_snapshot"),
            *("pg_log_*", "pg_replication_*", "pg_stat_reset*", "pg_import_*", "pg_copy_*"),
            *("query_to_*", "table_to_xml*", "schema_to_xml*", "database_to_xml*", "cursor_to_*"),
            *("nextval", "setval", "ts_stat", "ts_rewrite", "txid_current", "pg_current_xact_id"),
            *("crosstab*", "xpath_table", "pg_get_wal_*", "brin_*", "gin_clean_pending_list"),
        ),
        "duckdb": (
            *("read_*", "parquet_*", "glob", "sniff_csv", "query", "query_table", "getenv"),
            *("*_scan", "iceberg_*", "delta_*", "sqlite_*", "postgres_*", "mysql_*", "st_read*"),
            *("http_*", "pragma_*", "checkpoint", "force_checkpoint", "nextval", "currval"),
            *("duckdb_secrets", "which_secret", "duckdb_settings", "load_*", "write_log"),
            *("json_execute_serialized_sql", "from_substrait*", "set_config", "shell*"),
        ),
        "sqlite": (
            *("load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "eval"),
            *("fsdir", "lsdir", "sqlite_dbpage", "sqlite_compileoption_*", "zipfile", "pragma_*"),
        ),
        "mysql": (
            *("load_file", "sleep", "benchmark", "get_lock", "release_lock", "release_all_locks"),
            *("is_free_lock", "is_used_lock", "master_pos_wait", "source_pos_wait"),
            *("master_gtid_wait", "wait_for_executed_gtid_set", "wait_until_sql_thread_after_*"),
            *("nextval", "setval", "lastval", "sys_exec", "sys_eval", "sys_get", "sys_set"),
            *("extractvalue", "updatexml", "last_insert_id", "keyring_*"),
        ),
    }
)
_FILE_TABLE = re.compile(
    r"[/\\*]|\.(csv|tsv|txt|parquet|json|jsonl|ndjson|xlsx|arrow|avro|db|duckdb|sqlite)(\.\w+)?$",
    re.IGNORECASE,
)


class _MySQLWriter(MySQLGenerator):
    """MariaDB has no REGEXP_LIKE(), which sqlglot writes for `a REGEXP b`; both have RLIKE."""

    TRANSFORMS = {  # noqa: RUF012 - the base class's own way
        **MySQLGenerator.TRANSFORMS,
        exp.RegexpLike: lambda self, node: (
            self.function_fallback_sql(node)
            if node.args.get("flag")
            else f"{self.sql(node, 'this')} RLIKE {self.sql(node, 'expression')}"
        ),
    }


@dataclass(frozen=True, slots=True)
class CheckedQuery:
    """One read-only SELECT, written out from its tree, and the tables it reads."""

    sql: str
    dialect: str
    tables: tuple[Table, ...]
    """Without the names of its own WITH; in the order of their first mention."""
    needs_window: bool = False
    """It names :window_start or :window_end, and nothing stands there yet: it cannot be run."""


def check_query(text: str, *, dialect: str, window: Window | None = None) -> CheckedQuery:
    """Let one read-only SELECT pass, in the words that the source will get.

    The moments of `window` take the places of :window_start and :window_end.

    Raises:
        QueryRefusedError: it is anything else, or cannot be parsed.
    """
    if len(text.encode(errors="replace")) > _MAX_BYTES:
        raise QueryRefusedError("the query is longer than 64 KiB. Put it into a view.")
    try:
        tree = _single_statement(text, dialect)
        _refuse_writes(tree)
        _refuse_functions(tree, dialect)
        tables = tuple(_tables(tree))
        if dialect == "duckdb":
            _refuse_files(tables)
        tree, needs_window = _with_window(tree, dialect, window)
        sql = _written(tree, dialect)
    except RecursionError:
        raise QueryRefusedError("the query is nested too deeply. Put parts into WITH.") from None
    return CheckedQuery(sql=sql, dialect=dialect, tables=tables, needs_window=needs_window)


def _single_statement(text: str, dialect: str) -> exp.Query:
    try:
        tokens = sqlglot.tokenize(text, dialect=dialect)
        _refuse_tokens(tokens, text)
        with _quiet_parser():
            statements = [tree for tree in sqlglot.parse(text, dialect=dialect) if tree]
    except TokenError as error:
        message = f"the query cannot be read: {_first_line(error)}. Check quotes and comments."
        raise QueryRefusedError(message) from None
    except ParseError as error:
        raise QueryRefusedError(_where_it_breaks(error)) from None
    if not statements:
        raise QueryRefusedError(f"the query is empty. {_MOVE}")
    if len(statements) > 1:
        message = f"the query holds {len(statements)} statements, and one is allowed. {_MOVE}"
        raise QueryRefusedError(message)
    root = statements[0]
    if not isinstance(root, exp.Select | exp.SetOperation | exp.Subquery):
        raise QueryRefusedError(f"the query is {_named(root)}, not a SELECT. {_MOVE}")
    return root


def _refuse_tokens(tokens: Sequence[Token], text: str) -> None:
    depth = 0
    for token, following in zip_longest(tokens, tokens[1:]):
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        if depth > _MAX_DEPTH:
            raise QueryRefusedError(
                f"line {token.line}, column {token.col}: brackets are nested more than "
                f"{_MAX_DEPTH} deep. Put parts into WITH."
            )
        # 0x1F, 1_000 and 1abc mean different things in different versions of the same engine.
        glued = (
            token.token_type is TokenType.NUMBER
            and following is not None
            and following.token_type is TokenType.VAR
            and following.start == token.end + 1
        )
        if glued or _HEXADECIMAL.match(text[token.start : token.start + 2]):
            raise QueryRefusedError(
                f"line {token.line}, column {token.col}: a number is followed by letters or _. "
                "Write plain decimal numbers, with a space behind them."
            )


def _refuse_writes(tree: exp.Query) -> None:
    for node in tree.walk():
        if isinstance(node, _WRITES):
            raise QueryRefusedError(
                f"the query contains {_named(node)}; an extract only reads. {_MOVE}"
            )
        if isinstance(node, exp.CTE) and not isinstance(node.this, exp.Query):
            raise QueryRefusedError(
                f"WITH {node.alias} is {_named(node.this)}; an extract only reads. {_MOVE}"
            )


def _refuse_functions(tree: exp.Query, dialect: str) -> None:
    refused = _REFUSED_FUNCTIONS.get(dialect, ())
    for function in tree.find_all(exp.Func):
        for name in _function_names(function):
            if any(_matches(name, pattern) for pattern in refused):
                raise QueryRefusedError(
                    f"the query calls {name}(), which does more than read tables. Remove it."
                )


def _refuse_files(tables: Sequence[Table]) -> None:
    for table in tables:
        if _FILE_TABLE.search(table[-1]):
            raise QueryRefusedError(
                f"the query reads the file {table[-1]!r}, not a table. Load it into a table of "
                "the DuckDB file first."
            )


def _with_window(tree: exp.Query, dialect: str, window: Window | None) -> tuple[exp.Query, bool]:
    """The query with the window's moments, and whether it still lacks them."""
    places = list(tree.find_all(exp.Placeholder, exp.Parameter))
    for place in places:
        if place.name not in _WINDOW_NAMES:
            raise QueryRefusedError(
                f"the query has the parameter {place.name or '?'!r}, which nothing fills. "
                "Write the value, or :window_start and :window_end with a partition."
            )
    if window is None:
        return tree, bool(places)
    moments = {WINDOW_START: window.start, WINDOW_END: window.end}
    for place in places:
        place.replace(moment_literal(moments[place.name], dialect, beside=place.parent))
    return tree, False


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


def _written(tree: exp.Query, dialect: str) -> str:
    if dialect == "mysql":
        return _MySQLWriter(dialect="mysql", comments=False, normalize_functions=False).generate(
            tree
        )
    return tree.sql(dialect=dialect, comments=False, normalize_functions=False)


def table_parts(table: exp.Table) -> Table:
    """The name of a table, in parts."""
    return tuple(part.name for part in table.parts)


def _function_names(function: exp.Func) -> set[str]:
    if isinstance(function, exp.Anonymous | exp.AnonymousAggFunc):
        return {function.name.lower()}
    return {name.lower() for name in type(function).sql_names()}


def _matches(name: str, pattern: str) -> bool:
    if pattern.startswith("*"):
        return name.endswith(pattern[1:])
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _named(node: exp.Expr) -> str:
    word = str(node.this) if isinstance(node, exp.Command) else node.key
    spoken = {"lock": "FOR UPDATE or another lock", "into": "SELECT ... INTO"}
    return spoken.get(node.key, word.upper())


def _where_it_breaks(error: ParseError) -> str:
    detail = error.errors[0] if error.errors else {}
    reason = str(detail.get("description") or "").split("<Token")[0].strip().rstrip(".")
    reason = reason.removesuffix(" but got") or "it cannot be parsed"
    near = str(detail.get("highlight") or "").strip()
    place = f"line {detail['line']}, column {detail['col']}: " if detail.get("line") else ""
    shown = f" near {near!r}" if near else ""
    return f"{place}the query cannot be parsed{shown}: {reason}. Correct it; only a SELECT passes."


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["unreadable"])[0].rstrip(".")


class _quiet_parser:  # noqa: N801 - reads as the statement that it is
    """sqlglot warns in its log when it gives up on a statement; ours is an error that says so."""

    def __enter__(self) -> None:
        self._logger = logging.getLogger("sqlglot")
        self._was = self._logger.disabled
        self._logger.disabled = True

    def __exit__(self, *_: object) -> None:
        self._logger.disabled = self._was
