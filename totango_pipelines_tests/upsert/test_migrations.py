"""A hub that an older version laid out is migrated, or refused: never guessed."""

import duckdb
import psycopg
import pytest

from totango_pipelines.errors import HubSchemaError
from totango_pipelines.upsert.duckdb_hub import DuckdbHub
from totango_pipelines.upsert.own_tables import SCHEMA_VERSION
from totango_pipelines.upsert.postgres_hub import PostgresHub
from totango_pipelines_tests.upsert.hub_scene import HubScene, counted

VERSION_1 = (
    "DROP TABLE _states",
    "DROP TABLE _state_files",
    "DROP TABLE _released",
    "DROP TABLE _matches",
    "CREATE TABLE _matches (connection VARCHAR, object VARCHAR, key VARCHAR, source_id VARCHAR)",
    "UPDATE _meta SET value = 1 WHERE name = 'schema_version'",
)


@pytest.fixture(params=["duckdb", "postgres"])
def scene(request, tmp_path):
    if request.param == "duckdb":
        return HubScene(DuckdbHub(tmp_path / "hub.duckdb"), tmp_path)
    return HubScene(PostgresHub(request.getfixturevalue("postgres_url")), tmp_path)


def make(scene, *statements):
    if isinstance(scene.target, DuckdbHub):
        with duckdb.connect(str(scene.target.path)) as hub:
            for statement in statements:
                hub.execute(statement)
    else:
        with psycopg.connect(scene.target.url) as hub:
            for statement in statements:
                hub.execute(statement)


def test_a_hub_of_version_1_is_migrated_and_keeps_its_records(scene):
    scene.run([("a1", {"tier": "Gold"}, 10)])
    make(scene, *VERSION_1)
    assert counted(scene.run([("a1", {"tier": "Silver"}, 20)])) == {"updated": 1}
    assert scene.query("SELECT value FROM _meta WHERE name = 'schema_version'") == [
        (SCHEMA_VERSION,)
    ]
    assert scene.query("SELECT count(*) FROM _states") == [(0,)]
    columns = scene.query(
        "SELECT count(*) FROM information_schema.columns WHERE table_name = '_matches' "
        "AND table_schema = current_schema()"
    )
    assert columns == [(8,)]


@pytest.mark.parametrize("version", [0, SCHEMA_VERSION + 1])
def test_a_hub_of_a_version_that_nobody_knows_is_refused(scene, version):
    scene.begin("first")
    make(scene, f"UPDATE _meta SET value = {version} WHERE name = 'schema_version'")
    with pytest.raises(HubSchemaError, match=f"schema version {version}, this version writes"):
        scene.begin("second")


def test_a_hub_without_a_version_is_refused(scene):
    scene.begin("first")
    make(scene, "DELETE FROM _meta WHERE name = 'schema_version'")
    with pytest.raises(HubSchemaError, match="schema version None"):
        scene.begin("second")
