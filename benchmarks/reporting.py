"""The figures of a benchmark, as lines and as a table."""

import argparse
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Protocol

from measuring import Cost


class Measured(Protocol):
    """The costs of one contestant, a round each, and the rounds whose target was wrong."""

    costs: list[Cost]
    wrong: list[int]


def line(number: int, name: str, cost: Cost, *, right: bool) -> str:
    """One contestant in one round."""
    return (
        f"round {number}  {name:<24} {cost.wall:6.2f} s  client {cost.client_cpu:6.2f}  "
        f"server {_seconds(cost.server_cpu):>6}  others {cost.other_cpu:5.2f}  "
        f"{cost.peak_mib:5.0f} MiB  {'right' if right else 'WRONG'}  load {os.getloadavg()[0]:.1f}"
    )


def laps(output: Mapping[str, Any]) -> str:
    """The laps of a run of ours, in seconds, and its peak memory after each step in MiB."""
    lines = [
        f"    {name:<36} {wall:6.2f} s {cpu:6.2f} CPU s"
        for name, (wall, cpu) in output["laps"].items()
    ]
    peaks = [f"{name} {peak:.0f}" for name, peak in output["peaks"].items()]
    counts = [f"{name} {count}" for name, count in output["counts"].items() if count]
    lines += [f"    peak MiB: {', '.join(peaks)}", f"    counts: {', '.join(counts)}"]
    return "\n".join(lines)


def report(
    options: argparse.Namespace, outcomes: Mapping[str, Measured], *, rows: int, versions: str
) -> str:
    """The whole result as Markdown."""
    order = "random" if options.shuffled else "key"
    now = datetime.now(UTC)
    lines = [
        "# PostgreSQL to PostgreSQL",
        "",
        (
            f"{now:%Y-%m-%d}: {options.rows:,} source rows in {order} order, of which {rows:,} are "
            f"good; {options.rounds} rounds, contestants in turn; median (min-max)."
        ),
        "",
        f"{versions}.",
        "",
        "| contestant | wall s | client CPU s | server CPU s | others' CPU s | peak MiB | wall / floor text | wall / floor binary | result |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    floors = [outcomes.get(name) for name in ("floor, text", "floor, binary, jit off")]
    lines += [_table_row(name, outcome, floors) for name, outcome in outcomes.items()]
    lines += [
        "",
        (
            "The ratios are medians of the rounds' own ratios. Others' CPU is what the rest of the "
            "machine used meanwhile: above about 1 s, compare CPU rather than wall time."
        ),
        "",
    ]
    return "\n".join(lines)


def _table_row(name: str, outcome: Measured, floors: list[Measured | None]) -> str:
    costs = outcome.costs
    cells = [
        name,
        _spread([cost.wall for cost in costs]),
        _spread([cost.client_cpu for cost in costs]),
        _spread([cost.server_cpu for cost in costs if cost.server_cpu is not None]),
        _spread([cost.other_cpu for cost in costs]),
        f"{max(cost.peak_mib for cost in costs):.0f}",
        *(_ratio(costs, floor) for floor in floors),
        f"WRONG in round {outcome.wrong}" if outcome.wrong else "right",
    ]
    return f"| {' | '.join(cells)} |"


def _ratio(costs: list[Cost], floor: Measured | None) -> str:
    if floor is None:
        return ""
    ratios = [cost.wall / base.wall for cost, base in zip(costs, floor.costs, strict=True)]
    return f"{median(ratios):.2f}"


def _spread(values: list[float]) -> str:
    if not values:
        return ""
    return f"{median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def write(text: str, name: str) -> None:
    """Keep the report beside the benchmark."""
    folder = Path(__file__).resolve().parent / "results"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md").write_text(text)
