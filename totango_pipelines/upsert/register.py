"""The register of foreign keys: to which account each value belongs (semantics.md 4).

Integrations of accounts_foreign_keys fill it, and so do those of accounts that map a foreign key.
`foreign_key` holds the attribute's column name, as everywhere in the hub.
"""

from dataclasses import replace

from totango_pipelines.quoting import literal, quoted
from totango_pipelines.upsert.delivery import DeliveredAttribute, Delivery, HubColumn, HubTable

ACCOUNTS = "accounts"
REGISTER = "accounts_foreign_keys"

ACCOUNT_ID = HubColumn("account_id", "VARCHAR")
FOREIGN_KEY = HubColumn("foreign_key", "VARCHAR")
VALUE = HubColumn("value", "VARCHAR")

OWNER = DeliveredAttribute(ACCOUNT_ID)
"""The register's one cell: the account of this value (semantics.md 5)."""

# No attribute's column holds a space, so these names cannot meet one.
MOVED = quoted("moved claims")
STALE_CLAIMS = quoted("stale claims")


def accounts_table() -> HubTable:
    """The accounts, as far as other objects have to know them."""
    return HubTable(ACCOUNTS, (ACCOUNT_ID,), ())


def register_table() -> HubTable:
    """The register's table."""
    return HubTable(REGISTER, (FOREIGN_KEY, VALUE), (ACCOUNT_ID,))


def claims_delivery(delivery: Delivery, foreign_key: str) -> Delivery:
    """The claims of one foreign key in a delivery of accounts, as a delivery to the register."""
    return replace(
        delivery,
        table=register_table(),
        attributes=(OWNER,),
        constant_keys=((FOREIGN_KEY.name, foreign_key),),
        required_when_new=(),
        allow_new=True,
        claims=(),
        has_source_ids=False,
        new_defaults=(),
    )


def claims_of(foreign_key: str) -> str:
    """The rows of `delivered` that claim a value, but for those that have no say."""
    return (
        f"SELECT account_id, {literal(foreign_key)} AS foreign_key, {quoted(foreign_key)} AS value, "
        f"_as_of, _row FROM delivered ANTI JOIN silent_rows USING (_row) "
        f"WHERE {quoted(foreign_key)} IS NOT NULL"
    )


def effects_on_accounts() -> str:
    """What the claims of `incoming` did: those in `moves` moved the register to their account.

    A claim for the account that holds the value in the end, as before, does nothing; the others
    lost it to a newer claim, stored or of this extract: they are stale.
    """
    keys = "foreign_key, value"
    return (
        f"SELECT DISTINCT account_id, {keys}, before, moved FROM ("
        f"SELECT i.account_id, {keys}, m.before, coalesce(m.account_id, c.account_id) AS owner, "
        "m.account_id IS NOT DISTINCT FROM i.account_id AS moved "
        f"FROM incoming i LEFT JOIN moves m USING ({keys}) LEFT JOIN current c USING ({keys})"
        ") WHERE moved OR owner <> account_id"
    )


def claims_by_account(bounds: str) -> str:
    """The effects on each known account of a range: what moved, as entries of the log's `before`.

    An entry says of each value to which account it belonged before, null: to none.
    """
    entry = "to_json(value) || ':' || coalesce(CAST(to_json(before) AS VARCHAR), 'null')"
    moved = f"string_agg({entry}, ',' ORDER BY value) FILTER (WHERE moved)"
    by_key = (
        f"SELECT account_id, foreign_key, to_json(foreign_key) || ':{{' || {moved} || '}}' AS told, "
        f"bool_or(NOT moved) AS stale FROM claim_effects SEMI JOIN current USING (account_id) "
        f"WHERE {bounds} GROUP BY account_id, foreign_key"
    )
    return (
        f"SELECT account_id, string_agg(told, ',' ORDER BY foreign_key) AS {MOVED}, "
        f"bool_or(stale) AS {STALE_CLAIMS} FROM ({by_key}) GROUP BY account_id"
    )
