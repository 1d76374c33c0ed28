"""Accounts that other objects' rows name: which are known, and stubs of those that are not."""

from totango_pipelines.quoting import literal
from totango_pipelines.upsert.change_log import log_changes
from totango_pipelines.upsert.delivery import Delivery
from totango_pipelines.upsert.key_ranges import number, table
from totango_pipelines.upsert.own_tables import STAMP_COLUMNS
from totango_pipelines.upsert.register import ACCOUNT_ID, ACCOUNTS, accounts_table
from totango_pipelines.upsert.target import HubTransaction

_MADE = "made_stubs"


def open_stubs(hub: HubTransaction) -> None:
    """The empty table of the stubs that this run made."""
    table(hub.work, _MADE, "SELECT NULL::VARCHAR AS account_id WHERE FALSE")


def read_known_accounts(hub: HubTransaction, rows: str) -> None:
    """The accounts of these rows that the hub has, in `known_accounts`."""
    wanted = f"SELECT account_id FROM {rows} WHERE account_id IS NOT NULL"
    hub.start_read(accounts_table(), (), wanted=wanted)("known_accounts")


def create_stubs(hub: HubTransaction, delivery: Delivery) -> int:
    """Create the accounts that rows of `incoming` name and nobody knows; how many."""
    read_known_accounts(hub, "incoming")
    writer = literal(delivery.run.integration)
    # Of one account, rows may stand in several ranges: the first of them makes it.
    table(
        hub.work,
        "stubs",
        f"SELECT account_id, max(_as_of) AS _as_of, {delivery.start.run_seq}::BIGINT AS _run_seq, "
        f"max(_row) AS _row_no, {writer} AS _writer FROM incoming "
        f"ANTI JOIN known_accounts USING (account_id) ANTI JOIN {_MADE} USING (account_id) "
        "GROUP BY account_id ORDER BY account_id",
    )
    stubs = number(hub.work, "SELECT count(*) FROM stubs")
    if stubs:
        hub.insert(ACCOUNTS, (ACCOUNT_ID, *STAMP_COLUMNS), "SELECT * FROM stubs")
        hub.work.execute(f"INSERT INTO {_MADE} SELECT account_id FROM stubs")
        created = "SELECT account_id AS key, 'created' AS operation, NULL AS before FROM stubs"
        log_changes(hub, delivery, created, ACCOUNTS)
    return stubs
