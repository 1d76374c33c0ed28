"""The options that change mapping lines, each `attribute=value`, shared by `create` and `edit`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.errors import UserError

if TYPE_CHECKING:
    from totango_pipelines.integrations.text_edits import ChangeLine

_Pairs = list[str] | None

Map = Annotated[
    _Pairs, typer.Option("--map", metavar="ATTRIBUTE=COLUMN", help="Map a column of the query.")
]
MapConstant = Annotated[
    _Pairs,
    typer.Option("--map-constant", metavar="ATTRIBUTE=VALUE", help="The same value for every row."),
]
MapExpression = Annotated[
    _Pairs,
    typer.Option("--map-expression", metavar="ATTRIBUTE=SQL", help="Scalar SQL over the columns."),
]
Format = Annotated[
    _Pairs,
    typer.Option(
        "--format", metavar="ATTRIBUTE=FORMAT", help="How the source writes it, e.g. MM/DD/YYYY."
    ),
]
Note = Annotated[
    _Pairs, typer.Option("--note", metavar="ATTRIBUTE=TEXT", help="Why the line is as it is.")
]
Blank = Annotated[
    _Pairs,
    typer.Option("--blank", metavar="ATTRIBUTE=keep|clear", help="What a blank cell says."),
]
OnError = Annotated[
    _Pairs,
    typer.Option(
        "--on-error",
        metavar="ATTRIBUTE=reject_row|null_value",
        help="What a cell that cannot be converted does.",
    ),
]
New = Annotated[
    _Pairs,
    typer.Option(
        "--new",
        metavar="ATTRIBUTE=TYPE",
        help="Add the attribute: text, number, currency (or currency:EUR), date, foreign_key.",
    ),
]
Sets = Annotated[
    _Pairs, typer.Option("--set", metavar="PATH=VALUE", help="E.g. settings.allow_new=false.")
]
Query = Annotated[str | None, typer.Option("--query", metavar="SQL", help="One SELECT.")]
QueryFile = Annotated[
    Path | None,
    typer.Option("--query-file", metavar="FILE", dir_okay=False, help="A file with the query."),
]


@dataclass(frozen=True, slots=True)
class LineOptions:
    """What was given for mapping lines, as it was typed."""

    columns: Sequence[str] | None = None
    constants: Sequence[str] | None = None
    expressions: Sequence[str] | None = None
    formats: Sequence[str] | None = None
    notes: Sequence[str] | None = None
    blanks: Sequence[str] | None = None
    on_errors: Sequence[str] | None = None
    new: Sequence[str] | None = None

    def changes(self) -> "list[ChangeLine]":
        """One change for each attribute, in the order in which they were first named.

        An empty value takes the key out: `--note "Tier="`.

        Raises:
            BadParameter: a text without `=`, or two origins for one attribute.
        """
        values: dict[str, dict[str, Any]] = {}
        for option, key, pairs in self._given():
            for attribute, value in _split(option, pairs):
                line = values.setdefault(attribute, {})
                if key in line:
                    hint = f"{attribute} has two values."
                    raise typer.BadParameter(hint, param_hint=option)
                line[key] = _value(key, value)
        for attribute, line in values.items():
            origins = [key for key in ("column", "constant", "expression") if key in line]
            if len(origins) > 1:
                hint = f"{attribute} has {' and '.join(origins)}; a line takes one of them."
                raise typer.BadParameter(hint, param_hint="--map")
        edits = door.integrations("text_edits")
        return [edits.ChangeLine(attribute, line) for attribute, line in values.items()]

    def _given(self) -> Iterable[tuple[str, str, Sequence[str]]]:
        yield "--map", "column", self.columns or ()
        yield "--map-constant", "constant", self.constants or ()
        yield "--map-expression", "expression", self.expressions or ()
        yield "--format", "source_format", self.formats or ()
        yield "--note", "note", self.notes or ()
        yield "--blank", "blank", self.blanks or ()
        yield "--on-error", "on_error", self.on_errors or ()
        yield "--new", "new", self.new or ()


def query_text(query: str | None, file: Path | None) -> str | None:
    """The query that was given, as a text or as a file, with a line break at its end.

    Raises:
        BadParameter: both were given.
        UserError: the file cannot be read.
    """
    if query is not None and file is not None:
        hint = "give the query or a file with it, not both."
        raise typer.BadParameter(hint, param_hint="--query-file")
    if file is not None:
        try:
            query = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            msg = f"{file} cannot be read as UTF-8 text: {error}."
            raise UserError(msg) from None
    return None if query is None else f"{query.strip()}\n"


def pair(option: str, text: str) -> tuple[str, str]:
    """`a=b` taken apart at the first `=`.

    Raises:
        BadParameter: there is none, or nothing stands before it.
    """
    name, separator, value = text.partition("=")
    if not separator or not name.strip():
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE.", param_hint=option)
    return name.strip(), value.strip()


def constant_of(text: str) -> str | float | bool:
    """A number or a switch where the text is exactly one; `007` and `1.50` stay texts."""
    scalars = door.integrations("yaml_scalars")
    try:
        read: str | float | bool | None = scalars.plain_scalar(text)
    except scalars.UnusableNumberError:
        return text
    written = str(read).lower() if isinstance(read, bool) else str(read)
    return text if read is None or written != text else read


def _split(option: str, pairs: Sequence[str]) -> Iterable[tuple[str, str]]:
    return [pair(option, each) for each in pairs]


def _value(key: str, text: str) -> Any:  # noqa: ANN401 - plain data
    if not text:
        return None
    if key == "constant":
        return constant_of(text)
    if key == "new":
        kind, _, currency = text.partition(":")
        return {"type": kind, "currency": currency} if currency else {"type": kind}
    return text
