"""Where things stand in the text of a YAML file: what an edit has to replace, and nothing else.

A library that loads and dumps a file rewrites lines nobody touched (spaces inside braces, wrapped
lines, comments behind a removed key); splicing the text keeps every other byte.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

import yaml

from totango_pipelines.integrations.key_paths import KeyPath

_PARSER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HEADER: Final = re.compile(r"[|>][-+0-9]*")
_BLANK_END: Final = re.compile(r"(?:\r?\n[ \t]*)+\Z")
_INDENT: Final = re.compile(r"(?:[ \t]*\r?\n)*( +)[^ \r\n]")


@dataclass(frozen=True, slots=True)
class Place:
    """A value of the file and, where it stands in a mapping, its key."""

    text: str
    key: Any
    node: Any
    in_flow: bool

    @property
    def start(self) -> int:
        """Where the value begins."""
        return int(self.node.start_mark.index)

    @property
    def end(self) -> int:
        """Where its content ends, before any comment or blank line behind it."""
        return content_end(self.text, self.node)

    @property
    def key_start(self) -> int:
        """Where the key, or without one the value, begins."""
        node = self.node if self.key is None else self.key
        return int(node.start_mark.index)

    @property
    def after_colon(self) -> int:
        """Right behind the colon of the key."""
        return self.text.index(":", self.key.end_mark.index) + 1

    @property
    def column(self) -> int:
        """How far the key, or without one the value, is indented."""
        return self.key_start - line_start(self.text, self.key_start)

    @property
    def is_block(self) -> bool:
        """Whether it is a mapping or list in block style."""
        return isinstance(self.node, yaml.CollectionNode) and not self.node.flow_style

    @property
    def is_literal(self) -> bool:
        """Whether it is a text in block style, `|` or `>`."""
        return isinstance(self.node, yaml.ScalarNode) and self.node.style in ("|", ">")

    @property
    def quote(self) -> str | None:
        """The quotes of a text, if it has any."""
        quoted = isinstance(self.node, yaml.ScalarNode) and self.node.style in ("'", '"')
        return str(self.node.style) if quoted else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands behind the key."""
        return isinstance(self.node, yaml.ScalarNode) and self.start == self.end

    @property
    def can_hold_keys(self) -> bool:
        """Whether it is a mapping, or can become one."""
        return isinstance(self.node, yaml.MappingNode) or self.is_empty

    @property
    def header_comment(self) -> str:
        """The comment behind `|`, or behind the colon of a block: it stays when the value goes."""
        if self.is_literal:
            header = _HEADER.match(self.text, self.start)
            start = header.end() if header else self.start
        else:
            start = self.after_colon
        rest = self.text[start : line_end(self.text, start)].rstrip()
        return rest if rest.lstrip().startswith("#") else ""

    @property
    def indent_of_literal(self) -> str:
        """How the lines of a text in block style are indented; empty for anything else."""
        body = self.text[line_end(self.text, self.start) : self.end]
        found = _INDENT.match(body) if self.is_literal else None
        return found[1] if found else ""

    @property
    def children(self) -> "list[Place]":
        """What stands inside, in order."""
        inside = self.in_flow or (
            isinstance(self.node, yaml.CollectionNode) and bool(self.node.flow_style)
        )
        if isinstance(self.node, yaml.MappingNode):
            return [Place(self.text, key, value, inside) for key, value in self.node.value]
        if isinstance(self.node, yaml.SequenceNode):
            return [Place(self.text, None, value, inside) for value in self.node.value]
        return []


def place(text: str, path: KeyPath) -> Place | None:
    """The place of a key path; None where nothing stands. The text must be readable YAML."""
    root = yaml.compose(text, Loader=_PARSER)
    if root is None:
        return None
    found: Place | None = Place(text, None, root, in_flow=False)
    for step in path:
        found = None if found is None else _child(found, step)
    return found


def content_end(text: str, node: Any) -> int:  # noqa: ANN401 - yaml's nodes are untyped
    """Where the content of a node ends; YAML itself counts what follows up to the next token."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return content_end(text, last[1] if isinstance(last, tuple) else last)
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    is_literal = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    if is_literal and "+" not in text[start : text.find("\n", start)].partition("#")[0]:
        return start + len(_BLANK_END.sub("", text[start:end]))
    return (
        end
        if not is_literal
        else start + len(text[start:end].removesuffix("\n").removesuffix("\r"))
    )


def line_start(text: str, index: int) -> int:
    """The first position of the line that holds `index`."""
    return text.rfind("\n", 0, index) + 1


def line_end(text: str, index: int) -> int:
    """The position behind the line that holds `index`, and behind its line break."""
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def _child(parent: Place, step: str | int) -> Place | None:
    for position, child in enumerate(parent.children):
        name = position if child.key is None else child.key.value
        if name == step:
            return child
    return None
