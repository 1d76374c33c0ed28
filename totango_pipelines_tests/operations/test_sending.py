"""Notices through Apprise, to receivers that are really there: or slow, broken, down."""

import json
import logging
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest
from aiosmtpd.controller import Controller

from totango_pipelines.errors import NotSentError
from totango_pipelines.history import RunRecord, RunStatus
from totango_pipelines.integrations.project import load_project
from totango_pipelines.operations.notices import judge
from totango_pipelines.operations.sending import deliver_due, send_by_apprise
from totango_pipelines.operations.store import OperationsStore

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECRET = "hunter2"
INTEGRATION = """\
id: accounts
name: Accounts
connection: crm
object: accounts
query: SELECT 1
mapping:
  - {attribute: account_id, column: id}
  - {attribute: account_name, column: name}
notify: [mail, hook]
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Web:
    """An HTTP receiver; `status` is its answer, and it waits for `may_answer` before."""

    def __init__(self, port=0):
        self.status = 200
        self.received = []
        self.may_answer = Event()
        self.may_answer.set()
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                web.received.append((self.path, json.loads(body)))
                web.may_answer.wait(30)
                self.send_response(web.status)
                if web.status == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self):
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def url(self, query=""):
        return f"json://user:{SECRET}@127.0.0.1:{self.port}/{SECRET}{query}"

    def close(self):
        self.may_answer.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def web():
    receiver = Web()
    yield receiver
    receiver.close()


class Mailbox:
    """Keeps what an SMTP server takes; `answer` is what it says to a message."""

    def __init__(self):
        self.letters = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            self.letters.append(envelope)
        return self.answer


@contextmanager
def smtp(mailbox, port):
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield
    finally:
        server.stop()


def mail_url(port):
    return f"mailto://127.0.0.1:{port}?from=hub@example.com&to=oncall@example.com&mode=insecure"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "integrations").mkdir()
    (tmp_path / "integrations/accounts.yaml").write_text(INTEGRATION)
    (tmp_path / "connections.yaml").write_text(
        "connections: {crm: {type: sqlite, path: crm.sqlite}}\n"
    )
    (tmp_path / "notifications.yaml").write_text(
        "targets: {mail: {url: {env: MAIL_URL}}, hook: {url: {env: HOOK_URL}}}\n"
    )
    loaded = load_project(tmp_path)
    assert loaded.problems == ()
    return loaded


@pytest.fixture
def store(tmp_path, project):
    """A store with the failure of one run for both targets."""
    store = OperationsStore(tmp_path / "home" / "operations.db")
    failed = RunRecord(
        *("r1", "accounts", RunStatus.FAILED, "incremental", "schedule"),
        started_at=NOW - MINUTE,
        ended_at=NOW,
        error="the source <crm> is away.",
    )
    assert judge(store, project, {"accounts": [failed]}, {}, NOW) == 2
    return store


def states(store):
    with store.reading() as connection:
        rows = connection.execute("SELECT target, state, last_error FROM outbox ORDER BY id")
        return {row["target"]: (row["state"], row["last_error"]) for row in rows}


def everything_in(store):
    with store.reading() as connection:
        return "\n".join(connection.iterdump())


def test_a_failure_reaches_a_mailbox_and_a_web_hook(store, project, web):
    mailbox, port = Mailbox(), free_port()
    with smtp(mailbox, port):
        variables = {"MAIL_URL": mail_url(port), "HOOK_URL": web.url()}
        report = deliver_due(store, project, variables, NOW)
        assert (report.sent, report.failed, report.reasons) == (2, 0, ())
        assert deliver_due(store, project, variables, NOW + 60 * MINUTE).sent == 0
    [letter] = mailbox.letters
    message = message_from_bytes(letter.content, policy=policy.default)
    assert (letter.rcpt_tos, message["Subject"]) == (["oncall@example.com"], "accounts failed")
    text = message.get_body(("plain",)).get_content()
    assert "Run r1 (incremental) failed: the source <crm> is away." in text
    [(path, body)] = web.received
    assert path == f"/{SECRET}"
    assert body["title"] == "accounts failed"
    assert "`totango-pipelines history accounts` shows its runs." in body["message"]


def test_an_unset_variable_is_told_by_its_name_and_delays_no_other(store, project, web):
    report = deliver_due(store, project, {"HOOK_URL": web.url(), "MAIL_URL": " "}, NOW)
    assert (report.sent, report.failed) == (1, 1)
    assert report.reasons == (
        "target mail: the environment variable MAIL_URL is not set. Put its Apprise URL there.",
    )
    assert states(store)["hook"] == ("sent", None)
    assert states(store)["mail"][0] == "pending"


def test_a_target_that_is_no_longer_declared_is_a_failed_attempt(store, project, tmp_path, web):
    (tmp_path / "notifications.yaml").write_text("targets: {hook: {url: {env: HOOK_URL}}}\n")
    report = deliver_due(store, load_project(tmp_path), {"HOOK_URL": web.url()}, NOW)
    assert (report.sent, report.failed) == (1, 1)
    assert "no valid target of this name" in states(store)["mail"][1]


def test_a_receiver_that_is_down_gets_the_notice_when_it_comes_back(store, project):
    port, mail_port, mailbox = free_port(), free_port(), Mailbox()
    variables = {
        "HOOK_URL": f"json://127.0.0.1:{port}/{SECRET}",
        "MAIL_URL": mail_url(mail_port),
    }
    assert deliver_due(store, project, variables, NOW).failed == 2
    web = Web(port)
    try:
        with smtp(mailbox, mail_port):
            assert deliver_due(store, project, variables, NOW + MINUTE).sent == 2
    finally:
        web.close()
    assert (len(web.received), len(mailbox.letters)) == (1, 1)


def test_a_receiver_that_hangs_is_left_alone_and_the_other_is_told(store, project, web):
    web.may_answer.clear()
    mailbox, port = Mailbox(), free_port()
    began = time.monotonic()
    with smtp(mailbox, port):
        variables = {"HOOK_URL": web.url("?rto=1"), "MAIL_URL": mail_url(port)}
        report = deliver_due(store, project, variables, NOW)
    assert time.monotonic() - began < 10
    assert (report.sent, report.failed) == (1, 1)
    assert len(mailbox.letters) == 1
    assert "JSON did not take the message" in report.reasons[0]


@pytest.mark.parametrize("status", [500, 404, 302])
def test_an_answer_that_is_not_a_yes_is_a_failed_attempt(web, status):
    web.status = status
    with pytest.raises(NotSentError, match="JSON did not take the message"):
        send_by_apprise(web.url(), "title", "body")
    assert len(web.received) == 1


def test_a_mail_server_that_refuses_is_a_failed_attempt():
    mailbox, port = Mailbox(), free_port()
    mailbox.answer = "554 no"
    with smtp(mailbox, port), pytest.raises(NotSentError, match="E-Mail did not take"):
        send_by_apprise(mail_url(port), "title", "body")


@pytest.mark.parametrize(
    "url", [SECRET, f"nothing://{SECRET}", f"slack://{SECRET}", f"json://:{SECRET}@", "json://"]
)
def test_what_is_no_apprise_url_is_told_without_being_shown(url):
    with pytest.raises(NotSentError, match="does not hold an Apprise URL") as caught:
        send_by_apprise(url, "title", "body")
    assert SECRET not in str(caught.value)


def test_a_plain_text_stays_one(web):
    send_by_apprise(web.url(), "a & <b>", "line *one*\n\\n <i>two</i> :smile: %20 {x}")
    [(_, body)] = web.received
    assert body["title"] == "a & <b>"
    assert body["message"] == "line *one*\n\\n <i>two</i> :smile: %20 {x}"


def test_the_url_is_in_no_log_no_message_and_not_in_the_store(store, project, web):
    class Kept(logging.Handler):
        def __init__(self):
            super().__init__(0)
            self.texts = []

        def emit(self, record):
            self.texts.append(record.getMessage())

    kept, root = Kept(), logging.getLogger()
    level = root.level
    root.addHandler(kept)
    root.setLevel(1)
    try:
        web.status = 500
        variables = {"HOOK_URL": web.url(), "MAIL_URL": f"slack://{SECRET}"}
        first = deliver_due(store, project, variables, NOW)
        web.status = 200
        deliver_due(store, project, variables, NOW + MINUTE)
    finally:
        root.removeHandler(kept)
        root.setLevel(level)
    assert (first.sent, first.failed) == (0, 2)
    assert len(web.received) == 2
    assert SECRET not in "\n".join([*kept.texts, *first.reasons, everything_in(store)])


@pytest.mark.parametrize("module", ["definitions", "operations.notices", "operations.outbox"])
def test_apprise_is_loaded_only_by_who_sends(module, tmp_path):
    code = f"import sys, totango_pipelines.{module}; assert 'apprise' not in sys.modules"
    environment = {"PATH": "/usr/bin:/bin", "TOTANGO_PROJECT": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
