"""The audit is added to and never changed, and a change by hand is found."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from totango_pipelines.operations import audit
from totango_pipelines.operations.roles import Role
from totango_pipelines.operations.tokens import create

FORGED = """
INSERT INTO audit SELECT 6, at, who, action, subject, outcome, details, hash, hash
FROM audit WHERE id = 5"""


@pytest.fixture
def filled(store, noon):
    for number in range(5):
        audit.record(
            store,
            at=noon + timedelta(minutes=number),
            who=f"user {number % 2}",
            action="run.ask",
            subject=f"i{number}",
            outcome="queued",
            details={"mode": "full", "number": number, "name": "Zoë"},
        )
    return store


def by_hand(store, *statements):
    """What somebody with the file and without our triggers could do."""
    with closing(sqlite3.connect(store.path)) as connection:
        for trigger in ("audit_is_never_changed", "audit_is_never_cut", "audit_is_never_replaced"):
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_what_was_written_is_read_the_newest_first(filled, noon):
    found = audit.entries(filled)
    assert [entry.subject for entry in found] == ["i4", "i3", "i2", "i1", "i0"]
    last = found[0]
    assert (last.id, last.at, last.who) == (5, noon + timedelta(minutes=4), "user 0")
    assert last.details == {"mode": "full", "number": 4, "name": "Zoë"}
    assert audit.verify(filled) is None


def test_entries_are_filtered_and_paged(filled):
    assert [entry.id for entry in audit.entries(filled, who="user 1")] == [4, 2]
    assert [entry.id for entry in audit.entries(filled, subject="i0", action="run.ask")] == [1]
    assert audit.entries(filled, action="token.create") == ()
    assert [entry.id for entry in audit.entries(filled, 2)] == [5, 4]
    assert [entry.id for entry in audit.entries(filled, 2, before=4)] == [3, 2]


def test_an_empty_audit_is_whole(store):
    assert audit.verify(store) is None
    assert audit.entries(store) == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'nobody' WHERE id = 3",
        "DELETE FROM audit WHERE id = 3",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE id = 3",
        "INSERT INTO audit SELECT * FROM audit WHERE id = 3 ON CONFLICT DO UPDATE SET who = 'x'",
    ],
)
def test_the_file_itself_refuses_a_change(filled, statement):
    refused = pytest.raises(sqlite3.IntegrityError, match="append-only")
    with refused, filled.transaction() as connection:
        connection.execute(statement)
    assert audit.verify(filled) is None
    assert len(audit.entries(filled)) == 5


@pytest.mark.parametrize(
    ("statements", "broken"),
    [
        (["UPDATE audit SET who = 'nobody' WHERE id = 3"], 3),
        (["UPDATE audit SET at = '2026-01-31T12:00:00.000000+00:00' WHERE id = 2"], 2),
        (["UPDATE audit SET details = '{}' WHERE id = 5"], 5),
        (["UPDATE audit SET hash = previous WHERE id = 4"], 4),
        (["DELETE FROM audit WHERE id = 1"], 1),
        (["DELETE FROM audit WHERE id = 3"], 3),
        (["DELETE FROM audit WHERE id >= 4"], 4),
        (["DELETE FROM audit"], 1),
        (["DELETE FROM audit WHERE id = 3", "UPDATE audit SET id = id - 1 WHERE id > 3"], 3),
        ([FORGED], 6),
    ],
    ids=str,
)
def test_a_change_by_hand_is_found(filled, statements, broken):
    by_hand(filled, *statements)
    assert audit.verify(filled) == broken


def test_after_the_last_rows_were_cut_new_ones_do_not_hide_it(filled, noon):
    by_hand(filled, "DELETE FROM audit WHERE id = 5")
    audit.record(filled, at=noon, who="w", action="a", subject="s", outcome="o", details={})
    assert audit.verify(filled) == 5


def test_no_token_gets_into_the_audit(store, noon):
    token, text = create(
        store,
        name="etl",
        role=Role.VIEWER,
        integrations=None,
        expires_at=None,
        now=noon,
        signed=True,
    )
    audit.record(
        store,
        at=noon,
        who=text,
        action=f"GET /{text}",
        subject=text,
        outcome=text,
        details={"token": text, text: [token.signing_secret]},
    )
    [entry] = audit.entries(store)
    assert entry.details == {"token": "tp_…", "tp_…": ["whsec_…"]}
    assert (entry.who, entry.action, entry.subject) == ("tp_…", "GET /tp_…", "tp_…")
    assert audit.verify(store) is None
