"""Random histories: the hub must hold what the reference model holds, cell by cell."""

import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from totango_pipelines.upsert.duckdb_hub import DuckdbHub
from totango_pipelines.upsert.postgres_hub import PostgresHub
from totango_pipelines.upsert.writer import UpsertResult
from totango_pipelines_tests.model.reference import (
    ACCOUNTS,
    OWNER,
    REGISTER,
    Records,
    ReferenceHub,
    Row,
    Run,
)
from totango_pipelines_tests.upsert.hub_scene import HubScene, counted, plain, register_options

NAMES = ("account_name", "tier", "active")
VALUES = {
    "account_name": st.sampled_from([None, "A", "B", ""]),
    "tier": st.sampled_from([None, "Gold", "Silver"]),
    "active": st.sampled_from([None, True, False]),
}
FOREIGN_KEYS = ("jira_id", "zuora_id")
KEYS = st.sampled_from(["k1", "k2", "k3"])
OWNERS = st.sampled_from(["k1", "k1", "k2", "k2", "k3"])  # k3 may be unknown
FREE = {"resolve": st.booleans(), "integration": st.sampled_from(["a", "b", "c"])}
DISPUTED = {
    "resolve": st.sampled_from([False, False, True]),
    "integration": st.sampled_from(["a", "b"]),
}
moments = st.integers(0, 6)
claimed = st.sampled_from([None, "v1", "v1", "v2"])
allow_new = st.sampled_from([True, True, True, False])
range_rows = st.sampled_from([1, 2, 1000])


@st.composite
def runs(draw, *, claiming: bool = False) -> dict:
    """A run of accounts, which may claim foreign keys."""
    mapped = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
    claims = draw(st.sampled_from([("zuora_id",), FOREIGN_KEYS])) if claiming else ()
    cells = {name: VALUES[name] for name in mapped} | dict.fromkeys(claims, claimed)
    rows = st.lists(st.builds(Row, KEYS, st.fixed_dictionaries(cells), moments), max_size=5)
    clears = draw(st.lists(st.sampled_from(mapped), unique=True)) if mapped else []
    return {
        "foreign_key": None,
        "mapped": mapped,
        "claims": claims,
        "rows": tuple(draw(rows)),
        "clears": frozenset(clears),
        **draw(how(DISPUTED if claiming else FREE)),
    }


@st.composite
def runs_of_the_register(draw) -> dict:
    foreign_key = draw(st.sampled_from(["zuora_id", *FOREIGN_KEYS]))
    values = st.sampled_from([f"{foreign_key}/v1", f"{foreign_key}/v2"])
    row = st.builds(Row, values, st.fixed_dictionaries({OWNER: OWNERS}), moments)
    return {
        "foreign_key": foreign_key,
        "mapped": [OWNER],
        "claims": (),
        "rows": tuple(draw(st.lists(row, min_size=1, max_size=4))),
        "clears": frozenset(),
        **draw(how(DISPUTED)),
    }


def how(who: dict) -> st.SearchStrategy:
    """The settings of a run, how it is cut, and what befalls it."""
    befalls = {"overtakes": st.booleans(), "repeats": st.booleans()}
    return st.fixed_dictionaries(
        {**who, "allow_new": allow_new, "range_rows": range_rows, **befalls}
    )


histories = st.lists(runs(), min_size=1, max_size=6)
FIRST_ACCOUNTS = {
    "integration": "c",
    "foreign_key": None,
    "mapped": ["tier"],
    "claims": (),
    "rows": (Row("k1", {"tier": "Gold"}, 0), Row("k2", {"tier": "Gold"}, 0)),
    "clears": frozenset(),
    "resolve": False,
    "allow_new": True,
    "overtakes": False,
    "repeats": False,
    "range_rows": 1000,
}
runs_that_claim = st.one_of(runs(claiming=True), runs_of_the_register())
histories_of_claims = st.lists(runs_that_claim, min_size=3, max_size=6).map(
    lambda history: [FIRST_ACCOUNTS, *history]
)


def turns(history: list[dict]) -> Iterator[list[int]]:
    """Run numbers that start together, in the order they end: of two, the first may end last."""
    n = 0
    while n < len(history):
        overtaken = n + 1 < len(history) and history[n + 1]["overtakes"]
        if overtaken and history[n]["integration"] != history[n + 1]["integration"]:
            yield [n + 1, n]
            n += 2
        else:
            yield [n]
            n += 1


def compare(scene: HubScene, history: list[dict]) -> None:
    model = ReferenceHub()
    for turn in turns(history):
        for number in sorted(turn):
            run = history[number]
            table = REGISTER if run["foreign_key"] else ACCOUNTS
            scene.begin(f"run-{number}", run["integration"], table)
        for number in turn:
            deliver_to_both(scene, model, number, history[number])
    assert records_in(scene, ACCOUNTS) == len(model.records)
    if model.records:
        assert scene.cells(NAMES) == stored(model.records)
    assert records_in(scene, REGISTER) == len(model.register)
    if model.register:
        key = "foreign_key || '/' || value"
        assert scene.cells([OWNER], REGISTER, key) == stored(model.register)
    listed = scene.query(
        "SELECT key, attribute, stored_value, stored_writer, incoming_value, incoming_writer "
        "FROM _conflicts"
    )
    told = [(k, a, _text(v), w, _text(iv), iw) for k, a, v, w, iv, iw in model.conflicts]
    assert Counter(listed) == Counter(told)


def deliver_to_both(scene: HubScene, model: ReferenceHub, number: int, run: dict) -> None:
    seq = scene.starts[f"run-{number}"].run_seq
    changes, conflicts, refused = len(model.changes), len(model.conflicts), len(model.refused)
    apply = model.apply_to_register if run["foreign_key"] else model.apply
    expected = apply(
        Run(
            run["integration"],
            seq,
            run["rows"],
            run["clears"],
            run["resolve"],
            run["allow_new"],
            frozenset(run["claims"]),
        )
    )
    result = deliver(scene, number, run)
    del expected["rows_read"]
    assert counted(result) == dict(expected)
    if run["repeats"]:
        again = deliver(scene, number, run)
        assert (again.repeated, again.counts) == (True, result.counts)
    for table in (ACCOUNTS, REGISTER):
        new = sorted((c for c in model.changes[changes:] if c[0] == table), key=lambda c: c[1])
        told = [(k, op, b and {n: plain(v) for n, v in b.items()}) for _, k, op, b in new]
        assert scene.changes(f"run-{number}", table) == told
    assert result.counts.conflicts == len(model.conflicts) - conflicts
    rows = [(row["_row"], row["attribute"], row["code"]) for row in result.refused.to_pylist()]
    assert sorted(rows) == sorted(model.refused[refused:])


def deliver(scene: HubScene, number: int, run: dict) -> UpsertResult:
    foreign_key = run["foreign_key"]
    prefix = f"{foreign_key}/" if foreign_key else ""
    return scene.deliver(
        f"run-{number}",
        [(row.key.removeprefix(prefix), row.values, row.as_of) for row in run["rows"]],
        integration=run["integration"],
        mapped=run["mapped"],
        claims=run["claims"],
        clears=tuple(run["clears"]),
        resolve=run["resolve"],
        allow_new=run["allow_new"],
        range_rows=run["range_rows"],
        **(register_options(foreign_key) if foreign_key else {}),
    )


def stored(records: Records) -> dict:
    return {
        key: {name: (c.value, *c.stamp, c.writer) for name, c in cells.items()}
        for key, cells in records.items()
    }


def records_in(scene: HubScene, table: str) -> int:
    """How many records the hub has; a table that no run asked for is not there."""
    found = scene.query(
        "SELECT count(*) FROM information_schema.tables "
        f"WHERE table_schema = current_schema() AND table_name = '{table}'"
    )
    return scene.query(f"SELECT count(*) FROM {table}")[0][0] if found == [(1,)] else 0


def _text(value) -> str | None:
    return str(value).lower() if isinstance(value, bool) else value


SETTINGS = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=25, **SETTINGS)
@given(histories)
def test_duckdb_holds_what_the_model_holds(history):
    compare_on_duckdb(history)


@settings(max_examples=15, **SETTINGS)
@given(histories_of_claims)
def test_duckdb_holds_the_claims_that_the_model_holds(history):
    compare_on_duckdb(history)


def compare_on_duckdb(history: list[dict]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        compare(HubScene(DuckdbHub(Path(folder) / "hub.duckdb"), Path(folder)), history)


@pytest.fixture(scope="module")
def postgres_database(postgres_server_url) -> Iterator[str]:
    with psycopg.connect(postgres_server_url, autocommit=True) as connection:
        name = f"model_{uuid.uuid4().hex}"
        connection.execute(f"CREATE DATABASE {name}")
        parameters = connection.info.get_parameters() | {"dbname": name}
        host, port = connection.info.host, connection.info.port
        user = parameters.get("user", connection.info.user)
        password = f":{connection.info.password}" if connection.info.password else ""
        yield f"postgresql://{user}{password}@{host}:{port}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@settings(max_examples=40, **SETTINGS)
@given(histories)
def test_postgres_holds_what_the_model_holds(postgres_database, history):
    compare_on_postgres(postgres_database, history)


@settings(max_examples=25, **SETTINGS)
@given(histories_of_claims)
def test_postgres_holds_the_claims_that_the_model_holds(postgres_database, history):
    compare_on_postgres(postgres_database, history)


def compare_on_postgres(database: str, history: list[dict]) -> None:
    schema = f"s{uuid.uuid4().hex}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    url = f"{database}?options=-csearch_path%3D{schema}"
    with tempfile.TemporaryDirectory() as folder:
        compare(HubScene(PostgresHub(url), Path(folder)), history)
