"""The product's own records: events, the old tracker's history, and the sums of each day."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from warehouse.cells import Mess, Row, account_id, days_before, moment, pick
from warehouse.crm import ACCOUNTS, user
from warehouse.expected import Expected

EVENTS, HISTORY, HISTORY_ACCOUNTS = 300, 200, 60
USER_DAYS, DAYS_OF_A_USER, ACCOUNT_DAYS, DAYS_OF_AN_ACCOUNT = 200, 5, 120, 4

MODULES = ("Dashboard", "Reports", "Billing", "Admin")
ACTIONS = ("Open", "Export", "Share", "Delete", "Rename")


def whereabouts(its_account: int) -> Row:
    """An account and its key contact."""
    return {"account": account_id(its_account), "user_email": user(its_account)["email"]}


def capitals(its_account: int) -> Row:
    """The same, as single sign-on writes it."""
    return {"user_email": user(its_account)["email"].upper()}


def event(number: int) -> Row:
    """A healthy row of `product_events`; three clients write the time in three ways."""
    written = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S+02:00")[number % 3]
    return whereabouts(number * 7 % ACCOUNTS + 1) | {
        "module": pick(MODULES, number, 7),
        "action": pick(ACTIONS, number, 11),
        "times": None if number % 6 == 0 else str(1 + number % 9),
        "happened_at": f"{moment(number):{written}}",
    }


EVENT_MESS: Mess = {
    11: {"times": "3.5"},  # NOT_WHOLE
    12: {"times": "many"},  # FORMAT
    13: {"account": None},  # REQUIRED_NULL
    14: {"user_email": ""},  # REQUIRED_NULL
    15: {"user_email": "two people"},  # KEY_CHARACTERS
    16: {"module": "  ", "action": None},  # REQUIRED_NULL, twice
    17: {"action": "Click " * 32},  # VALUE_TOO_LONG
    18: {"module": "M" * 101},  # VALUE_TOO_LONG
    19: {"happened_at": "13/10/2025 10:00"},  # FORMAT
    20: {"account": "acc 0020"},  # KEY_CHARACTERS
    21: {"account": "acc-9201"},  # a stub, for both
    22: {"account": "acc-9201"},
    23: {"account": "acc-9202"},  # a stub
    24: {"account": "acc-9203", "times": "2.5"},  # NOT_WHOLE, and so no stub
    25: capitals(25 * 7 % ACCOUNTS + 1),
    26: {"account": f" {account_id(26 * 7 % ACCOUNTS + 1)} "},
    27: {"times": "2.0"},
}


def events() -> Iterator[Row]:
    """300 events; one was sent three times, and events have nothing to tell them apart by."""
    for number in range(1, EVENTS + 1):
        yield event(number) | EVENT_MESS.get(number, {})
    yield event(30)
    yield event(30)


def old_activity(number: int) -> Row:
    """A healthy row of `old_tracker`: written in German, by the clock on the wall in Berlin."""
    happened = datetime(2024, 1, 1) + timedelta(hours=number * 37)  # noqa: DTZ001
    return whereabouts(number % HISTORY_ACCOUNTS + 1) | {
        "module": pick(MODULES, number, 5),
        "action": pick(ACTIONS, number, 7),
        "happened": f"{happened:%d.%m.%Y %H:%M:%S}",
        "hits": str(1 + number % 40),
    }


OLD_ACTIVITY_MESS: Mess = {
    11: {"happened": "31.03.2024 02:30:00"},  # FORMAT: the clocks skipped it
    12: {"happened": "27.10.2024 02:30:00"},  # it was that time twice: the first counts
    13: {"happened": "2024-05-01T10:00:00Z"},  # FORMAT
    14: {"happened": None},  # KEY_NULL
    15: {"hits": "2,5"},  # FORMAT
    16: {"hits": "2.5"},  # NOT_WHOLE
    17: {"hits": ""},  # one
    18: capitals(19),
    20: {"account": "acc-9301"},  # left years ago: skipped
    21: {"account": "acc-9301"},
    22: {"account": "acc-9302"},
    23: {"user_email": "  "},  # KEY_NULL
}


def old_activities() -> Iterator[Row]:
    """200 activities; two stand there twice, one has a twin in another module."""
    for number in range(1, HISTORY + 1):
        yield old_activity(number) | OLD_ACTIVITY_MESS.get(number, {})
    yield old_activity(40) | {"hits": "99"}
    yield old_activity(41) | capitals(42)
    yield old_activity(42) | {"module": old_activity(42)["module"].lower()}


def user_day(number: int) -> Row:
    """A healthy row of `daily_user_activity`: what one person did in one day."""
    its_account, day = divmod(number - 1, DAYS_OF_A_USER)
    return whereabouts(its_account + 1) | {
        "day": days_before(day).isoformat(),
        "reports_run": str(number * 3 % 20),
        "reports_exported": None if number % 7 == 0 else str(number % 5),
        "minutes": str(10 + number * 13 % 200),
    }


USER_DAY_MESS: Mess = {
    11: {"reports_run": "3.5"},  # NOT_WHOLE
    12: {"minutes": "n/a"},  # FORMAT
    13: {"day": None},  # KEY_NULL
    14: {"day": "03/11/2025"},  # FORMAT
    15: {"user_email": "  "},  # KEY_NULL
    16: {"account": "acc-9204"},  # a stub
    17: {"reports_run": ""},
    18: {"day": f"{user_day(18)['day']} 23:30:00"},
    19: {"minutes": "12.0"},
}


def user_days() -> Iterator[Row]:
    """40 people on five days; two days were summed up twice, and the later row counts."""
    for number in range(1, USER_DAYS + 1):
        yield user_day(number) | USER_DAY_MESS.get(number, {})
    yield user_day(50) | {"reports_run": "99"}
    yield user_day(60) | {"day": f"{user_day(60)['day']}T23:59:00", "minutes": "250"}


def account_day(number: int) -> Row:
    """A healthy row of `daily_account_activity`: what everybody of an account did in one day."""
    its_account, day = divmod(number - 1, DAYS_OF_AN_ACCOUNT)
    return {
        "account": account_id(its_account + 1),
        "activity_day": days_before(day),
        "active_users": 1 + number % 7,
        "activities": 5 + number * 11 % 300,
        "sign_ins": float(1 + number % 9),
    }


ACCOUNT_DAY_MESS: Mess = {
    11: {"sign_ins": 2.5},  # NOT_WHOLE
    12: {"account": None},  # KEY_NULL
    13: {"account": "acc-9205"},  # a stub
    14: {"activity_day": None},  # KEY_NULL
    15: {"active_users": None},
}


def account_days() -> Iterator[Row]:
    """30 accounts on four days; one was summed up twice."""
    for number in range(1, ACCOUNT_DAYS + 1):
        yield account_day(number) | ACCOUNT_DAY_MESS.get(number, {})
    yield account_day(20) | {"activities": 1_000}


TABLES = {
    "product_events": events,
    "old_tracker": old_activities,
    "daily_user_activity": user_days,
    "daily_account_activity": account_days,
}

EXPECTED = {
    # The unit is the row: the event that was sent three times is three of them.
    "product_usage": Expected(
        {"rows_read": 302, "created": 291, "rejected": 11, "stub_accounts": 2},
        {
            "NOT_WHOLE": 2,
            "FORMAT": 2,
            "REQUIRED_NULL": 4,
            "KEY_CHARACTERS": 2,
            "VALUE_TOO_LONG": 2,
        },
    ),
    # 200 - 6 rejected - 3 skipped + the twin.
    "activity_history": Expected(
        {"rows_read": 203, "created": 192, "skipped_new": 3, "duplicates": 2, "rejected": 6},
        {"FORMAT": 3, "KEY_NULL": 2, "NOT_WHOLE": 1},
        again={
            "rows_read": 203,
            "unchanged": 193,
            "skipped_new": 3,
            "duplicates": 1,
            "rejected": 6,
        },
    ),
    "user_activity": Expected(
        {"rows_read": 202, "created": 195, "duplicates": 2, "rejected": 5, "stub_accounts": 1},
        {"NOT_WHOLE": 1, "FORMAT": 2, "KEY_NULL": 2},
        again={"rows_read": 202, "unchanged": 196, "duplicates": 1, "rejected": 5},
    ),
    "account_activity": Expected(
        {"rows_read": 120, "created": 117, "duplicates": 1, "rejected": 2, "stub_accounts": 1},
        {"NOT_WHOLE": 1, "KEY_NULL": 1},  # a row without a day is in no window
    ),
}
