"""The reference model of the upsert: semantics.md in plain Python, dicts in, dicts out, no I/O.

    hub = ReferenceHub(Catalog(kinds={("accounts", "zuora_id"): FOREIGN_KEY}))
    hub.start(spec, "run-1")
    outcome = hub.commit(spec, "run-1", "incremental", rows_of_the_whole_source, extracted_at)

Modules in the order in which a row meets them: reference_spec (what an integration is),
reference_delivery (1: which rows), reference_rows (2 to 4: own cells), reference_objects (4: the
hub's rules), reference_matching (6), reference_claims and reference_cells (5), reference_run (7),
and this one (8: ledger, lease, all or nothing, deletion).

Where semantics.md can be read in two ways, the model reads it so:

Delivery
 1. A first run, and a run after a deletion, has no fingerprint: it is not a changed one. So usage
    that a deleted integration left is compared with (and, in an incremental run, not removed).
 2. Without a committed cursor the window is the whole source, but it is a window: absent is 0.
 3. CURSOR_NULL is refused in every mode: full and incremental runs treat a row alike.
 4. By cursor a key is recognised if each of its rows is among the committed ones (copies do not
    count), rejected rows included: a rejected row in the window has the others delivered again.
 5. Held-open rows and the window meet by source values: ' A ' and 'A' are two keys. A null or blank
    key column makes a key incomplete. All rows of a skipped key are held.
 6. The order of the mapping's lines is not part of the fingerprint; the object is not either.
 7. skipped_new is counted by the hub's key, recognised keys by the source's value.
 8. Of equal usage rows the first ones are those that are recognised or kept. Usage rows are not in
    the change log: they are no records. A stub account is.
 9. The day that unmapped dates of aggregations take counts as a changed fingerprint by difference
    only: in cursor mode a recognised row of yesterday says nothing for today.

Cells and keys
10. Every problem of a cell is listed: a key may be too long and have wrong characters.
11. on_error does not speak of keys (nor of the account of usage and of the register, which is
    folded and limited as a key, and REQUIRED_NULL where there is none). A required cell that
    null_value silences is REQUIRED_NULL.
12. User ids of usage are folded and limited as user ids (KEY_TOO_LONG, KEY_CHARACTERS); null is
    REQUIRED_NULL. Module and action of the stream are keys without the limits of usage.
13. parent_id is not trimmed (it is no key of its record). A blank recency is null.
14. A usage timestamp that is mapped and blank stays null: only an unmapped one is the run's time,
    which is the extract's start.
15. A priority that is no whole number is NOT_WHOLE; one out of 1-3 is VALUE_NOT_ALLOWED.
16. blank: clear does not speak of tags, claims, the account of a task, and an assignment whose row
    has neither e-mail nor name.

The hub's rules
17. A row that is refused binds no task: of new ones, the first complete one in stamp order holds.
18. SUBJECT_OR_CONTENT: row by row, the record as that row alone would leave it (stale and disputed
    cells keep the hub's value); what another row of the key brings does not count.
19. A count of the stream that is not said is 1 in each row of a new key, by that row's stamp.
20. The row that took a match is, of the source record that has it in the end, the first that is
    newer than all rows of the others, the stored match among them.
21. A released cell is unwritten: any row that speaks writes it, also an equal value (then nothing
    changes visibly). A claim that moves counts for the account that it moves to.
22. A failed run reports the counts that it would have had.
23. The limits judge the rows that were just read: rows held open were judged when they came.
"""

import copy
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from totango_pipelines_tests.model.reference_cells import Cell, Change, Conflict, Records
from totango_pipelines_tests.model.reference_delivery import State, UsageRow
from totango_pipelines_tests.model.reference_matching import Matches, forget
from totango_pipelines_tests.model.reference_run import ModelRun, Outcome, Tables
from totango_pipelines_tests.model.reference_spec import (
    REGISTER,
    Catalog,
    Moment,
    SourceRow,
    Spec,
)


class LeaseLostError(Exception):
    """Another run of the integration has started since: this one must not write."""


@dataclass(frozen=True)
class Start:
    """epoch: of the lease on the integration."""

    run_seq: int
    epoch: int


@dataclass
class ReferenceHub:
    catalog: Catalog = field(default_factory=Catalog)
    held_limit: int = 100_000
    tables: Tables = field(default_factory=Tables)
    states: dict[str, State] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    ledger: dict[str, Outcome] = field(default_factory=dict)
    starts: dict[str, Start] = field(default_factory=dict)
    epochs: Counter[str] = field(default_factory=Counter)
    run_seq: int = 0

    @property
    def records(self) -> dict[str, Records]:
        """{object: {key: {attribute: Cell}}}, all objects but usage."""
        return self.tables.records

    @property
    def register(self) -> Records:
        return self.tables.records[REGISTER]

    @property
    def usage(self) -> list[UsageRow]:
        return self.tables.usage

    @property
    def matches(self) -> Matches:
        """{(connection, object, collection): {key: Match}}."""
        return self.tables.matches

    def state(self, integration: str) -> State:
        """Cursor, baseline and held-open rows."""
        return self.states.get(integration) or State()

    def start(self, spec: Spec, run_id: str) -> Start:
        """Take the lease; whoever held it has lost it."""
        self.run_seq += 1
        self.epochs[spec.id] += 1
        self.starts[run_id] = Start(self.run_seq, self.epochs[spec.id])
        return self.starts[run_id]

    def commit(
        self,
        spec: Spec,
        run_id: str,
        mode: str,
        source_rows: Iterable[SourceRow],
        extracted_at: Moment,
        *,
        start: Start | None = None,
    ) -> Outcome:
        """All of a run, or nothing. `source_rows` is all that the query gives at that time.

        `start` is the run's last one unless told (a writer that was overtaken has an older one).

        Raises:
            LeaseLostError: another run of the integration started after `start`.
        """
        if run_id in self.ledger:
            return replace(self.ledger[run_id], repeated=True)
        start = start or self.starts[run_id]
        if start.epoch != self.epochs[spec.id]:
            raise LeaseLostError(run_id)
        tables, state = copy.deepcopy((self.tables, self.state(spec.id)))
        run = ModelRun(
            spec,
            self.catalog,
            run_id,
            start.run_seq,
            mode,
            extracted_at,
            tables,
            state,
            self.held_limit,
        )
        outcome = run.perform(source_rows)
        if outcome.status == "committed":
            self.tables, self.states[spec.id] = tables, state
            self.changes += outcome.changes
            self.conflicts += outcome.conflicts
            self.ledger[run_id] = outcome
        return outcome

    def delete_integration(self, integration: str) -> None:
        """Release cells and matches, forget the state; usage, change log and ledger stay."""
        self.states.pop(integration, None)
        forget(self.tables.matches, integration)
        for records in self.tables.records.values():
            for record in records.values():
                for name, cell in record.items():
                    if cell.writer == integration:
                        record[name] = Cell(cell.value, None, None)
