"""Applies a mapping to a staged extract: accepted rows, rejected rows, and why.

One SELECT per run types every cell and says in integer bit masks which conversions failed; its
batches then pass the contract. So a row's problems are all found before it is refused, and memory
holds a few batches, however long the extract is (decision 8).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.contract import Contract, build_contract
from totango_pipelines.mapping.conversions import HUB_TYPES, conversion_for, over
from totango_pipelines.mapping.messages import RECENCY_TEXTS
from totango_pipelines.mapping.plan import MappedAttribute, MappingPlan
from totango_pipelines.mapping.rejects import (
    REFUSED_PAIRS,
    Check,
    check_of,
    name_columns,
    write_rejects,
)
from totango_pipelines.quoting import literal, quoted

BATCH_ROWS = 100_000
_BITS = 62
FUTURE_TOLERANCE = timedelta(minutes=5)
"""A row that claims to be newer than this is taken as new as the extract (semantics.md 2)."""


@dataclass(slots=True)
class Rejections:
    """The refused (row, check) pairs, and how often each check refused."""

    checks: list[Check]
    pairs: list[pa.RecordBatch] = field(default_factory=list)
    counts: Counter[int] = field(default_factory=Counter)
    rows: int = 0


@dataclass(frozen=True, slots=True)
class MappedRows:
    """What a mapping did with an extract; `rejects` counts problems by check."""

    rows_read: int
    accepted: int
    rejected: int
    rejects: tuple[tuple[Check, int], ...]
    warnings: tuple[str, ...]


def apply_mapping(
    engine: duckdb.DuckDBPyConnection,
    plan: MappingPlan,
    *,
    source: Path,
    extracted_at: datetime,
    open_accepted: Callable[[pa.Schema], Callable[[pa.RecordBatch], None]],
    rejects_file: Path,
) -> MappedRows:
    """Map the extract `source`; accepted batches go to the sink, rejects to `rejects_file`.

    `extracted_at` is when the extract began by the source's clock: the recency of every row
    without a recency column, and the latest that a row may claim.
    """
    name_columns(engine, plan, source)
    attributes = [mapped.attribute for mapped in plan.attributes]
    contract = build_contract(attributes)
    select, rejections = _select(plan, extracted_at)
    reader = engine.sql(select).to_arrow_reader(BATCH_ROWS)
    masks = [name for name in reader.schema.names if name.startswith("_mask")]
    kept = [name for name in reader.schema.names if name not in masks]
    write = open_accepted(pa.schema([reader.schema.field(name) for name in kept]))
    judge = _Judge(plan, contract, rejections, masks)
    rows_read = accepted = 0
    for batch in reader:
        passed = judge.passed(batch).select(kept)
        rows_read += batch.num_rows
        accepted += passed.num_rows
        write(passed)
    pairs = pa.Table.from_batches(rejections.pairs, REFUSED_PAIRS)
    write_rejects(engine, plan, pairs, rejections.checks, rejects_file)
    return MappedRows(
        rows_read,
        accepted,
        rejections.rows,
        tuple(
            (rejections.checks[index], count) for index, count in sorted(rejections.counts.items())
        ),
        tuple(_warnings(engine, plan, extracted_at)),
    )


def _select(plan: MappingPlan, extracted_at: datetime) -> tuple[str, Rejections]:
    """The statement that types every cell, and the checks behind the bits of its masks."""
    rejections = Rejections([])
    prepared: list[str] = []
    converted: list[str] = []
    final: list[str] = []
    bits: list[str] = []
    for index, mapped in enumerate(plan.attributes):
        x, c, conversion = f"x{index}", f"v{index}", mapped.conversion
        prepared.append(f"{conversion.cell} AS {x}")
        converted.append(f"{over(conversion.value, x)} AS {c}")
        failures = [
            (code, f"{x} IS NOT NULL AND ({over(condition, x, c)})")
            for code, condition in conversion.failures
        ]
        if not mapped.nulls_bad_cells:
            bits += [condition for _, condition in failures]
            rejections.checks += [check_of(mapped, code) for code, _ in failures]
        final += _final_columns(mapped, c, [condition for _, condition in failures])
    as_of, recency_bits = _recency(plan, extracted_at)
    bits += [condition for _, condition in recency_bits]
    column = plan.recency.name if plan.recency else None
    rejections.checks += [Check(column, "", code, *RECENCY_TEXTS[code]) for code, _ in recency_bits]
    sql = (
        f"SELECT _row, {as_of} AS _as_of, {', '.join([*final, *_masks(bits)])} FROM ("
        f"SELECT *, {', '.join(converted)} FROM ("
        f"SELECT *, {', '.join(prepared)} FROM extract))"
    )
    return sql, rejections


def _final_columns(mapped: MappedAttribute, c: str, failures: Sequence[str]) -> Iterator[str]:
    attribute = mapped.attribute
    failed = " OR ".join(f"coalesce({condition}, FALSE)" for condition in failures)
    value = f"CASE WHEN {failed} THEN NULL ELSE {c} END" if failed and mapped.nulls_bad_cells else c
    yield f"CAST({value} AS {HUB_TYPES[attribute.data_type]}) AS {quoted(attribute.column)}"
    if mapped.may_be_silent:
        yield f"{failed or 'FALSE'} AS {quoted(silent_column(attribute))}"


def silent_column(attribute: Attribute) -> str:
    """Says that a null stands for a bad cell, which keeps, and not for a blank that clears."""
    return f"_silent_{attribute.column}"


def _masks(conditions: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(conditions), _BITS):
        terms = (
            f"CASE WHEN {condition} THEN {1 << bit}::BIGINT ELSE 0 END"
            for bit, condition in enumerate(conditions[start : start + _BITS])
        )
        yield f"{' + '.join(terms)} AS _mask{start // _BITS}"


def _recency(plan: MappingPlan, extracted_at: datetime) -> tuple[str, list[tuple[str, str]]]:
    """SQL for the row's as_of, and its (code, condition) pairs (semantics.md 2)."""
    start = f"TIMESTAMPTZ {literal(extracted_at.isoformat())}"
    instant = _recency_instant(plan)
    if instant is None:
        return start, []
    cell, value = instant
    latest = f"TIMESTAMPTZ {literal((extracted_at + FUTURE_TOLERANCE).isoformat())}"
    as_of = f"CASE WHEN {value} > {latest} THEN {start} ELSE {value} END"
    return as_of, [
        ("RECENCY_NULL", f"{cell} IS NULL"),
        ("RECENCY_FORMAT", f"{cell} IS NOT NULL AND ({value} IS NULL OR NOT isfinite({value}))"),
    ]


def _recency_instant(plan: MappingPlan) -> tuple[str, str] | None:
    if plan.recency is None:
        return None
    position = [column.name for column in plan.columns].index(plan.recency.name)
    kind = plan.recency.kind
    moment = Attribute("recency", DataType.TIMESTAMP)
    conversion = conversion_for(moment, f"c{position}", kind)
    if conversion is None:
        return f"c{position}", "NULL::TIMESTAMPTZ"
    cell = f"({conversion.cell})"
    if kind is not Kind.TEXT:
        return cell, f"CAST({cell} AS TIMESTAMPTZ)"
    # The clock of the source may be finer than the milliseconds of a timestamp attribute.
    value = conversion.value.replace("date_trunc('millisecond', ", "(")
    return cell, f"({over(value, cell)})"


@dataclass(slots=True)
class _Judge:
    """Separates the rows of a batch and keeps the reasons."""

    plan: MappingPlan
    contract: Contract
    rejections: Rejections
    masks: list[str]
    contract_checks: dict[tuple[int, str], int] = field(default_factory=dict)

    def passed(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The accepted rows; the others are noted."""
        refused = np.zeros(batch.num_rows, dtype=bool)
        numbers = batch["_row"].to_numpy()
        for position, name in enumerate(self.masks):
            mask = batch[name].to_numpy()
            if mask.any():
                refused |= mask != 0
                self._note_bits(mask, numbers, position * _BITS)
        for violation in self.contract.violations(pl.DataFrame(batch)):
            mapped = self.plan.attributes[violation.attribute]
            if mapped.nulls_bad_cells:
                batch = _without_cells(batch, mapped, violation.rows)
            else:
                refused[violation.rows] = True
                check = self._contract_check(violation.attribute, violation.code)
                self._note(check, numbers[violation.rows])
        self.rejections.rows += int(refused.sum())
        return batch.filter(pa.array(~refused)) if refused.any() else batch

    def _note_bits(self, mask: np.ndarray, numbers: np.ndarray, first: int) -> None:
        for bit in range(min(_BITS, len(self.rejections.checks) - first)):
            rows = (mask >> bit) & 1 == 1
            if rows.any():
                self._note(first + bit, numbers[rows])

    def _contract_check(self, attribute: int, code: str) -> int:
        known = self.contract_checks.get((attribute, code))
        if known is None:
            known = len(self.rejections.checks)
            self.rejections.checks.append(check_of(self.plan.attributes[attribute], code))
            self.contract_checks[attribute, code] = known
        return known

    def _note(self, check: int, rows: np.ndarray) -> None:
        self.rejections.counts[check] += len(rows)
        arrays = [pa.array(rows, pa.int64()), pa.array(np.full(len(rows), check), pa.int32())]
        self.rejections.pairs.append(pa.RecordBatch.from_arrays(arrays, ["_row", "_check"]))


def _without_cells(
    batch: pa.RecordBatch, mapped: MappedAttribute, rows: list[int]
) -> pa.RecordBatch:
    """A cell that breaks the contract counts as blank, and keeps what stands (on_error)."""
    bad = pa.array(np.isin(np.arange(batch.num_rows), rows))
    changes: dict[str, bool | None] = {mapped.attribute.column: None}
    if mapped.may_be_silent:
        changes[silent_column(mapped.attribute)] = True
    for name, value in changes.items():
        index = batch.schema.get_field_index(name)
        scalar = pa.scalar(value, batch.schema.field(index).type)
        column = pc.if_else(bad, scalar, batch.column(index))
        batch = batch.set_column(index, batch.schema.field(index), column)
    return batch


def _warnings(
    engine: duckdb.DuckDBPyConnection, plan: MappingPlan, extracted_at: datetime
) -> Iterator[str]:
    instant = _recency_instant(plan)
    if instant is not None:
        latest = literal((extracted_at + FUTURE_TOLERANCE).isoformat())
        counted = engine.sql(
            f"SELECT count(*) FROM extract WHERE {instant[1]} > TIMESTAMPTZ {latest}"
        )
        future = _one_number(counted)
        if future:
            yield f"{future} rows claim to be from the future: taken as of the extract's start."
    for mapped in plan.attributes:
        if mapped.attribute.unknown_is_warning and mapped.attribute.allowed:
            known = ", ".join(literal(value) for value in mapped.attribute.allowed)
            cell = mapped.conversion.cell
            counted = engine.sql(f"SELECT count(*) FROM extract WHERE {cell} NOT IN ({known})")
            unknown = _one_number(counted)
            if unknown:
                yield f"{unknown} rows have a {mapped.attribute.name} that Totango does not know."


def _one_number(relation: duckdb.DuckDBPyRelation) -> int:
    return int(relation.fetchall()[0][0])
