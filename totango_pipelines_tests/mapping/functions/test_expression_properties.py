"""Whatever is typed, the check answers; whatever it accepts runs, and fails only row by row."""

import random
import time

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from totango_pipelines.mapping.functions.expression import CheckedExpression, check_expression
from totango_pipelines.mapping.functions.vocabulary import FUNCTIONS
from totango_pipelines_tests.mapping.functions.expression_scene import (
    COLUMNS,
    FAILED,
    accepted,
    engine_with_rows,
    evaluated,
)

SECONDS = 3
MANY = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

PIECES = [
    *("(", ")", ",", "+", "-", "*", "/", "//", "%", "||", "::", "=", "<>", "<", ">=", "'", '"'),
    *("AND", "OR", "NOT", "IN", "IS", "NULL", "TRUE", "CASE", "WHEN", "THEN", "ELSE", "END"),
    *("BETWEEN", "LIKE", "CAST(", "TRY_CAST(", " AS ", "INTERVAL", "DAY", "AT TIME ZONE", "DATE"),
    *("SELECT", "OVER", ";", "--", "/*", "$", "[", "{", "->", "\0", "\u200b", "é", "\uff11"),
    *("''", "'a'", "'UTC'", "'%Y'", "'[a-'", "1", "0", "1.5", "1e9", "99999999999999999999"),
    *("INTEGER", "VARCHAR", "DECIMAL(9,2)", "run_time", *(column.name for column in COLUMNS)),
    *(f"{function.name}(" for function in FUNCTIONS),
]


@pytest.fixture(scope="module")
def engine():
    with engine_with_rows() as opened:
        yield opened


def answer(text: str) -> CheckedExpression | None:
    start = time.perf_counter()
    result = check_expression(text, COLUMNS)
    assert time.perf_counter() - start < SECONDS, text
    if isinstance(result, CheckedExpression):
        return result
    assert result
    assert all(problem.code and problem.problem and problem.remedy for problem in result)
    return None


@MANY
@given(st.text(max_size=60))
def test_any_text_gets_an_answer(engine, text):
    checked = answer(text)
    if checked is not None:
        evaluated(engine, checked)


@MANY
@given(st.lists(st.sampled_from(PIECES), max_size=25), st.sampled_from(["", " "]))
def test_any_pieces_of_the_language_get_an_answer(engine, pieces, between):
    checked = answer(between.join(pieces))
    if checked is not None:
        evaluated(engine, checked)


TEXTS = ["name", "'x'", "'12'", "''", "amount::VARCHAR", '"A"', "integration_id", "NULL::VARCHAR"]
NUMBERS = ["id", "small", "rate", "price", "amount", "0", "1", "-3", "1.5", "NULL::BIGINT"]
DATES = ["day", "seen", "at", "run_time", "DATE '2024-02-29'", "CAST(name AS DATE)"]
CONDITIONS = ["active", "TRUE", "name IS NULL", "id > 0", "name LIKE 'A%'", "NULL::BOOLEAN"]


def deeper(children):
    """Operations over any values, right or wrong."""

    def joined(*parts):
        return st.tuples(*parts).map("".join)

    calls = [
        joined(
            st.just(f"{function.name}("),
            st.lists(children, min_size=function.takes[0], max_size=function.takes[0]).map(
                ", ".join
            ),
            st.just(")"),
        )
        for function in FUNCTIONS
        if not function.constants
    ]
    operators = st.sampled_from(["+", "-", "*", "/", "//", "%", "||", "=", "<", "AND", "OR"])
    types = st.sampled_from(["INTEGER", "VARCHAR", "DOUBLE", "DATE", "DECIMAL(9,2)", "BOOLEAN"])
    return st.one_of(
        *calls,
        joined(
            st.just("("), children, st.just(" "), operators, st.just(" "), children, st.just(")")
        ),
        joined(st.just("CAST("), children, st.just(" AS "), types, st.just(")")),
        joined(st.just("TRY_CAST("), children, st.just(" AS "), types, st.just(")")),
        joined(
            *(st.just("CASE WHEN "), children, st.just(" THEN "), children),
            *(st.just(" ELSE "), children, st.just(" END")),
        ),
        joined(st.just("coalesce("), children, st.just(", "), children, st.just(")")),
        joined(st.just("strptime("), children, st.just(", '%Y-%m-%d')")),
        joined(children, st.just(" IN ("), children, st.just(")")).map(lambda text: f"({text})"),
    )


EXPRESSIONS = st.recursive(
    st.sampled_from([*TEXTS, *NUMBERS, *DATES, *CONDITIONS]), deeper, max_leaves=8
)


@settings(MANY, max_examples=300)
@given(EXPRESSIONS)
def test_what_is_accepted_runs_over_any_rows_and_fails_only_for_its_rows(engine, text):
    checked = answer(text)
    if checked is not None:
        assert len(evaluated(engine, checked)) == 4


CELLS = st.one_of(
    st.none(),
    st.text(max_size=20).filter(lambda text: "\0" not in text and text.isprintable()),
    st.sampled_from(["1", "-1", "1.5", "1e5", "2026-03-31", "true", "", " ", "NaN", "9" * 40]),
)
READERS = [
    *("CAST(name AS INTEGER)", "name::DATE", "name::DOUBLE", "name::BOOLEAN", "upper(name)"),
    *("CAST(name AS DECIMAL(9,2)) / CAST(name AS INTEGER)", "strptime(name, '%Y-%m-%d')"),
    *(
        "amount * 2",
        "coalesce(amount, 0) / amount",
        "initcap(name)",
        "left(name, 3) || reverse(name)",
    ),
    *("CASE WHEN amount > 0 THEN CAST(name AS INTEGER) ELSE 1 // amount END", "amount % amount"),
    *("if(name = '', 0, CAST(name AS INTEGER) + 1)", "split_part(name, ' ', 1)::TIMESTAMP"),
    *(
        "lookup(name, '1', name::INTEGER, '-1', 1 / name::INTEGER, 0)",
        "json_extract_string(name, '$')",
    ),
    *("regexp_replace(name, '(.)', '\\1\\1', 'g')", "md5(name)", "nullif(name::INTEGER, amount)"),
]
CHECKED = [accepted(text) for text in READERS]


@settings(MANY, max_examples=100)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=10))
def test_whatever_the_cells_are_no_error_leaves_try(engine, cells):
    engine.execute("CREATE OR REPLACE TEMP TABLE cells (n INTEGER, c1 VARCHAR, c2 VARCHAR)")
    engine.executemany(
        "INSERT INTO cells VALUES (?, ?, ?)", [(n, *pair) for n, pair in enumerate(cells)]
    )
    plain = ", ".join(f"TRY(struct_pack(v := {each.sql}))" for each in CHECKED)
    faster = ", ".join(each.tried for each in CHECKED)
    query = "SELECT {} FROM cells ORDER BY n"
    found = engine.execute(query.replace("{}", plain)).fetchall()
    assert repr(found) == repr(engine.execute(query.replace("{}", faster)).fetchall())


def test_many_rows_fail_alone_in_the_middle_of_good_ones():
    rows = [
        f"({n}, {'NULL' if n % 3 == 0 else repr('x' if n % 3 == 1 else str(n))}"
        f"{', NULL' * (len(COLUMNS) - 2)})"
        for n in range(4_200)
    ]
    with engine_with_rows(rows) as engine:
        found = evaluated(engine, accepted("CAST(name AS INTEGER) * 2"))
    assert found.count(None) == found.count(FAILED) == 1_400


def written_by_chance(chance: random.Random) -> str:
    """Operators of every level between small values, without parentheses."""

    def value() -> str:
        sign = chance.choice(["", "", "", "", "-", "NOT ", "- ", "+"])
        return sign + chance.choice(
            ["1", "2", "3", "0", "'1'", "'2'", "TRUE", "FALSE", "NULL", "7"]
        )

    text = value()
    for _ in range(chance.randint(1, 3)):
        more = [
            *(
                f"{sign} {value()}"
                for sign in ("+", "-", "*", "/", "//", "%", "||", "=", "<", ">=")
            ),
            *(
                f"{word} {value()}"
                for word in ("AND", "OR", "LIKE", "NOT LIKE", "IS DISTINCT FROM")
            ),
            *(f"IN ({value()}, {value()})", f"BETWEEN {value()} AND {value()}"),
            *("IS NULL", "IS NOT NULL", "::INTEGER", "::VARCHAR", "AT TIME ZONE 'Europe/Paris'"),
        ]
        text += f" {chance.choice(more)}"
    return text


def test_operators_bind_as_in_the_engine():
    """What is read here and written out again means what the engine reads in the text itself."""
    chance = random.Random(20260301)
    compared = 0
    with engine_with_rows() as engine:
        for _ in range(600):
            text = written_by_chance(chance)
            checked = check_expression(text, COLUMNS)
            if isinstance(checked, CheckedExpression):
                compared += 1
                assert outcome(engine, text) == outcome(engine, checked.sql), text
    assert compared > 100


def outcome(engine: duckdb.DuckDBPyConnection, sql: str) -> str:
    try:
        return repr(engine.execute(f"SELECT {sql} AS v").fetchall())
    except duckdb.Error as error:
        return type(error).__name__
