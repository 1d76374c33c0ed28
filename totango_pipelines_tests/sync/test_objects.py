"""The rules of each object (semantics.md 4), of foreign keys and of matching (6), in whole runs."""

import json

import pytest

from totango_pipelines.errors import TooManyRejectsError
from totango_pipelines_tests.sync.run_scene import moment

CATALOG = """\
attributes:
  accounts:
    - {name: zuora_id, type: foreign_key}
roles: [Success Manager, Onboarding Lead]
"""
ACCOUNTS = {"account_id": "id", "Tier": "tier"}


@pytest.fixture
def known(scene):
    """Two accounts, and the foreign key z-9 of the first."""
    scene.catalog(CATALOG)
    scene.declare("crm", "accounts", ACCOUNTS)
    scene.run("crm", [{"id": "a1", "tier": "x"}, {"id": "a2", "tier": "x"}])
    scene.declare("keys", "accounts_foreign_keys", {"account_id": "acc", "zuora_id": "z"})
    scene.run("keys", [{"acc": "a1", "z": "z-9"}])
    return scene


def changes(scene, run):
    found = scene.query(
        "SELECT object, key, operation, CAST(before AS VARCHAR) FROM _changes "
        f"WHERE run_id = 'run-{run}' ORDER BY 1, 2"
    )
    return [(*row[:3], json.loads(row[3]) if row[3] else None) for row in found]


class TestForeignKeysInPlaceOfAccounts:
    def test_e10_the_register_finds_the_account_and_never_makes_one(self, known):
        known.declare(
            "billing", "accounts", {"zuora_id": "z", "Industry": "i"}, match_on="zuora_id"
        )
        counts = known.run("billing", [{"z": " Z-9 ", "i": "it"}, {"z": "nope", "i": "it"}])
        assert counts == {"rows_read": 2, "updated": 1, "rejected": 1}
        assert known.rejects == [(2, "zuora_id", "FK_UNMATCHED")]
        assert known.query("SELECT industry FROM accounts WHERE account_id = 'a1'") == [("it",)]

    def test_two_foreign_keys_of_one_account_are_merged(self, known):
        known.run("keys", [{"acc": "a1", "z": "z-9"}, {"acc": "a1", "z": "z-10"}])
        known.declare(
            "billing", "accounts", {"zuora_id": "z", "Industry": "i"}, match_on="zuora_id"
        )
        rows = [{"z": "z-9", "i": "it"}, {"z": "z-10", "i": "hr"}]
        counts = known.run("billing", rows)
        assert counts == {"rows_read": 2, "updated": 1, "duplicates": 1}
        # Recognised by the source's values, these are two keys.
        assert known.run("billing") == {"rows_read": 2, "unchanged": 2}

    def test_children_find_their_account_by_it(self, known):
        mapping = {"zuora_id": "z", "user_id": "u", "name": "n"}
        known.declare("people", "users", mapping, match_on="zuora_id")
        rows = [{"z": "Z-9", "u": "ann@x", "n": "Ann"}, {"z": None, "u": "bo@x", "n": "Bo"}]
        assert known.run("people", rows) == {"rows_read": 2, "created": 1, "rejected": 1}
        assert known.query("SELECT account_id, user_id FROM users") == [("a1", "ann@x")]

    def test_a_task_finds_its_account_by_it_and_keeps_it_when_the_cell_is_blank(self, known):
        mapping = {"task_id": "t", "zuora_id": "z", "title": "n"}
        known.declare("tasks", "tasks", mapping, match_on="zuora_id")
        rows = [{"t": "t1", "z": "z-9", "n": "call"}, {"t": "t2", "z": None, "n": "write"}]
        assert known.run("tasks", rows) == {"rows_read": 2, "created": 1, "rejected": 1}
        counts = known.run("tasks", [{"t": "t1", "z": None, "n": "call again"}])
        assert counts in (
            {"rows_read": 1, "updated": 1, "absent": 0},
            {"rows_read": 1, "updated": 1},
        )
        assert known.query("SELECT account_id, title FROM tasks") == [("a1", "call again")]


class TestAccountAssignment:
    MAPPED = ("account_id", "account_role_id", "email", "user_name")

    @pytest.fixture
    def team(self, known):
        mapping = {"email": "e", "first_name": "f", "last_name": "l", "license": "lic"}
        known.declare("staff", "totango_users", mapping)
        people = [("Ann@x.io", "Ann", "Lee"), ("bo@x.io", "Bo", "Li"), ("b2@x.io", "bo", " LI ")]
        known.run("staff", [{"e": e, "f": f, "l": last, "lic": "Zoe"} for e, f, last in people])
        names = dict(zip(self.MAPPED, ("a", "r", "e", "n"), strict=True))
        known.declare("teams", "account_assignment", names)
        return known

    def test_an_email_wins_over_a_name_and_a_name_must_be_one_persons(self, team):
        rows = [
            {"a": "a1", "r": "Success Manager", "e": " ANN@x.io", "n": "Nobody"},
            {"a": "a2", "r": "Success Manager", "e": None, "n": "ann   lee"},
            {"a": "a1", "r": "Onboarding Lead", "e": None, "n": "Bo Li"},
            {"a": "a2", "r": "Onboarding Lead", "e": None, "n": "Who Ever"},
        ]
        assert team.run("teams", rows) == {"rows_read": 4, "created": 2, "rejected": 2}
        assert team.rejects == [
            (3, "user_name", "USER_AMBIGUOUS"),
            (4, "user_name", "USER_NOT_FOUND"),
        ]
        assert team.query("SELECT DISTINCT email FROM account_assignment") == [("ann@x.io",)]

    def test_an_unknown_account_is_judged_before_role_and_user(self, team):
        rows = [
            {"a": "a9", "r": "King", "e": "no@x.io", "n": None},
            {"a": "a1", "r": "King", "e": "no@x.io", "n": None},
        ]
        assert team.run("teams", rows) == {"rows_read": 2, "rejected": 2}
        assert team.rejects == [
            (1, "account_id", "ACCOUNT_NOT_FOUND"),
            (2, "account_role_id", "ROLE_UNKNOWN"),
            (2, "email", "USER_NOT_FOUND"),
        ]

    def test_neither_email_nor_name_says_nothing(self, team):
        row = {"a": "a1", "r": "Success Manager", "e": "bo@x.io", "n": None}
        team.run("teams", [row])
        assert team.run("teams", [row | {"e": None}]) == {"rows_read": 1, "unchanged": 1}
        assert team.query("SELECT email FROM account_assignment") == [("bo@x.io",)]


class TestTouchpoints:
    MAPPING = {"touchpoint_id": "t", "account_id": "a", "subject": "s", "timestamp": "happened"}  # noqa: RUF012

    def test_a_subject_or_a_content_is_needed_on_the_result(self, known):
        known.declare("calls", "touchpoints", self.MAPPING)
        row = {"t": "T1", "a": "a1", "s": "hello", "happened": moment(1)}
        bare = row | {"t": "T2", "s": None}
        assert known.run("calls", [row, bare]) == {"rows_read": 2, "created": 1, "rejected": 1}
        assert known.rejects == [(2, "subject", "SUBJECT_OR_CONTENT")]
        later = row | {"s": None, "happened": moment(2)}
        assert known.run("calls", [later]) == {"rows_read": 1, "updated": 1}
        assert known.query("SELECT touchpoint_id, subject FROM touchpoints") == [("t1", "hello")]

    def test_clearing_the_only_text_is_refused(self, known):
        mapping = self.MAPPING | {"subject": {"column": "s", "blank": "clear"}}
        known.declare("calls", "touchpoints", mapping)
        row = {"t": "T1", "a": "a1", "s": "hello", "happened": moment(1)}
        known.run("calls", [row])
        known.run("calls", [row | {"s": None}])
        assert known.rejects == [(1, "subject", "SUBJECT_OR_CONTENT")]


class TestActivities:
    STREAM = {  # noqa: RUF012
        "account_id": "a",
        "user_id": "u",
        "module": "m",
        "action": "x",
        "timestamp": "happened",
    }
    ROW = {"a": "a1", "u": "U@x", "m": "app", "x": "open"}  # noqa: RUF012

    def test_the_stream_has_time_in_its_key(self, known):
        known.declare("stream", "historical_activity_stream", self.STREAM)
        rows = [self.ROW | {"happened": moment(second)} for second in (1, 2, 2)]
        assert known.run("stream", rows) == {"rows_read": 3, "created": 2, "duplicates": 1}
        found = known.query("SELECT user_id, count FROM historical_activity_stream")
        assert found == [("u@x", 1), ("u@x", 1)]
        counts = known.run("stream", mode="full")
        assert counts == {"rows_read": 3, "unchanged": 2, "duplicates": 1}

    def test_an_activity_without_a_time_is_refused(self, known):
        known.declare("stream", "historical_activity_stream", self.STREAM)
        known.run("stream", [self.ROW | {"happened": None}])
        assert known.rejects == [(1, "timestamp", "KEY_NULL")]

    def test_usage_counts_one_where_nothing_is_said(self, known):
        names = ("account_id", "user_id", "module", "action", "count")
        known.declare("use", "usage", dict(zip(names, ("a", "u", "m", "x", "n"), strict=True)))
        rows = [self.ROW | {"n": n} for n in ("3", None, "2.5")]
        assert known.run("use", rows) == {"rows_read": 3, "created": 2, "rejected": 1}
        assert known.rejects == [(3, "count", "NOT_WHOLE")]
        assert sorted(known.query("SELECT count FROM usage")) == [(1,), (3,)]
        assert known.query("SELECT count(timestamp) FROM usage") == [(2,)]

    def test_of_several_rows_of_one_day_the_last_counts(self, known):
        names = {"account_id": "a", "date": "d", "App##Open": "n", "App##Save": "k"}
        known.declare("days", "usage_aggregations", names)
        rows = [
            {"a": "a1", "d": "2026-01-31", "n": "3", "k": "9"},
            {"a": "a1", "d": "2026-01-31", "n": "4", "k": None},
            {"a": "new", "d": "2026-01-31", "n": "1", "k": "1"},
        ]
        counts = known.run("days", rows)
        assert counts == {"rows_read": 3, "created": 2, "duplicates": 1, "stub_accounts": 1}
        found = known.query(
            "SELECT user_id, app_open, app_save FROM usage_aggregations WHERE account_id = 'a1'"
        )
        assert found == [("", 4, None)]


class TestMatching:
    def declare(self, scene, *, resolve):
        mapping = {"account_id": "a", "collection_id": "c", "name": "n"}
        settings = {"source_id_column": "sid", "recency_column": "updated_at"}
        scene.declare(
            "opps",
            "collections",
            mapping,
            collection="deals",
            auto_resolve_conflicts=resolve,
            **settings,
        )

    def row(self, source_id, second, name="n"):
        values = {"a": "a4", "c": "1", "n": name}
        return values | {"sid": source_id, "updated_at": moment(second)}

    def matches(self, scene):
        return scene.query("SELECT key, source_id FROM _matches")

    def test_e12_the_newest_source_record_takes_the_match_or_none_does(self, scene):
        self.declare(scene, resolve=False)
        scene.run("opps", [self.row("opp1", 80, "one")])
        assert scene.run("opps", [self.row("opp2", 90, "two")]) == {"rows_read": 1, "rejected": 1}
        assert scene.rejects == [(1, "collection_id", "MATCH_CONFLICT")]
        self.declare(scene, resolve=True)
        taken = scene.run("opps", [self.row("opp2", 90, "two")])
        assert taken == {"rows_read": 1, "updated": 1, "conflicts_resolved": 1}
        late = scene.run("opps", [self.row("opp1", 85, "late")])
        assert late == {"rows_read": 1, "stale": 1}
        assert self.matches(scene) == [("deals/a4/1", "opp2")]
        assert scene.query("SELECT name FROM collections") == [("two",)]

    def test_e13_rebuilding_forgets_the_matches_that_this_integration_took(self, scene):
        self.declare(scene, resolve=False)
        scene.run("opps", [self.row("opp2", 80)])
        scene.source("opps", [self.row("opp3", 90)])
        assert scene.run("opps") == {"rows_read": 1, "rejected": 1}
        counts = scene.run("opps", mode="rebuild_mapping")
        assert counts == {"rows_read": 1, "unchanged": 1}
        assert self.matches(scene) == [("deals/a4/1", "opp3")]

    def test_a_rebuild_that_fails_leaves_the_matches(self, scene):
        self.declare(scene, resolve=False)
        scene.run("opps", [self.row("opp2", 80)])
        with pytest.raises(TooManyRejectsError):
            scene.run("opps", [self.row(None, 90) | {"a": "!"}] * 11, mode="rebuild_mapping")
        assert self.matches(scene) == [("deals/a4/1", "opp2")]

    def test_within_one_extract_the_first_holds_or_the_newest_takes_over(self, scene):
        self.declare(scene, resolve=False)
        rows = [self.row("opp1", 70, "one"), self.row("opp2", 60, "two"), self.row(None, 10)]
        counts = scene.run("opps", rows)
        assert counts == {
            "rows_read": 3,
            "created": 1,
            "duplicates": 1,
            "rejected": 1,
            "stub_accounts": 1,
        }
        assert self.matches(scene) == [("deals/a4/1", "opp2")]
        self.declare(scene, resolve=True)
        counts = scene.run("opps", mode="rebuild_mapping")
        assert counts == {"rows_read": 3, "updated": 1, "duplicates": 2, "conflicts_resolved": 1}
        assert self.matches(scene) == [("deals/a4/1", "opp1")]

    def test_one_source_record_may_match_several_records(self, scene):
        self.declare(scene, resolve=False)
        rows = [self.row("opp1", 70), self.row("opp1", 70) | {"c": "2"}]
        assert scene.run("opps", rows)["created"] == 2
        assert len(self.matches(scene)) == 2

    def test_a_null_source_id_takes_no_part(self, scene):
        self.declare(scene, resolve=False)
        scene.run("opps", [self.row("opp1", 70, "one")])
        counts = scene.run("opps", [self.row(None, 80, "two"), self.row(" ", 81, "three")])
        assert counts == {"rows_read": 2, "updated": 1, "duplicates": 1}
        assert self.matches(scene) == [("deals/a4/1", "opp1")]


class TestParents:
    def test_a_parent_may_come_late_and_circles_are_warnings(self, scene):
        scene.declare("crm", "accounts", {"account_id": "id", "parent_id": "p"})
        rows = [{"id": "child", "p": "late"}, {"id": "x", "p": "y"}, {"id": "y", "p": "x"}]
        rows += [{"id": "below", "p": "x"}, {"id": "self", "p": "self"}]
        scene.run("crm", rows)
        assert [text.split(" ", 1)[0] for text in scene.last.warnings] == ["1", "3"]
        scene.run("crm", [*rows, {"id": "late", "p": None}])
        (circles,) = scene.last.warnings
        assert "leads back" in circles


class TestDeletedIntegrations:
    def test_its_cells_belong_to_nobody_and_any_later_row_writes_them(self, scene):
        for name in ("one", "two"):
            scene.declare(name, "accounts", ACCOUNTS, recency_column="updated_at")
        scene.run("one", [{"id": "a", "tier": "x", "updated_at": moment(90)}])
        scene.context("one", "any").hub().release("one")
        assert scene.query("SELECT tier FROM accounts") == [("x",)]
        counts = scene.run("two", [{"id": "a", "tier": "y", "updated_at": moment(10)}])
        assert counts == {"rows_read": 1, "updated": 1}
        assert scene.query("SELECT count(*) FROM _states WHERE integration = 'one'") == [(0,)]

    def test_a_later_integration_of_the_same_id_starts_anew(self, scene):
        scene.declare("one", "accounts", ACCOUNTS)
        scene.run("one", [{"id": "a", "tier": "x"}])
        scene.context("one", "any").hub().release("one")
        assert scene.run("one", [{"id": "a", "tier": "y"}]) == {"rows_read": 1, "updated": 1}
        scene.declare("two", "accounts", ACCOUNTS)
        counts = scene.run("two", [{"id": "a", "tier": "z"}])
        assert counts == {"rows_read": 1, "unchanged": 1, "conflicts": 1}
        assert changes(scene, 2) == [("accounts", "a", "updated", {"tier": "x"})]
