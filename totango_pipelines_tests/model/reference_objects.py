"""The hub's rules for a row: match_on, account, the object's special rules, allow_new (4)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from totango_pipelines_tests.model.reference_cells import (
    Cell,
    Record,
    Records,
    Writer,
    effect,
    visible,
)
from totango_pipelines_tests.model.reference_claims import is_refused
from totango_pipelines_tests.model.reference_rows import Problem, Row
from totango_pipelines_tests.model.reference_spec import (
    ACCOUNTS,
    AGGREGATIONS,
    ASSIGNMENT,
    COLLECTIONS,
    KEYS,
    OWNER,
    REGISTER,
    STREAM,
    TASKS,
    TOTANGO_USERS,
    TOUCHPOINTS,
    USAGE,
    USERS,
    Catalog,
    Spec,
)

MAKES_STUBS = {USERS, COLLECTIONS, USAGE, STREAM, AGGREGATIONS}
NEEDS_ACCOUNT = {ASSIGNMENT, TASKS, TOUCHPOINTS, REGISTER}
JUDGES_ACCOUNT_ONLY = {USAGE, STREAM, AGGREGATIONS}  # allow_new does not speak of their records
NAME = ("first_name", "last_name")
REQUIRED_OF_TOTANGO_USERS = (*NAME, "license")


@dataclass
class Ruled:
    """What the hub's rules leave: rows, skipped rows, and the problems by row number."""

    rows: list[Row] = field(default_factory=list)
    skipped: list[Row] = field(default_factory=list)
    refused: dict[int, list[Problem]] = field(default_factory=dict)

    def sieve(self, rows: list[Row], judge: Callable[[Row], list[Problem]]) -> list[Row]:
        """A row is rejected once: what a step refuses, no later step sees."""
        told = {row.row_no: problems for row in rows if (problems := judge(row))}
        self.refused |= told
        return [row for row in rows if row.row_no not in told]


@dataclass(frozen=True)
class Rules:
    """The rules, on the records as they were before the run's first write."""

    spec: Spec
    catalog: Catalog
    records: dict[str, Records]
    writer: Writer

    def rule(self, rows: list[Row]) -> Ruled:
        """All steps but matching."""
        ruled = Ruled()
        rows = ruled.sieve(rows, self._unmatched)
        rows = [self._with_its_key(row) for row in rows]
        rows = ruled.sieve(rows, self._account_unknown)
        rows = self._special(rows, ruled)
        ruled.skipped = [row for row in rows if self._is_skipped(row)]
        ruled.rows = [row for row in rows if not self._is_skipped(row)]
        return ruled

    def record(self, row: Row) -> Record | None:
        return self.records[self.spec.object].get(row.key)

    def is_new(self, row: Row) -> bool:
        return row.key not in self.records[self.spec.object]

    def knows_account(self, row: Row) -> bool:
        return (row.account,) in self.records[ACCOUNTS]

    def _unmatched(self, row: Row) -> list[Problem]:
        if not self.spec.by_foreign_key or row.account is None or self._owner(row) is not None:
            return []
        return [Problem(self.spec.account_line.name, "FK_UNMATCHED")]

    def _owner(self, row: Row) -> str | None:
        named = (self.spec.account_line.name, row.account)
        return visible(self.records[REGISTER].get(named), OWNER)

    def _with_its_key(self, row: Row) -> Row:
        """The row with its account looked up, and the key of its record."""
        of = self.spec.object
        account = self._owner(row) if self.spec.by_foreign_key else row.account
        said = row.said
        if of in {TASKS, TOUCHPOINTS, REGISTER, USAGE} and account is not None:
            said = {OWNER: account, **said}
        if of == REGISTER:
            [key] = row.parts.items()
        else:
            key = tuple(account if name == OWNER else row.parts[name] for name in KEYS[of])
        if of == COLLECTIONS:
            key = (self.spec.collection, *key)
        return replace(row, account=account, said=said, key=key)

    def _account_unknown(self, row: Row) -> list[Problem]:
        must_exist = self.spec.object in NEEDS_ACCOUNT and row.account is not None
        return [Problem(OWNER, "ACCOUNT_NOT_FOUND")] * (must_exist and not self.knows_account(row))

    def _is_skipped(self, row: Row) -> bool:
        if self.spec.allow_new:
            return False
        if self.spec.object in JUDGES_ACCOUNT_ONLY:
            return not self.knows_account(row)
        return self.is_new(row)

    def _special(self, rows: list[Row], ruled: Ruled) -> list[Row]:
        """The object's special rules, one step: all its problems are listed."""
        judge = {
            ACCOUNTS: self._claims_refused,
            REGISTER: self._claim_refused,
            USERS: self._contact,
            TOTANGO_USERS: self._new_totango_user,
            ASSIGNMENT: self._assignment,
        }.get(self.spec.object)
        if self.spec.object in {TASKS, TOUCHPOINTS}:
            judge = self._bound_to_account(rows)
        rows = ruled.sieve(rows, judge) if judge else rows
        if self.spec.object == ASSIGNMENT:
            return [replace(row, said=self._assigned(row)) for row in rows]
        if self.spec.object == STREAM:
            return [replace(row, said=self._counted(row)) for row in rows]
        return rows

    def _counted(self, row: Row) -> dict:
        return {"count": 1, **row.said} if self.is_new(row) else row.said

    def _claims_refused(self, row: Row) -> list[Problem]:
        register = self.records[REGISTER]
        return [
            Problem(claimed[0], "FK_CONFLICT")
            for claimed in row.claims.items()
            if is_refused(register, self.writer, claimed, row)
        ]

    def _claim_refused(self, row: Row) -> list[Problem]:
        refused = is_refused(self.records[REGISTER], self.writer, row.key, row)
        return [Problem(row.key[0], "FK_CONFLICT")] * refused

    def _contact(self, row: Row) -> list[Problem]:
        if not row.said.keys() & {"contact", "key_contact"}:
            return []
        contact, key_contact = (
            row.said[name] if name in row.said else visible(self.record(row), name)
            for name in ("contact", "key_contact")
        )
        return [Problem("key_contact", "KEY_CONTACT_NOT_CONTACT")] * bool(
            key_contact and not contact
        )

    def _new_totango_user(self, row: Row) -> list[Problem]:
        missing = [name for name in REQUIRED_OF_TOTANGO_USERS if row.said.get(name) is None]
        return [Problem(name, "REQUIRED_NULL") for name in missing if self.is_new(row)]

    def _assignment(self, row: Row) -> list[Problem]:
        problems = []
        if row.parts["account_role_id"] not in self.catalog.roles:
            problems.append(Problem("account_role_id", "ROLE_UNKNOWN"))
        email, name = row.said.get("email"), row.said.get("user_name")
        if email is not None:
            if (email,) not in self.records[TOTANGO_USERS]:
                problems.append(Problem("email", "USER_NOT_FOUND"))
        elif name is not None and len(self._emails_of(name)) != 1:
            code = "USER_AMBIGUOUS" if self._emails_of(name) else "USER_NOT_FOUND"
            problems.append(Problem("user_name", code))
        return problems

    def _assigned(self, row: Row) -> dict:
        """What an assignment says: the e-mail, or nothing of it."""
        said = {k: v for k, v in row.said.items() if k not in {"email", "user_name"}}
        email, name = row.said.get("email"), row.said.get("user_name")
        if email is None and name is not None:
            [email] = self._emails_of(name)
        return said if email is None else {"email": email, **said}

    def _emails_of(self, name: str) -> list[str]:
        return [
            key[0]
            for key, record in self.records[TOTANGO_USERS].items()
            if squeezed(name) == squeezed(" ".join(visible(record, part) or "" for part in NAME))
        ]

    def _bound_to_account(self, rows: list[Row]) -> Callable[[Row], list[Problem]]:
        """Tasks and touchpoints: an account is needed once, and never changes."""
        holders: dict[tuple, str] = {}
        for row in sorted(rows, key=lambda row: row.stamp):
            if self.is_new(row) and not self._incomplete(row):
                holders.setdefault(row.key, row.account)

        def judge(row: Row) -> list[Problem]:
            account = holders.get(row.key) or visible(self.record(row), OWNER)
            changed = None not in (row.account, account) and row.account != account
            return self._incomplete(row) + [Problem(OWNER, "ACCOUNT_CHANGED")] * changed

        return judge

    def _incomplete(self, row: Row) -> list[Problem]:
        problems = [Problem(OWNER, "REQUIRED_NULL")] * (self.is_new(row) and row.account is None)
        if self.spec.object == TOUCHPOINTS:
            result = [self._result(row, name) for name in ("subject", "content")]
            problems += [Problem("subject", "SUBJECT_OR_CONTENT")] * (result == [None, None])
        return problems

    def _result(self, row: Row, name: str) -> object:
        """What the attribute would be if this row alone arrived."""
        stored = (self.record(row) or {}).get(name)
        if name in row.said:
            new = Cell(row.said[name], row.stamp, self.writer.integration)
            if effect(stored, new, resolve=self.writer.resolve) not in {"stale", "conflict"}:
                return new.value
        return stored.value if stored else None


def squeezed(name: str) -> str:
    return " ".join(name.split()).casefold()


def parent_warnings(accounts: Records) -> set[str]:
    """Orphans and cycles of the hierarchy, once all rows are in."""
    parents = {key[0]: visible(record, "parent_id") for key, record in accounts.items()}
    warnings = set()
    for account, parent in parents.items():
        seen, above = {account}, parent
        if above is not None and above not in parents:
            warnings.add("PARENT_UNKNOWN")
        while above in parents and above not in seen:
            seen.add(above)
            above = parents[above]
        if above in seen:
            warnings.add("PARENT_CYCLE")
    return warnings
