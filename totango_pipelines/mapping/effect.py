"""What a mapping does to a few rows: source value beside mapped value, and what is wrong with it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from totango_pipelines.catalog.attributes import DataType
from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.contract import build_contract
from totango_pipelines.mapping.judge import Judge
from totango_pipelines.mapping.numpy_arrow import arrow_of
from totango_pipelines.mapping.origins import cell_of
from totango_pipelines.mapping.plan import MappedAttribute, MappingPlan
from totango_pipelines.mapping.rejects import Check, cells_read, view_rows
from totango_pipelines.mapping.typed_select import TypedSelect
from totango_pipelines.quoting import comma, literal, quoted

CELL_CHARACTERS = 200
_RECENCY = "recency_column"
_CURSOR = "cursor_column"
_NUMBERS = (DataType.NUMBER, DataType.CURRENCY)
_NO_DIGITS = r"^(-?\d+(?:\.\d*[1-9])?)\.?0*$"


@dataclass(frozen=True, slots=True)
class EffectCell:
    """One cell of a shown row (1-based): as the source has it, as the hub will, and its problems.

    Texts are cut off after CELL_CHARACTERS; None is null. `mapped` of the recency column is the
    time that counts.
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
    """One line of the mapping over the shown rows; `line` is its position.

    Without one it is the column that `setting` names; that of the cursor fills nothing, and is only
    there if it refuses a row.
    """

    attribute: str
    origin: str
    cells: tuple[EffectCell, ...]
    line: int | None
    setting: str | None = None


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
    numbers = arrow_of(np.arange(1, rows.num_rows + 1, dtype=np.int64))
    engine.register("sampled", numbered.append_column("_row", numbers))
    view_rows(engine, plan, "SELECT * FROM sampled")
    select = TypedSelect(plan)
    typed = engine.sql(select.sql()).to_arrow_table().sort_by("_row")
    contract = build_contract([mapped.attribute for mapped in plan.attributes])
    judge = Judge(plan, contract, select.checks, select.doubts)
    passed = judge.passed(typed)
    shown = {**_by_row(engine, plan, typed), **_by_row(engine, plan, passed)}
    columns = _columns(plan, _sources(engine, plan), shown, _refused(judge))
    return MappingEffect(tuple(columns), judge.warnings)


Texts = Mapping[int, tuple[str | None, ...]]


def _columns(
    plan: MappingPlan, sources: Texts, shown: Texts, refused: Mapping[tuple[int, str], list[Check]]
) -> Iterator[EffectColumn]:
    def cells(index: int, name: str) -> tuple[EffectCell, ...]:
        return tuple(
            EffectCell(
                row, sources[row][index], shown[row][index], tuple(refused.get((row, name), ()))
            )
            for row in sorted(shown)
        )

    for line, mapped in enumerate(plan.attributes):
        name = mapped.attribute.name
        yield EffectColumn(name, _origin(mapped), cells(line, name), line)
    for index, (setting, column) in enumerate(_of_settings(plan), len(plan.attributes)):
        found = cells(index, setting)
        if setting != _CURSOR or any(cell.checks for cell in found):
            title = setting.removesuffix("_column")
            yield EffectColumn(title, f"column {column.name}", found, None, setting)


def _of_settings(plan: MappingPlan) -> list[tuple[str, SourceColumn]]:
    named = ((_RECENCY, plan.recency), (_CURSOR, plan.cursor))
    return [(setting, column) for setting, column in named if column is not None]


def _origin(mapped: MappedAttribute) -> str:
    if mapped.origin.evaluated is not None:
        return f"expression of {mapped.column}" if mapped.column else "expression"
    return f"column {mapped.column}" if mapped.column else "constant"


def _refused(judge: Judge) -> Mapping[tuple[int, str], list[Check]]:
    refused = defaultdict(list)
    for pair in judge.refused_pairs.to_pylist():
        check = judge.checks[pair["_check"]]
        setting = _CURSOR if check.code == "CURSOR_NULL" else _RECENCY
        refused[pair["_row"], check.attribute or setting].append(check)
    return refused


def _by_row(engine: duckdb.DuckDBPyConnection, plan: MappingPlan, typed: pa.Table) -> Texts:
    """The mapped values as text, by row; what the columns of settings became last."""
    engine.register("typed", typed)
    columns = []
    for mapped in plan.attributes:
        column = quoted(mapped.attribute.column)
        if mapped.attribute.data_type in _NUMBERS:  # 22 is not worth an arrow to 22.0
            column = f"regexp_replace(CAST({column} AS VARCHAR), {literal(_NO_DIGITS)}, '\\1')"
        columns.append(column)
    became = ["_as_of" if setting == _RECENCY else "NULL" for setting, _ in _of_settings(plan)]
    return _texts(engine, [*columns, *became], "typed")


def _sources(engine: duckdb.DuckDBPyConnection, plan: MappingPlan) -> Texts:
    """What the source has, by row; the columns of settings last."""
    cells = [
        cells_read(plan, mapped) if mapped.origin.reads else mapped.origin.raw
        for mapped in plan.attributes
    ]
    cells += [cell_of(column, plan.columns) for _, column in _of_settings(plan)]
    return _texts(engine, cells, "extract")


def _texts(engine: duckdb.DuckDBPyConnection, cells: list[str], relation: str) -> Texts:
    texts = comma([f"left(CAST({cell} AS VARCHAR), {CELL_CHARACTERS})" for cell in cells])
    rows = engine.sql(f"SELECT _row, {texts} FROM {relation}").fetchall()
    return {row: tuple(values) for row, *values in rows}
