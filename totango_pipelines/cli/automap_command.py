"""`automap`: which column of a query goes to which attribute, with score and reason."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.completions import complete_objects
from totango_pipelines.cli.mapping_table import print_rows, rows_of
from totango_pipelines.cli.output import plural, print_json, print_lines
from totango_pipelines.cli.session import (
    AsJson,
    Session,
    complete_ids,
    declared_integration,
    live_context,
    session_of,
)
from totango_pipelines.errors import DeclarationError, UserError, errors_among

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from totango_pipelines.catalog.catalog import Catalog
    from totango_pipelines.mapping.automap.automap import ColumnSample, Proposal

_CATALOG_FILE: Final = "catalog.yaml"
_LARGEST_FILE: Final = 64 * 1024 * 1024
_EXAMPLE: Final = '[{"name": "renewal", "samples": ["2026-01-31"]}]'


class ColumnsFileError(UserError):
    """The file of `--columns` is not a JSON list of columns."""


def automap(
    ctx: typer.Context,
    integration: Annotated[
        str | None,
        typer.Argument(
            metavar="ID",
            help="The integration whose query is asked now.",
            autocompletion=complete_ids,
        ),
    ] = None,
    *,
    object_name: Annotated[
        str | None,
        typer.Option(
            "--object",
            metavar="OBJECT",
            help="The object to map to.",
            autocompletion=complete_objects,
        ),
    ] = None,
    columns: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help='A JSON list of {"name", "samples"}, instead of asking a source.'
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Propose which column goes to which attribute; changes nothing.

    With an ID the query is asked for up to 1,000 rows. With --object and --columns no source and no
    project is needed. A proposal is ticked from a score of 0.80, a key from 0.90; below 0.60 a
    column stays unmapped.

    Example: totango-pipelines automap crm_accounts

    Example: totango-pipelines automap --object users --columns columns.json --json
    """
    session = session_of(ctx)
    if integration is not None and object_name is None and columns is None:
        project = session.project()
        context = live_context(session, project, declared_integration(project, integration))
        proposals, sample = door.sync("proposals").propose(context)
        firsts = {each.name: next(iter(sample.texts(each.name)), "") for each in sample.columns}
    elif integration is None and object_name is not None and columns is not None:
        catalog = _catalog(session)
        _check_object(ctx, catalog, object_name)
        given = read_columns(columns)
        proposals = door.sync("proposals").proposals_offline(catalog, object_name, given)
        firsts = {each.name: next(iter(each.samples), "") for each in given}
    else:
        hint = "Give an ID, or --object together with --columns."
        raise typer.BadParameter(hint, ctx=ctx)
    if as_json:
        print_json([_as_json(each) for each in proposals])
    else:
        _print(session, proposals, firsts)


def _catalog(session: Session) -> "Catalog":
    """The company's catalogue where there is a project, else the standard one.

    Raises:
        DeclarationError: catalog.yaml has errors.
    """
    folder = session.environment.project
    if not (folder / _CATALOG_FILE).exists() and not (folder / "integrations").is_dir():
        standard: Catalog = door.names().Catalog.standard()
        return standard
    project = session.project()
    wrong = errors_among([each for each in project.problems if each.file == _CATALOG_FILE])
    if wrong:
        raise DeclarationError(wrong)
    return project.catalog


def _check_object(ctx: typer.Context, catalog: "Catalog", object_name: str) -> None:
    if object_name not in catalog.objects:
        meant = door.names().nearest(object_name, catalog.objects)
        known = f"Did you mean {meant[0]}?" if meant else f"Known: {', '.join(catalog.objects)}."
        hint = f"there is no object {object_name!r}. {known}"
        raise typer.BadParameter(hint, ctx=ctx, param_hint="--object")


def read_columns(path: Path) -> list["ColumnSample"]:
    """The columns that a file describes.

    Raises:
        ColumnsFileError: what is wrong, and where.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ColumnsFileError(f"{path} is larger than 64 MiB. Give fewer samples a column.")
        # Numbers stay as they are written.
        text = path.read_text(encoding="utf-8-sig")
        data = json.loads(text, parse_int=str, parse_float=str)
    except OSError as error:
        raise ColumnsFileError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        msg = f"{path} is not UTF-8 at byte {error.start}. Save it as UTF-8."
        raise ColumnsFileError(msg) from None
    except json.JSONDecodeError as error:
        msg = f"{path}:{error.lineno} is not JSON: {error.msg} (column {error.colno})."
        raise ColumnsFileError(msg) from None
    except RecursionError:
        raise ColumnsFileError(f"{path} is nested too deeply. Write {_EXAMPLE}.") from None
    if not isinstance(data, list):
        raise ColumnsFileError(f"{path} is not a JSON list. Write {_EXAMPLE}.")
    return [_column(path, index, item) for index, item in enumerate(data)]


def _column(path: Path, index: int, item: object) -> "ColumnSample":
    where = f"{path} [{index}]"
    if not isinstance(item, dict):
        raise ColumnsFileError(f"{where} is not an object. Write {_EXAMPLE}.")
    unknown = sorted(set(item) - {"name", "samples"})
    if unknown:
        raise ColumnsFileError(f"{where} has the key {unknown[0]!r}; it takes name and samples.")
    name = item.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ColumnsFileError(f'{where} has no "name". Write {_EXAMPLE}.')
    samples = item.get("samples", [])
    if not isinstance(samples, list):
        raise ColumnsFileError(f"{where} ({name}): samples is not a list. Write {_EXAMPLE}.")
    for place, sample in enumerate(samples):
        if isinstance(sample, dict | list):
            msg = f"{where} ({name}): samples[{place}] is neither a text nor a number."
            raise ColumnsFileError(f"{msg} Write each cell as it is, in quotes.")
    texts = (_text(sample) for sample in samples)
    made: ColumnSample = door.sync("proposals").ColumnSample(
        name, tuple(text for text in texts if text.strip())
    )
    return made


def _text(sample: object) -> str:
    """A cell as the source would write it; null is blank."""
    if sample is None:
        return ""
    return str(sample).lower() if isinstance(sample, bool) else str(sample)


def _as_json(proposal: "Proposal") -> dict[str, Any]:
    """The fields of contract.md, and the type that a new attribute could have."""
    return {
        "column": proposal.column,
        "attribute": proposal.attribute,
        "score": proposal.score,
        "reason": proposal.reason,
        "ticked": proposal.ticked,
        "new_type": None if proposal.new_type is None else str(proposal.new_type),
    }


def _print(session: Session, proposals: "Sequence[Proposal]", firsts: "Mapping[str, str]") -> None:
    ticked = door.sync("drafts").ticked_lines(proposals)
    print_rows(session, firsts, rows_of(proposals, ticked))
    proposed = sum(1 for each in proposals if each.attribute is not None)
    said = (
        f"{plural(len(proposals), 'column')}: {proposed} proposed, {len(ticked)} of them ticked, "
        f"{len(proposals) - proposed} left unmapped"
    )
    print_lines(session.out, [said])
