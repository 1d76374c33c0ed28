"""Moments in each engine's SQL."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlglot import exp

from totango_pipelines.extract.moments import moment_literal, time_literal

PLAIN = datetime(2026, 1, 31, 6, 0, 0, 5, tzinfo=UTC).replace(tzinfo=None)
ZONED = datetime(2026, 1, 31, 6, tzinfo=timezone(timedelta(hours=1)))
ORACLE = "YYYY-MM-DD HH24:MI:SS.FF6"
DAY = date(2026, 1, 31)


@pytest.mark.parametrize(
    ("dialect", "plain", "zoned", "day"),
    [
        (
            "postgres",
            "CAST('2026-01-31 06:00:00.000005' AS TIMESTAMP)",
            "CAST('2026-01-31 06:00:00+01:00' AS TIMESTAMPTZ)",
            "CAST('2026-01-31' AS DATE)",
        ),
        (
            "mysql",
            "'2026-01-31 06:00:00.000005'",
            "'2026-01-31 06:00:00+01:00'",
            "'2026-01-31'",
        ),
        (
            "bigquery",
            "CAST('2026-01-31 06:00:00.000005' AS DATETIME)",
            "CAST('2026-01-31 06:00:00+01:00' AS TIMESTAMP)",
            "CAST('2026-01-31' AS DATE)",
        ),
        (
            "tsql",
            "CAST('2026-01-31 06:00:00.000005' AS DATETIME2)",
            "CAST('2026-01-31 06:00:00+01:00' AS DATETIMEOFFSET)",
            "CAST('2026-01-31' AS DATE)",
        ),
        (
            "oracle",
            "TO_TIMESTAMP('2026-01-31 06:00:00.000005', 'YYYY-MM-DD HH24:MI:SS.FF6')",
            f"TO_TIMESTAMP_TZ('2026-01-31 05:00:00.000000 +00:00', '{ORACLE} TZH:TZM')",
            "TO_DATE('2026-01-31', 'YYYY-MM-DD')",
        ),
        (
            "trino",
            "CAST('2026-01-31 06:00:00.000005' AS TIMESTAMP(6))",
            "CAST('2026-01-31 06:00:00+01:00' AS TIMESTAMP(6) WITH TIME ZONE)",
            "CAST('2026-01-31' AS DATE)",
        ),
        (
            "clickhouse",
            "toDateTime64('2026-01-31 06:00:00.000005', 6, 'UTC')",
            "toDateTime64('2026-01-31 05:00:00.000000', 6, 'UTC')",
            "toDate32('2026-01-31')",
        ),
    ],
)
def test_a_time_has_its_type_in_every_dialect(dialect, plain, zoned, day):
    written = [time_literal(each, dialect).sql(dialect=dialect) for each in (PLAIN, ZONED, DAY)]
    assert written == [plain, zoned, day]


@pytest.mark.parametrize(
    ("dialect", "written"),
    [
        ("postgres", "'2026-01-31 06:00:00+01:00'"),
        ("snowflake", "'2026-01-31 06:00:00+01:00'"),
        ("bigquery", "'2026-01-31 05:00:00'"),
        ("tsql", "CAST('2026-01-31 06:00:00+01:00' AS DATETIMEOFFSET)"),
        ("mysql", "'2026-01-31 06:00:00'"),
    ],
)
def test_beside_a_column_a_moment_is_what_the_engine_compares(dialect, written):
    beside = exp.GTE(this=exp.column("moment"), expression=exp.Placeholder())
    assert moment_literal(ZONED, dialect, beside=beside).sql(dialect=dialect) == written


def test_midnight_beside_a_column_of_bigquery_may_be_a_date():
    midnight = datetime(2026, 1, 31, tzinfo=UTC)
    beside = exp.LT(this=exp.column("day"), expression=exp.Placeholder())
    written = moment_literal(midnight, "bigquery", beside=beside).sql(dialect="bigquery")
    assert written == "'2026-01-31'"
