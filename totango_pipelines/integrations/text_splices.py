"""Cut and join the text of a YAML file at the places of its keys, values and list items.

Each function takes a text that is readable YAML and a key path, and answers with the whole text.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from totango_pipelines.integrations.file_text import APART, SCHEDULE_KEYS, keys_in_order
from totango_pipelines.integrations.integration import (
    Integration,
    MappingLine,
    NewAttribute,
    Settings,
)
from totango_pipelines.integrations.key_paths import KeyPath
from totango_pipelines.integrations.yaml_places import Place, line_end, line_start, place
from totango_pipelines.integrations.yaml_text import (
    STEP,
    WIDEST_LINE,
    block_of,
    entry,
    inline,
    item,
)

_NEXT_COMMENT: Final = re.compile(r"(?:[ \t]*\r?\n)*( *)#")
_DASH: Final = re.compile(r"[ \t]*-(?=[ \t\r\n])")
_APART_HABIT: Final = re.compile(r"^[ \t]*\r?\n(?=[a-z#])", re.MULTILINE)


def line_break_of(text: str) -> str:
    """The line break that the text uses."""
    return "\r\n" if "\r\n" in text else "\n"


def replace_value(text: str, path: KeyPath, value: Any) -> str:  # noqa: ANN401 - plain data
    """Another value for a key or list item that is there."""
    here = _there(text, path)
    lines = None if here.in_flow or here.key is None else _several_lines(here, value)
    if lines is None or _would_swallow(text, line_end(text, here.end), lines):
        return _with_inline(text, here, inline(value, flow=here.in_flow, quote=here.quote))
    return _with_lines(text, here, lines)


def insert_key(text: str, path: KeyPath, value: Any) -> str:  # noqa: ANN401 - plain data
    """A new key in a mapping that is there, where the contract's order puts it."""
    parent, key = _there(text, path[:-1]), str(path[-1])
    earlier = _order_of(path)[: _rank(path, key)]
    before = [child for child in parent.children if child.key.value in earlier]
    if not parent.is_block:
        return _inserted_inline(text, parent, before, f"{key}: {inline(value, flow=True)}")
    lines = _entry(key, value, " " * parent.children[0].column)
    first = parent.children[0]
    stands_alone = not text[line_start(text, first.key_start) : first.key_start].strip()
    if not before and stands_alone:
        return _with_new_lines(text, line_start(text, first.key_start), lines)
    behind = before[-1] if before else first
    position = _behind_own_comments(text, behind)
    is_apart = len(path) == 1 and (key in APART or behind.is_block or behind.is_literal)
    if _would_swallow(text, position, lines):
        lines = [f"{lines[0].partition(':')[0]}: {inline(value, flow=False)}"]
    if is_apart and _APART_HABIT.search(text):
        lines = ["", *lines]
    return _with_new_lines(text, position, lines)


def remove_key(text: str, path: KeyPath) -> str:
    """The text without a key and its value."""
    here, parent = _there(text, path), _there(text, path[:-1])
    siblings = parent.children
    position = next(i for i, child in enumerate(siblings) if child.key_start == here.key_start)
    if not parent.is_block:
        return _removed_inline(text, siblings, position)
    start = line_start(text, here.key_start)
    if text[start : here.key_start].strip() and position + 1 < len(siblings):
        return text[: here.key_start] + text[siblings[position + 1].key_start :]
    return _without_lines(text, start, line_end(text, here.end))


def rename_key(text: str, path: KeyPath, name: str) -> str:
    """The text with another name for a key."""
    key = _there(text, path).key
    return text[: key.start_mark.index] + name + text[key.end_mark.index :]


def append_item(text: str, path: KeyPath, value: Mapping[str, Any]) -> str:
    """One more item at the end of a list that is there."""
    parent = _there(text, path)
    if not parent.is_block:
        if not parent.children:
            lines = item(value, " " * parent.column + STEP)
            return _with_lines(text, parent, ["", *lines])
        return _inserted_inline(text, parent, parent.children, inline(value, flow=True))
    position, indent = line_end(text, parent.end), " " * int(parent.node.start_mark.column)
    lines = item(value, indent)
    if _would_swallow(text, position, lines):
        lines = [f"{indent}- {inline(value, flow=True)}"]
    return _with_new_lines(text, position, lines)


def remove_item(text: str, path: KeyPath) -> str:
    """The text without a list item; the last one leaves an empty list."""
    parent, here = _there(text, path[:-1]), _there(text, path)
    siblings = parent.children
    if not parent.is_block:
        return _removed_inline(text, siblings, int(path[-1]))
    if len(siblings) == 1:
        return _with_inline(text, parent, "[]")
    start = line_start(text, here.start)
    while not _DASH.match(text, start):
        start = line_start(text, start - 1)
    return _without_lines(text, start, line_end(text, here.end))


def in_block_style_if_wide(text: str, path: KeyPath) -> str:
    """A flow map that fills a line of its own, one key a line if it became too wide."""
    here, start = _there(text, path), line_start(text, _there(text, path).start)
    end = line_end(text, here.end)
    line = text[start:end]
    alone = not here.is_block and not here.in_flow and _DASH.match(text, start)
    if not alone or "\n" in text[start : here.end] or len(line.rstrip()) <= WIDEST_LINE:
        return text
    pairs = [f"{child.key.value}: {text[child.start : child.end]}" for child in here.children]
    margin = " " * (here.start - start)
    lines = [f"{text[start : here.start]}{pairs[0]}", *(f"{margin}{pair}" for pair in pairs[1:])]
    return text[:start] + line_break_of(text).join(lines) + text[here.end :]


def _there(text: str, path: KeyPath) -> Place:
    found = place(text, path)
    if found is None:
        msg = f"nothing stands at {path}"
        raise AssertionError(msg)
    return found


def _order_of(path: KeyPath) -> tuple[str, ...]:
    match path[:-1]:
        case ():
            return keys_in_order(Integration)
        case ("settings",):
            return keys_in_order(Settings)
        case ("schedule",):
            return SCHEDULE_KEYS
        case ("mapping", int()):
            return keys_in_order(MappingLine)
        case _:
            return keys_in_order(NewAttribute)


def _rank(path: KeyPath, key: str) -> int:
    order = _order_of(path)
    return order.index(key) if key in order else len(order)


def _entry(key: str, value: Any, indent: str) -> list[str]:  # noqa: ANN401 - plain data
    if isinstance(value, Mapping) and value and not indent:
        inside = [line for name, each in value.items() for line in entry(name, each, STEP)]
        return [f"{key}:", *inside]
    maps = isinstance(value, list) and all(isinstance(each, Mapping) for each in value)
    if maps and value and not indent:
        return [f"{key}:", *(line for each in value for line in item(each, STEP))]
    return entry(key, value, indent)


def _several_lines(here: Place, value: Any) -> list[str] | None:  # noqa: ANN401 - plain data
    """What follows the colon and the lines below it; None where one line does."""
    indent = " " * here.column
    if isinstance(value, str):
        block = block_of(value, here.indent_of_literal or indent + STEP)
        return None if block is None else [f" {block[0]}", *block[1]]
    lines = _entry(str(here.key.value), value, indent)
    return None if len(lines) == 1 else ["", *lines[1:]]


def _with_inline(text: str, here: Place, rendered: str) -> str:
    if here.is_literal:
        return text[: here.start] + rendered + here.header_comment + text[here.end :]
    if here.is_block:
        return f"{text[: here.after_colon]} {rendered}{here.header_comment}{text[here.end :]}"
    gap = " " if here.is_empty else ""
    return text[: here.start] + gap + rendered + text[here.end :]


def _with_lines(text: str, here: Place, lines: list[str]) -> str:
    """`lines[0]` is what follows the colon; a comment behind the value stays on that line."""
    behind = line_end(text, here.end)
    if here.is_literal or here.is_block:
        comment, rest = here.header_comment, text[here.end :]
    else:
        kept = text[here.end : behind].rstrip("\r\n")
        comment, rest = kept, text[here.end + len(kept) :]
    joined = line_break_of(text).join([f"{lines[0]}{comment}", *lines[1:]])
    return text[: here.after_colon] + joined + rest


def _inserted_inline(text: str, parent: Place, before: list[Place], rendered: str) -> str:
    if before:
        return f"{text[: before[-1].end]}, {rendered}{text[before[-1].end :]}"
    first = parent.children[0].key_start if parent.children else parent.start + 1
    gap = ", " if parent.children else ""
    return f"{text[:first]}{rendered}{gap}{text[first:]}"


def _removed_inline(text: str, siblings: list[Place], position: int) -> str:
    """Without one of the values inside [] or {}, and the comma that goes with it."""
    here = siblings[position]
    if position > 0:
        between = text[siblings[position - 1].end : here.key_start]
        # A comment between the two is about something that may stay.
        kept = between.replace(",", "", 1).rstrip(" ") if "#" in between else ""
        return text[: siblings[position - 1].end] + kept + text[here.end :]
    if len(siblings) > 1:
        return text[: here.key_start] + text[siblings[1].key_start :]
    return text[: here.key_start] + text[here.end :]


def _behind_own_comments(text: str, here: Place) -> int:
    """Behind the value and the comment lines that are indented deeper than its key."""
    position = line_end(text, here.end)
    while position < len(text):
        line = text[position : line_end(text, position)]
        if _indent_of(line) <= here.column or not line.lstrip().startswith("#"):
            break
        position = line_end(text, position)
    return position


def _would_swallow(text: str, position: int, lines: list[str]) -> bool:
    """Whether a comment behind the lines would become a part of the text that they end with."""
    comment = _NEXT_COMMENT.match(text, position)
    indents = [_indent_of(line) for line in lines[1:] if line]
    return bool(indents) and comment is not None and len(comment[1]) >= min(indents)


def _indent_of(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _with_new_lines(text: str, position: int, lines: list[str]) -> str:
    line_break = line_break_of(text)
    joined = "".join(f"{line}{line_break}" for line in lines)
    gap = line_break if position and not text[:position].endswith("\n") else ""
    return text[:position] + gap + joined + text[position:]


def _without_lines(text: str, start: int, end: int) -> str:
    """Without whole lines; of two blank lines that meet then, one goes as well."""
    before, behind = text[:start], text[end:]
    doubled = before.endswith(("\n\n", "\n\r\n")) and (not behind or behind[0] in "\r\n")
    if doubled:
        before = before[: line_start(before, len(before) - 1)]
    return before + behind
