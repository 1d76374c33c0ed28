"""Our own people and our partners', and the sheet that says who looks after which account."""

from collections.abc import Iterator, Sequence

from warehouse.cells import Mess, Row, account_id, email
from warehouse.expected import Expected

OURS, PARTNER = "our-company.example", "partner.example"
LOOKED_AFTER = 120


def employee(given: str, family: str, licence: str | None, teams: str, *, active: bool) -> Row:
    """A row of `employees`."""
    return {
        "email": email(given, family, OURS),
        "first_name": given,
        "last_name": family,
        "licence": licence,
        "teams": teams,
        "active": active,
        "manager_email": None if given == "Ida" else f"ida.larsen@{OURS}",
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
    employee("Oleg", "Nowak", "Viewer", "Finance", active=True),  # VALUE_NOT_ALLOWED
    employee("Priya", "Kovács", None, "Finance", active=True),  # REQUIRED_NULL: no licence chosen
)


def partner(address: str | None, given: str, family: str | None, licence: str) -> Row:
    """A row of `partner_consultants`."""
    return {
        "email": address,
        "first_name": given,
        "last_name": family,
        "licence": licence,
        "state": "Active",
    }


PARTNERS: Sequence[Row] = (
    partner(f"paula.reis@{PARTNER}", "Paula", "Reis", "Zoe"),
    partner(f"jm@{PARTNER}", "jürgen", "  MÜLLER", "Spark"),  # called as an employee is
    partner(f"tom.baker@{PARTNER}", "Tom", "Baker", "Zoe"),
    partner(f" TOM.BAKER@{PARTNER.upper()} ", "Tom", "Baker", "Zoe"),  # a duplicate
    partner(f"hana.simic@{OURS}", "Hana", "Šimić", "Spark"),  # a conflict: ours has her as Zoe
    partner(f"eva.lund@{PARTNER}", "Eva", "Lund", "Zoe"),
    partner(f"ben.amsel@{PARTNER}", "Ben", "Amsel", "Zoe"),
    partner(f"ines.roth@{PARTNER}", "Ines", "Roth", "Zoe"),
    partner(f"max.vogt@{PARTNER}", "Max", "Vogt", "Zoe"),
    partner(f"kim.larsson@{PARTNER}", "Kim", "Larsson", "Zoe"),
    partner(f"yuki.sato@{PARTNER}", "Yuki", "Sato", "Viewer"),  # VALUE_NOT_ALLOWED
    partner(None, "Sam", "Hill", "Zoe"),  # KEY_NULL
    partner(f"lena@{PARTNER}", "Lena", None, "Zoe"),  # REQUIRED_NULL
    partner(f"{'very.' * 20}long@{PARTNER}", "Max", "Long", "Zoe"),  # KEY_TOO_LONG
)


def success_manager(number: int) -> Row:
    """A healthy row of `account_team`: the account's success manager, by e-mail."""
    person = EMPLOYEES[number % 10]
    return {
        "account": account_id(number),
        "role": "Success Manager",
        "email": person["email"],
        "name": f"{person['first_name']} {person['last_name']}",
    }


def sales_manager(number: int) -> Row:
    """A row of every third account: sales writes names only, and never twice the same way.

    Each tenth of them says JÜRGEN MÜLLER, which is the name of two people: USER_AMBIGUOUS.
    """
    person = EMPLOYEES[number // 3 % 10]
    first, last = person["first_name"], person["last_name"]
    written = (f"{first} {last}", f"{first}   {last}", f"{first} {last}".upper())
    return {
        "account": account_id(number),
        "role": "Sales Manager",
        "email": None,
        "name": written[number // 3 % 3],
    }


SUCCESS_MANAGER_MESS: Mess = {
    7: {"email": "IDA.Larsen@Our-Company.Example "},
    9: {"email": f"nobody@{OURS}"},  # USER_NOT_FOUND
    11: {"email": "ida.larsen(at)our-company.example"},  # USER_NOT_FOUND
    14: {"email": f"oleg.nowak@{OURS}"},  # USER_NOT_FOUND: a Viewer, who was not loaded
    16: {"email": "   ", "name": "paula  REIS"},  # the partner, by name
    17: {"email": None, "name": "Marta Gone"},  # USER_NOT_FOUND
    19: {"account": "acc-9101"},  # ACCOUNT_NOT_FOUND
    20: {"account": "ACC-0020"},  # ACCOUNT_NOT_FOUND: account ids keep their case
    22: {"role": "Account Owner"},  # ROLE_UNKNOWN
    23: {"role": "  "},  # KEY_NULL
    25: {"account": None, "role": None},  # KEY_NULL, twice
    26: {"email": f"aoife.obrien@{OURS}", "name": "Ida Larsen"},  # the e-mail wins
    28: {"role": " Success Manager "},
    29: {"account": "acc/0029"},  # KEY_CHARACTERS
}


def account_team() -> Iterator[Row]:
    """120 success managers and 40 sales managers; two rows came in again."""
    for number in range(1, LOOKED_AFTER + 1):
        yield success_manager(number) | SUCCESS_MANAGER_MESS.get(number, {})
        if number % 3 == 0:
            yield sales_manager(number)
    yield success_manager(30) | {"email": f"noor.haddad@{OURS}"}  # took over: the later row counts
    yield success_manager(31) | {"email": None, "name": ""}  # says nothing


TABLES = {
    "employees": lambda: EMPLOYEES,
    "partner_consultants": lambda: PARTNERS,
    "account_team": account_team,
}

EXPECTED = {
    "crm_employees": Expected(
        {"rows_read": 12, "created": 10, "rejected": 2},
        {"REQUIRED_NULL": 1, "VALUE_NOT_ALLOWED": 1},
    ),
    # 14 rows: Hana was here already, Tom stands there twice.
    "partner_consultants": Expected(
        {
            "rows_read": 14,
            "created": 8,
            "unchanged": 1,
            "duplicates": 1,
            "rejected": 4,
            "conflicts": 1,
        },
        {"VALUE_NOT_ALLOWED": 1, "KEY_NULL": 1, "REQUIRED_NULL": 1, "KEY_TOO_LONG": 1},
        again={"rows_read": 14, "unchanged": 10, "rejected": 4},
        full={"rows_read": 14, "unchanged": 9, "duplicates": 1, "rejected": 4, "conflicts": 1},
    ),
    # 120 + 40 - 14; the ambiguous ones are those of acc-0003, acc-0033, acc-0063 and acc-0093.
    "account_team": Expected(
        {"rows_read": 162, "created": 146, "duplicates": 2, "rejected": 14},
        {
            "USER_NOT_FOUND": 4,
            "USER_AMBIGUOUS": 4,
            "ACCOUNT_NOT_FOUND": 2,
            "ROLE_UNKNOWN": 1,
            "KEY_NULL": 3,
            "KEY_CHARACTERS": 1,
        },
    ),
}
