"""A query in a person's words: what a language model is asked, and the SQL in its answer.

The model is told columns and types, never rows. What it answers is not trusted: the guard judges
it like anybody's query.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from totango_pipelines.errors import SuggestionRefusedError

Columns = Sequence[tuple[str, str]]
"""A table's columns: name and type."""

MOST_WORDS: Final = 2000
"""Characters of what somebody asks for."""
_MOST_COLUMNS: Final = 500
_FENCE: Final = re.compile(r"```[ \t]*\w*[ \t]*\n(.*?)```", re.DOTALL)
_RULES: Final = """\
You write one read-only SQL query for {engine}. Answer with the SQL alone, in one ```sql block.
It is one SELECT; WITH ... SELECT and UNION are fine. It names only the tables and columns below.
Keep the columns that the current query returns, by their names, unless asked otherwise: others are
read from it. Write times as literals or with {engine}'s own functions of the current date."""


def messages(
    words: str,
    *,
    engine: str,
    tables: Mapping[str, Columns],
    query: str,
) -> list[dict[str, str]]:
    """What the model is asked: `tables` by the name that a query calls them.

    Raises:
        SuggestionRefusedError: nothing is asked for, or too much.
    """
    if not words.strip() or len(words) > MOST_WORDS:
        msg = f"say in 1 to {MOST_WORDS:,} characters what the query should return."
        raise SuggestionRefusedError(msg)
    told = "\n\n".join(_table(name, columns) for name, columns in tables.items())
    asked = f"The tables:\n\n{told}\n\nThe current query:\n\n{query.strip()}\n\nNow it should return:\n{words.strip()}"
    return [
        {"role": "system", "content": _RULES.format(engine=engine)},
        {"role": "user", "content": asked},
    ]


def sql_in(answer: str) -> str:
    """The query in a model's answer: what stands in its one block, or the whole of it.

    Raises:
        SuggestionRefusedError: there is none, or more than one.
    """
    blocks = _FENCE.findall(answer)
    if len(blocks) > 1:
        msg = f"the model answered with {len(blocks)} queries. Say more precisely what you want."
        raise SuggestionRefusedError(msg)
    found = (blocks[0] if blocks else answer).strip().rstrip(";").strip()
    if not found:
        msg = "the model answered with nothing. Say it in other words."
        raise SuggestionRefusedError(msg)
    return found


def _table(name: str, columns: Columns) -> str:
    shown = [f"  {column} {kind}" for column, kind in columns[:_MOST_COLUMNS]]
    left = len(columns) - len(shown)
    more = [f"  and {left} more columns"] if left else []
    return "\n".join([name, *shown, *more])
