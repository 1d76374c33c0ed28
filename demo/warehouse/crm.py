"""The CRM: accounts, the people there, and the opportunities that sales works on."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from warehouse.cells import (
    FAMILY_NAMES,
    FIRST_WORDS,
    GIVEN_NAMES,
    LATEST,
    PLANS,
    SECOND_WORDS,
    Mess,
    Row,
    account_id,
    days_before,
    email,
    moment,
    pick,
)
from warehouse.expected import Expected
from warehouse.people import EMPLOYEES

ACCOUNTS, USERS, OPPORTUNITIES = 300, 900, 80

COUNTRIES = ("Germany", "France", "Danmark", "España", "Brasil", "Österreich", "Ireland", None)
INDUSTRIES = ("Retail", "Manufacturing", "Healthcare", "   ", "Finance", None, "Public sector")
STAGES = ("Qualified", "Proposal", "Negotiation", "Won", "Lost")


def account(number: int) -> Row:
    """A healthy row of `accounts`; dates and amounts are texts, as the CRM stores them."""
    return {
        "id": account_id(number),
        "name": f"{pick(FIRST_WORDS, number, 7)} {pick(SECOND_WORDS, number, 11)} {number}",
        "plan": pick(PLANS, number, 5),
        "status": ("Paying", "Paying", "Free", "Canceled")[number % 4],
        "support_level": ("Basic", "Premium", "Round the clock", None)[number * 7 % 4],
        "industry": pick(INDUSTRIES, number, 13),
        "country": pick(COUNTRIES, number, 5),
        "seats": None if number % 29 == 0 else 5 + number * 17 % 480,
        "annual_value": f"{1_200 + number * 733 % 96_000}.{number * 7 % 100:02d}",
        "renewal": "" if number % 23 == 0 else days_before(-30 - number % 330).isoformat(),
        "parent": account_id(number // 10) if number in range(110, ACCOUNTS, 10) else None,
        "owner_email": EMPLOYEES[number % 10]["email"],
        "products": ("Analytics|Support", "Support | Analytics", "Billing", "")[number % 4],
        "erp_no": None if number % 50 == 0 else f"ERP-{number * 31:05d}",
        "newsletter": ("yes", "no", None)[number % 3],
        "since": f"{days_before(900 + number * 3):%d %b %Y}".lstrip("0"),
        "updated_at": moment(number),
    }


ACCOUNT_MESS: Mess = {
    5: {"parent": account_id(250)},  # comes before its parent does
    8: {"parent": "acc-7777"},  # an orphan: its parent is in no system any more
    12: {"parent": account_id(13)},  # each is the other's parent: stored, with a warning
    13: {"parent": account_id(12)},
    17: {"id": "  acc-0017 "},
    33: {"name": None},
    42: {"name": "Röstfrisch Kaffee ☕ & Söhne"},
    58: {"renewal": "31/31/2025"},  # FORMAT
    77: {"name": "   "},
    91: {"renewal": "2025-02-30"},  # FORMAT
    120: {"annual_value": "12,500.00"},  # FORMAT
    133: {
        "name": f"The Honourable Company of {'Very ' * 22}Merchant Adventurers"
    },  # VALUE_TOO_LONG
    150: {"id": None},  # KEY_NULL
    177: {"id": "acc 0177"},  # KEY_CHARACTERS
    188: {"status": "Churned"},  # Totango does not know it: stored, with a warning
    201: {"support_level": "Platinum"},  # VALUE_NOT_ALLOWED
    222: {"updated_at": None},  # RECENCY_NULL
    240: {"products": "Analytics|Telepathy"},  # VALUE_NOT_ALLOWED
    251: {"since": "31 Feb 2021"},  # FORMAT
    260: {"newsletter": "please"},  # TAG_VALUE
}


def accounts() -> Iterator[Row]:
    """300 accounts; two of them stand there twice, and the newer row is not always the later."""
    for number in range(1, ACCOUNTS + 1):
        yield account(number) | ACCOUNT_MESS.get(number, {})
    yield account(7) | {"plan": "Enterprise", "updated_at": moment(0)}
    yield account(64) | {"plan": "Trial", "updated_at": datetime(2023, 5, 1, 8)}  # noqa: DTZ001


def user(number: int) -> Row:
    """A healthy row of `users`; three to an account, the first of them a key contact."""
    given, family = pick(GIVEN_NAMES, number, 7), pick(FAMILY_NAMES, number, 11)
    its_account = (number - 1) % ACCOUNTS + 1
    kind = (number - 1) // ACCOUNTS
    return {
        "account": account_id(its_account),
        "email": email(given, f"{family}{number}", f"customer{its_account}.example"),
        "full_name": f"{given} {family}",
        "job_title": pick(("Buyer", "Admin", "CTO", "Chef de projet", ""), number, 5),
        "contact": ("yes", "yes", "no")[kind],
        "key_contact": ("yes", "no", "no")[kind],
        "last_seen": days_before(number % 90),
    }


USER_MESS: Mess = {
    12: {"full_name": None},
    48: {"email": None},  # KEY_NULL
    101: {"email": "ZOË.müller@customer101.example"},  # KEY_CHARACTERS
    233: {"contact": "no"},  # KEY_CONTACT_NOT_CONTACT
    305: {"contact": "maybe"},  # VALUE_NOT_ALLOWED
    410: {"account": "   "},  # KEY_NULL
    512: {"full_name": "李小龍 🐉"},
    640: {"full_name": "N" * 300},  # VALUE_TOO_LONG
    700: {"account": "acc-9001"},  # an account that the CRM has already deleted: a stub
}


def users() -> Iterator[Row]:
    """900 users; one was typed in twice, the second time in capitals."""
    for number in range(1, USERS + 1):
        yield user(number) | USER_MESS.get(number, {})
    yield user(15) | {"email": user(15)["email"].upper(), "job_title": "Head of Buying"}


def opportunity(number: int) -> Row:
    """A healthy row of `opportunities`; the CRM writes its times in three ways, all of them UTC."""
    written = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S+00:00")[number % 3]
    return {
        "opp_id": f"OPP-{number:04d}",
        "account": account_id(number * 3),
        "stage": pick(STAGES, number, 7),
        "amount": f"{1_000 + number * 389 % 50_000}",
        "close_date": days_before(-number).isoformat(),
        "modified": f"{moment(number):{written}}",
    }


def earlier_opportunity(number: int) -> Row:
    """What the same account was asked to buy before; every fourth has one."""
    modified = moment(number) - timedelta(days=60)
    return opportunity(number) | {
        "opp_id": f"OPP-{number + 500:04d}",
        "stage": "Lost",
        "amount": "1",
        "modified": modified.isoformat(),
    }


OPPORTUNITY_MESS: Mess = {
    11: {"modified": "2052-10-01T08:00:00Z"},  # from the future: taken as now, with a warning
    13: {"modified": None},  # RECENCY_NULL
    14: {"modified": "last week"},  # RECENCY_FORMAT
    21: {"amount": "12k"},  # FORMAT
    22: {"stage": "closed-won ???"},  # VALUE_NOT_ALLOWED
    23: {"account": None},  # KEY_NULL
    25: {"account": "acc 0075"},  # KEY_CHARACTERS
    26: {"close_date": "next spring"},  # counts as blank (on_error: null_value)
}


def opportunities() -> Iterator[Row]:
    """80 accounts with an opportunity, 20 of them with an earlier one, and what does not fit in."""
    for number in range(1, OPPORTUNITIES + 1):
        yield opportunity(number) | OPPORTUNITY_MESS.get(number, {})
        if number % 4 == 0:
            yield earlier_opportunity(number)
    # Source ids keep their case: another record, newer than OPP-0005, and it takes the account.
    yield opportunity(5) | {"opp_id": "opp-0005", "modified": f"{LATEST:%Y-%m-%d %H:%M}"}
    # One opportunity for two accounts, and three rows of no opportunity that anyone could name.
    yield opportunity(7) | {"account": account_id(2)}
    for number, nameless in ((4, None), (5, "  "), (7, None)):
        yield opportunity(number) | {"account": account_id(number), "opp_id": nameless}
    # Prospects are no accounts yet, and this integration does not make them.
    for number in range(1, 6):
        yield opportunity(number) | {"opp_id": f"OPP-9{number:03d}", "account": f"pro-{number:04d}"}


TABLES = {"accounts": accounts, "users": users, "opportunities": opportunities}

_SECOND_OPPORTUNITIES = 20 + 1

EXPECTED = {
    "crm_accounts": Expected(
        {"rows_read": 302, "created": 289, "duplicates": 2, "rejected": 11},
        {
            "FORMAT": 4,
            "VALUE_TOO_LONG": 1,
            "KEY_NULL": 1,
            "KEY_CHARACTERS": 1,
            "VALUE_NOT_ALLOWED": 2,
            "TAG_VALUE": 1,
            "RECENCY_NULL": 1,
        },
    ),
    # Stubs: the eleven accounts that were rejected, and acc-9001.
    "crm_users": Expected(
        {"rows_read": 901, "created": 894, "duplicates": 1, "rejected": 6, "stub_accounts": 12},
        {
            "KEY_NULL": 2,
            "KEY_CHARACTERS": 1,
            "KEY_CONTACT_NOT_CONTACT": 1,
            "VALUE_NOT_ALLOWED": 1,
            "VALUE_TOO_LONG": 1,
        },
        again={"rows_read": 901, "unchanged": 895, "rejected": 6},
    ),
    # 80 accounts - 6 rejected + acc-0002 of two accounts' opportunity + 3 without a source id.
    "opportunities": Expected(
        {
            "rows_read": 80 + 20 + 1 + 1 + 3 + 5,
            "updated": 78,
            "duplicates": _SECOND_OPPORTUNITIES,
            "skipped_new": 5,
            "rejected": 6,
            "conflicts_resolved": _SECOND_OPPORTUNITIES,
        },
        {
            "RECENCY_NULL": 1,
            "RECENCY_FORMAT": 1,
            "FORMAT": 1,
            "VALUE_NOT_ALLOWED": 1,
            "KEY_NULL": 1,
            "KEY_CHARACTERS": 1,
        },
        # All are delivered again, also the opportunities that lost their account to a newer one.
        full={
            "rows_read": 110,
            "unchanged": 78 - _SECOND_OPPORTUNITIES,
            "stale": _SECOND_OPPORTUNITIES,
            "duplicates": _SECOND_OPPORTUNITIES,
            "skipped_new": 5,
            "rejected": 6,
        },
    ),
}
