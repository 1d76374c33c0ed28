"""Which column gets which attribute, so that the whole fits best; a column may get none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

_IMPOSSIBLE: Final = 1e3
# So that a column at the threshold itself is mapped.
_A_LITTLE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Candidate:
    """One attribute that a column could go to, how well it fits (0..1), and why in words."""

    attribute: str
    score: float
    reason: str


def assign(
    candidates: Sequence[Sequence[Candidate]], threshold: float
) -> tuple[Candidate | None, ...]:
    """The best one-to-one choice: each column gets one of its candidates or nothing.

    Each column has a place of its own to stay unmapped, worth the threshold: nothing below it is
    ever chosen. Scores are squared, so that one certain match outweighs two doubtful ones.
    """
    chosen: list[Candidate | None] = [None] * len(candidates)
    good = {
        row: [each for each in own if each.score >= threshold]
        for row, own in enumerate(candidates)
        if any(each.score >= threshold for each in own)
    }
    if not good:
        return tuple(chosen)
    rows = list(good)
    names = sorted({each.attribute for own in good.values() for each in own})
    cost = np.full((len(rows), len(names) + len(rows)), _IMPOSSIBLE)
    for position, row in enumerate(rows):
        cost[position, len(names) + position] = _A_LITTLE - threshold**2
        for each in good[row]:
            cost[position, names.index(each.attribute)] = -(each.score**2)
    for position, place in zip(*linear_sum_assignment(cost), strict=True):
        if place < len(names):
            row = rows[position]
            chosen[row] = next(each for each in good[row] if each.attribute == names[place])
    return tuple(chosen)
