"""Where each value of a record comes from: who wrote it, in which run, and what stood there before."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from totango_pipelines.catalog.attributes import Attribute
from totango_pipelines.catalog.catalog import nearest
from totango_pipelines.catalog.objects import TotangoObject, WriteMode
from totango_pipelines.errors import UnknownNameError
from totango_pipelines.integrations.project import Project
from totango_pipelines.quoting import comma, quoted
from totango_pipelines.upsert.hub_reader import HubReader, Row

MOST_CONFLICTS = 10


@dataclass(frozen=True, slots=True)
class RunTold:
    """A run that wrote: `run_id` None where the ledger does not know it any more."""

    integration: str
    run_id: str | None
    mode: str | None = None
    committed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ValueTold:
    """One attribute of a record.

    `written_by` is None where no run wrote it, or its integration was deleted. `before` is what
    stood there until the last change (`was_changed`: there was one). `mapped_by` are the ids of the
    integrations that map the attribute today.
    """

    attribute: str
    value: Any
    written_by: RunTold | None
    as_of: datetime | None
    was_changed: bool
    before: Any
    mapped_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordTold:
    """A record of the hub, value by value."""

    object: str
    key: str
    created_by: RunTold | None
    values: tuple[ValueTold, ...]
    foreign_keys: tuple[tuple[str, str], ...] = ()
    match: tuple[str, str] | None = None
    """The source record that it is matched to, and the integration that took the match."""
    conflicts: tuple[Row, ...] = ()


def explain_record(
    hub: HubReader, project: Project, object_name: str, key: str, collection: str | None = None
) -> RecordTold:
    """Everything that the hub knows of how a record came to be as it is.

    `key` is written as in `_changes`: its parts joined by `/`.

    Raises:
        UnknownNameError: there is no such object or record.
    """
    return _Explaining(hub, project, _object(project, object_name), key, collection).record()


def _object(project: Project, name: str) -> TotangoObject:
    objects = project.catalog.objects
    if name not in objects:
        meant = nearest(name, objects)
        hint = f"Did you mean {meant[0]}?" if meant else f"There are: {', '.join(objects)}."
        msg = f"there is no object {name!r}. {hint}"
        raise UnknownNameError(msg)
    if objects[name].write is WriteMode.APPEND:
        msg = (
            f"rows of {name} have no key. Ask the hub with plain SQL: each row has _writer, "
            "_run_seq and _row_no, and _runs says which run that was."
        )
        raise UnknownNameError(msg)
    return objects[name]


@dataclass(frozen=True, slots=True)
class _Explaining:
    hub: HubReader
    project: Project
    totango_object: TotangoObject
    given_key: str
    collection: str | None

    @property
    def _name(self) -> str:
        return self.totango_object.name

    @property
    def _keys(self) -> list[str]:
        return [key.column for key in self.totango_object.primary_key]

    @property
    def _key(self) -> str:
        prefix = f"{self.collection}/" if self.collection is not None else ""
        return prefix + self.given_key

    def record(self) -> RecordTold:
        row = self._row()
        changes = self._changes()
        runs = self._runs(row, changes)
        exceptions = _as_json(row["_cells"])
        mapped_by = self._mapped_by(str(row.get("collection")))
        before = _before(changes)
        values = tuple(
            ValueTold(
                name,
                row[column],
                *_written(column, row, exceptions, runs),
                was_changed=column in before,
                before=before.get(column),
                mapped_by=tuple(mapped_by.get(column, ())),
            )
            for name, column in self._attributes(row)
        )
        created = [change for change in changes if change["operation"] == "created"]
        return RecordTold(
            self._name,
            self._key,
            _run_of(runs, created[-1]["integration"], created[-1]["run_id"]) if created else None,
            values,
            self._foreign_keys(),
            self._match(str(row.get("collection"))),
            self._conflicts(),
        )

    def _row(self) -> Row:
        """The record, found by its key as text."""
        if self._name not in self.hub.tables():
            msg = f"the hub has no {self._name} yet: no run of that object has committed."
            raise UnknownNameError(msg)
        columns = comma([f"CAST({quoted(key)} AS VARCHAR)" for key in self._keys])
        text = f"concat_ws('/', {columns})"
        table = quoted(self._name)
        found = self.hub.rows(f"SELECT * FROM {table} WHERE {text} = ?", [self._key])
        if found:
            return found[0]
        like = self.hub.rows(
            f"SELECT {text} AS key FROM {table} WHERE lower({text}) = lower(?) LIMIT 1", [self._key]
        )
        shape = "/".join(self._keys)
        hint = f"Did you mean {like[0]['key']}?" if like else f"Write the key as {shape}."
        msg = f"the hub has no {self._name} with the key {self._key!r}. {hint}"
        raise UnknownNameError(msg)

    def _changes(self) -> list[Row]:
        """The record's change log, oldest first."""
        return self.hub.rows(
            "SELECT c.run_id, c.integration, c.operation, CAST(c.before AS VARCHAR) AS before, "
            "r.run_seq FROM _changes c LEFT JOIN _runs r "
            "ON r.run_id = c.run_id AND r.integration = c.integration "
            "WHERE c.object = ? AND c.key = ? ORDER BY r.committed_at NULLS FIRST, r.run_seq",
            [self._name, self._key],
        )

    def _runs(self, row: Row, changes: Sequence[Row]) -> list[Row]:
        """The runs that wrote the record's cells, or are in its log."""
        cells = [(row["_writer"], row["_run_seq"])]
        cells += [(cell["w"], cell["s"]) for cell in _as_json(row["_cells"]).values()]
        writers = sorted({str(writer) for writer, _ in cells} | {c["integration"] for c in changes})
        marks = comma(["?"] * len(writers))
        return self.hub.rows(
            "SELECT integration, run_seq, run_id, mode, committed_at FROM _runs "
            f"WHERE integration IN ({marks})",
            writers,
        )

    def _attributes(self, row: Row) -> list[tuple[str, str]]:
        """(name, column) of the record's attributes, as the catalogue orders and names them."""
        known = {each.column: each for each in self._known_attributes()}
        own = [name for name in row if not name.startswith("_") and name not in self._keys]
        return [(known[name].name if name in known else name, name) for name in own]

    def _known_attributes(self) -> Iterable[Attribute]:
        catalog = self.project.catalog
        yield from catalog.attributes(self._name)
        for declared in self.project.integrations.values():
            for line in declared.integration.mapping:
                if declared.integration.object == self._name:
                    attribute = catalog.attribute(self._name, line.attribute)
                    if attribute is not None:
                        yield attribute

    def _mapped_by(self, collection: str) -> dict[str, list[str]]:
        """The integrations that map each column of the record's object."""
        found: dict[str, list[str]] = {}
        for name, declared in self.project.integrations.items():
            integration = declared.integration
            other = integration.collection not in (None, collection)
            if integration.object != self._name or other:
                continue
            off = integration.schedule is not None and not integration.schedule.enabled
            shown = f"{name} (disabled)" if off else name
            for line in integration.mapping:
                attribute = self.project.catalog.attribute(self._name, line.attribute)
                if attribute is not None:
                    found.setdefault(attribute.column, []).append(shown)
        return found

    def _foreign_keys(self) -> tuple[tuple[str, str], ...]:
        if self._name != "accounts" or "accounts_foreign_keys" not in self.hub.tables():
            return ()
        rows = self.hub.rows(
            "SELECT foreign_key, value FROM accounts_foreign_keys WHERE account_id = ? ORDER BY 1, 2",
            [self._key],
        )
        return tuple((str(row["foreign_key"]), str(row["value"])) for row in rows)

    def _match(self, collection: str) -> tuple[str, str] | None:
        place = f"{self._name}/{collection}" if "collection" in self._keys else self._name
        rows = self.hub.rows(
            "SELECT source_id, integration FROM _matches WHERE object = ? AND key = ?",
            [place, self._key],
        )
        return (str(rows[0]["source_id"]), str(rows[0]["integration"])) if rows else None

    def _conflicts(self) -> tuple[Row, ...]:
        rows = self.hub.rows(
            "SELECT attribute, stored_value, stored_writer, stored_as_of, incoming_value, "
            "incoming_writer, incoming_as_of, run_id FROM _conflicts WHERE object = ? AND key = ? "
            f"ORDER BY incoming_as_of DESC LIMIT {MOST_CONFLICTS}",
            [self._name, self._key],
        )
        return tuple(rows)


def _written(
    column: str, row: Row, exceptions: Mapping[str, Any], runs: Sequence[Row]
) -> tuple[RunTold | None, datetime | None]:
    """Who wrote a cell, and when its value was true."""
    if column in exceptions:
        cell = exceptions[column]
        as_of = datetime.fromtimestamp(cell["t"] / 1_000_000, UTC)
        return _run_by_seq(runs, cell["w"], cell["s"]), as_of
    if row[column] is None:
        return None, None
    return _run_by_seq(runs, row["_writer"], row["_run_seq"]), row["_as_of"]


def _before(changes: Sequence[Row]) -> dict[str, Any]:
    """What stood in each column before its last change."""
    found: dict[str, Any] = {}
    for change in changes:
        found |= _as_json(change["before"])
    return found


def _as_json(text: Any) -> dict[str, Any]:  # noqa: ANN401 - a text, or what a driver made of it
    if not text:
        return {}
    return dict(json.loads(text)) if isinstance(text, str) else dict(text)


def _run_by_seq(runs: Sequence[Row], integration: str, seq: int) -> RunTold:
    return _told_of(
        integration, [run for run in _runs_of(runs, integration) if run["run_seq"] == seq]
    )


def _run_of(runs: Sequence[Row], integration: str, run_id: str) -> RunTold:
    found = [run for run in _runs_of(runs, integration) if run["run_id"] == run_id]
    return _told_of(integration, found) if found else RunTold(integration, run_id)


def _runs_of(runs: Sequence[Row], integration: str) -> list[Row]:
    return [run for run in runs if run["integration"] == integration]


def _told_of(integration: str, runs: Sequence[Row]) -> RunTold:
    if not runs:
        return RunTold(integration, None)
    (run,) = runs
    return RunTold(integration, run["run_id"], run["mode"], run["committed_at"])
