"""Evaluates expressions over small tables, as a run would: read by position, two threads."""

from collections.abc import Sequence

import duckdb

from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.functions.evaluation import prepare_engine
from totango_pipelines.mapping.functions.expression import CheckedExpression, check_expression

COLUMNS = (
    SourceColumn("id", "int64", "BIGINT"),
    SourceColumn("name", "string", "VARCHAR"),
    SourceColumn("amount", "string", "numeric(12,2)"),
    SourceColumn("rate", "double", "DOUBLE"),
    SourceColumn("price", "decimal128(18, 4)", "DECIMAL(18,4)"),
    SourceColumn("active", "bool", "BOOLEAN"),
    SourceColumn("day", "date32[day]", "DATE"),
    SourceColumn("seen", "timestamp[us]", "TIMESTAMP"),
    SourceColumn("at", "timestamp[us, tz=UTC]", "TIMESTAMP WITH TIME ZONE"),
    SourceColumn("small", "int8", "TINYINT"),
    SourceColumn("order", "string", "VARCHAR"),
    SourceColumn('we"ird', "string", "VARCHAR"),
    SourceColumn("Größe", "string", "VARCHAR"),
    SourceColumn("A", "string", "VARCHAR"),
    SourceColumn("a", "string", "VARCHAR"),
    SourceColumn("case", "string", "VARCHAR"),
    SourceColumn("null", "string", "VARCHAR"),
)
"""A column of every kind, names that are words of SQL, and two that differ in case only."""

_STAGED = (
    *("BIGINT", "VARCHAR", "VARCHAR", "DOUBLE", "DECIMAL(18,4)", "BOOLEAN", "DATE", "TIMESTAMP"),
    *("TIMESTAMPTZ", "TINYINT", *["VARCHAR"] * 7),
)
ROWS = (
    """(1, 'Ada', '10.50', 1.5, 2.5, TRUE, DATE '2026-03-31', TIMESTAMP '2026-03-31 14:05:09',
    TIMESTAMPTZ '2026-03-31 14:05:09+00', 7, 'o', 'w', 'g', 'A', 'a', 'c', 'n')""",
    """(0, '', '', 0, 0, FALSE, DATE '2024-02-29', TIMESTAMP '2024-02-29 00:00:00',
    TIMESTAMPTZ '2024-02-29 00:00:00+00', 0, '', '', '', '', '', '', '')""",
    """(9223372036854775807, 'x', 'NaN', 1e308, 99999999999999.9999, TRUE, DATE '9999-12-31',
    TIMESTAMP '9999-12-31 23:59:59', TIMESTAMPTZ '9999-12-31 23:59:59+00', 127, 'x', 'x', 'x',
    'x', 'x', 'x', 'x')""",
    f"({', '.join(['NULL'] * len(_STAGED))})",
)
FAILED = "FAILED"
"""Stands for the value of a row that could not be computed."""


def accepted(text: str, columns: Sequence[SourceColumn] = COLUMNS) -> CheckedExpression:
    checked = check_expression(text, columns)
    assert isinstance(checked, CheckedExpression), checked
    return checked


def refused(text: str, columns: Sequence[SourceColumn] = COLUMNS):
    problems = check_expression(text, columns)
    assert isinstance(problems, tuple), f"{text[:80]} was accepted"
    assert problems
    return problems


def engine_with_rows(rows: Sequence[str] = ROWS) -> duckdb.DuckDBPyConnection:
    """An engine set up as for a run, with these rows in the view `extract`."""
    config = {"enable_external_access": False, "memory_limit": "256MB", "threads": 2}
    engine = duckdb.connect(config=config)
    prepare_engine(engine)
    names = ", ".join(f"c{index} {kind}" for index, kind in enumerate(_STAGED))
    engine.execute(f"CREATE TABLE staged ({names})")
    engine.execute(f"INSERT INTO staged VALUES {', '.join(rows)}")
    engine.execute(
        "CREATE VIEW extract AS SELECT *, TIMESTAMPTZ '2026-03-31 12:00:00+00' AS _run_time, "
        "'crm_accounts' AS _integration_id FROM staged"
    )
    return engine


def evaluated(engine: duckdb.DuckDBPyConnection, checked: CheckedExpression):
    """The values of an expression, as text; computed twice, in both ways, which must agree.

    Twice in one statement, since an engine may share what two expressions have in common. In the
    order of the rows as long as these fit one batch.
    """
    plain = f"TRY(struct_pack(v := {checked.sql}))"
    rows = engine.execute(
        "SELECT p IS NULL, CAST(p.v AS VARCHAR), t IS NULL, CAST(t.v AS VARCHAR) "
        f"FROM (SELECT {plain} AS p, {plain} AS again, {checked.tried} AS t FROM extract)"
    ).fetchall()
    values = []
    for failed, value, tried_failed, tried in rows:
        assert (failed, value) == (tried_failed, tried), checked.tried
        values.append(FAILED if failed else value)
    return values
