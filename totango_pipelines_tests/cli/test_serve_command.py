"""serve and trigger: a real server, and the printed call sent to it by a real shell."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
import requests

from totango_pipelines.api import serving
from totango_pipelines.cli.serve_command import HOST, PORT
from totango_pipelines_tests.cli.terminal import RUN
from totango_pipelines_tests.conftest import free_port

needs_curl = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("bash")), reason="needs curl and bash"
)


@contextmanager
def served(*options):
    """A server of its own process; it gives its URL, and its process."""
    port = free_port()
    command = [sys.executable, "-c", RUN, "serve", "--port", str(port), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while True:
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < until
            try:
                requests.get(f"{url}/api/v1/health", timeout=5).raise_for_status()
            except requests.ConnectionError:
                time.sleep(0.05)
            else:
                break
        yield url, process
    finally:
        process.kill()
        process.communicate(timeout=60)


def ended(process, by):
    process.send_signal(by)
    out, log = process.communicate(timeout=60)
    return process.returncode, out, log


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_how_to_get_a_token_and_ends_well(cli, by):
    with served() as (url, process):
        assert requests.get(f"{url}/docs", timeout=30).status_code == 200
        code, out, log = ended(process, by)
    assert code == 0, log
    assert out.splitlines()[:2] == [
        f"Trigger API on {url} (Ctrl-C stops it)",
        f"  docs   {url}/docs",
    ]
    assert "`totango-pipelines token create NAME --role operator`" in out
    assert "\x1b[" not in out
    assert "Traceback" not in log


def bash(script, **variables):
    return subprocess.run(
        ["bash", "-euc", script],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@needs_curl
def test_the_printed_call_asks_for_a_run_and_the_second_tells_where_it_stands(cli):
    token = cli("token", "create", "etl", "--role", "operator").out.strip()
    with served("--dagster-url", "http://dagster.example.com/") as (url, process):
        printed = cli("trigger", "accounts", "--mode", "full", "--url", f"{url}/").out
        asking, looking = printed.split("\n\n")
        asked = bash(asking, TOTANGO_TOKEN=token)
        assert asked.returncode == 0, asked.stderr + asked.stdout
        answer = json.loads(asked.stdout)
        assert (answer["mode"], answer["joined"]) == ("full", False)
        assert answer["links"]["dagster"].startswith("http://dagster.example.com/runs/")
        again = json.loads(bash(asking, TOTANGO_TOKEN=token).stdout)
        assert again["joined"]  # another key, so another request

        state = bash(looking, TOTANGO_TOKEN=token, RUN_ID=answer["run_id"])
        assert json.loads(state.stdout)["status"] == "queued"
        refused = bash(asking, TOTANGO_TOKEN="tp_wrong")
        assert refused.returncode != 0
        assert json.loads(refused.stdout)["code"] == "unauthorized"
        code, out, log = ended(process, signal.SIGTERM)
    assert code == 0
    assert "token create" not in out
    assert token[-43:] not in out + log
    [run] = cli("history", "accounts", "--json").json
    assert (run["run_id"], run["trigger"]) == (answer["run_id"], "api")
    asks = cli("audit", "--json").json
    outcomes = [each["outcome"] for each in asks]
    assert outcomes == ["joined", "queued", "created"]


@needs_curl
def test_one_key_asks_once_however_hard_it_is_to_quote(cli):
    token = cli("token", "create", "etl", "--role", "operator").out.strip()
    with served() as (url, _):
        key = 'it\'s "2026" $HOME `x`'
        asking = cli("trigger", "accounts", "--url", url, "--key", key).out.split("\n\n")[0]
        first, second = (bash(asking, TOTANGO_TOKEN=token) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["joined"] is False
    assert first.stdout == second.stdout


@needs_curl
@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl here")
def test_a_token_that_needs_signatures_takes_the_signed_call_and_no_other(cli):
    token, secret = cli("token", "create", "etl", "--role", "operator", "--signed").out.split()
    secrets = {"TOTANGO_TOKEN": token, "TOTANGO_SIGNING_SECRET": secret}
    with served() as (url, _):
        usage = ("trigger", "accounts", "--url", url)
        plain, signed = (cli(*usage, *more).out.split("\n\n")[0] for more in ([], ["--signed"]))
        assert json.loads(bash(plain, **secrets).stdout)["code"] == "signature_missing"
        answer = bash(signed, **secrets)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        assert json.loads(answer.stdout)["joined"] is False
        other = {**secrets, "TOTANGO_SIGNING_SECRET": "whsec_b3RoZXI="}
        assert json.loads(bash(signed, **other).stdout)["code"] == "signature_wrong"
    assert secret not in signed


def test_the_call_as_json_is_the_same_call(cli):
    call = cli("trigger", "accounts", "--mode", "full", "--url", "https://h/x/", "--json").json
    assert call["method"] == "POST"
    assert call["url"] == "https://h/x/api/v1/integrations/accounts/runs"
    assert call["body"] == {"mode": "full"}
    assert call["headers"]["Authorization"] == "Bearer $TOTANGO_TOKEN"
    other = cli("trigger", "accounts", "--json").json
    assert other["url"].startswith(f"http://{HOST}:{PORT}/")
    assert other["headers"]["Idempotency-Key"] != call["headers"]["Idempotency-Key"]
    given = cli("trigger", "accounts", "--key", "k", "--partition", "2026-01-31", "--json").json
    assert given["headers"]["Idempotency-Key"] == "k"
    assert given["body"] == {"mode": "incremental", "partition": "2026-01-31"}


@pytest.mark.parametrize(
    "usage",
    [
        ["trigger", "accounts", "--url", "hub.example.com"],
        ["trigger", "accounts", "--url", "http://u:p@h"],
        ["trigger", "accounts", "--url", "http://h:port"],
        ["trigger", "accounts", "--key", "ü"],
        ["trigger", "accounts", "--key", ""],
        ["trigger", "accounts", "--signed", "--json"],
        ["serve", "--port", "0"],
        ["serve", "--dagster-url", "ftp://h"],
    ],
    ids=str,
)
def test_wrong_usage_ends_with_2(cli, usage):
    assert cli(*usage).code == 2


def test_the_call_of_an_unknown_integration_names_the_nearest(cli):
    shown = cli("trigger", "acounts")
    assert shown.code == 1
    assert "Did you mean accounts?" in shown.err


def test_others_are_not_listened_to_while_there_is_no_token(cli):
    refused = cli("serve", "--host", "0.0.0.0")
    assert refused.code == 1
    assert "no live token" in refused.err
    assert refused.out == ""


def test_a_port_that_is_taken_is_told(cli):
    with socket.create_server(("127.0.0.1", 0)) as other:
        refused = cli("serve", "--port", str(other.getsockname()[1]))
    assert refused.code == 1
    assert "Address already in use" in refused.err


def test_the_defaults_are_those_of_the_server():
    assert (HOST, PORT) == (serving.DEFAULT_HOST, serving.DEFAULT_PORT)


@pytest.mark.parametrize("command", ["serve", "trigger", "audit", "token"])
def test_every_command_has_help_with_an_example(cli, command):
    assert f"Example: totango-pipelines {command}" in cli(command, "--help").out
