"""Runs every integration of the project through Dagster, one after the other, and sums up.

`make demo` calls it; a second call reports everything unchanged.
"""

import os
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from totango_pipelines.integrations.integration import Integration, ObjectName
from totango_pipelines.integrations.project import Project, load_project
from totango_pipelines.orchestration.run_launch import RunOutcome, launch_run
from totango_pipelines.orchestration.run_requests import Request
from totango_pipelines.sync.environment import Environment

COUNTS = ("rows_read", "created", "updated", "unchanged", "rejected")

FIRST_OBJECTS = (
    ObjectName.ACCOUNTS,
    ObjectName.TOTANGO_USERS,
    ObjectName.USERS,
    ObjectName.ACCOUNTS_FOREIGN_KEYS,
)
"""What others refer to: accounts and people, then the foreign keys that `match_on` looks up."""


def main() -> int:
    """Run, print, and say with the exit code whether every run succeeded."""
    environment = Environment.of(os.environ, Path.cwd())
    project = load_project(environment.project)
    console = Console(highlight=False)
    outcomes = {}
    for name in in_order(project):
        with console.status(f"running {name} …"):
            outcomes[name] = launch_run(
                name, project=project, environment=environment, request=Request()
            )
    console.print(summary(outcomes))
    for name, outcome in outcomes.items():
        if outcome.error:
            console.print(f"[red]error:[/red] {name}: {outcome.error}", soft_wrap=True)
    console.print(whereabouts(environment, outcomes), soft_wrap=True)
    return max((outcome.exit_code for outcome in outcomes.values()), default=0)


def in_order(project: Project) -> list[str]:
    """The ids of the integrations, those first that bring what others refer to."""

    def wave(name: str) -> int:
        integration = project.integrations[name].integration
        is_first = integration.object in FIRST_OBJECTS and not _adds_to_accounts(integration)
        return FIRST_OBJECTS.index(integration.object) if is_first else len(FIRST_OBJECTS)

    return sorted(project.integrations, key=wave)


def _adds_to_accounts(integration: Integration) -> bool:
    """Whether it only adds to accounts that others bring."""
    settings = integration.settings
    return settings.match_on != "account_id" or not settings.allow_new


def summary(outcomes: dict[str, RunOutcome]) -> Table:
    """A line per integration."""
    names = [name.replace("_", " ") for name in COUNTS]
    table = Table("integration", *names, "run", box=None, pad_edge=False)
    for column in table.columns[1:-1]:
        column.justify = "right"
    for name, outcome in outcomes.items():
        counts = [str(outcome.counts.get(count, "")) for count in COUNTS]
        table.add_row(name, *counts, "failed" if outcome.error else "succeeded")
    return table


def whereabouts(environment: Environment, outcomes: dict[str, RunOutcome]) -> str:
    """Where the hub, the rejects and the UI are."""
    rejected = [name for name, outcome in outcomes.items() if outcome.counts.get("rejected")]
    lines = ["", f"hub      {environment.hub_url}", f"files    {environment.home / 'runs'}"]
    if rejected:
        command = f".venv/bin/totango-pipelines --project {os.path.relpath(environment.project)}"
        lines += [f"rejects  {command} rejects latest:{rejected[0]}"]
    return "\n".join([*lines, "UI       make dev, then http://127.0.0.1:3000"])


if __name__ == "__main__":
    sys.exit(main())
