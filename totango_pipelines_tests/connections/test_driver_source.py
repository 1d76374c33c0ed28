"""What is made of any driver: its errors, its silences, its logins."""

import threading
import time

import pyarrow as pa
import pytest

from totango_pipelines.connections import source
from totango_pipelines.connections.driver_source import (
    Answer,
    Column,
    DriverSource,
    Failure,
    Session,
    Wire,
)
from totango_pipelines.connections.wires import databricks
from totango_pipelines.errors import (
    LoginRefusedError,
    QueryRefusedError,
    SourceUnavailableError,
)

COLUMNS = [Column("n", "bigint", pa.int64())]


class DriverError(Exception):
    """What the driver under test raises."""


def nothing():
    """For what a session need not do."""


def session(parts, cancel=nothing, close=nothing):
    return Session(lambda _: Answer(COLUMNS, iter(parts)), cancel, close)


def reading(connect, means=Failure.REFUSED, seconds=30.0, login=30.0):
    wire = Wire(lambda _: connect(), (DriverError,), lambda _: means, "SELECT 1")
    return DriverSource("crm", "duckdb", wire, seconds, login_timeout=login)


def read(reading_source):
    with reading_source.batches("SELECT n FROM t") as reader:
        return reader.read_all().to_pylist()


def raising(error):
    def parts():
        yield [(1,)]
        raise error

    return parts()


@pytest.mark.parametrize(
    "said",
    [
        "Bad int64 value: jane.doe@example.com",
        "Invalid date: 'Jane'",
        'Failed to parse input string "Jane Doe"',
        "Cannot read `jane` as a number: Jane",
        "jane",
        "division by zero: jane / 0",
    ],
)
def test_a_message_about_data_is_never_quoted_however_the_engine_quotes(said):
    source_of_it = reading(lambda: session(raising(DriverError(said))), Failure.DATA)
    with pytest.raises(QueryRefusedError, match=r"the query fails: .+\. Correct") as refusal:
        read(source_of_it)
    assert "jane" not in str(refusal.value).lower()


def test_a_cancelled_query_that_ends_quietly_is_not_taken_for_complete():
    cancelled = threading.Event()

    def parts():
        yield [(1,)]
        assert cancelled.wait(10)

    slow = reading(lambda: session(parts(), cancelled.set), seconds=0.1)
    with pytest.raises(QueryRefusedError, match=r"statement_timeout of 0\.1 s"):
        read(slow)


def test_an_error_of_arrow_in_the_driver_is_refused_and_not_quoted():
    with pytest.raises(QueryRefusedError, match=r"cannot be read \(ArrowInvalid\)") as refusal:
        read(reading(lambda: session(raising(pa.ArrowInvalid("canary")))))
    assert "canary" not in str(refusal.value)


def test_a_login_that_hangs_is_left_and_closed_when_it_comes_after_all():
    let_in, closed = threading.Event(), threading.Event()

    def connect():
        assert let_in.wait(10)
        return session([], close=closed.set)

    with pytest.raises(SourceUnavailableError, match=r"no login after 0\.1 s"):
        read(reading(connect, login=0.1))
    let_in.set()
    assert closed.wait(10)


def refusing():
    message = "wrong password"
    raise DriverError(message)


def test_a_refused_login_is_the_users_to_mend_and_not_tried_again():
    with pytest.raises(LoginRefusedError, match="the login is refused: wrong password") as error:
        read(reading(refusing, Failure.LOGIN))
    assert error.value.exit_code == 1


@pytest.mark.parametrize("means", [Failure.REFUSED, Failure.DATA, Failure.UNREACHABLE])
def test_any_other_error_of_a_login_may_pass(means):
    with pytest.raises(SourceUnavailableError, match="wrong password"):
        read(reading(refusing, means))


def test_an_error_that_is_not_the_drivers_is_a_bug_and_stays_one():
    with pytest.raises(AttributeError):
        read(reading(lambda: session(raising(AttributeError("a bug")))))


def test_a_host_that_refuses_databricks_is_given_up():
    values = {"host": "127.0.0.99", "http_path": "/p", "token": "canary"}
    lake = DriverSource(
        "lake", "databricks", databricks.wire(values), 30.0, ("canary",), login_timeout=1.0
    )
    started = time.monotonic()
    with pytest.raises(SourceUnavailableError, match="connection 'lake'") as failure:
        read(lake)
    assert time.monotonic() - started < 10
    assert "canary" not in str(failure.value)


def test_words_without_a_quote_around_them_stay_in_a_message_about_data():
    assert source.without_values("Incorrect value `jane` for 12") == "Incorrect value '…' for …"
