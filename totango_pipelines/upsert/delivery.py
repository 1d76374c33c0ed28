"""What a run brings to the hub, and what became of it."""

from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from totango_pipelines.errors import CountsIdentityError, TooManyRejectsError
from totango_pipelines.upsert.state import IntegrationState


@dataclass(frozen=True, slots=True)
class HubColumn:
    """A column of a hub table; `hub_type` in DuckDB's words."""

    name: str
    hub_type: str


@dataclass(frozen=True, slots=True)
class HubTable:
    """A table of the hub: its key columns first, then one typed column per attribute.

    Records are found by `keys`. In a table of rows (`holds_rows`: usage) several rows may share
    them, and they stand last.
    """

    name: str
    keys: tuple[HubColumn, ...]
    attributes: tuple[HubColumn, ...]
    holds_rows: bool = False


@dataclass(frozen=True, slots=True)
class DeliveredAttribute:
    """An attribute that the integration maps.

    `clears`: a null empties it (blank: clear). `silent_column`: says of a null that it keeps.
    """

    column: HubColumn
    clears: bool = False
    silent_column: str | None = None


@dataclass(frozen=True, slots=True)
class RejectLimits:
    """Above both, a run fails before its first write (semantics.md 7)."""

    allowance: int
    ratio: float

    def exceeded(self, *, rejected: int, rows_read: int) -> bool:
        """Whether so many rejects fail the run."""
        return rejected > self.allowance and rejected > self.ratio * rows_read


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """Which run writes, for whom and how."""

    run_id: str
    integration: str
    object: str
    connection: str
    mode: str
    trigger: str


@dataclass(frozen=True, slots=True)
class RunStart:
    """What the hub gave a run when it started: its place in the order, and its lease's epoch.

    `state` is what the integration's last committed run left; None: there was none.
    """

    run_seq: int
    epoch: int
    state: IntegrationState | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """The accepted rows of a run, in `mapped` (Parquet).

    `mapped` has the key and attribute columns of the hub, `_row` and `_as_of`. `constant_keys`
    are key columns with one value for all rows (the collection). `rejected` counts the rows that
    the mapping refused. `required_when_new` are columns that a new record cannot go without.
    Rows of an unknown account create it if they are a `child_of_account`, and are refused if their
    `account_must_exist`. `renamed_keys` are the key columns that `mapped` has under another name:
    (the hub's, the file's). `claims` are columns of `mapped` with foreign keys of accounts: each
    value in them is claimed for the row's account, in the register (semantics.md 4).

    `recognised` counts what the run read and need not deliver. `match_on` is the column of `mapped`
    whose foreign key stands in for the account. `has_source_ids`: `mapped` has `_source_id`, and
    records are matched to them; `rebuilds` forgets the integration's matches first.
    `new_defaults` are (column, SQL value) of cells that a new record has although they are not
    mapped. `last_row_counts`: of several rows of one key.
    `allow_new_is_of_accounts`: records of known accounts may always be new. `roles` are those an assignment may name.
    `removes`: rows of the integration that the source no longer has leave the hub (usage), `totals`:
    what it has beyond those read is counted as absent. The first `held` rows were held open from
    before, of which the mapping rejected `held_rejected` again. `released`: cells of these writers up to
    these runs belong to nobody (semantics.md 5).
    """

    run: RunIdentity
    start: RunStart
    table: HubTable
    attributes: tuple[DeliveredAttribute, ...]
    constant_keys: tuple[tuple[str, str], ...]
    required_when_new: tuple[str, ...]
    child_of_account: bool
    allow_new: bool
    resolve_conflicts: bool
    mapped: Path
    extracted_at: datetime
    rows_read: int
    rejected: int
    limits: RejectLimits
    account_must_exist: bool = False
    renamed_keys: tuple[tuple[str, str], ...] = ()
    claims: tuple[str, ...] = ()
    recognised: "UpsertCounts | None" = None
    match_on: str | None = None
    has_source_ids: bool = False
    rebuilds: bool = False
    new_defaults: tuple[tuple[HubColumn, str], ...] = ()
    last_row_counts: bool = False
    allow_new_is_of_accounts: bool = False
    roles: tuple[str, ...] = ()
    removes: bool = False
    totals: bool = False
    released: tuple[tuple[str, int], ...] = ()
    held: int = 0
    held_rejected: int = 0

    def check_limits(self, rejected: int, refused_again: int = 0) -> None:
        """Judge the rejects among the rows that were just read.

        Rows that were held open were judged when they came: counted again and again, a few of them
        would stop every small window. (ours)

        Raises:
            TooManyRejectsError: there are more of them than the limits allow.
        """
        new = rejected - self.held_rejected - refused_again
        rows = self.rows_read - self.held
        if self.limits.exceeded(rejected=new, rows_read=rows):
            msg = (
                f"{new} of {rows} rows were rejected, more than reject_allowance "
                f"({self.limits.allowance}) and max_reject_ratio ({self.limits.ratio:g}) allow. "
                "Nothing was written. Mend the rows, or raise the limits in settings."
            )
            raise TooManyRejectsError(msg)

    @property
    def mapped_columns(self) -> frozenset[str]:
        """The hub columns that the integration maps, keys aside."""
        return frozenset(attribute.column.name for attribute in self.attributes)

    @property
    def matched_object(self) -> str:
        """What the records that are matched belong to: the object, or one collection of it."""
        return "/".join((self.run.object, *(value for _, value in self.constant_keys if value)))


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    """What became of the rows (semantics.md 7); contract.md names the same metadata."""

    rows_read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    skipped_new: int = 0
    conflicts: int = 0
    conflicts_resolved: int = 0
    duplicates: int = 0
    rejected: int = 0
    stub_accounts: int = 0
    absent: int = 0
    removed: int = 0

    def __add__(self, other: "UpsertCounts") -> "UpsertCounts":
        """The sum of both, count by count."""
        return UpsertCounts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def check_identity(self) -> None:
        """Every row read ended as exactly one thing.

        Raises:
            CountsIdentityError: it did not; the run must not commit.
        """
        ended = (
            self.created
            + self.updated
            + self.unchanged
            + self.stale
            + self.skipped_new
            + self.rejected
            + self.duplicates
        )
        if ended != self.rows_read:
            msg = f"{self.rows_read} rows were read, but {ended} are accounted for: {self}."
            raise CountsIdentityError(msg)


COUNT_NAMES = tuple(f.name for f in fields(UpsertCounts))
