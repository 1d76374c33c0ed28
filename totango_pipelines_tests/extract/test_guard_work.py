"""Texts that a parser reads again and again: the guard refuses them before it parses them."""

import time
from contextlib import suppress

import pytest

from totango_pipelines.errors import QueryRefusedError
from totango_pipelines.extract.guard.functions import CALLABLE
from totango_pipelines.extract.guard.text import MAX_RETRIED, MAX_SUBSCRIPTS
from totango_pipelines.extract.query import check_query

DIALECTS = tuple(CALLABLE)
SECONDS = 2
CALLED = (
    "date",
    "text",
    "int",
    "char",
    "timestamp",
    "decimal",
    "binary",
    "struct",
    "map",
    "year",
    "div0null",
)
OPENINGS = (
    *(
        ("[", "]"),
        ("ARRAY[", "]"),
        ("{'a': ", "}"),
        ("ARRAY[(", ")]"),
        ("[CASE WHEN a THEN ", " END]"),
    ),
    *((f"{name}(", ")") for name in CALLED),
)


def nested(opening: str, closing: str, depth: int) -> str:
    return opening * depth + "1" + closing * depth


TEXTS = {
    **{
        f"{opening} 18 deep": f"SELECT {nested(opening, closing, 18)}"
        for opening, closing in OPENINGS
    },
    **{f"{opening} never closed": f"SELECT {opening * 38}" for opening, _ in OPENINGS},
    **{
        f"{opening} wide": f"SELECT {', '.join([nested(opening, closing, MAX_RETRIED)] * 20)}"
        for opening, closing in OPENINGS
    },
    "calls that are written for an operator": "SELECT " + nested("a AT TIME ZONE (", ")", 20),
    "what is written twice, twice": "SELECT " + "a -> " * 30 + "'b'",
    "what is copied": "SELECT " + "DIV0(" * 20 + "1" + ", a)" * 20,
    "what is sorted and copied": "SELECT " + "sort_array(" * 20 + "1" + ")" * 20,
    "lambdas in lambdas": "SELECT " + nested("f(x -> ", ")", 20),
    "JSON of JSON": "SELECT a" + " -> 'b'" * 30 + " FROM t",
    "subscripts": "SELECT a" + "[1]" * 6600,
    "subscripts of fields": "SELECT a" + ".b[1]" * 3900,
    "subscripts of subscripts": "SELECT a" + "[b[1]]" * 2800,
    "a list of lists that is long": "SELECT [[[[[" + "1, " * 9000 + "1]]]]]",
    "END between the brackets": "SELECT " + "[END " * 38,
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_text_keeps_the_parser_busy(dialect):
    slow = {}
    for name, text in TEXTS.items():
        start = time.process_time()
        with suppress(QueryRefusedError):
            check_query(text, dialect=dialect)
        spent = time.process_time() - start
        if spent > SECONDS:
            slow[name] = spent
    assert slow == {}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("opening", ["decimal(", "char(", "timestamp("])
def test_what_the_parser_reads_again_is_refused_beyond_six_levels(dialect, opening):
    with pytest.raises(QueryRefusedError, match="nested more than 6 deep"):
        check_query(f"SELECT {nested(opening, ')', MAX_RETRIED + 1)} AS x", dialect=dialect)


@pytest.mark.parametrize("chain", ["[1]", ".b[1]", "[c[1]]"])
def test_a_chain_of_subscripts_is_refused(chain):
    with pytest.raises(QueryRefusedError, match="subscripts"):
        check_query("SELECT a" + chain * (MAX_SUBSCRIPTS + 1), dialect="duckdb")


def test_subscripts_of_many_columns_are_no_chain():
    columns = ", ".join(f"a[{place}] AS c{place}" for place in range(1, 2 * MAX_SUBSCRIPTS))
    assert check_query(f"SELECT {columns} FROM t", dialect="duckdb")


def test_nested_lists_and_calls_of_six_levels_pass():
    lists = nested("[", "]", MAX_RETRIED)
    assert check_query(f"SELECT {lists} AS x", dialect="duckdb").sql == f"SELECT {lists} AS x"
    calls = nested("CAST(", " AS INT)", 2 * MAX_RETRIED)
    assert check_query(f"SELECT {calls} AS x", dialect="duckdb")
