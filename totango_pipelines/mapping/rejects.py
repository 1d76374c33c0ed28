"""The rejects file: the source's columns first, then what is wrong and how to mend it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa

from totango_pipelines.catalog.attributes import Attribute, KeyFolding
from totango_pipelines.mapping.engine_failures import answer_of
from totango_pipelines.mapping.functions.evaluation import prepare_engine
from totango_pipelines.mapping.messages import describe
from totango_pipelines.mapping.origins import cell_of
from totango_pipelines.mapping.plan import MappedAttribute, MappingPlan
from totango_pipelines.quoting import comma, literal
from totango_pipelines.staging import parquet_batches

REFUSED_PAIRS = pa.schema([("_row", pa.int64()), ("_check", pa.int32())])
"""A refused row (its number) and the check that refused it (its position)."""

OWN_COLUMNS = (
    *("_row", "_key", "_column", "_attribute", "_code"),
    *("_value", "_problem", "_remedy"),
)
"""What stands behind the source's columns in a rejects file (contract.md, Hub)."""

_VALUE_CHARACTERS = 200
_BATCH_ROWS = 50_000
_FAR_BELOW = 1 << 40
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
    texts = describe(code, mapped.attribute, mapped.source_format)
    return Check(mapped.column, mapped.attribute.name, code, *texts)


def staged_rows(plan: MappingPlan, source: Path) -> str:
    """The rows of a staged file for `view_rows`, numbered from 1."""
    names = comma([*_positions(plan), "_row"])
    # A column alias list names columns by position, whatever they are called in the file.
    return (
        "SELECT * REPLACE (_row + 1 AS _row) FROM read_parquet("
        f"{literal(str(source))}, file_row_number = true) AS t({names})"
    )


def view_rows(engine: duckdb.DuckDBPyConnection, plan: MappingPlan, rows: str) -> None:
    """A view `extract` with `_row` and `c0`, `c1`, …: by position, since DuckDB folds case.

    Each expression is a column of its own: a struct, or null where its evaluation failed.
    """
    expressions = [
        f"{mapped.origin.tried} AS {mapped.origin.evaluated}"
        for mapped in plan.attributes
        if mapped.origin.evaluated is not None
    ]
    if expressions:  # a plain mapping is faster without these settings
        prepare_engine(engine)
    at = literal(plan.extracted_at.isoformat())
    constants = f"TIMESTAMPTZ {at} AS _run_time, {literal(plan.integration)} AS _integration_id"
    engine.execute(
        f"CREATE OR REPLACE TEMP VIEW extract AS SELECT {comma(['*', *expressions])} "
        f"FROM (SELECT *, {constants} FROM ({rows}))"
    )


def write_rejects(
    engine: duckdb.DuckDBPyConnection,
    plan: MappingPlan,
    refused: pa.Table,
    checks: Sequence[Check],
    file: Path,
) -> None:
    """Write one line per refused (row, check) of the view `extract`."""
    _write(engine, plan, _lines(engine, plan, refused, checks), file)


def add_rejects(
    engine: duckdb.DuckDBPyConnection,
    plan: MappingPlan,
    *,
    rows: str,
    rejects: Path,
    refused: Iterable[tuple[int, Attribute, str]],
    into: Path,
) -> None:
    """Write `rejects` of the `rows` again, with the (row number, attribute, code) that the hub's rules refused.

    Adding the same rows twice adds them once: a commit may fail after its rejects were kept.
    """
    checks: dict[tuple[str, str], Check] = {}
    columns = {mapped.attribute.name: mapped.column for mapped in plan.attributes}
    numbers, positions = [], []
    for row, attribute, code in refused:
        check = Check(columns.get(attribute.name), attribute.name, code, *describe(code, attribute))
        checks.setdefault((attribute.name, code), check)
        numbers.append(row)
        positions.append(list(checks).index((attribute.name, code)))
    pairs = pl.DataFrame(
        {"_row": numbers, "_check": positions}, {"_row": pl.Int64, "_check": pl.Int32}
    ).to_arrow()

    def write() -> None:
        engine.execute("SET TimeZone = 'UTC'")
        view_rows(engine, plan, rows)
        new = _lines(engine, plan, pairs, list(checks.values()))
        names = comma([*_positions(plan), *OWN_COLUMNS, "_check"])
        # The lines of before keep their order: they are numbered below every new check.
        old = (
            f"SELECT * REPLACE (_check - {_FAR_BELOW} AS _check) FROM read_parquet("
            f"{literal(str(rejects))}, file_row_number = true) AS old({names}) "
            "ANTI JOIN refused USING (_row)"
        )
        _write(engine, plan, f"{old} UNION ALL ({new})", into)

    answer_of("the rejects of the hub's rules could not be written", write)


def _positions(plan: MappingPlan) -> list[str]:
    return [f"c{index}" for index in range(len(plan.columns))]


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
    types = [pl.Int32, *[pl.String] * (len(_CHECK_COLUMNS) - 1)]
    schema = dict(zip(_CHECK_COLUMNS, types, strict=True))
    engine.register("checks", pl.DataFrame(rows, schema, orient="row").to_arrow())
    keys = [f"CAST({_key_cell(mapped)} AS VARCHAR)" for mapped in plan.keys]
    key = f"concat_ws('/', {comma(keys)})" if keys else "NULL::VARCHAR"
    own = f"_row, {key} AS _key, _column, _attribute, _code"
    return (
        f"SELECT {comma([*_positions(plan), own])}, {_raw_value(plan)} AS _value, _problem, "
        "_remedy, _check::BIGINT AS _check "
        "FROM extract JOIN refused USING (_row) JOIN checks USING (_check)"
    )


def _key_cell(mapped: MappedAttribute) -> str:
    """A folded key as the hub has it; a time as the source has it."""
    is_time = mapped.attribute.key in {KeyFolding.DAY, KeyFolding.INSTANT}
    return mapped.origin.raw if is_time else mapped.conversion.cell


def _raw_value(plan: MappingPlan) -> str:
    """The cell that was refused, as the source has it; of a constant, the constant.

    Of an expression its result, or what it reads where it could not be computed.
    """
    cells = []
    for mapped in plan.attributes:
        is_it = f"_attribute = {literal(mapped.attribute.name)}"
        if mapped.origin.evaluated is not None:
            cells.append((f"{is_it} AND _code = 'EXPRESSION'", cells_read(plan, mapped)))
        if mapped.origin.evaluated is not None or not mapped.origin.reads:
            cells.append((is_it, mapped.origin.raw))
    cells += [
        (f"_column = {literal(column.name)}", raw)
        for column, raw in zip(plan.columns, _positions(plan), strict=True)
    ]
    shown = [
        f"WHEN {is_it} THEN left(CAST({cell} AS VARCHAR), {_VALUE_CHARACTERS})"
        for is_it, cell in cells
    ]
    return f"CASE {' '.join(shown)} END"


def cells_read(plan: MappingPlan, mapped: MappedAttribute) -> str:
    """`amount=1,5 rate=x`; the cell alone where the expression reads one column."""
    cells = [(column.name, cell_of(column, plan.columns)) for column in mapped.origin.reads]
    if len(cells) == 1:
        return cells[0][1]
    pieces = [
        f"{literal(name + '=')} || coalesce(CAST({cell} AS VARCHAR), 'null')"
        for name, cell in cells
    ]
    return f"concat_ws(' ', {comma(pieces)})" if pieces else "NULL"


def _write(engine: duckdb.DuckDBPyConnection, plan: MappingPlan, select: str, file: Path) -> None:
    """Write the lines in row order.

    The columns get their own names only here, in Arrow: DuckDB takes `ID` and `id` for one name.
    """
    ordered = f"SELECT * EXCLUDE (_check) FROM ({select}) ORDER BY _row, _check"
    reader = engine.sql(ordered).to_arrow_reader(_BATCH_ROWS)
    names = [*(column.name for column in plan.columns), *OWN_COLUMNS]
    fields = [field.with_name(name) for field, name in zip(reader.schema, names, strict=True)]
    with parquet_batches(file, pa.schema(fields)) as write:
        for batch in reader:
            write(batch.rename_columns(names))
