"""What the reference model is told: integrations, the catalogue, the eleven objects.

Attributes are named by their column in the hub everywhere (`column_of`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SourceRow = Mapping[str, Any]
Moment = int  # seconds by the source's clock
SourceKey = tuple
Content = tuple

ACCOUNTS = "accounts"
USERS = "users"
COLLECTIONS = "collections"
USAGE = "usage"
STREAM = "historical_activity_stream"
AGGREGATIONS = "usage_aggregations"
TOTANGO_USERS = "totango_users"
ASSIGNMENT = "account_assignment"
TASKS = "tasks"
TOUCHPOINTS = "touchpoints"
REGISTER = "accounts_foreign_keys"

OWNER = "account_id"
INCREMENTAL, FULL, REBUILD = "incremental", "full", "rebuild_mapping"


def column_of(attribute: str) -> str:
    """`Key Contact` is key_contact, `tag##VIP` is tag_vip."""
    return re.sub(r"[^a-z0-9]+", "_", attribute.lower())


@dataclass(frozen=True)
class Line:
    """A line of the mapping: a column of the source, or a constant where `column` is None."""

    attribute: str
    column: str | None = None
    constant: Any = None
    blank: str = "keep"
    on_error: str = "reject_row"

    @property
    def name(self) -> str:
        return column_of(self.attribute)

    def value(self, row: SourceRow) -> Any:
        return self.constant if self.column is None else row[self.column]


@dataclass(frozen=True)
class Spec:
    """An integration. `resolve` is auto_resolve_conflicts; `cursor_lag` is in the cursor's unit."""

    id: str
    object: str
    mapping: tuple[Line, ...]
    connection: str = "crm"
    collection: str | None = None
    query: str = ""
    allow_new: bool = True
    resolve: bool = False
    recency_column: str | None = None
    cursor_column: str | None = None
    cursor_lag: int = 0
    source_id_column: str | None = None
    match_on: str = OWNER
    reject_allowance: int = 10
    max_reject_ratio: float = 0.05

    @property
    def by_foreign_key(self) -> bool:
        return self.match_on != OWNER

    def line(self, name: str) -> Line | None:
        return next((line for line in self.mapping if line.name == name), None)

    @property
    def account_line(self) -> Line | None:
        """The line that says the account: account_id, or what stands in for it."""
        return self.line(column_of(self.match_on))

    @property
    def foreign_key_line(self) -> Line:
        """The one foreign key that a run of the register maps."""
        [line] = [x for x in self.mapping if x is not self.account_line]
        return line

    @property
    def key_lines(self) -> tuple[Line, ...]:
        """The mapped lines that identify a record, in the order of the key; none for usage."""
        if self.object == REGISTER:
            return (self.foreign_key_line,)
        named = [self.account_line if n == OWNER else self.line(n) for n in KEYS[self.object]]
        return tuple(line for line in named if line is not None)

    @property
    def fingerprint(self) -> tuple:
        """What must be the same for a baseline to be worth anything."""
        lines = [(x.name, x.column, tagged(x.constant), x.blank, x.on_error) for x in self.mapping]
        columns = (self.recency_column, self.source_id_column, self.cursor_column)
        place = (self.connection, self.collection, self.query)
        return (*place, tuple(sorted(lines, key=repr)), column_of(self.match_on), *columns)

    @property
    def content_columns(self) -> list[str]:
        """The columns whose values are a row's content."""
        mapped = {line.column for line in self.mapping}
        return sorted((mapped | {self.source_id_column, self.cursor_column}) - {None})

    def content(self, row: SourceRow) -> Content:
        values = tuple(tagged(row[column]) for column in self.content_columns)
        return (*values, self.fingerprint) if self.object == USAGE else values

    def source_key(self, row: SourceRow) -> SourceKey:
        return tuple(tagged(line.value(row)) for line in self.key_lines if line.column is not None)

    def has_complete_key(self, row: SourceRow) -> bool:
        return all(not is_blank(line.value(row)) for line in self.key_lines)


def tagged(value: Any) -> tuple[str, Any]:
    """1, True and "1" are three values."""
    return (type(value).__name__, value)


def is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


@dataclass(frozen=True)
class Kind:
    """What an attribute takes."""

    name: str
    limit: int | None = None
    values: frozenset = frozenset()


def text(limit: int | None = None) -> Kind:
    return Kind("text", limit)


def one_of(*values: Any) -> Kind:
    """A list with declared values."""
    return Kind("text", values=frozenset(values))


AS_GIVEN = Kind("as given")  # dates, timestamps, numbers
ANY_OF_A_LIST = Kind("text")  # a list without declared values
WHOLE = Kind("whole number")
PRIORITY = Kind("whole number", values=frozenset({1, 2, 3}))
YES_NO = Kind("yes or no")
TAG = Kind("tag")
FOREIGN_KEY = Kind("foreign key")
EMAIL = Kind("email")
ACCOUNT_ID = Kind("account id")  # of tasks and touchpoints: not a key of theirs
USER_ID = Kind("user id")

KEYS = {
    ACCOUNTS: (OWNER,),
    USERS: (OWNER, "user_id"),
    COLLECTIONS: (OWNER, "collection_id"),
    USAGE: (),
    STREAM: (OWNER, "user_id", "module", "action", "timestamp"),
    AGGREGATIONS: (OWNER, "user_id", "date"),
    TOTANGO_USERS: ("email",),
    ASSIGNMENT: (OWNER, "account_role_id"),
    TASKS: ("task_id",),
    TOUCHPOINTS: ("touchpoint_id",),
}
LICENSES = ("Spark", "Zoe")
KINDS = {
    ACCOUNTS: {
        "account_name": text(128),
        "parent_id": text(480),
        "product_id": text(255),
        "tier": ANY_OF_A_LIST,
        "industry": ANY_OF_A_LIST,
        "create_date": AS_GIVEN,
        "contract_renewal_date": AS_GIVEN,
        "contract_value": AS_GIVEN,
        "licenses": AS_GIVEN,
    },
    USERS: {"contact": YES_NO, "key_contact": YES_NO},
    USAGE: {
        "user_id": USER_ID,
        "action": text(190),
        "module": text(100),
        "count": WHOLE,
        "timestamp": AS_GIVEN,
    },
    STREAM: {"count": WHOLE},
    TOTANGO_USERS: {"license": one_of(*LICENSES), "is_active": AS_GIVEN, "manager_id": text()},
    ASSIGNMENT: {"email": EMAIL},
    TASKS: {
        OWNER: ACCOUNT_ID,
        "priority": PRIORITY,
        "status": one_of("open", "closed"),
        "due_date": AS_GIVEN,
    },
    TOUCHPOINTS: {OWNER: ACCOUNT_ID, "content": text(12_000), "timestamp": AS_GIVEN},
}
OTHERWISE = {
    ACCOUNTS: text(512),
    USERS: text(255),
    COLLECTIONS: text(512),
    AGGREGATIONS: WHOLE,
}


@dataclass(frozen=True)
class Catalog:
    """What this company has beyond the standard: {(object, column): kind}, roles, statuses."""

    kinds: Mapping[tuple[str, str], Kind] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset({"Free", "Paying", "Canceled"})

    def kind(self, object_: str, line: Line) -> Kind:
        if object_ in {ACCOUNTS, USERS} and line.attribute.lower().startswith("tag##"):
            return TAG
        declared = self.kinds.get((object_, line.name))
        return declared or KINDS.get(object_, {}).get(line.name, OTHERWISE.get(object_, text()))
