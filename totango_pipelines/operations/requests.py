"""Requests that come again: an Idempotency-Key gives its first answer for 24 hours.

The rules are those of Stripe's API. A key belongs to the token that sent it.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from totango_pipelines.operations.store import OperationsStore, as_text, as_time

KEPT_FOR: Final = timedelta(hours=24)
"""How long an answer is given again (Stripe)."""
TAKEN_OVER_AFTER: Final = timedelta(seconds=60)
"""After so long without an answer, a request's process is taken for dead (ours)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the status, the body as it was sent and the headers that matter."""

    status: int
    body: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a request; `id` tells it from a later one for the same key.

    `work` stays the same when a claim is taken over: by it the work is found that a process had
    done, and died before it could keep the answer.
    """

    token_id: str
    key: str
    id: str
    work: str


class KeyTrouble(StrEnum):
    """Why a key cannot be used now; the values are the codes of the problems."""

    IN_USE = "idempotency_key_in_use"
    REUSED = "idempotency_key_reused"


def claim(
    store: OperationsStore, wanted: Claim, *, fingerprint: str, now: datetime
) -> Claim | Answer | KeyTrouble:
    """The claim where the work is to be done now, else the answer or what is in the way.

    A claim that is taken over from a dead process has the `work` of the first one.

    `fingerprint` stands for everything that was asked.
    """
    with store.transaction() as connection:
        _forget(connection, now)
        row = connection.execute(
            "SELECT fingerprint, work, claimed_at, answer FROM requests "
            "WHERE token_id = ? AND key = ?",
            (wanted.token_id, wanted.key),
        ).fetchone()
        if row is not None and row["fingerprint"] != fingerprint:
            return KeyTrouble.REUSED
        if row is not None and row["answer"] is not None:
            return Answer(**json.loads(row["answer"]))
        if row is not None and now - as_time(row["claimed_at"]) < TAKEN_OVER_AFTER:
            return KeyTrouble.IN_USE
        taken = wanted if row is None else replace(wanted, work=row["work"])
        connection.execute(
            "INSERT OR REPLACE INTO requests (token_id, key, fingerprint, work, claim, claimed_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (taken.token_id, taken.key, fingerprint, taken.work, taken.id, as_text(now)),
        )
    return taken


def keep(store: OperationsStore, claimed: Claim, answer: Answer) -> None:
    """Keep the answer for whoever asks again; nothing where another took the claim over."""
    with store.transaction() as connection:
        connection.execute(
            "UPDATE requests SET answer = ? WHERE token_id = ? AND key = ? AND claim = ?",
            (json.dumps(asdict(answer)), claimed.token_id, claimed.key, claimed.id),
        )


def release(store: OperationsStore, claimed: Claim) -> None:
    """Give the claim back: the next request with the key does the work."""
    with store.transaction() as connection:
        connection.execute(
            "DELETE FROM requests WHERE token_id = ? AND key = ? AND claim = ?",
            (claimed.token_id, claimed.key, claimed.id),
        )


def forget_old(store: OperationsStore, now: datetime) -> int:
    """Remove what is older than 24 hours and say how many; `claim` does so too."""
    with store.transaction() as connection:
        return _forget(connection, now)


def use_signed_id(
    store: OperationsStore,
    *,
    token_id: str,
    signed_id: str,
    bound_to: str | None,
    now: datetime,
    until: datetime,
) -> bool:
    """Whether a signed request may be taken: its id is new, or it is bound to the same again.

    `bound_to` stands for an Idempotency-Key and what was asked with it; None: only once. `until`
    is when the signature is too old anyway.
    """
    with store.transaction() as connection:
        connection.execute("DELETE FROM signed_ids WHERE until < ?", (as_text(now),))
        row = connection.execute(
            "SELECT bound_to FROM signed_ids WHERE token_id = ? AND signed_id = ?",
            (token_id, signed_id),
        ).fetchone()
        if row is not None:
            return bound_to is not None and row["bound_to"] == bound_to
        connection.execute(
            "INSERT INTO signed_ids (token_id, signed_id, bound_to, until) VALUES (?, ?, ?, ?)",
            (token_id, signed_id, bound_to, as_text(until)),
        )
    return True


def _forget(connection: sqlite3.Connection, now: datetime) -> int:
    cut = as_text(now - KEPT_FOR)
    return connection.execute("DELETE FROM requests WHERE claimed_at <= ?", (cut,)).rowcount
