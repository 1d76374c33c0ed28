"""What random histories are drawn from: integrations that share accounts, rows, and what befalls runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from totango_pipelines_tests.model.reference_spec import Line, Spec


def mostly(usual: Sequence[Any], odd: Sequence[Any]) -> st.SearchStrategy:
    """Values that meet; now and then one that is refused or changes nothing.

    Were the odd ones frequent, hardly a row with its many columns would reach the hub.
    """
    share = max(1, round(12 * len(odd) / len(usual)))
    return st.sampled_from([*list(usual) * share, *odd])


ACCOUNT = mostly(["a1", "a1", "a2", "a2", "a3", " a3 "], ["!", None])
KNOWN = mostly(["a1", "a1", "a2", "a3"], ["a4", None])
TEXT = mostly(["x", "x", "y"], ["z", None, " "])
NUMBER = mostly(["1", "2", "3"], ["2.5", None])
WORD = mostly(["yes", "no"], [None, "perhaps"])
FOREIGN = mostly(["z1", "Z1 ", "z2"], [None])
SOURCE_ID = mostly(["s1", "s1", "s2", " s1 "], [None])
SECONDS = st.integers(0, 6)
RECENCY = mostly([1, 1, 1, 2, 2, 3], [5000, None])
CURSOR = mostly([1, 2, 3, 4, 5, 6], [None])


@dataclass(frozen=True)
class Kind:
    """One integration of the histories: its columns, and the specs it may be declared as."""

    name: str
    columns: dict[str, st.SearchStrategy]
    specs: st.SearchStrategy

    @property
    def rows(self) -> st.SearchStrategy:
        return st.lists(st.fixed_dictionaries(self.columns), min_size=1, max_size=5)


def spec_of(name: str, object_: str, lines: Sequence[Line], **fixed: Any) -> st.SearchStrategy:
    """Specs of an integration, whose settings vary; mostly the plain ones."""
    settings = {
        "allow_new": st.sampled_from([True, True, True, False]),
        "resolve": st.booleans(),
        "recency_column": st.sampled_from([None, "updated_at"]),
        "cursor_column": st.sampled_from([None, "seq"]),
        "reject_allowance": st.sampled_from([10, 10, 10, 10, 0]),
    }
    settings |= fixed

    def built(values: dict[str, Any], lag: int, fewer: bool) -> Spec:
        mapping = tuple(lines[:-1] if fewer and len(lines) > 3 else lines)
        cursor_lag = lag if values.get("cursor_column") else 0
        query = f"SELECT * FROM {name}"
        return Spec(name, object_, mapping, query=query, cursor_lag=cursor_lag, **values)

    drawn = st.fixed_dictionaries(settings)
    return st.builds(built, drawn, st.sampled_from([0, 0, 2]), st.sampled_from([False, True]))


def line(attribute: str, column: str, **more: Any) -> Line:
    return Line(attribute, column, **more)


HOUSEKEEPING = {"updated_at": RECENCY, "seq": CURSOR}
NO_SOURCE_ID = {"source_id_column": st.none()}

CRM = Kind(
    "crm",
    {"id": ACCOUNT, "name": TEXT, "tier": TEXT, "z": FOREIGN, **HOUSEKEEPING},
    spec_of(
        "crm",
        "accounts",
        [
            line("account_id", "id"),
            line("account_name", "name"),
            line("Tier", "tier", blank="clear"),
            line("zuora_id", "z"),
        ],
    ),
)
BILLING = Kind(
    "billing",
    {"id": ACCOUNT, "tier": TEXT, "seats": NUMBER, "sid": SOURCE_ID, **HOUSEKEEPING},
    spec_of(
        "billing",
        "accounts",
        [line("account_id", "id"), line("Tier", "tier"), line("product_id", "seats")],
        source_id_column=st.sampled_from([None, "sid", "sid"]),
    ),
)
FINANCE = Kind(
    "finance",
    {"z": FOREIGN, "tier": TEXT, "industry": TEXT, **HOUSEKEEPING},
    spec_of(
        "finance",
        "accounts",
        [line("zuora_id", "z"), line("Tier", "tier"), line("Industry", "industry")],
        match_on=st.just("zuora_id"),
    ),
)
KEYS = Kind(
    "registry",
    {"id": KNOWN, "z": FOREIGN, **HOUSEKEEPING},
    spec_of("registry", "accounts_foreign_keys", [line("account_id", "id"), line("zuora_id", "z")]),
)
PEOPLE = Kind(
    "people",
    {"id": ACCOUNT, "who": TEXT, "c": WORD, "k": WORD, "vip": WORD, **HOUSEKEEPING},
    spec_of(
        "people",
        "users",
        [
            line("account_id", "id"),
            line("user_id", "who"),
            line("Contact", "c", blank="clear"),
            line("Key Contact", "k", on_error="null_value"),
            line("tag##vip", "vip"),
        ],
    ),
)
DEALS = Kind(
    "deals",
    {"id": ACCOUNT, "no": TEXT, "name": TEXT, "sid": SOURCE_ID, **HOUSEKEEPING},
    spec_of(
        "deals",
        "collections",
        [
            line("account_id", "id"),
            line("collection_id", "no"),
            line("name", "name", blank="clear"),
        ],
        collection=st.just("deals"),
        source_id_column=st.sampled_from([None, "sid", "sid"]),
    ),
)
USAGE = Kind(
    "activity",
    {"id": ACCOUNT, "who": TEXT, "act": TEXT, "mod": TEXT, "n": NUMBER, "seq": CURSOR},
    spec_of(
        "activity",
        "usage",
        [
            line("account_id", "id"),
            line("user_id", "who"),
            line("action", "act"),
            line("module", "mod"),
            line("count", "n"),
        ],
        recency_column=st.none(),
    ),
)
STREAM = Kind(
    "stream",
    {"id": ACCOUNT, "who": TEXT, "act": TEXT, "happened": SECONDS, "n": NUMBER, **HOUSEKEEPING},
    spec_of(
        "stream",
        "historical_activity_stream",
        [
            line("account_id", "id"),
            line("user_id", "who"),
            line("action", "act"),
            Line("module", constant="app"),
            line("timestamp", "happened"),
            line("count", "n"),
        ],
    ),
)
DAYS = Kind(
    "days",
    {"id": ACCOUNT, "n": NUMBER, "k": NUMBER, **HOUSEKEEPING},
    spec_of(
        "days",
        "usage_aggregations",
        [line("account_id", "id"), line("App##Open", "n"), line("App##Save", "k", blank="clear")],
    ),
)
STAFF = Kind(
    "staff",
    {
        "e": TEXT,
        "f": TEXT,
        "l": TEXT,
        "lic": st.sampled_from(["Zoe", "Spark", None]),
        **HOUSEKEEPING,
    },
    spec_of(
        "staff",
        "totango_users",
        [
            line("email", "e"),
            line("first_name", "f"),
            line("last_name", "l"),
            line("license", "lic"),
        ],
    ),
)
TEAMS = Kind(
    "teams",
    {
        "id": KNOWN,
        "r": st.sampled_from(["Success Manager", "Onboarding Lead", "King"]),
        "e": TEXT,
        "n": st.sampled_from(["x x", "X  X", "y x", None]),
        **HOUSEKEEPING,
    },
    spec_of(
        "teams",
        "account_assignment",
        [
            line("account_id", "id"),
            line("account_role_id", "r"),
            line("email", "e"),
            line("user_name", "n"),
        ],
    ),
)
TASKS = Kind(
    "todo",
    {"t": TEXT, "id": KNOWN, "title": TEXT, "p": NUMBER, **HOUSEKEEPING},
    spec_of(
        "todo",
        "tasks",
        [
            line("task_id", "t"),
            line("account_id", "id"),
            line("title", "title", blank="clear"),
            line("priority", "p", on_error="null_value", blank="clear"),
        ],
    ),
)
TALKS = Kind(
    "talks",
    {"t": TEXT, "id": KNOWN, "s": TEXT, "c": TEXT, **HOUSEKEEPING},
    spec_of(
        "talks",
        "touchpoints",
        [
            line("touchpoint_id", "t"),
            line("account_id", "id"),
            line("subject", "s", blank="clear"),
            line("content", "c"),
        ],
    ),
)
KINDS = {
    each.name: each
    for each in (
        *(CRM, BILLING, FINANCE, KEYS, PEOPLE, DEALS, USAGE, STREAM, DAYS, STAFF, TEAMS),
        *(TASKS, TALKS),
    )
}
FIRST_ACCOUNTS = st.tuples(
    *[st.fixed_dictionaries({**CRM.columns, "id": st.just(name)}) for name in ("a1", "a2", "a3")]
).map(list)
TOGETHER = [
    ("crm", "billing", "finance", "registry"),
    ("crm", "billing", "deals"),
    ("crm", "people", "todo"),
    ("crm", "activity", "stream", "days"),
    ("crm", "staff", "teams", "talks"),
    ("crm", "billing"),
    ("crm", "deals"),
    ("crm", "finance", "registry"),
]
"""Integrations that meet in one history: few enough to get in each other's way."""

MODES = st.sampled_from(["incremental"] * 6 + ["full", "full", "rebuild_mapping"])


def without_allowance(spec: Spec) -> Spec:
    return replace(spec, reject_allowance=0)
