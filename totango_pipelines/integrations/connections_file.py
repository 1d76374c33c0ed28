"""Read `connections.yaml`, connection by connection: a broken one takes no other with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from totango_pipelines.catalog.catalog import nearest
from totango_pipelines.errors import Problem
from totango_pipelines.integrations.connection import ConnectionDeclaration
from totango_pipelines.integrations.declared import CONNECTION_PATTERN, RULE_OF_PATTERN
from totango_pipelines.integrations.problems_from_pydantic import Rejected, checked
from totango_pipelines.integrations.strict_yaml import ParsedYaml

_ROOT: Final = "connections"
_CONNECTION: Final[TypeAdapter[ConnectionDeclaration]] = TypeAdapter(ConnectionDeclaration)


@dataclass(frozen=True, slots=True)
class Connections:
    """The valid connections, the names of the broken ones and every problem.

    `readable` is False where nobody can tell which connections there are.
    """

    valid: Mapping[str, ConnectionDeclaration]
    broken: frozenset[str]
    problems: tuple[Problem, ...]
    readable: bool = True


def connections_from(parsed: ParsedYaml) -> Connections:
    """The connections of the parsed file."""
    problems = list(parsed.problems)
    data = parsed.data
    if not isinstance(data, dict) or not isinstance(data.get(_ROOT), dict):
        if not problems:
            problems.append(_no_connections(parsed))
        return Connections({}, frozenset(), tuple(problems), readable=False)
    problems += [_unknown_key(parsed, key) for key in data if key != _ROOT]
    valid: dict[str, ConnectionDeclaration] = {}
    broken: set[str] = set()
    # What YAML itself refuses inside a connection (an alias, a key twice) breaks that one.
    flawed = {problem.path for problem in parsed.problems}
    for name, declared in data[_ROOT].items():
        found = _checked(parsed, name, declared)
        if isinstance(found, Rejected):
            problems += found.problems
        if isinstance(found, Rejected) or any(_inside(path, name) for path in flawed):
            broken.add(name)
        else:
            valid[name] = found
    return Connections(valid, frozenset(broken), tuple(problems))


def _checked(parsed: ParsedYaml, name: str, declared: object) -> ConnectionDeclaration | Rejected:
    if not re.fullmatch(CONNECTION_PATTERN, name):
        path = (_ROOT, name)
        rule = RULE_OF_PATTERN[CONNECTION_PATTERN]
        seen = f"is not a connection's name: {rule}."
        return Rejected((parsed.problem(path, "NOT_ALLOWED", seen, "Rename it."),), (path,))
    return checked(_CONNECTION, declared, parsed, (_ROOT, name))


def _inside(path: str, name: str) -> bool:
    within = f"{_ROOT}.{name}"
    return path == within or path.startswith((f"{within}.", f"{within}["))


def _no_connections(parsed: ParsedYaml) -> Problem:
    empty = parsed.data is None or (isinstance(parsed.data, dict) and _ROOT not in parsed.data)
    return parsed.problem(
        (_ROOT,),
        "MISSING_KEY" if empty else "WRONG_TYPE",
        "is missing." if empty else "is not a mapping of names to connections.",
        "Write `connections: {crm: {type: postgres, url: {env: CRM_URL}}}`.",
    )


def _unknown_key(parsed: ParsedYaml, key: str) -> Problem:
    meant = "Did you mean `connections`? " if nearest(key, (_ROOT,)) else ""
    remedy = f"{meant}Known keys: {_ROOT}."
    return parsed.problem((key,), "UNKNOWN_KEY", "is not a known key.", remedy)
