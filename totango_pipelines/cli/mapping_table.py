"""A mapping as a table: each column, a sample of it, its attribute, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.text import Text

from totango_pipelines.cli.output import make_table, plural, print_sentences
from totango_pipelines.cli.session import Session
from totango_pipelines.cli.wide_table import shown_cell

if TYPE_CHECKING:
    from totango_pipelines.mapping.automap.automap import Proposal
    from totango_pipelines.sync.drafts import Line

_SAMPLE_CHARACTERS = 24
_FEW = 12
"""So many columns without an attribute never push the others out of sight."""
_HOUSEKEEPING = "housekeeping"


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

    @property
    def is_as_you_said(self) -> bool:
        """Whether it is mapped otherwise than automap proposed."""
        return self.line is not None and not self.is_as_proposed

    @property
    def is_left(self) -> bool:
        """Whether nothing is mapped, and nothing is proposed either."""
        return self.line is None and (self.proposal is None or self.proposal.attribute is None)


def rows_of(proposals: "Iterable[Proposal]", lines: "Sequence[Line]") -> list[MappingRow]:
    """The rows in automap's order, keys first; below them what no column and no attribute has."""
    rows: list[MappingRow] = []
    known = set()
    for each in proposals:
        known.add(each.column)
        own: list[Line | None] = [line for line in lines if line.get("column") == each.column]
        rows += [MappingRow(each.column, line, each) for line in own or [None]]
    rows += [MappingRow(None, line, None) for line in lines if line.get("column") not in known]
    return sorted(rows, key=lambda row: row.is_left)


def print_rows(
    session: Session,
    firsts: Mapping[str, str],
    rows: Sequence[MappingRow],
    *,
    numbered: bool = False,
    most: int | None = None,
) -> int:
    """The rows; those of a walk have numbers to be named by.

    `firsts` is a cell of each column, empty where there is none. `most`: of many unmapped columns
    only so many are shown, of those that could be new attributes; the others are counted. Answers
    with the number of those that are not shown.
    """
    left = [row for row in rows if row.is_left]
    shown = _shown_of(left, firsts, most)
    titles = ["", "column", "sample", "attribute", "score", "reason"]
    table = make_table(*(["", *titles] if numbered else titles), whole=["", "score"])
    for number, row in enumerate(rows, start=1):
        if row.is_left and row not in shown:
            continue
        cells = [
            _mark(row),
            Text(row.origin),
            _sample(firsts, row.column),
            _attribute(row),
            _score(row),
            _reason(row),
        ]
        table.add_row(*([str(number)] if numbered else []), *cells)
    session.out.print(table)
    session.out.print()
    said = _said(rows, left, firsts, hidden=len(left) - len(shown))
    print_sentences(session.out, said)
    return len(left) - len(shown)


def _shown_of(
    left: Sequence[MappingRow], firsts: Mapping[str, str], most: int | None
) -> Sequence[MappingRow]:
    if most is None or len(left) <= max(most, _FEW):
        return left
    return [row for row in left if _could_be_new(row, firsts)][:most]


def _said(
    rows: Sequence[MappingRow],
    left: Sequence[MappingRow],
    firsts: Mapping[str, str],
    *,
    hidden: int,
) -> list[str]:
    said = []
    if any(row.line is None and not row.is_left for row in rows):
        said.append(
            "? is proposed but not taken: the score is too low for that, or its format is not clear."
        )
    if hidden:
        useless = sum(1 for row in left if _is_useless(row, firsts))
        new = sum(1 for row in left if _could_be_new(row, firsts))
        counts = [f"{useless} empty or housekeeping", f"{new} could be new attributes"]
        others = len(left) - useless - new
        counts += [f"{others} fit nothing"] if others else []
        shown = f", {hidden} of them not listed here" if hidden < len(left) else ""
        are = "is" if len(left) == 1 else "are"
        said.append(
            f"{plural(len(left), 'column')} {are} left unmapped{shown}: {', '.join(counts)}."
        )
    return [*said, ""] if said else []


def _could_be_new(row: MappingRow, firsts: Mapping[str, str]) -> bool:
    has_type = row.proposal is not None and row.proposal.new_type is not None
    return has_type and not _is_useless(row, firsts)


def _is_useless(row: MappingRow, firsts: Mapping[str, str]) -> bool:
    is_housekeeping = row.proposal is not None and row.proposal.reason.startswith(_HOUSEKEEPING)
    return is_housekeeping or not firsts.get(row.column or "", "")


def _mark(row: MappingRow) -> Text:
    if row.line is not None:
        return Text("✓", style="green")
    return Text("") if row.is_left else Text("?", style="yellow")


def _sample(firsts: Mapping[str, str], column: str | None) -> Text:
    if column is None:
        return Text("")
    text = " ".join(firsts.get(column, "").split())
    if not text:
        return Text("always empty", style="dim")
    cut = text if len(text) <= _SAMPLE_CHARACTERS else f"{text[: _SAMPLE_CHARACTERS - 1]}…"
    return shown_cell(cut)


def _attribute(row: MappingRow) -> Text:
    if row.line is not None:
        line: Any = row.line
        new = f" (new {line['new']['type']})" if "new" in line else ""
        read_as = f" as {line['source_format']}" if "source_format" in line else ""
        return Text(f"{line['attribute']}{new}{read_as}", style="green")
    if row.proposal is not None and row.proposal.attribute is not None:
        return Text(row.proposal.attribute, style="yellow")
    return Text("-", style="dim")


def _score(row: MappingRow) -> Text:
    if row.proposal is None or row.is_as_you_said:
        return Text("")
    return Text(f"{row.proposal.score:.2f}")


def _reason(row: MappingRow) -> Text:
    if row.proposal is None or row.is_as_you_said:
        return Text("as you said")
    left_out = (
        "; left out: mapped otherwise, or not wanted"
        if row.line is None and row.proposal.ticked
        else ""
    )
    return Text(f"{row.proposal.reason}{left_out}", style="dim" if row.is_left else "")
