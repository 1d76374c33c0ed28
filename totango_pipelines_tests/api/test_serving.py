"""Where the server listens, and what its log says."""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from totango_pipelines.api.serving import check_door, serve, utc_now
from totango_pipelines.errors import ListeningError
from totango_pipelines.operations import tokens
from totango_pipelines.operations.roles import Role
from totango_pipelines.operations.store import OperationsStore, operations_path
from totango_pipelines.sync.environment import Environment
from totango_pipelines_tests.conftest import free_port

REPOSITORY = Path(__file__).resolve().parents[2]
SERVER = """
import sys
from pathlib import Path
from totango_pipelines.api.serving import serve, utc_now
from totango_pipelines.integrations.project import load_project
from totango_pipelines.sync.environment import Environment
from totango_pipelines_tests.api.memory_desk import MemoryDesk
folder = Path(sys.argv[1])
serve(Environment.of({}, folder), MemoryDesk(load_project(folder), utc_now), port=int(sys.argv[2]))
"""


@pytest.fixture
def environment(project):
    return Environment.of({}, project.folder)


@pytest.fixture
def store(environment):
    return OperationsStore(operations_path(environment.home))


def make_token(store, **others):
    given = {"name": "etl", "role": Role.OPERATOR, "integrations": None, "expires_at": None}
    return tokens.create(store, **{**given, "now": utc_now(), **others})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "hub.example.com", ""])
def test_others_are_not_listened_to_while_nobody_has_a_token(environment, store, host):
    with pytest.raises(ListeningError, match="no live token"):
        serve(environment, None, host=host)
    now = utc_now()
    make_token(store, now=now - timedelta(days=2), expires_at=now - timedelta(days=1))
    revoked, _ = make_token(store)
    tokens.revoke(store, revoked.id, now=now)
    with pytest.raises(ListeningError, match="no live token"):
        check_door(store, host, utc_now())
    make_token(store)
    check_door(store, host, utc_now())


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_may_always_be_listened_to(store, host):
    check_door(store, host, utc_now())


def test_an_address_that_is_taken_is_told(environment):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ListeningError, match=f"port {port}: Address already in use"):
            serve(environment, None, port=port)


def test_a_server_serves_logs_no_secret_and_ends_when_asked(project, store):
    _, text = make_token(store)
    port = free_port()
    command = [sys.executable, "-c", SERVER, str(project.folder), str(port)]
    server = subprocess.Popen(
        command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    try:
        base = f"http://127.0.0.1:{port}/api/v1"
        wait_for(f"{base}/health", server)
        bearer = {"Authorization": f"Bearer {text}"}
        asked = requests.post(f"{base}/integrations/accounts/runs", headers=bearer, timeout=30)
        assert asked.status_code == 202
        for path in (f"/runs/{text}?token={text}", "/runs/a%0Aforged?customer=Acme"):
            assert requests.get(base + path, headers=bearer, timeout=30).status_code == 404
    finally:
        server.send_signal(signal.SIGINT)
        _, log = server.communicate(timeout=60)
    assert '127.0.0.1 "POST /api/v1/integrations/accounts/runs" 202 etl (token ' in log
    assert '"GET /api/v1/runs/tp_…" 404' in log
    assert '"GET /api/v1/runs/a%0Aforged" 404' in log
    assert text.split("_", 2)[2] not in log
    assert "customer" not in log
    assert "Traceback" not in log
    assert server.returncode == 0


def wait_for(url, server):
    until = time.monotonic() + 60
    while server.poll() is None:
        assert time.monotonic() < until
        try:
            assert requests.get(url, timeout=5).status_code == 200
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(server.stderr.read())
