import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from totango_pipelines.cli.main import main
from totango_pipelines.integrations.project import load_project
from totango_pipelines.orchestration.jobs import build_definitions
from totango_pipelines.sync.environment import Environment

OWN_VARIABLES = ("TOTANGO_HUB_URL", "TOTANGO_HOME", "TOTANGO_PROJECT", "DAGSTER_HOME")
QUIET = {"console": {"config": {"log_level": "CRITICAL"}}}


@dataclass
class Deployment:
    """A project in a folder whose integrations run through Dagster, in this process."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def hub_file(self) -> Path:
        return self.folder / ".totango" / "hub.duckdb"

    def set(self, name: str, value: str) -> None:
        """An environment variable, for this process and those that it starts."""
        self.variables[name] = value
        self.monkeypatch.setenv(name, value)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def job(self, integration: str) -> dg.JobDefinition:
        environment = Environment.of({**os.environ, **self.variables}, self.folder)
        definitions = build_definitions(load_project(self.folder), environment, first_wait=0.01)
        return definitions.resolve_job_def(integration)

    def run(self, integration: str, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
        return self.job(integration).execute_in_process(
            instance=instance, run_config={"loggers": QUIET}, raise_on_error=False
        )

    def counts(self, integration: str, instance: dg.DagsterInstance) -> Mapping[str, int]:
        """The counts of the last upsert that are not 0."""
        event = instance.get_latest_materialization_event(dg.AssetKey([integration, "upsert"]))
        metadata = event.asset_materialization.metadata
        whole = {n: v.value for n, v in metadata.items() if isinstance(v, dg.IntMetadataValue)}
        return {name: value for name, value in whole.items() if value}

    def hub(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.hub_file, read_only=True) as hub:
            return hub.execute(sql).fetchall()


@pytest.fixture
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """An empty project."""
    for name in OWN_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "project"
    folder.mkdir()
    found = Deployment(folder, monkeypatch)
    found.set("TOTANGO_PROJECT", str(folder))
    return found


@pytest.fixture
def cli(tmp_path, monkeypatch, capsys):
    """Runs a command on the project in tmp_path; answers its JSON."""
    monkeypatch.setenv("TOTANGO_PROJECT", str(tmp_path))

    def call(*arguments: str, code: int = 0):
        found = main([*arguments, "--json"])
        shown = capsys.readouterr()
        assert found == code, shown.out + shown.err
        return json.loads(shown.out)

    return call


@pytest.fixture
def hub(tmp_path):
    def ask(sql: str) -> list[tuple]:
        with duckdb.connect(tmp_path / ".totango" / "hub.duckdb", read_only=True) as session:
            return session.execute(sql).fetchall()

    return ask
