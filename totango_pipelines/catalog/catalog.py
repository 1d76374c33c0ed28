"""What one company's Totango accepts: the standard objects and what the company added."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from rapidfuzz import fuzz, process

from totango_pipelines.catalog.attributes import (
    ACTIVITY_SEPARATOR,
    Attribute,
    DataType,
    KeyFolding,
    is_activity,
    is_tag,
    normalised_name,
)
from totango_pipelines.catalog.objects import TotangoObject
from totango_pipelines.catalog.standard import (
    CUSTOM_TEXT_LENGTH,
    FOREIGN_KEY_LENGTH,
    STANDARD_OBJECTS,
)

COLUMN_LENGTH: Final = 63
"""PostgreSQL cuts a longer name off silently."""

_HOLDS_FOREIGN_KEYS: Final = "accounts"
_ANSWERS_WITH_FOREIGN_KEYS: Final = "accounts_foreign_keys"
_NEAR: Final = 70.0
_MOST_SUGGESTIONS: Final = 3

_ByName = Mapping[str, Attribute]


@dataclass(frozen=True, slots=True)
class AttributeConflict:
    """Why an attribute cannot be added; codes ATTRIBUTE_TYPE, COLUMN_COLLISION, COLUMN_NAME.

    `existing` names the attribute that is there already, if that is the reason.
    """

    attribute: Attribute
    code: str
    problem: str
    remedy: str
    existing: str | None = None


@dataclass(frozen=True, slots=True)
class Catalog:
    """The objects, attributes, collection types and roles of one company.

    Immutable: adding returns a new catalogue. Empty `collections` or `roles` mean that the
    company declared none, not that it has none.
    """

    objects: Mapping[str, TotangoObject]
    attributes_by_name: Mapping[str, _ByName]
    collections: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    @classmethod
    def standard(cls) -> Self:
        """The catalogue of a company that added nothing."""
        return cls(
            objects=STANDARD_OBJECTS,
            attributes_by_name={
                name: {normalised_name(each.name): each for each in totango_object.attributes}
                for name, totango_object in STANDARD_OBJECTS.items()
            },
        )

    def object(self, name: str) -> TotangoObject:
        """The object of this name; KeyError if there is none."""
        return self.objects[name]

    def attributes(self, object_name: str) -> tuple[Attribute, ...]:
        """Its attributes: keys, further standard ones, then the company's in declared order."""
        own = tuple(self.attributes_by_name[object_name].values())
        if object_name == _ANSWERS_WITH_FOREIGN_KEYS:
            return own + tuple(_identifying(each) for each in self.foreign_keys)
        return own

    @property
    def foreign_keys(self) -> tuple[Attribute, ...]:
        """The foreign-key attributes; Totango has them on accounts only."""
        return tuple(
            attribute
            for attribute in self.attributes_by_name[_HOLDS_FOREIGN_KEYS].values()
            if attribute.data_type is DataType.FOREIGN_KEY
        )

    def attribute(self, object_name: str, attribute_name: str) -> Attribute | None:
        """The attribute of this name, compared without case, spaces and underscores.

        `tag##<name>` of accounts and users is a tag, `<Module>##<Action>` of usage_aggregations a
        whole number. The foreign keys of accounts are found on every object that belongs to an
        account, where `match_on` may put one in place of account_id.
        """
        totango_object = self.objects[object_name]
        if is_tag(attribute_name) and totango_object.takes_tags:
            return Attribute(attribute_name, DataType.TAG)
        if totango_object.takes_activities and is_activity(attribute_name):
            return Attribute(attribute_name, DataType.WHOLE_NUMBER)
        wanted = normalised_name(attribute_name)
        own = self.attributes_by_name[object_name]
        if wanted in own or "accountid" not in own:
            return own.get(wanted)
        borrowed = self.attributes_by_name[_HOLDS_FOREIGN_KEYS].get(wanted)
        if borrowed is None or borrowed.data_type is not DataType.FOREIGN_KEY:
            return None
        is_register = object_name == _ANSWERS_WITH_FOREIGN_KEYS
        return _identifying(borrowed) if is_register else borrowed

    def with_attributes(
        self, object_name: str, attributes: Iterable[Attribute]
    ) -> tuple[Self, tuple[AttributeConflict, ...]]:
        """A catalogue that also has these attributes, and those that could not be added.

        Adding what is there with the same type is fine; its values and currency are taken over.
        """
        holder = _holder_of(object_name)
        known = dict(self.attributes_by_name[holder])
        conflicts = []
        for attribute in attributes:
            name = normalised_name(attribute.name)
            conflict = self._conflict(object_name, attribute, known)
            if conflict is not None:
                conflicts.append(conflict)
            elif name in known:
                known[name] = _refined(known[name], attribute)
            else:
                known[name] = attribute
        extended = replace(self, attributes_by_name={**self.attributes_by_name, holder: known})
        return extended, tuple(conflicts)

    def with_names(self, collections: Iterable[str], roles: Iterable[str]) -> Self:
        """A catalogue that also has these collection types and roles."""
        return replace(
            self,
            collections=tuple(dict.fromkeys((*self.collections, *collections))),
            roles=tuple(dict.fromkeys((*self.roles, *roles))),
        )

    def suggestions(self, object_name: str, wanted: str) -> tuple[str, ...]:
        """The names of attributes nearest to what was written, best first; may be empty."""
        return nearest(wanted, (each.name for each in self.attributes(object_name)))

    def _conflict(
        self, object_name: str, attribute: Attribute, known: _ByName
    ) -> AttributeConflict | None:
        existing = known.get(normalised_name(attribute.name))
        if existing is not None:
            return _type_conflict(existing, attribute)
        misplaced = _misplaced(object_name, attribute)
        if misplaced is not None:
            return misplaced
        reserved = self.objects[_holder_of(object_name)].own_key_columns
        return _column_conflict(attribute, (*known.values(), *reserved))


def custom_attribute(
    object_name: str,
    name: str,
    data_type: DataType,
    *,
    values: tuple[str, ...] = (),
    currency: str | None = None,
) -> Attribute:
    """An attribute that a company adds, with the object's limit for texts."""
    limit = CUSTOM_TEXT_LENGTH.get(object_name) if data_type is DataType.TEXT else None
    if data_type is DataType.FOREIGN_KEY:
        limit = FOREIGN_KEY_LENGTH
    return Attribute(name, data_type, max_length=limit, allowed=values, currency=currency)


def nearest(wanted: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that `wanted` may have meant, best first: at most three, often none."""
    found = process.extract(
        wanted,
        list(names),
        scorer=fuzz.ratio,
        processor=normalised_name,
        limit=_MOST_SUGGESTIONS,
        score_cutoff=_NEAR,
    )
    return tuple(name for name, _, _ in found)


def column_problem(attribute: Attribute) -> str | None:
    """What is wrong with the attribute's hub column by itself; None: nothing."""
    if not attribute.column or attribute.column.startswith("_"):
        return f"{attribute.name!r} has no letter or digit of a-z, 0-9 to make a column name of"
    if len(attribute.column) > COLUMN_LENGTH:
        return f"{attribute.name!r} makes a column name longer than {COLUMN_LENGTH} characters"
    return None


def _identifying(foreign_key: Attribute) -> Attribute:
    """A foreign key in the register: there its value identifies the record."""
    return replace(foreign_key, key=KeyFolding.LOWER_CASE, required=True)


def _holder_of(object_name: str) -> str:
    return _HOLDS_FOREIGN_KEYS if object_name == _ANSWERS_WITH_FOREIGN_KEYS else object_name


def _refined(existing: Attribute, declared: Attribute) -> Attribute:
    return replace(
        existing,
        allowed=declared.allowed or existing.allowed,
        currency=declared.currency or existing.currency,
    )


def _type_conflict(existing: Attribute, declared: Attribute) -> AttributeConflict | None:
    if existing.data_type is not declared.data_type:
        return AttributeConflict(
            declared,
            "ATTRIBUTE_TYPE",
            f"{existing.name!r} is declared as {declared.data_type}, "
            f"but it exists with the type {existing.data_type}",
            f"Use the type {existing.data_type}, or another name.",
            existing.name,
        )
    if existing.currency and declared.currency not in (None, existing.currency):
        return AttributeConflict(
            declared,
            "ATTRIBUTE_TYPE",
            f"{existing.name!r} is declared in {declared.currency}, "
            f"but it exists in {existing.currency}; an attribute has one currency",
            f"Use {existing.currency}, or another name.",
            existing.name,
        )
    return None


def _misplaced(object_name: str, attribute: Attribute) -> AttributeConflict | None:
    if ACTIVITY_SEPARATOR in attribute.name:
        return AttributeConflict(
            attribute,
            "COLUMN_NAME",
            f"{attribute.name!r} holds {ACTIVITY_SEPARATOR}, which names tags and activities",
            "Tags and activities need no declaration; choose another name for an attribute.",
        )
    is_foreign_key = attribute.data_type is DataType.FOREIGN_KEY
    if is_foreign_key and _holder_of(object_name) != _HOLDS_FOREIGN_KEYS:
        return AttributeConflict(
            attribute,
            "ATTRIBUTE_TYPE",
            f"{attribute.name!r} is a foreign key, which only accounts can have",
            "Declare it under `accounts` in catalog.yaml.",
        )
    if object_name == _ANSWERS_WITH_FOREIGN_KEYS and not is_foreign_key:
        return AttributeConflict(
            attribute,
            "ATTRIBUTE_TYPE",
            f"{attribute.name!r} is no foreign key, and {object_name} holds nothing else",
            "Use the type foreign_key.",
        )
    return None


def _column_conflict(attribute: Attribute, others: Iterable[Attribute]) -> AttributeConflict | None:
    problem = column_problem(attribute)
    if problem is not None:
        return AttributeConflict(attribute, "COLUMN_NAME", problem, "Choose another name.")
    for other in others:
        if other.column == attribute.column:
            return AttributeConflict(
                attribute,
                "COLUMN_COLLISION",
                f"{attribute.name!r} and {other.name!r} share the hub column {other.column!r}",
                "Rename one of them.",
            )
    return None
