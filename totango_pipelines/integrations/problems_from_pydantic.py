"""Validate plain data against a declaration; say what is wrong in plain words, at its line.

Pydantic's own wording names Python types and links to its manual, and it quotes values; here each
kind of error becomes a `Problem` with what was seen, the rule and the way to mend it, and a value
under a key that may hold a secret is never quoted.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from totango_pipelines.catalog.catalog import nearest
from totango_pipelines.errors import Problem
from totango_pipelines.integrations.declared import RULE_OF_PATTERN, RuleBrokenError
from totango_pipelines.integrations.key_paths import KeyPath, may_be_secret, path_text, shown_key
from totango_pipelines.integrations.schema_walk import known_keys, schema_at
from totango_pipelines.integrations.strict_yaml import ParsedYaml

_T = TypeVar("_T")

_EXPECTED: Final[Mapping[str, str]] = {
    "string_type": "a text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping of `key: value` lines",
    "model_type": "a mapping of `key: value` lines",
    "model_attributes_type": "a mapping of `key: value` lines",
}
_WRONG_TYPE_REMEDY: Final[Mapping[str, str]] = {
    "a text": "Put it in quotes.",
    "a whole number": "Write the number without quotes.",
    "a number": "Write the number without quotes.",
    "true or false": "Write true or false, without quotes.",
    "a list": "Write [a, b], or one `- item` per line.",
    "a mapping of `key: value` lines": "Write `key: value` lines below it.",
}
_BOUNDS: Final[Mapping[str, tuple[str, str]]] = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}
_OPTION: Final = re.compile(r"'([^']*)'|(-?\d+)")
_LONGEST_VALUE: Final = 60
_NOT_ALLOWED: Final = "NOT_ALLOWED"


@dataclass(frozen=True, slots=True)
class Rejected:
    """Data that breaks its declaration: the problems and the key path of each."""

    problems: tuple[Problem, ...]
    paths: tuple[KeyPath, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    """A problem before it has a place: `path` is relative to the data that was validated."""

    path: KeyPath
    code: str
    problem: str
    remedy: str


def checked(
    adapter: TypeAdapter[_T],
    data: Any,  # noqa: ANN401 - whatever stood in the file
    parsed: ParsedYaml,
    at: KeyPath = (),
) -> _T | Rejected:
    """The declaration, or every problem of it; `at` is where `data` stands in the file."""
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        details = error.errors(include_url=False)
    # What YAML itself refused has no value, and that is said already.
    refused = {problem.path for problem in parsed.problems}
    findings = [
        finding
        for finding in _Words(data, adapter.json_schema(), at).of_all(details)
        if path_text((*at, *finding.path)) not in refused
    ]
    paths = tuple((*at, *finding.path) for finding in findings)
    return Rejected(
        tuple(
            parsed.problem(path, finding.code, finding.problem, finding.remedy)
            for path, finding in zip(paths, findings, strict=True)
        ),
        paths,
    )


class _Words:
    """Puts pydantic's errors on one piece of data into words."""

    def __init__(self, data: Any, schema: dict[str, Any], at: KeyPath) -> None:  # noqa: ANN401
        self.data = data
        self.schema = schema
        self.at = at

    def of_all(self, details: Iterable[ErrorDetails]) -> tuple[_Finding, ...]:
        """One finding per place and kind: a union complains once per member."""
        wrong_types: dict[KeyPath, list[str]] = {}
        findings: list[_Finding] = []
        for detail in details:
            expected = _EXPECTED.get(detail["type"])
            path = self._path(detail)
            if detail["type"] == "too_short" and value_at(self.data, path):
                continue  # not empty: pydantic counts the valid items only
            if expected is None:
                findings.append(self._finding(detail, path))
            elif expected not in wrong_types.setdefault(path, []):
                wrong_types[path].append(expected)
        for path, expectations in wrong_types.items():
            findings.append(self._wrong_type(path, expectations, value_at(self.data, path)))
        return tuple(findings)

    def _path(self, detail: ErrorDetails) -> KeyPath:
        """The error's place in the data; pydantic's also names union members."""
        path: list[str | int] = []
        current = self.data
        for step in detail["loc"]:
            inside = isinstance(current, dict) and step in current
            if inside or (isinstance(current, list) and isinstance(step, int)):
                path.append(step)
                current = current[step]
        if detail["type"] == "missing":
            path.append(detail["loc"][-1])
        return tuple(path)

    def _finding(self, detail: ErrorDetails, path: KeyPath) -> _Finding:
        kind, context = detail["type"], detail.get("ctx", {})
        if detail["loc"][-1:] == ("[key]",):
            return self._wrong_key(path, context)
        match kind:
            case "extra_forbidden":
                finding = self._unknown_key(path)
            case "missing":
                finding = self._missing(path)
            case "value_error" if isinstance(context.get("error"), RuleBrokenError):
                finding = _rule_broken(context["error"], path)
            case "union_tag_not_found":
                finding = self._missing((*path, context["discriminator"].strip("'")))
            case "union_tag_invalid":
                path = (*path, context["discriminator"].strip("'"))
                finding = self._not_an_option(path, context["expected_tags"])
            case "enum" | "literal_error":
                finding = self._not_an_option(path, context["expected"])
            case "string_pattern_mismatch":
                rule = RULE_OF_PATTERN.get(context["pattern"], "what is expected here")
                finding = self._refused(path, f"is not {rule}.", "Change it.")
            case _:
                finding = self._out_of_bounds(kind, context, path)
        return finding

    def _out_of_bounds(self, kind: str, context: Mapping[str, Any], path: KeyPath) -> _Finding:
        if kind in _BOUNDS:
            key, words = _BOUNDS[kind]
            return self._refused(path, f"must be {words} {context[key]:g}.", "Change the number.")
        if kind == "string_too_short":
            return _Finding(path, _NOT_ALLOWED, "is blank.", "Give it a value or take it out.")
        if kind == "string_too_long":
            longest = context["max_length"]
            seen = f"is longer than {longest} characters."
            return _Finding(path, _NOT_ALLOWED, seen, "Shorten it.")
        if kind == "too_short":
            return _Finding(path, _NOT_ALLOWED, "is empty.", "Add at least one item.")
        meant = schema_at(self.schema, path, self.data).get("description", "")
        return self._refused(path, "is not what is expected here.", str(meant))

    def _unknown_key(self, path: KeyPath) -> _Finding:
        key = str(path[-1])
        keys = known_keys(schema_at(self.schema, path[:-1], self.data))
        guesses = nearest(key, keys)
        known = f"Known keys: {', '.join(keys)}." if keys else ""
        remedy = f"Did you mean `{guesses[0]}`? {known}" if guesses else known
        return _Finding(path, "UNKNOWN_KEY", "is not a known key.", remedy.strip())

    def _wrong_key(self, path: KeyPath, context: Mapping[str, Any]) -> _Finding:
        options = [text or number for text, number in _OPTION.findall(context.get("expected", ""))]
        rule = RULE_OF_PATTERN.get(context.get("pattern", ""), "a name that can stand here")
        if not options:
            return _Finding(path, _NOT_ALLOWED, f"is not {rule}.", "Rename it.")
        guesses = nearest(str(path[-1]), options)
        remedy = f"Did you mean {guesses[0]}? " if guesses else ""
        remedy += f"Allowed: {', '.join(options)}."
        return _Finding(path, "UNKNOWN_KEY", "is not a known name.", remedy)

    def _missing(self, path: KeyPath) -> _Finding:
        node = schema_at(self.schema, path, self.data)
        meant = node.get("description", "")
        options = node.get("enum") or ([node["const"]] if "const" in node else [])
        union = schema_at(self.schema, path[:-1], self.data).get("discriminator")
        if union is not None and union["propertyName"] == path[-1]:
            options = list(union["mapping"])
        rule = f" ({meant.rstrip('.')})" if meant else ""
        allowed = f": one of {', '.join(map(str, options))}" if options else ""
        remedy = f"Add `{shown_key(str(path[-1]))}:`{rule}{allowed}."
        return _Finding(path, "MISSING_KEY", "is missing.", remedy)

    def _not_an_option(self, path: KeyPath, expected: str) -> _Finding:
        options = [text or number for text, number in _OPTION.findall(expected)]
        value = value_at(self.data, path)
        guesses = nearest(value, options) if isinstance(value, str) else ()
        remedy = f"Did you mean {guesses[0]}? " if guesses else ""
        remedy += f"Allowed: {', '.join(options)}."
        return self._refused(path, "is not allowed.", remedy)

    def _wrong_type(self, path: KeyPath, expectations: list[str], value: Any) -> _Finding:  # noqa: ANN401
        pattern = schema_at(self.schema, path, self.data).get("pattern")
        rule = RULE_OF_PATTERN.get(str(pattern)) or _any_of(expectations)
        if value is None:
            seen = f"has no value; it must be {rule}."
            return _Finding(path, "WRONG_TYPE", seen, "Give it a value or take the line out.")
        number = isinstance(value, int | float) and not isinstance(value, bool)
        seen = f"is {'the number ' if number else ''}{self._seen(path, value)}; it must be {rule}."
        remedy = _WRONG_TYPE_REMEDY[expectations[0]]
        if pattern is not None or (isinstance(value, dict | list) and "`" not in remedy):
            remedy = f"Write {rule}."
        return _Finding(path, "WRONG_TYPE", seen, remedy)

    def _refused(self, path: KeyPath, rule: str, remedy: str) -> _Finding:
        seen = self._seen(path, value_at(self.data, path))
        return _Finding(path, _NOT_ALLOWED, f"{seen} {rule}", remedy)

    def _seen(self, path: KeyPath, value: Any) -> str:  # noqa: ANN401 - any YAML value
        if isinstance(value, dict):
            return "a mapping"
        if isinstance(value, list):
            return "a list"
        if may_be_secret((*self.at, *path)):
            return "a value (not shown)"
        if isinstance(value, bool):
            return str(value).lower()
        text = repr(value)
        return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…'"


def value_at(data: Any, path: KeyPath) -> Any:  # noqa: ANN401 - any YAML value
    """The value at a path of plain data; None where there is none."""
    for step in path:
        inside = isinstance(data, dict) and step in data
        if not inside and not (isinstance(data, list) and isinstance(step, int)):
            return None
        data = data[step]
    return data


def _any_of(expectations: list[str]) -> str:
    *others, last = expectations
    return f"{', '.join(others)} or {last}" if others else last


def _rule_broken(error: RuleBrokenError, path: KeyPath) -> _Finding:
    place = path if error.key is None else (*path, error.key)
    return _Finding(place, error.code, error.problem, error.remedy)
