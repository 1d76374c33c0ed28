"""The hub in a DuckDB file: one writing process, open only while a transaction runs."""

import subprocess
import sys

import duckdb
import pytest

from totango_pipelines.errors import HubNotWritableError, HubSchemaError, HubUnavailableError
from totango_pipelines.upsert.duckdb_hub import DuckdbHub
from totango_pipelines_tests.upsert.hub_scene import HubScene, counted

HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"


def hold(path) -> subprocess.Popen:
    """Another process that has the file open for writing until it gets a line."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    return holder


def release(holder: subprocess.Popen) -> None:
    holder.communicate("\n", timeout=20)


def test_a_hub_that_is_free_again_in_time_is_waited_for(tmp_path):
    path = tmp_path / "hub.duckdb"
    HubScene(DuckdbHub(path), tmp_path).begin("first")
    holder = hold(path)
    waits = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            release(holder)

    scene = HubScene(DuckdbHub(path, sleep=sleep), tmp_path)
    assert counted(scene.run([("a1", {"tier": "x"}, 1)])) == {"created": 1}
    assert len(waits) >= 3


def test_a_hub_that_stays_locked_is_given_up_with_the_next_move(tmp_path):
    path = tmp_path / "hub.duckdb"
    HubScene(DuckdbHub(path), tmp_path).begin("first")
    holder = hold(path)
    try:
        hub = DuckdbHub(path, lock_wait=0.2)
        with pytest.raises(
            HubUnavailableError, match=r"locked by another process for more than 0.2 s"
        ):
            HubScene(hub, tmp_path).begin("second")
    finally:
        release(holder)


def test_others_can_read_the_hub_between_runs(tmp_path):
    scene = HubScene(DuckdbHub(tmp_path / "hub.duckdb"), tmp_path)
    scene.run([("a1", {"tier": "x"}, 1)])
    holder = hold(tmp_path / "hub.duckdb")
    release(holder)
    assert scene.record("a1") == {"tier": "x"}


def test_a_file_that_is_no_hub_is_refused(tmp_path):
    path = tmp_path / "hub.duckdb"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(HubUnavailableError, match="cannot be used"):
        HubScene(DuckdbHub(path), tmp_path).begin("first")


def test_a_hub_of_another_version_is_refused(tmp_path):
    scene = HubScene(DuckdbHub(tmp_path / "hub.duckdb"), tmp_path)
    scene.begin("first")
    with duckdb.connect(str(tmp_path / "hub.duckdb")) as connection:
        connection.execute("UPDATE _meta SET value = 99 WHERE name = 'schema_version'")
    with pytest.raises(HubSchemaError, match="schema version 99, this version writes 2"):
        scene.begin("second")


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HubNotWritableError, match="cannot be made"):
        HubScene(DuckdbHub(tmp_path / "file" / "hub.duckdb"), tmp_path).begin("first")
