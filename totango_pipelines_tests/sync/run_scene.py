"""A project whose source is a DuckDB file: whole runs without Dagster, and what the hub then holds."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow.parquet as pq
import yaml

from totango_pipelines.integrations.project import load_project
from totango_pipelines.staging import StagedFile
from totango_pipelines.sync.environment import Environment
from totango_pipelines.sync.extract_step import run_extract
from totango_pipelines.sync.mapping_step import run_mapping
from totango_pipelines.sync.preview_step import run_preview
from totango_pipelines.sync.upsert_step import run_upsert
from totango_pipelines.sync.wiring import RunContext
from totango_pipelines.upsert.delivery import RunIdentity
from totango_pipelines.upsert.writer import UpsertResult

CONNECTIONS = "connections: {crm: {type: duckdb, path: crm.duckdb}}\n"
COLUMN_TYPES = {"updated_at": "TIMESTAMPTZ", "seq": "BIGINT", "happened": "TIMESTAMPTZ"}
Source = Sequence[dict[str, Any]]


@dataclass
class RunScene:
    """`declare` an integration, give its `source` table rows, `run` it."""

    folder: Path
    hub_url: str
    runs: int = 0
    rejects: list[tuple[int, str, str]] = field(default_factory=list)
    columns: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "integrations").mkdir(parents=True, exist_ok=True)
        (self.folder / "connections.yaml").write_text(CONNECTIONS)

    def catalog(self, text: str) -> None:
        (self.folder / "catalog.yaml").write_text(text)

    def declare(
        self, name: str, totango_object: str, mapping: dict[str, Any], **settings: Any
    ) -> None:
        """`mapping`: attribute -> column name, or a dict with more keys of the line."""
        collection = settings.pop("collection", None)
        query = settings.pop("query", f"SELECT * FROM {name}")
        lines = [
            {"attribute": attribute, **({"column": said} if isinstance(said, str) else said)}
            for attribute, said in mapping.items()
        ]
        file = {
            "id": name,
            "name": name,
            "connection": "crm",
            "object": totango_object,
            "query": query,
            "mapping": lines,
            "settings": settings,
        }
        if collection:
            file["collection"] = collection
        text = yaml.safe_dump(file, sort_keys=False)
        (self.folder / "integrations" / f"{name}.yaml").write_text(text)

    def source(self, name: str, rows: Source, columns: Sequence[str] = ()) -> None:
        """The whole table that the integration's query reads."""
        given = list(columns) or list(dict.fromkeys(n for row in rows for n in row))
        names = self.columns[name] = given or self.columns[name]
        with duckdb.connect(str(self.folder / "crm.duckdb")) as session:
            defined = ", ".join(f'"{n}" {COLUMN_TYPES.get(n, "VARCHAR")}' for n in names)
            session.execute(f'CREATE OR REPLACE TABLE "{name}" ({defined})')
            if rows:
                marks = ", ".join("?" for _ in names)
                values = [[row.get(n) for n in names] for row in rows]
                session.executemany(f'INSERT INTO "{name}" VALUES ({marks})', values)

    def context(self, name: str, run_id: str, mode: str = "incremental") -> RunContext:
        project = load_project(self.folder)
        errors = [str(each) for each in project.problems if each.severity == "error"]
        assert errors == [], errors
        declared = project.integrations[name]
        integration = declared.integration
        identity = RunIdentity(
            run_id, name, str(integration.object), integration.connection, mode, "manual"
        )
        environment = Environment.of({"TOTANGO_HUB_URL": self.hub_url}, self.folder)
        return RunContext(environment, project, declared, identity)

    def run(
        self, name: str, rows: Source | None = None, *, mode: str = "incremental"
    ) -> dict[str, int]:
        """One run; the counts that are not zero. Its rejects are in `rejects`."""
        if rows is not None:
            self.source(name, rows)
        self.runs += 1
        context = self.context(name, f"run-{self.runs}", mode)
        return self.steps(context)

    def steps(self, context: RunContext) -> dict[str, int]:
        run_extract(context)
        run_preview(context)
        run_mapping(context)
        return self.upsert(context)

    def upsert(self, context: RunContext) -> dict[str, int]:
        result = run_upsert(context)
        rejects = pq.read_table(context.folder.parquet(StagedFile.REJECTS)).to_pylist()
        self.rejects = [(row["_row"], row["_attribute"], row["_code"]) for row in rejects]
        self.last: UpsertResult = result
        return {name: n for name, n in asdict(result.counts).items() if n}

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        if self.hub_url.startswith("duckdb"):
            path = self.hub_url.removeprefix("duckdb:///")
            with duckdb.connect(path, read_only=True) as connection:
                return connection.execute(sql).fetchall()
        with psycopg.connect(self.hub_url) as connection:
            return connection.execute(sql).fetchall()


def moment(second: int) -> datetime:
    """A time in the past, this many seconds after a fixed one."""
    return datetime.fromtimestamp(1_700_000_000 + second, UTC)
