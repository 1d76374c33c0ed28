"""One suite for every hub: the worked examples of semantics.md and the rules behind them."""

from datetime import date
from decimal import Decimal

import psycopg
import pytest

from totango_pipelines.errors import (
    CountsIdentityError,
    HubSchemaError,
    LeaseLostError,
    TooManyRejectsError,
)
from totango_pipelines.upsert.delivery import RejectLimits
from totango_pipelines.upsert.postgres_hub import PostgresHub
from totango_pipelines_tests.upsert.hub_scene import counted


class TestWorkedExamples:
    def test_e1_a_new_key_is_created(self, scene):
        result = scene.run([("a1", {"account_name": "Acme", "tier": "Gold"}, 10)])
        assert counted(result) == {"created": 1}
        assert scene.record("a1") == {"account_name": "Acme", "tier": "Gold"}
        assert scene.changes("run-1") == [("a1", "created", None)]

    def test_e2_the_same_row_again_is_unchanged(self, scene):
        for _ in range(2):
            result = scene.run([("a1", {"account_name": "Acme", "tier": "Gold"}, 10)])
        assert counted(result) == {"unchanged": 1}
        assert scene.changes("run-2") == []

    def test_e3_an_attribute_that_is_not_mapped_stays(self, scene):
        scene.run([("a1", {"account_name": "Acme", "tier": "Gold"}, 10)])
        result = scene.run([("a1", {"tier": "Silver"}, 20)])
        assert counted(result) == {"updated": 1}
        assert scene.record("a1") == {"account_name": "Acme", "tier": "Silver"}
        assert scene.changes("run-2") == [("a1", "updated", {"tier": "Gold"})]

    def test_e4_an_older_value_is_stale(self, scene):
        scene.run([("a1", {"tier": "Silver"}, 20)])
        result = scene.run([("a1", {"tier": "Bronze"}, 15)])
        assert counted(result) == {"stale": 1}
        assert scene.record("a1") == {"tier": "Silver"}

    def test_e5_a_blank_keeps_or_clears(self, scene):
        scene.run([("a1", {"tier": "Silver"}, 20)])
        kept = scene.run([("a1", {"tier": None}, 30)])
        assert counted(kept) == {"unchanged": 1}
        assert scene.record("a1") == {"tier": "Silver"}
        cleared = scene.run([("a1", {"tier": None}, 30)], clears=["tier"])
        assert counted(cleared) == {"updated": 1}
        assert scene.record("a1") == {}
        assert scene.changes("run-3") == [("a1", "updated", {"tier": "Silver"})]

    def test_e6_a_cleared_cell_keeps_older_values_out(self, scene):
        scene.run([("a1", {"tier": "Silver"}, 20)])
        scene.run([("a1", {"tier": None}, 30)], clears=["tier"])
        result = scene.run([("a1", {"tier": "Gold"}, 25)])
        assert counted(result) == {"stale": 1}
        assert scene.record("a1") == {}

    def test_e6_also_holds_when_the_blank_came_first(self, scene):
        scene.run([("a1", {"tier": None}, 30), ("a2", {"tier": "x"}, 30)], clears=["tier"])
        result = scene.run([("a1", {"tier": "Gold"}, 25)])
        assert counted(result) == {"stale": 1}

    def test_e7_without_allow_new_a_new_key_is_skipped(self, scene):
        scene.run([("a1", {"tier": "Gold"}, 10)])
        rows = [
            ("a2", {"tier": "Gold"}, 10),
            ("a2", {"tier": "Gold"}, 11),
            ("a1", {"tier": "x"}, 11),
        ]
        result = scene.run(rows, allow_new=False)
        assert counted(result) == {"skipped_new": 1, "duplicates": 1, "updated": 1}
        assert scene.query("SELECT account_id FROM accounts") == [("a1",)]

    def test_e8_of_two_rows_of_one_key_and_time_the_later_wins(self, scene):
        result = scene.run([("a1", {"tier": "B"}, 5), ("a1", {"tier": "C"}, 5)])
        assert counted(result) == {"created": 1, "duplicates": 1}
        assert result.duplicate_rows == (1, 2)
        assert scene.record("a1") == {"tier": "C"}

    def test_e9_rows_of_one_key_are_merged_attribute_by_attribute(self, scene):
        rows = [
            ("a1", {"account_name": "new", "tier": None}, 60),
            ("a1", {"account_name": "old", "tier": "T"}, 55),
        ]
        result = scene.run(rows)
        assert counted(result) == {"created": 1, "duplicates": 1}
        assert scene.record("a1") == {"account_name": "new", "tier": "T"}
        older = scene.run([("a1", {"account_name": "older", "tier": "between"}, 57)])
        assert counted(older) == {"updated": 1}
        assert scene.record("a1") == {"account_name": "new", "tier": "between"}

    def test_e11_another_integrations_value_is_a_conflict(self, scene):
        scene.run([("a1", {"tier": "Gold"}, 10)])
        listed = scene.run([("a1", {"tier": "Silver"}, 20)], integration="b")
        assert counted(listed) == {"unchanged": 1, "conflicts": 1}
        assert scene.query(
            "SELECT key, attribute, stored_value, stored_writer, incoming_value, incoming_writer, "
            "extract(epoch FROM incoming_as_of) - extract(epoch FROM stored_as_of) FROM _conflicts"
        ) == [("a1", "tier", "Gold", "a", "Silver", "b", 10)]
        resolved = scene.run([("a1", {"tier": "Silver"}, 20)], integration="b", resolve=True)
        assert counted(resolved) == {"updated": 1, "conflicts_resolved": 1}
        assert scene.record("a1") == {"tier": "Silver"}


class TestCells:
    def test_repeating_a_value_does_not_make_it_more_recent(self, scene):
        scene.run([("a1", {"tier": "Gold"}, 10)])
        scene.run([("a1", {"tier": "Gold"}, 90)])
        assert counted(scene.run([("a1", {"tier": "Silver"}, 50)])) == {"updated": 1}

    def test_two_integrations_fill_different_attributes_of_one_account(self, scene):
        scene.run([("a1", {"tier": "Gold"}, 90)])
        result = scene.run([("a1", {"account_name": "Acme"}, 10)], integration="b")
        assert counted(result) == {"updated": 1}
        assert scene.record("a1") == {"account_name": "Acme", "tier": "Gold"}
        cells = scene.cells(["account_name", "tier"])["a1"]
        assert [cells["account_name"][-1], cells["tier"][-1]] == ["b", "a"]

    def test_a_bad_cell_that_counts_as_blank_never_clears(self, scene):
        scene.run([("a1", {"tier": "Gold"}, 10), ("a2", {"tier": "Gold"}, 10)])
        rows = [("a1", {"tier": None}, 20), ("a2", {"tier": None}, 20)]
        result = scene.run(rows, clears=["tier"], silent={1: ["tier"]})
        assert counted(result) == {"updated": 1, "unchanged": 1}
        assert (scene.record("a1"), scene.record("a2")) == ({"tier": "Gold"}, {})

    def test_every_type_comes_back_as_it_went_in(self, scene):
        values = {
            "account_name": 'Zoë "Q", \\N\n\tü 😀',
            "tier": "",
            "arr": Decimal("99999999999999.9999"),
            "score": 0.1,
            "renewal": date(9999, 12, 31),
            "active": False,
        }
        scene.run([("a1", values, 10)])
        assert scene.record("a1") == values
        assert counted(scene.run([("a1", values, 20)])) == {"unchanged": 1}
        changed = {**values, "arr": Decimal("-0.0001"), "active": True, "renewal": date(1, 1, 1)}
        assert counted(scene.run([("a1", changed, 30)])) == {"updated": 1}
        assert scene.record("a1") == changed
        assert scene.changes("run-3") == [
            (
                "a1",
                "updated",
                {"arr": "99999999999999.9999", "active": False, "renewal": "9999-12-31"},
            )
        ]

    def test_an_empty_delivery_changes_nothing(self, scene):
        assert counted(scene.run([], mapped=["tier"])) == {}

    def test_a_delivery_of_keys_alone_creates_records(self, scene):
        assert counted(scene.run([("a1", {}, 1)], mapped=[])) == {"created": 1}
        assert counted(scene.run([("a1", {}, 1)], mapped=[])) == {"unchanged": 1}


class TestRanges:
    def test_the_result_does_not_depend_on_how_the_keys_are_cut(self, scene):
        rows = [(f"k{n:04d}", {"tier": str(n % 3)}, n) for n in range(1, 400)]
        rows += [("k0007", {"tier": "again"}, 1000 + n) for n in range(50)]
        first = scene.run(rows, range_rows=20)
        assert counted(first) == {"created": 399, "duplicates": 50}
        again = scene.run(rows, range_rows=1000)
        assert counted(again) == {"unchanged": 399, "duplicates": 50}
        assert scene.record("k0007") == {"tier": "again"}

    def test_changes_in_many_ranges_are_each_written_once(self, scene):
        rows = [(f"k{n:04d}", {"tier": str(n % 3)}, n) for n in range(1, 400)]
        scene.run(rows)
        changed = [(key, {"tier": "new"} if n % 7 == 0 else row, n) for key, row, n in rows]
        changed += [("k0008", {"tier": "of two"}, 1000), ("k0399", {"tier": "of two"}, 1001)]
        again = scene.run(changed, range_rows=20)
        assert counted(again) == {"updated": 58, "unchanged": 341, "duplicates": 2}
        assert [scene.record(f"k{n:04d}")["tier"] for n in (6, 7, 8, 399)] == [
            *("0", "new"),
            *("of two", "of two"),
        ]

    def test_a_few_keys_of_a_large_table_are_found(self, scene):
        scene.run([(f"k{n:05d}", {"tier": "x"}, 1) for n in range(5_000)])
        if isinstance(scene.target, PostgresHub):
            with psycopg.connect(scene.target.url, autocommit=True) as connection:
                connection.execute("ANALYZE accounts")
        rows = [
            ("k00001", {"tier": "y"}, 2),
            ("k04999", {"tier": "x"}, 2),
            ("new", {"tier": "x"}, 2),
        ]
        assert counted(scene.run(rows)) == {"created": 1, "updated": 1, "unchanged": 1}


USER_TYPES = {"name": "VARCHAR", "contact": "BOOLEAN", "key_contact": "BOOLEAN"}


class TestChildrenOfAccounts:
    def users(self, scene, rows, **options):
        return scene.run(
            rows,
            table="users",
            keys=("account_id", "user_id"),
            types=USER_TYPES,
            child=True,
            **options,
        )

    def test_an_unknown_account_becomes_a_stub(self, scene):
        scene.run([("a1", {"tier": "Gold"}, 1)])
        rows = [
            (("a1", "u1"), {"name": "U"}, 1),
            (("a2", "u1"), {"name": "V"}, 1),
            (("a2", "u2"), {"name": "W"}, 1),
        ]
        result = self.users(scene, rows)
        assert counted(result) == {"created": 3, "stub_accounts": 1}
        assert scene.record("a2") == {}
        assert [c[:2] for c in scene.changes("run-2")] == [
            ("a1/u1", "created"),
            ("a2", "created"),
            ("a2/u1", "created"),
            ("a2/u2", "created"),
        ]
        filled = scene.run([("a2", {"tier": "Gold"}, 1)])
        assert counted(filled) == {"updated": 1}

    def test_without_allow_new_neither_users_nor_stubs_appear(self, scene):
        result = self.users(scene, [(("a9", "u1"), {"name": "U"}, 1)], allow_new=False)
        assert counted(result) == {"skipped_new": 1}
        assert scene.query("SELECT count(*) FROM accounts") == [(0,)]

    def test_a_key_contact_must_be_a_contact(self, scene):
        rows = [
            (("a1", "u1"), {"contact": False, "key_contact": True}, 1),
            (("a1", "u2"), {"contact": True, "key_contact": True}, 1),
            (("a1", "u3"), {"contact": None, "key_contact": True}, 1),
        ]
        refused = []
        result = self.users(
            scene, rows, before_commit=lambda _, rows, __: refused.extend(rows.to_pylist())
        )
        assert counted(result) == {"created": 1, "rejected": 2, "stub_accounts": 1}
        assert [(row["_row"], row["code"]) for row in refused] == [
            (1, "KEY_CONTACT_NOT_CONTACT"),
            (3, "KEY_CONTACT_NOT_CONTACT"),
        ]
        demoted = self.users(scene, [(("a1", "u2"), {"contact": False}, 2)])
        assert counted(demoted) == {"rejected": 1}
        spoken = self.users(scene, [(("a1", "u2"), {"contact": None, "name": "N"}, 2)])
        assert counted(spoken) == {"updated": 1}

    def test_collections_of_different_types_do_not_meet(self, scene):
        def run(collection, values):
            return scene.run(
                [(("a1", "1"), values, 1)],
                table="collections",
                keys=("account_id", "collection_id"),
                types={"name": "VARCHAR"},
                constant_keys=(("collection", collection),),
                child=True,
            )

        assert counted(run("invoices", {"name": "one"})) == {"created": 1, "stub_accounts": 1}
        assert counted(run("tickets", {"name": "two"})) == {"created": 1}
        assert scene.query(
            "SELECT collection, account_id, collection_id, name FROM collections ORDER BY 1"
        ) == [("invoices", "a1", "1", "one"), ("tickets", "a1", "1", "two")]
        assert scene.changes("run-1")[1][0] == "invoices/a1/1"


class TestRejects:
    def test_a_new_record_without_a_required_attribute_is_rejected(self, scene):
        options = {"required": ("account_name",), "mapped": ["account_name", "tier"]}
        rows = [("a1", {"tier": "x"}, 1), ("a2", {"account_name": "N"}, 1)]
        assert counted(scene.run(rows, **options)) == {"created": 1, "rejected": 1}
        known = scene.run([("a2", {"tier": "x"}, 2)], **options)
        assert counted(known) == {"updated": 1}

    def test_more_rejects_than_allowed_write_nothing(self, scene):
        rows = [(f"a{n}", {"tier": "x"}, 1) for n in range(4)]
        options = {"required": ("account_name",), "limits": RejectLimits(1, 0.5)}
        with pytest.raises(TooManyRejectsError, match="4 of 4 rows were rejected"):
            scene.run(rows, **options)
        assert scene.query("SELECT count(*) FROM _runs") == [(0,)]
        assert not RejectLimits(1, 0.5).exceeded(rejected=2, rows_read=4)
        assert RejectLimits(1, 0.5).exceeded(rejected=3, rows_read=4)

    def test_rows_that_are_unaccounted_for_write_nothing(self, scene):
        scene.run([("a0", {"tier": "x"}, 1)])
        with pytest.raises(CountsIdentityError, match="1 rows were read, but 2 are accounted for"):
            scene.run([("a1", {"tier": "x"}, 1), ("a2", {"tier": "x"}, 1)], rows_read=1)
        assert scene.query("SELECT count(*) FROM accounts") == [(1,)]


class TestOneTransaction:
    def test_repeating_a_committed_run_changes_nothing_and_counts_the_same(self, scene):
        rows = [("a1", {"tier": "Gold"}, 10)]
        first = scene.run(rows, run_id="r")
        other = scene.run([("a1", {"tier": "Silver"}, 20)], run_id="s")
        again = scene.run(rows, run_id="r")
        assert (first.counts, again.repeated) == (again.counts, True)
        assert counted(other) == {"updated": 1}
        assert scene.record("a1") == {"tier": "Silver"}
        assert scene.query("SELECT run_id, created FROM _runs ORDER BY run_seq") == [
            ("r", 1),
            ("s", 0),
        ]

    def test_one_dagster_run_of_two_integrations_is_two_runs_of_the_hub(self, scene):
        first = scene.run([("a1", {"tier": "Gold"}, 10)], run_id="r", integration="a")
        del scene.starts["r"]
        second = scene.run([("a2", {"tier": "Gold"}, 10)], run_id="r", integration="b")
        assert (counted(first), counted(second)) == ({"created": 1}, {"created": 1})
        assert not second.repeated

    def test_a_run_that_lost_its_lease_writes_nothing(self, scene):
        scene.begin("old")
        scene.begin("new")
        with pytest.raises(LeaseLostError, match="a later run of a has started"):
            scene.deliver("old", [("a1", {"tier": "x"}, 1)])
        assert scene.query("SELECT count(*) FROM _runs") == [(0,)]
        assert counted(scene.deliver("new", [("a1", {"tier": "x"}, 1)])) == {"created": 1}

    def test_a_failure_before_the_commit_leaves_nothing(self, scene):
        scene.run([("a1", {"tier": "x"}, 1)])

        def fail(*_):
            raise RuntimeError("the disk is full")

        with pytest.raises(RuntimeError):
            scene.run([("a1", {"tier": "y"}, 2), ("a2", {"tier": "y"}, 2)], before_commit=fail)
        assert scene.query("SELECT account_id, tier FROM accounts") == [("a1", "x")]
        assert scene.query("SELECT count(*) FROM _changes") == [(1,)]

    def test_runs_are_numbered_in_the_order_in_which_they_start(self, scene):
        scene.begin("first", "a")
        scene.begin("second", "b")
        scene.deliver("second", [("a1", {"tier": "B"}, 10)], integration="b")
        late = scene.deliver("first", [("a1", {"tier": "A"}, 10)], integration="a")
        assert counted(late) == {"stale": 1}


class TestSchema:
    def test_a_new_attribute_becomes_a_column(self, scene):
        scene.run([("a1", {"tier": "x"}, 1)], types={"tier": "VARCHAR"})
        types = {"tier": "VARCHAR", "arr": "DECIMAL(18,4)"}
        result = scene.run([("a1", {"arr": Decimal("1.5")}, 2)], types=types)
        assert counted(result) == {"updated": 1}
        assert scene.query("SELECT tier, arr FROM accounts") == [("x", Decimal("1.5000"))]

    def test_an_attribute_of_another_type_is_refused(self, scene):
        scene.run([("a1", {"tier": "x"}, 1)], types={"tier": "VARCHAR"})
        with pytest.raises(HubSchemaError, match=r"accounts.tier is VARCHAR, but .* is now DOUBLE"):
            scene.run([("a1", {"tier": 1.0}, 2)], types={"tier": "DOUBLE"})
        assert scene.query("SELECT tier FROM accounts") == [("x",)]

    def test_names_that_could_break_out_of_sql_are_only_names(self, scene):
        name = 'tier"; DROP TABLE accounts; --'
        types = {"tier": "VARCHAR", name: "VARCHAR"}
        scene.run([("a'1", {"tier": "it's", name: "x'); --"}, 1)], types=types)
        again = scene.run([("a'1", {"tier": "it's", name: "x'); --"}, 1)], types=types)
        assert counted(again) == {"unchanged": 1}
