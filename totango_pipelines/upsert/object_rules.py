"""Rules that need the hub to judge a row: its account, the object's special rules (semantics.md 4).

Each is a statement that gives (_row, attribute column, code) of the rows of `incoming` to refuse.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from totango_pipelines.quoting import comma, comma_quoted, literal, quoted
from totango_pipelines.upsert.arrivals import USER_PROBLEM, USER_PROBLEM_OF, names_employees
from totango_pipelines.upsert.cells_sql import CellRules
from totango_pipelines.upsert.delivery import Delivery, HubColumn
from totango_pipelines.upsert.register import ACCOUNT_ID, FOREIGN_KEY, OWNER, REGISTER
from totango_pipelines.upsert.rows_sql import speaks

_CONTACT = HubColumn("contact", "BOOLEAN")
_KEY_CONTACT = HubColumn("key_contact", "BOOLEAN")
_BOUND_TO_THEIR_ACCOUNT = ("tasks", "touchpoints")
_SAYS_SOMETHING = (HubColumn("subject", "VARCHAR"), HubColumn("content", "VARCHAR"))


def columns_to_judge(delivery: Delivery) -> tuple[HubColumn, ...]:
    """Columns that the rules look at although the integration may not map them."""
    if delivery.run.object == "touchpoints":
        return _SAYS_SOMETHING
    return (_CONTACT, _KEY_CONTACT) if _judges_contacts(delivery) else ()


def steps(delivery: Delivery) -> Iterator[list[str]]:
    """The rules, step by step: a row that one step refuses is not judged by the next."""
    if names_known_accounts(delivery):
        yield [_account_exists()]
    special = list(_special_rules(delivery))
    if special:
        yield special


def names_known_accounts(delivery: Delivery) -> bool:
    """Whether the rows may name an account that the hub has to know."""
    named = delivery.mapped_columns | {key.name for key in delivery.table.keys}
    return delivery.account_must_exist and ACCOUNT_ID.name in named


def foreign_key_conflicts(delivery: Delivery) -> str:
    """Claims that would take a value from an account where another integration put it.

    Each row is judged by itself, against the register as it stood before the run. (ours)
    """
    foreign_key = dict(delivery.constant_keys)[FOREIGN_KEY.name]
    rows = CellRules(delivery, merged=False).conflicting(OWNER, "incoming")
    return f"SELECT _row, {literal(foreign_key)} AS attribute, 'FK_CONFLICT' AS code FROM ({rows})"


def _account_exists() -> str:
    return (
        f"SELECT _row, {literal(ACCOUNT_ID.name)} AS attribute, 'ACCOUNT_NOT_FOUND' AS code "
        "FROM incoming ANTI JOIN known_accounts USING (account_id) WHERE account_id IS NOT NULL"
    )


def _special_rules(delivery: Delivery) -> Iterator[str]:
    if delivery.required_when_new:
        yield from _required_when_new(delivery)
    if _judges_contacts(delivery):
        yield _key_contact_is_a_contact(delivery)
    if names_employees(delivery):
        yield from _assignment(delivery)
    if delivery.run.object == "touchpoints":
        yield _subject_or_content(delivery)
    if delivery.run.object in _BOUND_TO_THEIR_ACCOUNT and names_known_accounts(delivery):
        yield _account_changed(delivery)
    if not delivery.resolve_conflicts:
        if delivery.run.object == REGISTER:
            yield foreign_key_conflicts(delivery)
        if delivery.claims:
            yield "SELECT * FROM refused_claims SEMI JOIN incoming USING (_row)"


def _required_when_new(delivery: Delivery) -> Iterator[str]:
    mapped = {attribute.column.name for attribute in delivery.attributes}
    keys = comma_quoted([key.name for key in delivery.table.keys])
    for column in delivery.required_when_new:
        missing = f"i.{quoted(column)} IS NULL" if column in mapped else "TRUE"
        yield (
            f"SELECT i._row, {literal(column)} AS attribute, 'REQUIRED_NULL' AS code "
            f"FROM incoming i ANTI JOIN current c USING ({keys}) WHERE {missing}"
        )


def _account_changed(delivery: Delivery) -> str:
    """A record stays with its account; of new ones in one extract the first in stamp order holds."""
    keys = comma_quoted([key.name for key in delivery.table.keys])
    held = f"first_value(account_id) OVER (PARTITION BY {keys} ORDER BY _as_of, _row)"
    known = f"SELECT i._row, i.account_id, c.account_id AS held FROM incoming i JOIN current c USING ({keys})"
    new = (
        f"SELECT _row, account_id, {held} AS held FROM incoming "
        f"ANTI JOIN current USING ({keys}) WHERE account_id IS NOT NULL"
    )
    return (
        f"SELECT _row, {literal(ACCOUNT_ID.name)} AS attribute, 'ACCOUNT_CHANGED' AS code "
        f"FROM ({known} UNION ALL {new}) WHERE account_id <> held"
    )


def _judges_contacts(delivery: Delivery) -> bool:
    mapped = {attribute.column.name for attribute in delivery.attributes}
    return delivery.run.object == "users" and bool(mapped & {_CONTACT.name, _KEY_CONTACT.name})


def _assignment(delivery: Delivery) -> Iterator[str]:
    roles = comma([literal(role) for role in delivery.roles]) or "NULL"
    unknown = f"account_role_id NOT IN ({roles})" if delivery.roles else "TRUE"
    yield (
        "SELECT _row, 'account_role_id' AS attribute, 'ROLE_UNKNOWN' AS code FROM incoming "
        f"WHERE {unknown}"
    )
    yield (
        f"SELECT _row, {USER_PROBLEM_OF} AS attribute, {USER_PROBLEM} AS code FROM incoming "
        f"WHERE {USER_PROBLEM} IS NOT NULL"
    )


def _subject_or_content(delivery: Delivery) -> str:
    """What each row alone would leave: a clear that is stale or disputed takes nothing away."""
    names = [column.name for column in _SAYS_SOMETHING]
    keys = comma_quoted([key.name for key in delivery.table.keys])
    mapped = [quoted(name) for name in names if name in delivery.mapped_columns]
    says_nothing = " AND ".join(f"{name} IS NULL" for name in mapped) or "TRUE"
    new = f"SELECT _row FROM incoming ANTI JOIN current USING ({keys}) WHERE {says_nothing}"
    left = replace(delivery, has_source_ids=False)
    known = CellRules(left, merged=False).left("incoming", names)
    nothing = " AND ".join(f"{quoted(name)} IS NULL" for name in names)
    return (
        "SELECT _row, 'subject' AS attribute, 'SUBJECT_OR_CONTENT' AS code "
        f"FROM ({new} UNION ALL SELECT _row FROM ({known}) WHERE {nothing})"
    )


def _key_contact_is_a_contact(delivery: Delivery) -> str:
    (contact, key_contact), spoken = _result(delivery, (_CONTACT, _KEY_CONTACT))
    keys = comma_quoted([key.name for key in delivery.table.keys])
    return (
        f"SELECT i._row, {literal(_KEY_CONTACT.name)} AS attribute, "
        "'KEY_CONTACT_NOT_CONTACT' AS code "
        f"FROM incoming i LEFT JOIN current c USING ({keys}) WHERE ({' OR '.join(spoken)}) "
        f"AND ({key_contact}) AND NOT coalesce(({contact}), FALSE)"
    )


def _result(delivery: Delivery, columns: Sequence[HubColumn]) -> tuple[list[str], list[str]]:
    """The row's values of these columns, else the hub's; and when the row speaks for each."""
    by_name = {attribute.column.name: attribute for attribute in delivery.attributes}
    spoken, result = [], []
    for column in columns:
        attribute = by_name.get(column.name)
        if attribute is None:
            result.append(f"c.{column.name}")
            continue
        says = speaks(attribute, f"i.{column.name}")
        spoken.append(says)
        result.append(f"CASE WHEN {says} THEN i.{column.name} ELSE c.{column.name} END")
    return result, spoken
