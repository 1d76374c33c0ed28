"""What the rows of all systems are made of: numbers turned into names, days, ids and addresses."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

Row = dict[str, Any]
Mess = Mapping[int, Row]
"""Cells that a person once typed wrong, by the number of their row."""

Choice = TypeVar("Choice")

LAST_DAY = date(2025, 11, 3)
"""In the past for every reader, so that rows claim to come from the future only where they say so."""

LATEST = datetime(2025, 11, 3, 12)  # noqa: DTZ001 - databases write times without a zone
"""Later than every `moment`."""

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
