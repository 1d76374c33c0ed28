"""Read `notifications.yaml`: who is told, and what is worth telling.

A broken target takes no other down with it, and a broken rule leaves the others as they are.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints, TypeAdapter, field_validator

from totango_pipelines.catalog.catalog import nearest
from totango_pipelines.errors import Problem, Severity
from totango_pipelines.integrations.connection_fields import FromEnvironment
from totango_pipelines.integrations.declared import (
    CONNECTION_PATTERN,
    EMAIL_PATTERN,
    ID_PATTERN,
    RULE_OF_PATTERN,
    Declared,
    Duration,
    RuleBrokenError,
    duration_seconds,
)
from totango_pipelines.integrations.key_paths import KeyPath, path_text
from totango_pipelines.integrations.problems_from_pydantic import Rejected, checked
from totango_pipelines.integrations.strict_yaml import ParsedYaml

_TARGETS: Final = "targets"
_RULES: Final = "rules"
_INTEGRATIONS: Final = "integrations"

FEWEST_RUNS: Final = 3
"""Fewer past runs than these tell nothing about what is usual."""


class Event(StrEnum):
    """What a target can be told."""

    FAILED = "failed"
    RECOVERED = "recovered"
    REJECTS = "rejects"
    ROW_COUNT = "row_count"
    SLOW = "slow"
    LATE = "late"


class Target(Declared):
    """Somebody to tell: a channel, a mailbox, a pager."""

    url: FromEnvironment = Field(
        description="{env: NAME}; the variable holds an Apprise URL such as mailto:// or slack://."
    )
    on: Annotated[tuple[Annotated[Event, Field(strict=False)], ...], Field(strict=False)] = Field(
        default=tuple(Event), min_length=1, description="Only these events; without it, all."
    )

    @field_validator("url", mode="before")
    @classmethod
    def _url_is_a_variable(cls, value: Any) -> Any:  # noqa: ANN401 - whatever stood there
        if isinstance(value, dict | FromEnvironment):
            return value
        raise RuleBrokenError(
            "is in plain text; it holds a secret, which is never written into a file.",
            "Write {env: NAME} and put the URL into the environment variable NAME.",
            code="SECRET_IN_FILE",
        )


class Rules(Declared):
    """When something is worth telling; null, or no value, switches a rule off."""

    reject_ratio: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="More than this share of the rows is rejected: `rejects`."
    )
    row_count_off: Annotated[float, Field(gt=0)] | None = Field(
        default=None,
        description="The rows differ by more than this share from the usual: `row_count`.",
    )
    longer_than: Annotated[float, Field(ge=1)] | None = Field(
        default=None, description="A run lasts longer than so many times the usual: `slow`."
    )
    slow_floor: Duration = Field(default="5m", description="A shorter run is never slow.")
    late_after: Duration | None = Field(
        default=None, description="No run began so long after the cadence expected one: `late`."
    )
    runs: Annotated[int, Field(ge=FEWEST_RUNS, le=1000)] = Field(
        default=10, description="So many past runs say what is usual: their median."
    )

    @property
    def slow_floor_seconds(self) -> int:
        """`slow_floor` in seconds."""
        return duration_seconds(self.slow_floor)


class NotificationsFile(Declared):
    """`notifications.yaml`: targets, and the rules of what they are told."""

    targets: dict[Annotated[str, StringConstraints(pattern=CONNECTION_PATTERN)], Target] = Field(
        default={}, description="Each target by the name that `notify` uses."
    )
    rules: Rules = Field(default=Rules(), description="The rules of every integration.")
    integrations: dict[Annotated[str, StringConstraints(pattern=ID_PATTERN)], Rules] = Field(
        default={}, description="Single values that differ for one integration, by its id."
    )


class _AnyNames(NotificationsFile):
    """The same before the names are looked at: so every wrong key is told what it could be."""

    targets: dict[str, Target] = Field(default={})
    integrations: dict[str, Rules] = Field(default={})


_FILE: Final = TypeAdapter(_AnyNames)


@dataclass(frozen=True, slots=True)
class Notifications:
    """The valid targets, the names of the broken ones, the rules and every problem.

    `readable` is False where nobody can tell which targets there are.
    """

    targets: Mapping[str, Target]
    broken: frozenset[str] = frozenset()
    rules: Rules = field(default_factory=Rules)
    own_rules: Mapping[str, Rules] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    readable: bool = True

    @property
    def names(self) -> frozenset[str] | None:
        """The names of all targets, broken ones too; None where nobody can tell."""
        return self.broken.union(self.targets) if self.readable else None

    def told(self, notify: Iterable[str], event: Event) -> tuple[str, ...]:
        """Who of an integration's `notify` is told of an event; a broken target once it is mended."""
        return tuple(
            name
            for name in dict.fromkeys(notify)
            if name in self.broken or (name in self.targets and event in self.targets[name].on)
        )

    def rules_for(self, integration: str) -> Rules:
        """The rules of one integration: everybody's, and what it overrides."""
        own = self.own_rules.get(integration)
        if own is None:
            return self.rules
        overridden = {name: getattr(own, name) for name in own.model_fields_set}
        return self.rules.model_copy(update=overridden)


NO_NOTIFICATIONS: Final = Notifications({})


def notifications_from(parsed: ParsedYaml, integrations: Iterable[str] = ()) -> Notifications:
    """The notifications of the parsed file; `integrations` are the ids that rules may name."""
    data = {} if parsed.data is None else parsed.data
    if not isinstance(data, dict) or (parsed.data is None and parsed.problems):
        found = checked(_FILE, data, parsed)
        problems = found.problems if isinstance(found, Rejected) else ()
        return replace(NO_NOTIFICATIONS, problems=(*parsed.problems, *problems), readable=False)
    found = checked(_FILE, data, parsed)
    rejected = found if isinstance(found, Rejected) else Rejected((), ())
    misnamed = _misnamed(parsed, _mapping(data.get(_TARGETS)))
    sound = _what_is_sound(data, _Wrong(rejected.paths, (*parsed.problems, *misnamed)))
    readable = isinstance(data.get(_TARGETS, {}), dict)
    return Notifications(
        targets=sound.targets,
        broken=frozenset(_mapping(data.get(_TARGETS))) - frozenset(sound.targets),
        rules=sound.rules,
        own_rules=sound.integrations,
        problems=(
            *parsed.problems,
            *rejected.problems,
            *misnamed,
            *_unknown_integrations(parsed, sound.integrations, sorted(integrations)),
        ),
        readable=readable,
    )


def unknown_targets(
    notify: Iterable[str], parsed: ParsedYaml, known: Iterable[str]
) -> Iterator[Problem]:
    """A warning for each name of an integration that is neither a target nor an owner's address."""
    names = sorted(known)
    for index, name in enumerate(notify):
        if name in names or re.fullmatch(EMAIL_PATTERN, name):
            continue
        has = f"It has: {', '.join(names)}." if names else "It has none."
        problem = parsed.problem(
            ("notify", index),
            "TARGET_UNKNOWN",
            f"{name!r} is not a target of notifications.yaml: nobody is told.",
            f"{_meant(name, names)}Add it there, or take it out. {has}",
        )
        yield replace(problem, severity=Severity.WARNING)


@dataclass(frozen=True, slots=True)
class _Wrong:
    """The places that have a problem, as key paths or as the text that a problem has."""

    paths: tuple[KeyPath, ...]
    others: tuple[Problem, ...]

    def at(self, path: KeyPath) -> bool:
        """Whether the very place has a problem."""
        return path in self.paths

    def within(self, path: KeyPath) -> bool:
        """Whether the place, or anything in it, has a problem."""
        text = path_text(path)
        return any(each[: len(path)] == path for each in self.paths) or any(
            each.path == text or each.path.startswith((f"{text}.", f"{text}["))
            for each in self.others
        )


def _what_is_sound(data: Mapping[str, Any], wrong: _Wrong) -> _AnyNames:
    """The file without the targets and the single rules that have a problem."""
    targets = {
        name: target
        for name, target in _mapping(data.get(_TARGETS)).items()
        if not wrong.within((_TARGETS, name))
    }
    own_rules = {
        name: _sound_rules(rules, (_INTEGRATIONS, name), wrong)
        for name, rules in _mapping(data.get(_INTEGRATIONS)).items()
        if not wrong.at((_INTEGRATIONS, name))
    }
    rules = _sound_rules(data.get(_RULES), (_RULES,), wrong)
    return _AnyNames.model_validate({_TARGETS: targets, _RULES: rules, _INTEGRATIONS: own_rules})


def _sound_rules(rules: object, at: KeyPath, wrong: _Wrong) -> dict[str, Any]:
    return {name: value for name, value in _mapping(rules).items() if not wrong.within((*at, name))}


def _misnamed(parsed: ParsedYaml, names: Iterable[str]) -> tuple[Problem, ...]:
    seen = f"is not a target's name: {RULE_OF_PATTERN[CONNECTION_PATTERN]}."
    return tuple(
        parsed.problem((_TARGETS, name), "NOT_ALLOWED", seen, "Rename it.")
        for name in names
        if not re.fullmatch(CONNECTION_PATTERN, name)
    )


def _unknown_integrations(
    parsed: ParsedYaml, named: Iterable[str], known: list[str]
) -> Iterator[Problem]:
    for name in named:
        if name in known:
            continue
        problem = parsed.problem(
            (_INTEGRATIONS, name),
            "UNKNOWN_INTEGRATION",
            "is no integration of this project: its rules do nothing.",
            f"{_meant(name, known)}Rename it, or take it out.",
        )
        yield replace(problem, severity=Severity.WARNING)


def _meant(name: str, known: Iterable[str]) -> str:
    guesses = " or ".join(nearest(name, known))
    return f"Did you mean {guesses}? " if guesses else ""


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
