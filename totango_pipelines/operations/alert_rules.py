"""What is worth telling about an integration's runs now. Pure; no summary holds a row's data."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final

from totango_pipelines.history import RunRecord, RunStatus
from totango_pipelines.integrations.declared import duration_seconds
from totango_pipelines.integrations.notifications_file import FEWEST_RUNS, Event, Rules

LONGEST_ERROR: Final = 300
_SHOWN_ID: Final = 8
_NOT_YET: Final = datetime.max.replace(tzinfo=UTC)
_SUCCEEDED: Final = frozenset({RunStatus.SUCCEEDED, RunStatus.SUCCEEDED_WITH_REJECTS})


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that holds now; `run_id` is the run that shows it, if one does."""

    event: Event
    summary: str
    run_id: str | None


def conditions(
    records: Iterable[RunRecord], rules: Rules, expected: datetime | None, now: datetime
) -> tuple[Condition, ...]:
    """Every condition that holds for one integration, in any order of its records.

    `failed` or `recovered` holds by the newest run that ended by itself; without one, neither. A
    canceled run says nothing. `rejects`, `row_count` and the end of `slow` are told by the newest
    succeeded run that can be judged: what a failed run leaves open stays as it was.

    The records must reach back over `rules.runs` succeeded runs of a mode. `expected` is the first
    time of the cadence after the newest run began, None if the clock starts no run.
    """
    runs = list(records)
    ended = sorted((run for run in runs if run.ended_at), key=_ended_at, reverse=True)
    succeeded = [run for run in ended if run.status in _SUCCEEDED]
    under_way = [run for run in runs if run.status is RunStatus.RUNNING]
    found = (
        _outcome(ended),
        _rejects(succeeded, rules),
        _row_count(succeeded, rules),
        _slow(under_way, succeeded, rules, now),
        _late(runs, rules, expected, now),
    )
    return tuple(each for each in found if each is not None)


def _ended_at(run: RunRecord) -> datetime:
    return run.ended_at or _NOT_YET


def _outcome(ended: Sequence[RunRecord]) -> Condition | None:
    for run in ended:
        if run.status is RunStatus.FAILED:
            return Condition(Event.FAILED, f"{_named(run)} failed{_reason(run)}", run.run_id)
        if run.status in _SUCCEEDED:
            return Condition(Event.RECOVERED, f"{_named(run)} succeeded.", run.run_id)
    return None


def _reason(run: RunRecord) -> str:
    lines = (run.error or "").strip().splitlines()
    if not lines:
        return "."
    is_cut = len(lines[0]) > LONGEST_ERROR
    return f": {lines[0][:LONGEST_ERROR]}{'…' if is_cut else ''}"


def _rejects(succeeded: Sequence[RunRecord], rules: Rules) -> Condition | None:
    run = next((run for run in succeeded if _rows_read(run)), None)
    if run is None or run.counts is None or rules.reject_ratio is None:
        return None
    rejected, rows = run.counts.get("rejected", 0), run.counts["rows_read"]
    if rejected <= rules.reject_ratio * rows:
        return None
    summary = (
        f"{_named(run)} rejected {rejected:,} of {rows:,} rows ({rejected / rows:.1%}), "
        f"more than {rules.reject_ratio:.1%}."
    )
    return Condition(Event.REJECTS, summary, run.run_id)


def _row_count(succeeded: Sequence[RunRecord], rules: Rules) -> Condition | None:
    if rules.row_count_off is None:
        return None
    for run in succeeded:
        rows, usual = _rows_read(run), _usual(run, succeeded, rules, _rows_read)
        # No share can be told of nothing.
        if rows is None or not usual:
            continue
        if abs(rows - usual) <= rules.row_count_off * usual:
            return None
        summary = (
            f"{_named(run)} read {rows:,} rows; the median of the runs before is {usual:,.0f}, "
            f"and more than {rules.row_count_off:.0%} off is unusual."
        )
        return Condition(Event.ROW_COUNT, summary, run.run_id)
    return None


def _slow(
    under_way: Sequence[RunRecord], succeeded: Sequence[RunRecord], rules: Rules, now: datetime
) -> Condition | None:
    if rules.longer_than is None:
        return None
    judged = [
        (run, (now - run.started_at).total_seconds(), _usual(run, succeeded, rules, _seconds))
        for run in under_way
        if run.started_at is not None
    ]
    for run in succeeded:
        usual = _usual(run, succeeded, rules, _seconds)
        if run.duration is not None and usual is not None:
            judged.append((run, run.duration, usual))
            break
    for run, lasted, usual in judged:
        if usual is None or lasted <= max(rules.slow_floor_seconds, rules.longer_than * usual):
            continue
        verb = "has lasted" if run.ended_at is None else "lasted"
        summary = (
            f"{_named(run)} {verb} {_clock(lasted)}, more than {rules.longer_than:g} times "
            f"{_clock(usual)}, the median of the runs before."
        )
        return Condition(Event.SLOW, summary, run.run_id)
    return None


def _late(
    runs: Sequence[RunRecord], rules: Rules, expected: datetime | None, now: datetime
) -> Condition | None:
    if rules.late_after is None or expected is None:
        return None
    began = any(run.started_at is not None and run.started_at >= expected for run in runs)
    if began or now - expected <= timedelta(seconds=duration_seconds(rules.late_after)):
        return None
    at = expected.strftime("%Y-%m-%d %H:%M %Z").strip()
    summary = f"No run began within {rules.late_after} after {at}, when one was expected."
    return Condition(Event.LATE, summary, None)


def _usual(
    run: RunRecord,
    succeeded: Sequence[RunRecord],
    rules: Rules,
    measure: Callable[[RunRecord], float | None],
) -> float | None:
    """The median of the last runs like this one before it; None where they are too few."""
    before = [
        value
        for each in succeeded
        if each.run_id != run.run_id and _is_like(each, run) and _ended_at(each) <= _ended_at(run)
        if (value := measure(each)) is not None
    ]
    usual = before[: rules.runs]
    return median(usual) if len(usual) >= FEWEST_RUNS else None


def _is_like(one: RunRecord, other: RunRecord) -> bool:
    """Whether both read the same way: a window of a backfill tells nothing of the whole."""
    return one.mode == other.mode and (one.partition is None) == (other.partition is None)


def _rows_read(run: RunRecord) -> int | None:
    return None if run.counts is None else run.counts.get("rows_read")


def _seconds(run: RunRecord) -> float | None:
    return run.duration


def _named(run: RunRecord) -> str:
    return f"Run {run.run_id[:_SHOWN_ID]} ({run.mode})"


def _clock(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))
