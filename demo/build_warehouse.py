"""Builds the demo's warehouse: a small company's systems in one DuckDB file, as messy as real ones.

    python demo/build_warehouse.py [--into demo/warehouse.duckdb]

The content is the same every time; `warehouse/` has a module for each system.
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
from warehouse import crm, finance, people, product, success
from warehouse.cells import Row

TABLES = {**crm.TABLES, **people.TABLES, **finance.TABLES, **success.TABLES, **product.TABLES}

_TYPES = {
    "seats": pa.int64(),
    "ticket_no": pa.int64(),
    "active_users": pa.int64(),
    "activities": pa.int64(),
    "sign_ins": pa.float64(),
    "updated_at": pa.timestamp("us"),
    "changed_at": pa.timestamp("us"),
    "last_seen": pa.date32(),
    "opened_on": pa.date32(),
    "closed_on": pa.date32(),
    "activity_day": pa.date32(),
    "active": pa.bool_(),
}


def table(rows: Sequence[Row]) -> pa.Table:
    """The rows as the warehouse types them: text, unless the column says otherwise."""
    names = list(rows[0])
    return pa.Table.from_pylist(
        list(rows), pa.schema([(name, _TYPES.get(name, pa.string())) for name in names])
    )


def build(path: Path) -> dict[str, int]:
    """Build the warehouse; it appears whole or not at all. Answers the rows of each table."""
    content = {name: table(list(rows())) for name, rows in TABLES.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with duckdb.connect(str(part)) as warehouse:
            for name, rows in content.items():
                warehouse.register("rows", rows)
                warehouse.execute(f"CREATE TABLE {name} AS SELECT * FROM rows")
                warehouse.unregister("rows")
        # A reader that has the old file open keeps it; the next one opens the new file.
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return {name: rows.num_rows for name, rows in content.items()}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Build the demo's warehouse.")
    default = Path(__file__).with_name("warehouse.duckdb")
    parser.add_argument("--into", type=Path, default=default, metavar="FILE")
    into = parser.parse_args().into
    rows = build(into)
    print(
        f"{os.path.relpath(into)}: " + ", ".join(f"{count} {name}" for name, count in rows.items())
    )


if __name__ == "__main__":
    main()
