"""The register of foreign keys: claims of the one cell "account of this value" (semantics.md 4, 5).

The register's key is (foreign key, value), its one cell is OWNER.
"""

from dataclasses import dataclass, field

from totango_pipelines_tests.model.reference_cells import (
    Cell,
    Records,
    Writer,
    effect,
    log_change,
    merged,
    visible,
    write_record,
)
from totango_pipelines_tests.model.reference_rows import Row
from totango_pipelines_tests.model.reference_spec import OWNER, REGISTER


@dataclass
class ClaimEffects:
    """What the claims of a run did to their accounts: {account key: {foreign key: {value: before}}}.

    stale: accounts that claimed a value and do not have it.
    """

    moved: dict[tuple, dict[str, dict[str, str | None]]] = field(default_factory=dict)
    stale: set[tuple] = field(default_factory=set)


def is_refused(register: Records, writer: Writer, claimed: tuple, row: Row) -> bool:
    """Whether the claim is in conflict with the register as it stood before the run."""
    stored = register.get(claimed, {}).get(OWNER)
    new = Cell(row.account, row.stamp, writer.integration)
    return effect(stored, new, resolve=writer.resolve) == "conflict"


def enter_claims(register: Records, writer: Writer, rows: list[Row]) -> ClaimEffects:
    """Enter the claims of these rows of accounts."""
    claims: dict[tuple, list[Row]] = {}
    for row in rows:
        for claimed in row.claims.items():
            claims.setdefault(claimed, []).append(row)
    effects = ClaimEffects()
    for claimed, claimants in claims.items():
        before = visible(register.get(claimed), OWNER)
        spoken = [(row.stamp, {OWNER: row.account}) for row in claimants]
        arriving = merged(spoken, writer.integration)
        outcome, changed = write_record(register, writer, REGISTER, claimed, arriving)
        log_change(writer, REGISTER, claimed, outcome, changed)
        after = visible(register[claimed], OWNER)
        if before != after:
            foreign_key, value = claimed
            effects.moved.setdefault((after,), {}).setdefault(foreign_key, {})[value] = before
        effects.stale |= {(row.account,) for row in claimants} - {(after,)}
    return effects
