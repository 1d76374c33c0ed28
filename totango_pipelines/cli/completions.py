"""Names for the shell, and the words that an option takes; only files with names are read."""

from collections.abc import Callable, Iterable, Sequence

import typer

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.session import read_environment

CADENCES = ("one_time", "minutes", "hourly", "daily", "workdays", "weekly", "monthly")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_Completion = Callable[[typer.Context, str], list[str]]


def complete_connections(ctx: typer.Context, incomplete: str) -> list[str]:
    """The keys of connections.yaml."""
    return _beginning_with(incomplete, _names_in(ctx, "connections.yaml", "connections"))


def complete_collections(ctx: typer.Context, incomplete: str) -> list[str]:
    """The collection types that catalog.yaml declares."""
    return _beginning_with(incomplete, _names_in(ctx, "catalog.yaml", "collections"))


def complete_objects(_: typer.Context, incomplete: str) -> list[str]:
    """The objects; no project can declare another one."""
    return _beginning_with(incomplete, door.names().Catalog.standard().objects)


def completing(words: Sequence[str]) -> _Completion:
    """What completes one of these words."""

    def complete(_: typer.Context, incomplete: str) -> list[str]:
        return _beginning_with(incomplete, words)

    return complete


def require_word(option: str, value: str | None, words: Sequence[str]) -> None:
    """Raises: BadParameter: the value is none of the words."""
    if value is None or value in words:
        return
    meant = door.names().nearest(value, words)
    hint = f"Did you mean {' or '.join(meant)}? " if meant else ""
    raise typer.BadParameter(
        f"{value!r} is not allowed. {hint}Allowed: {', '.join(words)}.", param_hint=option
    )


def _names_in(ctx: typer.Context, file: str, key: str) -> list[str]:
    """The keys, or the texts, under a key of a file; none where they cannot be read."""
    path = read_environment(ctx.find_root().params.get("project")).project / file
    try:
        content = path.read_bytes()
    except OSError:
        return []
    data = door.integrations("strict_yaml").parse_yaml(content, file).data
    names = data.get(key) if isinstance(data, dict) else None
    return [each for each in names or () if isinstance(each, str)]


def _beginning_with(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
