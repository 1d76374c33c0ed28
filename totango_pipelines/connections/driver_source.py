r"""Reading through any vendor's driver; a `Wire` holds what differs from driver to driver.

Rows are asked for in batches and turned into Arrow as they come, so that memory does not grow with
the answer. A query runs in a session of its own, which is closed behind it, never pooled.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain
from typing import Any

import pyarrow as pa

from totango_pipelines.connections import source
from totango_pipelines.connections.bounding import bounded_query
from totango_pipelines.connections.cell_arrays import array_of
from totango_pipelines.connections.data_errors import about_data
from totango_pipelines.connections.exact_arrow import exact
from totango_pipelines.connections.parameters import Parameters, without_parameters
from totango_pipelines.errors import (
    LoginRefusedError,
    QueryRefusedError,
    SourceUnavailableError,
)

_REACH = "Check the connection in connections.yaml, its login, and that the server is up."
_MEND = "Correct the query of the integration."
_AS_TEXT = "Cast the column to text in the query."
_GRACE = 10.0
"""Seconds that the engine's own timeout is given before this process cancels the query."""
_HIDDEN = "•••"
_SHORTEST_SECRET = 4
_LOGIN_TIMEOUT = 60.0
"""Seconds; drivers have limits of their own, and some none for a host that refuses each try."""

FETCH_ROWS = 10_000
"""Rows of Python values that are asked for at once: each takes far more memory than in Arrow."""

Rows = Sequence[Sequence[Any]]


class Failure(StrEnum):
    """What an error of a driver means."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    LOGIN = "login"
    """The user or the secret is refused: another try may lock the account."""
    REFUSED = "refused"
    DATA = "data"
    """The message may quote a value, and is never shown."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer: its name, the engine's type and the Arrow type it is carried in."""

    name: str
    source_type: str
    arrow_type: pa.DataType


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query returns: `parts` are Arrow batches, or lists of rows of Python values."""

    columns: Sequence[Column]
    parts: Iterator[pa.RecordBatch | Rows]


@dataclass(frozen=True, slots=True)
class Session:
    """One login: a query is asked at most once, and can be cancelled from another thread."""

    ask: Callable[[str], Answer]
    cancel: Callable[[], object]
    close: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Wire:
    """What differs from driver to driver."""

    connect: Callable[[float], Session]
    """Log in, with a statement timeout in seconds: read-only and in UTC as far as the engine can."""
    errors: tuple[type[Exception], ...]
    """What the driver raises, beside OSError."""
    means: Callable[[Exception], Failure]
    """What one of these errors means."""
    now: str
    """A query of one row and column: the time by the engine's clock, in UTC."""
    said: Callable[[Exception], str] = str
    """The engine's own words in an error."""


@dataclass(frozen=True, slots=True)
class DriverSource:
    """A warehouse behind a vendor's driver."""

    name: str
    dialect: str
    wire: Wire = field(repr=False)
    statement_timeout: float
    """Seconds."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What no message may hold, whatever the driver says."""
    login_timeout: float = _LOGIN_TIMEOUT
    """Seconds."""

    @property
    def _raised(self) -> tuple[type[Exception], ...]:
        return (*self.wire.errors, OSError)

    def clock(self) -> datetime:
        """See Source."""
        with self.batches(self.wire.now) as reader:
            found = reader.read_all().column(0)[0].as_py()
        moment = found if isinstance(found, datetime) else datetime.fromisoformat(str(found))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)

    @contextmanager
    def batches(
        self, sql: str, parameters: Parameters = (), *, limit: int | None = None
    ) -> Iterator[pa.RecordBatchReader]:
        """See Source."""
        without_parameters(parameters)
        watch = _Watch(self.statement_timeout, self._raised)
        with self._as_our_errors(watch, logging_in=True):
            session = self._logged_in()
        ended = threading.Event()
        try:
            with watch.over(session):
                bounded = bounded_query(sql, self.dialect, limit)
                yield self._reader(session, bounded, watch, ended)
        finally:
            # Closing takes for granted that the server still listens; it need not.
            with suppress(*self._raised):
                if not ended.is_set():
                    session.cancel()
            with suppress(*self._raised):
                session.close()

    def _logged_in(self) -> Session:
        login = _Login(self.wire, self.statement_timeout)
        session = login.within(self.login_timeout)
        if session is None:
            said = f"no login after {self.login_timeout:g} s"
            raise source.unavailable(self.name, said, _REACH)
        return session

    def _reader(
        self, session: Session, sql: str, watch: "_Watch", ended: threading.Event
    ) -> pa.RecordBatchReader:
        with self._as_our_errors(watch):
            answer = session.ask(sql)
        source.refuse_unusable_columns(self.name, [column.name for column in answer.columns])
        schema = pa.schema(
            source.field(column.name, column.arrow_type, column.source_type)
            for column in answer.columns
        )
        rows = source.checked_dates(self.name, self._batches(answer, schema, watch, ended))
        try:
            first = next(rows, None)
        except source.OutsideDatesError as found:
            raise source.outside_dates(self.name, found.columns) from None
        return pa.RecordBatchReader.from_batches(
            schema, rows if first is None else chain([first], rows)
        )

    def _batches(
        self, answer: Answer, schema: pa.Schema, watch: "_Watch", ended: threading.Event
    ) -> source.Rows:
        with self._as_our_errors(watch):
            for part in answer.parts:
                convert: Callable[[Any, pa.DataType], pa.Array] = array_of
                if isinstance(part, pa.RecordBatch):
                    convert, cells = exact, part.columns
                else:
                    cells = tuple(zip(*part, strict=True))
                if not cells:
                    continue
                arrays = [
                    self._converted(convert, values, column)
                    for values, column in zip(cells, schema, strict=True)
                ]
                whole = pa.RecordBatch.from_arrays(arrays, schema=schema)
                for start in range(0, whole.num_rows, source.BATCH_ROWS):
                    yield whole.slice(start, source.BATCH_ROWS)
            # A query that was cancelled may end as if it had no more rows.
            if watch.struck:
                raise source.stopped(self.name, self.statement_timeout)
            ended.set()

    def _converted(
        self,
        convert: Callable[[Any, pa.DataType], pa.Array],
        values: pa.Array | Sequence[Any],
        column: pa.Field,
    ) -> pa.Array:
        try:
            return convert(values, column.type)
        except (pa.ArrowException, ValueError, ArithmeticError, TypeError):
            # Their messages quote the value.
            said = f"the column '{column.name}' holds a value that {column.type} cannot carry"
            raise source.refused(self.name, said, _AS_TEXT) from None

    @contextmanager
    def _as_our_errors(self, watch: "_Watch", *, logging_in: bool = False) -> Iterator[None]:
        try:
            yield
        except pa.ArrowException as error:
            if watch.struck:
                raise source.stopped(self.name, self.statement_timeout) from None
            # Its message may quote a value.
            said = f"what it returns cannot be read ({type(error).__name__})"
            raise source.refused(self.name, said, _AS_TEXT) from None
        except self._raised as error:
            known = isinstance(error, self.wire.errors)
            means = self.wire.means(error) if known else Failure.UNREACHABLE
            if logging_in and means is not Failure.LOGIN:
                means = Failure.UNREACHABLE
            raise self._translated(error, means, watch) from None

    def _translated(
        self, error: Exception, means: Failure, watch: "_Watch"
    ) -> QueryRefusedError | LoginRefusedError | SourceUnavailableError:
        if watch.struck or means is Failure.TIMEOUT:
            return source.stopped(self.name, self.statement_timeout)
        said = self._without_secrets(
            self.wire.said(error) if isinstance(error, self.wire.errors) else str(error)
        )
        if means is Failure.UNREACHABLE:
            return source.unavailable(self.name, said, _REACH)
        if means is Failure.LOGIN:
            return source.login_refused(self.name, said)
        said = about_data(said) if means is Failure.DATA else said
        return source.refused(self.name, said, _MEND)

    def _without_secrets(self, said: str) -> str:
        for secret in self.secrets:
            if len(secret) >= _SHORTEST_SECRET:
                said = said.replace(secret, _HIDDEN)
        return said


class _Login:
    """A login in a thread of its own, so that one that hangs can be left behind."""

    def __init__(self, wire: Wire, statement_timeout: float) -> None:
        self.wire, self.statement_timeout = wire, statement_timeout
        self.session: Session | None = None
        self.error: BaseException | None = None
        self.left = False
        self.lock = threading.Lock()

    def within(self, seconds: float) -> Session | None:
        """The session; None: it took longer, and is closed if it comes after all.

        Raises:
            Exception: whatever the driver raised.
        """
        thread = threading.Thread(target=self._connect, daemon=True, name="login")
        thread.start()
        thread.join(seconds)
        with self.lock:
            self.left = True
            if self.error is not None:
                raise self.error
            return self.session

    def _connect(self) -> None:
        try:
            session = self.wire.connect(self.statement_timeout)
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            self.error = error
            return
        with self.lock:
            self.session = session
            if not self.left:
                return
        with suppress(*self.wire.errors, OSError):
            session.close()


class _Watch:
    """Cancels a query that outlives the engine's own timeout, or whose engine has none."""

    def __init__(self, seconds: float, raised: tuple[type[Exception], ...]) -> None:
        self.seconds, self.raised = seconds, raised
        self.struck = False

    @contextmanager
    def over(self, session: Session) -> Iterator[None]:
        """Watch a session for as long as the context lasts."""
        timer = threading.Timer(self.seconds + min(_GRACE, self.seconds), self._strike, [session])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _strike(self, session: Session) -> None:
        self.struck = True
        # A query that ended in this moment cannot be cancelled any more.
        with suppress(*self.raised):
            session.cancel()
