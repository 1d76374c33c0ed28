"""Builds the demo's warehouse: a small CRM in one DuckDB file, as messy as real ones.

    python demo/build_warehouse.py [--into demo/warehouse.duckdb]

The content is the same every time. Nothing in it is random: a row follows from its number, and the
cells that a person once typed wrong are listed by row below each table.
"""

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

Row = dict[str, Any]
Choice = TypeVar("Choice")

LAST_DAY = date(2025, 11, 3)
"""In the past for every reader, so that no row claims to come from the future."""

ACCOUNTS, USERS, TICKETS, INVOICES = 300, 900, 2_000, 1_200

FIRST_WORDS = (
    "Acme", "Øresund", "Zürich", "Blue Heron", "Größer", "Nordwind", "Café", "São Jorge",
    "Ironbridge", "Pêche", "Kestrel", "Łódź", "Halcyon", "Ñandú", "Quayside", "Œuvre",
)  # fmt: skip
SECOND_WORDS = (
    "Logistics", "Health", "Software", "Energy", "Foods", "Robotics", "Travel", "Insurance",
    "Media", "Labs", "Textiles", "Mobility", "Analytics",
)  # fmt: skip
GIVEN_NAMES = (
    "Zoë", "Jürgen", "Ana", "Søren", "Mei", "Björk", "Kwame", "Inês", "Oleg", "Priya", "Noor",
    "René", "Hana", "Tomás", "Ida", "Luca", "Aoife",
)  # fmt: skip
FAMILY_NAMES = (
    "Müller", "O'Brien", "García", "Nowak", "Lindqvist", "Okafor", "Silva", "Tanaka", "D'Angelo",
    "Šimić", "Haddad", "Larsen", "Kovács",
)  # fmt: skip
PLANS = ("Starter", "Growth", "Scale", "Enterprise")
COUNTRIES = ("Germany", "France", "Danmark", "España", "Brasil", "Österreich", "Ireland", None)
INDUSTRIES = ("Retail", "Manufacturing", "Healthcare", "   ", "Finance", None, "Public sector")
SUBJECTS = (
    "Cannot log in", "Invoice is wrong", "Export stops at 99 % 😕", "Dashboard très lent",
    "How do I add a colleague?", "API returns 500", "Umlaute fehlen im PDF", "Feature wish 💡",
)  # fmt: skip

_PLAIN_LETTERS = str.maketrans("áàäãčćéèêëíìîïłñńóòôöõøšúùûüýžß", "aaaacceeeeiiiilnnoooooosuuuuyzs")


def pick(choices: Sequence[Choice], number: int, step: int = 1) -> Choice:
    """One of the choices, spread over the rows by `step`, a prime that shuffles their order."""
    return choices[number * step // 3 % len(choices)]


def days_before(days: int) -> date:
    """A day so long before the warehouse's last one."""
    return LAST_DAY - timedelta(days=days)


def moment(number: int) -> datetime:
    """When a row was last changed: within the four weeks before the last day."""
    return datetime.combine(LAST_DAY, datetime.min.time()) - timedelta(minutes=number * 37 % 40_000)


def account_id(number: int) -> str:
    """The CRM's own number of an account."""
    return f"acc-{number:04d}"


def email(given: str, family: str, domain: str) -> str:
    """An address of plain letters, as mail servers like them."""
    letters = f"{given}.{family}".lower().translate(_PLAIN_LETTERS).replace("'", "")
    return f"{letters}@{domain}"


def written_amount(cents: int) -> str:
    """`1.250,00 €`, as the billing system prints it."""
    whole = f"{cents // 100:,}".replace(",", ".")
    return f"{whole},{cents % 100:02d} €"


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


ACCOUNT_MESS: Mapping[int, Row] = {
    17: {"id": "  acc-0017 "},
    33: {"name": None},
    42: {"name": "Röstfrisch Kaffee ☕ & Söhne"},
    58: {"renewal": "31/31/2025"},
    77: {"name": "   "},
    91: {"renewal": "2025-02-30"},
    120: {"annual_value": "12,500.00"},
    133: {"name": "The Honourable Company of " + "Very " * 22 + "Merchant Adventurers"},
    150: {"id": None},
    177: {"id": "acc 0177"},
    188: {"status": "Churned"},  # Totango does not know it: stored, with a warning
    201: {"support_level": "Platinum"},
    222: {"updated_at": None},
    240: {"products": "Analytics|Telepathy"},
    251: {"since": "31 Feb 2021"},
    260: {"newsletter": "please"},
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


USER_MESS: Mapping[int, Row] = {
    12: {"full_name": None},
    48: {"email": None},
    101: {"email": "ZOË.müller@customer101.example"},
    233: {"contact": "no"},  # a key contact who is no contact
    305: {"contact": "maybe"},
    410: {"account": "   "},
    512: {"full_name": "李小龍 🐉"},
    640: {"full_name": "N" * 300},
    700: {"account": "acc-9001"},  # an account that the CRM has already deleted
}


def users() -> Iterator[Row]:
    """900 users; one was typed in twice, the second time in capitals."""
    for number in range(1, USERS + 1):
        yield user(number) | USER_MESS.get(number, {})
    yield user(15) | {"email": user(15)["email"].upper(), "job_title": "Head of Buying"}


def ticket(number: int) -> Row:
    """A healthy row of `support_tickets`; two in three are closed."""
    opened = days_before(number * 3 % 700)
    return {
        "ticket_no": 100_000 + number,
        "account": account_id(number * 7 % ACCOUNTS + 1),
        "subject": f"{pick(SUBJECTS, number, 7)} (#{number})",
        "severity": ("Low", "Normal", "High")[number * 5 % 3],
        "opened_on": opened,
        "closed_on": None if number % 3 == 0 else opened + timedelta(days=number % 12),
        "satisfaction": ("5", "4.5", "", "3", None)[number % 5],
        "updated_at": moment(number),
    }


TICKET_MESS: Mapping[int, Row] = {
    77: {"subject": ""},
    250: {"satisfaction": "n/a"},
    251: {"satisfaction": "very good 👍"},
    500: {"ticket_no": None},
    731: {"subject": "Re: " * 200},
    900: {"severity": "URGENT!!!"},
    1200: {"account": None},
    1500: {"account": "acc-9002"},
    1777: {"account": "acc-0003/emea"},
}


def tickets() -> Iterator[Row]:
    """2,000 tickets; one was exported twice, before and after somebody closed it."""
    for number in range(1, TICKETS + 1):
        yield ticket(number) | TICKET_MESS.get(number, {})
    yield ticket(33) | {"closed_on": LAST_DAY, "updated_at": moment(0)}


def invoice(number: int) -> Row:
    """A healthy row of `invoices`, written as the billing system prints it: all text, in German."""
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


INVOICE_MESS: Mapping[int, Row] = {
    99: {"amount": "1,250.00 €"},
    101: {"amount": "250,00 $"},
    102: {"amount": "(99,90)"},  # a credit note, as accountants write it
    350: {"issued_on": "2025-01-31"},
    240: {"due": "31/31/2025"},
    241: {"due": "tomorrow"},
    480: {"amount": "€ 99"},
    700: {"amount": "123.456.789.012.345.678"},
    803: {"invoice_no": " "},
    1000: {"amount": None},
    1100: {"amount": "12,34567"},
}


def invoices() -> Iterator[Row]:
    """1,200 invoices."""
    for number in range(1, INVOICES + 1):
        yield invoice(number) | INVOICE_MESS.get(number, {})


def employee(given: str, family: str, licence: str | None, teams: str, *, active: bool) -> Row:
    """A row of `employees`."""
    return {
        "email": email(given, family, "our-company.example"),
        "first_name": given,
        "last_name": family,
        "licence": licence,
        "teams": teams,
        "active": active,
        "manager_email": None if given == "Ida" else "ida.larsen@our-company.example",
    }


EMPLOYEES: Sequence[Row] = (
    employee("Ida", "Larsen", "Spark", "Management", active=True),
    employee("Jürgen", "Müller", "Spark", "Success,DACH", active=True),
    employee("Inês", "Silva", "Spark", "Success,Iberia", active=True),
    employee("Aoife", "O'Brien", "Spark", "Success,UKI", active=True),
    employee("Kwame", "Okafor", "Zoe", "Support", active=True),
    employee("Mei", "Tanaka", "Zoe", "Support", active=True),
    employee("Luca", "D'Angelo", "Spark", "Success", active=False),
    employee("Hana", "Šimić", "Zoe", "", active=True),
    employee("Søren", "Lindqvist", "Spark", "Success,Nordics", active=True),
    employee("Noor", "Haddad", "Spark", "Onboarding", active=True),
    employee("Oleg", "Nowak", "Viewer", "Finance", active=True),  # cannot be loaded
    employee("Priya", "Kovács", None, "Finance", active=True),  # nobody chose a licence yet
)

_TYPES = {
    "seats": pa.int64(),
    "ticket_no": pa.int64(),
    "updated_at": pa.timestamp("us"),
    "last_seen": pa.date32(),
    "opened_on": pa.date32(),
    "closed_on": pa.date32(),
    "active": pa.bool_(),
}


def table(rows: Sequence[Row]) -> pa.Table:
    """The rows as the warehouse types them: text, unless the column says otherwise."""
    names = list(rows[0])
    return pa.Table.from_pylist(
        list(rows), pa.schema([(name, _TYPES.get(name, pa.string())) for name in names])
    )


def build(path: Path) -> dict[str, int]:
    """Build the warehouse; it appears whole or not at all. Answers the rows of each table."""
    content = {
        "accounts": table(list(accounts())),
        "users": table(list(users())),
        "support_tickets": table(list(tickets())),
        "invoices": table(list(invoices())),
        "employees": table(EMPLOYEES),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with duckdb.connect(str(part)) as warehouse:
            for name, rows in content.items():
                warehouse.register("rows", rows)
                warehouse.execute(f"CREATE TABLE {name} AS SELECT * FROM rows")
                warehouse.unregister("rows")
        # A reader that has the old file open keeps it; the next one opens the new file.
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return {name: rows.num_rows for name, rows in content.items()}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Build the demo's warehouse.")
    default = Path(__file__).with_name("warehouse.duckdb")
    parser.add_argument("--into", type=Path, default=default, metavar="FILE")
    into = parser.parse_args().into
    rows = build(into)
    print(
        f"{os.path.relpath(into)}: " + ", ".join(f"{count} {name}" for name, count in rows.items())
    )


if __name__ == "__main__":
    main()
