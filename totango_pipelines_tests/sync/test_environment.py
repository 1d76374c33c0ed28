from pathlib import Path

import pytest

from totango_pipelines.errors import DeclarationError
from totango_pipelines.sync.environment import Environment
from totango_pipelines.sync.wiring import open_hub, open_staging
from totango_pipelines.upsert.duckdb_hub import DuckdbHub
from totango_pipelines.upsert.postgres_hub import PostgresHub


def environment(folder, **variables) -> Environment:
    return Environment.of(variables, folder)


def test_without_variables_all_is_below_the_current_folder(tmp_path):
    found = environment(tmp_path)

    assert found.project == tmp_path
    assert found.home == tmp_path / ".totango"
    assert found.hub_url == f"duckdb:///{tmp_path}/.totango/hub.duckdb"
    assert found.hub_kind == "duckdb"
    assert open_staging(found).root == tmp_path / ".totango" / "runs"


def test_empty_variables_count_as_unset(tmp_path):
    found = environment(tmp_path, TOTANGO_PROJECT="", TOTANGO_HOME="", TOTANGO_HUB_URL="")

    assert found.home == tmp_path / ".totango"
    assert found.hub_kind == "duckdb"


def test_relative_folders_start_from_the_current_folder(tmp_path):
    found = environment(tmp_path, TOTANGO_PROJECT="crm/../shop", TOTANGO_HOME="state")

    assert found.project == tmp_path / "shop"
    assert found.home == tmp_path / "state"


def test_the_default_home_is_below_the_project(tmp_path):
    assert environment(tmp_path, TOTANGO_PROJECT="shop").home == tmp_path / "shop" / ".totango"


def test_absolute_folders_are_taken_as_they_are(tmp_path):
    project, home = tmp_path / "project", tmp_path / "home"

    found = environment(Path("/"), TOTANGO_PROJECT=str(project), TOTANGO_HOME=str(home))

    assert (found.project, found.home) == (project, home)
    assert Path(found.hub_url.removeprefix("duckdb:///")) == home / "hub.duckdb"


def test_a_tilde_is_the_home_of_the_user(tmp_path):
    assert environment(tmp_path, TOTANGO_HOME="~/state").home == Path.home().resolve() / "state"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("duckdb:///hub.duckdb", "duckdb"),
        ("postgresql://etl@db/hub", "postgres"),
        ("postgresql+psycopg://etl@db/hub", "postgres"),
        ("postgres://etl@db/hub", "postgres"),
    ],
)
def test_the_kind_of_the_hub_is_read_from_its_url(tmp_path, url, kind):
    found = environment(tmp_path, TOTANGO_HUB_URL=url)

    assert found.hub_kind == kind
    assert isinstance(open_hub(found), DuckdbHub if kind == "duckdb" else PostgresHub)


def test_a_relative_hub_is_below_the_project(tmp_path):
    relative = environment(tmp_path, TOTANGO_HUB_URL="duckdb:///data/hub.duckdb")
    absolute = environment(tmp_path, TOTANGO_HUB_URL=f"duckdb:///{tmp_path}/hub.duckdb")

    assert open_hub(relative) == DuckdbHub(tmp_path / "data" / "hub.duckdb")
    assert open_hub(absolute) == DuckdbHub(tmp_path / "hub.duckdb")


def test_another_kind_of_hub_is_refused_without_showing_its_password(tmp_path):
    found = environment(tmp_path, TOTANGO_HUB_URL="mysql://etl:hunter2@db/hub")

    with pytest.raises(DeclarationError, match="names a hub of kind 'mysql'") as caught:
        open_hub(found)

    assert "hunter2" not in str(caught.value)
