"""What is aimed at, beside what was measured."""

from collections.abc import Iterator, Mapping
from statistics import median

from jobs import Job
from reporting import Measured, cpu, ratio

OURS, BY_DAGSTER = "totango_pipelines", "the same, by Dagster"
WARM = "the same, by Dagster, warm"
FLOOR_TEXT, FLOOR_BINARY = "floor, text", "floor, binary, jit off"
MOST_MIB = 512


def aims(job: Job, outcomes: Mapping[str, Measured]) -> list[str]:
    """A line for each aim whose contestants took part; they are printed, never asserted."""
    ours = outcomes.get(OURS)
    if ours is None:
        return []
    lines = [*_of_job(job, outcomes, ours)]
    peak = max(cost.peak_mib for cost in ours.costs)
    lines.append(_line("our peak memory", peak, "MiB", MOST_MIB, at_most=True))
    if dagster := outcomes.get(BY_DAGSTER):
        pairs = zip(dagster.costs, ours.costs, strict=True)
        added = median(cost.wall - other.wall for cost, other in pairs)
        lines.append(_line("added by Dagster", added, "s", 2, at_most=True))
    return lines


def _of_job(job: Job, outcomes: Mapping[str, Measured], ours: Measured) -> Iterator[str]:
    dlt = _fastest({name: each for name, each in outcomes.items() if name.startswith("dlt")})
    if job.cursor is None:
        if floor := outcomes.get(FLOOR_TEXT):
            yield _ratio_line("ours / floor", ours, floor, 1.25, at_most=True)
        known = (OURS, BY_DAGSTER, WARM, FLOOR_TEXT, FLOOR_BINARY)
        peers = {name: each for name, each in outcomes.items() if name not in known}
        if best := _fastest(peers):
            yield _ratio_line(f"{best[0]}, the best peer / ours", best[1], ours, 2, at_most=False)
        return
    if sling := outcomes.get("sling"):
        yield _ratio_line("ours / sling", ours, sling, 1, at_most=True)
        if warm := outcomes.get(WARM):
            yield _ratio_line(f"{WARM} / sling", warm, sling, 1, at_most=True)
    if dlt:
        yield _ratio_line(f"{dlt[0]} / ours", dlt[1], ours, 3, at_most=False)
        if warm := outcomes.get(WARM):
            yield _ratio_line(f"{dlt[0]} / {WARM}", dlt[1], warm, 3, at_most=False)


def _fastest(outcomes: Mapping[str, Measured]) -> tuple[str, Measured] | None:
    def wall(each: tuple[str, Measured]) -> float:
        return median(cost.wall for cost in each[1].costs)

    return min(outcomes.items(), key=wall, default=None)


def _ratio_line(what: str, one: Measured, other: Measured, aim: float, *, at_most: bool) -> str:
    by_cpu = f"; by CPU seconds {ratio(one, other, cpu):.2f}"
    return _line(what, ratio(one, other), "times", aim, at_most=at_most) + by_cpu


def _line(what: str, seen: float, unit: str, aim: float, *, at_most: bool) -> str:
    met = seen <= aim if at_most else seen >= aim
    bound = "at most" if at_most else "at least"
    return f"- {what}: {seen:.2f} {unit}; aim {bound} {aim:g}: {'met' if met else 'MISSED'}"
