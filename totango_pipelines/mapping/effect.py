"""What a mapping does to a few rows: source value beside mapped value, and what is wrong with it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from totango_pipelines.catalog.attributes import DataType
from totango_pipelines.mapping.contract import build_contract
from totango_pipelines.mapping.judge import Judge
from totango_pipelines.mapping.origins import cell_of
from totango_pipelines.mapping.plan import MappedAttribute, MappingPlan
from totango_pipelines.mapping.rejects import Check, cells_read, view_rows
from totango_pipelines.mapping.typed_select import TypedSelect
from totango_pipelines.quoting import comma, literal, quoted

CELL_CHARACTERS = 200
_RECENCY = "recency"
_NUMBERS = (DataType.NUMBER, DataType.CURRENCY)
_NO_DIGITS = r"^(-?\d+(?:\.\d*[1-9])?)\.?0*$"


@dataclass(frozen=True, slots=True)
class EffectCell:
    """One cell of a shown row (1-based): as the source has it, as the hub will, and its problems.

    Texts are cut off after CELL_CHARACTERS; None is null. Without an attribute to fill, the column
    is that of settings.recency_column, and `mapped` is the time that counts.
    """

    row: int
    source: str | None
    mapped: str | None
    checks: tuple[Check, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the cell, in words."""
        return tuple(check.problem for check in self.checks)


@dataclass(frozen=True, slots=True)
class EffectColumn:
    """One line of the mapping over the shown rows; `line` is its position (None: the recency)."""

    attribute: str
    origin: str
    cells: tuple[EffectCell, ...]
    line: int | None


@dataclass(frozen=True, slots=True)
class MappingEffect:
    """The mapping's effect on a few rows, a column for each of its lines."""

    columns: tuple[EffectColumn, ...]
    warnings: tuple[str, ...]

    @property
    def refused_rows(self) -> frozenset[int]:
        """The rows that a run would reject."""
        cells = (cell for column in self.columns for cell in column.cells)
        return frozenset(cell.row for cell in cells if cell.checks)


def effect_of(
    engine: duckdb.DuckDBPyConnection, plan: MappingPlan, rows: pa.Table
) -> MappingEffect:
    """Map these rows (columns as the plan's, in their order) exactly as a run does."""
    numbered = rows.rename_columns([f"c{index}" for index in range(len(plan.columns))])
    numbers = pa.array(range(1, rows.num_rows + 1), pa.int64())
    engine.register("sampled", numbered.append_column("_row", numbers))
    view_rows(engine, plan, "SELECT * FROM sampled")
    select = TypedSelect(plan)
    typed = engine.sql(select.sql()).to_arrow_table().sort_by("_row")
    contract = build_contract([mapped.attribute for mapped in plan.attributes])
    judge = Judge(plan, contract, select.checks, select.doubts)
    passed = judge.passed(typed.combine_chunks().to_batches()[0]) if rows.num_rows else None
    accepted = {} if passed is None else _by_row(engine, plan, pa.Table.from_batches([passed]))
    shown = {**_by_row(engine, plan, typed), **accepted}
    return MappingEffect(
        tuple(_columns(plan, _sources(engine, plan), shown, _refused(judge))), judge.warnings
    )


Texts = Mapping[int, tuple[str | None, ...]]


def _columns(
    plan: MappingPlan, sources: Texts, shown: Texts, refused: Mapping[tuple[int, str], list[Check]]
) -> list[EffectColumn]:
    named = [
        (mapped.attribute.name, _origin(mapped), mapped.attribute.name)
        for mapped in plan.attributes
    ]
    if plan.recency is not None:
        named.append((_RECENCY, f"column {plan.recency.name}", ""))
    return [
        EffectColumn(
            name,
            origin,
            tuple(
                EffectCell(
                    row,
                    sources[row][index],
                    shown[row][index],
                    tuple(refused.get((row, attribute), ())),
                )
                for row in sorted(shown)
            ),
            index if index < len(plan.attributes) else None,
        )
        for index, (name, origin, attribute) in enumerate(named)
    ]


def _origin(mapped: MappedAttribute) -> str:
    if mapped.origin.evaluated is not None:
        return f"expression of {mapped.column}" if mapped.column else "expression"
    return f"column {mapped.column}" if mapped.column else "constant"


def _refused(judge: Judge) -> Mapping[tuple[int, str], list[Check]]:
    refused = defaultdict(list)
    for pair in judge.refused_pairs.to_pylist():
        check = judge.checks[pair["_check"]]
        refused[pair["_row"], check.attribute].append(check)
    return refused


def _by_row(engine: duckdb.DuckDBPyConnection, plan: MappingPlan, typed: pa.Table) -> Texts:
    """The mapped values as text, by row; the recency's as_of last."""
    engine.register("typed", typed)
    columns = []
    for mapped in plan.attributes:
        column = quoted(mapped.attribute.column)
        if mapped.attribute.data_type in _NUMBERS:  # 22 is not worth an arrow to 22.0
            column = f"regexp_replace(CAST({column} AS VARCHAR), {literal(_NO_DIGITS)}, '\\1')"
        columns.append(column)
    return _texts(engine, [*columns, "_as_of"], "typed")


def _sources(engine: duckdb.DuckDBPyConnection, plan: MappingPlan) -> Texts:
    """What the source has, by row; the recency column last."""
    cells = [
        cells_read(plan, mapped) if mapped.origin.reads else mapped.origin.raw
        for mapped in plan.attributes
    ]
    recency = "NULL" if plan.recency is None else cell_of(plan.recency, plan.columns)
    return _texts(engine, [*cells, recency], "extract")


def _texts(engine: duckdb.DuckDBPyConnection, cells: list[str], relation: str) -> Texts:
    texts = comma([f"left(CAST({cell} AS VARCHAR), {CELL_CHARACTERS})" for cell in cells])
    rows = engine.sql(f"SELECT _row, {texts} FROM {relation}").fetchall()
    return {row: tuple(values) for row, *values in rows}
