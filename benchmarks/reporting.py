"""The figures of a benchmark, as lines, as a table, and as a plot."""

import json
import os
import platform
import subprocess
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any, Protocol

from measuring import Cost

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
PLOTTER = HERE / ".peers" / "plot"


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


def heading(title: str, versions: Sequence[str]) -> str:
    """The report's first lines: when, of what, and on which machine."""
    loads = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"# {title}\n\n{datetime.now(UTC):%Y-%m-%d}: {', '.join(versions)}; Python "
        f"{platform.python_version()}; {os.cpu_count()} CPUs ({platform.machine()}), load over 1, 5 "
        f"and 15 minutes at the end {loads}.\n"
    )


def installed(*names: str) -> list[str]:
    """Name and version of those packages that this environment has."""
    found = {each.name.lower() for each in metadata.distributions()}
    return [f"{name} {metadata.version(name)}" for name in names if name in found]


def table(title: str, outcomes: Mapping[str, Measured], *, floor: str, ours: str) -> str:
    """The contestants of one job; ratios are to these two, where they took part."""
    lines = [
        f"## {title}",
        "",
        "| contestant | wall s | client CPU s | server CPU s | others' CPU s | peak MiB | wall / floor | wall / ours | result |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    bases = [outcomes.get(name) for name in (floor, ours)]
    lines += [_table_row(name, outcome, bases) for name, outcome in outcomes.items()]
    return "\n".join([*lines, ""])


NOTES = (
    "Median (min-max) of the rounds; ratios are medians of the rounds' own ratios. Others' CPU is "
    "what the rest of the machine used meanwhile: above about 1 s, compare CPU rather than wall time.\n"
)


def _table_row(name: str, outcome: Measured, bases: Sequence[Measured | None]) -> str:
    costs = outcome.costs
    cells = [
        name,
        spread([cost.wall for cost in costs]),
        spread([cost.client_cpu for cost in costs]),
        spread([cost.server_cpu for cost in costs if cost.server_cpu is not None]),
        spread([cost.other_cpu for cost in costs]),
        f"{max(cost.peak_mib for cost in costs):.0f}",
        *(f"{ratio(outcome, base):.2f}" if base else "" for base in bases),
        f"WRONG in round {outcome.wrong}" if outcome.wrong else "right",
    ]
    return f"| {' | '.join(cells)} |"


def ratio(
    outcome: Measured, base: Measured, of: Callable[[Cost], float] = lambda cost: cost.wall
) -> float:
    """The median of the rounds' own ratios."""
    pairs = zip(outcome.costs, base.costs, strict=True)
    return median(of(cost) / of(other) for cost, other in pairs)


def cpu(cost: Cost) -> float:
    """CPU seconds of client and server."""
    return cost.client_cpu + (cost.server_cpu or 0.0)


def spread(values: Sequence[float]) -> str:
    """Median, smallest and largest; nothing of nothing."""
    if not values:
        return ""
    return f"{median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def write(text: str, name: str) -> None:
    """Keep the report beside the benchmark."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text)


def plot(title: str, panels: Mapping[str, Mapping[str, Measured]], *, ours: str, name: str) -> None:
    """Draw each panel's wall and CPU seconds into results/NAME.svg, if there is matplotlib for it."""
    if not (PLOTTER / ".ready").exists():
        print("plot: left out, it has no environment here; `make peers` makes one")
        return
    drawn = {
        "title": title,
        "ours": ours,
        "panels": {
            panel: {
                contestant: [[cost.wall, cpu(cost)] for cost in outcome.costs]
                for contestant, outcome in outcomes.items()
            }
            for panel, outcomes in panels.items()
        },
    }
    command = [
        str(PLOTTER / "bin" / "python"),
        str(HERE / "peers" / "plot.py"),
        str(RESULTS / f"{name}.svg"),
    ]
    subprocess.run(command, input=json.dumps(drawn), text=True, check=True)
