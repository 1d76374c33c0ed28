"""Tokens of the Trigger API: made once, kept as hashes, revoked by id."""

import base64
import hashlib
import hmac
import json
import re
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from totango_pipelines.errors import TokenRefusedError, UnknownNameError
from totango_pipelines.operations.roles import NEEDED_ROLE, Permission, Role
from totango_pipelines.operations.store import OperationsStore, as_text, as_time

_ID_BYTES: Final = 6
_SECRET_BYTES: Final = 32
_NAME_LENGTH: Final = 100
_TEXT: Final = re.compile(r"tp_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
_SECRETS: Final = re.compile(r"tp_[0-9a-f]{12}_[A-Za-z0-9_-]+|whsec_[A-Za-z0-9+/=_-]+", re.ASCII)
_USED_AGAIN_AFTER: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Token:
    """Who somebody is and what they may do; never the secret itself.

    `integrations` None: all of them. `signed`: changes must carry a signature. `signing_secret`
    (`whsec_…`) is there for the one who makes the token and for checking, not in lists.
    """

    id: str
    name: str
    role: Role
    integrations: tuple[str, ...] | None
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    signed: bool = False
    signing_secret: str | None = field(default=None, repr=False)

    def may(self, permission: Permission) -> bool:
        """Whether the role includes this."""
        return self.role.includes(NEEDED_ROLE[permission])

    def sees(self, integration: str) -> bool:
        """Whether the token is for this integration."""
        return self.integrations is None or integration in self.integrations

    def is_live(self, now: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def create(
    store: OperationsStore,
    *,
    name: str,
    role: Role,
    integrations: tuple[str, ...] | None,
    expires_at: datetime | None,
    now: datetime,
    random: Callable[[int], bytes] = secrets.token_bytes,
    signed: bool = False,
) -> tuple[Token, str]:
    """A new token and its text, which nobody can read again.

    With `signed`, the token's `signing_secret` is given once too: the file keeps that key, since
    signatures are checked with it.

    Raises:
        TokenRefusedError: the name is blank or unprintable, it is for no integration, or it has
            expired already.
    """
    _check(name, integrations, expires_at, now)
    identifier = random(_ID_BYTES).hex()
    secret = base64.urlsafe_b64encode(random(_SECRET_BYTES)).decode().rstrip("=")
    key = random(_SECRET_BYTES) if signed else None
    row = {
        "id": identifier,
        "name": name,
        "role": str(role),
        "integrations": None if integrations is None else json.dumps(integrations),
        "secret_sha256": _hashed(secret),
        "signing_key": key,
        "created_at": as_text(now),
        "expires_at": None if expires_at is None else as_text(expires_at),
    }
    names = ", ".join(row)
    places = ", ".join(f":{column}" for column in row)
    with store.transaction() as connection:
        connection.execute(f"INSERT INTO tokens ({names}) VALUES ({places})", row)
    token = Token(
        id=identifier,
        name=name,
        role=role,
        integrations=integrations,
        created_at=now,
        expires_at=expires_at,
        signed=signed,
        signing_secret=_shown(key),
    )
    return token, f"tp_{identifier}_{secret}"


def list_tokens(store: OperationsStore) -> tuple[Token, ...]:
    """All tokens ever made, the oldest first, without their signing secrets."""
    with store.reading() as connection:
        rows = connection.execute("SELECT * FROM tokens ORDER BY created_at, id").fetchall()
    return tuple(_token(row) for row in rows)


def revoke(store: OperationsStore, identifier: str, *, now: datetime) -> Token:
    """The token, from now on refused; one that was revoked before keeps its time.

    Raises:
        UnknownNameError: there is no such token.
    """
    with store.transaction() as connection:
        connection.execute(
            "UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
            (as_text(now), identifier),
        )
        row = _row(connection, identifier)
    if row is None:
        msg = f"there is no token {without_secrets(identifier)!r}. A token's id is the part "
        raise UnknownNameError(f"{msg}between `tp_` and the second `_`.")
    return _token(row)


def authenticate(store: OperationsStore, text: str, now: datetime) -> Token | None:
    """The live token with this text; None for any other text, whatever is wrong with it."""
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    identifier, secret = match.groups()
    with store.reading() as connection:
        row = _row(connection, identifier)
    # Also an unknown id is compared, so that time tells nothing of which ids there are.
    kept = row["secret_sha256"] if row is not None else _hashed("")
    if not hmac.compare_digest(kept, _hashed(secret)) or row is None:
        return None
    token = _token(row, with_key=True)
    if not token.is_live(now):
        return None
    if token.last_used_at is None or now - token.last_used_at >= _USED_AGAIN_AFTER:
        with store.transaction() as connection:
            connection.execute(
                "UPDATE tokens SET last_used_at = ? WHERE id = ?", (as_text(now), identifier)
            )
    return token


def without_secrets(text: str) -> str:
    """The text with every token and signing secret in it made unreadable."""
    return _SECRETS.sub(lambda found: f"{found[0].partition('_')[0]}_…", text)


def _check(
    name: str, integrations: tuple[str, ...] | None, expires_at: datetime | None, now: datetime
) -> None:
    if not name.strip() or not name.isprintable() or len(name) > _NAME_LENGTH:
        msg = f"a token's name is 1 to {_NAME_LENGTH} printable characters. Say who uses it."
        raise TokenRefusedError(msg)
    if integrations == ():
        msg = f"the token {name!r} is for no integration. Name one, or leave them out for all."
        raise TokenRefusedError(msg)
    if expires_at is not None and expires_at <= now:
        msg = f"the token {name!r} would have expired at {as_text(expires_at)}. Take a later time."
        raise TokenRefusedError(msg)


def _hashed(secret: str) -> str:
    # The secret is 256 random bits: a slow hash would add nothing.
    return hashlib.sha256(secret.encode()).hexdigest()


def _shown(key: bytes | None) -> str | None:
    return None if key is None else f"whsec_{base64.b64encode(key).decode()}"


def _row(connection: sqlite3.Connection, identifier: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = connection.execute(
        "SELECT * FROM tokens WHERE id = ?", (identifier,)
    ).fetchone()
    return found


def _token(row: sqlite3.Row, *, with_key: bool = False) -> Token:
    key, integrations = row["signing_key"], row["integrations"]
    times = {
        name: None if row[name] is None else as_time(row[name])
        for name in ("expires_at", "revoked_at", "last_used_at")
    }
    return Token(
        id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        integrations=None if integrations is None else tuple(json.loads(integrations)),
        created_at=as_time(row["created_at"]),
        signed=key is not None,
        signing_secret=_shown(key) if with_key else None,
        **times,
    )
