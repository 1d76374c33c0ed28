"""The rows of a delivery as the hub takes them: with whole keys, accounts and employees found.

What is looked up is taken as it stood before the run's first write (semantics.md 3, 4).
"""

from dataclasses import dataclass

import pyarrow as pa

from totango_pipelines.quoting import comma, comma_quoted, literal, quoted
from totango_pipelines.upsert.delivery import Delivery, HubColumn, HubTable
from totango_pipelines.upsert.key_ranges import KeyRanges, Read, table, view
from totango_pipelines.upsert.register import ACCOUNT_ID, register_table
from totango_pipelines.upsert.target import HubTransaction

DELIVERED = "delivered"
"""The relation of the rows, with the hub's key columns."""

EMAIL = "email"
USER_NAME = "user_name"
USER_PROBLEM = quoted("user problem")
USER_PROBLEM_OF = quoted("user problem of")

EMPLOYEES = HubTable(
    "totango_users",
    (HubColumn(EMAIL, "VARCHAR"),),
    (HubColumn("first_name", "VARCHAR"), HubColumn("last_name", "VARCHAR")),
)
"""Totango users, as far as assignments have to know them."""

_MAPPED = "mapped_rows"
_SPACES = r"'\s+'"


def names_employees(delivery: Delivery) -> bool:
    """Whether the rows name a Totango user, by e-mail or by name."""
    return delivery.run.object == "account_assignment"


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Makes the relation `delivered` of a delivery, inside its transaction."""

    hub: HubTransaction
    delivery: Delivery
    range_rows: int

    def open(self) -> pa.Table:
        """Make it; the rows whose foreign key nobody knows, as (_row, attribute, code)."""
        view(self.hub.work, _MAPPED, self._mapped())
        joins = []
        columns = ["m.*"]
        if self.delivery.match_on is not None:
            self._find_accounts(self.delivery.match_on)
            joins.append(
                f"LEFT JOIN found_accounts f ON m.{quoted(self.delivery.match_on)} = f.value"
            )
            columns.append("f.account_id")
        if names_employees(self.delivery):
            self._find_employees()
            joins.append("LEFT JOIN found_employees u ON m._row = u._row")
            columns = [columns[0].replace("m.*", "m.* EXCLUDE (email)"), *columns[1:]]
            columns += [f"u.{name}" for name in (EMAIL, USER_PROBLEM, USER_PROBLEM_OF)]
        rows = f"SELECT {comma(columns)} FROM {_MAPPED} m {' '.join(joins)}"
        unmatched = self._unmatched()
        if unmatched.num_rows:
            self.hub.work.register("unmatched", unmatched)
            rows += " WHERE m._row NOT IN (SELECT _row FROM unmatched)"
        view(self.hub.work, DELIVERED, rows)
        return unmatched

    def _mapped(self) -> str:
        """The file's rows with the constant and the renamed keys."""
        delivery = self.delivery
        types = {key.name: key.hub_type for key in delivery.table.keys}
        keys = [f"{quoted(in_file)} AS {quoted(name)}" for name, in_file in delivery.renamed_keys]
        keys += [
            f"CAST({literal(value)} AS {types.get(name, 'VARCHAR')}) AS {quoted(name)}"
            for name, value in delivery.constant_keys
        ]
        if names_employees(delivery):
            keys += [f"NULL::VARCHAR AS {name}" for name in self._unmapped_names()]
        in_file = [name for _, name in delivery.renamed_keys]
        others = f"* EXCLUDE ({comma_quoted(in_file)})" if in_file else "*"
        file = literal(str(delivery.mapped))
        return f"SELECT {comma([others, *keys])} FROM read_parquet({file})"

    def _unmapped_names(self) -> list[str]:
        rows = f"SELECT * FROM read_parquet({literal(str(self.delivery.mapped))}) LIMIT 0"
        found = self.hub.work.sql(rows).columns
        return [name for name in (EMAIL, USER_NAME) if name not in found]

    def _find_accounts(self, match_on: str) -> None:
        """The accounts of the foreign keys, in `found_accounts`."""
        register = register_table()
        name = quoted(match_on)
        view(
            self.hub.work,
            "foreign_values",
            f"SELECT DISTINCT {name} AS value FROM {_MAPPED} WHERE {name} IS NOT NULL",
        )
        self.hub.work.execute(
            "CREATE OR REPLACE TEMP TABLE found_accounts (value VARCHAR, account_id VARCHAR)"
        )

        def wanted(rows: str) -> str:
            return f"SELECT {literal(match_on)} AS foreign_key, value FROM {rows}"

        read = Read(register, (ACCOUNT_ID,), "registered", wanted)
        ranges = KeyRanges(self.hub, "foreign_values", ["value"], self.range_rows)
        for _ in ranges.beside_the_hub([read]):
            self.hub.work.execute(
                "INSERT INTO found_accounts SELECT value, r.account_id FROM incoming "
                f"JOIN registered r USING (value) WHERE r.foreign_key = {literal(match_on)}"
            )

    def _unmatched(self) -> pa.Table:
        name = self.delivery.match_on
        if name is None:
            return self.hub.work.sql("SELECT 0::BIGINT AS _row WHERE FALSE").to_arrow_table()
        return self.hub.work.sql(
            f"SELECT _row, {literal(name)} AS attribute, 'FK_UNMATCHED' AS code FROM {_MAPPED} m "
            f"WHERE {quoted(name)} IS NOT NULL AND {quoted(name)} NOT IN "
            "(SELECT value FROM found_accounts)"
        ).to_arrow_table()

    def _find_employees(self) -> None:
        """Each row's employee in `found_employees`: the e-mail, or what is wrong with the name."""
        columns = (*EMPLOYEES.keys, *EMPLOYEES.attributes)
        self.hub.read(EMPLOYEES, columns, "employees")
        name = f"lower(trim(regexp_replace(concat_ws(' ', first_name, last_name), {_SPACES}, ' ', 'g')))"
        said = f"lower(trim(regexp_replace({USER_NAME}, {_SPACES}, ' ', 'g')))"
        by_name = f"SELECT {name} AS full_name, min(email) AS email, count(*) AS n FROM employees GROUP BY 1"
        not_found, ambiguous = "'USER_NOT_FOUND'", "'USER_AMBIGUOUS'"
        problem = (
            f"CASE WHEN m.email IS NOT NULL THEN CASE WHEN e.email IS NULL THEN {not_found} END "
            f"WHEN m.user_name IS NOT NULL THEN CASE WHEN n.n IS NULL THEN {not_found} "
            f"WHEN n.n > 1 THEN {ambiguous} END END"
        )
        by = f"CASE WHEN m.email IS NOT NULL THEN '{EMAIL}' ELSE '{USER_NAME}' END"
        table(
            self.hub.work,
            "found_employees",
            f"SELECT m._row, coalesce(m.email, n.email) AS email, {problem} AS {USER_PROBLEM}, "
            f"{by} AS {USER_PROBLEM_OF} FROM {_MAPPED} m "
            "LEFT JOIN employees e ON m.email = e.email "
            f"LEFT JOIN ({by_name}) n ON {said} = n.full_name",
        )
