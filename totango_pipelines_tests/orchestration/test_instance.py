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


def finished_run(environment, number):
    """The events of a run that succeeded, as whoever opens the run log next finds them."""

    @dg.asset
    def numbers():
        return dg.MaterializeResult(metadata={"number": number})

    with open_instance(environment) as instance:
        ended = dg.materialize([numbers], instance=instance)
        return ended.run_id, len(instance.all_logs(ended.run_id))


def test_the_run_log_is_dagsters_own_and_whole_for_whoever_opens_it(tmp_path):
    environment = Environment.of({}, tmp_path)
    ended = [finished_run(environment, number) for number in range(3)]
    folder = tmp_path / ".totango" / "dagster"
    with dg.DagsterInstance.from_config(str(folder)) as dagsters:
        assert {run.run_id for run in dagsters.get_runs()} == {run_id for run_id, _ in ended}
        for run_id, events in ended:
            assert len(dagsters.all_logs(run_id)) == events > 5
        found = dagsters.get_latest_materialization_event(dg.AssetKey("numbers"))
        assert found.asset_materialization.metadata["number"].value == 2
    # Closed for good: SQLite has written everything back.
    assert not list(folder.rglob("*-wal"))


def test_a_run_log_that_is_open_can_be_read_and_written_by_others(tmp_path):
    environment = Environment.of({}, tmp_path)
    with open_instance(environment) as ours:
        first, _ = finished_run(environment, 1)
        folder = str(tmp_path / ".totango" / "dagster")
        with dg.DagsterInstance.from_config(folder) as dagsters:
            dagsters.add_run_tags(first, {"seen": "by Dagster"})
        assert ours.get_run_by_id(first).tags["seen"] == "by Dagster"
        second, _ = finished_run(environment, 2)
        assert [len(ours.all_logs(run)) > 5 for run in (first, second, first)] == [True] * 3
        ours.delete_run(first)
        assert ours.get_run_by_id(first) is None


def test_another_storage_that_is_configured_stays(tmp_path):
    folder = tmp_path / ".totango" / "dagster"
    folder.mkdir(parents=True)
    own = {
        "module": "dagster._core.storage.event_log",
        "class": "ConsolidatedSqliteEventLogStorage",
        "config": {"base_dir": str(tmp_path)},
    }
    (folder / "dagster.yaml").write_text(yaml.safe_dump({"event_log_storage": own}))
    with open_instance(Environment.of({}, tmp_path)) as instance:
        assert type(instance.event_log_storage).__name__ == own["class"]


def test_the_repositorys_dagster_yaml_says_the_same():
    file = REPOSITORY / "dagster.yaml"
    if not file.is_file():
        pytest.skip("not run from the repository")
    assert yaml.safe_load(file.read_text()) == yaml.safe_load(DEFAULT_INSTANCE_YAML)
