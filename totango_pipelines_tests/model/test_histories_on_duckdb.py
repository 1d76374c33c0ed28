"""Random histories on the embedded hub; see machine.py."""

import pytest

from totango_pipelines_tests.model.machine import PARTS, OnDuckdb, explore


@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(PARTS))
def test_the_hub_holds_what_the_model_holds_after_any_history(part):
    explore(OnDuckdb)
