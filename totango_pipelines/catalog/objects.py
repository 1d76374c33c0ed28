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

    `attributes` are the standard ones, keys first. `supported` says whether this version's
    upsert can write the object; the others can be declared, validated and previewed.
    """

    name: str
    title: str
    attributes: tuple[Attribute, ...]
    write: WriteMode = WriteMode.UPSERT
    unknown_account: UnknownAccount = UnknownAccount.CREATE_STUB
    supported: bool = False
    takes_tags: bool = False

    @property
    def keys(self) -> tuple[Attribute, ...]:
        """The attributes that identify a record, in the order of the hub's primary key."""
        return tuple(attribute for attribute in self.attributes if attribute.key is not None)

    def standard_attribute(self, name: str) -> Attribute | None:
        """The standard attribute of this name, compared as attribute names are."""
        wanted = normalised_name(name)
        for attribute in self.attributes:
            if normalised_name(attribute.name) == wanted:
                return attribute
        return None
