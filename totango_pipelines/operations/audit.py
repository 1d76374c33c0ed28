"""Who changed what, and who tried: rows that are only ever added, each sealed to the one before.

The seal finds a row that was altered, put in or taken out by hand. It cannot find that somebody
who may write the file wrote all of it anew: keep a copy of the last hash elsewhere for that.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from totango_pipelines.operations.store import OperationsStore, as_text, as_time
from totango_pipelines.operations.tokens import without_secrets

_FIRST: Final = "0" * 64
_SEALED: Final = ("id", "at", "who", "action", "subject", "outcome", "details", "previous")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the audit; `hash` is the SHA-256 of the row with the hash of the one before."""

    id: int
    at: datetime
    who: str
    action: str
    subject: str
    outcome: str
    details: Mapping[str, object]
    hash: str


def record(
    store: OperationsStore,
    *,
    at: datetime,
    who: str,
    action: str,
    subject: str,
    outcome: str,
    details: Mapping[str, object],
) -> int:
    """Add a row and return its id. A token or signing secret in any text is made unreadable."""
    said = {
        "who": who,
        "action": action,
        "subject": subject,
        "outcome": outcome,
        "details": _canonical(details),
    }
    row: dict[str, str | int] = {name: without_secrets(text) for name, text in said.items()}
    with store.transaction() as connection:
        row |= {
            "id": _rows_ever(connection) + 1,
            "at": as_text(at),
            "previous": _last_hash(connection),
        }
        row["hash"] = _sealed(row)
        names = ", ".join(row)
        places = ", ".join(f":{column}" for column in row)
        connection.execute(f"INSERT INTO audit ({names}) VALUES ({places})", row)
    return int(row["id"])


def entries(
    store: OperationsStore,
    limit: int = 100,
    *,
    who: str | None = None,
    action: str | None = None,
    subject: str | None = None,
    before: int | None = None,
) -> tuple[Entry, ...]:
    """The newest rows first, as many as `limit`; `before` an id, for the next page."""
    wanted = {"who": who, "action": action, "subject": subject}
    filters = {name: value for name, value in wanted.items() if value is not None}
    conditions = [f"{name} = :{name}" for name in filters]
    conditions += [] if before is None else ["id < :before"]
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    with store.reading() as connection:
        rows = connection.execute(
            f"SELECT * FROM audit {where} ORDER BY id DESC LIMIT :limit",
            {**filters, "before": before, "limit": limit},
        ).fetchall()
    return tuple(_entry(row) for row in rows)


def verify(store: OperationsStore) -> int | None:
    """The id of the first row that is altered or missing; None where the audit is whole."""
    with store.reading() as connection:
        # One moment for the rows and for how many there should be.
        connection.execute("BEGIN")
        return next(_broken(connection), None)


def _broken(connection: sqlite3.Connection) -> Iterator[int]:
    expected, previous = 1, _FIRST
    for found in connection.execute("SELECT * FROM audit ORDER BY id"):
        row = dict(found)
        if row["id"] != expected:
            yield expected
        if row["previous"] != previous or row["hash"] != _sealed(row):
            yield int(row["id"])
        expected, previous = row["id"] + 1, row["hash"]
    if expected <= _rows_ever(connection):
        yield expected


def _rows_ever(connection: sqlite3.Connection) -> int:
    """How many rows were ever added: SQLite counts on when the last ones are taken out."""
    found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
    return 0 if found is None else int(found["seq"])


def _last_hash(connection: sqlite3.Connection) -> str:
    found = connection.execute("SELECT hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    return _FIRST if found is None else str(found["hash"])


def _sealed(row: Mapping[str, object]) -> str:
    content = _canonical({name: row[name] for name in _SEALED})
    return hashlib.sha256(content.encode()).hexdigest()


def _canonical(content: Mapping[str, object]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        id=row["id"],
        at=as_time(row["at"]),
        who=row["who"],
        action=row["action"],
        subject=row["subject"],
        outcome=row["outcome"],
        details=json.loads(row["details"]),
        hash=row["hash"],
    )
