"""The tables of `operations.db`: every statement may run again on a file that has them."""

from typing import Final

# Times are ISO 8601 texts in UTC with microseconds: they sort as they pass.
_TOKENS: Final = (
    """\
CREATE TABLE IF NOT EXISTS tokens (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    integrations TEXT,
    secret_sha256 TEXT NOT NULL,
    signing_key BLOB,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    revoked_at TEXT,
    last_used_at TEXT
) STRICT""",
)

_REQUESTS: Final = (
    """\
CREATE TABLE IF NOT EXISTS requests (
    token_id TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    work TEXT NOT NULL,
    claim TEXT NOT NULL,
    claimed_at TEXT NOT NULL,
    answer TEXT,
    PRIMARY KEY (token_id, key)
) STRICT""",
    "CREATE INDEX IF NOT EXISTS requests_by_age ON requests (claimed_at)",
    """\
CREATE TABLE IF NOT EXISTS signed_ids (
    token_id TEXT NOT NULL,
    signed_id TEXT NOT NULL,
    bound_to TEXT,
    until TEXT NOT NULL,
    PRIMARY KEY (token_id, signed_id)
) STRICT""",
)

_AUDIT: Final = (
    """\
CREATE TABLE IF NOT EXISTS audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    outcome TEXT NOT NULL,
    details TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT""",
    """\
CREATE TRIGGER IF NOT EXISTS audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    """\
CREATE TRIGGER IF NOT EXISTS audit_is_never_cut BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    # INSERT OR REPLACE would take a row out without asking the trigger above.
    """\
CREATE TRIGGER IF NOT EXISTS audit_is_never_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
)

# An alert is there while its condition lasts; `judged` says up to which end of a run they are true.
_NOTICES: Final = (
    """\
CREATE TABLE IF NOT EXISTS alerts (
    integration TEXT NOT NULL,
    event TEXT NOT NULL,
    run_id TEXT,
    began_at TEXT NOT NULL,
    PRIMARY KEY (integration, event)
) STRICT""",
    """\
CREATE TABLE IF NOT EXISTS judged (
    integration TEXT PRIMARY KEY,
    until TEXT NOT NULL
) STRICT""",
    """\
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target TEXT NOT NULL,
    integration TEXT NOT NULL,
    event TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'given_up')),
    due_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT
) STRICT""",
    """\
CREATE INDEX IF NOT EXISTS outbox_pending ON outbox (target, integration, id)
WHERE state = 'pending'""",
)

TABLES: Final[tuple[str, ...]] = (*_TOKENS, *_REQUESTS, *_AUDIT, *_NOTICES)
"""What OperationsStore runs before its first use of a file; a new module adds its own here."""
