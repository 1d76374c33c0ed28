"""The hub in PostgreSQL: what goes wrong around it."""

import threading

import psycopg
import pytest

from totango_pipelines.errors import HubNotWritableError, HubSchemaError, HubUnavailableError
from totango_pipelines.upsert.postgres_hub import PostgresHub
from totango_pipelines_tests.upsert.hub_scene import HubScene, counted


def test_a_server_that_is_not_there_is_unavailable(tmp_path):
    hub = PostgresHub("postgresql://nobody:secret-canary@127.0.0.1:1/none")
    with pytest.raises(HubUnavailableError, match="cannot be reached") as error:
        HubScene(hub, tmp_path).begin("first")
    assert "secret-canary" not in str(error.value)


def test_a_read_only_database_is_named(tmp_path, postgres_url):
    hub = PostgresHub(f"{postgres_url}?options=-cdefault_transaction_read_only%3Don")
    with pytest.raises(HubNotWritableError, match="read-only"):
        HubScene(hub, tmp_path).begin("first")


def test_a_connection_that_drops_in_the_middle_leaves_nothing(tmp_path, postgres_url):
    scene = HubScene(PostgresHub(postgres_url), tmp_path)
    scene.run([("a1", {"tier": "x"}, 1)])

    def end_all_sessions(*_):
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    with pytest.raises(HubUnavailableError, match="dropped the connection"):
        scene.run([("a1", {"tier": "y"}, 2)], before_commit=end_all_sessions)
    assert scene.record("a1") == {"tier": "x"}
    assert counted(scene.run([("a1", {"tier": "y"}, 2)])) == {"updated": 1}


def test_a_hub_of_another_version_is_refused(tmp_path, postgres_url):
    scene = HubScene(PostgresHub(postgres_url), tmp_path)
    scene.begin("first")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("UPDATE _meta SET value = 99 WHERE name = 'schema_version'")
    with pytest.raises(HubSchemaError, match="schema version 99"):
        scene.begin("second")


def test_first_runs_at_once_make_one_hub(tmp_path, postgres_url):
    scene = HubScene(PostgresHub(postgres_url), tmp_path)
    errors = []

    def begin(number: int) -> None:
        try:
            scene.begin(f"run-{number}", f"integration_{number}")
        except Exception as error:  # noqa: BLE001 - told by the assertion
            errors.append(error)

    threads = [threading.Thread(target=begin, args=[n]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(start.run_seq for start in scene.starts.values()) == [1, 2, 3, 4, 5, 6]


def test_accounts_that_claim_and_their_register_run_at_once_without_a_deadlock(
    tmp_path, postgres_url
):
    scene = HubScene(PostgresHub(postgres_url), tmp_path)
    accounts = [f"a{n:03d}" for n in range(100)]
    scene.run([(key, {"tier": "x"}, 1) for key in accounts])
    names = [f"integration_{n}" for n in range(6)]
    results = {}

    def deliver(name: str) -> None:
        number = int(name[-1])
        owners = accounts[number:] + accounts[:number]
        claims = [(owner, f"z{n:03d}", 5) for n, owner in enumerate(owners)]
        options = {"integration": name, "run_id": name, "resolve": True, "range_rows": 30}
        if number % 3 == 0:
            rows = [(owner, {"zuora_id": value}, at) for owner, value, at in claims]
            results[name] = scene.run(rows, claims=["zuora_id"], **options)
        elif number % 3 == 1:
            results[name] = scene.register([(v, owner, at) for owner, v, at in claims], **options)
        else:
            rows = [((owner, "u"), {"name": value}, at) for owner, value, at in claims]
            users = {"table": "users", "keys": ("account_id", "user_id"), "child": True}
            results[name] = scene.run(rows, types={"name": "VARCHAR"}, **users, **options)

    for name in names:
        table = ("accounts", "accounts_foreign_keys", "users")[int(name[-1]) % 3]
        scene.begin(name, name, table)
    threads = [threading.Thread(target=deliver, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    # Equally old claims: the run that started last has them all, in whatever order they ended.
    newest = accounts[4:] + accounts[:4]
    assert scene.owners() == {f"zuora_id/z{n:03d}": owner for n, owner in enumerate(newest)}


def test_integrations_that_write_one_object_at_once_take_turns(tmp_path, postgres_url):
    scene = HubScene(PostgresHub(postgres_url), tmp_path)
    scene.run([("seed", {"tier": "x"}, 1)])
    names = [f"integration_{n}" for n in range(4)]
    for name in names:
        scene.begin(name, name)
    results = {}

    def deliver(name: str) -> None:
        rows = [(f"k{n}", {"tier": name}, 5) for n in range(200)]
        ordered = rows if name[-1] in "02" else rows[::-1]
        results[name] = scene.deliver(name, ordered, integration=name, resolve=True)

    threads = [threading.Thread(target=deliver, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert sum(result.counts.created for result in results.values()) == 200
    newest = scene.query("SELECT DISTINCT tier FROM accounts WHERE account_id LIKE 'k%'")
    assert newest == [("integration_3",)]
