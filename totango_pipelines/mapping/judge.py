"""Separates the rows of typed batches into accepted and refused, and keeps the reasons."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from totango_pipelines.mapping.contract import Contract, Violation
from totango_pipelines.mapping.numpy_arrow import arrow_of, numbers_of
from totango_pipelines.mapping.plan import MappedAttribute, MappingPlan, silent_column
from totango_pipelines.mapping.rejects import REFUSED_PAIRS, Check, check_of
from totango_pipelines.mapping.typed_select import CHECKS_OF_A_MASK, DOUBT_PREFIX, MASK_PREFIX

_NULL_CODES = frozenset(["KEY_NULL", "REQUIRED_NULL"])


@dataclass(slots=True)
class Judge:
    """Takes the batches of one extract; `checks` start with those of the masks, in bit order.

    `doubts` say what to warn of, once for one row and once for many, by the columns `_doubt<n>`.
    """

    plan: MappingPlan
    contract: Contract
    checks: list[Check]
    doubts: list[tuple[str, str]]
    rejected: int = 0
    _pairs: list[pa.RecordBatch] = field(default_factory=list)
    _counts: Counter[int] = field(default_factory=Counter)
    _contract_checks: dict[tuple[int, str], int] = field(default_factory=dict)
    _doubtful: Counter[int] = field(default_factory=Counter)
    _unknown: Counter[str] = field(default_factory=Counter)
    _mask_checks: int = field(init=False)

    def __post_init__(self) -> None:
        self._mask_checks = len(self.checks)

    @property
    def refused_pairs(self) -> pa.Table:
        """The refused (row, check) pairs."""
        return pa.Table.from_batches(self._pairs, REFUSED_PAIRS)

    @property
    def counted(self) -> tuple[tuple[Check, int], ...]:
        """How often each check refused."""
        return tuple((self.checks[index], count) for index, count in sorted(self._counts.items()))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What people should know about the accepted rows; no values."""
        return tuple(self._warnings())

    def passed(self, batch: pa.Table) -> pa.Table:
        """The accepted rows; the others are noted."""
        refused = np.zeros(batch.num_rows, dtype=bool)
        numbers = numbers_of(batch["_row"])
        failing = self._failing(batch)
        for check, rows in failing.items():
            refused |= rows
            self._note(check, numbers[rows])
        judged = pl.DataFrame(batch.select(self.contract.columns))
        for violation in self.contract.violations(judged):
            mapped = self.plan.attributes[violation.attribute]
            rows = self._rows_to_blame(violation, mapped, failing)
            if mapped.nulls_bad_cells:
                batch = _without_cells(batch, mapped, rows)
            elif len(rows):
                refused[rows] = True
                check = self._contract_check(violation.attribute, violation.code)
                self._note(check, numbers[rows])
        self.rejected += int(refused.sum())
        passed = batch.filter(arrow_of(~refused)) if refused.any() else batch
        self._watch(passed)
        return passed

    def _failing(self, batch: pa.Table) -> dict[int, np.ndarray]:
        """The rows that each check of the masks refuses."""
        failing = {}
        for position in range(-(-self._mask_checks // CHECKS_OF_A_MASK)):
            mask = numbers_of(batch[f"{MASK_PREFIX}{position}"])
            if not mask.any():
                continue
            first = position * CHECKS_OF_A_MASK
            for bit in range(min(CHECKS_OF_A_MASK, self._mask_checks - first)):
                rows = (mask >> bit) & 1 == 1
                if rows.any():
                    failing[first + bit] = rows
        return failing

    def _rows_to_blame(
        self, violation: Violation, mapped: MappedAttribute, failing: dict[int, np.ndarray]
    ) -> np.ndarray:
        """A cell that could not be converted is null, but nobody left it empty."""
        rows = np.asarray(violation.rows, dtype=np.int64)
        if violation.code in _NULL_CODES:
            for check, failed in failing.items():
                if self.checks[check].attribute == mapped.attribute.name:
                    rows = rows[~failed[rows]]
        return rows

    def _contract_check(self, attribute: int, code: str) -> int:
        known = self._contract_checks.get((attribute, code))
        if known is None:
            known = len(self.checks)
            self.checks.append(check_of(self.plan.attributes[attribute], code))
            self._contract_checks[attribute, code] = known
        return known

    def _note(self, check: int, rows: np.ndarray) -> None:
        self._counts[check] += len(rows)
        arrays = [arrow_of(rows), arrow_of(np.full(len(rows), check, dtype=np.int32))]
        self._pairs.append(pa.RecordBatch.from_arrays(arrays, ["_row", "_check"]))

    def _watch(self, passed: pa.Table) -> None:
        for number in range(len(self.doubts)):
            self._doubtful[number] += pc.sum(passed[f"{DOUBT_PREFIX}{number}"]).as_py() or 0
        for mapped in self.plan.attributes:
            attribute = mapped.attribute
            if attribute.unknown_is_warning and attribute.allowed:
                values = passed[attribute.column]
                known = pc.is_in(values, arrow_of(list(attribute.allowed)).cast(values.type))
                unknown = pc.and_(values.is_valid(), pc.invert(known))
                self._unknown[attribute.name] += pc.sum(unknown).as_py() or 0

    def _warnings(self) -> Iterator[str]:
        for number, (one, many) in enumerate(self.doubts):
            count = self._doubtful[number]
            if count:
                yield f"{count} {one if count == 1 else many}"
        for name, count in self._unknown.items():
            if count:
                have = "row has" if count == 1 else "rows have"
                yield f"{count} {have} a {name} that Totango does not know."


def _without_cells(batch: pa.Table, mapped: MappedAttribute, rows: np.ndarray) -> pa.Table:
    """A cell that breaks the contract counts as blank, and keeps what stands (on_error)."""
    bad = np.zeros(batch.num_rows, dtype=bool)
    bad[rows] = True
    changes: dict[str, bool | None] = {mapped.attribute.column: None}
    if mapped.may_be_silent:
        changes[silent_column(mapped.attribute)] = True
    for name, value in changes.items():
        index = batch.schema.get_field_index(name)
        scalar = pa.scalar(value, batch.schema.field(index).type)
        column = pc.if_else(arrow_of(bad), scalar, batch.column(index))
        batch = batch.set_column(index, batch.schema.field(index), column)
    return batch
