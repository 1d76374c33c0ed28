"""Edit a file in the user's editor: a copy is edited, and only what is valid takes its place."""

import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from totango_pipelines.cli.asking import confirm
from totango_pipelines.cli.draft_files import (
    Draft,
    FileInHand,
    checked_live,
    judged,
    keep_text,
    print_diff,
    print_warnings,
    save,
    say_written,
)
from totango_pipelines.cli.output import print_exception, print_lines
from totango_pipelines.cli.session import Session
from totango_pipelines.errors import (
    DeclarationError,
    Problem,
    TotangoPipelinesError,
    UserError,
    errors_among,
)

_USUAL = ("sensible-editor", "nano", "vi")


def edit_in_editor(session: Session, source: FileInHand, *, offline: bool, dry_run: bool) -> None:
    """Open a copy of the file until what was saved is valid or is given up.

    Raises:
        UserError: there is no editor, it failed, the changes were given up, or somebody else
            changed the file. What was typed is kept, and the message says where.
    """
    with scratch_file(f"{source.identifier}.yaml", source.content) as copy, _kept(session, copy):
        draft, problems = _edited_until_valid(session, source, copy, offline=offline)
        if draft is None:
            print_lines(session.out, [f"{source.file}: nothing changed."])
            return
        if dry_run:
            print_diff(session, source.file, source.text, draft.text)
            return
        save(session, draft, replaces=source)
    say_written(session, source, draft)
    print_warnings(session, problems)


def text_from_editor(session: Session, name: str, text: str) -> str:
    """What the user makes of a text in the editor; the file's name tells it the language.

    Raises:
        UserError: there is no editor, it failed, or what it saved is not UTF-8.
    """
    with scratch_file(name, text.encode()) as copy:
        _open(session, copy)
        return _saved(copy)


def editor_command(session: Session) -> list[str]:
    """The user's editor with its own options.

    Raises:
        UserError: there is none.
    """
    variables = session.environment.variables
    chosen = variables.get("VISUAL") or variables.get("EDITOR")
    if chosen:
        return shlex.split(chosen)
    found = next((name for name in _USUAL if shutil.which(name)), None)
    if found is None:
        msg = "there is no editor. Set EDITOR to one, or say with options what to change."
        raise UserError(msg)
    return [found]


@contextmanager
def scratch_file(name: str, content: bytes) -> Iterator[Path]:
    """A file for the editor in a folder of its own, which goes with everything in it."""
    with tempfile.TemporaryDirectory(prefix="totango-pipelines-") as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        yield path


def _edited_until_valid(
    session: Session, source: FileInHand, copy: Path, *, offline: bool
) -> tuple[Draft | None, tuple[Problem, ...]]:
    while True:
        _open(session, copy)
        text = _saved(copy)
        if text == source.text:
            return None, ()
        draft = judged(source.project, source.identifier, text)
        problems = draft.problems
        if not errors_among(problems) and not offline:
            problems += checked_live(session, draft).problems
        errors = errors_among(problems)
        if not errors:
            return draft, problems
        print_exception(session.err, DeclarationError(errors))
        if not confirm(session, "Go on editing? (no: nothing is written)"):
            msg = f"nothing was written: {source.file} is as it was."
            raise UserError(msg)


def _open(session: Session, path: Path) -> None:
    command = editor_command(session)
    try:
        ended = subprocess.run([*command, str(path)], check=False)  # noqa: S603 - the user's choice
    except OSError as error:
        msg = f"the editor {command[0]!r} cannot be started: {error.strerror}. Set EDITOR."
        raise UserError(msg) from None
    if ended.returncode != 0:
        msg = f"the editor ended with code {ended.returncode}, so nothing was written."
        raise UserError(msg)


def _saved(copy: Path) -> str:
    try:
        return copy.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"what the editor saved cannot be read as UTF-8 text: {error}."
        raise UserError(msg) from None


@contextmanager
def _kept(session: Session, copy: Path) -> Iterator[None]:
    """Whatever stops the editing, a copy that was changed outlives the scratch folder."""
    before = copy.read_bytes()
    try:
        yield
    except (TotangoPipelinesError, KeyboardInterrupt, EOFError) as error:
        after = copy.read_bytes() if copy.exists() else before
        if after == before:
            raise
        said = keep_text(copy.name, after)
        if isinstance(error, TotangoPipelinesError):
            raise UserError(f"{error}\n{said}") from None
        print_lines(session.err, ["", said])
        raise
