"""Parents of accounts: those that nobody knows yet, and circles; both are warnings (semantics 4)."""

from collections.abc import Iterator

from totango_pipelines.upsert.delivery import Delivery, HubColumn
from totango_pipelines.upsert.key_ranges import number, table
from totango_pipelines.upsert.register import ACCOUNT_ID, ACCOUNTS, accounts_table
from totango_pipelines.upsert.target import HubTransaction

_PARENT = HubColumn("parent_id", "VARCHAR")


def warnings_of_parents(hub: HubTransaction, delivery: Delivery) -> Iterator[str]:
    """What to say of the parents of all accounts, after a run that maps them."""
    if delivery.run.object != ACCOUNTS or _PARENT.name not in delivery.mapped_columns:
        return
    missing = (
        "parent_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM accounts AS p WHERE p.account_id = accounts.parent_id)"
    )
    hub.read(accounts_table(), (ACCOUNT_ID,), "orphans", where=missing)
    orphans = number(hub.work, "SELECT count(*) FROM orphans")
    if orphans:
        yield (
            f"{_accounts(orphans)} a parent_id that the hub does not know (yet): the parent is "
            "taken up as soon as it arrives."
        )
    both = "EXISTS (SELECT 1 FROM accounts AS c WHERE c.parent_id = accounts.account_id)"
    hub.read(
        accounts_table(),
        (ACCOUNT_ID, _PARENT),
        "inner_accounts",
        where=f"parent_id IS NOT NULL AND {both}",
    )
    in_circles = _keep_circles(hub)
    if in_circles:
        yield (
            f"{_accounts(in_circles)} a parent_id that leads back to the account itself: "
            "correct it in the source."
        )


def _keep_circles(hub: HubTransaction) -> int:
    """Leave only accounts that are in a circle in `in_circles`; how many."""
    table(hub.work, "in_circles", "SELECT * FROM inner_accounts")
    left = number(hub.work, "SELECT count(*) FROM in_circles")
    while True:
        # A link of a circle is a parent and has a parent; taking the others away leaves circles.
        table(
            hub.work,
            "in_circles",
            "SELECT * FROM in_circles WHERE parent_id IN (SELECT account_id FROM in_circles) "
            "AND account_id IN (SELECT parent_id FROM in_circles)",
        )
        now = number(hub.work, "SELECT count(*) FROM in_circles")
        if now == left:
            return now
        left = now


def _accounts(count: int) -> str:
    return "1 account has" if count == 1 else f"{count} accounts have"
