"""Which rows a run delivers (semantics.md 1), through whole runs on both hubs."""

import json

import duckdb
import psycopg
import pytest

from totango_pipelines.errors import HeldOpenError, LeaseLostError, TooManyRejectsError
from totango_pipelines.staging import StagedFile
from totango_pipelines.sync.extract_step import run_extract
from totango_pipelines.sync.mapping_step import run_mapping
from totango_pipelines.sync.preview_step import run_preview
from totango_pipelines_tests.sync.run_scene import moment

MAPPING = {"account_id": "id", "Tier": "tier"}
BY_CURSOR = {"cursor_column": "seq"}


@pytest.fixture
def accounts(scene):
    scene.declare("crm", "accounts", MAPPING)
    return scene


@pytest.fixture
def windows(scene):
    scene.declare("crm", "accounts", MAPPING, **BY_CURSOR)
    return scene


def tiers(scene):
    return dict(scene.query("SELECT account_id, tier FROM accounts ORDER BY 1"))


class TestByDifference:
    def test_only_what_changed_is_delivered(self, accounts):
        accounts.run("crm", [{"id": "a", "tier": "x"}, {"id": "b", "tier": "x"}])
        counts = accounts.run("crm", [{"id": "a", "tier": "y"}, {"id": "b", "tier": "x"}])
        assert counts == {"rows_read": 2, "updated": 1, "unchanged": 1}
        folder = accounts.context("crm", "run-2").folder
        assert folder.manifest(StagedFile.MAPPED).rows == 1

    def test_a_source_that_goes_back_is_delivered_and_wins(self, accounts):
        for tier in ("x", "y", "x"):
            counts = accounts.run("crm", [{"id": "a", "tier": tier}])
        assert counts == {"rows_read": 1, "updated": 1}
        assert tiers(accounts) == {"a": "x"}

    def test_a_record_that_somebody_else_changed_is_left_to_them(self, accounts):
        accounts.run("crm", [{"id": "a", "tier": "x"}])
        accounts.declare("billing", "accounts", MAPPING, auto_resolve_conflicts=True)
        accounts.run("billing", [{"id": "a", "tier": "y"}])
        assert accounts.run("crm") == {"rows_read": 1, "unchanged": 1}
        assert tiers(accounts) == {"a": "y"}

    def test_keys_that_are_gone_are_counted_and_stay(self, accounts):
        accounts.run("crm", [{"id": "a", "tier": "x"}, {"id": "b", "tier": "x"}])
        for _ in range(2):
            counts = accounts.run("crm", [{"id": "a", "tier": "x"}])
            assert counts == {"rows_read": 1, "unchanged": 1, "absent": 1}
        assert set(tiers(accounts)) == {"a", "b"}

    def test_a_full_run_forgets_the_keys_that_are_gone(self, accounts):
        accounts.run("crm", [{"id": "a", "tier": "x"}, {"id": "b", "tier": "x"}])
        absent = [
            accounts.run("crm", [{"id": "a", "tier": "x"}], mode="full").get("absent")
            for _ in range(2)
        ]
        assert absent == [1, None]

    def test_rejected_and_skipped_rows_come_again_by_themselves(self, scene):
        scene.declare("crm", "accounts", MAPPING, allow_new=False)
        rows = [{"id": "a", "tier": "x"}, {"id": "!", "tier": "x"}]
        for _ in range(2):
            assert scene.run("crm", rows) == {"rows_read": 2, "skipped_new": 1, "rejected": 1}
        scene.declare("crm", "accounts", MAPPING, allow_new=True)
        assert scene.run("crm") == {"rows_read": 2, "created": 1, "rejected": 1}

    def test_a_key_with_a_rejected_row_is_recognised_by_its_others(self, scene):
        mapping = MAPPING | {"Licenses": "seats"}
        scene.declare("crm", "accounts", mapping)
        rows = [{"id": "a", "tier": "x", "seats": "1"}, {"id": "a", "tier": "x", "seats": "many"}]
        assert scene.run("crm", rows) == {"rows_read": 2, "created": 1, "rejected": 1}
        assert scene.run("crm") == {"rows_read": 2, "unchanged": 1, "rejected": 1}
        folder = scene.context("crm", "run-2").folder
        assert folder.manifest(StagedFile.MAPPED).rows == 0

    def test_rows_of_one_key_count_as_duplicates_also_when_they_are_recognised(self, accounts):
        rows = [{"id": "a", "tier": "x"}, {"id": "a", "tier": "y"}]
        assert accounts.run("crm", rows) == {"rows_read": 2, "created": 1, "duplicates": 1}
        assert accounts.run("crm") == {"rows_read": 2, "unchanged": 1, "duplicates": 1}
        counts = accounts.run("crm", rows[:1])
        assert counts == {"rows_read": 1, "updated": 1}

    def test_a_row_that_the_hub_refused_keeps_its_key_different(self, scene):
        scene.declare("a", "accounts", MAPPING)
        scene.declare("tasks", "tasks", {"task_id": "id", "account_id": "acc", "title": "t"})
        rows = [{"id": "t1", "acc": "a", "t": "call"}]
        for _ in range(2):
            assert scene.run("tasks", rows) == {"rows_read": 1, "rejected": 1}
        scene.run("a", [{"id": "a", "tier": "x"}])
        assert scene.run("tasks") == {"rows_read": 1, "created": 1}
        assert scene.run("tasks") == {"rows_read": 1, "unchanged": 1}

    def test_a_new_recency_alone_delivers_nothing(self, scene):
        scene.declare("crm", "accounts", MAPPING, recency_column="updated_at")
        for second in (10, 20):
            counts = scene.run("crm", [{"id": "a", "tier": "x", "updated_at": moment(second)}])
        assert counts == {"rows_read": 1, "unchanged": 1}
        folder = scene.context("crm", "run-2").folder
        assert folder.manifest(StagedFile.MAPPED).rows == 0

    def test_a_changed_mapping_delivers_everything_again(self, accounts):
        rows = [{"id": "a", "tier": "x", "name": "A"}, {"id": "b", "tier": "x", "name": "B"}]
        accounts.run("crm", rows)
        accounts.declare("crm", "accounts", MAPPING | {"account_name": "name"})
        assert accounts.run("crm") == {"rows_read": 2, "updated": 2}

    def test_other_changes_of_the_declaration_deliver_nothing(self, accounts):
        accounts.run("crm", [{"id": "a", "tier": "x"}])
        noted = {"account_id": "id", "Tier": {"column": "tier", "note": "from sales"}}
        accounts.declare("crm", "accounts", noted, allow_new=False, reject_allowance=3)
        assert accounts.run("crm") == {"rows_read": 1, "unchanged": 1}
        folder = accounts.context("crm", "run-2").folder
        assert folder.manifest(StagedFile.MAPPED).rows == 0

    def test_a_run_that_failed_leaves_the_baseline(self, scene):
        scene.declare("crm", "accounts", MAPPING, reject_allowance=0)
        scene.run("crm", [{"id": "a", "tier": "x"}])
        with pytest.raises(TooManyRejectsError):
            scene.run("crm", [{"id": "a", "tier": "y"}, {"id": "!", "tier": "x"}])
        assert scene.run("crm", [{"id": "a", "tier": "y"}]) == {"rows_read": 1, "updated": 1}

    def test_the_baseline_survives_a_lost_staging_folder(self, accounts, tmp_path):
        accounts.run("crm", [{"id": "a", "tier": "x"}])
        (tmp_path / "project" / ".totango" / "runs").rename(tmp_path / "gone")
        accounts.run("crm")
        folder = accounts.context("crm", "run-2").folder
        assert folder.manifest(StagedFile.MAPPED).rows == 0

    def test_a_lost_baseline_means_that_everything_is_delivered(self, accounts):
        accounts.run("crm", [{"id": "a", "tier": "x"}])
        with_write(accounts, "DELETE FROM _states", "DELETE FROM _state_files")
        assert accounts.run("crm") == {"rows_read": 1, "unchanged": 1}
        folder = accounts.context("crm", "run-2").folder
        assert folder.manifest(StagedFile.MAPPED).rows == 1


class TestRecentLines:
    """What small runs committed stands beside the whole baseline until it is a tenth of it."""

    ROWS = tuple({"id": f"a{n:02d}", "tier": "x", "seq": 1} for n in range(40))

    @pytest.fixture(params=["difference", "cursor"])
    def integration(self, scene, request):
        settings = BY_CURSOR if request.param == "cursor" else {}
        scene.declare("crm", "accounts", MAPPING, **settings)
        scene.run("crm", list(self.ROWS))
        return scene

    def changed(self, tier, seq, *, rows=1):
        return [
            row | {"tier": tier, "seq": seq} if n < rows else row for n, row in enumerate(self.ROWS)
        ]

    def stored(self, scene):
        files = scene.query("SELECT name, md5(data) FROM _state_files WHERE name <> 'held'")
        return dict(files)

    def test_a_small_run_leaves_the_whole_as_it_is(self, integration):
        before = self.stored(integration)
        integration.run("crm", self.changed("y", 2))
        after = self.stored(integration)
        assert after.keys() == {"baseline", "recent"}
        assert after["baseline"] == before["baseline"]

    def test_a_recent_line_holds_and_the_one_before_it_does_not(self, integration):
        integration.run("crm", self.changed("y", 2))
        again = integration.run("crm", self.changed("y", 2))
        assert again["unchanged"] == again["rows_read"]
        back = integration.run("crm", self.changed("x", 3))
        assert back["updated"] == 1
        assert tiers(integration)["a00"] == "x"
        assert self.stored(integration).keys() == {"baseline", "recent"}

    def test_many_recent_lines_make_a_new_whole(self, integration):
        integration.run("crm", self.changed("y", 2, rows=4))
        assert self.stored(integration).keys() == {"baseline", "recent"}
        integration.run("crm", self.changed("y", 3, rows=5))
        assert self.stored(integration).keys() == {"baseline"}
        again = integration.run("crm", self.changed("y", 3, rows=5))
        assert again["unchanged"] == again["rows_read"]

    def test_a_full_run_makes_a_new_whole(self, integration):
        integration.run("crm", self.changed("y", 2))
        counts = integration.run("crm", self.changed("y", 2)[:39], mode="full")
        assert counts == {"rows_read": 39, "unchanged": 39, "absent": 1}
        assert self.stored(integration).keys() == {"baseline"}


class TestByCursor:
    def test_the_window_starts_at_the_last_cursor_and_takes_equal_values(self, windows):
        windows.run("crm", [{"id": "a", "tier": "x", "seq": 1}, {"id": "b", "tier": "x", "seq": 2}])
        rows = [
            {"id": "a", "tier": "late", "seq": 1},
            {"id": "b", "tier": "x", "seq": 2},
            {"id": "c", "tier": "x", "seq": 2},
            {"id": "d", "tier": "x", "seq": 3},
        ]
        assert windows.run("crm", rows) == {"rows_read": 3, "created": 2, "unchanged": 1}
        assert tiers(windows)["a"] == "x"

    def test_cursor_lag_reads_late_rows(self, scene):
        scene.declare("crm", "accounts", MAPPING, cursor_column="seq", cursor_lag=2)
        scene.run("crm", [{"id": "a", "tier": "x", "seq": 10}])
        rows = [{"id": "a", "tier": "x", "seq": 10}, {"id": "late", "tier": "x", "seq": 8}]
        assert scene.run("crm", rows) == {"rows_read": 2, "created": 1, "unchanged": 1}
        assert scene.run("crm", rows) == {"rows_read": 2, "unchanged": 2}

    def test_a_cursor_of_times_may_lag_by_a_duration(self, scene):
        settings = {"cursor_column": "updated_at", "cursor_lag": "10s"}
        scene.declare("crm", "accounts", MAPPING, **settings)
        scene.run("crm", [{"id": "a", "tier": "x", "updated_at": moment(100)}])
        rows = [
            {"id": "a", "tier": "x", "updated_at": moment(89)},
            {"id": "b", "tier": "x", "updated_at": moment(90)},
        ]
        assert scene.run("crm", rows) == {"rows_read": 1, "created": 1}

    def test_the_cursor_never_goes_back_also_not_by_a_full_run(self, windows):
        windows.run("crm", [{"id": "a", "tier": "x", "seq": 10}])
        windows.run("crm", [{"id": "b", "tier": "x", "seq": 3}], mode="full")
        rows = [{"id": "c", "tier": "x", "seq": 5}, {"id": "d", "tier": "x", "seq": 10}]
        assert windows.run("crm", rows) == {"rows_read": 1, "created": 1}

    def test_another_cursor_column_forgets_the_cursor(self, windows):
        windows.run("crm", [{"id": "a", "tier": "x", "seq": 10, "updated_at": moment(9)}])
        windows.declare("crm", "accounts", MAPPING, cursor_column="updated_at")
        rows = [{"id": "b", "tier": "x", "seq": 1, "updated_at": moment(1)}]
        assert windows.run("crm", rows)["created"] == 1

    def test_a_row_without_a_cursor_is_rejected_every_time(self, windows):
        rows = [{"id": "a", "tier": "x", "seq": None}, {"id": "b", "tier": "x", "seq": 1}]
        assert windows.run("crm", rows) == {"rows_read": 2, "created": 1, "rejected": 1}
        assert windows.rejects == [(1, "", "CURSOR_NULL")]
        assert windows.run("crm") == {"rows_read": 2, "unchanged": 1, "rejected": 1}

    def test_a_rejected_row_is_held_open_until_it_passes(self, scene):
        scene.declare("accounts", "accounts", MAPPING)
        mapping = {"task_id": "id", "account_id": "acc", "title": "t"}
        scene.declare("tasks", "tasks", mapping, **BY_CURSOR)
        early = {"id": "t1", "acc": "a", "t": "call", "seq": 1}
        assert scene.run("tasks", [early]) == {"rows_read": 1, "rejected": 1}
        later = {"id": "t2", "acc": "a", "t": "write", "seq": 5}
        assert scene.run("tasks", [later]) == {"rows_read": 2, "rejected": 2}
        assert [row for row, _, _ in scene.rejects] == [1, 2]
        scene.run("accounts", [{"id": "a", "tier": "x"}])
        assert scene.run("tasks", []) == {"rows_read": 2, "created": 2}
        assert scene.run("tasks", []) == {}

    def test_a_held_row_gives_way_to_a_row_of_its_key(self, windows):
        windows.declare("crm", "accounts", MAPPING | {"Licenses": "seats"}, **BY_CURSOR)
        windows.run("crm", [{"id": "a", "tier": "x", "seats": "many", "seq": 1}])
        counts = windows.run("crm", [{"id": "a", "tier": "y", "seats": "2", "seq": 2}])
        assert counts == {"rows_read": 1, "created": 1}

    def test_a_held_row_without_a_key_gives_way_to_an_identical_one_only(self, windows):
        nameless = {"id": None, "tier": "x", "seq": 1}
        assert windows.run("crm", [nameless]) == {"rows_read": 1, "rejected": 1}
        assert windows.run("crm", [nameless]) == {"rows_read": 1, "rejected": 1}
        other = {"id": None, "tier": "y", "seq": 1}
        assert windows.run("crm", [other]) == {"rows_read": 2, "rejected": 2}

    def test_a_full_run_forgets_the_held_rows_and_holds_its_own(self, windows):
        windows.run("crm", [{"id": "!", "tier": "x", "seq": 1}])
        counts = windows.run("crm", [{"id": "?", "tier": "x", "seq": 1}], mode="full")
        assert counts == {"rows_read": 1, "rejected": 1}
        assert windows.run("crm", []) == {"rows_read": 1, "rejected": 1}

    def test_rows_that_were_held_open_do_not_count_against_the_limits_again(self, scene):
        limits = {"reject_allowance": 1, "max_reject_ratio": 0.5}
        scene.declare("crm", "accounts", MAPPING, **BY_CURSOR, **limits)
        bad = [{"id": f"!{n}", "tier": "x", "seq": 1} for n in range(3)]
        scene.run("crm", [*bad, *({"id": f"a{n}", "tier": "x", "seq": 1} for n in range(4))])
        counts = scene.run("crm", [{"id": "b", "tier": "x", "seq": 2}])
        assert counts == {"rows_read": 4, "created": 1, "rejected": 3}
        with pytest.raises(TooManyRejectsError, match="2 of 2 rows"):
            scene.run("crm", [{"id": f"?{n}", "tier": "x", "seq": 3} for n in range(2)])

    def test_a_held_row_whose_columns_changed_their_type_asks_for_a_full_run(self, windows):
        windows.run("crm", [{"id": "!", "tier": "x", "seq": 1}])
        windows.source("crm", [{"id": "a", "tier": 1, "seq": 2}])
        windows.declare("crm", "accounts", MAPPING, query="SELECT * FROM crm", **BY_CURSOR)
        retype(windows, "ALTER TABLE crm ALTER tier TYPE BIGINT")
        with pytest.raises(HeldOpenError, match=r"tier .* --mode full"):
            windows.run("crm")
        assert windows.run("crm", mode="full") == {"rows_read": 1, "created": 1}


USAGE = {"account_id": "acc", "user_id": "user", "action": "act", "module": "mod"}
ROW = {"acc": "a", "user": "u", "act": "open", "mod": "app"}


class TestUsage:
    @pytest.fixture
    def usage(self, scene):
        scene.declare("use", "usage", USAGE)
        return scene

    def test_equal_rows_are_appended_as_often_as_they_are_new(self, usage):
        first = usage.run("use", [ROW] * 2)
        assert first == {"rows_read": 2, "created": 2, "stub_accounts": 1}
        assert usage.run("use", [ROW] * 3) == {"rows_read": 3, "created": 1, "unchanged": 2}
        assert usage.query("SELECT count(*), sum(count) FROM usage") == [(3, 3)]

    def test_rows_that_are_gone_stay_and_are_counted(self, usage):
        usage.run("use", [ROW] * 3)
        counts = usage.run("use", [ROW])
        assert counts == {"rows_read": 1, "unchanged": 1, "absent": 2}

    def test_after_a_deletion_a_window_counts_no_row_as_gone(self, usage):
        usage.run("use", [ROW] * 3)
        usage.context("use", "none").hub().release("use")
        usage.declare("use", "usage", USAGE, cursor_column="seq")
        row = ROW | {"act": "close", "seq": 1}
        assert usage.run("use", [row]) == {"rows_read": 1, "created": 1}
        assert usage.query("SELECT count(*) FROM usage") == [(4,)]

    def test_a_full_run_takes_away_what_is_gone_the_newest_copies_first(self, usage):
        usage.run("use", [ROW])
        usage.run("use", [ROW] * 3 + [ROW | {"act": "close"}])
        counts = usage.run("use", [ROW] * 2, mode="full")
        assert counts == {"rows_read": 2, "unchanged": 2, "removed": 2}
        seqs = usage.query("SELECT _run_seq, _row_no FROM usage ORDER BY 1, 2")
        assert [row for _, row in seqs] == [1, 2]
        removed = usage.query(
            "SELECT key, CAST(before AS VARCHAR) FROM _changes WHERE operation = 'removed'"
        )
        assert {json.loads(before)["action"] for _, before in removed} == {"open", "close"}

    def test_a_row_that_is_now_rejected_is_taken_away_by_a_full_run(self, usage):
        usage.run("use", [ROW, ROW | {"user": "v"}])
        counts = usage.run("use", [ROW, ROW | {"user": None}], mode="full")
        assert counts == {"rows_read": 2, "unchanged": 1, "rejected": 1, "removed": 1}

    def test_another_integrations_rows_are_left_alone(self, usage):
        usage.declare("other", "usage", USAGE)
        usage.run("use", [ROW])
        assert usage.run("other", [ROW]) == {"rows_read": 1, "created": 1}
        assert usage.run("use", [], mode="full") == {"removed": 1}
        assert usage.query("SELECT _writer FROM usage") == [("other",)]

    def test_without_allow_new_rows_of_unknown_accounts_wait(self, scene):
        scene.declare("use", "usage", USAGE, allow_new=False)
        assert scene.run("use", [ROW] * 2) == {"rows_read": 2, "skipped_new": 2}
        scene.declare("crm", "accounts", MAPPING)
        scene.run("crm", [{"id": "a", "tier": "x"}])
        assert scene.run("use") == {"rows_read": 2, "created": 2}

    def test_a_changed_mapping_replaces_the_rows(self, usage):
        usage.run("use", [ROW | {"n": "2"}])
        usage.declare("use", "usage", USAGE | {"count": "n"})
        assert usage.run("use") == {"rows_read": 1, "created": 1, "removed": 1}
        assert usage.query("SELECT count FROM usage") == [(2,)]


class TestLease:
    def test_a_run_that_was_overtaken_before_its_commit_writes_nothing(self, accounts):
        accounts.source("crm", [{"id": "a", "tier": "x"}])
        slow = accounts.context("crm", "slow")
        for step in (run_extract, run_preview, run_mapping):
            step(slow)
        accounts.run("crm")
        with pytest.raises(LeaseLostError):
            accounts.upsert(slow)

    def test_a_repeated_run_reports_the_same_and_changes_nothing(self, accounts):
        first = accounts.run("crm", [{"id": "a", "tier": "x"}])
        again = accounts.upsert(accounts.context("crm", "run-1"))
        assert (again, accounts.last.repeated) == (first, True)


def with_write(scene, *statements):
    is_file = scene.hub_url.startswith("duckdb")
    connect = duckdb.connect if is_file else psycopg.connect
    with connect(scene.hub_url.removeprefix("duckdb:///")) as hub:
        for statement in statements:
            hub.execute(statement)


def retype(scene, statement):
    with duckdb.connect(str(scene.folder / "crm.duckdb")) as source:
        source.execute(statement)
