"""A mapping's effect on the preview: source value beside mapped value."""

from typing import TYPE_CHECKING

from rich.text import Text

from totango_pipelines.cli.output import plural, print_lines, print_sentences
from totango_pipelines.cli.session import Session
from totango_pipelines.cli.wide_table import WideColumn, print_wide_table, shown_cell

if TYPE_CHECKING:
    from totango_pipelines.mapping.effect import EffectCell, EffectColumn, MappingEffect

_ARROW = " → "


def print_effect(session: Session, effect: "MappingEffect") -> None:
    """Each attribute with its origin; `source → mapped` where the two read differently.

    A cell that cannot be taken shows its source value and the code of the refusal.
    """
    columns = [_column(column) for column in effect.columns]
    rows = [str(cell.row) for cell in effect.columns[0].cells] if effect.columns else []
    if not rows:
        print_lines(session.out, ["The query returns no row: nothing to show."])
        return
    print_wide_table(session.out, columns, rows)
    refused = effect.refused_rows
    said = f"{plural(len(rows), 'preview row')} mapped"
    if refused:
        said = f"{len(rows) - len(refused)} of {plural(len(rows), 'preview row')} accepted, {len(refused)} would be rejected"
    warnings = (f"warning: {text}" for text in effect.warnings)
    print_sentences(session.out, [said, *warnings, ""])


def _column(column: "EffectColumn") -> WideColumn:
    return WideColumn(column.attribute, column.origin, [_cell(cell) for cell in column.cells])


def _cell(cell: "EffectCell") -> Text:
    if cell.checks:
        codes = " ".join(check.code for check in cell.checks)
        return Text.assemble(shown_cell(cell.source), (f" ✗ {codes}", "red"))
    if cell.source == cell.mapped:
        return shown_cell(cell.mapped)
    arrow = (_ARROW, "dim")
    return Text.assemble(shown_cell(cell.source), arrow, shown_cell(cell.mapped))
