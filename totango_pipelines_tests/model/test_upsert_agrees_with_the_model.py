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
from totango_pipelines_tests.model.reference import ReferenceHub, Row, Run
from totango_pipelines_tests.upsert.hub_scene import HubScene, counted, plain

NAMES = ("account_name", "tier", "active")
VALUES = {
    "account_name": st.sampled_from([None, "A", "B", ""]),
    "tier": st.sampled_from([None, "Gold", "Silver"]),
    "active": st.sampled_from([None, True, False]),
}
moments = st.integers(0, 6)


@st.composite
def runs(draw) -> dict:
    mapped = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
    row = st.builds(
        Row,
        st.sampled_from(["k1", "k2", "k3"]),
        st.fixed_dictionaries({name: VALUES[name] for name in mapped}),
        moments,
    )
    return {
        "integration": draw(st.sampled_from(["a", "b", "c"])),
        "mapped": mapped,
        "rows": tuple(draw(st.lists(row, max_size=5))),
        "clears": frozenset(draw(st.lists(st.sampled_from(mapped), unique=True)) if mapped else ()),
        "resolve": draw(st.booleans()),
        "allow_new": draw(st.sampled_from([True, True, True, False])),
        "overtakes": draw(st.booleans()),
        "range_rows": draw(st.sampled_from([1, 2, 1000])),
    }


histories = st.lists(runs(), min_size=1, max_size=6)


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
            scene.begin(f"run-{number}", history[number]["integration"])
        for number in turn:
            deliver_to_both(scene, model, number, history[number])
    stored = {
        key: {name: (c.value, *c.stamp, c.writer) for name, c in cells.items()}
        for key, cells in model.records.items()
    }
    assert scene.cells(NAMES) == stored
    listed = scene.query(
        "SELECT key, attribute, stored_value, stored_writer, incoming_value, incoming_writer "
        "FROM _conflicts"
    )
    told = [(k, a, _text(v), w, _text(iv), iw) for k, a, v, w, iv, iw in model.conflicts]
    assert Counter(listed) == Counter(told)


def deliver_to_both(scene: HubScene, model: ReferenceHub, number: int, run: dict) -> None:
    seq = scene.starts[f"run-{number}"].run_seq
    changes, conflicts = len(model.changes), len(model.conflicts)
    expected = model.apply(
        Run(run["integration"], seq, run["rows"], run["clears"], run["resolve"], run["allow_new"])
    )
    result = scene.deliver(
        f"run-{number}",
        [(row.key, row.values, row.as_of) for row in run["rows"]],
        integration=run["integration"],
        mapped=run["mapped"],
        clears=tuple(run["clears"]),
        resolve=run["resolve"],
        allow_new=run["allow_new"],
        range_rows=run["range_rows"],
    )
    del expected["rows_read"]
    assert counted(result) == dict(expected)
    new = sorted(model.changes[changes:], key=lambda change: change[0])
    told = [(k, op, b and {n: plain(v) for n, v in b.items()}) for k, op, b in new]
    assert scene.changes(f"run-{number}") == told
    assert result.counts.conflicts == len(model.conflicts) - conflicts


def _text(value) -> str | None:
    return str(value).lower() if isinstance(value, bool) else value


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories)
def test_duckdb_holds_what_the_model_holds(history):
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


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories)
def test_postgres_holds_what_the_model_holds(postgres_database, history):
    schema = f"s{uuid.uuid4().hex}"
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    url = f"{postgres_database}?options=-csearch_path%3D{schema}"
    with tempfile.TemporaryDirectory() as folder:
        compare(HubScene(PostgresHub(url), Path(folder)), history)
