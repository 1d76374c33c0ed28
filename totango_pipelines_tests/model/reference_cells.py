"""Cells and stamps: per attribute, the newest stamp wins (semantics.md 2, 5)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Stamp(NamedTuple):
    as_of: Any
    run_seq: int
    row_no: int


class Cell(NamedTuple):
    """A released cell has neither stamp nor writer: its value shows, and it counts as unwritten."""

    value: Any
    stamp: Stamp | None
    writer: str | None


class Change(NamedTuple):
    """`before`: what the changed attributes were; None of a created record.

    A claim that moved shows in its account as {foreign key: {value: the account before}}.
    """

    run_id: str
    integration: str
    object: str
    key: tuple
    operation: str
    before: dict[str, Any] | None


class Conflict(NamedTuple):
    run_id: str
    object: str
    key: tuple
    attribute: str
    stored_value: Any
    stored_writer: str
    stored_as_of: Any
    incoming_value: Any
    incoming_writer: str
    incoming_as_of: Any


Record = dict[str, Cell]
Records = dict[tuple, Record]


@dataclass
class Log:
    """What a run did, beside the records."""

    counts: Counter = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


@dataclass(frozen=True)
class Writer:
    """Who writes: a run of an integration, with its setting for conflicts, and what it notes."""

    run_id: str
    integration: str
    resolve: bool
    log: Log = field(default_factory=Log)


def effect(stored: Cell | None, new: Cell, *, resolve: bool) -> str:
    """What a speaking cell does: write, nothing, stale, resolved or conflict."""
    if stored is None or stored.stamp is None:
        return "write"
    if stored.value == new.value:
        return "nothing"
    if new.stamp <= stored.stamp:
        return "stale"
    if stored.writer == new.writer or stored.value is None:
        return "write"
    return "resolved" if resolve else "conflict"


def visible(record: Record | None, name: str) -> Any:
    return record[name].value if record and name in record else None


def merged(spoken: Iterable[tuple[Stamp, dict[str, Any]]], integration: str) -> Record:
    """Per attribute, the newest row that speaks."""
    cells: Record = {}
    for stamp, said in spoken:
        for name, value in said.items():
            if name not in cells or stamp > cells[name].stamp:
                cells[name] = Cell(value, stamp, integration)
    return cells


def write_record(
    records: Records, writer: Writer, object_: str, key: tuple, arriving: Record
) -> tuple[str, dict[str, Any]]:
    """Enter merged cells; answer created, stale or unchanged, and what changed visibly was.

    The caller logs the change: an account may have changed by its claims too.
    """
    if key not in records:
        records[key] = dict(arriving)
        return "created", {}
    record, before, stale, log = records[key], {}, False, writer.log
    for name, new in arriving.items():
        stored = record.get(name)
        told = effect(stored, new, resolve=writer.resolve)
        stale = stale or told == "stale"
        if told == "conflict":
            log.counts["conflicts"] += 1
            told_as_of = (stored.value, stored.writer, stored.stamp.as_of)
            came = (new.value, new.writer, new.stamp.as_of)
            log.conflicts.append(Conflict(writer.run_id, object_, key, name, *told_as_of, *came))
        elif told in {"write", "resolved"}:
            log.counts["conflicts_resolved"] += told == "resolved"
            if visible(record, name) != new.value:
                before[name] = visible(record, name)
            record[name] = new
    return "stale" if stale else "unchanged", before


def log_change(
    writer: Writer, object_: str, key: tuple, outcome: str, before: dict[str, Any]
) -> str:
    """Enter the change log; answer what the key is counted as."""
    who = (writer.run_id, writer.integration, object_, key)
    if outcome == "created":
        writer.log.changes.append(Change(*who, "created", None))
        return "created"
    if before:
        writer.log.changes.append(Change(*who, "updated", before))
        return "updated"
    return outcome
