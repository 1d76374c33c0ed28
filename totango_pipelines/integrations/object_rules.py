"""What single objects ask of their integrations, beyond keys (semantics.md 4)."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.catalog.catalog import Catalog
from totango_pipelines.errors import Problem, Severity
from totango_pipelines.integrations.integration import Integration
from totango_pipelines.integrations.key_paths import KeyPath
from totango_pipelines.integrations.strict_yaml import ParsedYaml

_MOST_ACTIVITIES = 1000
_MAPPING: KeyPath = ("mapping",)


def broken_object_rules(
    integration: Integration,
    parsed: ParsedYaml,
    catalog: Catalog,
    mapped: Collection[Attribute],
) -> Iterator[Problem]:
    """Every rule of its object that an integration breaks; `mapped` are its attributes."""
    rules = _BY_OBJECT.get(integration.object.value)
    if rules is not None:
        yield from rules(_Asked(integration, parsed, catalog, mapped))


@dataclass(frozen=True, slots=True)
class _Asked:
    integration: Integration
    parsed: ParsedYaml
    catalog: Catalog
    mapped: Collection[Attribute]

    def maps_one_of(self, *names: str) -> bool:
        return not {attribute.name for attribute in self.mapped}.isdisjoint(names)

    def warning(self, path: KeyPath, code: str, problem: str, remedy: str) -> Problem:
        found = self.parsed.problem(path, code, problem, remedy)
        return replace(found, severity=Severity.WARNING)


def _account_assignment(asked: _Asked) -> Iterator[Problem]:
    if not asked.maps_one_of("email", "user_name"):
        yield asked.parsed.problem(
            _MAPPING,
            "REQUIRED_NOT_MAPPED",
            "has a line neither for email nor for user_name: nobody would be assigned.",
            "Add `- {attribute: email, column: NAME}`.",
        )
    if not asked.catalog.roles:
        yield asked.warning(
            ("object",),
            "ROLE_UNKNOWN",
            "is account_assignment, but catalog.yaml declares no roles: every row is rejected.",
            "List them in catalog.yaml, e.g. `roles: [Success Manager]`.",
        )


def _usage(asked: _Asked) -> Iterator[Problem]:
    if asked.integration.settings.source_id_column is not None:
        yield asked.parsed.problem(
            ("settings", "source_id_column"),
            "NOT_ALLOWED",
            "asks for matching, but rows of usage have no identity that could be matched.",
            "Take it out.",
        )


def _usage_aggregations(asked: _Asked) -> Iterator[Problem]:
    count = sum(attribute.data_type is DataType.WHOLE_NUMBER for attribute in asked.mapped)
    if count == 0:
        yield asked.parsed.problem(
            _MAPPING,
            "REQUIRED_NOT_MAPPED",
            "has no line for an activity: a day without numbers says nothing.",
            "Add `- {attribute: Module##Action, column: NAME}`, or Daily active users.",
        )
    elif count > _MOST_ACTIVITIES:
        yield asked.parsed.problem(
            _MAPPING,
            "TOO_MANY_ATTRIBUTES",
            f"has lines for {count} activities; Totango takes at most {_MOST_ACTIVITIES}.",
            "Leave some out, or load them with another integration.",
        )


def _touchpoints(asked: _Asked) -> Iterator[Problem]:
    if asked.integration.settings.allow_new and not asked.maps_one_of("subject", "content"):
        yield asked.warning(
            _MAPPING,
            "REQUIRED_NOT_MAPPED",
            "has a line neither for subject nor for content: rows of new touchpoints are rejected.",
            "Map one of them, or set `allow_new: false` if only known records are meant.",
        )


_BY_OBJECT: Mapping[str, Callable[[_Asked], Iterator[Problem]]] = MappingProxyType(
    {
        "account_assignment": _account_assignment,
        "touchpoints": _touchpoints,
        "usage": _usage,
        "usage_aggregations": _usage_aggregations,
    }
)
