import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from totango_pipelines.integrations.project import load_project
from totango_pipelines.orchestration.jobs import build_definitions
from totango_pipelines.sync.environment import Environment

CONNECTIONS = """\
connections:
  crm: {type: sqlite, path: crm.sqlite}
  lake: {type: duckdb, path: lake.duckdb}
"""
CATALOG = """\
attributes:
  accounts:
    - {name: Seats, type: number}
    - {name: Country, type: text}
"""
COMPANIES = """\
id: companies
name: Companies
description: Customers, as the CRM knows them.
connection: crm
object: accounts
query: SELECT id, name, seats, country FROM company
mapping:
  - {attribute: account_id, column: id}
  - {attribute: account_name, column: name, note: trial accounts have no name}
  - {attribute: Seats, column: seats}
  - {attribute: Country, column: country}
settings: {reject_allowance: 1, max_reject_ratio: 0.5}
notify: [data-oncall, ops@example.com, not an owner]
"""
QUIET = {"console": {"config": {"log_level": "CRITICAL"}}}
FIRST_WAIT = 0.01


@dataclass
class Workbench:
    """A project in a folder, its source, its hub and Dagster's instance."""

    folder: Path
    instance: dg.DagsterInstance

    def declare(self, text: str, name: str = "") -> None:
        name = name or text.split("\n", maxsplit=1)[0].removeprefix("id: ")
        (self.folder / "integrations" / f"{name}.yaml").write_text(text)

    def source(self, *statements: str) -> None:
        connection = sqlite3.connect(self.folder / "crm.sqlite")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    def lake(self, *statements: str) -> None:
        with duckdb.connect(self.folder / "lake.duckdb") as lake:
            for statement in statements:
                lake.execute(statement)

    @property
    def environment(self) -> Environment:
        return Environment.of({"TOTANGO_PROJECT": str(self.folder)}, self.folder)

    def definitions(self) -> dg.Definitions:
        return build_definitions(load_project(self.folder), self.environment, first_wait=FIRST_WAIT)

    def run(
        self, integration: str = "companies", mode: str | None = None
    ) -> dg.ExecuteInProcessResult:
        ops = {f"{integration}__extract": {"config": {"mode": mode}}} if mode else {}
        return (
            self.definitions()
            .resolve_job_def(integration)
            .execute_in_process(
                instance=self.instance,
                run_config={"loggers": QUIET, "ops": ops},
                raise_on_error=False,
            )
        )

    def tags(self, run_id: str) -> dict[str, str]:
        run = self.instance.get_run_by_id(run_id)
        return {key: value for key, value in run.tags.items() if key.startswith("totango/")}

    def metadata(self, step: str, integration: str = "companies") -> dict[str, Any]:
        event = self.instance.get_latest_materialization_event(dg.AssetKey([integration, step]))
        return dict(event.asset_materialization.metadata) if event else {}

    def hub(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.folder / ".totango" / "hub.duckdb", read_only=True) as hub:
            return hub.execute(sql).fetchall()

    def hub_tables(self) -> set[str]:
        return {name for (name,) in self.hub("SELECT table_name FROM duckdb_tables()")}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """One integration of three companies, ready to run."""
    for name in ("TOTANGO_HUB_URL", "TOTANGO_HOME", "TOTANGO_PROJECT", "DAGSTER_HOME"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "project"
    (folder / "integrations").mkdir(parents=True)
    (folder / "connections.yaml").write_text(CONNECTIONS)
    (folder / "catalog.yaml").write_text(CATALOG)
    with dg.DagsterInstance.ephemeral() as instance:
        bench = Workbench(folder, instance)
        bench.declare(COMPANIES)
        bench.source(
            "CREATE TABLE company (id TEXT, name TEXT, seats INTEGER, country TEXT)",
            "INSERT INTO company VALUES ('a', 'Acme', 10, 'France'), ('b', 'Bolt', 20, NULL), "
            "('c', 'Coda', NULL, 'Österreich')",
        )
        yield bench
