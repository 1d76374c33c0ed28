"""The Trigger API over a real connection."""

import json
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest
import requests

from totango_pipelines.errors import HubSchemaError, SourceUnavailableError, UserError
from totango_pipelines.history import RunRecord, RunStatus
from totango_pipelines.operations import audit, tokens
from totango_pipelines.operations.roles import Role

MADE_UP = f"tp_0123456789ab_{'x' * 43}"


def problem_of(response, status, code):
    assert response.headers["Content-Type"] == "application/problem+json"
    said = response.json()
    assert (response.status_code, said["status"], said["code"]) == (status, status, code)
    assert set(said) >= {"type", "title", "detail", "instance"}
    return said


def wait_until(condition):
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_run_is_asked_for_and_found_again(serve):
    with serve(dagster_url="http://dagster:3000/") as served:
        token, text = served.token()
        asked = served.ask(text, json={"mode": "full", "partition": "2026-01-31"})
        assert asked.status_code == 202
        links = {
            "self": "/api/v1/runs/run-00001",
            "history": "/api/v1/integrations/accounts/runs",
            "dagster": "http://dagster:3000/runs/run-00001",
        }
        assert asked.json() == {
            "run_id": "run-00001",
            "integration": "accounts",
            "mode": "full",
            "status": "queued",
            "joined": False,
            "reason": "it waits in the queue",
            "links": links,
        }
        who = f"etl (token {token.id})"
        assert served.desk.asks == [("accounts", "full", "api", who, "2026-01-31")]
        found = served.call("GET", asked.headers["Location"], text)
        assert found.status_code == 200
        run = found.json()
        assert run["status"] == "queued"
        assert (run["requested_by"], run["partition"]) == (who, "2026-01-31")
        assert run["links"] == links
        assert (run["counts"], run["error"], run["duration_seconds"]) == (None, None, None)


def test_a_request_without_a_body_is_incremental_and_joins_a_run_that_waits(served):
    served.desk.joins = True
    _, text = served.token()
    first, second = served.ask(text), served.ask(text, json={})
    assert [each.json()["joined"] for each in (first, second)] == [False, True]
    assert first.json()["mode"] == "incremental"
    assert first.json()["run_id"] == second.json()["run_id"]
    assert "dagster" not in first.json()["links"]


def test_an_integration_whose_schedule_is_off_can_be_started(served):
    _, text = served.token()
    assert served.ask(text, "secret").status_code == 202


def test_the_integrations_are_listed_with_their_cadence(served):
    _, text = served.token(Role.VIEWER)
    [accounts, secret] = served.call("GET", "/api/v1/integrations", text).json()["integrations"]
    assert accounts == {
        "id": "accounts",
        "name": "Our accounts",
        "object": "accounts",
        "enabled": False,
        "cadence": None,
        "links": {"runs": "/api/v1/integrations/accounts/runs"},
    }
    assert (secret["enabled"], secret["cadence"]) == (False, "daily at 06:00 UTC")


def test_the_history_of_a_deleted_integration_stays_readable(served):
    _, text = served.token()
    run_id = served.ask(text).json()["run_id"]
    served.desk.deleted.add("accounts")
    runs = served.call("GET", "/api/v1/integrations/accounts/runs", text).json()["runs"]
    assert [run["run_id"] for run in runs] == [run_id]
    _, other = served.token(integrations=["secret"])
    problem_of(served.call("GET", "/api/v1/integrations/accounts/runs", other), 404, "not_found")
    problem_of(served.call("GET", "/api/v1/integrations/nothing/runs", text), 404, "not_found")
    problem_of(served.ask(text), 404, "not_found")


def test_the_history_is_filtered(served):
    _, text = served.token()
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    for number, (status, mode) in enumerate(
        [
            (RunStatus.SUCCEEDED, "full"),
            (RunStatus.FAILED, "full"),
            (RunStatus.FAILED, "incremental"),
        ]
    ):
        at = noon + timedelta(hours=number)
        run_id = f"r{number}"
        served.desk.runs[run_id] = RunRecord(
            run_id,
            "accounts",
            status,
            mode,
            "schedule",
            started_at=at,
            ended_at=at + timedelta(seconds=90),
            counts={"rows_read": number},
            error="no rows" if status is RunStatus.FAILED else None,
            queued_at=at,
        )

    def found(query):
        answer = served.call("GET", f"/api/v1/integrations/accounts/runs{query}", text)
        assert answer.status_code == 200, answer.text
        return [run["run_id"] for run in answer.json()["runs"]]

    assert found("") == ["r2", "r1", "r0"]
    assert found("?status=failed&mode=full") == ["r1"]
    assert found("?trigger=api") == []
    assert found("?since=2026-01-31T13:00:00Z&until=2026-01-31T15:00:00%2B01:00") == ["r1"]
    assert found("?limit=1") == ["r2"]
    run = served.call("GET", "/api/v1/runs/r1", text).json()
    assert (run["duration_seconds"], run["counts"]) == (90.0, {"rows_read": 1})
    assert run["error"] == "no rows"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=done", "query.status"),
        ("staus=failed", "query.staus"),
        ("since=2026-01-31", "query.since"),
        ("since=1769860800", "query.since"),
        ("until=2026-01-31T06:00:00", "query.until"),
        ("until=2026-02-31T06:00:00Z", "query.until"),
        ("limit=0", "query.limit"),
        ("limit=501", "query.limit"),
    ],
)
def test_a_filter_that_is_wrong_is_named(served, query, field):
    _, text = served.token()
    answer = served.call("GET", f"/api/v1/integrations/accounts/runs?{query}", text)
    [error] = problem_of(answer, 422, "invalid")["errors"]
    assert error["field"] == field


def test_a_file_is_sent_whole_and_then_deleted_and_the_audit_knows(served):
    token, text = served.token()
    run_id = served.ask(text).json()["run_id"]
    path = f"/api/v1/runs/{run_id}/files/rejects"
    sent = served.call("GET", path, text, {"Range": "bytes=0-1"})
    assert sent.status_code == 200
    assert sent.text == f"rejects of {run_id}\n" * 10
    assert sent.headers["Content-Type"].startswith("text/csv")
    assert f'filename="accounts-rejects-{run_id}.csv"' in sent.headers["Content-Disposition"]
    wait_until(lambda: not served.desk.last_file.exists())
    parquet = served.call("GET", f"{path}?format=parquet", text)
    assert parquet.headers["Content-Type"] == "application/vnd.apache.parquet"

    _, viewer = served.token(Role.VIEWER)
    problem_of(served.call("GET", path, viewer), 403, "forbidden")
    missing = served.call("GET", f"/api/v1/runs/{run_id}/files/conflicts", text)
    problem_of(missing, 404, "not_found")
    problem_of(served.call("GET", f"/api/v1/runs/{run_id}/files/log", text), 422, "invalid")
    problem_of(served.call("GET", f"{path}?format=xlsx", text), 422, "invalid")

    rows = audit.entries(served.store, action="file.download")
    assert [row.outcome for row in rows] == ["not_found", "forbidden", "sent", "sent"]
    assert rows[-1].who == f"etl (token {token.id})"
    assert rows[-1].details["what"] == "rejects"


def test_a_file_is_deleted_also_where_the_client_goes_away(served):
    served.desk.file_lines = 5_000_000
    _, text = served.token()
    run_id = served.ask(text).json()["run_id"]
    path = f"{served.url}/api/v1/runs/{run_id}/files/mapped"
    bearer = {"Authorization": f"Bearer {text}"}
    with requests.get(path, headers=bearer, stream=True, timeout=30) as sent:
        assert sent.raw.read(10) == b"mapped of "
        assert served.desk.last_file.exists()
    wait_until(lambda: not served.desk.last_file.exists())


def test_health_and_documentation_need_no_token(served):
    assert served.call("GET", "/api/v1/health").json() == {"status": "ok"}
    described = served.call("GET", "/api/v1/openapi.json").json()
    assert set(described["paths"]) == {
        "/api/v1/health",
        "/api/v1/integrations",
        "/api/v1/integrations/{integration}/runs",
        "/api/v1/runs/{run_id}",
        "/api/v1/runs/{run_id}/files/{what}",
    }
    assert "HTTPValidationError" not in json.dumps(described)
    page = served.call("GET", "/docs")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert served.call("GET", "/redoc").status_code == 404


def test_no_answer_names_the_server_or_may_be_stored(served):
    answer = served.call("GET", "/api/v1/health")
    assert "server" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_unknown_address_and_a_wrong_method_are_problems(served):
    _, text = served.token()
    problem_of(served.call("GET", "/api/v1/nothing", text), 404, "not_found")
    problem_of(served.call("GET", "/api/v1/integrations/", text), 404, "not_found")
    wrong = served.call("DELETE", "/api/v1/integrations/accounts/runs", text)
    problem_of(wrong, 405, "method_not_allowed")
    assert wrong.headers["Allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"data": "{", "headers": {"Content-Type": "application/json"}}, 400, "bad_json"),
        ({"data": b"\xff", "headers": {"Content-Type": "application/json"}}, 400, "bad_json"),
        ({"data": "[" * 60_000, "headers": {"Content-Type": "application/json"}}, 400, "bad_json"),
        ({"data": "mode=full"}, 415, "unsupported_media_type"),
        ({"data": "{}", "headers": {"Content-Type": "text/plain"}}, 415, "unsupported_media_type"),
        ({"json": {"mode": "quick"}}, 422, "invalid"),
        ({"json": {"query": "SELECT 1"}}, 422, "invalid"),
        ({"json": []}, 422, "invalid"),
        ({"json": {"partition": "\x00"}}, 422, "invalid"),
        ({"json": {"partition": "\ud800"}}, 422, "invalid"),
        ({"json": {"\ud800": 1}}, 422, "invalid"),
        ({"json": {"partition": "1999-01-01"}}, 422, "refused"),
        ({"json": {"partition": "2026" * 20_000}}, 413, "too_large"),
        ({"data": iter([b"x" * 40_000] * 2)}, 413, "too_large"),
    ],
)
def test_a_body_that_is_wrong_is_refused_and_in_the_audit(served, sent, status, code):
    _, text = served.token()
    problem_of(served.ask(text, **sent), status, code)
    assert served.desk.asks == []
    # What is refused before anybody looked at the token is not audited.
    outcomes = [row.outcome for row in audit.entries(served.store)]
    assert outcomes == ([] if code == "too_large" else [code])


def test_the_fields_at_fault_are_named_but_not_repeated(served):
    _, text = served.token()
    answer = served.ask(text, json={"mode": text, text: 1})
    errors = problem_of(answer, 422, "invalid")["errors"]
    assert [each["field"] for each in errors] == ["mode", "tp_…"]
    assert text not in answer.text


def test_faults_are_told_without_details(served):
    _, text = served.token()
    served.desk.fails_with = SourceUnavailableError("10.0.0.1 refused crm_admin")
    busy = served.ask(text)
    problem_of(busy, 503, "unavailable")
    assert int(busy.headers["Retry-After"]) > 0
    for fault in (HubSchemaError("table crm_admin"), ValueError("crm_admin")):
        served.desk.fails_with = fault
        broken = served.ask(text)
        problem_of(broken, 500, "internal")
        assert "crm_admin" not in broken.text
    assert "crm_admin" not in busy.text
    served.desk.fails_with = UserError("accounts cannot be rebuilt. Run it first.")
    said = problem_of(served.ask(text), 422, "refused")
    assert said["detail"] == "accounts cannot be rebuilt. Run it first."
    outcomes = [row.outcome for row in audit.entries(served.store)]
    assert outcomes == ["refused", "internal", "internal", "unavailable"]


def test_a_locked_store_is_told_as_busy_and_no_change_is_confirmed(served):
    _, text = served.token()
    assert served.ask(text).status_code == 202
    served.store._busy_seconds = 0.1
    with served.store.transaction():
        answer = served.ask(text)
    problem_of(answer, 503, "unavailable")
    assert served.ask(text).status_code == 202


def test_a_body_that_breaks_off_is_not_taken_for_a_whole_one(served):
    _, text = served.token()
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as client:
        client.sendall(
            b"POST /api/v1/integrations/accounts/runs HTTP/1.1\r\nHost: x\r\n"
            b"Content-Type: application/json\r\nContent-Length: 40\r\n"
            b"Authorization: Bearer " + text.encode() + b"\r\n\r\n{}"
        )
        client.shutdown(socket.SHUT_WR)
        assert client.recv(4096) == b""
    assert served.desk.asks == []


def test_what_comes_without_a_token_changes_nothing_and_cannot_fill_the_audit(served):
    for _ in range(3):
        problem_of(served.ask(MADE_UP), 401, "unauthorized")
    assert audit.entries(served.store) == ()


def test_every_change_and_every_refused_one_is_in_the_audit(served):
    token, text = served.token()
    assert served.ask(text, json={"mode": "full"}).status_code == 202
    problem_of(served.ask(text, "nothing"), 404, "not_found")
    problem_of(served.ask(text, json={"mode": "rebuild_mapping"}), 403, "forbidden")
    problem_of(served.call("PUT", f"/api/v1/{text}"), 404, "not_found")
    served.call("GET", "/api/v1/integrations", text)
    rows = audit.entries(served.store)[::-1]
    assert [(row.action, row.outcome) for row in rows] == [
        ("run.ask", "queued"),
        ("run.ask", "not_found"),
        ("run.ask", "forbidden"),
    ]
    assert {row.who for row in rows} == {f"etl (token {token.id})"}
    assert rows[0].details == {
        "status": 202,
        "address": "127.0.0.1",
        "token": token.id,
        "mode": "full",
        "partition": None,
        "run_id": "run-00001",
    }
    assert audit.verify(served.store) is None
    kept = served.store.path.read_bytes()
    assert text.encode() not in kept
    assert tokens.without_secrets(text) == "tp_…"
