"""Which source record a Totango record is matched to, and what becomes of the others (semantics 6).

Each range finds the stored matches of its keys in the relation `stored_matches`. What is decided
stands in `match_decisions`: a line for each row that brings a source id, with the source record
that holds its Totango record when the run is over.
"""

from dataclasses import dataclass

from totango_pipelines.quoting import comma, literal, quoted
from totango_pipelines.upsert.delivery import Delivery, HubColumn, HubTable, UpsertCounts
from totango_pipelines.upsert.key_ranges import Read, number, table
from totango_pipelines.upsert.own_tables import MATCH_KEYS, MATCHES
from totango_pipelines.upsert.record_keys import key_text
from totango_pipelines.upsert.target import HubTransaction

_MATCHES = "_matches"
_INTEGRATION = HubColumn("integration", "VARCHAR")
_TAKEN = tuple(column for column in MATCHES if column not in MATCH_KEYS)

LOST_KEYS = "lost_keys"
"""The keys of rows that lost their record to a newer source record: stale, if nothing changed."""


@dataclass(frozen=True, slots=True)
class Matching:
    """The matching of one delivery, inside its transaction."""

    hub: HubTransaction
    delivery: Delivery

    @property
    def _table(self) -> HubTable:
        return HubTable(_MATCHES, MATCH_KEYS, _TAKEN)

    @property
    def _place(self) -> str:
        """The connection and the object of a match."""
        delivery = self.delivery
        return f"{literal(delivery.run.connection)}, {literal(delivery.matched_object)}"

    def forget(self) -> None:
        """Forget the matches that the integration took (mode rebuild_mapping)."""
        own = f"SELECT {literal(self.delivery.run.integration)} AS integration"
        table(self.hub.work, "rebuilding", own)
        self.hub.delete(_MATCHES, (_INTEGRATION,), "rebuilding")

    def read(self) -> Read:
        """The stored matches of a range's keys."""
        names = comma([column.name for column in MATCH_KEYS])

        def wanted(rows: str) -> str:
            keys = f"SELECT DISTINCT {self._place}, {key_text(self.delivery)} FROM {rows}"
            return f"SELECT * FROM ({keys}) AS k({names})"

        return Read(self._table, _TAKEN, "stored_matches", wanted)

    def decide(self) -> None:
        """Decide for the rows of `incoming`; nothing is written yet."""
        keys = comma([quoted(key.name) for key in self.delivery.table.keys])
        stored = "SELECT key AS k, source_id, as_of, run_seq, row_no FROM stored_matches"
        if self.delivery.rebuilds:
            stored += f" WHERE integration <> {literal(self.delivery.run.integration)}"
        rows = (
            f"SELECT {keys}, {key_text(self.delivery)} AS k, _source_id, _row, "
            f"(CAST(_as_of AS TIMESTAMPTZ), {self.delivery.start.run_seq}::BIGINT, _row) AS stamp "
            "FROM incoming WHERE _source_id IS NOT NULL"
        )
        beside = (
            "SELECT r.*, s.source_id AS stored_id, (CAST(s.as_of AS TIMESTAMPTZ), s.run_seq, "
            f"s.row_no) AS stored_stamp FROM ({rows}) r LEFT JOIN ({stored}) s USING (k)"
        )
        table(self.hub.work, "match_decisions", self._held(beside))

    def _held(self, rows: str) -> str:
        """The rows with `holder`, the source record that their Totango record is matched to."""
        if not self.delivery.resolve_conflicts:
            first = "first_value(_source_id) OVER (PARTITION BY k ORDER BY stamp)"
            return f"SELECT *, coalesce(stored_id, {first}) AS holder FROM ({rows})"
        newest = "max_by(_source_id, stamp) OVER (PARTITION BY k)"
        last = "max(stamp) OVER (PARTITION BY k)"
        kept = "stored_id IS NOT NULL AND stored_stamp > " + last
        return (
            f"SELECT *, CASE WHEN {kept} THEN stored_id ELSE {newest} END AS holder FROM ({rows})"
        )

    def refused(self) -> str:
        """The rows that are refused, as those of `object_rules`."""
        last_key = literal(self.delivery.table.keys[-1].name)
        return f"SELECT _row, {last_key} AS attribute, 'MATCH_CONFLICT' AS code FROM ({_LOSING})"

    @property
    def losing_rows(self) -> str:
        """The numbers of the rows whose source record does not hold their Totango record."""
        return f"SELECT _row FROM ({_LOSING})"

    def lose(self) -> UpsertCounts:
        """The keys that lost rows, in `lost_keys`; how many matches were taken from another."""
        keys = comma([quoted(key.name) for key in self.delivery.table.keys])
        lost = f"SELECT {keys}, count(*) AS lost_rows FROM ({_LOSING}) GROUP BY {keys}"
        table(self.hub.work, LOST_KEYS, lost)
        taken = (
            "SELECT count(*) FROM (SELECT k FROM match_decisions GROUP BY k HAVING "
            "bool_or(stored_id <> holder) "
            "OR (bool_and(stored_id IS NULL) AND count(DISTINCT _source_id) > 1))"
        )
        return UpsertCounts(conflicts_resolved=number(self.hub.work, taken))

    def write(self) -> None:
        """Store the matches that were taken, with the stamp of the row that took each."""
        others = "max(stamp) FILTER (WHERE _source_id <> holder)"
        beaten = others if self.delivery.resolve_conflicts else "NULL"
        by_key = (
            f"SELECT k, any_value(holder) AS holder, any_value(stored_id) AS stored_id, "
            f"any_value(stored_stamp) AS stored_stamp, {beaten} AS beaten "
            "FROM match_decisions GROUP BY k "
            "HAVING any_value(stored_id) IS DISTINCT FROM any_value(holder)"
        )
        took = (
            "SELECT k, holder, b.stored_id, min(d.stamp) AS stamp FROM "
            f"({by_key}) b JOIN match_decisions d USING (k, holder) "
            "WHERE d._source_id = holder AND (beaten IS NULL OR d.stamp > beaten) "
            "AND (b.stored_id IS NULL OR d.stamp > b.stored_stamp) GROUP BY ALL"
        )
        integration = literal(self.delivery.run.integration)
        stamp = "stamp[1] AS as_of, stamp[2] AS run_seq, stamp[3] AS row_no"
        names = comma([column.name for column in MATCHES])
        rows = f"SELECT {self._place}, k, holder, {integration}, {stamp}, stored_id FROM ({took})"
        table(self.hub.work, "taken_matches", f"SELECT * FROM ({rows}) AS t({names}, stored_id)")
        if number(self.hub.work, "SELECT count(*) FROM taken_matches WHERE stored_id IS NULL"):
            unknown = "FROM taken_matches WHERE stored_id IS NULL ORDER BY key"
            self.hub.insert(_MATCHES, MATCHES, f"SELECT {names} {unknown}")
        table(
            self.hub.work,
            "moved_matches",
            f"SELECT {names} FROM taken_matches WHERE stored_id IS NOT NULL",
        )
        if number(self.hub.work, "SELECT count(*) FROM moved_matches"):
            self.hub.update(self._table, _TAKEN, "moved_matches")


_LOSING = "SELECT * FROM match_decisions WHERE _source_id <> holder"
