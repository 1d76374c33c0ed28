"""One suite for every hub: foreign keys of accounts and their register (semantics.md 4 and 5)."""

import duckdb
import psycopg
import pytest

from totango_pipelines.errors import TooManyRejectsError
from totango_pipelines.upsert.delivery import RejectLimits
from totango_pipelines_tests.upsert.hub_scene import counted

CLAIMS = {"claims": ["zuora_id"], "mapped": []}
BOTH = {"claims": ["zuora_id", "jira_id"], "mapped": []}
REGISTER = "accounts_foreign_keys"


def claim(account, value, second, **values):
    return (account, {"zuora_id": value, **values}, second)


def refusals(result):
    return [(row["_row"], row["attribute"], row["code"]) for row in result.refused.to_pylist()]


@pytest.fixture
def accounts(scene):
    """A hub with the accounts a1, a2 and a3, from an integration `crm`; nobody has a value yet."""
    rows = [(key, {"tier": "Gold"}, 1) for key in ("a1", "a2", "a3")]
    scene.run(rows, integration="crm", run_id="seed")
    return scene


class TestTheRegister:
    def test_a_value_is_registered_for_its_account(self, accounts):
        result = accounts.register([("z1", "a1", 10), ("z2", "a1", 10)], run_id="r")
        assert counted(result) == {"created": 2}
        assert accounts.owners() == {"zuora_id/z1": "a1", "zuora_id/z2": "a1"}
        assert accounts.changes("r") == [
            ("zuora_id/z1", "created", None),
            ("zuora_id/z2", "created", None),
        ]

    def test_a_newer_claim_of_its_own_moves_a_value(self, accounts):
        accounts.register([("z1", "a1", 10)])
        result = accounts.register([("z1", "a2", 20)], run_id="r")
        assert counted(result) == {"updated": 1}
        assert accounts.owners() == {"zuora_id/z1": "a2"}
        assert accounts.changes("r") == [("zuora_id/z1", "updated", {"account_id": "a1"})]

    def test_an_older_claim_is_stale_whoever_makes_it(self, accounts):
        accounts.register([("z1", "a1", 20)])
        for integration in ("a", "b"):
            result = accounts.register([("z1", "a2", 15)], integration=integration)
            assert counted(result) == {"stale": 1}
        assert accounts.owners() == {"zuora_id/z1": "a1"}

    def test_an_equal_claim_changes_nothing_not_even_the_time(self, accounts):
        accounts.register([("z1", "a1", 10)])
        again = accounts.register([("z1", "a1", 90)], integration="b")
        assert counted(again) == {"unchanged": 1}
        assert counted(accounts.register([("z1", "a2", 50)])) == {"updated": 1}

    def test_another_integrations_value_is_refused(self, accounts):
        accounts.register([("z1", "a1", 10)])
        result = accounts.register([("z1", "a2", 20), ("z2", "a2", 20)], integration="b")
        assert counted(result) == {"created": 1, "rejected": 1}
        assert refusals(result) == [(1, "zuora_id", "FK_CONFLICT")]
        assert accounts.owners() == {"zuora_id/z1": "a1", "zuora_id/z2": "a2"}
        assert accounts.query("SELECT count(*) FROM _conflicts") == [(0,)]

    def test_another_integrations_value_is_taken_where_conflicts_resolve(self, accounts):
        accounts.register([("z1", "a1", 10)])
        taken = accounts.register([("z1", "a2", 20)], integration="b", resolve=True)
        assert counted(taken) == {"updated": 1, "conflicts_resolved": 1}
        assert accounts.owners() == {"zuora_id/z1": "a2"}
        back = accounts.register([("z1", "a1", 30)])
        assert counted(back) == {"rejected": 1}

    def test_of_several_claims_of_one_value_the_newest_counts(self, accounts):
        rows = [("z1", "a1", 20), ("z1", "a2", 30), ("z1", "a3", 10)]
        assert counted(accounts.register(rows)) == {"created": 1, "duplicates": 2}
        assert accounts.owners() == {"zuora_id/z1": "a2"}
        older = [("z1", "a1", 25), ("z1", "a3", 28)]
        assert counted(accounts.register(older)) == {"stale": 1, "duplicates": 1}

    def test_each_row_that_would_take_anothers_value_is_refused(self, accounts):
        accounts.register([("z1", "a1", 10)])
        rows = [("z1", "a2", 20), ("z1", "a3", 30), ("z1", "a2", 5), ("z1", "a1", 25)]
        result = accounts.register(rows, integration="b")
        assert counted(result) == {"rejected": 2, "unchanged": 1, "duplicates": 1}
        assert [row for row, _, _ in refusals(result)] == [1, 2]

    def test_a_row_of_an_unknown_account_is_refused_for_that_alone(self, accounts):
        accounts.register([("z1", "a1", 10)])
        rows = [("z1", "nobody", 20), ("z2", "A1", 20), ("z3", "a3", 20)]
        result = accounts.register(rows, integration="b")
        assert counted(result) == {"rejected": 2, "created": 1}
        assert refusals(result) == [
            (1, "account_id", "ACCOUNT_NOT_FOUND"),
            (2, "account_id", "ACCOUNT_NOT_FOUND"),
        ]
        assert accounts.query("SELECT count(*) FROM accounts") == [(3,)]

    def test_an_empty_hub_knows_no_account(self, scene):
        assert counted(scene.register([("z1", "a1", 10)])) == {"rejected": 1}

    def test_without_allow_new_a_new_value_is_skipped(self, accounts):
        accounts.register([("z1", "a1", 10)])
        rows = [("z1", "a2", 20), ("z2", "a2", 20), ("z2", "a3", 20), ("z3", "nobody", 20)]
        result = accounts.register(rows, allow_new=False)
        assert counted(result) == {
            "updated": 1,
            "skipped_new": 1,
            "duplicates": 1,
            "rejected": 1,
        }
        assert accounts.owners() == {"zuora_id/z1": "a2"}

    def test_values_of_different_foreign_keys_do_not_meet(self, accounts):
        for foreign_key in ("zuora_id", "value", "foreign_key", "it's"):
            result = accounts.register([("1", "a1", 10)], foreign_key=foreign_key)
            assert counted(result) == {"created": 1}
        assert sorted(accounts.owners()) == ["foreign_key/1", "it's/1", "value/1", "zuora_id/1"]

    def test_a_value_that_is_null_is_never_stored(self, accounts):
        refusals_of_engines = (duckdb.ConstraintException, psycopg.errors.NotNullViolation)
        with pytest.raises(refusals_of_engines):
            accounts.register([((None,), "a1", 10)], run_id="r")
        assert accounts.changes("r") == []

    def test_the_result_does_not_depend_on_how_the_values_are_cut(self, accounts):
        rows = [(f"z{n:03d}", f"a{n % 4 + 1}", n) for n in range(300)]
        first = accounts.register(rows, range_rows=20, limits=RejectLimits(75, 0.05))
        assert counted(first) == {"created": 225, "rejected": 75}
        moved = [(f"z{n:03d}", "a1", 1000) for n in range(300)]
        again = accounts.register(moved, range_rows=70)
        assert counted(again) == {"created": 75, "updated": 150, "unchanged": 75}
        assert set(accounts.owners().values()) == {"a1"}


class TestClaimsOfAccounts:
    def test_a_new_account_claims_its_value_in_the_same_run(self, scene):
        result = scene.run([claim("a1", "z1", 10, tier="Gold")], claims=["zuora_id"])
        assert counted(result) == {"created": 1}
        assert scene.owners() == {"zuora_id/z1": "a1"}
        assert scene.record("a1") == {"tier": "Gold"}
        assert scene.changes("run-1", "accounts") == [("a1", "created", None)]
        assert scene.changes("run-1", REGISTER) == [("zuora_id/z1", "created", None)]

    def test_a_claim_that_moves_the_register_updates_its_account(self, accounts):
        first = accounts.run([claim("a1", "z1", 10)], **CLAIMS, run_id="r1")
        assert counted(first) == {"updated": 1}
        assert accounts.changes("r1", "accounts") == [("a1", "updated", {"zuora_id": {"z1": None}})]
        moved = accounts.run([claim("a2", "z1", 20)], **CLAIMS, run_id="r2")
        assert counted(moved) == {"updated": 1}
        assert accounts.owners() == {"zuora_id/z1": "a2"}
        assert accounts.changes("r2", "accounts") == [("a2", "updated", {"zuora_id": {"z1": "a1"}})]
        assert accounts.changes("r2", REGISTER) == [
            ("zuora_id/z1", "updated", {"account_id": "a1"})
        ]

    def test_cells_and_claims_of_one_account_are_one_change(self, accounts):
        row = claim("a1", "z1", 10, tier="Silver", jira_id="j1")
        options = {"claims": ["zuora_id", "jira_id"], "integration": "crm"}
        assert counted(accounts.run([row], run_id="r", **options)) == {"updated": 1}
        before = {"tier": "Gold", "zuora_id": {"z1": None}, "jira_id": {"j1": None}}
        assert accounts.changes("r", "accounts") == [("a1", "updated", before)]

    def test_an_equal_claim_is_unchanged(self, accounts):
        accounts.run([claim("a1", "z1", 10)], **CLAIMS)
        again = accounts.run([claim("a1", "z1", 20)], **CLAIMS, integration="b")
        assert counted(again) == {"unchanged": 1}

    def test_an_older_claim_is_stale(self, accounts):
        accounts.run([claim("a1", "z1", 20)], **CLAIMS)
        assert counted(accounts.run([claim("a2", "z1", 15)], **CLAIMS)) == {"stale": 1}
        row = claim("a2", "z1", 15, account_name="Two")
        assert counted(accounts.run([row], claims=["zuora_id"])) == {"updated": 1}
        assert accounts.owners() == {"zuora_id/z1": "a1"}

    @pytest.mark.parametrize("clears", [(), ("tier",)])
    def test_a_blank_says_nothing(self, accounts, clears):
        accounts.run([claim("a1", "z1", 10)], **CLAIMS)
        row = claim("a1", None, 20, tier=None)
        result = accounts.run([row], claims=["zuora_id"], clears=clears, integration="crm")
        assert counted(result) == ({"updated": 1} if clears else {"unchanged": 1})
        assert accounts.owners() == {"zuora_id/z1": "a1"}

    def test_anothers_value_is_refused_with_its_row_or_taken(self, accounts):
        accounts.register([("z1", "a1", 10)], integration="zuora")
        rows = [claim("a2", "z1", 20, account_name="Two"), claim("a3", "z3", 20, account_name="T")]
        refused = accounts.run(rows, claims=["zuora_id"], integration="b", run_id="off")
        assert counted(refused) == {"rejected": 1, "updated": 1}
        assert refusals(refused) == [(1, "zuora_id", "FK_CONFLICT")]
        assert accounts.record("a2") == {"tier": "Gold"}
        assert accounts.owners() == {"zuora_id/z1": "a1", "zuora_id/z3": "a3"}
        assert [key for key, _, _ in accounts.changes("off", "accounts")] == ["a3"]
        assert accounts.query("SELECT count(*) FROM _conflicts") == [(0,)]
        taken = accounts.run(rows, claims=["zuora_id"], integration="b", resolve=True)
        assert counted(taken) == {"updated": 1, "unchanged": 1, "conflicts_resolved": 1}
        assert accounts.owners() == {"zuora_id/z1": "a2", "zuora_id/z3": "a3"}

    def test_a_row_with_two_refused_claims_is_one_reject(self, accounts):
        accounts.register([("z1", "a1", 10)])
        accounts.register([("j1", "a1", 10)], foreign_key="jira_id")
        result = accounts.run([claim("a2", "z1", 20, jira_id="j1")], **BOTH, integration="b")
        assert counted(result) == {"rejected": 1}
        assert sorted(refusals(result)) == [
            (1, "jira_id", "FK_CONFLICT"),
            (1, "zuora_id", "FK_CONFLICT"),
        ]

    @pytest.mark.parametrize("range_rows", [1, 1000])
    def test_a_refused_row_makes_none_of_its_claims(self, accounts, range_rows):
        accounts.register([("j1", "a1", 10)], foreign_key="jira_id", integration="jira")
        rows = [
            claim("a2", "z1", 30, jira_id="j1"),
            claim("a3", "z1", 20, jira_id=None),
        ]
        result = accounts.run(rows, **BOTH, range_rows=range_rows)
        assert counted(result) == {"rejected": 1, "updated": 1}
        assert accounts.owners() == {"jira_id/j1": "a1", "zuora_id/z1": "a3"}

    @pytest.mark.parametrize("range_rows", [1, 1000])
    def test_of_two_accounts_that_claim_one_value_the_newest_wins(self, accounts, range_rows):
        rows = [claim("a1", "z1", 20), claim("a2", "z1", 30), claim("a3", "z1", 30)]
        result = accounts.run(rows, **CLAIMS, range_rows=range_rows)
        assert counted(result) == {"stale": 2, "updated": 1}
        assert accounts.owners() == {"zuora_id/z1": "a3"}

    def test_of_many_claims_of_anothers_value_one_conflict_is_resolved(self, accounts):
        accounts.register([("z1", "a1", 10)], integration="zuora")
        rows = [claim("a2", "z1", 20), claim("a3", "z1", 30)]
        result = accounts.run(rows, **CLAIMS, resolve=True)
        assert counted(result) == {"stale": 1, "updated": 1, "conflicts_resolved": 1}

    def test_an_account_can_have_several_values(self, accounts):
        result = accounts.run([claim("a1", "z2", 20), claim("a1", "z1", 10)], **CLAIMS, run_id="r")
        assert counted(result) == {"updated": 1, "duplicates": 1}
        assert accounts.owners() == {"zuora_id/z1": "a1", "zuora_id/z2": "a1"}
        before = {"zuora_id": {"z1": None, "z2": None}}
        assert accounts.changes("r", "accounts") == [("a1", "updated", before)]

    def test_a_skipped_account_claims_nothing(self, accounts):
        rows = [claim("new", "z1", 30), claim("a1", "z1", 20)]
        result = accounts.run(rows, **CLAIMS, allow_new=False)
        assert counted(result) == {"skipped_new": 1, "updated": 1}
        assert accounts.owners() == {"zuora_id/z1": "a1"}

    def test_a_refused_claim_is_refused_before_its_account_is_skipped(self, accounts):
        accounts.register([("z1", "a1", 10)])
        result = accounts.run([claim("new", "z1", 20)], **CLAIMS, allow_new=False, integration="b")
        assert counted(result) == {"rejected": 1}

    def test_a_row_that_another_rule_refuses_claims_nothing(self, scene):
        rows = [claim("a1", "z1", 30), claim("a2", "z1", 20, account_name="Two")]
        options = {"claims": ["zuora_id"], "mapped": ["account_name"]}
        result = scene.run(rows, required=("account_name",), **options)
        assert counted(result) == {"rejected": 1, "created": 1}
        assert scene.owners() == {"zuora_id/z1": "a2"}

    def test_the_result_does_not_depend_on_how_accounts_are_cut(self, scene):
        rows = [claim(f"k{n:03d}", f"z{n % 150:03d}", n, tier="x") for n in range(300)]
        first = scene.run(rows, claims=["zuora_id"], range_rows=20)
        assert counted(first) == {"created": 300}
        again = scene.run(rows, claims=["zuora_id"], range_rows=90)
        assert counted(again) == {"unchanged": 150, "stale": 150}
        assert scene.owners() == {f"zuora_id/z{n:03d}": f"k{n + 150:03d}" for n in range(150)}

    def test_accounts_without_foreign_keys_do_not_meet_the_register(self, scene):
        scene.run([("a1", {"tier": "Gold"}, 1)])
        tables = scene.query("SELECT table_name FROM information_schema.tables")
        assert (REGISTER,) not in tables


class TestOneTransaction:
    def test_repeating_a_committed_run_claims_nothing_again(self, accounts):
        first = accounts.run([claim("a1", "z1", 10)], **CLAIMS, run_id="r")
        accounts.run([claim("a2", "z1", 20)], **CLAIMS)
        again = accounts.run([claim("a1", "z1", 10)], **CLAIMS, run_id="r")
        assert (again.repeated, again.counts) == (True, first.counts)
        assert accounts.owners() == {"zuora_id/z1": "a2"}

    def test_repeating_a_run_of_the_register_changes_nothing(self, accounts):
        first = accounts.register([("z1", "a1", 10)], run_id="r")
        again = accounts.register([("z1", "a1", 10)], run_id="r")
        assert (again.repeated, again.counts) == (True, first.counts)

    def test_a_failure_before_the_commit_leaves_no_claim(self, accounts):
        accounts.run([claim("a1", "z1", 10)], **CLAIMS)

        def fail(*_):
            raise RuntimeError("the disk is full")

        rows = [claim("a2", "z1", 20), claim("new", "z2", 20)]
        with pytest.raises(RuntimeError):
            accounts.run(rows, **CLAIMS, before_commit=fail)
        assert accounts.owners() == {"zuora_id/z1": "a1"}
        assert counted(accounts.run(rows, **CLAIMS)) == {"updated": 1, "created": 1}

    def test_too_many_refused_claims_write_nothing(self, accounts):
        accounts.register([("z1", "a1", 10)])
        rows = [claim("a2", "z1", 20), claim("a3", "z3", 20)]
        with pytest.raises(TooManyRejectsError, match="1 of 2 rows were rejected"):
            accounts.run(rows, **CLAIMS, integration="b", limits=RejectLimits(0, 0.05))
        assert accounts.owners() == {"zuora_id/z1": "a1"}
