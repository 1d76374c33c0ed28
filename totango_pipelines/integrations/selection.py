"""Many integrations by name or by tag."""

from collections.abc import Mapping, Sequence

from totango_pipelines.errors import UnknownNameError
from totango_pipelines.integrations.integration import Integration
from totango_pipelines.integrations.project import DeclaredIntegration


def chosen(
    declared: Mapping[str, DeclaredIntegration], names: Sequence[str], tags: Sequence[str]
) -> list[str]:
    """The integrations of these ids and of these tags, each once, in this order.

    Raises:
        UnknownNameError: an id or a tag that nothing has, or nothing was chosen: all or nothing.
    """
    by_tag = {
        tag: [name for name, each in declared.items() if tag in tags_of(each.integration)]
        for tag in tags
    }
    strange = [name for name in names if name not in declared]
    strange += [tag for tag, found in by_tag.items() if not found]
    if strange or not (names or tags):
        seen = f"nothing is called {', '.join(strange)}" if strange else "nothing was chosen"
        known = sorted({tag for each in declared.values() for tag in tags_of(each.integration)})
        msg = (
            f"{seen}; no run was requested. Ids: {', '.join(declared) or 'none'}. "
            f"Tags: {', '.join(known) or 'none'}."
        )
        raise UnknownNameError(msg)
    return list(dict.fromkeys([*names, *(name for found in by_tag.values() for name in found)]))


def tags_of(integration: Integration) -> set[str]:
    """Its declared tags, and those that every integration has."""
    own = {"all", f"object:{integration.object}", f"connection:{integration.connection}"}
    return own | set(integration.tags)
