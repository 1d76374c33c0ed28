"""Change an integration's file in place: what is not meant stays as it was, byte for byte."""

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from totango_pipelines.catalog.attributes import normalised_name
from totango_pipelines.catalog.catalog import nearest
from totango_pipelines.errors import DeclarationError, UnknownNameError, UserError
from totango_pipelines.integrations.file_text import ordered_line, ordered_schedule
from totango_pipelines.integrations.key_paths import KeyPath, path_text
from totango_pipelines.integrations.problems_from_pydantic import value_at
from totango_pipelines.integrations.strict_yaml import parse_yaml
from totango_pipelines.integrations.text_splices import (
    append_item,
    in_block_style_if_wide,
    insert_key,
    line_break_of,
    remove_item,
    remove_key,
    rename_key,
    replace_value,
)
from totango_pipelines.integrations.yaml_places import place

MAPPING: Final = "mapping"
ORIGINS: Final = ("column", "expression", "constant")
_STEP: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_PATH: Final = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+|\[\d+\])*")
_IN_EDITOR: Final = "Change it in an editor."
_MARK: Final = "\ufeff"


class EditFailedError(UserError):
    """The text cannot be changed in place; an editor can."""


@dataclass(frozen=True, slots=True)
class SetValue:
    """Give a key path a value, e.g. `("settings", "allow_new")`; what leads there is added."""

    path: KeyPath
    value: Any


@dataclass(frozen=True, slots=True)
class RemoveValue:
    """Take a key path out; what is empty without it goes as well."""

    path: KeyPath


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """Change the mapping line of an attribute; a value of None takes the key out.

    An origin (column, expression, constant) replaces the one that is there. Without a line for the
    attribute one is added at the end, if an origin is given.
    """

    attribute: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RemoveLine:
    """Take the mapping line of an attribute out."""

    attribute: str


Change = SetValue | RemoveValue | ChangeLine | RemoveLine


def edited_text(text: str, changes: Iterable[Change], *, file: str = "") -> str:
    """The text with the changes; comments, order, quotes and untouched lines stay as they are.

    Raises:
        DeclarationError: the text is not readable YAML; its problems name `file`.
        UnknownNameError: a mapping line or a place of a list does not exist.
        EditFailedError: the text cannot hold the change.
    """
    byte_order_mark = _MARK if text.startswith(_MARK) else ""
    text = text.removeprefix(_MARK)
    last_line_is_open = bool(text) and not text.endswith("\n")
    for change in changes:
        try:
            text = _edited(text, change, file)
        except yaml.YAMLError:
            raise EditFailedError(f"the text cannot take {change}. {_IN_EDITOR}") from None
    return byte_order_mark + (text.removesuffix(line_break_of(text)) if last_line_is_open else text)


def path_of(text: str) -> KeyPath:
    """`mapping[2].column` -> ("mapping", 2, "column"); empty where the text is no path."""
    if not _PATH.fullmatch(text):
        return ()
    return tuple(int(index) if index else name for index, name in _STEP.findall(text))


def line_index(mapping: object, attribute: str) -> int | None:
    """The position of the mapping line for an attribute, compared as attribute names are."""
    wanted = normalised_name(attribute)
    for index, line in enumerate(mapping if isinstance(mapping, list) else ()):
        name = line.get("attribute") if isinstance(line, dict) else None
        if isinstance(name, str) and normalised_name(name) == wanted:
            return index
    return None


def _edited(text: str, change: Change, file: str) -> str:
    data = _data(text, file)
    match change:
        case SetValue(path, value):
            if place(text, path) is not None and _typed(value_at(data, path)) == _typed(value):
                return text
            return _checked(_set(text, path, value), _with(data, path, value), path)
        case RemoveValue(path):
            return _checked(_removed(text, path), _without(data, path), path)
        case RemoveLine(attribute):
            path = (MAPPING, _known_line(data, attribute))
            return _checked(remove_item(text, path), _without(data, path), path)
        case ChangeLine(attribute, values):
            index = line_index(data.get(MAPPING), attribute)
            if index is None:
                return _with_line(text, data, change)
            return _with_changed_line(text, data, index, values)


def _data(text: str, file: str) -> dict[str, Any]:
    parsed = parse_yaml(text.encode(), file)
    if parsed.problems:
        raise DeclarationError(parsed.problems)
    if not isinstance(parsed.data, dict):
        msg = f"{file or 'the text'} is not a mapping of `key: value` lines. Write it anew."
        raise EditFailedError(msg)
    return parsed.data


def _known_line(data: Mapping[str, Any], attribute: str) -> int:
    index = line_index(data.get(MAPPING), attribute)
    if index is not None:
        return index
    lines = data.get(MAPPING)
    names = [str(line.get("attribute")) for line in lines or () if isinstance(line, dict)]
    meant = " or ".join(nearest(attribute, names))
    hint = f"Did you mean {meant}?" if meant else f"It maps: {', '.join(names)}."
    msg = f"the mapping has no line for {attribute!r}. {hint}"
    raise UnknownNameError(msg)


def _with_line(text: str, data: dict[str, Any], change: ChangeLine) -> str:
    given = {key: value for key, value in change.values.items() if value is not None}
    if not any(origin in given for origin in ORIGINS):
        _known_line(data, change.attribute)
    line = ordered_line({"attribute": change.attribute, **given})
    expected = copy.deepcopy(data)
    expected[MAPPING] = [*(data.get(MAPPING) or ()), line]
    if isinstance(data.get(MAPPING), list):
        return _checked(append_item(text, (MAPPING,), line), expected, (MAPPING,))
    return _checked(_set(text, (MAPPING,), [line]), expected, (MAPPING,))


def _with_changed_line(
    text: str, data: dict[str, Any], index: int, values: Mapping[str, Any]
) -> str:
    base: KeyPath = (MAPPING, index)
    line, before = data[MAPPING][index], text
    origin = next((key for key in ORIGINS if values.get(key) is not None), None)
    if origin is not None:
        text = _with_origin(text, base, origin)
        values = {key: each for key, each in values.items() if key not in ORIGINS or key == origin}
        line = {key: each for key, each in line.items() if key not in ORIGINS or key == origin}
    for key, value in values.items():
        if value is None:
            text = text if place(text, (*base, key)) is None else _removed(text, (*base, key))
        elif _typed(line.get(key)) != _typed(value):
            text = _set(text, (*base, key), value)
    if text == before:
        return text
    merged = {key: each for key, each in {**line, **values}.items() if each is not None}
    return _checked(in_block_style_if_wide(text, base), _with(data, base, merged), base)


def _with_origin(text: str, base: KeyPath, origin: str) -> str:
    """The line with this origin's key in the place of the one it has."""
    others = [key for key in ORIGINS if key != origin and place(text, (*base, key)) is not None]
    if place(text, (*base, origin)) is None and others:
        text = rename_key(text, (*base, others.pop(0)), origin)
    for key in others:
        text = remove_key(text, (*base, key))
    return text


def _set(text: str, path: KeyPath, value: Any) -> str:  # noqa: ANN401 - plain data
    if path == ("schedule",) and isinstance(value, Mapping):
        value = ordered_schedule(value)
    here = place(text, path)
    if here is not None:
        return replace_value(text, path, value)
    *parent, last = path
    above = place(text, tuple(parent))
    if isinstance(last, int) or (above is not None and not above.can_hold_keys):
        msg = f"there is no {path_text(path)} in the file. Name a key that can stand there."
        raise UnknownNameError(msg)
    if above is None or above.is_empty:
        return _set(text, tuple(parent), {last: value})
    return insert_key(text, path, value)


def _removed(text: str, path: KeyPath) -> str:
    if place(text, path) is None:
        msg = f"there is no {path_text(path)} in the file."
        raise UnknownNameError(msg)
    if isinstance(path[-1], int):
        return remove_item(text, path)
    above = place(text, path[:-1])
    alone = above is not None and len(above.children) == 1
    if alone and len(path) > 1 and isinstance(path[-2], str):
        return remove_key(text, path[:-1])
    return remove_key(text, path)


def _with(data: Any, path: KeyPath, value: Any) -> Any:  # noqa: ANN401 - plain data
    if not path:
        return value
    step, *rest = path
    if isinstance(step, int):
        inside = list(data) if isinstance(data, list) else []
        inside[step] = _with(inside[step], tuple(rest), value)
        return inside
    known = data if isinstance(data, dict) else {}
    return {**known, step: _with(known.get(step), tuple(rest), value)}


def _without(data: Any, path: KeyPath) -> Any:  # noqa: ANN401 - plain data
    step, *rest = path
    if isinstance(data, list):
        kept = [
            _without(each, tuple(rest)) if i == step and rest else each
            for i, each in enumerate(data)
        ]
        return kept if rest else [each for i, each in enumerate(data) if i != step]
    inside = _without(data[step], tuple(rest)) if rest else None
    kept_keys = {key: each for key, each in data.items() if key != step}
    return kept_keys if inside in (None, {}) else {**data, step: inside}


def _checked(text: str, expected: Any, path: KeyPath) -> str:  # noqa: ANN401 - plain data
    """The text, if it says what was meant: a splice that went wrong never gets out."""
    parsed = parse_yaml(text.encode(), "")
    if parsed.problems or _typed(parsed.data) != _typed(expected):
        msg = f"{path_text(path)} cannot be changed in place here. {_IN_EDITOR}"
        raise EditFailedError(msg)
    return text


def _typed(value: Any) -> Any:  # noqa: ANN401 - plain data
    """Comparable data in which true is not 1, and the order of keys does not matter."""
    if isinstance(value, Mapping):
        return {key: _typed(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_typed(each) for each in value]
    return (type(value).__name__, value)
