"""The page about expressions is current, and every example on it is true."""

import duckdb
import pytest
import yaml

from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.functions.page import PAGE, text, write
from totango_pipelines.mapping.functions.refused import STATEMENT_WORDS, refusal_of
from totango_pipelines.mapping.functions.vocabulary import BY_NAME, FORMS, FUNCTIONS
from totango_pipelines_tests.mapping.functions.expression_scene import (
    accepted,
    engine_with_rows,
    evaluated,
)

ENTRIES = (*FORMS, *FUNCTIONS)


@pytest.fixture(scope="module")
def engine():
    with engine_with_rows() as opened:
        yield opened


def test_the_committed_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == text(), "run `make docs`"


def test_the_page_can_be_written_anywhere(tmp_path):
    write(tmp_path / "new" / "functions.md")
    assert (tmp_path / "new" / "functions.md").read_text(encoding="utf-8") == text()


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.signature for entry in ENTRIES])
def test_every_example_is_true(engine, entry):
    assert set(evaluated(engine, accepted(entry.example))) == {entry.result}


def test_the_mapping_shown_first_can_be_checked():
    shown = yaml.safe_load(text().partition("```yaml")[2].partition("```")[0])
    columns = [SourceColumn(name, "string", "VARCHAR") for name in ("id", "name", "mrr", "country")]
    for line in shown["mapping"]:
        assert accepted(line["expression"], columns).kind is not None


def test_what_the_rules_say_of_casts_is_true(engine):
    assert "`CAST(2.5 AS INTEGER)` rounds to 3" in text()
    assert set(evaluated(engine, accepted("CAST(2.5 AS INTEGER)"))) == {"3"}
    year_20 = "year(strptime('20-01-02  ', '%Y-%m-%d'))"
    assert set(evaluated(engine, accepted(year_20))) == {"20"}


def test_every_function_has_one_name_one_line_and_one_example_of_its_own():
    names = [name for function in FUNCTIONS for name in (function.name, *function.aliases)]
    assert len(names) == len(set(names)) == len(BY_NAME)
    for function in FUNCTIONS:
        assert f"{function.name}(" in function.example.lower()
        assert function.signature in text().replace("\\|", "|")


def test_nothing_is_both_allowed_and_refused():
    assert not [name for name in BY_NAME if refusal_of(name)]
    assert not [name for name in BY_NAME if name.upper() in STATEMENT_WORDS]


def test_what_is_allowed_is_plain_in_the_engine():
    """No function of the list is an aggregate, a table function or different each time."""
    with duckdb.connect() as engine:
        found = engine.execute(
            "SELECT DISTINCT function_name, function_type, stability FROM duckdb_functions()"
        ).fetchall()
    for name, kind, stability in found:
        if name in BY_NAME and BY_NAME[name].sql is None:
            assert kind in ("scalar", "macro"), name
            assert stability in ("CONSISTENT", "CONSISTENT_WITHIN_QUERY", None), name
