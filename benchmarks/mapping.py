"""The mapping alone: ten formats and five expressions beside the same values in plain columns.

Every contestant maps the same rows to the same sixteen attributes, in a process of its own, the
contestants taking turns; the accepted rows must be the same, by checksum.

    python benchmarks/mapping.py                       # 1,000,000 rows, 5 rounds
    python benchmarks/mapping.py --rows 10000000 --rounds 1
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from measuring import memory_peak

from totango_pipelines.catalog.attributes import DataType
from totango_pipelines.catalog.catalog import Catalog, custom_attribute
from totango_pipelines.engine import WorkSpace, open_engine
from totango_pipelines.integrations.integration import Integration
from totango_pipelines.mapping.apply import apply_mapping
from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.plan import plan_mapping
from totango_pipelines.mapping.rejects import staged_rows
from totango_pipelines.mapping.validation import validate_mapping
from totango_pipelines.staging import parquet_batches

DAY = "(DATE '2015-01-01' + CAST(i * 7919 % 4000 AS INTEGER))"
TIME = "(TIMESTAMP '2020-01-01' + INTERVAL (i * 7919 % 100000000) SECOND)"
AMOUNT = "(i * 7919 % 100000000) / 100"
DOTS = f"replace(replace(replace(format('{{:,.2f}}', CAST({AMOUNT} AS DOUBLE)), ',', '~'), '.', ','), '~', '.')"

FORMATS = {
    # attribute: (type, source format, the cell as the source writes it, the same in plain form)
    "Us Day": ("date", "MM/DD/YYYY", f"strftime({DAY}, '%m/%d/%Y')", f"CAST({DAY} AS VARCHAR)"),
    "German Day": ("date", "DD.MM.YYYY", f"strftime({DAY}, '%d.%m.%Y')", f"CAST({DAY} AS VARCHAR)"),
    "Named Day": ("date", "D MMM YYYY", f"strftime({DAY}, '%-d %b %Y')", f"CAST({DAY} AS VARCHAR)"),
    "Short Day": ("date", "YYMMDD", f"strftime({DAY}, '%y%m%d')", f"CAST({DAY} AS VARCHAR)"),
    "Clock Day": (
        *("date", "MM/DD/YYYY hh:mm:ss a"),
        f"strftime({TIME}, '%m/%d/%Y %I:%M:%S %p')",
        f"CAST(CAST({TIME} AS DATE) AS VARCHAR)",
    ),
    "Epoch Day": (
        *("date", "epoch seconds"),
        f"CAST(CAST(epoch({TIME}) AS BIGINT) AS VARCHAR)",
        f"CAST(CAST({TIME} AS DATE) AS VARCHAR)",
    ),
    "Grouped": (
        *("number", "0,000.00"),
        f"format('{{:,.2f}}', CAST({AMOUNT} AS DOUBLE))",
        f"CAST(CAST({AMOUNT} AS DECIMAL(18,2)) AS VARCHAR)",
    ),
    "Price": (
        *("currency", "€0.000,00"),
        f"{DOTS} || ' €'",
        f"CAST(CAST({AMOUNT} AS DECIMAL(18,2)) AS VARCHAR)",
    ),
    "Share": (
        *("number", "0.00%"),
        "CAST(i % 101 AS VARCHAR) || '%'",
        "CAST(i % 101 AS VARCHAR)",
    ),
    "Active": (
        *("boolean", "ja/nein"),
        "CASE WHEN i % 3 = 0 THEN 'ja' ELSE 'nein' END",
        "CASE WHEN i % 3 = 0 THEN 'true' ELSE 'false' END",
    ),
}
EXPRESSIONS = {
    # attribute: (type, expression, what it gives, in SQL over i)
    "Full Name": ("text", "first || ' ' || upper(last)", "'First' || i || ' LAST' || i % 977"),
    "Segment": (
        *("text", "CASE WHEN CAST(seats AS BIGINT) > 500 THEN 'large' ELSE 'small' END"),
        "CASE WHEN i % 1000 > 500 THEN 'large' ELSE 'small' END",
    ),
    "Site": (
        "text",
        "coalesce(nullif(trim(web_site), ''), 'none')",
        "CASE WHEN i % 5 = 0 THEN 'none' ELSE 'www.' || i END",
    ),
    "Twice": ("number", "CAST(seats AS BIGINT) * 2 + 1", "CAST(i % 1000 * 2 + 1 AS VARCHAR)"),
    "Plan": (
        "text",
        "lookup(plan_code, 'p', 'Premium', 'b', 'Basic', 'Other')",
        "CASE i % 3 WHEN 0 THEN 'Premium' WHEN 1 THEN 'Basic' ELSE 'Other' END",
    ),
}
RAW = {
    "first": "'First' || i",
    "last": "'last' || i % 977",
    "seats": "CAST(i % 1000 AS VARCHAR)",
    "web_site": "CASE WHEN i % 5 = 0 THEN ' ' ELSE ' www.' || i || ' ' END",
    "plan_code": "CASE i % 3 WHEN 0 THEN 'p' WHEN 1 THEN 'b' ELSE 'x' END",
}


def build(file: Path, rows: int) -> None:
    """The rows in both forms: as a source writes them, and plainly."""
    columns = ["'a' || i AS id"]
    for name, (_, _, written, plain) in FORMATS.items():
        columns += [f'{written} AS "{name} written"', f'{plain} AS "{name}"']
    columns += [f'{result} AS "{name}"' for name, (_, _, result) in EXPRESSIONS.items()]
    columns += [f"{cell} AS {name}" for name, cell in RAW.items()]
    with duckdb.connect() as engine:
        query = f"SELECT {', '.join(columns)} FROM range({rows}) t(i)"
        engine.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet, ROW_GROUP_SIZE 100000)")


def lines_of(contestant: str) -> list[dict[str, str]]:
    """The mapping of a contestant."""
    lines = [{"attribute": "account_id", "column": "id"}]
    for name, (_, source_format, _, _) in FORMATS.items():
        formatted = {"column": f"{name} written", "source_format": source_format}
        plain = {"column": name}
        lines.append({"attribute": name} | (plain if contestant in PLAIN else formatted))
    for name, (_, expression, _) in EXPRESSIONS.items():
        computed = {"expression": expression}
        lines.append({"attribute": name} | (computed if contestant == "both" else {"column": name}))
    return lines


PLAIN = ("plain",)
CONTESTANTS = {
    "plain": "16 plain columns",
    "formats": "10 formats, 6 plain columns",
    "both": "10 formats, 5 expressions, the key",
}


def map_once(contestant: str, file: Path) -> None:
    """Map the file, and print what it cost and what came out, as JSON."""
    types = {name: declared[0] for name, declared in (FORMATS | EXPRESSIONS).items()}
    added = [custom_attribute("accounts", name, DataType(kind)) for name, kind in types.items()]
    catalog, _ = Catalog.standard().with_attributes("accounts", added)
    integration = Integration.model_validate(
        {
            "id": "measured",
            "name": "Measured",
            "connection": "none",
            "object": "accounts",
            "query": "SELECT 1",
            "mapping": lines_of(contestant),
        }
    )
    schema = pq.read_schema(file)
    columns = [SourceColumn(each.name, str(each.type), str(each.type)) for each in schema]
    problems = [str(each) for each in validate_mapping(integration, catalog, columns)]
    if problems:
        raise SystemExit("\n".join(problems))
    with tempfile.TemporaryDirectory() as folder:
        mapped = Path(folder) / "mapped.parquet"
        started, cpu = time.perf_counter(), time.process_time()
        with open_engine(WorkSpace(Path(folder) / "spill", "256MB")) as engine:
            writers = []

            def open_accepted(schema: pa.Schema):  # noqa: ANN202
                writer = parquet_batches(mapped, schema)
                writers.append(writer)
                return writer.__enter__()

            plan = plan_mapping(integration, catalog, columns, datetime(2026, 1, 1, tzinfo=UTC))
            rows = apply_mapping(
                engine,
                plan,
                rows=staged_rows(plan, file),
                open_accepted=open_accepted,
                rejects_file=Path(folder) / "rejects.parquet",
            )
            for writer in writers:
                writer.__exit__(None, None, None)
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
        peak = memory_peak()
        checksum = duckdb.sql(
            f"SELECT sum(hash(t)::HUGEINT)::VARCHAR FROM read_parquet('{mapped}') t"
        ).fetchall()[0][0]
    print(
        json.dumps(
            {
                "wall": wall,
                "cpu": cpu,
                "peak": peak,
                "accepted": rows.accepted,
                "checksum": checksum,
            }
        )
    )


def main() -> None:
    """Rounds of all contestants, a table of medians, and the ratios to the plain columns."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--once", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.once:
        map_once(arguments.once[0], Path(arguments.once[1]))
        return
    found: dict[str, list[dict]] = {name: [] for name in CONTESTANTS}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "source.parquet"
        build(file, arguments.rows)
        for number in range(1, arguments.rounds + 1):
            for name in sorted(CONTESTANTS, key=lambda each: (hash((each, number)), each)):
                command = [sys.executable, __file__, "--once", name, str(file)]
                answer = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
                cost = json.loads(answer)
                found[name].append(cost)
                print(
                    f"round {number}  {CONTESTANTS[name]:<36} {cost['wall']:6.2f} s "
                    f"{cost['cpu']:6.2f} CPU s {cost['peak']:5.0f} MiB  load {os.getloadavg()[0]:.1f}"
                )
    report(found, arguments.rows)


def report(found: dict[str, list[dict]], rows: int) -> None:
    """Medians, spreads and ratios within rounds; a wrong result ends with exit code 1."""
    plain = found["plain"]
    print(
        f"\n{rows} rows\n| | wall s (min-max) | CPU s | peak MiB | to plain columns |\n|---|---|---|---|---|"
    )
    for name, costs in found.items():
        walls = [cost["wall"] for cost in costs]
        ratio = median(
            cost["wall"] / other["wall"] for cost, other in zip(costs, plain, strict=True)
        )
        print(
            f"| {CONTESTANTS[name]} | {median(walls):.2f} ({min(walls):.2f}-{max(walls):.2f}) "
            f"| {median(cost['cpu'] for cost in costs):.2f} | {max(cost['peak'] for cost in costs):.0f} "
            f"| {ratio:.2f} |"
        )
    results = {(cost["accepted"], cost["checksum"]) for costs in found.values() for cost in costs}
    if len(results) != 1 or {accepted for accepted, _ in results} != {rows}:
        raise SystemExit(f"WRONG: the contestants disagree: {results}")
    print("all accepted rows are the same, by checksum")


if __name__ == "__main__":
    main()
