"""An attribute of an object: its type, its limits and the hub column it lives in."""

import re
from dataclasses import dataclass
from enum import StrEnum

ACTIVITY_SEPARATOR = "##"
"""An attribute `<Module>##<Action>` of usage_aggregations is a whole number (semantics.md 4)."""

TAG_PREFIX = "tag##"
"""An attribute `tag##<name>` of accounts and users adds or removes a tag (semantics.md 4)."""

_OTHER_CHARACTERS = re.compile(r"[^a-z0-9]+")
_IGNORED_IN_NAMES = re.compile(r"[\s_]+")


class DataType(StrEnum):
    """What an attribute holds. The first eight can be declared in catalog.yaml."""

    TEXT = "text"
    NUMBER = "number"
    CURRENCY = "currency"
    DATE = "date"
    BOOLEAN = "boolean"
    LIST = "list"
    MULTI_LIST = "multi_list"
    FOREIGN_KEY = "foreign_key"
    WHOLE_NUMBER = "whole_number"
    TIMESTAMP = "timestamp"
    TAG = "tag"


class KeyFolding(StrEnum):
    """How a key value is folded before it is compared (semantics.md 3)."""

    ACCOUNT_ID = "account_id"
    USER_ID = "user_id"
    LOWER_CASE = "lower_case"
    AS_IT_IS = "as_it_is"
    DAY = "day"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an object.

    `name` is the API name that Totango uses (it may hold spaces). `max_length` counts characters.
    `allowed` are the values of a list (empty: any value); with `unknown_is_warning` a value
    outside them is stored and warned about instead of rejected (Status). `key` is set for the
    attributes that identify a record; an `optional_key` need not be mapped. `folds_as` is set for
    attributes that identify nothing here but hold a key of another object. `required` attributes
    must be present when a record is new, `always_required` ones in every row. One that is not
    `stored` only helps to find another: an employee's name stands for the e-mail. `blank_is` is
    what a blank cell says instead of nothing, as text.
    """

    name: str
    data_type: DataType = DataType.TEXT
    max_length: int | None = None
    allowed: tuple[str, ...] = ()
    unknown_is_warning: bool = False
    currency: str | None = None
    key: KeyFolding | None = None
    required: bool = False
    optional_key: bool = False
    folds_as: KeyFolding | None = None
    always_required: bool = False
    stored: bool = True
    blank_is: str | None = None

    @property
    def folding(self) -> KeyFolding | None:
        """How its values are folded, as a key of this object or of another; None: not at all."""
        if self.data_type is DataType.FOREIGN_KEY:
            return KeyFolding.LOWER_CASE
        return self.key or self.folds_as

    @property
    def column(self) -> str:
        """The hub column: lower case, every run of other characters is one underscore."""
        return column_name(self.name)


def column_name(attribute_name: str) -> str:
    """`Contract Renewal Date` -> `contract_renewal_date` (semantics.md 4)."""
    return _OTHER_CHARACTERS.sub("_", attribute_name.lower()).strip("_")


def normalised_name(attribute_name: str) -> str:
    """Attribute names are compared without regard to case, spaces and underscores."""
    return _IGNORED_IN_NAMES.sub("", attribute_name).casefold()


def is_tag(attribute_name: str) -> bool:
    """Whether the name asks for a tag rather than an attribute."""
    return attribute_name.lower().startswith(TAG_PREFIX) and len(attribute_name) > len(TAG_PREFIX)


def is_activity(attribute_name: str) -> bool:
    """Whether the name is `<Module>##<Action>`, both given."""
    module, separator, action = attribute_name.partition(ACTIVITY_SEPARATOR)
    return bool(separator and module.strip() and action.strip())
