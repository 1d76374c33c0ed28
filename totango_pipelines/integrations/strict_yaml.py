"""Read one YAML file strictly: plain data, the line of every key, and problems instead of errors.

Only what a declaration needs is YAML here: mappings with text keys, lists and the scalars of the
YAML 1.2 core schema (`no`, `on`, `12:30` and dates stay text). Aliases, anchors, tags, merge keys,
directives and further documents are refused. The parser's events are read without recursion, so
no nesting can exhaust the stack.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from totango_pipelines.errors import Problem
from totango_pipelines.integrations.key_paths import (
    KeyPath,
    may_be_secret,
    path_text,
    shown_key,
)
from totango_pipelines.integrations.yaml_scalars import UnusableNumberError, plain_scalar

LARGEST_FILE: Final = 64 * 1024
DEEPEST: Final = 20
_UNUSABLE_KEY: Final = "?"

# The C parser is ten times faster and says the same.
_PARSER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE: Final = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_REMEDIES: Final = (
    ("mapping values", "Quote a text that holds ': ', and check the indentation."),
    ("\\t", "Indent with spaces, not with tabs."),
    ("cannot start any token", "Indent with spaces, and quote a text that starts like this."),
    ("block", "Check the indentation of this line and the one above."),
    ("flow", "Check that every [ and { is closed and that commas stand between the items."),
    ("quoted scalar", "Close the quotes."),
)


@dataclass(frozen=True, slots=True)
class ParsedYaml:
    """A file's plain data (None if it is empty or unreadable) and where everything stands."""

    file: str
    data: Any
    lines: Mapping[KeyPath, int]
    problems: tuple[Problem, ...]

    def line(self, path: KeyPath) -> int:
        """The line of the path, or of the nearest thing around it that is there."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1

    def problem(self, path: KeyPath, code: str, problem: str, remedy: str) -> Problem:
        """A problem of this file at a key path."""
        return Problem(self.file, self.line(path), path_text(path), code, problem, remedy)


def parse_yaml(content: bytes, file: str) -> ParsedYaml:
    """Parse the bytes of one file; `file` is its name in the problems. Never raises."""
    text, problem = _decoded(content, file)
    if problem is not None:
        return ParsedYaml(file, None, {}, (problem,))
    builder = _Builder(file)
    parser = _PARSER(text)
    try:
        builder.read(_events(parser))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # What stands before the error would only be reported as incomplete.
        builder.data = None
        builder.problems.append(_syntax_problem(error, file))
    finally:
        parser.dispose()
    return ParsedYaml(file, builder.data, builder.lines, tuple(builder.problems))


def _decoded(content: bytes, file: str) -> tuple[str, Problem | None]:
    if len(content) > LARGEST_FILE:
        seen = f"is larger than {LARGEST_FILE // 1024} KiB."
        return "", Problem(file, None, "", "FILE_TOO_LARGE", seen, "Split it, or shorten it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        seen = f"holds the byte 0x{content[error.start]:02x}, which is not UTF-8."
        return "", Problem(file, line, "", "NOT_UTF8", seen, "Save the file as UTF-8.")
    unprintable = _UNPRINTABLE.search(text)
    if unprintable is not None:
        line = text.count("\n", 0, unprintable.start()) + 1
        seen = f"holds the control character U+{ord(unprintable.group()):04X}."
        return "", Problem(file, line, "", "YAML_CHARACTER", seen, "Take the character out.")
    return text, None


def _events(parser: Any) -> Iterator[yaml.Event]:  # noqa: ANN401 - C or Python, untyped
    while parser.check_event():
        yield parser.get_event()


def _line(event: yaml.Event) -> int:
    return 1 if event.start_mark is None else event.start_mark.line + 1


def _syntax_problem(error: Exception, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = getattr(error, "problem", None) or getattr(error, "reason", None)
    said = str(said or "it cannot be read")
    remedy = next(
        (remedy for part, remedy in _REMEDIES if part in said),
        "Check the indentation, quotes and colons of this line and the one above.",
    )
    line = None if mark is None else mark.line + 1
    return Problem(file, line, "", "YAML_SYNTAX", f"is not valid YAML: {said}.", remedy)


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read; a `dropped` pair is read but not kept."""

    path: KeyPath
    items: dict[str, Any] | list[Any]
    is_key: bool = False
    expects_key: bool = False
    key: str = ""
    dropped: bool = False
    key_lines: dict[str, int] = field(default_factory=dict)

    def path_of_next(self) -> KeyPath:
        if isinstance(self.items, list):
            return (*self.path, len(self.items))
        return (*self.path, self.key) if self.key else self.path

    def drop_next(self) -> None:
        """The key was unusable: the value that follows goes nowhere."""
        self.expects_key, self.key, self.dropped = False, _UNUSABLE_KEY, True


class _Builder:
    """Builds plain data from the parser's events and notes what is refused."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.data: Any = None
        self.lines: dict[KeyPath, int] = {}
        self.problems: list[Problem] = []
        self._open: list[_Open] = []
        self._documents = 0

    def read(self, events: Iterable[yaml.Event]) -> None:
        for event in events:
            match event:
                case yaml.DocumentStartEvent():
                    if not self._starts_first_document(event):
                        return
                case yaml.AliasEvent():
                    self._refuse_alias(event)
                    self._take(None, event)
                case yaml.ScalarEvent():
                    self._refuse_decorations(event)
                    self._take_scalar(event)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._refuse_decorations(event)
                    if len(self._open) >= DEEPEST:
                        seen = f"is nested deeper than {DEEPEST} levels."
                        self._note(event, "YAML_DEPTH", seen, "Make it flatter.")
                        self.data = None
                        return
                    self._start(event)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self._end()

    def _starts_first_document(self, event: yaml.DocumentStartEvent) -> bool:
        self._documents += 1
        if self._documents > 1:
            remedy = "Put the second document into a file of its own."
            self._note(event, "YAML_DOCUMENTS", "starts a second document (`---`).", remedy)
            return False
        if event.version or event.tags:
            self._note(event, "YAML_DIRECTIVE", "has a % directive.", "Take the line out.")
        return True

    def _take_scalar(self, event: yaml.ScalarEvent) -> None:
        top = self._open[-1] if self._open else None
        value = event.value if event.style else self._plain(event)
        if top is not None and top.expects_key:
            self._take_key(top, value, event)
        else:
            self._take(value, event)

    def _plain(self, event: yaml.ScalarEvent) -> Any:  # noqa: ANN401 - any scalar
        try:
            return plain_scalar(event.value)
        except UnusableNumberError as error:
            self._note(event, "YAML_NUMBER", str(error), "Put it in quotes if it is a text.")
            return None

    def _take_key(self, top: _Open, key: Any, event: yaml.ScalarEvent) -> None:  # noqa: ANN401
        top.drop_next()
        line = _line(event)
        if not isinstance(key, str):
            remedy = "Put the key in quotes if it is meant."
            self._note(event, "KEY_NOT_TEXT", "has a key that is not a text.", remedy)
        elif key == "<<" and not event.style:
            remedy = "Write the keys out."
            self._note(event, "YAML_MERGE_KEY", "has the merge key `<<`.", remedy)
        elif key in top.key_lines:
            seen = f"has the key {shown_key(key)} twice, first on line {top.key_lines[key]}."
            top.key = key
            self._note(event, "DUPLICATE_KEY", seen, "Keep one of the two.")
        else:
            top.key, top.dropped = key, False
            top.key_lines[key] = line
            self.lines.setdefault((*top.path, key), line)

    def _start(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        top = self._open[-1] if self._open else None
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        items: dict[str, Any] | list[Any] = {} if is_mapping else []
        path = top.path_of_next() if top is not None else ()
        is_key = top is not None and top.expects_key
        if is_key:
            seen = "has a mapping or a list as a key."
            self._note(event, "KEY_NOT_TEXT", seen, "A key is a text; quote a text with [ or {.")
        else:
            self._take(items, event)
        self._open.append(_Open(path, items, is_key=is_key, expects_key=is_mapping))

    def _end(self) -> None:
        closed = self._open.pop()
        if closed.is_key:
            self._open[-1].drop_next()

    def _take(self, value: Any, event: yaml.Event) -> None:  # noqa: ANN401 - any YAML value
        """Put a value where the reader stands."""
        line = _line(event)
        if not self._open:
            self.data = value
            self.lines[()] = line
            return
        top = self._open[-1]
        if isinstance(top.items, list):
            self.lines.setdefault((*top.path, len(top.items)), line)
            top.items.append(value)
        elif top.expects_key:
            top.drop_next()
        else:
            if not top.dropped:
                top.items[top.key] = value
            top.expects_key = True

    def _where(self) -> KeyPath:
        path = self._open[-1].path_of_next() if self._open else ()
        return path[:-1] if path[-1:] == (_UNUSABLE_KEY,) else path

    def _quoted(self, token: str) -> str:
        """The token, unless it may be a part of a secret that should have been quoted."""
        return "" if may_be_secret(self._where()) else f" {token[:40]}"

    def _refuse_alias(self, event: yaml.AliasEvent) -> None:
        seen = f"uses an alias{self._quoted(f'*{event.anchor}')}."
        self._note(event, "YAML_ALIAS", seen, "Write the value out, or quote a text with *.")

    def _refuse_decorations(
        self, event: yaml.ScalarEvent | yaml.MappingStartEvent | yaml.SequenceStartEvent
    ) -> None:
        if event.anchor is not None:
            seen = f"has an anchor{self._quoted(f'&{event.anchor}')}."
            self._note(event, "YAML_ANCHOR", seen, "Take it out, or quote a text with &.")
        if event.tag is not None:
            seen = f"has a tag{self._quoted(event.tag)}."
            self._note(event, "YAML_TAG", seen, "Take it out, or quote a text with !.")

    def _note(
        self,
        event: yaml.Event,
        code: str,
        seen: str,
        remedy: str,
    ) -> None:
        path = self._where()
        line = _line(event)
        self.problems.append(Problem(self.file, line, path_text(path), code, seen, remedy))
