"""What every contract suite of the hub runs against."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from totango_pipelines.upsert.duckdb_hub import DuckdbHub
from totango_pipelines.upsert.postgres_hub import PostgresHub
from totango_pipelines_tests.upsert.hub_scene import HubScene


@pytest.fixture(params=["duckdb", "postgres", "postgres by csv"])
def scene(request, tmp_path) -> Iterator[HubScene]:
    if request.param == "duckdb":
        yield HubScene(DuckdbHub(tmp_path / "hub.duckdb"), tmp_path)
    else:
        hub = PostgresHub(request.getfixturevalue("postgres_url"))
        if request.param == "postgres by csv":
            hub = replace(hub, binary_copy=False)
        yield HubScene(hub, tmp_path)
