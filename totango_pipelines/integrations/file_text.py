"""The text of a new integration file, as a person would write it (house style of demo/)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from totango_pipelines.catalog.attributes import normalised_name
from totango_pipelines.catalog.standard import STANDARD_OBJECTS
from totango_pipelines.integrations.declared import Declared
from totango_pipelines.integrations.integration import (
    Integration,
    MappingLine,
    NewAttribute,
    Settings,
)
from totango_pipelines.integrations.yaml_text import STEP, entry, inline, item

SCHEDULE_KEYS: Final = (
    *("cadence", "every", "minute", "weekday", "day", "at"),
    *("timezone", "enabled", "sync_on_save"),
)
_SCHEDULE_DEFAULTS: Final = {"timezone": "UTC", "minute": 0, "enabled": True, "sync_on_save": False}
APART: Final = ("query", "mapping", "settings", "schedule", "upstream")
"""Keys with a blank line before them."""


def keys_in_order(model: type[Declared]) -> tuple[str, ...]:
    """The keys of a declaration in the order of the contract."""
    return tuple(model.model_fields)


def document_of(integration: Integration) -> dict[str, Any]:
    """An integration as the plain data of its file, without what is as by default."""
    return integration.model_dump(mode="json", exclude_defaults=True)


def new_text(document: Mapping[str, Any]) -> str:
    """A new file: keys in the order of the contract, key attributes first, defaults left out.

    `document` is the plain data of an integration file; it need not be valid, so that a draft can
    be shown with its problems. Keys that no integration has come last.

    Raises:
        UnwritableTextError: a text holds a lone surrogate.
    """
    lines: list[str] = []
    written = {key: value for key, value in document.items() if value not in (None, "", (), [])}
    for key, value in _ordered(written, keys_in_order(Integration)).items():
        section = _section(key, value, str(document.get("object")))
        if section and lines and (key in APART or _ended_a_section(lines)):
            lines.append("")
        lines += section
    return "\n".join([*lines, ""])


def ordered_line(line: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping line with its keys in the contract's order, without what is as by default."""
    kept = _without_defaults(line, _defaults(MappingLine))
    if isinstance(kept.get("new"), Mapping):
        kept["new"] = _ordered(
            _without_defaults(kept["new"], {"currency": None}), keys_in_order(NewAttribute)
        )
    return _ordered(kept, keys_in_order(MappingLine))


def ordered_schedule(schedule: Mapping[str, Any]) -> dict[str, Any]:
    """A schedule with its keys as people read them, without what is as by default."""
    return _ordered(_without_defaults(schedule, _SCHEDULE_DEFAULTS), SCHEDULE_KEYS)


def _section(key: str, value: Any, object_name: str) -> list[str]:  # noqa: ANN401 - plain data
    match key, value:
        case "mapping", list() | tuple():
            lines = [ordered_line(line) for line in value]
            items = [text for line in _keys_first(lines, object_name) for text in item(line, STEP)]
            return ["mapping:", *items]
        case "settings", Mapping():
            kept = _ordered(_without_defaults(value, _defaults(Settings)), keys_in_order(Settings))
            return _block(key, kept)
        case "schedule", Mapping():
            return _block(key, ordered_schedule(value))
        case "query", str():
            stripped = value.strip(" \n")
            return entry(key, f"{stripped}\n")
        case _, list() | tuple():
            return [f"{key}: {inline(value, flow=False)}"]
    return entry(key, value)


def _ended_a_section(lines: list[str]) -> bool:
    """Whether the last line belongs to a block, which a blank line ends."""
    return lines[-1].startswith(STEP)


def _block(key: str, values: Mapping[str, Any]) -> list[str]:
    lines = [text for name, value in values.items() for text in entry(name, value, STEP)]
    return [f"{key}:", *lines] if lines else []


def _keys_first(lines: Iterable[dict[str, Any]], object_name: str) -> list[dict[str, Any]]:
    """The lines that identify a record at the top, in the catalogue's order (seed.md)."""
    known = STANDARD_OBJECTS.get(object_name)
    keys = [normalised_name(each.name) for each in known.keys] if known else []

    def rank(line: Mapping[str, Any]) -> int:
        name = normalised_name(str(line.get("attribute")))
        return keys.index(name) if name in keys else len(keys)

    return sorted(lines, key=rank)


def _defaults(model: type[Declared]) -> dict[str, Any]:
    return {
        name: field.default for name, field in model.model_fields.items() if not field.is_required()
    }


def _without_defaults(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in values.items()
        if key not in defaults or not _same(value, defaults[key])
    }


def _same(value: object, default: object) -> bool:
    """Equal, and not a number in the place of a switch: 1 is not true."""
    return value == default and isinstance(value, bool) is isinstance(default, bool)


def _ordered(values: Mapping[str, Any], order: Iterable[str]) -> dict[str, Any]:
    known = {key: values[key] for key in order if key in values}
    return known | {key: value for key, value in values.items() if key not in known}
