"""`create`: a new integration, from a query to its file."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from totango_pipelines.cli import line_options as lines
from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.asking import stopping_quietly
from totango_pipelines.cli.completions import (
    CADENCES,
    WEEKDAYS,
    complete_collections,
    complete_connections,
    complete_objects,
    completing,
    require_word,
)
from totango_pipelines.cli.create_draft import (
    Given,
    Material,
    drafted,
    material,
    proposed_lines,
    require_connection,
    require_new_id,
    require_object,
    unticked_keys,
    validated,
)
from totango_pipelines.cli.create_walk import walk
from totango_pipelines.cli.draft_files import (
    Draft,
    is_interactive,
    mapping_of,
    print_numbered,
    print_warnings,
    save,
)
from totango_pipelines.cli.edit_commands import DryRun, paths_and_values
from totango_pipelines.cli.effect_table import print_effect
from totango_pipelines.cli.mapping_table import print_rows, rows_of
from totango_pipelines.cli.output import (
    print_exception,
    print_json,
    print_lines,
    print_sentences,
)
from totango_pipelines.cli.session import AsJson, Session, session_of
from totango_pipelines.cli.validate_command import problem_as_json
from totango_pipelines.errors import DeclarationError, Problem, errors_among

if TYPE_CHECKING:
    from totango_pipelines.integrations.project import Project
    from totango_pipelines.mapping.effect import MappingEffect
    from totango_pipelines.sync.drafts import Choices

_Text = str | None
_MOST_UNMAPPED = 30


def create(
    ctx: typer.Context,
    identifier: Annotated[_Text, typer.Argument(metavar="[ID]", help="The new id.")] = None,
    *,
    connection: Annotated[
        _Text,
        typer.Option(help="A key of connections.yaml.", autocompletion=complete_connections),
    ] = None,
    object_name: Annotated[
        _Text,
        typer.Option("--object", help="The object to fill.", autocompletion=complete_objects),
    ] = None,
    collection: Annotated[
        _Text, typer.Option(help="The collection type.", autocompletion=complete_collections)
    ] = None,
    query: lines.Query = None,
    query_file: lines.QueryFile = None,
    name: Annotated[_Text, typer.Option(help="The name that people see.")] = None,
    description: Annotated[_Text, typer.Option(help="What it brings over, and why.")] = None,
    columns: lines.Map = None,
    constants: lines.MapConstant = None,
    expressions: lines.MapExpression = None,
    formats: lines.Format = None,
    notes: lines.Note = None,
    blanks: lines.Blank = None,
    on_errors: lines.OnError = None,
    new: lines.New = None,
    unmap: Annotated[
        list[str] | None, typer.Option(metavar="ATTRIBUTE", help="Do not map this attribute.")
    ] = None,
    sets: lines.Sets = None,
    cadence: Annotated[
        _Text,
        typer.Option(
            help="one_time, minutes, hourly, daily, workdays, weekly or monthly.",
            autocompletion=completing(CADENCES),
        ),
    ] = None,
    every: Annotated[
        int | None, typer.Option(help="minutes: 5, 6, 10, 12, 15, 20, 30, 60.")
    ] = None,
    minute: Annotated[int | None, typer.Option(help="hourly: the minute of the hour.")] = None,
    weekday: Annotated[
        _Text,
        typer.Option(help="weekly: monday to sunday.", autocompletion=completing(WEEKDAYS)),
    ] = None,
    day: Annotated[_Text, typer.Option(help="monthly: 1 to 31, or last.")] = None,
    at: Annotated[_Text, typer.Option(metavar="HH:MM", help="The time of day.")] = None,
    timezone: Annotated[_Text, typer.Option(help="The schedule's zone: Europe/Berlin.")] = None,
    disabled: Annotated[bool, typer.Option("--disabled", help="Save it switched off.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing: take what automap ticked.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Make an integration: preview, automap, formats, validation, then the file is written.

    In a terminal it asks for what is not given. With --yes, or without a terminal, it asks nothing
    and takes what automap ticked; a column whose format is ambiguous is left unmapped.

    Example: totango-pipelines create crm_users --connection crm --object users
    --query "SELECT account, email, full_name FROM users" --yes
    """
    session = session_of(ctx)
    options = lines.LineOptions(
        *(columns, constants, expressions, formats, notes, blanks, on_errors, new)
    )
    require_word("--cadence", cadence, CADENCES)
    require_word("--weekday", weekday, WEEKDAYS)
    schedule = {
        "cadence": cadence,
        "every": every,
        "minute": minute,
        "weekday": weekday,
        "day": int(day) if day is not None and day.isdecimal() else day,
        "at": at,
        "timezone": timezone,
        "enabled": False if disabled else None,
    }
    given = Given(
        *(identifier, connection, object_name, collection),
        *(lines.query_text(query, query_file), name, description),
        {key: value for key, value in schedule.items() if value is not None},
        options.changes(unmap or ()),
        tuple(unmap or ()),
        paths_and_values(sets or ()),
    )
    if is_interactive(session) and not (yes or as_json):
        with stopping_quietly(session):
            draft, problems = walk(session, given, dry_run=dry_run)
            if not dry_run:
                save(session, draft, replaces=None)
            _say_written(session, draft, problems, dry_run=dry_run)
        return
    if given.missing:
        hint = f"{', '.join(given.missing)} {'is' if len(given.missing) == 1 else 'are'} missing."
        raise typer.BadParameter(hint, ctx=ctx)
    _without_asking(session, given, dry_run=dry_run, as_json=as_json)


def _without_asking(session: Session, given: Given, *, dry_run: bool, as_json: bool) -> None:
    project = session.project()
    found = _material(session, project, given)
    choices, said = _choices(project, given, found)
    settled = _settled(session, project, given, choices=choices, found=found)
    draft, said = settled.draft, (*said, *settled.said)
    problems = lines.in_options(settled.problems, mapping_of(draft.text), given.line_changes)
    wrong = errors_among(problems)
    if not wrong and not dry_run:
        save(session, draft, replaces=None)
    if as_json:
        print_json(_as_json(draft, problems, found, said, written=not (wrong or dry_run)))
        raise typer.Exit(1 if wrong else 0)
    rows = rows_of(found.proposals, settled.choices.lines)
    print_rows(session, found.firsts, rows, most=_MOST_UNMAPPED)
    if wrong:
        print_sentences(session.out, [*said, "", f"{draft.file} as it would be:"])
        print_numbered(session, draft.text)
        print_exception(session.err, DeclarationError(wrong))
        hints = unticked_keys(project, choices.object_name, found)
        print_sentences(session.err, [*hints, "Nothing was written."])
        raise typer.Exit(1)
    if settled.effect is not None:
        print_effect(session, settled.effect)
    print_sentences(session.out, said)
    _say_written(session, draft, problems, dry_run=dry_run)


def _material(session: Session, project: "Project", given: Given) -> Material:
    require_new_id(project, given.identifier or "")
    require_connection(project, given.connection or "")
    require_object(project, given.object_name or "")
    return material(
        session,
        project,
        connection=given.connection or "",
        object_name=given.object_name or "",
        query=given.query or "",
    )


def _choices(
    project: "Project", given: Given, found: Material
) -> "tuple[Choices, tuple[str, ...]]":
    mapping, said = proposed_lines(project, given, given.object_name or "", found)
    choices = door.sync("drafts").Choices(
        identifier=given.identifier,
        connection=given.connection,
        object_name=given.object_name,
        query=given.query,
        name=given.name or "",
        description=given.description or "",
        collection=given.collection,
        lines=mapping,
        schedule=given.schedule or None,
    )
    return choices, said


@dataclass(frozen=True, slots=True)
class _Settled:
    """The draft that is left, of these choices, and what is to be said of what was left out."""

    choices: "Choices"
    draft: Draft
    problems: tuple[Problem, ...]
    effect: "MappingEffect | None"
    said: tuple[str, ...] = ()


def _settled(
    session: Session, project: "Project", given: Given, *, choices: "Choices", found: Material
) -> _Settled:
    """The draft without the lines that automap ticked and the rows refuse."""
    drafts = door.sync("drafts")

    def tried(choices: "Choices", said: tuple[str, ...] = ()) -> _Settled:
        draft = drafted(project, choices, given.changes)
        live = validated(session, draft, found.sample)
        return _Settled(choices, draft, live.problems, live.effect, said)

    first = tried(choices)
    if errors_among(first.draft.problems):
        return first
    catalog, mapping = first.draft.project.catalog, first.draft.declared.integration.mapping
    keys = [each.name for each in catalog.object(choices.object_name).must_be_mapped]
    spared = [*keys, *(change.attribute for change in given.line_changes)]
    refused = drafts.refused_lines(first.problems, mapping, spared)
    if not refused:
        return first
    column_of = {line.attribute: line.column or "" for line in mapping}
    said = tuple(
        drafts.left_out(attribute, column_of[attribute], f"its line {problem.problem}")
        for attribute, problem in refused.items()
    )
    return tried(replace(choices, lines=drafts.without_lines(choices.lines, refused)), said)


def _say_written(
    session: Session, draft: Draft, problems: tuple[Problem, ...], *, dry_run: bool
) -> None:
    if dry_run:
        print_lines(session.out, ["", *draft.text.splitlines()])
        print_warnings(session, problems)
        return
    call, name = session.program, draft.identifier
    print_lines(session.out, [f"{draft.file} written."])
    print_warnings(session, problems)
    print_sentences(
        session.out, [f"Next: `{call} show {name}`, `{call} edit {name}`, `{call} run {name}`."]
    )


def _as_json(
    draft: Draft,
    problems: tuple[Problem, ...],
    found: Material,
    said: tuple[str, ...],
    *,
    written: bool,
) -> dict[str, Any]:
    declared = draft.project.integrations.get(draft.identifier)
    mapping = declared.integration.mapping if declared else ()
    return {
        "id": draft.identifier,
        "file": draft.file,
        "written": written,
        "text": draft.text,
        "mapping": [line.model_dump(mode="json", exclude_defaults=True) for line in mapping],
        "proposals": [
            {
                "column": each.column,
                "attribute": each.attribute,
                "score": each.score,
                "reason": each.reason,
                "ticked": each.ticked,
            }
            for each in found.proposals
        ],
        "said": list(said),
        "problems": [problem_as_json(problem) for problem in problems],
    }
