"""What a model is asked, and the SQL in its answer."""

import pytest

from totango_pipelines.errors import SuggestionRefusedError
from totango_pipelines.extract.suggestion import messages, sql_in


def test_the_model_is_told_columns_and_types_and_the_query():
    _, asked = messages(
        "only those renewed",
        engine="postgres",
        tables={"crm.accounts": [("id", "text"), ("renewal", "date")]},
        query="SELECT id FROM crm.accounts\n",
    )
    assert "crm.accounts\n  id text\n  renewal date" in asked["content"]
    assert "SELECT id FROM crm.accounts" in asked["content"]
    assert asked["content"].endswith("only those renewed")


@pytest.mark.parametrize("words", ["", " \n", "x" * 2001])
def test_words_that_say_nothing_or_too_much_are_refused(words):
    with pytest.raises(SuggestionRefusedError, match="1 to 2,000"):
        messages(words, engine="duckdb", tables={}, query="SELECT 1")


@pytest.mark.parametrize(
    "answer",
    [
        "SELECT 1",
        "SELECT 1;\n",
        "```sql\nSELECT 1;\n```",
        "Here it is:\n```\nSELECT 1\n```\nGood luck!",
    ],
)
def test_the_query_is_the_block_or_the_whole(answer):
    assert sql_in(answer) == "SELECT 1"


@pytest.mark.parametrize(
    "answer", ["", "  ", "```sql\n```", ";", "```\nSELECT 1\n```\n```\nSELECT 2\n```"]
)
def test_no_query_or_several_are_refused(answer):
    with pytest.raises(SuggestionRefusedError):
        sql_in(answer)
