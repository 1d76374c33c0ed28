"""Which tables a suggested query reads, with the case that counts in its engine."""

import pytest
from sqlglot import exp

from totango_pipelines.sync.suggested_query import _as_the_engine_reads


@pytest.mark.parametrize(
    ("dialect", "one", "other", "same"),
    [
        ("postgres", "Accounts", "accounts", True),
        ("postgres", '"ACCOUNTS"', "accounts", False),
        ("postgres", "crm.ACCOUNTS", 'crm."accounts"', True),
        ("snowflake", "accounts", '"ACCOUNTS"', True),
        ("snowflake", "accounts", '"accounts"', False),
        ("duckdb", '"ACCOUNTS"', "accounts", True),
        ("sqlite", '"ACCOUNTS"', "accounts", True),
    ],
)
def test_two_names_are_one_table_where_the_engine_says_so(dialect, one, other, same):
    first, second = (
        _as_the_engine_reads(exp.to_table(name, dialect=dialect), dialect) for name in (one, other)
    )
    assert (first == second) is same
