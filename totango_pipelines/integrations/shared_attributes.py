"""Attributes that several integrations map: their values may get in each other's way."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from totango_pipelines.catalog.attributes import Attribute, DataType, normalised_name
from totango_pipelines.catalog.catalog import Catalog
from totango_pipelines.errors import Problem, Severity
from totango_pipelines.integrations.integration import Integration, ObjectName
from totango_pipelines.integrations.integration_files import Candidate
from totango_pipelines.integrations.key_paths import path_text

SHARED_ATTRIBUTE = "SHARED_ATTRIBUTE"

_Place = tuple[str, str | None, str]
"""An object, a collection and a hub column; of foreign keys the register has the column."""

_ACCOUNT_ID = "account_id"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Mapped:
    candidate: Candidate
    integration: Integration
    index: int


def shared_attributes(
    candidates: Iterable[Candidate], catalog: Catalog
) -> Iterator[tuple[str, Problem]]:
    """(file, warning) for each line whose attribute another integration maps, too."""
    by_place: dict[_Place, list[_Mapped]] = {}
    for candidate in candidates:
        if candidate.integration is not None:
            for index, place in _places(candidate.integration, catalog):
                mapped = _Mapped(candidate, candidate.integration, index)
                by_place.setdefault(place, []).append(mapped)
    for sharing in by_place.values():
        ids = sorted({each.integration.id for each in sharing})
        if len(ids) > 1:
            for each in sharing:
                others = [name for name in ids if name != each.integration.id]
                yield each.candidate.file, _warning(each, others)


def _places(integration: Integration, catalog: Catalog) -> Iterator[tuple[int, _Place]]:
    """The cells that the lines of a mapping write; rows of usage have none."""
    if integration.object is ObjectName.USAGE:
        return
    stand_in = normalised_name(integration.settings.match_on)
    for index, line in enumerate(integration.mapping):
        attribute = catalog.attribute(integration.object.value, line.attribute)
        if attribute is None or normalised_name(line.attribute) == stand_in:
            continue
        if attribute.data_type is DataType.FOREIGN_KEY:
            yield index, (ObjectName.ACCOUNTS_FOREIGN_KEYS.value, None, attribute.column)
        elif _has_cells(attribute):
            place = (integration.object.value, integration.collection, attribute.column)
            yield index, place


def _has_cells(attribute: Attribute) -> bool:
    return attribute.key is None and attribute.column != _ACCOUNT_ID and attribute.stored


def _warning(mapped: _Mapped, others: list[str]) -> Problem:
    parsed, path = mapped.candidate.parsed, ("mapping", mapped.index, "attribute")
    shown = ", ".join(others[:_SHOWN])
    more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    name = mapped.integration.mapping[mapped.index].attribute
    what = (
        "the newer value wins."
        if mapped.integration.settings.auto_resolve_conflicts
        else "a newer value of this one is listed as a conflict, and the stored value stays."
    )
    return Problem(
        parsed.file,
        parsed.line(path),
        path_text(path),
        SHARED_ATTRIBUTE,
        f"{name} is also mapped by {shown}{more}: {what}",
        "If that is meant, nothing has to be changed; else map it in one of them only.",
        Severity.WARNING,
    )
