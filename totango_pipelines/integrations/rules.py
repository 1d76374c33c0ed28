"""What one integration must keep beyond its own form: connections, attributes, keys.

Pure: takes the declaration and what surrounds it, answers with problems.
"""

import keyword
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from totango_pipelines.catalog.attributes import (
    Attribute,
    DataType,
    KeyFolding,
    is_tag,
    normalised_name,
)
from totango_pipelines.catalog.catalog import Catalog, column_problem, custom_attribute, nearest
from totango_pipelines.errors import Problem, Severity
from totango_pipelines.integrations.integration import Integration, MappingLine, ObjectName
from totango_pipelines.integrations.key_paths import KeyPath, path_text
from totango_pipelines.integrations.notifications_file import unknown_targets
from totango_pipelines.integrations.object_rules import broken_object_rules
from totango_pipelines.integrations.strict_yaml import ParsedYaml

_ACCOUNT_ID = "account_id"

_RESERVED_IDS = frozenset(
    {
        *keyword.kwlist,
        *("context", "conf", "config", "meta", "arg_dict", "dict", "input_arg_dict"),
        *("output_arg_dict", "int", "str", "float", "bool", "input", "output", "type"),
        *("run_integrations", "remove_old_runs"),
    }
)
"""Names that Dagster gives to no job, and the jobs that every project has."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an integration refers to: the catalogue, the names of connections and of targets.

    Without readable connections nobody can say whether a connection exists; nor, where `targets`
    is None, whether a target does.
    """

    catalog: Catalog
    connections: frozenset[str] = frozenset()
    broken_connections: frozenset[str] = frozenset()
    connections_readable: bool = True
    targets: frozenset[str] | None = None


def new_attributes(integration: Integration) -> list[tuple[KeyPath, Attribute]]:
    """The attributes that the mapping adds (`new:`), each with the place that says so."""
    return [
        (
            ("mapping", index, "new"),
            custom_attribute(
                integration.object.value,
                line.attribute,
                DataType(line.new.type),
                currency=line.new.currency,
            ),
        )
        for index, line in enumerate(integration.mapping)
        if line.new is not None
    ]


def broken_rules(
    integration: Integration, parsed: ParsedYaml, around: Surroundings
) -> tuple[Problem, ...]:
    """Every problem of a well-formed integration with what surrounds it."""
    return tuple(_Rules(integration, parsed, around).all())


@dataclass(slots=True)
class _Rules:
    integration: Integration
    parsed: ParsedYaml
    around: Surroundings
    # By position in the mapping; a line without an attribute has none.
    attributes: dict[int, Attribute] = field(default_factory=dict)

    def all(self) -> Iterator[Problem]:
        yield from self._id()
        yield from self._connection()
        yield from self._collection()
        yield from self._cursor_lag()
        for index, line in enumerate(self.integration.mapping):
            yield from self._line(index, line)
        yield from self._match_on()
        yield from self._duplicates()
        yield from self._missing_keys()
        yield from self._foreign_key_register()
        if self.around.targets is not None:
            notify = self.integration.notify
            yield from unknown_targets(notify, self.parsed, self.around.targets)
        mapped = self.attributes.values()
        yield from broken_object_rules(self.integration, self.parsed, self.around.catalog, mapped)

    @property
    def _object(self) -> str:
        return self.integration.object.value

    @property
    def _matched_by(self) -> str | None:
        """The foreign key that stands in for the account id, by its comparable name."""
        name = normalised_name(self.integration.settings.match_on)
        is_other = name != normalised_name(_ACCOUNT_ID)
        return name if is_other and self._is_matched_by_account else None

    @property
    def _is_matched_by_account(self) -> bool:
        has_account = self.around.catalog.object(self._object).standard_attribute(_ACCOUNT_ID)
        is_register = self.integration.object is ObjectName.ACCOUNTS_FOREIGN_KEYS
        return has_account is not None and not is_register

    def _problem(self, path: KeyPath, code: str, problem: str, remedy: str) -> Problem:
        return self.parsed.problem(path, code, problem, remedy)

    def _id(self) -> Iterator[Problem]:
        if self.integration.id in _RESERVED_IDS:
            seen = f"{self.integration.id!r} is a name that is taken."
            yield self._problem(("id",), "ID_RESERVED", seen, "Choose another id and file name.")

    def _connection(self) -> Iterator[Problem]:
        name = self.integration.connection
        if not self.around.connections_readable:
            seen = f"{name!r} cannot be looked up: connections.yaml is missing or has a problem."
            yield self._problem(("connection",), "CONNECTION_INVALID", seen, "Mend that first.")
        elif name in self.around.broken_connections:
            seen = f"{name!r} has a problem of its own in connections.yaml."
            yield self._problem(("connection",), "CONNECTION_INVALID", seen, "Mend that first.")
        elif name not in self.around.connections:
            known = sorted(self.around.connections | self.around.broken_connections)
            seen = f"{name!r} is not in connections.yaml."
            remedy = _meant(nearest(name, known)) or "Add it there. "
            remedy += f"It has: {', '.join(known)}." if known else "It has none."
            yield self._problem(("connection",), "UNKNOWN_CONNECTION", seen, remedy)

    def _collection(self) -> Iterator[Problem]:
        name, known = self.integration.collection, self.around.catalog.collections
        if name is not None and known and name not in known:
            yield Problem(
                self.parsed.file,
                self.parsed.line(("collection",)),
                "collection",
                "UNKNOWN_COLLECTION",
                f"{name!r} is not among the collections of catalog.yaml.",
                (_meant(nearest(name, known)) or f"Known: {', '.join(known)}. ")
                + "Or add it there.",
                Severity.WARNING,
            )

    def _cursor_lag(self) -> Iterator[Problem]:
        settings = self.integration.settings
        if settings.cursor_lag is not None and settings.cursor_column is None:
            seen = "says how far to go back, but there is no cursor_column."
            remedy = "Add `cursor_column: NAME`, or take it out."
            yield self._problem(("settings", "cursor_lag"), "NOT_ALLOWED", seen, remedy)

    def _line(self, index: int, line: MappingLine) -> Iterator[Problem]:
        path: KeyPath = ("mapping", index, "attribute")
        attribute = self.around.catalog.attribute(self._object, line.attribute)
        if attribute is None:
            # An attribute that could not be added has its own problem, at `new`.
            if line.new is None:
                yield self._unknown_attribute(path, line.attribute)
            return
        self.attributes[index] = attribute
        wrong_column = column_problem(attribute)
        if wrong_column is not None:
            yield self._problem(path, "COLUMN_NAME", f"{wrong_column}.", "Choose another name.")
        takes_no_format = attribute.folding not in (None, KeyFolding.INSTANT)
        if line.source_format is not None and takes_no_format:
            yield self._problem(
                ("mapping", index, "source_format"),
                "NOT_ALLOWED",
                f"stands on the key attribute {attribute.name}; keys take no source format.",
                "Take it out, and write the key in the query as Totango has it.",
            )

    def _unknown_attribute(self, path: KeyPath, name: str) -> Problem:
        if is_tag(name):
            seen = f"{name!r}: {self._object} have no tags, only accounts and users do."
            return self._problem(path, "NOT_ALLOWED", seen, "Take the line out.")
        meant = _meant(self.around.catalog.suggestions(self._object, name))
        remedy = f"{meant}To add it, write `new: {{type: text}}` (or another type) on this line."
        seen = f"{name!r} is not an attribute of {self._object}."
        return self._problem(path, "UNKNOWN_ATTRIBUTE", seen, remedy)

    def _match_on(self) -> Iterator[Problem]:
        settings, path = self.integration.settings, ("settings", "match_on")
        is_default = normalised_name(settings.match_on) == normalised_name(_ACCOUNT_ID)
        if not self._is_matched_by_account and not is_default:
            seen = f"is {settings.match_on!r}, but {self._object} are not matched by account."
            yield self._problem(path, "NOT_ALLOWED", seen, "Take it out.")
        if self._matched_by is None:
            return
        foreign_keys = self.around.catalog.foreign_keys
        if self._matched_by not in {normalised_name(each.name) for each in foreign_keys}:
            names = [each.name for each in foreign_keys]
            known = f"Known: {', '.join(names)}." if names else "catalog.yaml declares none."
            seen = f"{settings.match_on!r} is neither account_id nor a foreign key of accounts."
            remedy = f"{_meant(nearest(settings.match_on, names))}{known}"
            yield self._problem(path, "UNKNOWN_ATTRIBUTE", seen, remedy)

    def _duplicates(self) -> Iterator[Problem]:
        """Two lines for one attribute, or for two that share a hub column."""
        first_by_name: dict[str, int] = {}
        first_by_column: dict[str, int] = {}
        for index, line in enumerate(self.integration.mapping):
            path: KeyPath = ("mapping", index, "attribute")
            first = first_by_name.setdefault(normalised_name(line.attribute), index)
            if first != index:
                seen = f"{line.attribute!r} is mapped twice, first in {_at(first)}."
                yield self._problem(path, "DUPLICATE_ATTRIBUTE", seen, "Keep one of the two lines.")
                continue
            attribute = self.attributes.get(index)
            if attribute is None or not attribute.column:
                continue
            first = first_by_column.setdefault(attribute.column, index)
            other = self._shares_column(attribute)
            if first != index or other is not None:
                name = self.integration.mapping[first].attribute if first != index else other
                seen = f"{line.attribute!r} and {name!r} share the hub column {attribute.column}."
                yield self._problem(path, "COLUMN_COLLISION", seen, "Rename one of them.")

    def _shares_column(self, attribute: Attribute) -> str | None:
        """Another attribute of the object with the column of a tag or an activity."""
        is_declared = attribute.data_type not in (DataType.TAG, DataType.WHOLE_NUMBER)
        for other in () if is_declared else self.around.catalog.attributes(self._object):
            same = normalised_name(other.name) == normalised_name(attribute.name)
            if other.column == attribute.column and not same:
                return other.name
        return None

    def _missing_keys(self) -> Iterator[Problem]:
        mapped = {normalised_name(line.attribute) for line in self.integration.mapping}
        account_id = normalised_name(_ACCOUNT_ID)
        for attribute in self.around.catalog.object(self._object).must_be_mapped:
            name = normalised_name(attribute.name)
            if name == account_id and self._matched_by is not None:
                continue
            if name not in mapped:
                seen = f"has no line for {attribute.name}, which {self._object} need."
                remedy = f"Add `- {{attribute: {attribute.name}, column: NAME}}`."
                yield self._problem(("mapping",), "KEY_MISSING", seen, remedy)
        yield from self._needed_by_new_records(mapped)
        yield from self._stand_in(mapped, account_id)

    def _needed_by_new_records(self, mapped: set[str]) -> Iterator[Problem]:
        """Without these, rows of new records are rejected; of known ones they say nothing."""
        needed = [
            attribute.name
            for attribute in self.around.catalog.object(self._object).attributes
            if attribute.required and attribute.key is None and not attribute.always_required
        ]
        if self._matched_by is not None:
            mapped = mapped | {normalised_name(_ACCOUNT_ID)}
        missing = [name for name in needed if normalised_name(name) not in mapped]
        if missing and self.integration.settings.allow_new:
            path: KeyPath = ("mapping",)
            yield Problem(
                self.parsed.file,
                self.parsed.line(path),
                path_text(path),
                "REQUIRED_NOT_MAPPED",
                f"has no line for {', '.join(missing)}: rows of new {self._object} are rejected.",
                "Map them, or set `allow_new: false` if only known records are meant.",
                Severity.WARNING,
            )

    def _stand_in(self, mapped: set[str], account_id: str) -> Iterator[Problem]:
        """`match_on` puts a foreign key in the place of account_id: that one and no other."""
        name = self.integration.settings.match_on
        if self._matched_by is None:
            return
        if self._matched_by not in mapped:
            seen = f"has no line for {name}, which `match_on` puts in place of account_id."
            remedy = f"Add `- {{attribute: {name}, column: NAME}}`."
            yield self._problem(("mapping",), "KEY_MISSING", seen, remedy)
        if account_id in mapped:
            index = self._index_of(account_id)
            seen = f"account_id is mapped beside {name}, which `match_on` puts in its place."
            remedy = "Take this line out, or `match_on`."
            yield self._problem(("mapping", index, "attribute"), "NOT_ALLOWED", seen, remedy)

    def _foreign_key_register(self) -> Iterator[Problem]:
        """A foreign key is mapped on accounts, in their register, or as the stand-in only."""
        keys = [i for i, each in self.attributes.items() if _is_foreign_key(each)]
        if self.integration.object is ObjectName.ACCOUNTS_FOREIGN_KEYS:
            yield from self._exactly_one(keys)
        elif self.integration.object is not ObjectName.ACCOUNTS:
            for index in keys:
                name = self.attributes[index].name
                if normalised_name(name) != self._matched_by:
                    seen = f"{name!r} is a foreign key of accounts; {self._object} have none."
                    remedy = f"To find the account by it, set `match_on: {name}`."
                    path: KeyPath = ("mapping", index, "attribute")
                    yield self._problem(path, "NOT_ALLOWED", seen, remedy)

    def _exactly_one(self, keys: list[int]) -> Iterator[Problem]:
        for index in keys[1:]:
            seen = f"{self.attributes[index].name!r} is a second foreign key; only one fits."
            remedy = "Load it with an integration of its own."
            yield self._problem(("mapping", index, "attribute"), "NOT_ALLOWED", seen, remedy)
        if not keys:
            seen = "has no foreign-key attribute, which accounts_foreign_keys need."
            remedy = "Add a line for it, with `new: {type: foreign_key}` if it is a new one."
            yield self._problem(("mapping",), "KEY_MISSING", seen, remedy)

    def _index_of(self, name: str) -> int:
        names = [normalised_name(line.attribute) for line in self.integration.mapping]
        return names.index(name)


def _is_foreign_key(attribute: Attribute) -> bool:
    return attribute.data_type is DataType.FOREIGN_KEY


def _at(index: int) -> str:
    return path_text(("mapping", index))


def _meant(guesses: Iterable[str]) -> str:
    names = " or ".join(guesses)
    return f"Did you mean {names}? " if names else ""
