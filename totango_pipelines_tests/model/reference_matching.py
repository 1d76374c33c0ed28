"""Which source record a Totango record is matched to (semantics.md 6)."""

from dataclasses import dataclass, field
from typing import NamedTuple

from totango_pipelines_tests.model.reference_cells import Stamp
from totango_pipelines_tests.model.reference_rows import Row
from totango_pipelines_tests.model.reference_spec import Spec

MatchTable = tuple[str, str, str | None]  # connection, object, collection


class Match(NamedTuple):
    """stamp: of the row that took the match; taker: the integration that did."""

    source_id: str
    stamp: Stamp
    taker: str


Matches = dict[MatchTable, dict[tuple, Match]]


@dataclass
class Settled:
    """How the rows of one record ended: some apply, some are refused, some only count."""

    applied: list[Row]
    refused: list[Row] = field(default_factory=list)
    losers: list[Row] = field(default_factory=list)
    match: Match | None = None
    resolved: int = 0


def match_table(spec: Spec) -> MatchTable:
    return (spec.connection, spec.object, spec.collection)


def settle(spec: Spec, rows: list[Row], stored: Match | None) -> Settled:
    """Rows of one record against its match."""
    matching = [row for row in rows if row.source_id is not None]
    if not matching:
        return Settled(rows, match=stored)
    return (_newest_wins if spec.resolve else _first_holds)(spec, rows, matching, stored)


def _first_holds(spec: Spec, rows: list[Row], matching: list[Row], stored: Match | None) -> Settled:
    first = min(matching, key=lambda row: row.stamp)
    match = stored or Match(first.source_id, first.stamp, spec.id)
    refused = [row for row in matching if row.source_id != match.source_id]
    return Settled([row for row in rows if row not in refused], refused=refused, match=match)


def _newest_wins(spec: Spec, rows: list[Row], matching: list[Row], stored: Match | None) -> Settled:
    newest: dict[str, Stamp] = {stored.source_id: stored.stamp} if stored else {}
    for row in matching:
        newest[row.source_id] = max(newest.get(row.source_id, row.stamp), row.stamp)
    winner = max(newest, key=lambda source_id: newest[source_id])
    keeps = stored is not None and winner == stored.source_id
    losers = [row for row in matching if row.source_id != winner]
    return Settled(
        [row for row in rows if row not in losers],
        losers=losers,
        match=stored if keeps else Match(winner, _took(winner, matching, stored), spec.id),
        resolved=int(not keeps and len(newest) > 1),
    )


def _took(winner: str, matching: list[Row], stored: Match | None) -> Stamp:
    """The stamp of the row that took the match: the winner's first after all of the others."""
    others = [row.stamp for row in matching if row.source_id != winner]
    others += [stored.stamp] if stored else []
    own = [row.stamp for row in matching if row.source_id == winner]
    return min(stamp for stamp in own if all(stamp > other for other in others))


def forget(matches: Matches, taker: str) -> None:
    """Forget the matches that this integration took, wherever it took them."""
    for table, of_table in matches.items():
        matches[table] = {key: match for key, match in of_table.items() if match.taker != taker}
