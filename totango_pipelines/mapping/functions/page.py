"""Writes docs/functions.md, the one page about expressions: `python -m` this module writes it."""

from pathlib import Path
from typing import Final

from totango_pipelines.mapping.functions.allowed import Category, Entry, Function
from totango_pipelines.mapping.functions.constants import LONGEST_PATTERN, MOST_REPETITIONS
from totango_pipelines.mapping.functions.cursor import MOST_HEIGHT, MOST_NESTING, MOST_NODES
from totango_pipelines.mapping.functions.growth import MOST_BYTES, MOST_CELLS
from totango_pipelines.mapping.functions.tokens import MOST_CHARACTERS, MOST_DIGITS
from totango_pipelines.mapping.functions.types import CASTS, UNKNOWN_DECIMAL
from totango_pipelines.mapping.functions.vocabulary import FORMS, FUNCTIONS

PAGE: Final = Path(__file__).parents[3] / "docs" / "functions.md"

_INTRODUCTION = """\
# Expressions

A line of a mapping may compute its value with `expression:` instead of reading one `column:`.

```yaml
mapping:
  - {attribute: account_name, expression: "coalesce(name, 'Account ' || id)"}
  - {attribute: ARR, expression: "CAST(replace(mrr, ',', '') AS DECIMAL(18,2)) * 12"}
  - {attribute: Region, expression: "lookup(upper(country), 'FR', 'EMEA', 'US', 'AMER', 'other')"}
  - {attribute: Source, expression: "integration_id"}
```

An expression is scalar SQL in DuckDB's dialect: it sees one row and yields one value. It is checked
before anything is saved and again before every run; a problem says where in the text it is. This
page is written from the list that the check itself uses, and every example on it is run by a test.

## Rules

- **Columns** are those of the query, by their name in any case. A name that is a word of SQL or
  holds other characters than letters, digits and `_` is written in double quotes (`"order"`,
  `"Account ID"`; `""` is a quote in it). Where two columns differ in case only, quotes and the exact
  case say which one is meant. The same column may be used in several lines.
- **Constants**: texts in single quotes (`'it''s'`), numbers of up to {digits} digits (`12.50`), `TRUE`,
  `FALSE`, `NULL`, `DATE '2026-03-31'`.
- **`run_time`** is the instant at which the extract began, **`integration_id`** the name of the
  integration. There is no clock and no randomness: a run that is repeated yields the same. A column
  of the query that has one of these names goes first.
- **Types**: whole and exact decimal numbers, floats, texts, dates, times and booleans stay what they
  are in the source; anything else is text. An exact number whose source does not say its digits is
  read as {decimal}, and a row where that would round it is rejected; as a text it has all its
  decimals (`'A' || x` of 12.5 is `A12.5000000000`), so cast it before, e.g. to DECIMAL(18,2). A
  blank in a numeric column is null. A cast to TIMESTAMPTZ takes a time without a
  zone as UTC, `AT TIME ZONE` as another's; a result without one is read in `settings.timezone`. The
  result has to fit the attribute.
- **Null** in, null out, unless the table says otherwise.
- **A row that cannot be computed is rejected** with the code `EXPRESSION`: a `CAST` or `strptime` of
  another text, a division by zero, a number that is too large, the root of a negative number.
  `TRY_CAST` and `try_strptime` yield null instead. What `CASE`, `if`, `lookup` and `coalesce` do
  not need is not computed and cannot reject; `AND` and `OR` may compute both sides.
- **Casts** are DuckDB's: `CAST(2.5 AS INTEGER)` rounds to 3, and `strptime` takes `%Y` for any year
  and overlooks spaces at the end. Where a cell has to have an exact shape, map its column with
  `source_format:` instead.
- **Types to cast to**: {casts}.

## Bounds

| Bound | Limit |
|---|---|
| length of the text | {characters} characters |
| nesting of parentheses, calls, `CASE` and signs | {nesting} |
| operators in a chain | {height} |
| names, values and operations | {nodes} |
| regular expression | {pattern} characters, counts in braces that multiply to {repetitions} |
| texts made of one row, all operations together | {cells} times its longest cell and {bytes} bytes |

Not part of the language: subqueries, aggregates and windows (do them in the query), lists, structs
and lambdas, functions that read files, settings, the network or the clock, random values, functions
that make values of any size (`repeat`, `lpad`, `format`), comments and `;`.
"""


def text() -> str:
    """The whole page."""
    rules = (
        _INTRODUCTION.replace("{digits}", str(MOST_DIGITS))
        .replace("{decimal}", UNKNOWN_DECIMAL)
        .replace("{casts}", ", ".join(f"`{name}`" for name in CASTS))
        .replace("{characters}", f"{MOST_CHARACTERS:,}")
        .replace("{nesting}", str(MOST_NESTING))
        .replace("{height}", str(MOST_HEIGHT))
        .replace("{nodes}", f"{MOST_NODES:,}")
        .replace("{pattern}", str(LONGEST_PATTERN))
        .replace("{repetitions}", f"{MOST_REPETITIONS:,}")
        .replace("{cells}", str(MOST_CELLS))
        .replace("{bytes}", f"{MOST_BYTES:,}")
    )
    return "\n".join([rules, *(_chapter(category) for category in Category)])


def write(page: Path = PAGE) -> None:
    """Write it; the committed page must equal this."""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text(), encoding="utf-8")


def _chapter(category: Category) -> str:
    lines = [
        f"## {category}",
        "",
        "| Write | What it does | Example | Result |",
        "|---|---|---|---|",
    ]
    lines += [_line(entry) for entry in (*FORMS, *FUNCTIONS) if entry.category is category]
    return "\n".join([*lines, ""])


def _line(entry: Entry) -> str:
    also = entry.aliases if isinstance(entry, Function) else ()
    meaning = (
        f"{entry.meaning} Also: {', '.join(f'`{name}`' for name in also)}."
        if also
        else entry.meaning
    )
    result = "null" if entry.result is None else f"`{entry.result}`"
    cells = [f"`{entry.signature}`", meaning, f"`{entry.example}`", result]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    write()
