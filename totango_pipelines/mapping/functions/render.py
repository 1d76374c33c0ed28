"""Writes an expression out again for the engine: every operation in parentheses, no name of a user.

Columns are read by position and cast to the type they were checked with (DuckDB folds case, and a
staged file may hold a wider type). What cannot be computed raises inside the engine.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from totango_pipelines.mapping.columns import Kind, SourceColumn
from totango_pipelines.mapping.functions.names import RUN_VALUES, Names
from totango_pipelines.mapping.functions.tree import NAMES, Form, Node
from totango_pipelines.mapping.functions.types import (
    DECIMALS_OF_UNKNOWN,
    UNKNOWN_DECIMAL,
    type_of,
)
from totango_pipelines.mapping.functions.vocabulary import BY_NAME
from totango_pipelines.quoting import comma, literal

_PLACE = re.compile(r"\{(rest|[0-9])\}")
_WRITTEN: Mapping[Form, Callable[[str, list[str]], str]] = MappingProxyType(
    {
        Form.NUMBER: lambda word, _: word,
        Form.WORD: lambda word, _: word,
        Form.TEXT: lambda word, _: literal(word),
        Form.PREFIX: lambda word, parts: f"({word} {parts[0]})",
        Form.POSTFIX: lambda word, parts: f"({parts[0]} {word})",
        Form.BINARY: lambda word, parts: f"({parts[0]} {word} {parts[1]})",
        Form.IN: lambda word, parts: f"({parts[0]} {word} ({comma(parts[1:])}))",
        Form.BETWEEN: lambda word, parts: f"({parts[0]} {word} {parts[1]} AND {parts[2]})",
        Form.CAST: lambda word, parts: f"CAST({parts[0]} AS {word})",
        Form.TRY_CAST: lambda word, parts: f"TRY_CAST({parts[0]} AS {word})",
        Form.INTERVAL: lambda word, parts: (
            f"(INTERVAL ({parts[0]}) {word})" if word else f"CAST({parts[0]} AS INTERVAL)"
        ),
        Form.CASE: lambda _, parts: f"(CASE {' '.join(parts)} END)",
        Form.OPERAND: lambda _, parts: parts[0],
        Form.WHEN: lambda _, parts: f"WHEN {parts[0]} THEN {parts[1]}",
        Form.ELSE: lambda _, parts: f"ELSE {parts[0]}",
    }
)


class Renderer:
    """Writes the nodes of one expression as DuckDB's SQL."""

    def __init__(self, names: Names, columns: Sequence[SourceColumn]) -> None:
        self._names = names
        self._columns = columns

    def sql(self, node: Node) -> str:
        """One node; it binds tighter than anything around it."""
        if node.form in NAMES:
            return self._name(node)
        parts = [self.sql(child) for child in node.children]
        if node.form is Form.CALL:
            return call(node.word, parts)
        return _WRITTEN[node.form](node.word, parts)

    def kind_of(self, name: Node) -> Kind | None:
        """The kind of the column that a name means; None: it is a value of the run."""
        index = self._names.columns.get(name.start)
        return None if index is None else self._columns[index].kind

    def cell(self, name: Node) -> str:
        """The cell of the column that a name means, as it is staged."""
        index = self._names.columns[name.start]
        cell = f"c{index}"
        if self.kind_of(name) is not Kind.DECIMAL_TEXT:
            return cell
        # SQLite may hold blanks in a numeric column; everywhere else they are nulls, too.
        text = f"nullif(trim({cell}), '')"
        return _exact(text) if type_of(self._columns[index]) == UNKNOWN_DECIMAL else text

    def _name(self, node: Node) -> str:
        if node.start in self._names.run_values:
            return RUN_VALUES[self._names.run_values[node.start]][0]
        column = self._columns[self._names.columns[node.start]]
        return f"CAST({self.cell(node)} AS {type_of(column)})"


def _exact(text: str) -> str:
    """A number as text; no number, which fails its row, where the cast would round it."""
    kept = rf"\.[0-9]{{{DECIMALS_OF_UNKNOWN}}}"
    more, longer = f"[eE]|{kept}[0-9]", f"{kept}[0-9]*[1-9]"
    # With an exponent the digits do not tell; as floats both sides round alike.
    cast = f"CAST(TRY_CAST({text} AS {UNKNOWN_DECIMAL}) AS DOUBLE)"
    differs = f"{cast} IS DISTINCT FROM TRY_CAST({text} AS DOUBLE)"
    # One look is enough for nearly all cells.
    return (
        f"CASE WHEN NOT regexp_matches({text}, {literal(more)}) THEN {text} "
        f"WHEN CASE WHEN regexp_matches({text}, '[eE]') THEN {differs} "
        f"ELSE regexp_matches({text}, {literal(longer)}) END THEN 'inexact' ELSE {text} END"
    )


def call(name: str, arguments: Sequence[str]) -> str:
    """A call of an allowed function over arguments that are SQL already."""
    function = BY_NAME[name.lower()]
    if function.name == "lookup":
        return _lookup(arguments)
    if function.sql is None:
        return f"{function.name}({comma(arguments)})"
    return f"({filled(function.sql, arguments)})"


def filled(template: str, arguments: Sequence[str]) -> str:
    """A template of allowed.py over arguments that are SQL already."""
    # One pass, so that a brace in a user's text is never taken for a place.
    return _PLACE.sub(
        lambda place: comma(arguments[1:]) if place[1] == "rest" else arguments[int(place[1])],
        template,
    )


def _lookup(arguments: Sequence[str]) -> str:
    value, *rest = arguments
    pairs = zip(rest[0::2], rest[1::2], strict=False)
    cases = " ".join(f"WHEN {when} THEN {then}" for when, then in pairs)
    otherwise = f" ELSE {rest[-1]}" if len(rest) % 2 else ""
    return f"(CASE {value} {cases}{otherwise} END)"
