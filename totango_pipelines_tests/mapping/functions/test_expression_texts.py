"""What is wrong with an expression whatever the columns are is found without them."""

import pytest

from totango_pipelines.mapping.functions.expression import check_expression, check_text
from totango_pipelines_tests.mapping.functions.expression_scene import COLUMNS
from totango_pipelines_tests.mapping.functions.hostile_expressions import FAILING_ROWS, REFUSED

CORPUS = [(code, text) for code, texts in REFUSED.items() for text in texts]
_NEED_COLUMNS = {"UNKNOWN_COLUMN", "AMBIGUOUS_COLUMN", "TYPE_MISMATCH", "EXPRESSION_TOO_LARGE"}


def test_what_needs_no_columns_is_refused_with_the_same_words():
    missed = []
    for code, text in CORPUS:
        found = check_text(text)
        live = check_expression(text, COLUMNS)
        # Names are looked up together, so that with columns there may be more to say.
        assert set(found) <= set(live), text
        if not found and code not in _NEED_COLUMNS:
            missed.append(text)
    # Words of SQL that might as well be columns.
    assert all(text.replace("_", "").isalpha() for text in missed), missed


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("read_csv(path)", "NOT_ALLOWED"),
        ("sum(amount)", "NOT_ALLOWED"),
        ("uper(name)", "UNKNOWN_FUNCTION"),
        ("upper(name", "EXPRESSION_SYNTAX"),
        ("left(name)", "EXPRESSION_SYNTAX"),
        ("regexp_matches(name, '[a-')", "EXPRESSION_SYNTAX"),
        ("at AT TIME ZONE 'Nowhere'", "EXPRESSION_SYNTAX"),
        ("name || '" + "x" * 4000 + "'", "EXPRESSION_TOO_LONG"),
        ("(" * 31 + "name" + ")" * 31, "EXPRESSION_TOO_DEEP"),
        ("CAST('x' AS INTEGER)", "TYPE_MISMATCH"),
    ],
)
def test_a_text_that_fits_no_columns_is_refused(text, code):
    assert [problem.code for problem in check_text(text)] == [code]


@pytest.mark.parametrize("text", ["nobody_knows + 1", '"no column"', "user", "run_time", "1 + 1"])
def test_a_text_that_some_columns_fit_has_no_problem(text):
    assert check_text(text) == ()


@pytest.mark.parametrize("text", FAILING_ROWS)
def test_what_fails_only_for_rows_has_no_problem(text):
    assert check_text(text) == ()
