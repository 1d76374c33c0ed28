"""The peers: dlt, sling, and pandas with SQLAlchemy, each in an environment of its own (make peers).

They read views in which PostgreSQL casts and filters. Each brings a target of the same 15 columns.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import workload
from contestants import FLOOR, SOURCE
from jobs import Job
from measuring import Cost, run_pipeline
from own_postgres import Server

HERE = Path(__file__).resolve().parent
ENVIRONMENTS = HERE / ".peers"
SCRIPTS = HERE / "peers"
DLT = "benchmark_dlt"
PANDAS_MOST_ROWS = 100_000
"""A million rows in full take pandas two minutes and 2.3 GiB a round: there it is left out."""


@dataclass(frozen=True, slots=True)
class Dlt:
    """dlt: ConnectorX in batches, CSV files, COPY into a staging table, merge by key."""

    name: str
    server: Server
    job: Job
    folder: Path
    strategy: str
    target: str = DLT

    def run(self) -> Cost:
        state = self.folder / "dlt"
        shutil.rmtree(state, ignore_errors=True)
        shutil.copytree(self._state_before, state)
        return run_pipeline(
            [self._command(self.job.view, state)], {}, self.server.postmaster, quiet=True
        )

    def fill(self) -> None:
        """The target as it is before the job, by a first run of dlt, and its key as a constraint."""
        shutil.rmtree(self._state_before, ignore_errors=True)
        command = self._command(self.job.before, self._state_before)
        run_pipeline([command], {}, self.server.postmaster, quiet=True)
        workload.require_key(self.server.database(self.target))

    @property
    def _state_before(self) -> Path:
        return self.folder / "dlt_before"

    def _command(self, view: str, state: Path) -> list[str]:
        source, target = (self.server.database(name) for name in (SOURCE, self.target))
        command = [str(python_of("dlt")), str(SCRIPTS / "dlt_postgres.py"), "--source", source]
        command += ["--target", target, "--view", view, "--state", str(state)]
        command += ["--strategy", self.strategy]
        return command + (["--cursor", self.job.cursor] if self.job.cursor else [])


@dataclass(frozen=True, slots=True)
class Sling:
    """sling: its binary, without the Python package around it; incremental mode with a primary key."""

    name: str
    server: Server
    job: Job
    target: str = FLOOR

    def run(self) -> Cost:
        source, target = (_without_tls(self.server.database(n)) for n in (SOURCE, self.target))
        command = [str(sling_binary()), "run", "--mode", "incremental"]
        command += ["--src-conn", source, "--src-stream", f"public.{self.job.view}"]
        command += ["--tgt-conn", target, "--tgt-object", "public.accounts"]
        command += ["--primary-key", workload.KEY]
        command += ["--update-key", self.job.cursor] if self.job.cursor else []
        return run_pipeline(
            [command], {"SLING_DISABLE_TELEMETRY": "true"}, self.server.postmaster, quiet=True
        )


@dataclass(frozen=True, slots=True)
class Pandas:
    """pandas and SQLAlchemy: read_sql in chunks, INSERT … ON CONFLICT of the rows that differ."""

    name: str
    server: Server
    job: Job
    target: str = FLOOR

    def run(self) -> Cost:
        source, target = (self.server.database(name) for name in (SOURCE, self.target))
        command = [str(python_of("pandas")), str(SCRIPTS / "pandas_upsert.py")]
        command += ["--source", source, "--target", target, "--view", self.job.view]
        command += ["--cursor", self.job.cursor] if self.job.cursor else []
        return run_pipeline([command], {}, self.server.postmaster, quiet=True)


Peer = Dlt | Sling | Pandas


def installed_peers(server: Server, job: Job, folder: Path, rows: int) -> Iterator[Peer]:
    """The peers that this machine has, and a line for each that is left out."""
    if is_installed("dlt"):
        for strategy in ("delete-insert", "upsert"):
            yield Dlt(f"dlt, {strategy}", server, job, folder, strategy)
    if is_installed("sling"):
        yield Sling("sling", server, job)
    if is_installed("pandas"):
        if job.cursor is None and rows > PANDAS_MOST_ROWS:
            print(f"pandas: left out of the full job above {PANDAS_MOST_ROWS:,} rows")
        else:
            yield Pandas("pandas, SQLAlchemy", server, job)


def is_installed(peer: str) -> bool:
    """Whether its environment is there; else a line that says how to get it."""
    # The mark that `make peers` leaves last: an environment may have been made by half.
    found = (ENVIRONMENTS / peer / ".ready").exists()
    if not found:
        print(f"{peer}: left out, it has no environment here; `make peers` makes one")
    return found


def python_of(peer: str) -> Path:
    return ENVIRONMENTS / peer / "bin" / "python"


def sling_binary() -> Path:
    return next((ENVIRONMENTS / "sling").glob("lib/*/site-packages/sling_*/bin/sling*"))


def versions() -> Iterator[str]:
    """Name and version of the peers, by the files that their environments were made from."""
    for peer, package in (
        ("dlt", "dlt"),
        ("sling", "sling"),
        ("pandas", "pandas"),
        ("pandas", "sqlalchemy"),
    ):
        if not (ENVIRONMENTS / peer / ".ready").exists():
            continue
        for line in (SCRIPTS / f"{peer}.txt").read_text().splitlines():
            name, _, version = line.partition("==")
            if name.split("[")[0].split("-linux")[0] == package:
                yield f"{package} {version.partition(' ')[0]} (peer)"


def _without_tls(url: str) -> str:
    return url + ("&" if "?" in url else "?") + "sslmode=disable"
