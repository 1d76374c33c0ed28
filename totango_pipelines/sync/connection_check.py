"""Whether a connection works, step by step: what `check-connection` shows as it happens."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from totango_pipelines.connections.connectors import Connector, connector_of
from totango_pipelines.connections.opening import open_source
from totango_pipelines.connections.source import Source
from totango_pipelines.connections.write_rights import OPENED_FOR_READING, WRITES
from totango_pipelines.errors import (
    DeclarationError,
    PrivilegedUserError,
    QueryRefusedError,
    TotangoPipelinesError,
)
from totango_pipelines.integrations.connection import ConnectionDeclaration
from totango_pipelines.integrations.files_connection import FilesConnection
from totango_pipelines.integrations.missing_connection import missing_connection
from totango_pipelines.integrations.project import Project
from totango_pipelines.sync.environment import Environment

_CLOCKS_DIFFER = timedelta(seconds=60)
_READ_ONLY = "Give the connection a user of its own that can only read."
_ONE = {"oracle": 'SELECT 1 AS "one" FROM dual'}


class Outcome(StrEnum):
    """How a step ended; after a failure there is none, but each table of files has its own."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One step: `seen` is what was found; a warning or failure has a `remedy`."""

    name: str
    outcome: Outcome
    seen: str
    remedy: str = ""
    exit_code: int = 0
    """What a failure means to the command line: 1 the declaration, 3 the system."""


def check_connection(
    environment: Environment, project: Project, name: str, now: Callable[[], datetime]
) -> Iterator[CheckStep]:
    """The steps, each when it has ended: declaration, login, clock, privileges, query, tables.

    Raises:
        UnknownNameError: connections.yaml has no connection of this name.
        DeclarationError: it has one, with errors.
    """
    if name not in project.connections:
        raise missing_connection(project, name)
    declaration = project.connections[name]
    connector = connector_of(declaration)
    try:
        source = open_source(
            declaration,
            name=name,
            project_folder=project.folder,
            environment=environment.variables,
        )
    except TotangoPipelinesError as error:
        yield _failed("declaration", error)
        return
    yield CheckStep("declaration", Outcome.OK, f"{connector.label}; its driver is installed")
    yield from _asked(source, connector, declaration, now)


def _asked(
    source: Source,
    connector: Connector,
    declaration: ConnectionDeclaration,
    now: Callable[[], datetime],
) -> Iterator[CheckStep]:
    """Each step bears the name of what it tried, also when it failed."""
    doing = "login"
    try:
        yield from _login(source, now)
        doing = "privileges"
        yield _privileges(source, connector)
        doing = "query"
        yield _query(source, connector)
    except TotangoPipelinesError as error:
        yield _failed(doing, error)
        return
    if isinstance(declaration, FilesConnection):
        yield from (_table(source, name) for name in declaration.tables)


def _table(source: Source, name: str) -> CheckStep:
    try:
        with source.batches(f'SELECT * FROM "{name}"', limit=1) as reader:
            count = len(reader.schema)
            for _ in reader:
                pass
    except TotangoPipelinesError as error:
        return _failed(f"table {name}", error)
    return CheckStep(f"table {name}", Outcome.OK, f"{count} columns")


def _login(source: Source, now: Callable[[], datetime]) -> Iterator[CheckStep]:
    before = now()
    theirs = source.clock()
    after = now()
    spent = after - before
    yield CheckStep("login", Outcome.OK, f"took {spent.total_seconds():.2f} s")
    # Their clock was read somewhere between our two readings.
    apart = max(theirs - after, before - theirs, timedelta())
    if apart <= _CLOCKS_DIFFER:
        shown = theirs.astimezone(UTC).isoformat(timespec="seconds")
        yield CheckStep("clock", Outcome.OK, f"{shown}, within a minute of this machine's")
    else:
        yield CheckStep(
            "clock",
            Outcome.WARN,
            f"{apart.total_seconds():.0f} s away from this machine's",
            "Set both clocks by a time server: recency compares times of different systems.",
        )


def _privileges(source: Source, connector: Connector) -> CheckStep:
    if connector.type in OPENED_FOR_READING:
        return CheckStep("privileges", Outcome.OK, "opened for reading only")
    asked = WRITES.get(connector.type)
    if asked is None:
        seen = f"{connector.label} does not tell a session what its login may write"
        return CheckStep("privileges", Outcome.WARN, seen, _READ_ONLY)
    try:
        with source.batches(asked, limit=3) as reader:
            found = [str(value) for batch in reader for value in batch.column(0).to_pylist()]
    except PrivilegedUserError:
        raise
    except QueryRefusedError as error:
        seen = f"cannot be told: {error}"
        return CheckStep("privileges", Outcome.WARN, seen, _READ_ONLY)
    if found:
        return CheckStep("privileges", Outcome.WARN, "; ".join(found), _READ_ONLY)
    return CheckStep("privileges", Outcome.OK, "found no right to write")


def _query(source: Source, connector: Connector) -> CheckStep:
    with source.batches(_ONE.get(connector.type, "SELECT 1 AS one")) as reader:
        count = sum(batch.num_rows for batch in reader)
    return CheckStep("query", Outcome.OK, f"SELECT 1 returned {count} row")


def _failed(name: str, error: TotangoPipelinesError) -> CheckStep:
    if isinstance(error, DeclarationError):
        first = error.problems[0]
        seen = "; ".join(f"{each.path} {each.problem}" for each in error.problems)
        return CheckStep(name, Outcome.FAIL, seen, first.remedy, error.exit_code)
    seen, _, remedy = str(error).rpartition(". ")
    return CheckStep(name, Outcome.FAIL, seen or str(error), remedy, error.exit_code)
