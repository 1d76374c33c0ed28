"""The options that change mapping lines, each `attribute=value`, shared by `create` and `edit`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.completions import require_word
from totango_pipelines.errors import Problem, UserError

if TYPE_CHECKING:
    from totango_pipelines.integrations.text_edits import Change, ChangeLine

_Pairs = list[str] | None
_ORIGINS = ("column", "constant", "expression")
_UNKNOWN_ATTRIBUTE = "UNKNOWN_ATTRIBUTE"
_ADD_IT = "To add it"

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
    typer.Option(
        "--query-file", metavar="FILE", exists=True, dir_okay=False, help="A file with the query."
    ),
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

    def changes(self, unmapped: Sequence[str] = ()) -> "list[ChangeLine]":
        """One change for each attribute, in the order in which they were first named.

        An empty value takes the key out: `--note "Tier="`. `unmapped` are the attributes of
        `--unmap`.

        Raises:
            BadParameter: a text without `=`, a word that an option does not take, or two options
                that contradict each other.
        """
        folded = door.names().normalised_name
        named: dict[str, str] = {}
        values: dict[str, dict[str, Any]] = {}
        for option, key, pairs in self._given():
            for attribute, text in (pair(option, each) for each in pairs):
                line = values.setdefault(named.setdefault(folded(attribute), attribute), {})
                if key in line:
                    raise typer.BadParameter(f"{attribute} has two values.", param_hint=option)
                line[key] = _value(option, key, text)
        for attribute, line in values.items():
            origins = [key for key in _ORIGINS if line.get(key) is not None]
            if len(origins) > 1:
                hint = f"{attribute} has {' and '.join(origins)}; a line takes one of them."
                raise typer.BadParameter(hint, param_hint="--map")
        for attribute in unmapped:
            if folded(attribute) in named:
                hint = f"{attribute} is to be unmapped, and another option changes its line."
                raise typer.BadParameter(hint, param_hint="--unmap")
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


def _value(option: str, key: str, text: str) -> Any:  # noqa: ANN401 - plain data
    if not text:
        return None
    if key == "constant":
        return constant_of(text)
    words = _words_of(key)
    if key == "new":
        kind, _, currency = text.partition(":")
        require_word(option, kind, words)
        return {"type": kind, "currency": currency} if currency else {"type": kind}
    if words:
        require_word(option, text, words)
    return text


def _words_of(key: str) -> tuple[str, ...]:
    """The words that a key of a line takes; none where it takes any text."""
    declared = door.integrations("integration")
    match key:
        case "blank":
            return tuple(str(each) for each in declared.Blank)
        case "on_error":
            return tuple(str(each) for each in declared.OnError)
        case "new":
            return get_args(declared.NewAttribute.model_fields["type"].annotation)
    return ()


def in_options(
    problems: Iterable[Problem], mapping: object, changes: "Iterable[Change]"
) -> tuple[Problem, ...]:
    """The problems; what a line of the `changes` lacks is said as an option, not as YAML.

    `mapping` is the plain data of the lines that the problems speak of.
    """
    edits = door.integrations("text_edits")
    named = [each.attribute for each in changes if isinstance(each, edits.ChangeLine)]
    by_path = {
        f"{edits.MAPPING}[{edits.line_index(mapping, attribute)}].attribute": attribute
        for attribute in named
    }
    return tuple(
        replace(each, remedy=_new_option(each.remedy, by_path[each.path]))
        if each.code == _UNKNOWN_ATTRIBUTE and each.path in by_path
        else each
        for each in problems
    )


def _new_option(remedy: str, attribute: str) -> str:
    meant = remedy.partition(_ADD_IT)[0]
    return f'{meant}{_ADD_IT}, give --new "{attribute}=text" (or another type).'
