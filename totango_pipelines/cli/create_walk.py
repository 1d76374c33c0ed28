"""`create` in a terminal: from the object to the summary, one question at a time."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich.text import Text

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.asking import ask, choose, confirm, typed_line
from totango_pipelines.cli.create_draft import (
    Given,
    Material,
    drafted,
    id_taken,
    material,
    require_connection,
    require_new_id,
    require_object,
    validated,
)
from totango_pipelines.cli.draft_files import Draft, keep_text, print_warnings, refuse_errors
from totango_pipelines.cli.editor import text_from_editor
from totango_pipelines.cli.effect_table import print_effect
from totango_pipelines.cli.mapping_walk import MappingWalk
from totango_pipelines.cli.output import print_exception, print_lines
from totango_pipelines.cli.schedule_walk import ask_schedule
from totango_pipelines.cli.session import Session
from totango_pipelines.cli.wide_table import WideColumn, print_wide_table, shown_cell
from totango_pipelines.errors import (
    DeclarationError,
    Problem,
    QueryRefusedError,
    UserError,
    errors_among,
)

if TYPE_CHECKING:
    from totango_pipelines.integrations.project import Project
    from totango_pipelines.integrations.text_edits import SetValue
    from totango_pipelines.sync.drafts import Choices
    from totango_pipelines.sync.validation import LiveValidation

_QUERY = "query.sql"
_EMPTY_QUERY = "-- One SELECT: what it returns is what can be mapped.\nSELECT\nFROM\n"
_STOPPED = "stopped: nothing was written."
_ASKED_LATER = frozenset(["query", "mapping"])
"""What is given of these can still be changed in the walk."""
_HOLD_TIMES = frozenset(["timestamp", "instant", "date"])


def walk(session: Session, given: Given, *, dry_run: bool) -> tuple[Draft, tuple[Problem, ...]]:
    """Ask for what is not given; answers with a draft that somebody agreed to.

    Raises:
        UserError: it was given up, or what was given is wrong.
        SourceUnavailableError: the connection could not be opened.
    """
    project = session.project()
    choices = _first_choices(session, project, given)
    _refuse_wrong_options(project, given, choices)
    choices, found, problems = _mapped(session, project, given, choices)
    name, description = _named(session, given, choices.identifier)
    choices = replace(
        choices, name=name, description=description, settings=_settings(session, found)
    )
    schedule = given.schedule or ask_schedule(session)
    draft = drafted(project, replace(choices, schedule=schedule), _fitting(given, schedule))
    with _kept(draft):
        refuse_errors(draft.problems)
        if not dry_run:
            _agree(session, draft)
    # What was said once is not said again when the file is written.
    return draft, tuple(each for each in draft.problems if each not in problems)


def _refuse_wrong_options(project: "Project", given: Given, choices: "Choices") -> None:
    """Say at once what is wrong with options that no later answer can mend.

    Raises:
        DeclarationError: with every error of the schedule or the settings that were given.
    """
    schedule = given.schedule or None
    draft = drafted(project, replace(choices, schedule=schedule), _fitting(given, schedule))
    named = {str(change.path[0]) for change in _fitting(given, schedule)}
    named |= {"schedule"} if schedule else set()
    refuse_errors(
        tuple(
            each
            for each in draft.problems
            if each.file == draft.file and re.split(r"[.\[]", each.path)[0] in named - _ASKED_LATER
        )
    )


def _fitting(given: Given, schedule: Mapping[str, Any] | None) -> "list[SetValue]":
    """What `--set` says; of the schedule nothing as long as there is none."""
    return [each for each in given.changes if schedule or each.path[0] != "schedule"]


@contextmanager
def _kept(draft: Draft) -> Iterator[None]:
    """What was answered is kept where it does not become the file."""
    try:
        yield
    except UserError as error:
        said = keep_text(f"{draft.identifier}.yaml", draft.text.encode())
        raise UserError(f"{error}\n{said}") from None


def _mapped(
    session: Session, project: "Project", given: Given, choices: "Choices"
) -> "tuple[Choices, Material, tuple[Problem, ...]]":
    """Query, mapping, formats and validation, again and again until there is no error."""
    found, choices = _queried(session, project, choices)
    mapping = MappingWalk(session, project, choices.connection, choices.object_name, found)
    rows = mapping.start(given)
    while True:
        _heading(session, "Mapping")
        choices = replace(choices, lines=mapping.with_formats(mapping.settle(rows)))
        # The schedule is asked for later: what --set says of it is judged then.
        draft = drafted(project, choices, _fitting(given, None))
        live = _validation(session, draft, found)
        if not errors_among(live.problems):
            return choices, found, live.problems
        again = ["change the mapping", "change the query", "stop"]
        match choose(session, "There are errors. What now", again):
            case 0:
                rows = mapping.rows_of(choices.lines)
            case 1:
                found, choices = _queried(session, project, replace(choices, query=""))
                mapping = MappingWalk(
                    session, project, choices.connection, choices.object_name, found
                )
                rows = mapping.start(given)
            case _:
                with _kept(draft):
                    raise UserError(_STOPPED)


def _first_choices(session: Session, project: "Project", given: Given) -> "Choices":
    """Id, connection, object and collection: what is given is checked, the rest is asked for."""
    if given.identifier is None:
        identifier = ask(
            session,
            "Id of the new integration (also its file's name)",
            wrong=lambda answer: id_taken(project, answer),
        )
    else:
        require_new_id(project, given.identifier)
        identifier = given.identifier
    connection = given.connection or _connection(session, project)
    require_connection(project, connection)
    object_name = given.object_name or _object(session, project)
    require_object(project, object_name)
    collection = given.collection
    if collection is None and object_name == "collections":
        collection = _collection(session, project)
    choices: Choices = door.sync("drafts").Choices(
        identifier, connection, object_name, given.query or "", collection=collection
    )
    return choices


def _connection(session: Session, project: "Project") -> str:
    if not project.connections:
        msg = "connections.yaml has no valid connection. Declare one first."
        raise UserError(msg)
    names = list(project.connections)
    titles = [f"{name} ({project.connections[name].type})" for name in names]
    _heading(session, "Connection")
    return names[choose(session, "Connection", titles)]


def _object(session: Session, project: "Project") -> str:
    objects = list(project.catalog.objects.values())
    _heading(session, "Object")
    return objects[choose(session, "Object", [each.title for each in objects])].name


def _collection(session: Session, project: "Project") -> str:
    known = list(project.catalog.collections)
    if not known:
        return ask(session, "Collection type, e.g. support_tickets")
    chosen = choose(session, "Collection type", [*known, "another one"])
    return known[chosen] if chosen < len(known) else ask(session, "Its name")


def _queried(
    session: Session, project: "Project", choices: "Choices"
) -> "tuple[Material, Choices]":
    """A query that the source answers, and its first rows, which are shown."""
    query, refused = choices.query, ""
    while True:
        query = query or _query(session, refused)
        try:
            found = material(
                session,
                project,
                connection=choices.connection,
                object_name=choices.object_name,
                query=query,
            )
        except QueryRefusedError as error:
            print_exception(session.err, error)
            query, refused = "", query
            continue
        _print_preview(session, found)
        return found, replace(choices, query=query)


def _query(session: Session, refused: str) -> str:
    _heading(session, "Query")
    opens = "opens the editor with the query as it was" if refused else "opens the editor"
    print_lines(
        session.out, [f"Type one SELECT and end it with an empty line; Enter at once {opens}."]
    )
    typed: list[str] = []
    while line := typed_line(session, "  "):
        typed.append(line)
    text = "\n".join(typed) or text_from_editor(session, _QUERY, refused or _EMPTY_QUERY)
    without_comments = re.sub(r"^--.*$", "", text, flags=re.MULTILINE).strip()
    return f"{text.strip()}\n" if without_comments not in ("", "SELECT\nFROM") else ""


def _print_preview(session: Session, found: Material) -> None:
    preview = found.sample.preview
    _heading(session, f"Preview (the first {len(preview.rows)} rows)")
    columns = [
        WideColumn(
            column.name, column.source_type, [shown_cell(row[index]) for row in preview.rows]
        )
        for index, column in enumerate(preview.columns)
    ]
    print_wide_table(session.out, columns)


def _validation(session: Session, draft: Draft, found: Material) -> "LiveValidation":
    """Show source value beside mapped value, and every problem at once."""
    _heading(session, "Validation")
    live = validated(session, draft, found.sample)
    if live.effect is not None:
        print_effect(session, live.effect)
    errors = errors_among(live.problems)
    if errors:
        print_exception(session.err, DeclarationError(errors))
    print_warnings(session, live.problems)
    return live


def _named(session: Session, given: Given, identifier: str) -> tuple[str, str]:
    _heading(session, "Name")
    default = door.sync("drafts").name_of(identifier)
    name = given.name or ask(session, "Name that people see", default=default)
    said = given.description
    if said is None:
        said = typed_line(session, "Description (Enter for none): ").strip()
    return name, said


def _settings(session: Session, found: Material) -> Mapping[str, Any]:
    _heading(session, "Settings")
    settings: dict[str, Any] = {
        "allow_new": confirm(session, "Allow new records to be created?"),
        "auto_resolve_conflicts": confirm(
            session,
            "Resolve matching conflicts automatically (the newer value wins)?",
            default=False,
        ),
    }
    times = [each.name for each in found.sample.columns if each.kind in _HOLD_TIMES]
    if times:
        question = "Column that says when a row was last true"
        chosen = choose(session, question, ["none", *times])
        if chosen > 0:
            settings["recency_column"] = times[chosen - 1]
    return settings


def _agree(session: Session, draft: Draft) -> None:
    """Show the whole file once more before it is written."""
    _heading(session, draft.file)
    print_lines(session.out, [*draft.text.splitlines(), ""])
    if not confirm(session, f"Write {draft.file}?"):
        raise UserError(_STOPPED)


def _heading(session: Session, text: str) -> None:
    print_lines(session.out, ["", Text(text, style="bold")])
