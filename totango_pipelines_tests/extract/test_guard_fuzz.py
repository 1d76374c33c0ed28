"""Texts that nobody would write, made from the corpus: the guard refuses them or knows what they are.

TOTANGO_TEST_GUARD_SECONDS says how long each dialect is tried; `make test-deep` gives it minutes.
"""

import os
import re
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from sqlglot import exp, parse

from totango_pipelines.errors import QueryRefusedError, SourceUnavailableError
from totango_pipelines.extract.guard.functions import CALLABLE
from totango_pipelines.extract.guard.tree import check_tree
from totango_pipelines.extract.query import check_query
from totango_pipelines_tests.extract import guard_scene
from totango_pipelines_tests.extract.guard_scene import corpus

SECONDS = float(os.environ.get("TOTANGO_TEST_GUARD_SECONDS", "0"))
EXAMPLES = 120
TOKEN = re.compile(r"\s+|\w+|'[^']*'|\"[^\"]*\"|.", re.DOTALL)
SPICE = (
    *(
        "'",
        '"',
        "`",
        "--",
        "/*",
        "*/",
        "/*!",
        ";",
        "(",
        ")",
        "[",
        "{",
        "$$",
        "\\",
        "E'",
        "N'",
        "@",
        "@@",
    ),
    *(
        "$1",
        "?",
        ":a",
        "||",
        "::",
        ":=",
        "->",
        ".",
        ",",
        "*",
        "\u00a0",
        "\ufeff",
        "\u2028",
        "\n",
        "#",
    ),
    *(
        "SELECT",
        "FROM",
        "WITH",
        "AS",
        "UNION ALL",
        "INTO",
        "DELETE",
        "RETURNING",
        "LATERAL",
        "CASE",
    ),
)


def corpus_tokens(dialect: str) -> list[list[str]]:
    everything = corpus(dialect, "refused") + corpus(dialect, "allowed")
    return [TOKEN.findall(line) for line in everything]


@st.composite
def mutations(draw, queries: list[list[str]]) -> str:
    """A query with some of its tokens taken out, doubled, or set in from another one."""
    tokens = list(draw(st.sampled_from(queries)))
    other = draw(st.sampled_from(queries))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(tokens)))
        kind = draw(st.sampled_from(("out", "twice", "spice", "token", "part", "cut")))
        if kind == "out":
            del tokens[place : place + draw(st.integers(1, 3))]
        elif kind == "twice":
            tokens[place:place] = tokens[place : place + 4]
        elif kind == "spice":
            tokens.insert(place, draw(st.sampled_from(SPICE)))
        elif kind == "token":
            tokens[place : place + 1] = [draw(st.sampled_from(other))]
        elif kind == "part":
            start = draw(st.integers(0, len(other) - 1))
            tokens[place:place] = other[start : start + 6]
        else:
            tokens[place:] = other[draw(st.integers(0, len(other) - 1)) :]
    return "".join(tokens)


def explore(strategy: st.SearchStrategy[str], judge: Callable[[str], None]) -> None:
    """Once with the same texts each time; with time given, with others until it is over."""
    end, turn = time.monotonic() + SECONDS, 0
    while turn == 0 or time.monotonic() < end:
        quiet = settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        seed(turn)(quiet(given(strategy)(judge)))()
        turn += 1


def assert_known(sql: str, dialect: str) -> None:
    """One SELECT, of nothing but what the lists name, and the same when it is checked again."""
    (tree,) = parse(sql, dialect=dialect)
    assert isinstance(tree, exp.Query)
    check_tree(tree, dialect)
    assert check_query(sql, dialect=dialect).sql == sql


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "duckdb", "sqlite"])
def test_a_mutated_query_is_refused_or_known(dialect):
    def judge(text: str) -> None:
        with suppress(QueryRefusedError):
            checked = check_query(text, dialect=dialect)
            if not checked.needs_window:
                assert_known(checked.sql, dialect)

    explore(mutations(corpus_tokens(dialect)), judge)


@pytest.mark.parametrize(
    "dialect", sorted(set(CALLABLE) - {"postgres", "mysql", "duckdb", "sqlite"})
)
def test_a_warehouse_refuses_or_knows_the_queries_of_other_engines(dialect):
    def judge(text: str) -> None:
        with suppress(QueryRefusedError):
            check_query(text, dialect=dialect)

    explore(mutations(corpus_tokens("postgres") + corpus_tokens("mysql")), judge)


@contextmanager
def sqlite_or_duckdb(engine, folder):
    if engine == "sqlite":
        yield guard_scene.sqlite_scene(folder)
    else:
        yield from guard_scene.duckdb_scene(folder)


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_what_passes_of_the_mutations_writes_nothing(engine, tmp_path):
    with sqlite_or_duckdb(engine, tmp_path) as scene:
        before = scene.state()

        def judge(text: str) -> None:
            try:
                sql = check_query(text, dialect=engine).sql
            except QueryRefusedError:
                return
            with (
                suppress(QueryRefusedError, SourceUnavailableError),
                scene.source.batches(sql, limit=10) as reader,
            ):
                reader.read_all()

        with scene.kept_open():
            explore(mutations(corpus_tokens(engine)), judge)
        assert scene.state() == before
