"""PostgreSQL to PostgreSQL: a run of ours against psql's COPY and MERGE, in the same rounds.

    python benchmarks/postgres_to_postgres.py [--rows 1000000] [--rounds 3] [--url postgresql://…]

README.md in this folder says what is measured. Exits 1 when a target is not what the source says.
"""

import argparse
import importlib.util
import json
import os
import sys
import tempfile
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import contestants
import psycopg
import reporting
import workload
from contestants import FLOOR, HUB, SOURCE, Floor, Ourselves
from measuring import Cost
from own_postgres import Server, server

Contestant = Floor | Ourselves


@dataclass(slots=True)
class Outcome:
    """The costs of one contestant, a round each, and the rounds whose target was wrong."""

    costs: list[Cost] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)


def main() -> int:
    """The command line."""
    options = arguments()
    with (
        server(options.url) as running,
        tempfile.TemporaryDirectory(prefix="totango_benchmark_") as folder,
    ):
        try:
            return compare(running, Path(folder), options)
        finally:
            if options.url:
                names = [name + end for name in (HUB, FLOOR) for end in ("", "_before")]
                workload.drop_databases(running, [SOURCE, *names])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Compare a run of ours with psql's COPY and MERGE."
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--url", help="a server with nothing else to do; default: an own one")
    parser.add_argument("--shuffled", action="store_true", help="source rows in random order")
    parser.add_argument("--profile", action="store_true", help="print the laps of our runs")
    parser.add_argument("--dagster", action="store_true", help="also run ours through Dagster")
    parser.add_argument("--skip-floor", action="store_true", help="for memory at many rows")
    parser.add_argument("--no-results", action="store_true", help="print only; write no file")
    return parser.parse_args()


def compare(running: Server, folder: Path, options: argparse.Namespace) -> int:
    """Prepare, run the rounds, report; the exit code."""
    print(f"preparing {options.rows:,} rows …", flush=True)
    truth = prepare(running, folder, options)
    entered = entrants(running, folder, options)
    outcomes = {each.name: Outcome() for each in entered}
    for number in range(1, options.rounds + 1):
        # Whoever goes first finds the machine as the last one left it: the order rotates.
        shift = (number - 1) % len(entered)
        for each in entered[shift:] + entered[:shift]:
            workload.create_database(running, each.target, f"{each.target}_before")
            cost = each.run()
            outcome = outcomes[each.name]
            outcome.costs.append(cost)
            right = workload.checksum(running.database(each.target), "accounts") == truth
            if not right:
                outcome.wrong.append(number)
            print(reporting.line(number, each.name, cost, right=right), flush=True)
            if options.profile and cost.output.startswith("{"):
                print(reporting.laps(json.loads(cost.output)), flush=True)
    report = reporting.report(options, outcomes, rows=truth[0], versions=versions(running))
    print("\n" + report)
    if not options.no_results:
        reporting.write(report, Path(__file__).stem)
    return 1 if any(outcome.wrong for outcome in outcomes.values()) else 0


def prepare(running: Server, folder: Path, options: argparse.Namespace) -> tuple[int, int]:
    """Source, the two preloaded targets, and the truth: count and checksum of the good rows."""
    source = running.database(SOURCE)
    workload.create_database(running, SOURCE)
    workload.create_source(source, options.rows, shuffled=options.shuffled)
    workload.create_database(running, HUB)
    contestants.declare(folder, "crm_before")
    first = Ourselves("first run", running, folder).run()
    print(f"first run of ours, into an empty hub: {first.wall:.1f} s", flush=True)
    workload.vacuum(running.database(HUB))
    workload.create_database(running, f"{HUB}_before", HUB)
    contestants.declare(folder, "crm")
    if not options.skip_floor:
        workload.create_database(running, f"{FLOOR}_before")
        workload.preload_floor(source, running.database(f"{FLOOR}_before"))
    return workload.checksum(source, f"({workload.GOOD_ROWS}) AS good")


def entrants(running: Server, folder: Path, options: argparse.Namespace) -> list[Contestant]:
    entered: list[Contestant] = []
    if not options.skip_floor:
        entered.append(Floor("floor, text", running, binary=False))
        entered.append(Floor("floor, binary, jit off", running, binary=True))
    entered.append(Ourselves("totango_pipelines", running, folder))
    if options.dagster:
        if contestants.command_line().exists():
            entered.append(Ourselves("the same, by Dagster", running, folder, by_dagster=True))
        else:
            print("--dagster: there is no command line to run it with; left out")
    return entered


def versions(running: Server) -> str:
    with psycopg.connect(running.url) as session:
        postgres = session.info.parameter_status("server_version")
    names = ("duckdb", "pyarrow", "polars", "pandera", "connectorx", "psycopg", "pgpq")
    found = [f"{name} {metadata.version(name)}" for name in names if _installed(name)]
    python = ".".join(str(part) for part in sys.version_info[:3])
    return f"PostgreSQL {postgres}; Python {python}; {', '.join(found)}; {os.cpu_count()} CPUs"


def _installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


if __name__ == "__main__":
    sys.exit(main())
