"""What the upsert costs beside a plain MERGE, what a run costs by its mode, and ten integrations.

    python benchmarks/modes.py [--rows 1000000] [--rounds 3] [--only upsert modes ten] [--url …]

Everything is measured in one run, in turn, on PostgreSQL; README.md in this folder says what.
Exits 1 when a hub does not hold what the source says.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import contestants
import psycopg
import reporting
import workload
from contestants import HERE, HUB, MERGE, SOURCE, STAGE
from measuring import Cost, run_pipeline
from own_postgres import Server, server
from workload import COLUMNS, NAMES

AIMS = {"upsert / MERGE": 1.20, "difference / full": 0.60, "cursor / full": 0.60}
PLAIN = "benchmark_plain"
TEN_ROWS = 100_000


class Bench:
    """One server, one project folder, and what was found wrong."""

    def __init__(self, running: Server, folder: Path, options: argparse.Namespace) -> None:
        self.server, self.folder, self.options = running, folder, options
        self.source = running.database(SOURCE)
        self.wrong: list[str] = []
        self.lines: list[str] = []

    def tell(self, line: str) -> None:
        self.lines.append(line)
        print(line, flush=True)

    def run(self, integration: str, mode: str, hub: str = HUB) -> tuple[Cost, dict]:
        """One run of ours in a process of its own."""
        with tempfile.TemporaryDirectory(prefix="totango_benchmark_home_") as home:
            command = [sys.executable, str(HERE / "run_once.py"), integration, "--mode", mode]
            cost = run_pipeline([command], self.environment(home, hub), self.server.postmaster)
        return cost, json.loads(cost.output)

    def environment(self, home: str, hub: str) -> dict[str, str]:
        return {
            "TOTANGO_PROJECT": str(self.folder),
            "TOTANGO_HOME": home,
            "TOTANGO_HUB_URL": self.server.database(hub),
            "BENCHMARK_SOURCE": self.source,
        }

    def check(self, name: str, hub: str, rows: str = "accounts") -> None:
        truth = workload.checksum(self.source, f"({workload.GOOD_ROWS}) AS good")
        if workload.checksum(self.server.database(hub), rows) != truth:
            self.wrong.append(name)

    # (a) the upsert alone, beside the plain staged MERGE of the same rows

    def upsert(self) -> None:
        contestants.declare(self.folder, "crm_before")
        workload.create_database(self.server, HUB)
        self.run("accounts", "full")
        workload.vacuum(self.server.database(HUB))
        workload.create_database(self.server, f"{HUB}_before", HUB)
        workload.create_database(self.server, f"{PLAIN}_before")
        plain = self.server.database(f"{PLAIN}_before")
        workload.preload_floor(self.source, plain, "good_before")
        workload.vacuum(plain)
        contestants.declare(self.folder, "crm")
        staged = self.folder / "good.copy"
        self.psql(SOURCE, f"\\copy ({workload.GOOD_ROWS}) TO '{staged}' (FORMAT binary)")
        ours, merges = [], []
        for number in range(1, self.options.rounds + 1):
            workload.create_database(self.server, PLAIN, f"{PLAIN}_before")
            started = time.perf_counter()
            self.psql(
                PLAIN,
                *(
                    "SET jit = off",
                    STAGE,
                    f"\\copy stage ({NAMES}) FROM '{staged}' (FORMAT binary)",
                ),
                *("ANALYZE stage", MERGE),
            )
            merges.append(time.perf_counter() - started)
            workload.create_database(self.server, HUB, f"{HUB}_before")
            _, output = self.run("accounts", "full")
            ours.append(output["laps"]["upsert"][0])
            self.check("upsert", HUB)
            self.check("plain MERGE", PLAIN)
            self.tell(f"round {number}  upsert {ours[-1]:.2f} s  MERGE {merges[-1]:.2f} s")
        self.ratio("upsert / MERGE", ours, merges)

    def psql(self, database: str, *statements: str) -> None:
        command = [self.server.tool("psql"), "-qX", "-v", "ON_ERROR_STOP=1"]
        command += [self.server.database(database)]
        for statement in statements:
            command += ["-c", statement]
        subprocess.run(command, check=True)

    # (b) a hundredth of the rows changed: everything, by difference, by cursor

    def modes(self) -> None:
        contestants.declare(self.folder, "crm")
        for integration in ("accounts", "by_cursor"):
            workload.create_database(self.server, HUB)
            cost, output = self.run(integration, "incremental")
            self.tell(f"first run: {cost.wall:.1f} s, {output['peak_mib']:.0f} MiB")
            workload.vacuum(self.server.database(HUB))
            workload.create_database(self.server, f"{HUB}_{integration}", HUB)
        workload.change_one_in_a_hundred(self.source)
        walls: dict[str, list[float]] = {}
        contenders = (
            ("full", "accounts", "full"),
            ("difference", "accounts", "incremental"),
            ("cursor", "by_cursor", "incremental"),
        )
        for number in range(1, self.options.rounds + 1):
            for name, integration, mode in contenders:
                workload.create_database(self.server, HUB, f"{HUB}_{integration}")
                cost, output = self.run(integration, mode)
                walls.setdefault(name, []).append(cost.wall)
                self.check(name, HUB)
                counts = {key: n for key, n in output["counts"].items() if n}
                self.tell(
                    f"round {number}  {name:<10} {cost.wall:6.2f} s  {output['peak_mib']:.0f} MiB  "
                    f"{counts}"
                )
                if self.options.profile:
                    print(reporting.laps(output), flush=True)
        for name in ("difference", "cursor"):
            self.ratio(f"{name} / full", walls[name], walls["full"])

    # (c) ten integrations that share an object

    def ten(self) -> None:
        contestants.declare(self.folder, "crm")
        whole = self.folder / "integrations" / "accounts.yaml"
        head, _, _ = whole.read_text().partition("mapping:")
        lines = [line for line in whole.read_text().splitlines() if "attribute:" in line]
        head = head.replace("FROM crm", f"FROM crm ORDER BY id LIMIT {TEN_ROWS}")
        mapping = "mapping:\n" + "\n".join(lines[:11]) + "\n"
        (whole.parent / "one.yaml").write_text(
            head.replace("id: accounts\n", "id: one\n") + mapping
        )
        names = [f"part_{number}" for number in range(1, 11)]
        for name, line in zip(names, lines[1:11], strict=True):
            text = head.replace("id: accounts\n", f"id: {name}\n")
            text += f"mapping:\n{lines[0]}\n{line}\n"
            (whole.parent / f"{name}.yaml").write_text(text)
        workload.create_database(self.server, HUB)
        one, _ = self.run("one", "full")
        workload.create_database(self.server, f"{HUB}_ten")
        started = time.perf_counter()
        for name in names:
            self.run(name, "full", f"{HUB}_ten")
        in_turn = time.perf_counter() - started
        workload.create_database(self.server, f"{HUB}_at_once")
        started = time.perf_counter()
        with self.all_at_once(names, f"{HUB}_at_once"):
            pass
        at_once = time.perf_counter() - started
        for hub in (f"{HUB}_ten", f"{HUB}_at_once"):
            self.same_values(hub)
        self.tell(
            f"{TEN_ROWS:,} rows, ten attributes: one integration {one.wall:.1f} s; ten in turn "
            f"{in_turn:.1f} s; ten at once {at_once:.1f} s"
        )

    @contextmanager
    def all_at_once(self, names: list[str], hub: str) -> Iterator[None]:
        with tempfile.TemporaryDirectory(prefix="totango_benchmark_home_") as home:
            environment = {**self.environment(home, hub), "PATH": "/usr/bin:/bin"}
            command = [sys.executable, str(HERE / "run_once.py")]
            started = [
                subprocess.Popen([*command, name], env=environment, stdout=subprocess.DEVNULL)
                for name in names
            ]
            yield
            if any(process.wait() for process in started):
                self.wrong.append("ten at once: a run failed")

    def same_values(self, hub: str) -> None:
        columns = ", ".join(name for name, _, _ in COLUMNS[1:11])
        sums = []
        for database in (HUB, hub):
            with psycopg.connect(self.server.database(database)) as session:
                # An integration rejects the rows of its own column only: compare the rest.
                query = (
                    f"SELECT account_id, {columns} FROM accounts WHERE account_name IS NOT NULL "
                    "AND segment IS NOT NULL AND health IS NOT NULL ORDER BY account_id"
                )
                sums.append(hash(tuple(session.execute(query).fetchall())))
        if sums[0] != sums[1]:
            self.wrong.append(f"{hub}: other values than one integration of all attributes")

    def ratio(self, name: str, ours: list[float], others: list[float]) -> None:
        ratios = [one / other for one, other in zip(ours, others, strict=True)]
        self.tell(
            f"**{name}: {median(ratios):.2f}** ({min(ratios):.2f}-{max(ratios):.2f}; aim "
            f"{AIMS[name]:.2f}; medians {median(ours):.2f} s and {median(others):.2f} s)"
        )


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--url", help="a server with nothing else to do; default: an own one")
    parser.add_argument("--only", nargs="*", choices=["upsert", "modes", "ten"])
    parser.add_argument("--profile", action="store_true", help="print the laps of our runs")
    parser.add_argument("--no-results", action="store_true", help="print only; write no file")
    options = parser.parse_args()
    with (
        server(options.url) as running,
        tempfile.TemporaryDirectory(prefix="totango_benchmark_") as folder,
    ):
        print(f"preparing {options.rows:,} rows …", flush=True)
        workload.create_database(running, SOURCE)
        workload.create_source(running.database(SOURCE), options.rows, shuffled=False)
        bench = Bench(running, Path(folder), options)
        for part in options.only or ("upsert", "modes", "ten"):
            rows = TEN_ROWS if part == "ten" else options.rows
            bench.tell(f"\n## {part}, {rows:,} rows\n")
            getattr(bench, part)()
        for wrong in bench.wrong:
            bench.tell(f"WRONG: {wrong}")
        if options.url:
            ends = ("", "_before", "_accounts", "_by_cursor", "_ten", "_at_once")
            names = [SOURCE, PLAIN, f"{PLAIN}_before", *(HUB + end for end in ends)]
            workload.drop_databases(running, names)
    if not options.no_results:
        reporting.write(
            "\n".join(["# The upsert, the modes, ten integrations", *bench.lines]), "modes"
        )
    return 1 if bench.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
