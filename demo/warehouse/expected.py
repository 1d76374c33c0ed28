"""What the runs of an integration come to, by the rules.

The first run meets an empty hub in which the integrations before it have run (`demo/run.py` has the
order). `again` is the same incremental run once more on the same rows, `full` a full run after it.
Rows that an incremental run recognises are never mapped: two spellings of one key are two keys there,
and a duplicate only where they are mapped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Counts = Mapping[str, int]

_ONLY_ONCE = ("conflicts", "conflicts_resolved", "stub_accounts")


@dataclass(frozen=True)
class Expected:
    """The counts of the first run without its zeros, and how often each code rejects.

    A row that has two problems stands in `codes` twice. `again` and `full` are given where a
    later run is not simply the first with all records unchanged; both reject as the first does.
    """

    counts: Counts
    codes: Counts = field(default_factory=dict)
    again: Counts | None = None
    full: Counts | None = None

    @property
    def second(self) -> Counts:
        """The counts of the same incremental run once more."""
        return _all_unchanged(self.counts) if self.again is None else self.again

    @property
    def third(self) -> Counts:
        """The counts of a full run after that."""
        return _all_unchanged(self.counts) if self.full is None else self.full


def _all_unchanged(first: Counts) -> dict[str, int]:
    counts = {name: count for name, count in first.items() if name not in _ONLY_ONCE}
    known = [counts.pop(name, 0) for name in ("created", "updated", "unchanged")]
    return {**counts, "unchanged": sum(known)}
