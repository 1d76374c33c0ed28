"""The jobs of the PostgreSQL benchmark: everything into half of it, and one row in a hundred by cursor."""

from dataclasses import dataclass

CURSOR = "paid_at"


@dataclass(frozen=True, slots=True)
class Job:
    """What every contestant of a table does.

    Views of the source, in which PostgreSQL casts and filters: `before` has what the target holds
    at first, `view` what it has to hold in the end. `since`: the largest cursor value of the rows
    that the target holds, as text; it is known only after those were made.
    """

    name: str
    title: str
    before: str
    view: str
    integration: str
    mode: str
    cursor: str | None = None
    since: str | None = None


FULL = Job("full", "everything, half of it known", "good_before", "good", "accounts", "full")
INCREMENTAL = Job(
    "incremental",
    "one row in a hundred changed, read by cursor",
    "good_with_cursor",
    "good_with_cursor",
    "by_cursor",
    "incremental",
    CURSOR,
)
JOBS = {job.name: job for job in (FULL, INCREMENTAL)}
