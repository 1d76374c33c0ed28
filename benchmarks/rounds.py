"""Rounds in which contestants take turns, and what each of them cost."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import reporting
from measuring import Cost


class Contestant(Protocol):
    """Somebody who does the job in processes of their own."""

    @property
    def name(self) -> str:
        """What the tables call it."""

    def run(self) -> Cost:
        """Do the job once."""


@dataclass(slots=True)
class Outcome:
    """The costs of one contestant, a round each, and the rounds whose target was wrong."""

    costs: list[Cost] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)


C = TypeVar("C", bound=Contestant)


def compete(
    entered: Sequence[C],
    rounds: int,
    *,
    reset: Callable[[C], None],
    right: Callable[[C], bool],
    profile: bool = False,
) -> dict[str, Outcome]:
    """The outcome of each contestant by its name.

    `reset` brings its target to the state before, `right` compares it afterwards; neither is
    measured. `profile`: print the laps of those who print them as JSON.
    """
    outcomes = {each.name: Outcome() for each in entered}
    for number in range(1, rounds + 1):
        # Whoever goes first finds the machine as the last one left it: the order rotates.
        shift = (number - 1) % len(entered)
        for each in [*entered[shift:], *entered[:shift]]:
            reset(each)
            cost = each.run()
            outcome = outcomes[each.name]
            outcome.costs.append(cost)
            is_right = right(each)
            if not is_right:
                outcome.wrong.append(number)
            print(reporting.line(number, each.name, cost, right=is_right), flush=True)
            if profile and cost.output.startswith('{"laps"'):
                print(reporting.laps(json.loads(cost.output)), flush=True)
    return outcomes


def exit_code(outcomes: Mapping[str, Outcome]) -> int:
    """1 if any target was wrong in any round."""
    return 1 if any(outcome.wrong for outcome in outcomes.values()) else 0
