"""The eleven objects of Totango with their standard attributes, as data.

Keys, foldings and limits: semantics.md 3 and 4. API names and types: the published articles on
system and core attributes, limits and each object's file format (research/totango.md 1.1-1.10).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from totango_pipelines.catalog.attributes import Attribute, DataType, KeyFolding
from totango_pipelines.catalog.objects import TotangoObject, UnknownAccount, WriteMode

ACCOUNT_ID_LENGTH: Final = 480
USER_ID_LENGTH: Final = 100
ACTION_LENGTH: Final = 190
MODULE_LENGTH: Final = 100
COLLECTION_TYPE_LENGTH: Final = 128
ACCOUNT_TEXT_LENGTH: Final = 512
USER_TEXT_LENGTH: Final = 255
COLLECTION_TEXT_LENGTH: Final = 512

_ACCOUNT_KEY = Attribute(
    "account_id", max_length=ACCOUNT_ID_LENGTH, key=KeyFolding.ACCOUNT_ID, required=True
)
_USER_KEY = Attribute("user_id", max_length=USER_ID_LENGTH, key=KeyFolding.USER_ID, required=True)
_ITS_ACCOUNT = Attribute(
    "account_id", max_length=ACCOUNT_ID_LENGTH, folds_as=KeyFolding.ACCOUNT_ID, required=True
)
_COUNT = Attribute("count", DataType.WHOLE_NUMBER, blank_is="1")


def _text(name: str, max_length: int | None) -> Attribute:
    return Attribute(name, max_length=max_length)


def _typed(data_type: DataType, *names: str) -> tuple[Attribute, ...]:
    return tuple(Attribute(name, data_type) for name in names)


ACCOUNTS: Final = TotangoObject(
    name="accounts",
    title="Accounts",
    takes_tags=True,
    unknown_account=UnknownAccount.NOT_A_CHILD,
    attributes=(
        _ACCOUNT_KEY,
        _text("account_name", 128),
        _text("parent_id", ACCOUNT_ID_LENGTH),
        _text("product_id", 255),
        _text("ofid", ACCOUNT_TEXT_LENGTH),
        _text("sfid", ACCOUNT_TEXT_LENGTH),
        _text("Account Type", 255),
        Attribute(
            "Status",
            DataType.LIST,
            allowed=("Free", "Paying", "Canceled"),
            unknown_is_warning=True,
        ),
        _text("Success Manager", ACCOUNT_TEXT_LENGTH),
        _text("Company Domain", ACCOUNT_TEXT_LENGTH),
        _text("Sample Data", ACCOUNT_TEXT_LENGTH),
        *_typed(DataType.LIST, "Customer Journey Stage", "Industry", "Tier"),
        *_typed(DataType.NUMBER, "Company Size", "Licenses"),
        *_typed(DataType.CURRENCY, "Contract Value", "Last Payment Amount", "Outstanding Balance"),
        *_typed(
            DataType.DATE,
            "Create Date",
            "Contract Start Date",
            "Contract Renewal Date",
            "Last Contract Value Change Date",
            "Last Payment Date",
            "Next Payment Due Date",
            "Payment Method Expiration Date",
            "Trial Expiration Date",
            "Cancellation Date",
        ),
    ),
)

USERS: Final = TotangoObject(
    name="users",
    title="Users",
    takes_tags=True,
    attributes=(
        _ACCOUNT_KEY,
        _USER_KEY,
        _text("name", USER_TEXT_LENGTH),
        Attribute("Contact", DataType.BOOLEAN, allowed=("yes", "no")),
        Attribute("Key Contact", DataType.BOOLEAN, allowed=("yes", "no")),
    ),
)

COLLECTIONS: Final = TotangoObject(
    name="collections",
    title="Collections",
    own_key_columns=(
        Attribute("collection", max_length=COLLECTION_TYPE_LENGTH, key=KeyFolding.AS_IT_IS),
    ),
    attributes=(
        _ACCOUNT_KEY,
        Attribute("collection_id", key=KeyFolding.AS_IT_IS, required=True),
        _text("name", COLLECTION_TEXT_LENGTH),
    ),
)

USAGE: Final = TotangoObject(
    name="usage",
    allow_new_is_of_accounts=True,
    title="Usage",
    write=WriteMode.APPEND,
    attributes=(
        Attribute(
            "account_id",
            max_length=ACCOUNT_ID_LENGTH,
            folds_as=KeyFolding.ACCOUNT_ID,
            required=True,
            always_required=True,
        ),
        Attribute(
            "user_id",
            max_length=USER_ID_LENGTH,
            folds_as=KeyFolding.USER_ID,
            required=True,
            always_required=True,
        ),
        Attribute("action", max_length=ACTION_LENGTH, required=True, always_required=True),
        Attribute("module", max_length=MODULE_LENGTH, required=True, always_required=True),
        _COUNT,
        Attribute("timestamp", DataType.TIMESTAMP),
    ),
)

HISTORICAL_ACTIVITY_STREAM: Final = TotangoObject(
    name="historical_activity_stream",
    allow_new_is_of_accounts=True,
    title="Historical activity stream",
    attributes=(
        _ACCOUNT_KEY,
        _USER_KEY,
        Attribute("module", max_length=MODULE_LENGTH, key=KeyFolding.AS_IT_IS, required=True),
        Attribute("action", max_length=ACTION_LENGTH, key=KeyFolding.AS_IT_IS, required=True),
        Attribute("timestamp", DataType.TIMESTAMP, key=KeyFolding.INSTANT, required=True),
        _COUNT,
    ),
)

USAGE_AGGREGATIONS: Final = TotangoObject(
    name="usage_aggregations",
    allow_new_is_of_accounts=True,
    title="Usage aggregations",
    write=WriteMode.UPSERT_OF_THE_DAY,
    takes_activities=True,
    attributes=(
        _ACCOUNT_KEY,
        Attribute("user_id", max_length=USER_ID_LENGTH, key=KeyFolding.USER_ID, optional_key=True),
        # Unmapped it is the run's day.
        Attribute("date", DataType.DATE, key=KeyFolding.DAY, optional_key=True),
        *_typed(
            DataType.WHOLE_NUMBER,
            "Daily active users",
            "Daily total activities",
            "Daily time spent in minutes",
        ),
    ),
)

TOTANGO_USERS: Final = TotangoObject(
    name="totango_users",
    title="Totango users",
    unknown_account=UnknownAccount.NOT_A_CHILD,
    attributes=(
        Attribute("email", max_length=USER_ID_LENGTH, key=KeyFolding.LOWER_CASE, required=True),
        Attribute("first_name", required=True),
        Attribute("last_name", required=True),
        # The old names of Practitioner and Contributor; a Viewer cannot be loaded.
        Attribute("license", DataType.LIST, allowed=("Spark", "Zoe"), required=True),
        Attribute("teams", DataType.MULTI_LIST),
        Attribute("is_active", DataType.BOOLEAN),
        Attribute("manager_id"),
    ),
)

ACCOUNT_ASSIGNMENT: Final = TotangoObject(
    name="account_assignment",
    title="Account assignment",
    unknown_account=UnknownAccount.REJECT,
    attributes=(
        _ACCOUNT_KEY,
        Attribute("account_role_id", key=KeyFolding.AS_IT_IS, required=True),
        Attribute("email", max_length=USER_ID_LENGTH, folds_as=KeyFolding.LOWER_CASE),
        Attribute("user_name", stored=False),
    ),
)

TASKS: Final = TotangoObject(
    name="tasks",
    title="Tasks",
    unknown_account=UnknownAccount.REJECT,
    attributes=(
        Attribute("task_id", key=KeyFolding.LOWER_CASE, required=True),
        _ITS_ACCOUNT,
        Attribute("title"),
        Attribute("description"),
        Attribute("due_date", DataType.DATE),
        Attribute("priority", DataType.WHOLE_NUMBER, allowed=("1", "2", "3")),
        Attribute("status", DataType.LIST, allowed=("open", "closed")),
        Attribute("assignee"),
    ),
)

TOUCHPOINTS: Final = TotangoObject(
    name="touchpoints",
    title="Touchpoints",
    unknown_account=UnknownAccount.REJECT,
    attributes=(
        Attribute("touchpoint_id", key=KeyFolding.LOWER_CASE, required=True),
        _ITS_ACCOUNT,
        Attribute("subject"),
        Attribute("content", max_length=12_000),
        Attribute("touchpoint_type"),
        Attribute("timestamp", DataType.TIMESTAMP),
        Attribute("created_by"),
        Attribute("participants", DataType.MULTI_LIST),
    ),
)

# Identified by a foreign key and its value; the mapping names the foreign key as an attribute.
ACCOUNTS_FOREIGN_KEYS: Final = TotangoObject(
    name="accounts_foreign_keys",
    title="Accounts foreign keys",
    unknown_account=UnknownAccount.REJECT,
    own_key_columns=(
        Attribute("foreign_key", key=KeyFolding.AS_IT_IS),
        Attribute("value", key=KeyFolding.LOWER_CASE),
    ),
    attributes=(
        Attribute(
            "account_id",
            max_length=ACCOUNT_ID_LENGTH,
            folds_as=KeyFolding.ACCOUNT_ID,
            required=True,
            always_required=True,
        ),
    ),
)

STANDARD_OBJECTS: Final[Mapping[str, TotangoObject]] = MappingProxyType(
    {
        each.name: each
        for each in (
            ACCOUNTS,
            USERS,
            USAGE,
            COLLECTIONS,
            USAGE_AGGREGATIONS,
            TOTANGO_USERS,
            HISTORICAL_ACTIVITY_STREAM,
            ACCOUNT_ASSIGNMENT,
            TASKS,
            TOUCHPOINTS,
            ACCOUNTS_FOREIGN_KEYS,
        )
    }
)
"""Every object by its name, in the order of the product's own list."""

FOREIGN_KEY_LENGTH: Final = 512
"""None is published: that of account texts, which PostgreSQL can index (ours)."""

CUSTOM_TEXT_LENGTH: Final[Mapping[str, int]] = MappingProxyType(
    {
        "accounts": ACCOUNT_TEXT_LENGTH,
        "users": USER_TEXT_LENGTH,
        "collections": COLLECTION_TEXT_LENGTH,
    }
)
"""The text limit of attributes that a company adds, by object; elsewhere none is published."""
