"""The product and the model side by side: what is done to one is done to the other, and compared."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow.parquet as pq
import yaml

from totango_pipelines.errors import LeaseLostError, TooManyRejectsError
from totango_pipelines.integrations.project import Project, load_project
from totango_pipelines.staging import StagedFile
from totango_pipelines.sync.environment import Environment
from totango_pipelines.sync.extract_step import run_extract
from totango_pipelines.sync.mapped_rows import map_rows
from totango_pipelines.sync.mapping_step import staged_plan
from totango_pipelines.sync.upsert_step import run_upsert
from totango_pipelines.sync.wiring import RunContext
from totango_pipelines.upsert.delivery import RunIdentity
from totango_pipelines.upsert.target import UpsertTarget
from totango_pipelines_tests.model.killing import Countdown, KilledError, KilledHub
from totango_pipelines_tests.model.reference_hub import LeaseLostError as ModelLostLeaseError
from totango_pipelines_tests.model.reference_hub import ReferenceHub
from totango_pipelines_tests.model.reference_run import Outcome
from totango_pipelines_tests.model.reference_spec import (
    AGGREGATIONS,
    COLLECTIONS,
    FOREIGN_KEY,
    REGISTER,
    STREAM,
    USAGE,
    Catalog,
    Spec,
    column_of,
)

NOON = 1_700_000_000
CATALOG = """\
attributes:
  accounts:
    - {name: zuora_id, type: foreign_key}
roles: [Success Manager, Onboarding Lead]
"""
MODEL_CATALOG = Catalog(
    kinds={("accounts", "zuora_id"): FOREIGN_KEY},
    roles=frozenset({"Success Manager", "Onboarding Lead"}),
)
MOMENTS = ("updated_at", "happened")
KEY_TABLES = {
    "accounts": ("account_id",),
    "users": ("account_id", "user_id"),
    "collections": ("collection", "account_id", "collection_id"),
    STREAM: ("account_id", "user_id", "module", "action", "timestamp"),
    AGGREGATIONS: ("account_id", "user_id", "date"),
    "totango_users": ("email",),
    "account_assignment": ("account_id", "account_role_id"),
    "tasks": ("task_id",),
    "touchpoints": ("touchpoint_id",),
    REGISTER: ("foreign_key", "value"),
}


@dataclass(frozen=True)
class ClockedSource:
    """A source whose clock shows what the history says; clocks may step back."""

    source: Any
    now: datetime

    @property
    def dialect(self) -> str:
        return self.source.dialect

    def clock(self) -> datetime:
        return self.now

    def batches(self, sql: str, parameters: Any = (), *, limit: int | None = None) -> Any:
        return self.source.batches(sql, parameters, limit=limit)


@dataclass(frozen=True)
class WorldContext(RunContext):
    """A run at a given time, whose hub may die."""

    now: datetime
    rows_at_once: int = 1000
    countdown: Countdown | None = None

    @property
    def range_rows(self) -> int:
        return self.rows_at_once

    def source(self) -> Any:
        return ClockedSource(super().source(), self.now)

    def hub(self) -> UpsertTarget:
        hub = super().hub()
        return hub if self.countdown is None else KilledHub(hub, self.countdown)


@dataclass(repr=False)
class Run:
    """A run that has read its source and is not yet in the hub."""

    spec: Spec
    run_id: str
    mode: str
    rows: list[dict[str, Any]]
    context: WorldContext
    start: Any
    at: int

    def __repr__(self) -> str:
        return f"{self.run_id} of {self.spec.id}, {self.mode}, at {self.at}"


@dataclass
class World:
    folder: Path
    hub_url: str
    model: ReferenceHub = field(default_factory=lambda: ReferenceHub(MODEL_CATALOG))
    specs: dict[str, Spec] = field(default_factory=dict)
    sources: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    runs: int = 0
    journal: list[str] = field(default_factory=list)
    project: Project | None = None
    reader: Any = None

    def __post_init__(self) -> None:
        (self.folder / "integrations").mkdir(parents=True)
        connections = "connections: {crm: {type: sqlite, path: crm.sqlite}}\n"
        (self.folder / "connections.yaml").write_text(connections)
        (self.folder / "catalog.yaml").write_text(CATALOG)

    # What a history does

    def declare(self, spec: Spec, columns: Sequence[str]) -> None:
        self.specs[spec.id] = spec
        self.journal.append(f"declared: {spec}")
        file = self.folder / "integrations" / f"{spec.id}.yaml"
        file.write_text(yaml.safe_dump(declaration(spec), sort_keys=False))
        if spec.id not in self.sources:
            self.sources[spec.id] = []
            defined = ", ".join(f"{n} {'INTEGER' if n == 'seq' else 'TEXT'}" for n in columns)
            self._write_source(f"CREATE TABLE {spec.id} ({defined})", [])
        self.project = None

    def edit(self, name: str, rows: list[dict[str, Any]]) -> None:
        """The whole source of an integration."""
        self.journal.append(f"{name} has {rows}")
        self.sources[name] = rows
        self._write_source(f"DELETE FROM {name}", [])
        if rows:
            names = list(rows[0])
            marks = ", ".join("?" for _ in names)
            values = [[in_sqlite(n, row[n]) for n in names] for row in rows]
            self._write_source(f"INSERT INTO {name} ({', '.join(names)}) VALUES ({marks})", values)

    def begin(self, name: str, mode: str, at: int, rows_at_once: int = 1000) -> Run:
        """Read the source and map it, in the product; take the lease in both."""
        self.runs += 1
        self.journal.append(f"begins: run-{self.runs} of {name}, {mode}, at {at}")
        spec, run_id = self.specs[name], f"run-{self.runs}"
        context = replace(self.context(spec, run_id, mode, at), rows_at_once=rows_at_once)
        run_extract(context)
        source, manifest = context.folder.verified(StagedFile.SOURCE)
        map_rows(context, staged_plan(context, manifest), source, manifest)
        start = self.model.start(spec, run_id)
        assert (manifest.facts["run_seq"], manifest.facts["epoch"]) == (start.run_seq, start.epoch)
        rows = [dict(row) for row in self.sources[name]]
        return Run(spec, run_id, mode, rows, context, start, at)

    def end(self, run: Run, *, dies_after: int | None = None, repeats: bool = False) -> None:
        """Upsert in both and compare all that can be seen; a worker that dies is tried again."""
        self.journal.append(f"ends: {run}, dies_after={dies_after}, repeats={repeats}")
        try:
            self._end(run, dies_after, repeats=repeats)
        except Exception as error:
            told = "\n".join(self.journal)
            raise AssertionError(f"{error!r}\n\nThe history:\n{told}") from error

    def _end(self, run: Run, dies_after: int | None, *, repeats: bool) -> None:
        if dies_after is not None:
            self._die(run, dies_after)
        expected = self._in_model(run)
        if expected == "lease lost":
            # Whose rows would have been too many is told so first.
            with_error((LeaseLostError, TooManyRejectsError), lambda: run_upsert(run.context))
        elif expected.status == "failed":
            with_error(TooManyRejectsError, lambda: run_upsert(run.context))
        else:
            result = run_upsert(run.context)
            if repeats:
                again = run_upsert(run.context)
                assert (again.repeated, again.counts) == (True, result.counts)
            with self._reading():
                self._compare_run(run, expected, asdict(result.counts))
                self.compare()
            return
        with self._reading():
            self.compare()

    def abandon(self, run: Run, statements: int) -> None:
        """A worker that dies and is never tried again leaves nothing; one that survives, its run."""
        self.journal.append(f"is abandoned: {run}, after {statements} statements")
        if self._die(run, statements):
            try:
                with self._reading():
                    self.compare()
            except AssertionError as error:
                told = "\n".join(self.journal)
                raise AssertionError(f"{error!r}\n\nThe history:\n{told}") from error
        else:
            self.end(run)

    def delete(self, name: str) -> None:
        self.journal.append(f"{name} is deleted")
        self.context(self.specs[name], "none", "full", 0).hub().release(name)
        self.model.run_seq += 1
        self.model.epochs[name] += 1 if self.model.epochs[name] else 0
        self.model.delete_integration(name)
        with self._reading():
            self.compare()

    # How it is done

    def _write_source(self, statement: str, rows: list[list[Any]]) -> None:
        with closing(sqlite3.connect(self.folder / "crm.sqlite")) as session:
            if rows:
                session.executemany(statement, rows)
            else:
                session.execute(statement)
            session.commit()

    def context(self, spec: Spec, run_id: str, mode: str, at: int) -> WorldContext:
        if self.project is None:
            self.project = load_project(self.folder)
            errors = [str(each) for each in self.project.problems if each.severity == "error"]
            assert errors == [], errors
        identity = RunIdentity(run_id, spec.id, spec.object, spec.connection, mode, "manual")
        environment = Environment.of({"TOTANGO_HUB_URL": self.hub_url}, self.folder)
        declared = self.project.integrations[spec.id]
        return WorldContext(environment, self.project, declared, identity, moment(at))

    def _die(self, run: Run, statements: int) -> bool:
        """Whether the worker ended before its run."""
        context = run.context
        doomed = replace(context, countdown=Countdown(statements))
        try:
            run_upsert(doomed)
        except (KilledError, LeaseLostError, TooManyRejectsError):
            return True
        return False

    def _in_model(self, run: Run) -> Any:
        rows = [{n: in_model(n, v) for n, v in row.items()} for row in run.rows]
        try:
            return self.model.commit(
                run.spec, run.run_id, run.mode, rows, NOON + run.at, start=run.start
            )
        except ModelLostLeaseError:
            return "lease lost"

    # What is compared

    def _compare_run(self, run: Run, expected: Outcome, counts: Mapping[str, int]) -> None:
        told, wanted = plain_counts(counts), plain_counts(expected.counts)
        assert told == wanted, f"{run}: {told} instead of {wanted}"
        rejects = pq.read_table(run.context.folder.parquet(StagedFile.REJECTS)).to_pylist()
        told = sorted(
            (row["_row"], column_of(row["_attribute"]), row["_code"])
            for row in rejects
            if row["_code"] != "MATCH_CONFLICT"
        )
        stand_in = column_of(run.spec.match_on)
        wanted = sorted(
            (
                each.row_no,
                stand_in
                if run.spec.by_foreign_key and each.attribute == "account_id"
                else each.attribute,
                each.code,
            )
            for each in expected.rejects
            if each.code != "MATCH_CONFLICT"
        )
        assert told == wanted, f"{run}: {told} instead of {wanted}"
        lost = sorted(row["_row"] for row in rejects if row["_code"] == "MATCH_CONFLICT")
        assert lost == sorted(e.row_no for e in expected.rejects if e.code == "MATCH_CONFLICT")
        self._compare_log(run, expected)

    def _compare_log(self, run: Run, expected: Outcome) -> None:
        found = self.query(
            "SELECT object, key, operation, CAST(before AS VARCHAR) FROM _changes "
            f"WHERE run_id = '{run.run_id}' AND operation <> 'removed'"
        )
        told = [(o, k, op, json.loads(b) if b else None) for o, k, op, b in found]
        wanted = [
            (c.object, key_text(c.key), c.operation, in_log(c.before)) for c in expected.changes
        ]
        assert sorted(map(in_order, told)) == sorted(map(in_order, wanted)), (
            f"{run}: {told} instead of {wanted}"
        )
        found = self.query(
            "SELECT key, attribute, stored_value, stored_writer, incoming_value, incoming_writer "
            f"FROM _conflicts WHERE run_id = '{run.run_id}'"
        )
        wanted = [
            (
                key_text(c.key),
                *(c.attribute, in_conflict(c.stored_value), c.stored_writer),
                *(in_conflict(c.incoming_value), c.incoming_writer),
            )
            for c in expected.conflicts
        ]
        assert Counter(found) == Counter(wanted), f"{run}: {found} instead of {wanted}"

    def compare(self) -> None:
        """Every record, cell, stamp, writer, match and row of usage."""
        tables = {name for (name,) in self.query(TABLES)}
        for name, keys in KEY_TABLES.items():
            wanted = self._wanted(name)
            found = self._records(name, keys) if name in tables else {}
            assert found == wanted, f"{name}: {found} instead of {wanted}"
        wanted_rows = Counter(
            (row.writer, row.stamp.run_seq, row.stamp.row_no, row.values["count"])
            for row in self.model.usage
        )
        usage = "SELECT _writer, _run_seq, _row_no, count FROM usage"
        assert Counter(self.query(usage) if USAGE in tables else []) == wanted_rows
        matches = self.query(
            "SELECT object, key, source_id, integration, run_seq, row_no FROM _matches"
        )
        wanted_matches = sorted(self._wanted_matches())
        assert sorted(matches) == wanted_matches, f"{matches} instead of {wanted_matches}"
        ledger = self.query("SELECT run_id FROM _runs")
        assert {run for (run,) in ledger} == set(self.model.ledger)

    def _wanted_matches(self) -> list[tuple[Any, ...]]:
        wanted = []
        for (_, object_, collection), by_key in self.model.matches.items():
            place = f"{object_}/{collection}" if collection else object_
            for key, match in by_key.items():
                stamp = match.stamp
                wanted.append(
                    (
                        place,
                        key_text(key),
                        match.source_id,
                        match.taker,
                        stamp.run_seq,
                        stamp.row_no,
                    )
                )
        return wanted

    def _wanted(self, name: str) -> dict[Any, dict[str, Any]]:
        wanted = {}
        for key, record in self.model.records[name].items():
            cells = {}
            for attribute, cell in record.items():
                stamp = None if cell.stamp is None else (cell.stamp.run_seq, cell.stamp.row_no)
                if stamp is not None or cell.value is not None:
                    cells[attribute] = (in_hub(cell.value), stamp, cell.writer)
            wanted[tuple(str(plain(part)) for part in key)] = cells
        return wanted

    def _records(self, name: str, keys: tuple[str, ...]) -> dict[Any, dict[str, Any]]:
        shown = [f"CAST({key} AS VARCHAR)" for key in keys]
        order = f"ORDER BY {', '.join(keys)}"
        rows = self.query_dicts(f"SELECT * FROM {name} {order}")
        parts = self.query(f"SELECT {', '.join(shown)} FROM {name} {order}")
        released = dict(self.query("SELECT integration, run_seq FROM _released"))
        found = {}
        for row, key in zip(rows, parts, strict=True):
            text = row["_cells"] or "{}"
            exceptions = json.loads(text) if isinstance(text, str) else text
            cells = {}
            for attribute, value in row.items():
                if attribute.startswith("_") or attribute in keys:
                    continue
                if attribute in exceptions:
                    e = exceptions[attribute]
                    seq, number, writer = e["s"], e["r"], e["w"]
                elif value is not None:
                    seq, number, writer = row["_run_seq"], row["_row_no"], row["_writer"]
                else:
                    continue
                if seq <= released.get(writer, -1):
                    if value is not None:
                        cells[attribute] = (in_hub(value), None, None)
                else:
                    cells[attribute] = (in_hub(value), (seq, number), writer)
            found[tuple(key)] = cells
        return found

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """One connection for all that is compared: opening one takes longer than asking."""
        is_file = self.hub_url.startswith("duckdb")
        connect = partial(duckdb.connect, read_only=True) if is_file else psycopg.connect
        with connect(self.hub_url.removeprefix("duckdb:///")) as self.reader:
            yield

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.reader.execute(sql).fetchall()

    def query_dicts(self, sql: str) -> list[dict[str, Any]]:
        cursor = self.reader.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


TABLES = (
    "SELECT table_name FROM information_schema.tables "
    "WHERE table_schema = current_schema() AND table_type LIKE 'BASE%'"
)


def with_error(kind: type[Exception] | tuple[type[Exception], ...], act: Any) -> None:
    try:
        act()
    except kind:
        return
    raise AssertionError(f"{kind} was expected")


def moment(at: int) -> datetime:
    return datetime.fromtimestamp(NOON + at, UTC)


def declaration(spec: Spec) -> dict[str, Any]:
    """The integration's file."""
    lines = []
    for line in spec.mapping:
        said: dict[str, Any] = {"attribute": line.attribute}
        said |= {"constant": line.constant} if line.column is None else {"column": line.column}
        said |= {"blank": line.blank, "on_error": line.on_error}
        lines.append(said)
    settings = {
        "allow_new": spec.allow_new,
        "auto_resolve_conflicts": spec.resolve,
        "match_on": spec.match_on,
        "reject_allowance": spec.reject_allowance,
        "max_reject_ratio": spec.max_reject_ratio,
    }
    for name in ("recency_column", "cursor_column", "source_id_column"):
        if getattr(spec, name) is not None:
            settings[name] = getattr(spec, name)
    if spec.cursor_lag:
        settings["cursor_lag"] = spec.cursor_lag
    file = {
        "id": spec.id,
        "name": spec.id,
        "connection": "crm",
        "object": spec.object,
        "query": spec.query,
        "mapping": lines,
        "settings": settings,
    }
    return file | ({"collection": spec.collection} if spec.object == COLLECTIONS else {})


def in_sqlite(name: str, value: Any) -> Any:
    if name in MOMENTS and isinstance(value, int):
        return moment(value).isoformat()
    return value


def in_model(name: str, value: Any) -> Any:
    if name == "happened" and isinstance(value, int):
        return moment(value)
    return NOON + value if name in MOMENTS and isinstance(value, int) else value


def plain_counts(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: n for name, n in counts.items() if n}


def in_hub(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return value


def in_log(before: dict[str, Any] | None) -> Any:
    if before is None:
        return None
    return {name: plain(value) for name, value in before.items()}


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S+00")
    if isinstance(value, Decimal):
        return f"{value:.4f}"
    return value.isoformat() if isinstance(value, date) else value


def in_order(change: tuple[Any, ...]) -> str:
    return json.dumps(change, sort_keys=True)


def in_conflict(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(plain(value))


def key_text(key: tuple[Any, ...]) -> str:
    return "/".join(str(plain(part)) for part in key)
