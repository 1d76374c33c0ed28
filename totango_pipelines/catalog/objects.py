"""An object of Totango: what identifies its records and how a run writes them."""

from dataclasses import dataclass
from enum import StrEnum

from totango_pipelines.catalog.attributes import Attribute, normalised_name


class WriteMode(StrEnum):
    """How rows become records (semantics.md 4)."""

    UPSERT = "upsert"
    APPEND = "append"
    UPSERT_OF_THE_DAY = "upsert_of_the_day"


class UnknownAccount(StrEnum):
    """What happens to a row whose account the hub does not know (semantics.md 4)."""

    NOT_A_CHILD = "not_a_child"
    CREATE_STUB = "create_stub"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class TotangoObject:
    """One of the eleven objects that an integration can fill.

    `attributes` are the standard ones, keys first. `own_key_columns` are key columns of the hub's table that no mapping line fills: the hub takes
    them from the declaration (the collection type; the name of the foreign key and its value).
    `allow_new_is_of_accounts`: activities are new all the time, so allow_new speaks of their
    account.
    """

    name: str
    title: str
    attributes: tuple[Attribute, ...]
    write: WriteMode = WriteMode.UPSERT
    unknown_account: UnknownAccount = UnknownAccount.CREATE_STUB
    takes_tags: bool = False
    takes_activities: bool = False
    own_key_columns: tuple[Attribute, ...] = ()
    allow_new_is_of_accounts: bool = False

    @property
    def keys(self) -> tuple[Attribute, ...]:
        """The attributes a mapping identifies a record by, in the order of the primary key."""
        return tuple(attribute for attribute in self.attributes if attribute.key is not None)

    @property
    def primary_key(self) -> tuple[Attribute, ...]:
        """The hub's whole primary key: its own key columns, then the mapped keys."""
        return self.own_key_columns + self.keys

    @property
    def must_be_mapped(self) -> tuple[Attribute, ...]:
        """The attributes that every integration of this object has to map."""
        return tuple(
            attribute
            for attribute in self.attributes
            if attribute.always_required or (attribute.key and not attribute.optional_key)
        )

    def standard_attribute(self, name: str) -> Attribute | None:
        """The standard attribute of this name, compared as attribute names are."""
        wanted = normalised_name(name)
        for attribute in self.attributes:
            if normalised_name(attribute.name) == wanted:
                return attribute
        return None
