"""One file, many processes and threads."""

import multiprocessing
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from totango_pipelines.errors import OperationsBusyError, OperationsStoreError
from totango_pipelines.operations import audit
from totango_pipelines.operations.store import OperationsStore, as_text, as_time
from totango_pipelines.operations.tables import TABLES

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def record(store, who):
    return audit.record(
        store, at=NOON, who=who, action="a", subject="s", outcome="done", details={}
    )


def record_several(path, who, barrier, number):
    barrier.wait()
    store = OperationsStore(path)
    for _ in range(number):
        record(store, who)


def test_the_file_is_made_on_first_use_and_for_its_owner_only(store):
    assert not store.path.exists()
    with store.transaction() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700
        # A writer's side files hold what it writes.
        connection.execute("INSERT INTO signed_ids VALUES ('t', 'i', NULL, 'u')")
        modes = {stat.S_IMODE(each.stat().st_mode) for each in store.path.parent.iterdir()}
        assert modes == {0o600}
    assert [each.name for each in store.path.parent.iterdir()] == ["operations.db"]


def test_a_transaction_that_raises_leaves_nothing(store):
    def write_and_fail():
        with store.transaction() as connection:
            connection.execute("INSERT INTO signed_ids VALUES ('t', 'i', NULL, 'u')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM signed_ids").fetchone()[0] == 0


def test_a_broken_constraint_stays_what_it_is(store):
    statement = "INSERT INTO signed_ids VALUES ('t', 'i', NULL, 'u')"
    with pytest.raises(sqlite3.IntegrityError), store.transaction() as connection:
        connection.executemany(statement, [(), ()])


def test_the_tables_may_be_made_again(store):
    record(store, "before")
    with store.transaction() as connection:
        for statement in TABLES:
            connection.execute(statement)
    again = OperationsStore(store.path)
    record(again, "after")
    assert [entry.who for entry in audit.entries(again)] == ["after", "before"]


def test_a_file_that_was_removed_is_made_again(store):
    record(store, "before")
    for each in store.path.parent.iterdir():
        each.unlink()
    record(store, "after")
    assert [entry.who for entry in audit.entries(store)] == ["after"]


def test_processes_that_meet_at_the_first_use_all_write(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    path = tmp_path / "home" / "operations.db"
    barrier = spawn.Barrier(6)
    processes = [
        spawn.Process(target=record_several, args=(path, f"p{index}", barrier, 20))
        for index in range(6)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * 6
    store = OperationsStore(path)
    assert audit.verify(store) is None
    whos = [entry.who for entry in audit.entries(store, limit=1000)]
    assert sorted(whos) == sorted(f"p{index}" for index in range(6) for _ in range(20))


def test_threads_that_share_a_store_all_write(store):
    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(lambda number: record(store, str(number)), range(200)))
    assert sorted(ids) == list(range(1, 201))
    assert audit.verify(store) is None


def test_a_writer_waits_and_then_says_that_the_file_is_busy(store):
    impatient = OperationsStore(store.path, busy_seconds=0.05)
    record(impatient, "before")
    with store.transaction():
        with pytest.raises(OperationsBusyError, match=r"operations\.db was held by others"):
            record(impatient, "during")
        # Readers wait for nobody.
        assert [entry.who for entry in audit.entries(impatient)] == ["before"]
    record(impatient, "after")


def test_a_file_that_is_no_database_is_named(store):
    store.path.parent.mkdir()
    store.path.write_text("not a database, but long enough to be read as one")
    with pytest.raises(OperationsStoreError, match=r"operations\.db cannot be used: file is not"):
        record(store, "anybody")


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "home").write_text("a file")
    store = OperationsStore(tmp_path / "home" / "operations.db")
    with pytest.raises(OperationsStoreError, match="cannot be made"):
        record(store, "anybody")


def test_times_are_kept_exactly_and_sort_as_they_pass():
    there = NOON.astimezone(timezone(timedelta(hours=2)))
    assert as_text(there) == as_text(NOON) == "2026-01-31T12:00:00.000000+00:00"
    later = NOON + timedelta(microseconds=1)
    assert as_text(NOON) < as_text(later) < as_text(NOON + timedelta(seconds=1))
    assert as_time(as_text(later)) == later
