"""The rejects file: the source's columns first, then what is wrong and how to mend it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from totango_pipelines.catalog.attributes import Attribute
from totango_pipelines.mapping.messages import describe
from totango_pipelines.mapping.plan import MappedAttribute, MappingPlan
from totango_pipelines.quoting import comma, literal, quoted

REFUSED_PAIRS = pa.schema([("_row", pa.int64()), ("_check", pa.int32())])
"""A refused row (its number) and the check that refused it (its position)."""

_VALUE_CHARACTERS = 200
_CHECK_COLUMNS = ("_check", "_column", "_attribute", "_code", "_problem", "_remedy")


@dataclass(frozen=True, slots=True)
class Check:
    """One way in which a row can be refused; `column` is the extract's (None: a constant)."""

    column: str | None
    attribute: str
    code: str
    problem: str
    remedy: str


def check_of(mapped: MappedAttribute, code: str) -> Check:
    """The check of a mapped attribute that refuses with this code."""
    return Check(mapped.column, mapped.attribute.name, code, *describe(code, mapped.attribute))


def name_columns(engine: duckdb.DuckDBPyConnection, plan: MappingPlan, source: Path) -> None:
    """A view `extract` with `_row` and `c0`, `c1`, …: by position, since DuckDB folds case."""
    names = comma([f"c{index}" for index in range(len(plan.columns))])
    # A column alias list names columns by position, whatever they are called in the file.
    engine.execute(
        f"CREATE OR REPLACE TEMP VIEW extract AS SELECT _row + 1 AS _row, * EXCLUDE (_row) "
        f"FROM read_parquet({literal(str(source))}, file_row_number = true) AS t({names}, _row)"
    )


def write_rejects(
    engine: duckdb.DuckDBPyConnection,
    plan: MappingPlan,
    refused: pa.Table,
    checks: Sequence[Check],
    file: Path,
) -> None:
    """Write one line per refused (row, check) of the view `extract`."""
    select = _lines(engine, plan, refused, checks)
    _copy(engine, f"{select} ORDER BY _row, _check", file)


def add_rejects(
    engine: duckdb.DuckDBPyConnection,
    plan: MappingPlan,
    *,
    source: Path,
    rejects: Path,
    refused: Iterable[tuple[int, Attribute, str]],
    into: Path,
) -> None:
    """Write `rejects` again, with the (row number, attribute, code) that the hub's rules refused."""
    name_columns(engine, plan, source)
    columns = {mapped.attribute.name: mapped.column for mapped in plan.attributes}
    checks: dict[tuple[str, str], Check] = {}
    rows, positions = [], []
    for row, attribute, code in refused:
        check = Check(columns.get(attribute.name), attribute.name, code, *describe(code, attribute))
        checks.setdefault((attribute.name, code), check)
        rows.append(row)
        positions.append(list(checks).index((attribute.name, code)))
    pairs = pa.Table.from_arrays(
        [pa.array(rows, pa.int64()), pa.array(positions, pa.int32())], schema=REFUSED_PAIRS
    )
    new = _lines(engine, plan, pairs, list(checks.values()))
    old = f"SELECT *, -1 AS _check FROM read_parquet({literal(str(rejects))})"
    _copy(engine, f"{old} UNION ALL BY NAME ({new}) ORDER BY _row, _check", into)


def _lines(
    engine: duckdb.DuckDBPyConnection,
    plan: MappingPlan,
    refused: pa.Table,
    checks: Sequence[Check],
) -> str:
    engine.register("refused", refused)
    rows = [
        (index, check.column, check.attribute, check.code, check.problem, check.remedy)
        for index, check in enumerate(checks)
    ]
    types = [pa.int32(), *[pa.string()] * (len(_CHECK_COLUMNS) - 1)]
    arrays = [pa.array([row[i] for row in rows], kind) for i, kind in enumerate(types)]
    engine.register("checks", pa.Table.from_arrays(arrays, list(_CHECK_COLUMNS)))
    columns = [f"c{i} AS {quoted(column.name)}" for i, column in enumerate(plan.columns)]
    keys = [f"CAST({mapped.conversion.cell} AS VARCHAR)" for mapped in plan.keys]
    values = " ".join(
        f"WHEN {literal(column.name)} THEN left(CAST(c{index} AS VARCHAR), {_VALUE_CHARACTERS})"
        for index, column in enumerate(plan.columns)
    )
    own = f"_row, concat_ws('/', {comma(keys)}) AS _key, _column, _attribute, _code"
    return (
        f"SELECT {comma([*columns, own])}, CASE _column {values} END AS _value, _problem, _remedy, "
        "_check FROM extract JOIN refused USING (_row) JOIN checks USING (_check)"
    )


def _copy(engine: duckdb.DuckDBPyConnection, select: str, file: Path) -> None:
    engine.execute(
        f"COPY (SELECT * EXCLUDE (_check) FROM ({select})) TO {literal(str(file))} "
        "(FORMAT parquet, COMPRESSION zstd)"
    )
