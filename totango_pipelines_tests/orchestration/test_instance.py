from pathlib import Path

import dagster as dg
import pytest
import yaml

from totango_pipelines.errors import DeclarationError
from totango_pipelines.orchestration.instance import DEFAULT_INSTANCE_YAML, open_instance
from totango_pipelines.sync.environment import Environment

REPOSITORY = Path(__file__).resolve().parents[2]


def test_the_run_log_is_in_the_projects_state_folder_and_only_for_its_owner(tmp_path):
    environment = Environment.of({}, tmp_path)
    with open_instance(environment) as instance:
        assert instance.root_directory == str(tmp_path / ".totango" / "dagster")
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled
        assert instance.run_monitoring_enabled
        assert isinstance(instance.run_coordinator, dg._core.run_coordinator.QueuedRunCoordinator)
    assert (tmp_path / ".totango" / "dagster").stat().st_mode & 0o777 == 0o700


def test_a_configuration_that_is_there_is_left_alone(tmp_path):
    folder = tmp_path / ".totango" / "dagster"
    folder.mkdir(parents=True)
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with open_instance(Environment.of({}, tmp_path)):
        pass
    assert (folder / "dagster.yaml").read_text() == "telemetry: {enabled: false}\n"


def test_dagster_home_goes_first_and_must_be_a_folder(tmp_path):
    home = tmp_path / "elsewhere"
    environment = Environment.of({"DAGSTER_HOME": str(home)}, tmp_path)
    with pytest.raises(DeclarationError, match="DAGSTER_HOME"), open_instance(environment):
        pass
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with open_instance(environment) as instance:
        assert instance.root_directory == str(home)


def test_the_repositorys_dagster_yaml_says_the_same():
    file = REPOSITORY / "dagster.yaml"
    if not file.is_file():
        pytest.skip("not run from the repository")
    assert yaml.safe_load(file.read_text()) == yaml.safe_load(DEFAULT_INSTANCE_YAML)
