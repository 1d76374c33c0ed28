"""A real server on a free loopback port, with a desk in memory behind it."""

import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import requests
import uvicorn

from totango_pipelines.api.app import make_app
from totango_pipelines.api.serving import server_config
from totango_pipelines.integrations.project import load_project
from totango_pipelines.operations import tokens
from totango_pipelines.operations.roles import Role
from totango_pipelines.operations.store import OperationsStore, operations_path
from totango_pipelines_tests.api.memory_desk import MemoryDesk

INTEGRATION = """\
id: {id}
name: Our {id}
connection: crm
object: accounts
query: SELECT * FROM accounts
mapping:
  - {{attribute: account_id, column: id}}
  - {{attribute: account_name, column: name}}
"""
SCHEDULE = 'schedule: {cadence: daily, at: "06:00", enabled: false}\n'


class Clock:
    """The real time, moved by hand."""

    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return datetime.now(UTC) + self.ahead


@dataclass
class Served:
    url: str
    desk: MemoryDesk
    store: OperationsStore
    clock: Clock

    def token(self, role=Role.OPERATOR, integrations=None, **others):
        given = {"name": "etl", "expires_at": None, "now": self.clock(), **others}
        return tokens.create(self.store, role=role, integrations=integrations, **given)

    def call(self, method, path, token=None, headers=None, **others):
        headers = dict(headers or {})
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return requests.request(
            method,
            f"{self.url}{path}",
            headers=headers,
            timeout=60,
            allow_redirects=False,
            **others,
        )

    def ask(self, token, integration="accounts", headers=None, **others):
        path = f"/api/v1/integrations/{integration}/runs"
        return self.call("POST", path, token, headers, **others)


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    (folder / "integrations").mkdir(parents=True)
    (folder / "connections.yaml").write_text("connections: {crm: {type: sqlite, path: crm.db}}\n")
    for name, more in {"accounts": "", "secret": SCHEDULE}.items():
        text = INTEGRATION.format(id=name) + more
        (folder / "integrations" / f"{name}.yaml").write_text(text)
    found = load_project(folder)
    assert set(found.integrations) == {"accounts", "secret"}
    return found


@contextmanager
def running(app):
    """The server of an application, on a port of the kernel's choice."""
    server = uvicorn.Server(server_config(app))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            until = time.monotonic() + 30
            while not server.started:
                assert thread.is_alive()
                assert time.monotonic() < until
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
    assert not thread.is_alive()


@pytest.fixture
def serve(project, tmp_path):
    """A function that opens a server with the settings given, until the block ends."""

    @contextmanager
    def open_server(**settings):
        clock = Clock()
        desk = MemoryDesk(project, clock)
        store = OperationsStore(operations_path(tmp_path / "home"))
        with running(make_app(desk, store, clock=clock, **settings)) as url:
            yield Served(url, desk, store, clock)

    return open_server


@pytest.fixture
def served(serve):
    with serve() as open_server:
        yield open_server
