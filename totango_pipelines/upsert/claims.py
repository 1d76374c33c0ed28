"""Foreign keys that an integration of accounts maps: claims in their register (semantics.md 4, 5).

They are settled before the accounts are merged, foreign key after foreign key and in ranges of
their values, since rows of any accounts may claim one value. What that does to the accounts stays
in temporary tables, where the merge of the accounts finds it: `refused_claims` (the rows to refuse)
and `claim_effects` (the claims that moved the register, or came too late).
"""

from dataclasses import dataclass, replace

from totango_pipelines.upsert import object_rules
from totango_pipelines.upsert.cells_sql import CellRules
from totango_pipelines.upsert.delivery import Delivery, UpsertCounts
from totango_pipelines.upsert.merge import Merge
from totango_pipelines.upsert.register import (
    OWNER,
    claims_delivery,
    claims_of,
    effects_on_accounts,
)
from totango_pipelines.upsert.target import HubTransaction

_TABLES = {
    "refused_claims": "_row BIGINT, attribute VARCHAR, code VARCHAR",
    # Rows that are refused or skipped claim nothing.
    "silent_rows": "_row BIGINT",
    "claim_effects": "account_id VARCHAR, foreign_key VARCHAR, value VARCHAR, before VARCHAR, "
    "moved BOOLEAN",
    # The values of one range that belong to another account now.
    "moves": "foreign_key VARCHAR, value VARCHAR, account_id VARCHAR, before VARCHAR",
}


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of one delivery of accounts, inside its transaction."""

    hub: HubTransaction
    delivery: Delivery
    range_rows: int

    def settle(self) -> UpsertCounts:
        """Enter the claims into the register; counted are only the conflicts that it resolved."""
        for name, columns in _TABLES.items():
            self._run(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")
        if not self.delivery.resolve_conflicts:
            for foreign_key in self.delivery.claims:
                self._refuse(foreign_key)
            self._run("INSERT INTO silent_rows SELECT DISTINCT _row FROM refused_claims")
        self._silence_the_others()
        resolved = sum(self._enter(foreign_key) for foreign_key in self.delivery.claims)
        return UpsertCounts(conflicts_resolved=resolved)

    def _refuse(self, foreign_key: str) -> None:
        """Find the rows whose claim the register refuses, whatever else they say."""
        merge = self._merge(foreign_key)
        for _ in merge.beside_the_hub():
            conflicts = object_rules.foreign_key_conflicts(merge.delivery)
            self._run(f"INSERT INTO refused_claims {conflicts}")

    def _silence_the_others(self) -> None:
        """Find the rows that are refused for other reasons, skipped because new, or outdone."""
        delivery = self.delivery
        if (
            delivery.allow_new
            and not delivery.has_source_ids
            and not any(object_rules.steps(replace(delivery, claims=())))
        ):
            return
        merge = Merge(self.hub, delivery, self.range_rows)
        for bounds in merge.beside_the_hub():
            merge.sift(bounds)
            self._run("INSERT INTO silent_rows SELECT _row FROM gone")

    def _enter(self, foreign_key: str) -> int:
        """Merge the claims of one foreign key into the register; how many conflicts it resolved."""
        resolved = 0
        for counts, _ in self._merge(foreign_key).merge_ranges():
            resolved += counts.conflicts_resolved
            self._run(f"INSERT INTO claim_effects {effects_on_accounts()}")
            self._run("DELETE FROM moves")
        return resolved

    def _merge(self, foreign_key: str) -> Merge:
        self._run(f"CREATE OR REPLACE TEMP VIEW claims AS {claims_of(foreign_key)}")
        delivery = claims_delivery(self.delivery, foreign_key)
        return Merge(self.hub, delivery, self.range_rows, "claims", self._keep_moves)

    def _keep_moves(self, rules: CellRules) -> None:
        self._run(f"INSERT INTO moves {rules.written(OWNER)}")

    def _run(self, statement: str) -> None:
        self.hub.work.execute(statement)
