"""Whole runs on both hubs."""

import pytest

from totango_pipelines_tests.sync.run_scene import RunScene


@pytest.fixture(params=["duckdb", "postgres"])
def scene(request, tmp_path):
    url = f"duckdb:///{tmp_path}/hub.duckdb"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    return RunScene(tmp_path / "project", url)
