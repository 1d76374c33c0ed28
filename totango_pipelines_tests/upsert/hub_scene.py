"""Runs deliveries against a hub, and reads back what the hub then holds."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from totango_pipelines.engine import WorkSpace
from totango_pipelines.upsert.delivery import (
    DeliveredAttribute,
    Delivery,
    HubColumn,
    HubTable,
    RejectLimits,
    RunIdentity,
    RunStart,
)
from totango_pipelines.upsert.duckdb_hub import DuckdbHub
from totango_pipelines.upsert.postgres_hub import PostgresHub
from totango_pipelines.upsert.register import REGISTER
from totango_pipelines.upsert.target import UpsertTarget
from totango_pipelines.upsert.writer import UpsertResult, upsert_delivery

START = datetime(2026, 1, 1, tzinfo=UTC)
ARROW = {
    "VARCHAR": pa.string(),
    "DOUBLE": pa.float64(),
    "DECIMAL(18,4)": pa.decimal128(18, 4),
    "DATE": pa.date32(),
    "BOOLEAN": pa.bool_(),
}
ATTRIBUTES = {
    "account_name": "VARCHAR",
    "tier": "VARCHAR",
    "arr": "DECIMAL(18,4)",
    "score": "DOUBLE",
    "renewal": "DATE",
    "active": "BOOLEAN",
}
ACCOUNT_KEY = ("account_id",)
LIMITS = RejectLimits(10, 0.05)


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


@dataclass
class HubScene:
    """A hub and its runs; `rows` of `run` are (key values, attribute values, as_of in seconds)."""

    target: UpsertTarget
    folder: Path
    runs: int = 0
    starts: dict[str, RunStart] = field(default_factory=dict)

    def begin(self, run_id: str, integration: str = "a", table: str = "accounts") -> RunIdentity:
        identity = RunIdentity(run_id, integration, table, "crm", "incremental", "manual")
        self.starts[run_id] = self.target.begin_run(identity)
        return identity

    def run(
        self,
        rows: Sequence[tuple[Any, dict[str, Any], int]],
        *,
        integration: str = "a",
        run_id: str | None = None,
        **options: Any,
    ) -> UpsertResult:
        self.runs += 1
        run_id = run_id or f"run-{self.runs}"
        if run_id not in self.starts:
            self.begin(run_id, integration, options.get("table", "accounts"))
        return self.deliver(run_id, rows, integration=integration, **options)

    def register(
        self,
        rows: Sequence[tuple[str, str, int]],
        *,
        foreign_key: str = "zuora_id",
        **options: Any,
    ) -> UpsertResult:
        """A run of accounts_foreign_keys; `rows` are (value, account, as_of in seconds)."""
        delivered = [(value, {"account_id": account}, second) for value, account, second in rows]
        return self.run(delivered, **register_options(foreign_key), **options)

    def deliver(
        self,
        run_id: str,
        rows: Sequence[tuple[Any, dict[str, Any], int]],
        *,
        integration: str = "a",
        table: str = "accounts",
        keys: Sequence[str] = ACCOUNT_KEY,
        types: dict[str, str] | None = None,
        mapped: Sequence[str] | None = None,
        clears: Sequence[str] = (),
        silent: dict[int, Sequence[str]] | None = None,
        constant_keys: tuple[tuple[str, str], ...] = (),
        required: tuple[str, ...] = (),
        renamed: tuple[tuple[str, str], ...] = (),
        claims: Sequence[str] = (),
        child: bool = False,
        must_exist: bool = False,
        rejected: int = 0,
        rows_read: int | None = None,
        resolve: bool = False,
        allow_new: bool = True,
        limits: RejectLimits = LIMITS,
        range_rows: int = 250_000,
        before_commit: Any = lambda *_: None,
    ) -> UpsertResult:
        types = types or ATTRIBUTES
        if mapped is None:
            named = dict.fromkeys(name for _, values, _ in rows for name in values)
            mapped = [name for name in named if name not in claims]
        columns = {name: HubColumn(name, types[name]) for name in types}
        attributes = tuple(
            DeliveredAttribute(
                columns[name],
                clears=name in clears,
                silent_column=f"_silent_{name}" if silent is not None and name in clears else None,
            )
            for name in mapped
        )
        file = self.folder / f"{run_id}.parquet"
        claimed = tuple(DeliveredAttribute(HubColumn(name, "VARCHAR")) for name in claims)
        self._write(file, rows, keys, attributes + claimed, silent or {})
        in_hub = {in_file: name for name, in_file in renamed}
        key_columns = [HubColumn(name, "VARCHAR") for name, _ in constant_keys]
        key_columns += [HubColumn(in_hub.get(name, name), "VARCHAR") for name in keys]
        delivery = Delivery(
            run=RunIdentity(run_id, integration, table, "crm", "incremental", "manual"),
            start=self.starts[run_id],
            table=HubTable(table, tuple(key_columns), tuple(columns.values())),
            attributes=attributes,
            constant_keys=constant_keys,
            required_when_new=required,
            child_of_account=child,
            allow_new=allow_new,
            resolve_conflicts=resolve,
            mapped=file,
            extracted_at=START,
            rows_read=len(rows) + rejected if rows_read is None else rows_read,
            rejected=rejected,
            limits=limits,
            account_must_exist=must_exist,
            renamed_keys=renamed,
            claims=tuple(claims),
        )
        return upsert_delivery(
            self.target,
            delivery,
            work=WorkSpace(self.folder, "256MB"),
            clock=lambda: START,
            before_commit=before_commit,
            range_rows=range_rows,
        )

    def _write(self, file: Path, rows, keys, attributes, silent) -> None:
        data: dict[str, pa.Array] = {}
        for position, key in enumerate(keys):
            values = [k if isinstance(k, str) else k[position] for k, _, _ in rows]
            data[key] = pa.array(values, pa.string())
        for attribute in attributes:
            name = attribute.column.name
            values = [values.get(name) for _, values, _ in rows]
            data[name] = pa.array(values, ARROW[attribute.column.hub_type])
            if attribute.silent_column:
                flags = [name in silent.get(n, ()) for n in range(1, len(rows) + 1)]
                data[attribute.silent_column] = pa.array(flags, pa.bool_())
        data["_row"] = pa.array(range(1, len(rows) + 1), pa.int64())
        moments = [at(second) for _, _, second in rows]
        data["_as_of"] = pa.array(moments, pa.timestamp("us", tz="UTC"))
        pq.write_table(pa.table(data), file)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        if isinstance(self.target, DuckdbHub):
            with duckdb.connect(str(self.target.path), read_only=True) as connection:
                return connection.execute(sql).fetchall()
        assert isinstance(self.target, PostgresHub)
        with psycopg.connect(self.target.url) as connection:
            return connection.execute(sql).fetchall()

    def record(self, key: str) -> dict[str, Any]:
        """The attributes of an account that are not empty."""
        names = ", ".join(ATTRIBUTES)
        rows = self.query(f"SELECT {names} FROM accounts WHERE account_id = '{key}'")
        assert len(rows) == 1, rows
        return {n: v for n, v in zip(ATTRIBUTES, rows[0], strict=True) if v is not None}

    def owners(self) -> dict[str, str]:
        """The register: `foreign_key/value` and its account."""
        key = "foreign_key || '/' || value"
        return dict(self.query(f"SELECT {key}, account_id FROM accounts_foreign_keys"))

    def cells(
        self, attributes: Sequence[str], table: str = "accounts", key: str = "account_id"
    ) -> dict[str, dict[str, tuple[Any, ...]]]:
        """Every written cell: (value, as_of in seconds, run_seq, row_no, writer), by key."""
        names = ", ".join(attributes)
        own = "extract(epoch FROM _as_of), _run_seq, _row_no, _writer, CAST(_cells AS VARCHAR)"
        found: dict[str, dict[str, tuple[Any, ...]]] = {}
        for row in self.query(f"SELECT {key}, {own}, {names} FROM {table}"):
            record, as_of, seq, number, writer, text = row[:6]
            exceptions = json.loads(text) if text else {}
            cells = {}
            for name, value in zip(attributes, row[6:], strict=True):
                if name in exceptions:
                    e = exceptions[name]
                    seconds = e["t"] // 1_000_000 - int(START.timestamp())
                    cells[name] = (value, seconds, e["s"], e["r"], e["w"])
                elif value is not None:
                    seconds = int(as_of) - int(START.timestamp())
                    cells[name] = (value, seconds, seq, number, writer)
            found[record] = cells
        return found

    def changes(
        self, run_id: str, table: str | None = None
    ) -> list[tuple[str, str, dict[str, Any] | None]]:
        of_table = f"AND object = '{table}'" if table else ""
        rows = self.query(
            "SELECT key, operation, CAST(before AS VARCHAR) FROM _changes "
            f"WHERE run_id = '{run_id}' {of_table} ORDER BY key"
        )
        return [(key, op, json.loads(before) if before else None) for key, op, before in rows]


def register_options(foreign_key: str) -> dict[str, Any]:
    """How an integration of accounts_foreign_keys delivers."""
    return {
        "table": REGISTER,
        "keys": (foreign_key,),
        "types": {"account_id": "VARCHAR"},
        "constant_keys": (("foreign_key", foreign_key),),
        "renamed": (("value", foreign_key),),
        "must_exist": True,
    }


def counted(result: UpsertResult) -> dict[str, int]:
    """The counts that are not zero, without rows_read."""
    counts = asdict(result.counts)
    return {name: n for name, n in counts.items() if n and name != "rows_read"}


def plain(value: Any) -> Any:
    """A value as the change log tells it."""
    if isinstance(value, Decimal):
        return f"{value:.4f}"
    return value.isoformat() if isinstance(value, date) else value
