"""PostgreSQL to PostgreSQL: a run of ours against psql's COPY and MERGE, and against the peers.

    python benchmarks/postgres_to_postgres.py [--rows 100000 1000000] [--rounds 3] [--url …]

README.md in this folder says what is measured. Exits 1 when a target is not what the source says.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import aims
import contestants
import peer_contestants
import psycopg
import reporting
import workload
from contestants import FLOOR, HUB, SOURCE, Floor, Ourselves, Warm
from jobs import INCREMENTAL, JOBS, Job
from own_postgres import Server, server
from peer_contestants import DLT, Peer
from rounds import Outcome, compete, exit_code

Contestant = Floor | Ourselves | Warm | Peer
TITLE = "PostgreSQL to PostgreSQL"


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
                names = [name + end for name in (HUB, FLOOR, DLT) for end in ("", "_before")]
                workload.drop_databases(running, [SOURCE, *names])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Compare a run of ours with psql's COPY and MERGE, and with other tools."
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", nargs="+", choices=[*JOBS], default=[*JOBS])
    parser.add_argument("--url", help="a server with nothing else to do; default: an own one")
    parser.add_argument("--shuffled", action="store_true", help="source rows in random order")
    parser.add_argument("--profile", action="store_true", help="print the laps of our runs")
    parser.add_argument("--dagster", action="store_true", help="also run ours through Dagster")
    parser.add_argument("--skip-peers", action="store_true", help="the floor and ourselves")
    parser.add_argument("--skip-floor", action="store_true", help="only ourselves, for memory")
    parser.add_argument("--no-results", action="store_true", help="print only; write no file")
    return parser.parse_args()


def compare(running: Server, folder: Path, options: argparse.Namespace) -> int:
    """Every job at every size, a table each; a report for each size. The exit code."""
    codes = [0]
    for rows in options.rows:
        print(f"preparing {rows:,} rows …", flush=True)
        workload.create_database(running, SOURCE)
        workload.create_source(running.database(SOURCE), rows, shuffled=options.shuffled)
        texts: list[str] = []
        panels: dict[str, dict[str, Outcome]] = {}
        # The incremental job changes the source: it comes last.
        for job in (job for name, job in JOBS.items() if name in options.jobs):
            outcomes, good = measure(running, folder, job, rows, options)
            order = "random" if options.shuffled else "key"
            title = f"{rows:,} rows in {order} order, {good:,} of them good: {job.title}"
            texts.append(reporting.table(title, outcomes, floor=aims.FLOOR_TEXT, ours=aims.OURS))
            texts.append("\n".join([*aims.aims(job, outcomes), ""]))
            print("\n" + "\n".join(texts[-2:]), flush=True)
            panels[f"{rows:,} rows, {job.name}"] = outcomes
            codes.append(exit_code(outcomes))
        if not options.no_results:
            name = f"{Path(__file__).stem}_{rows}"
            head = reporting.heading(TITLE, versions(running))
            reporting.write("\n".join([head, *texts, reporting.NOTES]), name)
            reporting.plot(TITLE, panels, ours=aims.OURS, name=name)
    return max(codes)


def measure(
    running: Server, folder: Path, job: Job, rows: int, options: argparse.Namespace
) -> tuple[dict[str, Outcome], int]:
    """The rounds of one job, and how many rows the target has in the end."""
    source = running.database(SOURCE)
    if job is INCREMENTAL:
        job = replace(job, since=workload.newest(source))
    entered = list(entrants(running, folder, job, rows, options))
    fill_targets(running, entered)
    if job.cursor:
        workload.change_one_in_a_hundred(source)
    truth = workload.checksum(source, job.view)

    def reset(each: Contestant) -> None:
        workload.create_database(running, each.target, f"{each.target}_before")

    def right(each: Contestant) -> bool:
        return workload.checksum(running.database(each.target), "accounts") == truth

    profile = options.profile
    try:
        outcomes = compete(entered, options.rounds, reset=reset, right=right, profile=profile)
    finally:
        for each in entered:
            if isinstance(each, Warm):
                each.stop()
    return outcomes, truth[0]


def entrants(
    running: Server, folder: Path, job: Job, rows: int, options: argparse.Namespace
) -> Iterator[Contestant]:
    if not options.skip_floor:
        yield Floor(aims.FLOOR_TEXT, running, job, binary=False)
        yield Floor(aims.FLOOR_BINARY, running, job, binary=True)
    yield Ourselves(aims.OURS, running, job, folder)
    if options.dagster:
        if contestants.command_line().exists():
            yield Ourselves(aims.BY_DAGSTER, running, job, folder, by_dagster=True)
            yield Warm(aims.WARM, running, job, folder)
        else:
            print("--dagster: there is no command line to run it with; left out")
    if not (options.skip_floor or options.skip_peers):
        yield from peer_contestants.installed_peers(running, job, folder, rows)


def fill_targets(running: Server, entered: list[Contestant]) -> None:
    """A template for each target, as it is before the job, by the first who can fill it."""
    filled: set[str] = set()
    for each in entered:
        if each.target not in filled:
            filled.add(each.target)
            workload.create_database(running, each.target)
            each.fill()
            workload.vacuum(running.database(each.target))
            workload.create_database(running, f"{each.target}_before", each.target)


def versions(running: Server) -> list[str]:
    with psycopg.connect(running.url) as session:
        postgres = session.info.parameter_status("server_version")
    ours = ("duckdb", "pyarrow", "polars", "pandera", "psycopg", "pgpq", "dagster")
    return [
        f"PostgreSQL {postgres}",
        *reporting.installed(*ours),
        *peer_contestants.versions(),
    ]


if __name__ == "__main__":
    sys.exit(main())
