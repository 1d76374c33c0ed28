"""SQL that decides, cell by cell, what an arriving value does to the stored one (semantics.md 5).

The same text runs for every hub: the rows of `current` were read from it into DuckDB. Arrivals come
in two shapes: `single`, one row per key whose cells all bear the row's stamp, and `merged`, whose
cells bear a stamp each. An arrival whose cells all equal what is stored never reaches the decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from totango_pipelines.quoting import chained, comma, literal, quoted
from totango_pipelines.upsert.delivery import DeliveredAttribute, Delivery
from totango_pipelines.upsert.matching import LOST_KEYS
from totango_pipelines.upsert.own_tables import RECORD_COLUMNS
from totango_pipelines.upsert.record_keys import key_text
from totango_pipelines.upsert.register import MOVED, STALE_CLAIMS
from totango_pipelines.upsert.rows_sql import ROW_OF_CELL, STAMP_OF_CELL, speaks

NEW_KEYS = "new_keys"
"""The keys of the arrivals of a range that the hub does not have."""

NOTHING, WRITE, STALE, CONFLICT, RESOLVED, STAMP_ONLY = range(6)
"""What one cell does. STAMP_ONLY: a blank that clears reaches a cell that was never written."""

# No attribute's column holds a space, so these names cannot meet one.
_STORED_AT = quoted("stored at")
_EXCEPTIONS = quoted("stored exceptions")
_CLAIMS_DO = quoted("does its claims")
_LOSS_DOES = quoted("does its loss")
_RECORD = tuple(column.name for column in RECORD_COLUMNS)


@dataclass(frozen=True, slots=True)
class CellRules:
    """The decisions for the mapped attributes of one delivery; `merged`: a stamp for each cell."""

    delivery: Delivery
    merged: bool

    @property
    def arrivals(self) -> str:
        """The relation of the arrivals of this shape."""
        return "merged" if self.merged else "single"

    @property
    def _keys(self) -> list[str]:
        return [quoted(key.name) for key in self.delivery.table.keys]

    def _stamp(self, attribute: DeliveredAttribute, row: str = "i") -> tuple[str, str]:
        if not self.merged:
            return f"{row}._as_of", f"{row}._row"
        name = attribute.column.name
        return (
            f"{row}.{quoted(STAMP_OF_CELL.format(name))}",
            f"{row}.{quoted(ROW_OF_CELL.format(name))}",
        )

    def _speaks(self, attribute: DeliveredAttribute, row: str = "i") -> str:
        name = quoted(attribute.column.name)
        if self.merged:
            return f"({self._stamp(attribute, row)[1]} IS NOT NULL)"
        silent = attribute.silent_column
        text = speaks(attribute, f"{row}.{name}")
        return text.replace(quoted(silent), f"{row}.{quoted(silent)}") if silent else text

    @property
    def differing(self) -> str:
        """The table of the known arrivals of which at least one cell may do something."""
        return "differing_merged" if self.merged else "differing"

    def new_keys(self) -> str:
        """The keys of the arrivals that the hub does not have."""
        return f"SELECT {comma(self._keys)} FROM {self._new}"

    @property
    def _new(self) -> str:
        return f"{self.arrivals} i ANTI JOIN current c USING ({comma(self._keys)})"

    def created(self, bounds: str) -> str:
        """Rows of the hub for the arrivals within these bounds whose key it does not have."""
        delivery = self.delivery
        run = delivery.start
        values = [f"i.{quoted(a.column.name)}" for a in delivery.attributes]
        values += [f"{value} AS {quoted(column.name)}" for column, value in delivery.new_defaults]
        entries = [entry for a in delivery.attributes for entry in self._created_entries(a)]
        cells = (
            f"nullif('{{' || concat_ws(',', {comma(entries)}) || '}}', '{{}}')"
            if entries
            else "NULL"
        )
        keys = [f"i.{key}" for key in self._keys]
        writer = literal(delivery.run.integration)
        own = ["i._as_of", f"{run.run_seq}::BIGINT AS _run_seq", "i._row AS _row_no"]
        own += [f"{writer} AS _writer", f"CAST({cells} AS VARCHAR) AS _cells"]
        return f"SELECT {comma([*keys, *values, *own])} FROM {self._new} WHERE {bounds}"

    def _created_entries(self, attribute: DeliveredAttribute) -> list[str]:
        """JSON entries of a new record's cells that the record's own stamp does not cover."""
        name = quoted(attribute.column.name)
        as_of, row = self._stamp(attribute)
        different = f"{row} <> i._row" if self.merged else "FALSE"
        if attribute.clears:
            different = f"({different} OR i.{name} IS NULL)"
        elif not self.merged:
            return []
        condition = f"{self._speaks(attribute)} AND {different}"
        return [f"CASE WHEN {condition} THEN {self._entry(attribute, as_of, row)} END"]

    def _entry(self, attribute: DeliveredAttribute, as_of: str, row: str) -> str:
        """A cell's exception as JSON text: `"column":{"t":…,"s":…,"r":…,"w":…}`."""
        run = self.delivery
        opening = literal(f'"{attribute.column.name}":{{"t":')
        fixed = literal(f',"s":{run.start.run_seq},"r":')
        closing = literal(f',"w":"{run.run.integration}"}}')
        return f"{opening} || epoch_us({as_of}) || {fixed} || {row} || {closing}"

    def found_differing(self, arrivals: str | None = None) -> str:
        """The arrivals, or other rows like them, of known records that may change something.

        Beside each stands what the hub holds.
        """
        different = [self._may_differ(attribute) for attribute in self.delivery.attributes]
        stored = [f"c.{own} AS {_stored(own)}" for own in _RECORD]
        stored += [f"c.{quoted(a.column.name)} AS {_old(a)}" for a in self.delivery.attributes]
        source = f"{arrivals or self.arrivals} i JOIN current c USING ({comma(self._keys)})"
        if self.delivery.claims:
            source += f" LEFT JOIN account_claims a USING ({comma(self._keys)})"
            stored += [f"a.{MOVED}", f"a.{STALE_CLAIMS}"]
            different += [f"a.{MOVED} IS NOT NULL", f"a.{STALE_CLAIMS}"]
        if self._may_lose:
            source += f" LEFT JOIN {LOST_KEYS} l USING ({comma(self._keys)})"
            stored.append("l.lost_rows")
            different.append("l.lost_rows IS NOT NULL")
        return (
            f"SELECT i.*, {comma(stored)} FROM {source} "
            f"WHERE {chained(different, 'OR') if different else 'FALSE'}"
        )

    def _may_differ(self, attribute: DeliveredAttribute) -> str:
        name = quoted(attribute.column.name)
        if self.delivery.released:
            writers = comma([literal(writer) for writer, _ in self.delivery.released])
            ownerless = f"c._writer IN ({writers}) OR c._cells IS NOT NULL"
            return f"({self._speaks(attribute)} AND (i.{name} IS DISTINCT FROM c.{name} OR {ownerless}))"
        if not attribute.clears:
            return f"(i.{name} IS NOT NULL AND i.{name} IS DISTINCT FROM c.{name})"
        never_written = f"i.{name} IS NULL AND c.{name} IS NULL"
        differs = f"(i.{name} IS DISTINCT FROM c.{name} OR ({never_written}))"
        return f"({self._speaks(attribute)} AND {differs})"

    def decisions(self, differing: str) -> str:
        """The differing arrivals with what each of their cells does beside them."""
        shape = ",".join(
            f'"{a.column.name}":{{"t":"BIGINT","s":"BIGINT","r":"BIGINT","w":"VARCHAR"}}'
            for a in self.delivery.attributes
        )
        cells = f"from_json(CAST({_stored('_cells')} AS JSON), {literal('{' + shape + '}')})"
        at = f"epoch_us(CAST({_stored('_as_of')} AS TIMESTAMPTZ)) AS {_STORED_AT}"
        own = f"{at}, {cells if shape else 'NULL'} AS {_EXCEPTIONS}"
        decided = [f"{self._decision(a)} AS {_decided(a)}" for a in self.delivery.attributes]
        if self.delivery.claims:
            stale = f"WHEN {STALE_CLAIMS} THEN {STALE} ELSE {NOTHING} END"
            decided.append(f"CASE WHEN {MOVED} IS NOT NULL THEN {WRITE} {stale} AS {_CLAIMS_DO}")
        if self._may_lose:
            lost = f"CASE WHEN lost_rows IS NOT NULL THEN {STALE} ELSE {NOTHING} END"
            decided.append(f"{lost} AS {_LOSS_DOES}")
        return f"SELECT *, {comma(decided)} FROM (SELECT *, {own} FROM {differing}) i"

    @property
    def _all_decided(self) -> list[str]:
        others = [_CLAIMS_DO] if self.delivery.claims else []
        others += [_LOSS_DOES] if self._may_lose else []
        return [_decided(attribute) for attribute in self.delivery.attributes] + others

    @property
    def _may_lose(self) -> bool:
        """Whether rows may have lost their record to a newer source record (semantics.md 6)."""
        return self.delivery.has_source_ids and self.delivery.resolve_conflicts

    def _is_released(self, writer: str, seq: str) -> str:
        """Whether a cell was left by an integration that was deleted (semantics.md 5)."""
        released = [
            f"({writer} = {literal(name)} AND {seq} <= {until})"
            for name, until in self.delivery.released
        ]
        return " OR ".join(released) or "FALSE"

    def _decision(self, attribute: DeliveredAttribute) -> str:
        new, old = f"i.{quoted(attribute.column.name)}", f"i.{_old(attribute)}"
        exception = _exception(attribute)
        as_of, row = self._stamp(attribute)
        at = f"epoch_us({as_of})"
        stored_at = f"coalesce({exception}.t, i.{_STORED_AT})"
        stored_seq = f"coalesce({exception}.s, i.{_stored('_run_seq')})"
        stored_row = f"coalesce({exception}.r, i.{_stored('_row_no')})"
        seq = self.delivery.start.run_seq
        newer = (
            f"({at} > {stored_at} OR ({at} = {stored_at} AND ({seq} > {stored_seq} "
            f"OR ({seq} = {stored_seq} AND {row} > {stored_row}))))"
        )
        writer = f"coalesce({exception}.w, i.{_stored('_writer')})"
        own = f"{writer} = {literal(self.delivery.run.integration)}"
        foreign = RESOLVED if self.delivery.resolve_conflicts else CONFLICT
        never_written = f"{old} IS NULL AND {exception} IS NULL"
        return (
            f"CASE WHEN NOT {self._speaks(attribute)} THEN {NOTHING} "
            f"WHEN {never_written} OR {self._is_released(writer, stored_seq)} "
            f"THEN CASE WHEN {new} IS NOT DISTINCT FROM {old} THEN {STAMP_ONLY} ELSE {WRITE} END "
            f"WHEN {new} IS NOT DISTINCT FROM {old} THEN {NOTHING} "
            f"WHEN NOT {newer} THEN {STALE} "
            f"WHEN {own} OR {old} IS NULL THEN {WRITE} ELSE {foreign} END"
        )

    def outcome(self) -> str:
        """How many found records were updated or stale, and their conflicts."""
        decided = self._all_decided
        return (
            f"SELECT count(*) FILTER (WHERE {_any(decided, WRITE, RESOLVED)}) AS updated, "
            f"count(*) FILTER (WHERE NOT ({_any(decided, WRITE, RESOLVED)}) AND {_any(decided, STALE)}) AS stale, "
            f"coalesce(sum({_how_many(decided, CONFLICT)}), 0) AS conflicts, "
            f"coalesce(sum({_how_many(decided, RESOLVED)}), 0) AS resolved FROM decisions"
        )

    def updates(self) -> str:
        """The new values and stamps of the records that the decisions write to."""
        values, entries = [], []
        for attribute in self.delivery.attributes:
            name = quoted(attribute.column.name)
            written = f"{_decided(attribute)} IN ({WRITE}, {RESOLVED})"
            values.append(f"CASE WHEN {written} THEN i.{name} ELSE {_old(attribute)} END AS {name}")
            stamped = f"{_decided(attribute)} IN ({WRITE}, {RESOLVED}, {STAMP_ONLY})"
            entry = self._entry(attribute, *self._stamp(attribute))
            entries.append(f"CASE WHEN {stamped} THEN {entry} END")
        new = f"'{{' || concat_ws(',', {comma(entries)}) || '}}'"
        # New entries replace older ones of the same column, and leave the others alone.
        cells = f"json_merge_patch(coalesce(CAST({_stored('_cells')} AS JSON), '{{}}'), CAST({new} AS JSON))"
        decided = [_decided(attribute) for attribute in self.delivery.attributes]
        return (
            f"SELECT {comma([*self._keys, *values, f'CAST({cells} AS VARCHAR) AS _cells'])} "
            f"FROM decisions i WHERE {_any(decided, WRITE, RESOLVED, STAMP_ONLY)} "
            f"ORDER BY {comma(self._keys)}"
        )

    def changes(self) -> str:
        """Change-log rows of the updated records: the values that stood there before."""
        decided = self._all_decided
        entries = [
            f"CASE WHEN {_decided(a)} IN ({WRITE}, {RESOLVED}) THEN {_json_entry(a)} END"
            for a in self.delivery.attributes
        ]
        entries += [MOVED] if self.delivery.claims else []
        before = f"'{{' || concat_ws(',', {comma(entries)}) || '}}'"
        return (
            f"SELECT {key_text(self.delivery)} AS key, 'updated' AS operation, {before} AS before "
            f"FROM decisions WHERE {_any(decided, WRITE, RESOLVED)}"
        )

    def written(self, attribute: DeliveredAttribute) -> str:
        """The keys of the records where this attribute is written; its value now, and before."""
        new = f"{comma(self._keys)}, {quoted(attribute.column.name)}"
        return (
            f"SELECT {new}, NULL AS before FROM {self._new} UNION ALL "
            f"SELECT {new}, {_old(attribute)} AS before FROM ({self.decisions(self.differing)}) "
            f"WHERE {_any([_decided(attribute)], WRITE, RESOLVED)}"
        )

    def left(self, arrivals: str, columns: Sequence[str]) -> str:
        """The arrivals, single rows, of known records, with what each alone would leave of these.

        A column that is not mapped stays as it is.
        """
        by_name = {attribute.column.name: attribute for attribute in self.delivery.attributes}
        values = []
        for name in columns:
            attribute, value = by_name.get(name), f"c.{quoted(name)}"
            if attribute is not None:
                written = f"d.{_decided(attribute)} IN ({WRITE}, {RESOLVED})"
                value = f"CASE WHEN {written} THEN d.{quoted(name)} ELSE {value} END"
            values.append(f"{value} AS {quoted(name)}")
        decided = self.decisions(f"({self.found_differing(arrivals)})")
        return (
            f"SELECT d._row, {comma(values)} FROM ({decided}) d "
            f"JOIN current c USING ({comma(self._keys)})"
        )

    def conflicting(self, attribute: DeliveredAttribute, arrivals: str) -> str:
        """The numbers of the arrivals, single rows, in which this attribute is a conflict."""
        differing = f"({self.found_differing(arrivals)})"
        return (
            f"SELECT _row FROM ({self.decisions(differing)}) "
            f"WHERE {_decided(attribute)} = {CONFLICT}"
        )

    def conflicts(self) -> str:
        """One row per cell whose stored value another integration wrote."""
        parts = []
        for attribute in self.delivery.attributes:
            name = attribute.column.name
            exception = _exception(attribute)
            as_of = self._stamp(attribute)[0]
            stored_at = f"make_timestamp(coalesce({exception}.t, i.{_STORED_AT}))"
            parts.append(
                f"SELECT {key_text(self.delivery)} AS key, {literal(name)} AS attribute, "
                f"CAST({_old(attribute)} AS VARCHAR) AS stored_value, "
                f"coalesce({exception}.w, i.{_stored('_writer')}) AS stored_writer, "
                f"{stored_at} AT TIME ZONE 'UTC' AS stored_as_of, "
                f"CAST({quoted(name)} AS VARCHAR) AS incoming_value, "
                f"{literal(self.delivery.run.integration)} AS incoming_writer, "
                f"{as_of} AS incoming_as_of FROM decisions i WHERE {_decided(attribute)} = {CONFLICT}"
            )
        return " UNION ALL ".join(parts)


def _old(attribute: DeliveredAttribute) -> str:
    return quoted(f"old {attribute.column.name}")


def _decided(attribute: DeliveredAttribute) -> str:
    return quoted(f"does {attribute.column.name}")


def _stored(own: str) -> str:
    return quoted(f"stored {own}")


def _exception(attribute: DeliveredAttribute) -> str:
    return f"i.{_EXCEPTIONS}.{quoted(attribute.column.name)}"


def _any(decided: list[str], *codes: int) -> str:
    wanted = comma([str(code) for code in codes])
    return f"({chained([f'{column} IN ({wanted})' for column in decided], 'OR')})"


def _how_many(decided: list[str], code: int) -> str:
    return chained([f"({column} = {code})::INTEGER" for column in decided], "+")


def _json_entry(attribute: DeliveredAttribute) -> str:
    opening = f'"{attribute.column.name}":'
    return f"{literal(opening)} || {_as_json(attribute)}"


def _as_json(attribute: DeliveredAttribute) -> str:
    """A stored value as JSON text; decimals as text, so that no reader rounds them."""
    old = _old(attribute)
    hub_type = attribute.column.hub_type
    if hub_type in {"DOUBLE", "BIGINT", "BOOLEAN"}:
        return f"coalesce(CAST({old} AS VARCHAR), 'null')"
    return f"CAST(coalesce(to_json(CAST({old} AS VARCHAR)), 'null') AS VARCHAR)"
