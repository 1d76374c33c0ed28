"""The watchdog stops an engine that says nothing, and only that."""

import threading
import time

import duckdb
import pytest

from totango_pipelines.errors import ExpressionTooSlowError
from totango_pipelines.mapping.watchdog import Watchdog

ENDLESS = "SELECT count(*) FROM range(10_000_000) a(i), range(10_000_000) b(i) WHERE a.i + b.i = -1"


@pytest.fixture
def engine():
    with duckdb.connect(config={"threads": 2, "memory_limit": "256MB"}) as opened:
        yield opened


def watchdogs() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "watchdog"]


def test_an_endless_statement_is_stopped_in_time_and_said_plainly(engine):
    start = time.monotonic()
    said = r"took longer than 0\.2 s.*query"
    with (
        pytest.raises(ExpressionTooSlowError, match=said) as raised,
        Watchdog(engine, seconds=0.2),
    ):
        engine.execute(ENDLESS).fetchall()
    assert time.monotonic() - start < 5
    assert raised.value.exit_code == 1
    assert raised.value.__suppress_context__
    assert not watchdogs()


def test_the_engine_works_on_afterwards(engine):
    with pytest.raises(ExpressionTooSlowError), Watchdog(engine, seconds=0.1):
        engine.execute(ENDLESS).fetchall()
    assert engine.execute("SELECT 42").fetchall() == [(42,)]


def test_a_stream_of_batches_is_stopped_too(engine):
    slow = "SELECT i, md5(repeat('x', 200) || i) AS h FROM range(50_000_000) r(i) WHERE i % 2 = 0"
    with pytest.raises(ExpressionTooSlowError), Watchdog(engine, seconds=0.2):
        for _ in engine.sql(slow).to_arrow_reader(100_000):
            pass


def test_signs_of_life_keep_it_quiet(engine):
    with Watchdog(engine, seconds=0.3) as watch:
        for _ in range(4):
            time.sleep(0.15)
            assert engine.execute("SELECT 1").fetchall() == [(1,)]
            watch.alive()
    assert not watchdogs()


def test_a_body_that_ends_in_time_is_not_disturbed_later(engine):
    with Watchdog(engine, seconds=0.1):
        engine.execute("SELECT 1").fetchall()
    long_enough = "SELECT sum(hash(i)) FROM range(30_000_000) r(i)"
    assert engine.execute(long_enough).fetchall()
    assert not watchdogs()


def test_an_interruption_that_found_nothing_to_stop_changes_nothing(engine):
    with Watchdog(engine, seconds=0.05):
        time.sleep(0.2)
    assert engine.execute("SELECT sum(i) FROM range(1_000_000) r(i)").fetchall()


def test_an_error_of_its_own_passes_as_it_is(engine):
    with pytest.raises(duckdb.ParserException), Watchdog(engine, seconds=30):
        engine.execute("SELEC 1")
    assert not watchdogs()


def test_nothing_is_lost_when_the_body_ends_at_the_same_moment(engine):
    for _ in range(30):
        try:
            with Watchdog(engine, seconds=0.01):
                engine.execute("SELECT sum(hash(i)) FROM range(1_000_000) r(i)").fetchall()
        except ExpressionTooSlowError:
            pass
        assert engine.execute("SELECT 1").fetchall() == [(1,)]
    assert not watchdogs()
