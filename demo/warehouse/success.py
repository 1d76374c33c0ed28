"""Support and customer success: tickets, tasks and what was said to customers."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from warehouse.cells import LAST_DAY, LATEST, Mess, Row, account_id, days_before, moment, pick
from warehouse.crm import ACCOUNTS
from warehouse.expected import Expected
from warehouse.people import EMPLOYEES

TICKETS, TASKS, TOUCHPOINTS = 2_000, 150, 200

SUBJECTS = (
    "Cannot log in", "Invoice is wrong", "Export stops at 99 % 😕", "Dashboard très lent",
    "How do I add a colleague?", "API returns 500", "Umlaute fehlen im PDF", "Feature wish 💡",
)  # fmt: skip


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


TICKET_MESS: Mess = {
    77: {"subject": ""},
    250: {"satisfaction": "n/a"},
    251: {"satisfaction": "very good 👍"},
    500: {"ticket_no": None},  # KEY_NULL
    731: {"subject": "Re: " * 200},  # VALUE_TOO_LONG
    900: {"severity": "URGENT!!!"},  # VALUE_NOT_ALLOWED
    1200: {"account": None},  # KEY_NULL
    1500: {"account": "acc-9002"},  # a stub
    1777: {"account": "acc-0003/emea"},  # KEY_CHARACTERS
}


def tickets() -> Iterator[Row]:
    """2,000 tickets; one was exported twice, before and after somebody closed it."""
    for number in range(1, TICKETS + 1):
        yield ticket(number) | TICKET_MESS.get(number, {})
    yield ticket(33) | {"closed_on": LAST_DAY, "updated_at": moment(0)}


def task(number: int) -> Row:
    """A healthy row of `tasks`; due dates are typed in two ways."""
    due = days_before(-(number % 60))
    return {
        "task_no": f"TSK-{number:04d}",
        "account": account_id(number * 2),
        "title": pick(("Call back", "Send offer", "Prepare QBR", "Réunion"), number, 7),
        "details": None if number % 4 == 0 else f"agreed on {days_before(number % 30)}",
        "due": (f"{due:%Y-%m-%d}", f"{due:%d.%m.%Y}")[number % 2],
        "prio": str(1 + number % 3),
        "state": ("To do", "In progress", "Done")[number % 3],
        "owner": EMPLOYEES[number % 10]["email"],
        "updated_at": moment(number),
    }


TASK_MESS: Mess = {
    11: {"prio": "3.5"},  # NOT_WHOLE
    12: {"prio": "5"},  # VALUE_NOT_ALLOWED
    13: {"prio": "high"},  # FORMAT
    14: {"state": "Waiting"},  # VALUE_NOT_ALLOWED
    15: {"state": " DONE "},
    16: {"account": None},  # REQUIRED_NULL
    17: {"account": "acc-9105"},  # ACCOUNT_NOT_FOUND
    18: {"task_no": None},  # KEY_NULL
    19: {"due": "5th of May"},  # EXPRESSION
    20: {"due": " "},
    21: {"account": "acc 0042"},  # KEY_CHARACTERS
    22: {"task_no": " tsk-0022 "},
    23: {"prio": None},
}


def tasks() -> Iterator[Row]:
    """150 tasks; two of them changed after they were exported."""
    for number in range(1, TASKS + 1):
        yield task(number) | TASK_MESS.get(number, {})
    yield task(30) | {"state": "Done", "updated_at": LATEST}
    # ACCOUNT_CHANGED: a task stays with its account.
    yield task(31) | {"account": account_id(1), "updated_at": LATEST}


def touchpoint(number: int) -> Row:
    """A healthy row of `touchpoints`, the newest first, six hours apart.

    `held_at` is the clock on the wall in Berlin.
    """
    updated = datetime.combine(LAST_DAY, datetime.min.time()) + timedelta(
        hours=9 - 6 * (number - 1)
    )
    return {
        "id": f"TP-{number:04d}",
        "account": account_id(number),
        "kind": pick(("Call", "E-mail", "Meeting", "QBR"), number, 5),
        "subject": pick(("Renewal", "Onboarding", "Escalation", "Feedback"), number, 7),
        "body": f"Notes of {updated:%d %b}: alles gut 👍",
        "held_at": f"{updated - timedelta(days=1):%Y-%m-%d %H:%M}",
        "created_by": EMPLOYEES[number % 10]["email"],
        "participants": f"user{number}@customer{number}.example, {EMPLOYEES[0]['email']}",
        "updated_at": updated,
    }


TOUCHPOINT_MESS: Mess = {
    11: {"subject": None, "body": "  "},  # SUBJECT_OR_CONTENT
    12: {"subject": ""},
    13: {"body": "blah " * 2_400 + "!"},  # VALUE_TOO_LONG, by one character
    14: {"held_at": "2025-03-30 02:30"},  # FORMAT: the clocks skipped it
    15: {"held_at": "2025-10-26 02:30"},  # it was that time twice: the first counts, with a warning
    16: {"account": None},  # REQUIRED_NULL
    17: {"account": "acc-9106"},  # ACCOUNT_NOT_FOUND
    18: {"id": None},  # KEY_NULL
    19: {"updated_at": None},  # CURSOR_NULL
    20: {"participants": "a@x.example,, b@x.example ,a@x.example"},
    21: {"participants": "a@x.example;b@x.example"},  # FORMAT
    22: {"id": " tp-0022 "},
    23: {"held_at": None},
    24: {"held_at": "2025-09-30T10:00:00+00:00"},
}


def touchpoints() -> Iterator[Row]:
    """200 touchpoints; three of them stand there twice."""
    for number in range(1, TOUCHPOINTS + 1):
        yield touchpoint(number) | TOUCHPOINT_MESS.get(number, {})
    yield touchpoint(2) | {"subject": "Renewal, corrected"}
    yield touchpoint(30) | {"subject": "Feedback, corrected"}
    yield touchpoint(31) | {"account": account_id(1)}  # ACCOUNT_CHANGED


TABLES = {"support_tickets": tickets, "tasks": tasks, "touchpoints": touchpoints}

EXPECTED = {
    "support_tickets": Expected(
        {"rows_read": 2001, "created": 1995, "duplicates": 1, "rejected": 5, "stub_accounts": 1},
        {"KEY_NULL": 2, "KEY_CHARACTERS": 1, "VALUE_NOT_ALLOWED": 1, "VALUE_TOO_LONG": 1},
    ),
    "tasks": Expected(
        {"rows_read": 152, "created": 141, "duplicates": 1, "rejected": 10},
        {
            "NOT_WHOLE": 1,
            "VALUE_NOT_ALLOWED": 2,
            "FORMAT": 1,
            "REQUIRED_NULL": 1,
            "ACCOUNT_NOT_FOUND": 1,
            "KEY_NULL": 1,
            "EXPRESSION": 1,
            "KEY_CHARACTERS": 1,
            "ACCOUNT_CHANGED": 1,
        },
    ),
    "touchpoints": Expected(
        {"rows_read": 203, "created": 192, "duplicates": 2, "rejected": 9},
        {
            "SUBJECT_OR_CONTENT": 1,
            "VALUE_TOO_LONG": 1,
            "FORMAT": 2,
            "REQUIRED_NULL": 1,
            "ACCOUNT_NOT_FOUND": 1,
            "KEY_NULL": 1,
            "CURSOR_NULL": 1,
            "ACCOUNT_CHANGED": 1,
        },
        # The window reaches two days back: TP-0001 to TP-0009, TP-0002 twice, and TP-0019, which
        # has no cursor. The other eight rejected rows were held open, and come again.
        again={"rows_read": 10 + 1 + 8, "unchanged": 9, "duplicates": 1, "rejected": 9},
    ),
}
