"""A changed or new integration file before it is written: judged, shown as a diff, then saved."""

import difflib
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.output import plural, print_lines, print_sentences
from totango_pipelines.cli.session import Session, ids_by_file, live_context, unknown_integration
from totango_pipelines.errors import DeclarationError, Problem, Severity, errors_among

if TYPE_CHECKING:
    from totango_pipelines.integrations.project import DeclaredIntegration, Project
    from totango_pipelines.sync.query_sample import QuerySample
    from totango_pipelines.sync.validation import LiveValidation

TAKEN_OVER = (
    "Dagster takes a new integration or a changed cadence over when its code location is "
    "reloaded; disabling takes effect at once."
)
"""Schedules and the dispatcher read the file before each run; the times to fire are read once."""
_REFUSED_QUERY = "QUERY_REFUSED"
_DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True, slots=True)
class FileInHand:
    """An integration's file as it was read, and the project as it was then.

    `file` is its name in the project.
    """

    identifier: str
    file: str
    content: bytes
    project: "Project"

    @property
    def text(self) -> str:
        """The text, byte for byte."""
        return self.content.decode("utf-8")


@dataclass(frozen=True, slots=True)
class Draft:
    """A text for an integration's file, and the project as it would be with it.

    `problems` are those of this file and those that it would bring to other files.
    """

    identifier: str
    file: str
    text: str
    project: "Project"
    problems: tuple[Problem, ...]

    @property
    def declared(self) -> "DeclaredIntegration":
        """The integration; only of a draft without errors."""
        return self.project.integrations[self.identifier]


def is_interactive(session: Session) -> bool:
    """Whether somebody sits there who can be asked."""
    return sys.stdin.isatty() and session.out.is_terminal


def file_in_hand(session: Session, identifier: str) -> FileInHand:
    """The file of an integration, valid or not.

    Raises:
        UnknownNameError: there is none.
        DeclarationError: it cannot be read, or is not UTF-8.
    """
    project = session.project()
    file = next((file for file, name in ids_by_file(project).items() if name == identifier), None)
    if file is None:
        raise unknown_integration(project, identifier)
    try:
        content = (project.folder / file).read_bytes()
        content.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise DeclarationError(project.invalid_files.get(file, ())) from None
    return FileInHand(identifier, file, content, project)


def judged(before: "Project", identifier: str, text: str) -> Draft:
    """The draft with everything that the loader says about it and its neighbours."""
    file = f"integrations/{identifier}.yaml"
    loading = door.integrations("project")
    project = loading.load_project(before.folder, {file: text.encode()})
    known = set(before.problems)
    found = [each for each in project.problems if each.file == file or each not in known]
    return Draft(identifier, file, text, project, tuple(found))


def checked_live(
    session: Session, draft: Draft, sample: "QuerySample | None" = None
) -> "LiveValidation":
    """The draft against its source, or the rows that were read of it already.

    A source that cannot be asked is a warning, no refusal.
    """
    validation = door.sync("validation")
    context = live_context(session, draft.project, draft.declared)
    if sample is not None:
        of_sample: LiveValidation = validation.validate_sample(context, sample)
        return of_sample
    found: LiveValidation = validation.validate_live(context)
    if found.preview is not None or any(each.code == _REFUSED_QUERY for each in found.problems):
        return found
    softened = [
        Problem(
            *(each.file, each.line, each.path, each.code),
            f"was not checked against the source: {each.problem}",
            each.remedy,
            Severity.WARNING,
        )
        for each in found.problems
    ]
    unchecked: LiveValidation = validation.LiveValidation(tuple(softened))
    return unchecked


def mapping_of(text: str) -> object:
    """The plain data of the mapping in a file's text, valid or not."""
    data = door.integrations("strict_yaml").parse_yaml(text.encode(), "").data
    return data.get("mapping") if isinstance(data, dict) else None


def refuse_errors(problems: tuple[Problem, ...]) -> None:
    """Stop if there is an error.

    Raises:
        DeclarationError: with every error.
    """
    errors = errors_among(problems)
    if errors:
        raise DeclarationError(errors)


def print_warnings(session: Session, problems: tuple[Problem, ...]) -> None:
    """The problems that stop nothing."""
    for each in problems:
        if each.severity is Severity.WARNING:
            head = Text.assemble(("warning:", "bold yellow"), f" {each}")
            print_sentences(session.err, [head])


def save(session: Session, draft: Draft, *, replaces: FileInHand | None) -> None:
    """Write the draft: a new file, or over the one that was read.

    Raises:
        FileExistsAlreadyError, ChangedMeanwhileError, FolderNotWritableError: nothing was written.
    """
    writing = door.integrations("file_writing")
    path = session.environment.project / draft.file
    content = draft.text.encode()
    if replaces is None:
        writing.write_new(path, content)
    else:
        writing.replace_file(path, content, version=writing.version_of(replaces.content))


def say_written(session: Session, source: FileInHand, draft: Draft) -> None:
    """What changed in the file, and what Dagster makes of another schedule."""
    print_lines(session.out, [diff_summary(source.file, source.text, draft.text)])
    before = source.project.integrations.get(draft.identifier)
    if before is None or before.integration.schedule != draft.declared.integration.schedule:
        print_sentences(session.out, [TAKEN_OVER])


def print_diff(session: Session, file: str, before: str, after: str) -> None:
    """What would change, as a unified diff; coloured on a terminal only."""
    for line in _diff(file, before, after):
        style = "bold" if line.startswith(("---", "+++")) else _DIFF_STYLES.get(line[:1], "")
        print_lines(session.out, [Text(line, style=style)])


def print_numbered(session: Session, text: str) -> None:
    """A text that was not written, with the line numbers that errors name."""
    lines = text.splitlines()
    width = len(str(len(lines)))
    print_lines(
        session.out, [f"  {number:>{width}}  {line}" for number, line in enumerate(lines, start=1)]
    )


def keep_text(name: str, content: bytes) -> str:
    """Keep a text that somebody typed in a private folder; answers with what to say of it."""
    path = Path(tempfile.mkdtemp(prefix="totango-pipelines-")) / name
    path.write_bytes(content)
    return f"Your text is kept in {path}."


def diff_summary(file: str, before: str, after: str) -> str:
    """`integrations/x.yaml: 2 lines added, 1 line removed`."""
    lines = [line[:1] for line in _diff(file, before, after)[2:]]
    counts = [(lines.count("+"), "added"), (lines.count("-"), "removed")]
    said = ", ".join(f"{plural(count, 'line')} {what}" for count, what in counts if count)
    return f"{file}: {said or 'nothing changed'}"


def _diff(file: str, before: str, after: str) -> list[str]:
    texts = (before.splitlines(), after.splitlines())
    return list(difflib.unified_diff(*texts, fromfile=file, tofile=file, lineterm=""))
