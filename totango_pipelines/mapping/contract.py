"""The contract that a mapped value must keep, as a pandera schema built from the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.mapping.conversions import KEY_PATTERNS
from totango_pipelines.mapping.pandera_on_polars import SchemaErrors, pandera

_TEXT_TYPES = {DataType.TEXT, DataType.LIST, DataType.FOREIGN_KEY}


@dataclass(frozen=True, slots=True)
class Violation:
    """Rows of a batch (0-based positions) whose value breaks a rule of its attribute."""

    attribute: int
    code: str
    rows: list[int]


@dataclass(frozen=True, slots=True)
class Contract:
    """The rules of the mapped attributes, by their position in the mapping."""

    schema: pandera.DataFrameSchema
    codes: dict[str, tuple[str, ...]]
    null_codes: dict[str, str]
    positions: dict[str, int]

    @property
    def columns(self) -> list[str]:
        """The columns that have a rule; `violations` looks at no other."""
        return list(self.positions)

    def violations(self, batch: pl.DataFrame) -> list[Violation]:
        """Every broken rule of the batch; the batch is not changed."""
        if not self.positions:
            return []
        try:
            self.schema.validate(batch.select(self.columns), lazy=True)
        except SchemaErrors as errors:
            return self._violations(errors.failure_cases)
        return []

    def _violations(self, cases: pl.DataFrame) -> list[Violation]:
        found = []
        grouped = cases.group_by("column", "check", "check_number", maintain_order=True)
        for (column, check, number), rows in grouped:
            name = str(column)
            code = self.null_codes[name] if check == "not_nullable" else self.codes[name][number]
            found.append(Violation(self.positions[name], code, rows["index"].to_list()))
        return found


def build_contract(attributes: Sequence[Attribute]) -> Contract:
    """The contract of these attributes; columns are named as the hub's."""
    columns: dict[str, pandera.Column] = {}
    codes: dict[str, tuple[str, ...]] = {}
    null_codes: dict[str, str] = {}
    positions: dict[str, int] = {}
    for position, attribute in enumerate(attributes):
        rules = _rules(attribute)
        must_be_there = attribute.key is not None or attribute.always_required
        if not rules and not must_be_there:
            continue
        column = attribute.column
        columns[column] = pandera.Column(
            checks=[check for _, check in rules], nullable=not must_be_there
        )
        codes[column] = tuple(code for code, _ in rules)
        null_codes[column] = "KEY_NULL" if attribute.key else "REQUIRED_NULL"
        positions[column] = position
    return Contract(pandera.DataFrameSchema(columns), codes, null_codes, positions)


def _rules(attribute: Attribute) -> list[tuple[str, pandera.Check]]:
    """The (code, check) pairs of one attribute (semantics.md 3 and 4)."""
    rules = []
    if attribute.max_length is not None and attribute.data_type in _TEXT_TYPES:
        code = "VALUE_TOO_LONG" if attribute.folding is None else "KEY_TOO_LONG"
        rules.append((code, pandera.Check.str_length(max_value=attribute.max_length)))
    pattern = KEY_PATTERNS.get(attribute.folding)
    if pattern is not None:
        rules.append(("KEY_CHARACTERS", pandera.Check.str_matches(pattern)))
    if attribute.allowed and not attribute.unknown_is_warning:
        if attribute.data_type in _TEXT_TYPES:
            rules.append(("VALUE_NOT_ALLOWED", pandera.Check.isin(attribute.allowed)))
        elif attribute.data_type is DataType.WHOLE_NUMBER:
            numbers = [int(value) for value in attribute.allowed]
            rules.append(("VALUE_NOT_ALLOWED", pandera.Check.isin(numbers)))
    return rules
