"""The steps of `create` that ask nobody: what is given, what the source says, the draft."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.draft_files import Draft, judged
from totango_pipelines.cli.output import plural
from totango_pipelines.cli.session import Session, ids_by_file, live_context
from totango_pipelines.errors import UnknownNameError, UserError, errors_among

if TYPE_CHECKING:
    from totango_pipelines.integrations.project import Project
    from totango_pipelines.integrations.text_edits import Change, ChangeLine, SetValue
    from totango_pipelines.mapping.automap.automap import Proposal
    from totango_pipelines.sync.drafts import Choices, Line
    from totango_pipelines.sync.query_sample import QuerySample
    from totango_pipelines.sync.validation import LiveValidation


@dataclass(frozen=True, slots=True)
class Given:
    """What the options of `create` say; None was not given. `schedule` holds its given keys."""

    identifier: str | None
    connection: str | None
    object_name: str | None
    collection: str | None
    query: str | None
    name: str | None
    description: str | None
    schedule: dict[str, Any]
    line_changes: "Sequence[ChangeLine]"
    unmapped: Sequence[str]
    changes: "Sequence[SetValue]"

    @property
    def missing(self) -> tuple[str, ...]:
        """The options without which nothing can be made."""
        needed = {
            "ID": self.identifier,
            "--connection": self.connection,
            "--object": self.object_name,
            "--query": self.query,
        }
        if self.object_name == "collections":
            needed["--collection"] = self.collection
        return tuple(name for name, value in needed.items() if not value)


@dataclass(frozen=True, slots=True)
class Material:
    """What a mapping is made of: the first rows of the query and a proposal for each column.

    `firsts` is a cell of each column, empty where there is none.
    """

    sample: "QuerySample"
    proposals: "tuple[Proposal, ...]"
    firsts: "Mapping[str, str]"


def id_taken(project: "Project", identifier: str) -> str | None:
    """Why no new integration can have the id; None: it can."""
    declared = door.integrations("declared")
    if not re.fullmatch(declared.ID_PATTERN, identifier):
        return f"{identifier!r} is not {declared.RULE_OF_PATTERN[declared.ID_PATTERN]}."
    if identifier in ids_by_file(project).values():
        return f"{identifier!r} is an integration already; `edit` changes it."
    return None


def require_new_id(project: "Project", identifier: str) -> None:
    """Raises: UserError: the id is taken, or none."""
    wrong = id_taken(project, identifier)
    if wrong is not None:
        raise UserError(wrong)


def require_connection(project: "Project", name: str) -> None:
    """Raises: UnknownNameError, DeclarationError: there is no such connection, or one with errors."""
    if name not in project.connections:
        wrong: UserError = door.integrations("missing_connection").missing_connection(project, name)
        raise wrong


def require_object(project: "Project", name: str) -> None:
    """Raises: UnknownNameError: there is no such object."""
    if name not in project.catalog.objects:
        raise _unknown("object", name, list(project.catalog.objects))


def material(
    session: Session, project: "Project", *, connection: str, object_name: str, query: str
) -> Material:
    """Ask the source for the first rows of the query, and automap for its proposals.

    Raises:
        QueryRefusedError: the guard or the engine refuses the query.
        SourceUnavailableError: the connection could not be opened.
        UserError: the query returns no column.
    """
    sample = door.sync("query_sample").sample_query(
        session.environment, project, connection=connection, query=query
    )
    if not sample.columns:
        msg = "the query returns no column. Select at least the key of the records."
        raise UserError(msg)
    proposals = door.sync("proposals").proposals_for(
        project, connection=connection, object_name=object_name, sample=sample
    )
    firsts = {each.name: next(iter(sample.texts(each.name)), "") for each in sample.columns}
    return Material(sample, proposals, firsts)


def proposed_lines(
    project: "Project", given: Given, object_name: str, found: Material
) -> "tuple[tuple[Line, ...], tuple[str, ...]]":
    """The mapping without anybody to ask, and what is to be said about it."""
    drafts = door.sync("drafts")
    lines = drafts.changed_lines(drafts.ticked_lines(found.proposals), given.line_changes)
    lines = drafts.without_lines(lines, given.unmapped)
    findings = drafts.formats_for(
        project, found.sample, lines, connection=given.connection, object_name=object_name
    )
    asked_for = [change.attribute for change in given.line_changes]
    written: tuple[tuple[Line, ...], tuple[str, ...]] = drafts.with_formats(
        lines, findings, asked_for
    )
    return written


def drafted(project: "Project", choices: "Choices", changes: "Iterable[Change]" = ()) -> Draft:
    """The text of the choices, judged as the file that it may become.

    Raises:
        UnknownNameError, EditFailedError: `changes` do not fit the text.
    """
    document = door.sync("drafts").draft_document(choices)
    text = door.integrations("file_text").new_text(document)
    text = door.integrations("text_edits").edited_text(text, changes)
    return judged(project, choices.identifier, text)


def validated(session: Session, draft: Draft, sample: "QuerySample") -> "LiveValidation":
    """The draft against the rows that were read; the loader's errors stand alone."""
    validation = door.sync("validation")
    if errors_among(draft.problems):
        alone: LiveValidation = validation.LiveValidation(draft.problems)
        return alone
    context = live_context(session, draft.project, draft.declared)
    found: LiveValidation = validation.validate_sample(context, sample)
    return replace(found, problems=(*draft.problems, *found.problems))


def unticked_keys(project: "Project", object_name: str, found: Material) -> tuple[str, ...]:
    """For each key that automap was not sure of: the column it may be, and how to take it."""
    needed = {each.name for each in project.catalog.object(object_name).must_be_mapped}
    return tuple(
        f"{each.attribute} may be column {each.column} (score {each.score:.2f}, {each.reason}): "
        f'if so, --map "{each.attribute}={each.column}".'
        for each in found.proposals
        if each.attribute in needed and not each.ticked
    )


def _unknown(what: str, name: str, known: list[str]) -> UnknownNameError:
    meant = door.names().nearest(name, known)
    hint = f"Did you mean {' or '.join(meant)}? " if meant else ""
    has = f"There {'is' if len(known) == 1 else 'are'} {plural(len(known), what)}: {', '.join(known)}."
    return UnknownNameError(f"there is no {what} {name!r}. {hint}{has}")
