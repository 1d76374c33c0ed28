"""Texts that the guard must refuse and queries that it must let pass, on the real engines."""

from contextlib import suppress

import pytest
from sqlglot import exp

from totango_pipelines.errors import QueryRefusedError, SourceUnavailableError
from totango_pipelines.extract.guard.functions import CALLABLE
from totango_pipelines.extract.guard.words import words_of
from totango_pipelines.extract.query import check_query
from totango_pipelines_tests.extract import guard_scene
from totango_pipelines_tests.extract.guard_scene import GuardScene, corpus

ENGINES = ("postgres", "mysql", "duckdb", "sqlite")
DIALECTS = tuple(CALLABLE)


@pytest.fixture(params=ENGINES)
def scene(request, tmp_path):
    if request.param == "sqlite":
        yield guard_scene.sqlite_scene(tmp_path)
    elif request.param == "duckdb":
        yield from guard_scene.duckdb_scene(tmp_path)
    elif request.param == "postgres":
        yield from guard_scene.postgres_scene(request.getfixturevalue("postgres_url"))
    else:
        yield from guard_scene.mysql_scene(request.getfixturevalue("mysql_url"))


def passes(sql: str, dialect: str) -> bool:
    try:
        check_query(sql, dialect=dialect)
    except QueryRefusedError:
        return False
    return True


@pytest.mark.parametrize("dialect", ENGINES)
def test_the_corpus_is_large_and_says_nothing_twice(dialect):
    refused, allowed = corpus(dialect, "refused"), corpus(dialect, "allowed")
    assert len(set(refused)) == len(refused) >= 400
    assert len(set(allowed)) == len(allowed) >= 150


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_refused_text_is_refused(dialect):
    assert [sql for sql in corpus(dialect, "refused") if passes(sql, dialect)] == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_allowed_query_passes(dialect):
    assert [sql for sql in corpus(dialect, "allowed") if not passes(sql, dialect)] == []


def test_what_passed_runs_on_the_engine_and_leaves_nothing(scene: GuardScene):
    before, failed = scene.state(), []
    with scene.kept_open():
        for sql in corpus(scene.source.dialect, "allowed"):
            checked = check_query(sql, dialect=scene.source.dialect)
            try:
                scene.read(checked.sql)
            except (QueryRefusedError, SourceUnavailableError) as error:
                failed.append(f"{sql}\n{checked.sql}\n{error}")
    assert not failed, "\n\n".join(failed)
    assert scene.state() == before


def test_what_is_refused_leaves_nothing_even_where_the_guard_is_passed_by(scene: GuardScene):
    before = scene.state()
    with scene.kept_open():
        for sql in corpus(scene.source.dialect, "refused"):
            with suppress(QueryRefusedError, SourceUnavailableError):
                scene.read(sql)
    assert scene.state() == before


@pytest.mark.parametrize(
    "write", ["INSERT INTO t VALUES ('z', 9)", "DROP VIEW v", "CREATE TABLE made (a int)"]
)
def test_the_detector_sees_a_write(scene: GuardScene, write):
    before = scene.state()
    assert scene.state() == before
    scene.write(write)
    assert scene.state() != before


def test_a_dialect_without_a_list_is_refused():
    with pytest.raises(QueryRefusedError, match="no list of what a query may do in 'hive'"):
        check_query("SELECT 1 AS x", dialect="hive")


def test_every_node_of_the_lists_is_one_that_the_parser_has():
    words = words_of("nodes")
    for kind in ("nodes", "typed_functions", "table_functions"):
        assert [name for name in words[kind] if not hasattr(exp, name)] == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_too_many_words_are_refused_before_the_parser_sees_them(dialect):
    with pytest.raises(QueryRefusedError, match="words and signs"):
        check_query("SELECT " + "1," * 15_000 + "1", dialect=dialect)
