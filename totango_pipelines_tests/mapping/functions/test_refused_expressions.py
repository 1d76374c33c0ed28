"""What is hostile or broken is refused, with a reason, a place and a next move."""

import time

import pytest

from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.functions.expression import check_expression
from totango_pipelines_tests.mapping.functions.expression_scene import (
    COLUMNS,
    FAILED,
    accepted,
    engine_with_rows,
    evaluated,
    refused,
)
from totango_pipelines_tests.mapping.functions.hostile_expressions import FAILING_ROWS, REFUSED

CORPUS = [(code, text) for code, texts in REFUSED.items() for text in texts]


@pytest.fixture(scope="module")
def engine():
    with engine_with_rows() as opened:
        yield opened


def test_the_corpus_is_large_enough_and_says_nothing_twice():
    assert len({text for _, text in CORPUS}) == len(CORPUS) > 200


@pytest.mark.parametrize(("code", "text"), CORPUS, ids=[ascii(text)[:60] for _, text in CORPUS])
def test_it_is_refused_in_time_with_a_reason_a_place_and_a_remedy(code, text):
    start = time.perf_counter()
    problems = refused(text)
    assert time.perf_counter() - start < 2
    assert problems[0].code == code, problems[0]
    for problem in problems:
        assert problem.problem.endswith(".")
        assert not problem.problem.endswith("..")
        assert problem.remedy.endswith((".", "?"))
        assert problem.remedy[0].isupper()
        assert len(problem.problem + problem.remedy) < 900
        if problem.start is not None:
            assert 0 <= problem.start <= problem.end <= len(text)
            assert problem.problem.startswith(f"at character {problem.start + 1}: ")


@pytest.mark.parametrize("text", FAILING_ROWS)
def test_what_only_fails_for_a_row_rejects_that_row(engine, text):
    assert evaluated(engine, accepted(text))[0] == FAILED


PLACES = [
    ("upper(nam)", [("UNKNOWN_COLUMN", "nam", "Did you mean name?")]),
    ("1 + uper(name)", [("UNKNOWN_FUNCTION", "uper", "Did you mean upper?")]),
    (
        "uper(nam) || lowr(name)",
        [
            ("UNKNOWN_FUNCTION", "uper", None),
            ("UNKNOWN_COLUMN", "nam", None),
            ("UNKNOWN_FUNCTION", "lowr", None),
        ],
    ),
    ("(  nam  )", [("UNKNOWN_COLUMN", "nam", None)]),
    ('"wei""rd" || \'x\'', [("UNKNOWN_COLUMN", '"wei""rd"', 'Did you mean "we""ird"?')]),
    (
        "1 + upper(5) + abs(day)",
        [("TYPE_MISMATCH", "upper(5)", None), ("TYPE_MISMATCH", "abs(day)", None)],
    ),
    ("coalesce(id, now())", [("NOT_ALLOWED", "now", "Use run_time.")]),
    ("run_tim", [("UNKNOWN_COLUMN", "run_tim", "Did you mean run_time?")]),
    ("date_trunc('mont', day)", [("EXPRESSION_SYNTAX", "'mont'", None)]),
    ("case", [("EXPRESSION_SYNTAX", "", None)]),
]


@pytest.mark.parametrize(("text", "expected"), PLACES)
def test_every_problem_points_at_its_piece(text, expected):
    problems = refused(text)
    found = [(each.code, text[each.start : each.end]) for each in problems]
    assert found == [(code, piece) for code, piece, _ in expected]
    for problem, (_, _, remedy) in zip(problems, expected, strict=True):
        assert remedy is None or remedy in problem.remedy


def test_the_reason_reads_as_a_sentence_with_its_place():
    (problem,) = refused("1 + uper(name)")
    assert problem.problem == "at character 5: there is no function 'uper'."


@pytest.mark.parametrize("name", ["select", "from", "order", "case", "end", "null", "and", "not"])
def test_a_column_named_as_a_word_of_sql_needs_quotes(name):
    columns = [SourceColumn(name, "string", "VARCHAR")]
    assert accepted(f'upper("{name}")', columns).columns == tuple(columns)
    assert accepted(f'"{name.upper()}"', columns).columns == tuple(columns)
    result = check_expression(f"upper({name})", columns)
    assert isinstance(result, tuple) or not result.columns


@pytest.mark.parametrize(
    "name", ['a"b', "a'b", "a;b", "a--b", "", " ", "a.b", "$1", "x\ny", "'", '"']
)
def test_a_column_of_any_name_can_be_read(name):
    columns = [SourceColumn("c0", "int64", "BIGINT"), SourceColumn(name, "string", "VARCHAR")]
    quoted = '"' + name.replace('"', '""') + '"'
    assert accepted(f"upper({quoted})", columns).sql == "upper(CAST(c1 AS VARCHAR))"


def test_columns_that_differ_in_case_only_have_to_be_told_apart():
    columns = [SourceColumn(name, "string", "VARCHAR") for name in ("Id", "ID")]
    (problem,) = refused("upper(id)", columns)
    assert problem.code == "AMBIGUOUS_COLUMN"
    assert "Id or ID" in problem.remedy
    assert accepted("ID", columns).sql == "CAST(c1 AS VARCHAR)"


def test_a_word_inside_quotes_is_only_text():
    assert accepted("'; DROP TABLE x; --' || name").sql.startswith("('; DROP TABLE x; --' ||")
    assert accepted("'/* $1 */'").type_name == "VARCHAR"


def test_the_corpus_has_columns_to_work_on():
    assert {"id", "name", "day", "seen"} < {column.name for column in COLUMNS}
