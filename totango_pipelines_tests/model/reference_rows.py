"""The mapping's contract: folding, and a row judged by its own cells (semantics.md 2, 3, 4)."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from totango_pipelines_tests.model.reference_cells import Stamp
from totango_pipelines_tests.model.reference_spec import (
    ACCOUNTS,
    AGGREGATIONS,
    OWNER,
    REGISTER,
    STREAM,
    TASKS,
    TOUCHPOINTS,
    USAGE,
    Catalog,
    Content,
    Kind,
    Line,
    Moment,
    SourceKey,
    SourceRow,
    Spec,
    is_blank,
)

AHEAD_AT_MOST = 5 * 60
WORDS = {"true": True, "yes": True, "false": False, "no": False}
REQUIRED_OF_USAGE = ("user_id", "action", "module")


class Problem(NamedTuple):
    attribute: str
    code: str


class Arrived(NamedTuple):
    """A row of the extract, as extracted."""

    row_no: int
    source: SourceRow
    source_key: SourceKey
    content: Content


@dataclass(frozen=True)
class Row:
    """A row that passed the mapping.

    account: the account, or the foreign key that stands in for it until it is looked up.
    parts: the folded values of the object's key attributes, the account aside.
    said: what the row says {attribute: value}; None is a clear, an absent attribute is silence.
    claims: {foreign key: value}, of accounts. key: the hub's key, once the account is known.
    """

    arrived: Arrived
    stamp: Stamp
    account: str | None
    parts: dict[str, Any]
    said: dict[str, Any]
    claims: dict[str, str] = field(default_factory=dict)
    source_id: str | None = None
    key: tuple = ()

    @property
    def row_no(self) -> int:
        return self.arrived.row_no


@dataclass
class Verdict:
    """`row` is None where there are problems."""

    row: Row | None
    problems: list[Problem]
    clamped: bool = False


def printed(value: Any) -> str | None:
    """A key's text: trimmed, a whole number without `.0`, None where there is nothing."""
    if is_blank(value):
        return None
    if isinstance(value, float | Decimal) and value == int(value):
        value = int(value)
    return str(value).strip()


def printed_lower(value: Any) -> str | None:
    shown = printed(value)
    return None if shown is None else shown.lower()


def calendar_day(value: Any) -> Any:
    if is_blank(value):
        return None
    if isinstance(value, str):
        return datetime.fromisoformat(value.strip()).date()
    return value.date() if isinstance(value, datetime) else value


def utc_millisecond(value: Any) -> Any:
    if is_blank(value):
        return None
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    if not isinstance(value, datetime):
        return value
    at = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


FOLDS = {
    OWNER: printed,
    "collection_id": printed,
    "account_role_id": printed,
    "module": printed,
    "action": printed,
    "date": calendar_day,
    "timestamp": utc_millisecond,
}  # every other key, foreign keys among them, is lower-cased
LIMITS = {OWNER: (480, "[A-Za-z0-9_-]*"), "user_id": (100, "[a-z0-9_@.+-]*")}


def folded_key(name: str, value: Any) -> tuple[Any, list[str]]:
    """A key's value and what is wrong with it; it may be blank."""
    try:
        value = FOLDS.get(name, printed_lower)(value)
    except ValueError:
        return None, ["FORMAT"]
    longest, allowed = LIMITS.get(name, (None, ""))
    if value is None or longest is None:
        return value, []
    codes = ["KEY_TOO_LONG"] * (len(value) > longest)
    return value, codes + ["KEY_CHARACTERS"] * (not re.fullmatch(allowed, value))


def read_cell(kind: Kind, value: Any) -> tuple[Any, list[str]]:
    """A cell's value and what is wrong with it."""
    if is_blank(value):
        return None, []
    return READERS[kind.name](kind, value)


def read_word(kind: Kind, value: Any) -> tuple[bool | None, list[str]]:
    wrong = "TAG_VALUE" if kind.name == "tag" else "VALUE_NOT_ALLOWED"
    told = WORDS.get(str(value).lower()) if isinstance(value, str | bool) else None
    return told, [wrong] * (told is None)


def read_text(kind: Kind, value: Any) -> tuple[str | None, list[str]]:
    value = value if isinstance(value, str) else printed(value)
    if kind.values and value not in kind.values:
        return None, ["VALUE_NOT_ALLOWED"]
    too_long = kind.limit is not None and len(value) > kind.limit
    return value, ["VALUE_TOO_LONG"] * too_long


def read_whole(kind: Kind, value: Any) -> tuple[int | None, list[str]]:
    shown = printed(value) or ""
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?\d+(\.0+)?", shown):
        return None, ["NOT_WHOLE"]
    number = int(shown.partition(".")[0])
    return number, ["VALUE_NOT_ALLOWED"] * bool(kind.values and number not in kind.values)


READERS = {
    "as given": lambda _, value: (value, []),
    "account id": lambda _, value: folded_key(OWNER, value),
    "user id": lambda _, value: folded_key("user_id", value),
    "foreign key": lambda _, value: (printed_lower(value), []),
    "email": lambda _, value: (printed_lower(value), []),
    "yes or no": read_word,
    "tag": read_word,
    "whole number": read_whole,
    "text": read_text,
}


def judge(spec: Spec, catalog: Catalog, arrived: Arrived, run_seq: int, at: Moment) -> Verdict:
    """A row by its own cells and keys: every problem is listed."""
    problems: list[Problem] = []
    as_of, clamped = _as_of(spec, arrived.source, at, problems)
    if spec.cursor_column and arrived.source[spec.cursor_column] is None:
        problems.append(Problem("", "CURSOR_NULL"))
    account, parts = _keys(spec, arrived.source, at, problems)
    said, claims = _said(spec, catalog, arrived.source, problems)
    if spec.object in {TASKS, TOUCHPOINTS} and not spec.by_foreign_key:
        account = said.pop(OWNER, None)
    if spec.object == USAGE:
        _complete_usage(spec, said, at, problems)
    if problems:
        return Verdict(None, problems)
    source_id = printed(arrived.source[spec.source_id_column]) if spec.source_id_column else None
    stamp = Stamp(as_of, run_seq, arrived.row_no)
    return Verdict(Row(arrived, stamp, account, parts, said, claims, source_id), [], clamped)


def _as_of(
    spec: Spec, source: SourceRow, at: Moment, problems: list[Problem]
) -> tuple[Moment, bool]:
    if spec.recency_column is None:
        return at, False
    value = source[spec.recency_column]
    if is_blank(value):
        problems.append(Problem("", "RECENCY_NULL"))
        return at, False
    try:
        as_of = _seconds(value)
    except ValueError:
        problems.append(Problem("", "RECENCY_FORMAT"))
        return at, False
    return (at, True) if as_of > at + AHEAD_AT_MOST else (as_of, False)


def _seconds(value: Any) -> Any:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if isinstance(moment, bool) or not isinstance(moment, int | float):
        raise ValueError(value)
    return moment


def _keys(
    spec: Spec, source: SourceRow, at: Moment, problems: list[Problem]
) -> tuple[str | None, dict[str, Any]]:
    """The account and the other parts of the key; on_error does not speak of keys."""
    account, parts = None, {}
    for line in _lines_judged_as_keys(spec):
        value, codes = folded_key(line.name, line.value(source))
        problems += [Problem(line.name, code) for code in codes]
        may_be_blank = line is spec.account_line and spec.object in {TASKS, TOUCHPOINTS}
        if value is None and not codes and not may_be_blank:
            identifies = line is not spec.account_line or spec.object not in {USAGE, REGISTER}
            problems.append(Problem(line.name, "KEY_NULL" if identifies else "REQUIRED_NULL"))
        if line is spec.account_line:
            account = value
        else:
            parts[line.name] = value
    if spec.object == AGGREGATIONS:
        parts = {"user_id": "", "date": day_of(at)} | parts
    return account, parts


def _lines_judged_as_keys(spec: Spec) -> list[Line]:
    """Keys, and the account wherever it is required (and a foreign key that stands in for it)."""
    lines = list(spec.key_lines)
    account = spec.account_line
    needed = spec.object in {USAGE, REGISTER}
    stands_in = spec.object in {TASKS, TOUCHPOINTS} and spec.by_foreign_key
    if account is not None and (needed or stands_in):
        lines.insert(0, account)
    return lines


def day_of(at: Moment) -> date:
    return datetime.fromtimestamp(at, UTC).date()


def _said(
    spec: Spec, catalog: Catalog, source: SourceRow, problems: list[Problem]
) -> tuple[dict[str, Any], dict[str, str]]:
    said: dict[str, Any] = {}
    claims: dict[str, str] = {}
    keys = _lines_judged_as_keys(spec)
    for line in spec.mapping:
        if line in keys:
            continue
        kind = catalog.kind(spec.object, line)
        value, codes = read_cell(kind, line.value(source))
        if codes:
            if line.on_error == "reject_row":
                problems += [Problem(line.name, code) for code in codes]
        elif spec.object == ACCOUNTS and kind.name == "foreign key":
            if value is not None:
                claims[line.name] = value
        elif value is not None:
            said[line.name] = value
        elif spec.object == STREAM and line.name == "count":
            said["count"] = 1
        elif line.blank == "clear" and kind.name not in {"tag", "account id"}:
            said[line.name] = None
    return said, claims


def _complete_usage(spec: Spec, said: dict[str, Any], at: Moment, problems: list[Problem]) -> None:
    if said.get("count") is None:
        said["count"] = 1
    if spec.line("timestamp") is None:
        said["timestamp"] = at
    told = {problem.attribute for problem in problems}
    missing = [name for name in REQUIRED_OF_USAGE if said.get(name) is None and name not in told]
    problems += [Problem(name, "REQUIRED_NULL") for name in missing]
