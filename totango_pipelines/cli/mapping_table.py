"""A mapping as a table: where each value comes from, an example, the attribute and the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.text import Text

from totango_pipelines.cli.create_draft import Material
from totango_pipelines.cli.output import make_table
from totango_pipelines.cli.session import Session
from totango_pipelines.cli.wide_table import shown_cell

if TYPE_CHECKING:
    from totango_pipelines.integrations.integration import MappingLine
    from totango_pipelines.mapping.automap.automap import Proposal
    from totango_pipelines.sync.drafts import Line

_EXAMPLE_CHARACTERS = 24


@dataclass(frozen=True, slots=True)
class MappingRow:
    """A column of the query, or a line without one; `line` is None where nothing is mapped."""

    column: str | None
    line: "Line | None"
    proposal: "Proposal | None"

    @property
    def origin(self) -> str:
        """What people call the row by."""
        if self.column is not None:
            return self.column
        line: Any = self.line or {}
        if "expression" in line:
            return str(line["expression"])
        return f"constant {line.get('constant')!r}"

    @property
    def is_as_proposed(self) -> bool:
        """Whether it is mapped as automap proposed."""
        wanted = None if self.proposal is None else self.proposal.attribute
        return self.line is not None and self.line.get("attribute") == wanted


def print_mapping(session: Session, found: Material, mapping: "Sequence[MappingLine]") -> None:
    """What a new integration maps, and what it leaves out."""
    by_column: dict[str, list[Any]] = {each.column: [] for each in found.proposals}
    others = []
    for line in mapping:
        plain = line.model_dump(mode="json", exclude_defaults=True)
        if line.column in by_column:
            by_column[line.column].append(plain)
        else:
            others.append(MappingRow(None, plain, None))
    rows = [
        MappingRow(each.column, line, each)
        for each in found.proposals
        for line in by_column[each.column] or [None]
    ]
    print_rows(session, found, [*rows, *others], numbered=False)


def print_rows(
    session: Session, found: Material, rows: Sequence[MappingRow], *, numbered: bool = True
) -> None:
    """The rows; those of a walk have numbers to be named by."""
    columns = ["from", "example", "attribute", "score", "why"]
    table = make_table(*(["", *columns] if numbered else columns), whole=["score"])
    for number, row in enumerate(rows, start=1):
        cells: list[Text | str] = [
            Text(row.origin),
            _example(found, row.column),
            _attribute(row),
            "" if row.proposal is None else f"{row.proposal.score:.2f}",
            _why(row),
        ]
        table.add_row(*([str(number)] if numbered else []), *cells)
    session.out.print(table)
    session.out.print()


def _example(found: Material, column: str | None) -> Text:
    if column is None:
        return Text("")
    texts = found.sample.texts(column)
    if not texts:
        return Text("always empty", style="dim")
    text = " ".join(texts[0].split())
    cut = text if len(text) <= _EXAMPLE_CHARACTERS else f"{text[: _EXAMPLE_CHARACTERS - 1]}…"
    return shown_cell(cut)


def _attribute(row: MappingRow) -> Text:
    """Ticked and green where it is mapped; a proposal that is not taken has a question mark."""
    if row.line is not None:
        line: Any = row.line
        new = f" (new {line['new']['type']})" if "new" in line else ""
        read_as = f" as {line['source_format']}" if "source_format" in line else ""
        return Text(f"✓ {line['attribute']}{new}{read_as}", style="green")
    if row.proposal is not None and row.proposal.attribute is not None:
        return Text(f"? {row.proposal.attribute}", style="yellow")
    return Text("-", style="dim")


def _why(row: MappingRow) -> str:
    if row.proposal is None or (row.line is not None and not row.is_as_proposed):
        return str((row.line or {}).get("note", "as you said"))
    return row.proposal.reason
