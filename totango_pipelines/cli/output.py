"""How things look on a terminal, in a pipe and as JSON."""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from totango_pipelines.errors import DeclarationError, MappingInvalidError

_PASSWORD = re.compile(r"(://[^:/@\s]*):\S*@|((?:password|sslpassword)=)[^&\s]*", re.IGNORECASE)
_PIECE = re.compile(r"(?:`[^`]*`|--[\w-]+ \"[^\"]*\"|\S)+\s*")
"""What stays on one line: a word, a command in back quotes, an option with its value."""
_SINGULAR = {"duplicates": "duplicate", "stub_accounts": "stub account"}
_STYLES = {
    "succeeded": "green",
    "succeeded_with_rejects": "yellow",
    "failed": "red",
    "canceled": "red",
    "running": "cyan",
    "error": "red",
    "warning": "yellow",
}


def make_console(*, stderr: bool = False, color: bool = True) -> Console:
    """A console that takes every text as it is; colours only on a terminal."""
    file = sys.stderr if stderr else sys.stdout
    console = Console(file=file, highlight=False, markup=False, emoji=False)
    if color and not console.no_color:
        return console
    return Console(file=file, highlight=False, markup=False, emoji=False, color_system=None)


def make_table(*columns: str, whole: Sequence[str] = ()) -> Table:
    """A table without a frame; long cells go on in the next line, `whole` columns last of all."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in whole)
    return table


def print_json(value: object) -> None:
    """The only thing on standard output under --json; dates and decimals are texts in it."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def print_lines(console: Console, lines: Iterable[str | Text]) -> None:
    """Lines as they are: a path, a command, a file or a query stays whole and can be copied."""
    for line in lines:
        console.print(line, soft_wrap=True)


def print_sentences(console: Console, lines: Iterable[str | Text]) -> None:
    """Sentences; on a terminal they go on in the next line between two words.

    Paths, options with their value, and commands in back quotes stay whole.
    """
    for line in lines:
        text = Text(line) if isinstance(line, str) else line
        print_lines(console, _wrapped(text, console.width) if console.is_terminal else [text])


def _wrapped(text: Text, width: int) -> Iterable[Text]:
    """The text in lines of whole pieces; each goes on below where the first begins."""
    plain = text.plain
    start = len(plain) - len(plain.lstrip())
    ends, column = [], start
    for piece in _PIECE.finditer(plain, start):
        if column > start and column + cell_len(piece[0].rstrip()) > width:
            ends.append(piece.start())
            column = start
        column += cell_len(piece[0])
    first, *rest = text.divide(ends)
    for line in (first, *(Text(" " * start) + each for each in rest)):
        line.rstrip()
        yield line


def print_error(console: Console, message: str) -> None:
    """`error: …` on standard error; further lines of the message are indented."""
    first, *rest = message.strip().splitlines() or [""]
    print_sentences(console, [Text.assemble(("error:", "bold red"), f" {first}")])
    print_sentences(console, (f"  {line}" for line in rest))


def print_exception(console: Console, error: Exception) -> None:
    """One of our own errors, in its own words; each problem of a file is a line."""
    if isinstance(error, DeclarationError | MappingInvalidError):
        for problem in error.problems:
            print_error(console, str(problem))
    else:
        print_error(console, str(error))


def styled(word: str) -> Text:
    """A status or a severity, in its colour and as people read it."""
    return Text(word.replace("_", " "), style=_STYLES.get(word, ""))


def moment(value: datetime | None) -> str:
    """A time to the minute, with its zone."""
    return "" if value is None else f"{value:%Y-%m-%d %H:%M} {value.tzname() or ''}".strip()


def iso(value: datetime | None) -> str | None:
    """A time for machines."""
    return None if value is None else value.isoformat()


def plural(count: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def without_password(url: str) -> str:
    """A URL that can be shown."""
    return _PASSWORD.sub(lambda found: f"{found[1]}:***@" if found[1] else f"{found[2]}***", url)


def counts_sentence(counts: dict[str, Any]) -> str:
    """`59 rows read: 57 created, 2 rejected`; what is zero is left out."""
    others = [(name, n) for name, n in counts.items() if name != "rows_read" and n]
    said = ", ".join(
        f"{n} {_SINGULAR[name] if n == 1 and name in _SINGULAR else name.replace('_', ' ')}"
        for name, n in others
    )
    read = f"{plural(counts.get('rows_read', 0), 'row')} read"
    return f"{read}: {said}" if said else read
