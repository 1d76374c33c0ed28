"""Finance: the invoices, the billing system's accounts, and the numbers that other systems use."""

from collections.abc import Iterator
from datetime import timedelta

from warehouse.cells import LATEST, PLANS, Mess, Row, account_id, days_before, moment, pick
from warehouse.crm import ACCOUNTS
from warehouse.expected import Expected

INVOICES, BILLED, IN_ERP, ERP_BRANCHES = 1_200, range(2, 241, 2), 60, 10


def written_amount(cents: int) -> str:
    """`1.250,00 €`, as the invoices print it."""
    whole = f"{cents // 100:,}".replace(",", ".")
    return f"{whole},{cents % 100:02d} €"


def invoice(number: int) -> Row:
    """A healthy row of `invoices`, written as they are printed: all text, in German."""
    issued = days_before(number * 11 % 1_000)
    return {
        "invoice_no": f"INV-{issued.year}-{number:05d}",
        "account": account_id(number % ACCOUNTS + 1),
        "amount": written_amount((90 + number * 37 % 9_000) * 100 + number % 4 * 25),
        "issued_on": f"{issued:%d.%m.%Y}",
        "due": "" if number % 31 == 0 else (issued + timedelta(days=30)).isoformat(),
        "paid": None if number % 40 == 0 else "nein" if number % 5 == 0 else "ja",
        "remark": ("", "   ", None, "Mahnung 1", "à régler")[number % 5],
    }


INVOICE_MESS: Mess = {
    99: {"amount": "1,250.00 €"},  # FORMAT
    101: {"amount": "250,00 $"},  # FORMAT
    102: {"amount": "(99,90)"},  # a credit note, as accountants write it
    240: {"due": "31/31/2025"},  # FORMAT
    241: {"due": "tomorrow"},  # FORMAT
    350: {"issued_on": "2025-01-31"},  # FORMAT
    480: {"amount": "€ 99"},
    700: {"amount": "123.456.789.012.345.678"},  # OUT_OF_RANGE
    803: {"invoice_no": " "},  # KEY_NULL
    1000: {"amount": None},
    1100: {"amount": "12,34567"},  # FORMAT
}


def invoices() -> Iterator[Row]:
    """1,200 invoices."""
    for number in range(1, INVOICES + 1):
        yield invoice(number) | INVOICE_MESS.get(number, {})


def zuora_no(number: int) -> str:
    """The billing system's own number of an account."""
    return f"Z-{number:05d}"


def billing_link(number: int) -> Row:
    """A healthy row of `billing_links`: which of the CRM's accounts a billed account is."""
    return {"zuora_no": zuora_no(number), "crm_account": account_id(number)}


BILLING_LINK_MESS: Mess = {
    4: {"zuora_no": " z-00004 "},
    6: {"crm_account": " acc-0006 "},
    22: {"crm_account": "acc-9103"},  # ACCOUNT_NOT_FOUND
    24: {"zuora_no": "N/A"},  # KEY_NULL: the query makes a null of it
    26: {"zuora_no": " n/a"},  # KEY_NULL
    50: {"crm_account": ""},  # REQUIRED_NULL
    52: {"crm_account": "acc/0052"},  # KEY_CHARACTERS
    54: {"crm_account": "ACC-0054"},  # ACCOUNT_NOT_FOUND: account ids keep their case
    56: {"zuora_no": None},  # KEY_NULL
}


def billing_links() -> Iterator[Row]:
    """Every second account is billed; one link is there twice, one number was given twice."""
    for number in BILLED:
        yield billing_link(number) | BILLING_LINK_MESS.get(number, {})
    yield billing_link(14)
    yield billing_link(16) | {"crm_account": account_id(18)}  # the later row holds


def erp_customer(number: int) -> Row:
    """A healthy row of `erp_customers`; the CRM has most of these numbers too."""
    return {"customer_no": f"ERP-{number * 31:05d}", "crm_account": account_id(number)}


ERP_CUSTOMER_MESS: Mess = {
    3: {"crm_account": account_id(4)},  # FK_CONFLICT: the CRM says acc-0003
    5: {"customer_no": "erp-00155"},
    10: {"crm_account": "acc-9104"},  # ACCOUNT_NOT_FOUND
    15: {"customer_no": ""},  # KEY_NULL
}


def erp_customers() -> Iterator[Row]:
    """60 customers, and 10 branches that only the ERP tells apart from their account."""
    for number in range(1, IN_ERP + 1):
        yield erp_customer(number) | ERP_CUSTOMER_MESS.get(number, {})
    for number in range(1, ERP_BRANCHES + 1):
        yield {"customer_no": f"ERP-{90_000 + number}", "crm_account": account_id(IN_ERP + number)}


def billing_account(number: int) -> Row:
    """A healthy row of `billing_accounts`: the plan is the CRM's, the row older than the CRM's."""
    return {
        "zuora_no": zuora_no(number),
        "plan": pick(PLANS, number, 5),
        "contract_value": f"{2_000 + number * 517 % 80_000:,}.00",
        "balance": f"{number * 53 % 900}.50",
        "last_paid": days_before(number % 45).isoformat(),
        "state": ("current", "current", "overdue", "in dunning")[number // 2 % 4],
        "changed_at": moment(number) - timedelta(days=40),
    }


BILLING_MESS: Mess = {
    30: {"plan": "Enterprise", "changed_at": LATEST},  # a conflict: the CRM says Scale
    32: {"plan": "Starter", "changed_at": LATEST},  # a conflict: the CRM says Growth
    34: {"plan": "Scale", "changed_at": LATEST},  # a conflict: the CRM says Starter
    36: {"plan": "Growth"},  # stale: the CRM said Starter later
    38: {"contract_value": "12.500,00"},  # FORMAT
    40: {"balance": "n/a"},  # counts as blank (on_error: null_value)
    42: {"last_paid": "2025-13-01"},  # FORMAT
    44: {"zuora_no": None},  # KEY_NULL
    46: {"zuora_no": "z-00046 "},
    60: {"changed_at": None},  # RECENCY_NULL
    66: {"state": ""},
}


def billing_accounts() -> Iterator[Row]:
    """120 billed accounts; FK_UNMATCHED are the last, and the seven that have no sound link."""
    for number in BILLED:
        yield billing_account(number) | BILLING_MESS.get(number, {})
    yield billing_account(100) | {"balance": "0.00", "changed_at": LATEST}  # paid since: duplicate
    yield billing_account(2) | {"zuora_no": "Z-99999"}


TABLES = {
    "invoices": invoices,
    "billing_links": billing_links,
    "erp_customers": erp_customers,
    "billing_accounts": billing_accounts,
}

_BILLING_READ = {"rows_read": 122, "rejected": 12}

EXPECTED = {
    "invoices": Expected(
        {"rows_read": 1200, "created": 1192, "rejected": 8},
        {"FORMAT": 6, "OUT_OF_RANGE": 1, "KEY_NULL": 1},
    ),
    "zuora_ids": Expected(
        {"rows_read": 122, "created": 113, "duplicates": 2, "rejected": 7},
        {"KEY_NULL": 3, "ACCOUNT_NOT_FOUND": 2, "REQUIRED_NULL": 1, "KEY_CHARACTERS": 1},
    ),
    # New are the branches, acc-0050, which has no number in the CRM, and acc-0058, a stub.
    "erp_numbers": Expected(
        {"rows_read": 70, "created": 12, "unchanged": 55, "rejected": 3},
        {"FK_CONFLICT": 1, "ACCOUNT_NOT_FOUND": 1, "KEY_NULL": 1},
    ),
    # 120 accounts - 11 rejected - 1, since Z-00016 and Z-00018 are both acc-0018.
    "billing_accounts": Expected(
        {**_BILLING_READ, "updated": 108, "duplicates": 2, "conflicts": 3},
        {"FK_UNMATCHED": 8, "FORMAT": 2, "KEY_NULL": 1, "RECENCY_NULL": 1},
        # What is recognised goes by the source's number, of which acc-0018 has two.
        again={**_BILLING_READ, "unchanged": 109, "duplicates": 1},
        full={**_BILLING_READ, "unchanged": 107, "stale": 1, "duplicates": 2, "conflicts": 3},
    ),
}
