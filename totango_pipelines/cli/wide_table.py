"""Tables of any number of columns: side by side as far as they fit, the others below."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from totango_pipelines.cli.output import make_table

WIDEST_CELL = 40
_GAP = 2


@dataclass(frozen=True, slots=True)
class WideColumn:
    """A column: its name, what stands below it, and its cells."""

    name: str
    below: str
    cells: Sequence[Text]


def print_wide_table(
    console: Console, columns: Sequence[WideColumn], numbers: Sequence[str] = ()
) -> None:
    """Print every column, none hidden; `numbers` name the rows, again in each group."""
    for group in _groups(columns, console.width - (6 if numbers else 0)):
        table = make_table()
        if numbers:
            table.add_column("row", justify="right", style="dim", no_wrap=True)
        for column in group:
            header = Text.assemble((column.name, "bold"), "\n", (column.below, "dim"))
            table.add_column(header, overflow="fold", max_width=WIDEST_CELL)
        for index in range(len(group[0].cells)):
            number = [numbers[index]] if numbers else []
            table.add_row(*number, *(column.cells[index] for column in group))
        console.print(table)
        console.print()


def _groups(columns: Sequence[WideColumn], width: int) -> Iterator[Sequence[WideColumn]]:
    group: list[WideColumn] = []
    used = 0
    for column in columns:
        texts = [column.name, column.below, *(cell.plain for cell in column.cells)]
        needed = min(WIDEST_CELL, max(len(text) for text in texts)) + _GAP
        if group and used + needed > width:
            yield group
            group, used = [], 0
        group.append(column)
        used += needed
    if group:
        yield group


def shown_cell(value: str | None) -> Text:
    """A cell's text; a null is not the text null, and blanks can be seen."""
    if value is None:
        return Text("null", style="dim italic")
    return Text(value) if value.strip() else Text(repr(value), style="dim")
