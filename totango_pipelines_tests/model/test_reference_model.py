"""The reference model is itself held to semantics.md: its worked examples and its trickier rules."""

from collections.abc import Iterable
from typing import Any, ClassVar

import pytest

from totango_pipelines_tests.model.reference_hub import LeaseLostError, ReferenceHub
from totango_pipelines_tests.model.reference_run import IDENTITY, Outcome
from totango_pipelines_tests.model.reference_spec import (
    AS_GIVEN,
    FOREIGN_KEY,
    Catalog,
    Line,
    SourceRow,
    Spec,
    one_of,
)

CATALOG = Catalog(
    kinds={
        ("accounts", "zuora_id"): FOREIGN_KEY,
        ("accounts", "jira_id"): FOREIGN_KEY,
        ("accounts", "mrr"): AS_GIVEN,
        ("accounts", "support_level"): one_of("Basic", "Premium"),
    },
    roles=frozenset({"Success Manager"}),
)
NOW = 1_000_000


def lines(clear: Iterable[str] = (), **attributes: Any) -> tuple[Line, ...]:
    """Each attribute from the column of the same name, or from the column that is named."""
    return tuple(
        Line(name, column or name, blank="clear" if name in clear else "keep")
        for name, column in attributes.items()
    )


def accounts(*names: str, id_: str = "a", clear: Iterable[str] = (), **settings: Any) -> Spec:
    """An integration of accounts by account_id whose rows say in `at` when they were true."""
    mapping = lines(clear, account_id=None, **dict.fromkeys(names))
    return Spec(id_, "accounts", mapping, **{"recency_column": "at", **settings})


def by_foreign_key(*names: str, id_: str = "a", **settings: Any) -> Spec:
    mapping = lines((), zuora_id=None, **dict.fromkeys(names))
    return Spec(id_, "accounts", mapping, match_on="zuora_id", **settings)


def integration_of(object_: str, *names: str, id_: str = "a", **settings: Any) -> Spec:
    return Spec(id_, object_, lines((), **dict.fromkeys(names)), **settings)


class Scene:
    def __init__(self) -> None:
        self.hub = ReferenceHub(CATALOG)
        self.runs = 0

    def run(
        self, spec: Spec, *rows: SourceRow, mode: str = "incremental", at: int = NOW
    ) -> Outcome:
        self.runs += 1
        run_id = f"run-{self.runs}"
        self.hub.start(spec, run_id)
        return self.hub.commit(spec, run_id, mode, rows, at)

    def shown(self, *key: str, of: str = "accounts") -> dict[str, Any] | None:
        record = self.hub.records[of].get(key)
        return record and {name: cell.value for name, cell in record.items()}

    def know(self, *account_ids: str) -> None:
        self.run(accounts(id_="base"), *[account(name, at=0) for name in account_ids])


@pytest.fixture
def scene() -> Scene:
    return Scene()


def account(account_id: Any, *, at: Any = 10, **values: Any) -> dict[str, Any]:
    return {"account_id": account_id, "at": at, **values}


def counted(outcome: Outcome) -> dict[str, int]:
    return {name: n for name, n in outcome.counts.items() if n and name != "rows_read"}


def codes(outcome: Outcome) -> list[tuple[int, str]]:
    return [(reject.row_no, reject.code) for reject in outcome.rejects]


class TestWorkedExamples:
    NAMED = accounts("account_name", "tier")
    ACME = account("a1", account_name="Acme", tier="Gold")
    TIER = accounts("tier")

    def test_e1_a_new_key_is_created(self, scene):
        assert counted(scene.run(self.NAMED, self.ACME)) == {"created": 1}
        assert scene.shown("a1") == {"account_name": "Acme", "tier": "Gold"}

    def test_e2_the_same_row_again_is_recognised(self, scene):
        scene.run(self.NAMED, self.ACME)
        assert counted(scene.run(self.NAMED, self.ACME)) == {"unchanged": 1}

    def test_e3_what_is_not_mapped_stays(self, scene):
        scene.run(self.NAMED, self.ACME)
        outcome = scene.run(self.TIER, account("a1", tier="Silver", at=20))
        assert counted(outcome) == {"updated": 1}
        assert scene.shown("a1") == {"account_name": "Acme", "tier": "Silver"}

    def test_e4_an_older_row_is_stale(self, scene):
        scene.run(self.TIER, account("a1", tier="Silver", at=20))
        assert counted(scene.run(self.TIER, account("a1", tier="Bronze", at=15))) == {"stale": 1}
        assert scene.shown("a1") == {"tier": "Silver"}

    @pytest.mark.parametrize(
        ("clear", "tier", "count"), [((), "Silver", "unchanged"), (["tier"], None, "updated")]
    )
    def test_e5_a_blank_keeps_or_clears(self, scene, clear, tier, count):
        spec = accounts("tier", clear=clear)
        scene.run(spec, account("a1", tier="Silver", at=20))
        assert counted(scene.run(spec, account("a1", tier=None, at=30))) == {count: 1}
        assert scene.shown("a1") == {"tier": tier}

    def test_e6_a_cleared_value_keeps_older_ones_out(self, scene):
        spec = accounts("tier", clear=["tier"])
        scene.run(spec, account("a1", tier="Silver", at=20))
        scene.run(spec, account("a1", tier=None, at=30))
        assert counted(scene.run(spec, account("a1", tier="Gold", at=25))) == {"stale": 1}
        assert scene.shown("a1") == {"tier": None}

    def test_e7_a_new_key_that_is_not_allowed_is_skipped_and_comes_again(self, scene):
        spec = accounts("tier", allow_new=False)
        assert counted(scene.run(spec, account("a1", tier="Gold"))) == {"skipped_new": 1}
        assert scene.shown("a1") is None
        scene.know("a1")
        assert counted(scene.run(spec, account("a1", tier="Gold"))) == {"updated": 1}

    def test_e8_of_equally_recent_rows_the_later_counts(self, scene):
        rows = account("a1", tier="B"), account("a1", tier="C")
        outcome = scene.run(self.TIER, *rows)
        assert counted(outcome) == {"created": 1, "duplicates": 1}
        assert outcome.duplicates == ((("a1",), (1, 2)),)
        assert scene.shown("a1") == {"tier": "C"}

    def test_e9_rows_are_merged_per_attribute(self, scene):
        newer = account("a1", account_name="new", tier=None, at=60)
        older = account("a1", account_name="old", tier="T", at=55)
        assert counted(scene.run(self.NAMED, newer, older)) == {"created": 1, "duplicates": 1}
        assert scene.shown("a1") == {"account_name": "new", "tier": "T"}

    def test_e10_a_foreign_key_stands_in_for_the_account(self, scene):
        scene.run(accounts("zuora_id"), account("a1", zuora_id="z-9"))
        rows = {"zuora_id": " Z-9 ", "mrr": 5}, {"zuora_id": "nope", "mrr": 6}
        outcome = scene.run(by_foreign_key("mrr", id_="b"), *rows)
        assert counted(outcome) == {"updated": 1, "rejected": 1}
        assert codes(outcome) == [(2, "FK_UNMATCHED")]
        assert scene.shown("a1") == {"mrr": 5}

    @pytest.mark.parametrize(
        ("resolve", "tier", "counts"),
        [
            (False, "Gold", {"unchanged": 1, "conflicts": 1}),
            (True, "Silver", {"updated": 1, "conflicts_resolved": 1}),
        ],
    )
    def test_e11_anothers_value_is_a_conflict(self, scene, resolve, tier, counts):
        scene.run(self.TIER, account("a1", tier="Gold"))
        other = accounts("tier", id_="b", resolve=resolve)
        outcome = scene.run(other, account("a1", tier="Silver", at=20))
        assert counted(outcome) == counts
        assert len(outcome.conflicts) == counts.get("conflicts", 0)
        assert scene.shown("a1") == {"tier": tier}
        assert counted(scene.run(other, account("a1", tier="Silver", at=20))) == {"unchanged": 1}

    def test_e12_a_second_source_record_is_a_matching_conflict(self, scene):
        off = accounts("mrr", source_id_column="opp")
        on = accounts("mrr", source_id_column="opp", resolve=True)
        scene.run(off, account("a4", opp="opp1", mrr=1, at=80))
        outcome = scene.run(off, account("a4", opp="opp2", mrr=2, at=90))
        assert codes(outcome) == [(1, "MATCH_CONFLICT")]
        outcome = scene.run(on, account("a4", opp="opp2", mrr=2, at=90))
        assert counted(outcome) == {"updated": 1, "conflicts_resolved": 1}
        outcome = scene.run(on, account("a4", opp="opp1", mrr=3, at=85))
        assert counted(outcome) == {"stale": 1}
        assert scene.shown("a4") == {"mrr": 2}
        assert matched(scene)["a4"] == "opp2"

    def test_e13_rebuild_mapping_forgets_the_own_matches(self, scene):
        spec = accounts("mrr", source_id_column="opp")
        scene.run(spec, account("a4", opp="opp2", mrr=2))
        scene.run(spec, account("a4", opp="opp3", mrr=3, at=20), mode="rebuild_mapping")
        assert matched(scene)["a4"] == "opp3"

    @pytest.mark.parametrize("key", [None, " \u00a0\t"])
    def test_e14_a_blank_key_is_rejected(self, scene, key):
        assert codes(scene.run(self.TIER, account(key, tier="Gold"))) == [(1, "KEY_NULL")]


def matched(scene: Scene) -> dict[str, str]:
    [table] = scene.hub.matches.values()
    return {key[0]: match.source_id for key, match in table.items()}


class TestDeliveryByDifference:
    SPEC = accounts("tier")

    def test_a_touched_recency_delivers_nothing_even_if_it_is_null(self, scene):
        scene.run(self.SPEC, account("a1", tier="Gold"))
        outcome = scene.run(self.SPEC, account("a1", tier="Gold", at=None))
        assert counted(outcome) == {"unchanged": 1}
        assert scene.hub.records["accounts"]["a1",]["tier"].stamp.as_of == 10

    def test_a_rejected_row_does_not_make_its_key_different(self, scene):
        spec = accounts("tier", "support_level")
        good = account("a1", tier="Gold", support_level=None)
        bad = account("a1", tier="Silver", support_level="none", at=20)
        scene.run(spec, good)
        outcome = scene.run(spec, good, bad)
        assert counted(outcome) == {"unchanged": 1, "rejected": 1}

    def test_a_row_that_the_hub_refused_keeps_its_key_different(self, scene):
        spec = accounts("mrr", source_id_column="opp")
        rows = account("a1", opp="o1", mrr=1), account("a1", opp="o2", mrr=2)
        other = accounts("mrr", id_="b", resolve=True)
        scene.run(spec, *rows)
        scene.run(other, account("a1", mrr=9, at=20))
        outcome = scene.run(spec, *rows)
        assert counted(outcome) == {"stale": 1, "rejected": 1}

    def test_a_recognised_key_with_two_spellings_counts_by_the_sources_value(self, scene):
        rows = account("a1", tier="Gold"), account(" a1 ", tier="Gold")
        assert counted(scene.run(self.SPEC, *rows)) == {"created": 1, "duplicates": 1}
        assert counted(scene.run(self.SPEC, *rows)) == {"unchanged": 2}

    def test_keys_that_are_gone_are_counted_and_full_forgets_them(self, scene):
        one, two = account("a1", tier="Gold"), account("a2", tier="Gold")
        scene.run(self.SPEC, one, two)
        assert counted(scene.run(self.SPEC, one)) == {"unchanged": 1, "absent": 1}
        full = scene.run(self.SPEC, one, mode="full")
        assert counted(full) == {"unchanged": 1, "absent": 1}
        assert counted(scene.run(self.SPEC, one)) == {"unchanged": 1}
        assert scene.shown("a2") == {"tier": "Gold"}

    def test_an_empty_extract_succeeds_with_a_warning(self, scene):
        outcome = scene.run(self.SPEC)
        assert (outcome.status, outcome.warnings) == ("committed", {"EMPTY_EXTRACT"})

    def test_a_changed_fingerprint_delivers_everything_and_other_settings_do_not(self, scene):
        row = account("a1", tier="Gold")
        scene.run(self.SPEC, row)
        scene.run(accounts("tier", id_="b", resolve=True), account("a1", tier="Silver", at=20))
        with_other_settings = accounts("tier", resolve=True, allow_new=False, cursor_lag=5)
        assert counted(scene.run(with_other_settings, row)) == {"unchanged": 1}
        with_a_query = accounts("tier", query="SELECT 1")
        assert counted(scene.run(with_a_query, row)) == {"stale": 1}

    def test_a_full_run_leaves_what_is_unchanged_as_it_was(self, scene):
        spec = accounts("tier", recency_column=None)
        scene.run(spec, account("a1", tier="Gold"))
        before = scene.hub.records["accounts"]["a1",]
        outcome = scene.run(spec, account("a1", tier="Gold"), mode="full", at=NOW + 5)
        assert counted(outcome) == {"unchanged": 1}
        assert scene.hub.records["accounts"]["a1",] == before

    def test_an_unmapped_day_is_delivered_again_on_another_day(self, scene):
        spec = integration_of("usage_aggregations", "account_id", "login##click")
        row = {"account_id": "a1", "login##click": "3"}
        counts = {"created": 1, "stub_accounts": 1}
        assert counted(scene.run(spec, row, at=0)) == counts
        assert counted(scene.run(spec, row, at=10)) == {"unchanged": 1}
        assert counted(scene.run(spec, row, at=86_400)) == {"created": 1}
        assert len(scene.hub.records["usage_aggregations"]) == 2


class TestDeliveryByCursor:
    SPEC = accounts("tier", cursor_column="at", recency_column=None)

    def state(self, scene: Scene) -> tuple[Any, list[Any]]:
        state = scene.hub.state("a")
        return state.cursor, [row["account_id"] for row in state.held_open]

    def test_rows_before_the_cursor_are_not_read(self, scene):
        one, two = account("a1", tier="A", at=5), account("a2", tier="B", at=9)
        scene.run(self.SPEC, one, two)
        outcome = scene.run(self.SPEC, one, two, account("a1", tier="C", at=12))
        assert outcome.counts["rows_read"] == 2
        assert counted(outcome) == {"unchanged": 1, "updated": 1}
        assert self.state(scene) == (12, [])

    def test_the_lag_reads_again_and_what_was_committed_is_recognised(self, scene):
        spec = accounts("tier", cursor_column="at", recency_column=None, cursor_lag=4)
        rows = account("a1", tier="A", at=5), account("a2", tier="B", at=9)
        scene.run(spec, *rows)
        assert counted(scene.run(spec, *rows)) == {"unchanged": 2}

    def test_the_cursor_never_goes_back_not_even_in_a_full_run(self, scene):
        scene.run(self.SPEC, account("a1", tier="A", at=9))
        scene.run(self.SPEC, account("a1", tier="A", at=5), mode="full")
        assert self.state(scene) == (9, [])
        by_other = accounts("tier", cursor_column="seq", recency_column=None)
        scene.run(by_other, account("a1", tier="A", seq=2))
        assert self.state(scene) == (2, [])

    def test_a_skipped_row_is_held_open_until_it_passes(self, scene):
        spec = accounts("tier", cursor_column="at", recency_column=None, allow_new=False)
        rows = account("a1", tier="A", at=5), account("a2", tier="A", at=7)
        scene.run(spec, *rows)
        assert self.state(scene) == (7, ["a1", "a2"])
        scene.know("a1")
        outcome = scene.run(spec, *rows)
        assert counted(outcome) == {"updated": 1, "skipped_new": 1}
        assert self.state(scene) == (7, ["a2"])

    def test_held_open_rows_come_first_and_yield_to_newer_rows_of_their_key(self, scene):
        spec = accounts("tier", cursor_column="at", recency_column=None, allow_new=False)
        scene.run(spec, account("a1", tier="A", at=5), account("a2", tier="A", at=5))
        outcome = scene.run(spec, account("a3", tier="A", at=8), account("a1", tier="B", at=8))
        assert self.state(scene) == (8, ["a2", "a3", "a1"])
        assert outcome.counts["skipped_new"] == outcome.counts["rows_read"] == 3

    def test_a_row_without_a_key_is_held_once_however_often_it_comes(self, scene):
        for _ in range(2):
            outcome = scene.run(self.SPEC, account(None, tier="A", at=5))
            assert codes(outcome) == [(1, "KEY_NULL")]
        assert self.state(scene) == (5, [None])

    def test_a_null_cursor_is_rejected_in_every_run(self, scene):
        scene.run(self.SPEC, account("a2", tier="A", at=5))
        for mode in ("incremental", "full", "incremental"):
            outcome = scene.run(self.SPEC, account("a1", tier="A", at=None), mode=mode)
            assert codes(outcome) == [(1, "CURSOR_NULL")]
            assert self.state(scene) == (5, ["a1"])

    def test_a_full_run_forgets_the_held_open_rows_of_before(self, scene):
        scene.run(self.SPEC, account("a!", tier="A", at=5))
        scene.run(self.SPEC, account("b!", tier="A", at=6), mode="full")
        assert self.state(scene) == (6, ["b!"])

    def test_too_many_held_open_rows_fail_the_run(self, scene):
        scene.hub.held_limit = 1
        outcome = scene.run(self.SPEC, *[account("a!", tier=n, at=5) for n in "AB"])
        assert (outcome.status, outcome.reason) == ("failed", "HELD_OPEN")
        assert self.state(scene) == (None, [])


class TestUsage:
    SPEC = integration_of("usage", "account_id", "user_id", "action", "module")
    LOGIN: ClassVar = {"account_id": "a1", "user_id": "U1 ", "action": "login", "module": "web"}

    def test_rows_are_appended_as_often_as_they_are_new(self, scene):
        outcome = scene.run(self.SPEC, self.LOGIN)
        assert counted(outcome) == {"created": 1, "stub_accounts": 1}
        outcome = scene.run(self.SPEC, *[self.LOGIN] * 3)
        assert counted(outcome) == {"created": 2, "unchanged": 1}
        [first, *_] = scene.hub.usage
        assert first.values["user_id"] == "u1"
        assert (first.values["count"], first.values["timestamp"]) == (1, NOW)

    def test_an_incremental_run_removes_nothing_and_a_full_run_the_newest_surplus(self, scene):
        scene.run(self.SPEC, self.LOGIN, at=1)
        scene.run(self.SPEC, *[self.LOGIN] * 2, at=2)
        assert counted(scene.run(self.SPEC, self.LOGIN)) == {"unchanged": 1, "absent": 1}
        outcome = scene.run(self.SPEC, self.LOGIN, mode="full")
        assert counted(outcome) == {"unchanged": 1, "removed": 1}
        assert [row.stamp.as_of for row in scene.hub.usage] == [1]

    def test_a_full_run_leaves_the_rows_of_others(self, scene):
        other = integration_of("usage", "account_id", "user_id", "action", "module", id_="b")
        scene.run(self.SPEC, self.LOGIN)
        scene.run(other, self.LOGIN)
        assert counted(scene.run(self.SPEC, mode="full")) == {"removed": 1}
        assert [row.writer for row in scene.hub.usage] == ["b"]

    def test_a_changed_fingerprint_is_a_full_run(self, scene):
        scene.run(self.SPEC, self.LOGIN)
        changed = integration_of("usage", "account_id", "user_id", "action", "module", query="q")
        assert counted(scene.run(changed, self.LOGIN)) == {"created": 1, "removed": 1}

    def test_usage_needs_user_action_and_module(self, scene):
        outcome = scene.run(self.SPEC, {**self.LOGIN, "action": " ", "module": "m" * 101})
        assert [(r.attribute, r.code) for r in outcome.rejects] == [
            ("action", "REQUIRED_NULL"),
            ("module", "VALUE_TOO_LONG"),
        ]
        assert not scene.hub.usage

    def test_usage_of_unknown_accounts_is_skipped_unless_new_ones_are_allowed(self, scene):
        spec = integration_of("usage", "account_id", "user_id", "action", "module", allow_new=False)
        assert counted(scene.run(spec, *[self.LOGIN] * 2)) == {"skipped_new": 2}
        scene.know("a1")
        assert counted(scene.run(spec, *[self.LOGIN] * 2)) == {"created": 2}


class TestCells:
    def test_a_repeated_value_does_not_become_more_recent(self, scene):
        spec = accounts("tier", "mrr")
        scene.run(spec, account("a1", tier="Gold", mrr=1))
        scene.run(spec, account("a1", tier="Gold", mrr=2, at=30))
        record = scene.hub.records["accounts"]["a1",]
        assert (record["tier"].stamp.as_of, record["mrr"].stamp.as_of) == (10, 30)

    def test_a_clear_of_an_unwritten_cell_is_not_seen_but_keeps_older_values_out(self, scene):
        scene.know("a1")
        outcome = scene.run(accounts("tier", clear=["tier"]), account("a1", tier=None, at=30))
        assert (counted(outcome), outcome.changes) == ({"unchanged": 1}, ())
        late = accounts("tier", id_="b")
        assert counted(scene.run(late, account("a1", tier="Gold", at=20))) == {"stale": 1}

    def test_a_bad_cell_that_is_nulled_keeps_also_where_blanks_clear(self, scene):
        level = Line("Support Level", "level", blank="clear", on_error="null_value")
        spec = Spec("a", "accounts", (*lines(account_id=None), level), recency_column="at")
        scene.run(spec, account("a1", level="Basic"))
        assert counted(scene.run(spec, account("a1", level="none", at=20))) == {"unchanged": 1}
        assert scene.shown("a1") == {"support_level": "Basic"}

    def test_released_cells_stay_visible_and_any_row_writes_them(self, scene):
        scene.run(accounts("tier", source_id_column="opp"), account("a1", tier="Gold", opp="o1"))
        scene.hub.delete_integration("a")
        assert scene.shown("a1") == {"tier": "Gold"}
        other = accounts("tier", id_="b", source_id_column="opp")
        outcome = scene.run(other, account("a1", tier="Silver", opp="o2", at=1))
        assert counted(outcome) == {"updated": 1}

    def test_a_recency_far_in_the_future_is_clamped(self, scene):
        spec = accounts("tier")
        rows = account("a1", tier="A", at=NOW + 300), account("a2", tier="A", at=NOW + 301)
        outcome = scene.run(spec, *rows)
        cells = [scene.hub.records["accounts"][key,]["tier"] for key in ("a1", "a2")]
        assert [cell.stamp.as_of for cell in cells] == [NOW + 300, NOW]
        assert "RECENCY_CLAMPED" in outcome.warnings

    def test_every_problem_of_a_rows_own_cells_is_listed_and_a_row_is_rejected_once(self, scene):
        spec = accounts("account_name", "support_level")
        row = account("ä", account_name="n" * 129, support_level="none", at="soon")
        outcome = scene.run(spec, row)
        assert outcome.counts["rejected"] == 1
        assert {code for _, code in codes(outcome)} == {
            "KEY_CHARACTERS",
            "VALUE_TOO_LONG",
            "VALUE_NOT_ALLOWED",
            "RECENCY_FORMAT",
        }


class TestForeignKeys:
    def claim(self, id_: str, **settings: Any) -> Spec:
        return accounts("zuora_id", id_=id_, **settings)

    def test_an_own_newer_claim_moves_the_value_and_changes_its_account(self, scene):
        scene.know("a2")
        scene.run(self.claim("a"), account("a1", zuora_id="Z1"))
        outcome = scene.run(self.claim("a"), account("a2", zuora_id="z1", at=20))
        assert counted(outcome) == {"updated": 1, "absent": 1}
        assert scene.hub.register["zuora_id", "z1"]["account_id"].value == "a2"
        of_account = [c.before for c in outcome.changes if c.object == "accounts"]
        assert of_account == [{"zuora_id": {"z1": "a1"}}]

    @pytest.mark.parametrize("resolve", [False, True])
    def test_anothers_claim_is_refused_or_taken(self, scene, resolve):
        scene.know("a2")
        scene.run(self.claim("a"), account("a1", zuora_id="z1"))
        outcome = scene.run(self.claim("b", resolve=resolve), account("a2", zuora_id="z1", at=20))
        if resolve:
            assert counted(outcome) == {"updated": 1, "conflicts_resolved": 1}
        else:
            assert codes(outcome) == [(1, "FK_CONFLICT")]
            assert counted(outcome) == {"rejected": 1}

    def test_of_several_claims_the_newest_holds_and_the_others_are_stale(self, scene):
        scene.know("a1", "a2")
        rows = account("a1", zuora_id="z1", at=20), account("a2", zuora_id="z1", at=10)
        assert counted(scene.run(self.claim("a"), *rows)) == {"updated": 1, "stale": 1}

    def test_the_register_itself_needs_a_known_account(self, scene):
        scene.know("a1")
        spec = integration_of("accounts_foreign_keys", "account_id", "zuora_id")
        rows = [{"account_id": name, "zuora_id": f" Z{name}"} for name in ("a1", "a2")]
        outcome = scene.run(spec, *rows)
        assert codes(outcome) == [(2, "ACCOUNT_NOT_FOUND")]
        assert list(scene.hub.register) == [("zuora_id", "za1")]


class TestMatching:
    def spec(self, **settings: Any) -> Spec:
        return accounts("mrr", source_id_column="opp", **settings)

    def test_without_resolving_the_first_in_stamp_order_holds(self, scene):
        rows = account("a1", opp="o1", mrr=1, at=20), account("a1", opp="o2", mrr=2, at=10)
        outcome = scene.run(self.spec(), *rows)
        assert codes(outcome) == [(1, "MATCH_CONFLICT")]
        assert scene.shown("a1") == {"mrr": 2}

    def test_resolving_the_newest_in_one_extract_counts_once(self, scene):
        rows = [account("a1", opp=f"o{n}", mrr=n, at=n) for n in (1, 3, 2)]
        outcome = scene.run(self.spec(resolve=True), *rows)
        assert counted(outcome) == {"created": 1, "duplicates": 2, "conflicts_resolved": 1}
        assert scene.shown("a1") == {"mrr": 3}
        again = scene.run(self.spec(resolve=True), *rows)
        assert counted(again) == {"unchanged": 1, "duplicates": 2}

    def test_a_source_record_that_stays_keeps_the_stamp_of_its_match(self, scene):
        scene.run(self.spec(resolve=True), account("a1", opp="o1", mrr=1, at=10))
        rows = account("a1", opp="o1", mrr=2, at=30), account("a1", opp="o2", mrr=3, at=20)
        outcome = scene.run(self.spec(resolve=True), *rows)
        assert counted(outcome) == {"updated": 1, "duplicates": 1}
        [table] = scene.hub.matches.values()
        assert table["a1",].stamp.as_of == 10

    def test_a_null_source_id_takes_no_part(self, scene):
        rows = account("a1", opp="o1", mrr=1), account("a1", opp=" ", mrr=2, at=20)
        outcome = scene.run(self.spec(), *rows)
        assert counted(outcome) == {"created": 1, "duplicates": 1}
        assert scene.shown("a1") == {"mrr": 2}

    def test_a_skipped_row_makes_no_match_and_one_source_record_matches_several(self, scene):
        scene.know("a1", "a2")
        rows = [account(name, opp="o1", mrr=1) for name in ("a1", "a2", "a3")]
        assert scene.run(self.spec(allow_new=False), *rows).counts["skipped_new"] == 1
        assert matched(scene) == {"a1": "o1", "a2": "o1"}

    def test_a_failed_rebuild_leaves_the_matches(self, scene):
        spec = self.spec(reject_allowance=0)
        scene.run(spec, account("a1", opp="o1", mrr=1))
        outcome = scene.run(spec, account("!", opp="o2", mrr=1), mode="rebuild_mapping")
        assert (outcome.status, outcome.reason) == ("failed", "REJECTS")
        assert matched(scene) == {"a1": "o1"}


class TestObjects:
    def test_users_bring_a_stub_account_or_are_skipped(self, scene):
        row = {"account_id": "a1", "user_id": " U@X.org ", "name": "U"}
        names = ("account_id", "user_id", "name")
        outcome = scene.run(integration_of("users", *names, allow_new=False), row)
        assert counted(outcome) == {"skipped_new": 1}
        outcome = scene.run(integration_of("users", *names), row)
        assert counted(outcome) == {"created": 1, "stub_accounts": 1}
        assert scene.shown("a1", "u@x.org", of="users") == {"name": "U"}
        assert scene.shown("a1") == {}

    def test_a_key_contact_must_be_a_contact_by_the_row_or_else_the_hub(self, scene):
        key = {"account_id": "a1", "user_id": "u1"}
        names = ("account_id", "user_id", "contact", "key_contact")
        spec = integration_of("users", *names)
        refused = scene.run(spec, {**key, "contact": "no", "key_contact": "Yes"})
        assert codes(refused) == [(1, "KEY_CONTACT_NOT_CONTACT")]
        scene.run(spec, {**key, "contact": "TRUE", "key_contact": None})
        promoted = scene.run(spec, {**key, "contact": None, "key_contact": "yes"})
        assert counted(promoted) == {"updated": 1}
        demoted = scene.run(spec, {**key, "contact": "no", "key_contact": None})
        assert codes(demoted) == [(1, "KEY_CONTACT_NOT_CONTACT")]

    def test_tags_are_added_removed_and_left(self, scene):
        spec = accounts("tag##vip", clear=["tag##vip"])
        for n, (value, shown) in enumerate([("YES", True), (None, True), ("false", False)]):
            scene.run(spec, account("a1", at=n, **{"tag##vip": value}))
            assert scene.shown("a1") == {"tag_vip": shown}
        assert codes(scene.run(spec, account("a1", **{"tag##vip": "maybe"}))) == [(1, "TAG_VALUE")]

    def test_of_several_aggregations_of_a_day_only_the_last_row_counts(self, scene):
        spec = integration_of(
            "usage_aggregations", "account_id", "date", "login##click", "login##view"
        )
        row = {"account_id": "a1", "date": "2026-01-31"}
        outcome = scene.run(
            spec,
            {**row, "login##click": 1, "login##view": 2},
            {**row, "login##click": "3.0", "login##view": None},
            {**row, "login##click": "3.5", "login##view": None},
        )
        assert codes(outcome) == [(3, "NOT_WHOLE")]
        [record] = scene.hub.records["usage_aggregations"].values()
        assert {name: cell.value for name, cell in record.items()} == {"login_click": 3}

    def test_a_count_of_the_stream_is_one_where_it_is_blank_or_new(self, scene):
        key = ("account_id", "user_id", "module", "action", "timestamp")
        row = {**dict.fromkeys(key, "x"), "timestamp": 7}
        scene.run(integration_of("historical_activity_stream", *key), row)
        [record] = scene.hub.records["historical_activity_stream"].values()
        assert record["count"].value == 1
        counting = integration_of("historical_activity_stream", *key, "count")
        scene.run(counting, {**row, "count": 5})
        scene.run(counting, {**row, "count": None})
        [record] = scene.hub.records["historical_activity_stream"].values()
        assert record["count"].value == 1

    def test_assignments_know_totango_users_by_e_mail_or_by_a_name_of_one(self, scene):
        scene.know("a1")
        names = ("email", "first_name", "last_name", "license")
        people = [("ann@x.org", "Ann"), ("bob@x.org", "Bob"), ("b2@x.org", "bob")]
        rows = [dict(zip(names, (e, n, "Lee", "Zoe"), strict=True)) for e, n in people]
        assert counted(scene.run(integration_of("totango_users", *names), *rows)) == {"created": 3}
        spec = integration_of(
            "account_assignment", "account_id", "account_role_id", "email", "user_name"
        )
        role = {"account_id": "a1", "account_role_id": "Success Manager", "email": None}
        outcome = scene.run(
            spec,
            {**role, "user_name": "bob lee"},
            {**role, "user_name": "nobody"},
            {**role, "user_name": "nobody", "email": "ANN@x.org"},
            {**role, "user_name": "nobody", "account_role_id": "Boss"},
            {**role, "user_name": " ANN  lee"},
        )
        assert codes(outcome) == [
            (1, "USER_AMBIGUOUS"),
            (2, "USER_NOT_FOUND"),
            (4, "ROLE_UNKNOWN"),
            (4, "USER_NOT_FOUND"),
        ]
        shown = scene.shown("a1", "Success Manager", of="account_assignment")
        assert shown == {"email": "ann@x.org"}

    def test_a_new_totango_user_needs_a_name_and_a_license(self, scene):
        spec = integration_of("totango_users", "email", "first_name", "license")
        row = {"email": "a@x.org", "first_name": None, "license": "Zoe"}
        outcome = scene.run(spec, row, {**row, "license": "Viewer"})
        assert [(r.attribute, r.code) for r in outcome.rejects] == [
            ("first_name", "REQUIRED_NULL"),
            ("last_name", "REQUIRED_NULL"),
            ("license", "VALUE_NOT_ALLOWED"),
        ]

    def test_a_task_is_bound_to_its_account(self, scene):
        scene.know("a1", "a2")
        spec = integration_of("tasks", "task_id", "account_id", "title")
        new = [{"task_id": "T1", "account_id": name, "title": "t"} for name in ("a1", "a2", "a3")]
        outcome = scene.run(spec, *new, {"task_id": "t2", "account_id": None, "title": "t"})
        assert codes(outcome) == [
            (2, "ACCOUNT_CHANGED"),
            (3, "ACCOUNT_NOT_FOUND"),
            (4, "REQUIRED_NULL"),
        ]
        outcome = scene.run(spec, {"task_id": "t1", "account_id": None, "title": "u"})
        assert counted(outcome) == {"updated": 1, "absent": 1}
        assert scene.shown("t1", of="tasks") == {"account_id": "a1", "title": "u"}

    def test_a_touchpoint_keeps_a_subject_or_content(self, scene):
        scene.know("a1")
        mapping = lines(["subject"], touchpoint_id=None, account_id=None, subject=None)
        spec = Spec("a", "touchpoints", mapping, recency_column="at")
        row = {"touchpoint_id": "p1", "account_id": "a1"}
        refused = scene.run(spec, {**row, "subject": None, "at": 20})
        assert codes(refused) == [(1, "SUBJECT_OR_CONTENT")]
        scene.run(spec, {**row, "subject": "hello", "at": 20})
        refused = scene.run(spec, {**row, "subject": None, "at": 30})
        assert codes(refused) == [(1, "SUBJECT_OR_CONTENT")]
        assert counted(scene.run(spec, {**row, "subject": None, "at": 10})) == {"stale": 1}

    def test_collections_of_two_types_do_not_meet(self, scene):
        names = ("account_id", "collection_id", "name")
        row = {"account_id": "a1", "collection_id": "C 1", "name": "n"}
        for id_, collection in (("a", "tickets"), ("b", "invoices")):
            spec = integration_of("collections", *names, id_=id_, collection=collection)
            assert scene.run(spec, row).counts["created"] == 1
        assert scene.shown("tickets", "a1", "C 1", of="collections") == {"name": "n"}

    def test_orphans_and_cycles_of_accounts_are_warnings(self, scene):
        spec = accounts("parent_id")
        outcome = scene.run(spec, account("a1", parent_id="a2"))
        assert outcome.warnings == {"PARENT_UNKNOWN"}
        outcome = scene.run(spec, account("a1", parent_id="a2"), account("a2", parent_id="a1"))
        assert outcome.warnings == {"PARENT_CYCLE"}


class TestTransaction:
    SPEC = accounts("tier")

    def test_a_repeated_run_changes_nothing_and_says_the_same(self, scene):
        row = account("a1", tier="Gold")
        outcome = scene.run(self.SPEC, row)
        again = scene.hub.commit(self.SPEC, "run-1", "full", [], NOW)
        assert (again.repeated, again.counts) == (True, outcome.counts)
        assert scene.shown("a1") == {"tier": "Gold"}

    def test_a_writer_that_lost_its_lease_aborts(self, scene):
        scene.hub.start(self.SPEC, "slow")
        scene.run(self.SPEC, account("a1", tier="Gold"))
        with pytest.raises(LeaseLostError):
            scene.hub.commit(self.SPEC, "slow", "full", [account("a2", tier="Gold")], NOW)
        assert scene.shown("a2") is None

    def test_a_run_above_both_limits_changes_nothing_and_still_counts(self, scene):
        spec = accounts("tier", reject_allowance=1, max_reject_ratio=0.5)
        bad, good = account("!", tier="A"), account("a1", tier="A")
        failed = scene.run(spec, bad, bad, good)
        assert (failed.status, counted(failed)) == ("failed", {"created": 1, "rejected": 2})
        assert scene.shown("a1") is None
        assert scene.hub.state("a").fingerprint is None
        assert scene.run(spec, bad, bad, good, good).status == "committed"

    def test_a_missing_column_fails_the_run(self, scene):
        outcome = scene.run(self.SPEC, account("a1"))
        assert (outcome.status, outcome.reason) == ("failed", "COLUMN_MISSING")

    def test_the_identity_holds_where_everything_happens_at_once(self, scene):
        scene.know("a1", "a2")
        spec = accounts("tier", allow_new=False)
        rows = [account(key, tier=key) for key in ("a1", "a1", "a2", "n1", "n1", "!")]
        outcome = scene.run(spec, *rows)
        assert outcome.counts["rows_read"] == sum(outcome.counts[name] for name in IDENTITY) == 6
        assert counted(outcome) == {
            "updated": 2,
            "skipped_new": 1,
            "rejected": 1,
            "duplicates": 2,
        }
