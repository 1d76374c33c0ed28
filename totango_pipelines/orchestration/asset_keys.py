"""The one place that names things in Dagster (contract.md, Dagster)."""

import re
from collections.abc import Sequence

import dagster as dg

from totango_pipelines.integrations.declared import EMAIL_PATTERN, duration_seconds
from totango_pipelines.integrations.integration import Integration

STEPS = ("extract", "preview", "mapped", "upsert", "conflicts")
INTEGRATION_TAG = "totango/integration"
OBJECT_TAG = "totango/object"
MODE_TAG = "totango/mode"
TRIGGER_TAG = "totango/trigger"
OUTCOME_TAG = "totango/outcome"
BY_TAG = "totango/requested_by"
UPSTREAM_TAG = "totango/upstream"
"""The newest upstream event that the run was started for: a storage id of Dagster's event log."""
VERSION_TAG = "totango/version"
"""The saved version of the file that the run was started for."""
WORKER_TAG = "totango/worker"
"""The process that carries the run out: the run, process id, when it began, host."""
PROCESS_TAG = ".dagster/totango_process"
"""The process of a run that the warm process forked, in the form of WORKER_TAG; there from its launch."""
REPLAY_TAG = "totango/replay_of"
REQUEST_TAG = ".dagster/totango_request"
"""With a dot and an id behind it: a request with an Idempotency-Key that the run is for.

Dagster's pages hide tags with this prefix: hundreds of requests may have joined one run.
"""
SHOWN_COUNTS = ("rows_read", "created", "updated", "rejected", "conflicts")
"""The counts that become tags of a run at its end: `totango/created`."""
BACKFILL_TAG = "dagster/backfill"
MAX_RUNTIME_TAG = "dagster/max_runtime"

LOCATION = "totango_pipelines"
"""The code location's name in workspace.yaml."""

_KEY_PART = re.compile(r"^[A-Za-z0-9_.$-]+$")
_TEAM = re.compile(r"^[A-Za-z0-9_-]+$")


def step_key(integration: str, step: str) -> dg.AssetKey:
    """The asset of one step of an integration."""
    return dg.AssetKey([integration, step])


def default_tags(integration: Integration) -> dict[str, str]:
    """The run tags of contract.md, as a run has them that nobody asked for otherwise."""
    return {
        INTEGRATION_TAG: integration.id,
        OBJECT_TAG: str(integration.object),
        MODE_TAG: "incremental",
        TRIGGER_TAG: "manual",
        MAX_RUNTIME_TAG: str(duration_seconds(integration.settings.max_runtime)),
    }


def turn_tag(integration: str) -> str:
    """Holds the run's own id once it is its turn; until then it waits for the others."""
    return f"totango/turn.{integration}"


def step_op(integration: str, step: str) -> str:
    """The op that Dagster makes of the asset; `<id>__extract` takes the mode."""
    return f"{integration}__{step}"


def table_key(connection: str, table: Sequence[str]) -> dg.AssetKey | None:
    """The warehouse table as an upstream asset; None if its name cannot be a key."""
    parts = [connection, *table]
    return dg.AssetKey(parts) if all(_KEY_PART.match(part) for part in parts) else None


def upstream_key(text: str) -> dg.AssetKey:
    """A key of `upstream:`, written `a/b/c`."""
    return dg.AssetKey(text.split("/"))


def owners(notify: Sequence[str]) -> list[str]:
    """The teams and people that an integration names under `notify`, as Dagster's owners."""
    teams = [f"team:{name}" for name in notify if _TEAM.match(name)]
    return [*teams, *(name for name in notify if re.match(EMAIL_PATTERN, name))]
