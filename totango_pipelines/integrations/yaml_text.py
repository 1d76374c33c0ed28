"""Write values as YAML that the strict loader reads back as they are, and that people like to read.

A text is quoted only where it must be: where this project's loader, or another YAML 1.1 reader
such as an editor's, would take the bare words for something else.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

from totango_pipelines.errors import UserError
from totango_pipelines.integrations.declared import TIME_PATTERN
from totango_pipelines.integrations.strict_yaml import parse_yaml

WIDEST_LINE: Final = 100
STEP: Final = "  "

_TEXT_TAG: Final = "tag:yaml.org,2002:str"
_TO_ESCAPE: Final = re.compile("[\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_RESOLVER: Final[Any] = yaml.SafeLoader("")


class UnwritableTextError(UserError):
    """A text holds half a character, which no UTF-8 file can hold."""


def inline(value: Any, *, flow: bool, quote: str | None = None) -> str:  # noqa: ANN401 - plain data
    """A value on one line; `flow`: it stands inside [] or {}. `quote`: the quotes it had, if any.

    Raises:
        UnwritableTextError: a text holds a lone surrogate.
    """
    if isinstance(value, Mapping):
        inside = ", ".join(
            f"{inline(key, flow=True)}: {inline(each, flow=True)}" for key, each in value.items()
        )
        return f"{{{inside}}}"
    if isinstance(value, str):
        return _text(value, flow=flow, quote=quote)
    if isinstance(value, Sequence):
        return f"[{', '.join(inline(each, flow=True) for each in value)}]"
    return json.dumps(value)


def block_of(text: str, indent: str) -> tuple[str, list[str]] | None:
    """A text of several lines as `|` and its lines; None where YAML cannot hold it like that."""
    kept = text.removesuffix("\n")
    header = "|-" if kept == text else "|"
    lines = [f"{indent}{line}" if line else "" for line in kept.split("\n")]
    if "\n" not in text or not lines[-1].strip():
        return None
    return (header, lines) if _reads_back([f"k: {header}", *_at(lines, indent)], text) else None


def entry(key: str, value: Any, indent: str = "") -> list[str]:  # noqa: ANN401 - plain data
    """The lines of `key: value` in block style: long texts as `|`, everything else inline."""
    if isinstance(value, str):
        block = block_of(value, indent + STEP)
        if block is not None:
            return [f"{indent}{key}: {block[0]}", *block[1]]
    return [f"{indent}{key}: {inline(value, flow=False)}"]


def item(value: Mapping[str, Any], indent: str) -> list[str]:
    """The lines of one list item: a flow map on one line, in block style where it gets too long."""
    line = f"{indent}- {inline(value, flow=True)}"
    several = any(isinstance(each, str) and "\n" in each for each in value.values())
    if len(line) <= WIDEST_LINE and not several:
        return [line]
    lines = [text for key, each in value.items() for text in entry(key, each, indent + STEP)]
    return [f"{indent}- {lines[0].removeprefix(indent + STEP)}", *lines[1:]]


def _at(lines: list[str], indent: str) -> list[str]:
    """The lines as they would stand in a block at the top of a file."""
    return [f"{STEP}{line.removeprefix(indent)}" if line else "" for line in lines]


def _text(value: str, *, flow: bool, quote: str | None) -> str:
    if _SURROGATE.search(value):
        msg = f"{value[:60]!r} holds half a character, which no file can hold. Write it anew."
        raise UnwritableTextError(msg)
    if quote == '"':
        return _double_quoted(value)
    single = f"'{value.replace(chr(39), chr(39) * 2)}'"
    if quote == "'" and _reads_back([f"k: {single}"], value):
        return single
    if _is_plain(value, flow=flow):
        return value
    needs_escape = '"' in value or "\\" in value
    if needs_escape and "\n" not in value and _reads_back([f"k: {single}"], value):
        return single
    return _double_quoted(value)


def _double_quoted(value: str) -> str:
    quoted = json.dumps(value, ensure_ascii=False)
    return _TO_ESCAPE.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)


def _is_plain(value: str, *, flow: bool) -> bool:
    """Whether the bare text means itself here, for this loader and for readers of YAML 1.1."""
    # Bare, tag##name is no comment, but it looks like one.
    if not value or re.fullmatch(TIME_PATTERN, value) or "\n" in value or "#" in value:
        return False
    if _RESOLVER.resolve(yaml.ScalarNode, value, (True, False)) != _TEXT_TAG:
        return False
    # It has to hold beside a bracket, and with a space or a comment behind it.
    beside = (f"{{k: {value}}}", f"{{k: {value} }}") if flow else (f"k: {value}", f"k: {value} # c")
    return all(_reads_back([line], value) for line in beside)


def _reads_back(lines: list[str], value: str) -> bool:
    parsed = parse_yaml("\n".join([*lines, ""]).encode(), "")
    return not parsed.problems and parsed.data == {"k": value}
