"""What goes in and out, as JSON: the models that the OpenAPI is made from."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from totango_pipelines.history import RunRecord, RunStatus
from totango_pipelines.integrations.integration import Integration, ObjectName

BASE: Final = "/api/v1"
_MOMENT: Final = r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})$"


class RunMode(StrEnum):
    """How a run reads; rebuild_mapping also forgets the matches of source records."""

    INCREMENTAL = "incremental"
    FULL = "full"
    REBUILD_MAPPING = "rebuild_mapping"


class Trigger(StrEnum):
    """What started a run."""

    SCHEDULE = "schedule"
    UPSTREAM = "upstream"
    API = "api"
    SAVE = "save"
    BACKFILL = "backfill"
    MANUAL = "manual"


class FileOf(StrEnum):
    """Which file of a run."""

    SOURCE = "source"
    MAPPED = "mapped"
    REJECTS = "rejects"
    CONFLICTS = "conflicts"


class FileFormat(StrEnum):
    """How a file is written."""

    CSV = "csv"
    PARQUET = "parquet"


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class RunRequest(_Shape):
    """Which run is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: RunMode = Field(default=RunMode.INCREMENTAL, description="How the run reads.")
    partition: Annotated[str, Field(pattern=r"^[0-9A-Za-z:._+-]{1,64}$")] | None = Field(
        default=None, description="One window of a partitioned integration, e.g. 2026-01-31."
    )


def _must_be_a_moment(value: object) -> object:
    # Pydantic would also read a bare number as a time.
    if isinstance(value, str) and not re.fullmatch(_MOMENT, value, re.ASCII):
        msg = "write a time with its zone, e.g. 2026-01-31T06:00:00Z"
        raise ValueError(msg)
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_must_be_a_moment)]


class HistoryFilters(_Shape):
    """Which runs of an integration; all that is given must fit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: RunStatus | None = Field(default=None, description="How it ended, or stands.")
    mode: RunMode | None = Field(default=None, description="How it read.")
    trigger: Trigger | None = Field(default=None, description="What started it.")
    since: Moment | None = Field(default=None, description="Not before this time (RFC 3339).")
    until: Moment | None = Field(default=None, description="Before this time (RFC 3339).")
    limit: Annotated[int, Field(ge=1, le=500)] = Field(default=20, description="At most so many.")


class FileFilters(_Shape):
    """How the file is wanted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: FileFormat = Field(default=FileFormat.CSV, description="csv or parquet.")


class Links(_Shape):
    """Where to go on."""

    self: str
    history: str
    dagster: str | None = None


class AskedRun(_Shape):
    """A run that waits; `joined`: it waited already and covers this request."""

    run_id: str
    integration: str
    mode: RunMode
    status: Literal["queued"] = "queued"
    joined: bool
    reason: str
    links: Links


class Run(_Shape):
    """A run: where it stands, what it counted and what went wrong."""

    run_id: str
    integration: str
    status: RunStatus
    mode: str
    trigger: str
    partition: str | None
    requested_by: str | None
    queued_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    duration_seconds: float | None
    counts: dict[str, int] | None
    error: str | None
    links: Links

    @classmethod
    def of(cls, record: RunRecord, links: Links) -> "Run":
        """The run as the history tells it."""
        return cls(
            run_id=record.run_id,
            integration=record.integration,
            status=record.status,
            mode=record.mode,
            trigger=record.trigger,
            partition=record.partition,
            requested_by=record.requested_by,
            queued_at=record.queued_at,
            started_at=record.started_at,
            ended_at=record.ended_at,
            duration_seconds=record.duration,
            counts=None if record.counts is None else dict(record.counts),
            error=record.error,
            links=links,
        )


class Runs(_Shape):
    """Runs, the newest first."""

    runs: list[Run]


class IntegrationLinks(_Shape):
    """Where an integration's runs are listed (GET) and asked for (POST)."""

    runs: str


class DeclaredShape(_Shape):
    """An integration; `enabled`: its schedule fires. Without a cadence it runs when asked."""

    id: str
    name: str
    object: ObjectName
    enabled: bool
    cadence: str | None
    links: IntegrationLinks

    @classmethod
    def of(cls, integration: Integration) -> "DeclaredShape":
        """The integration as it is declared."""
        schedule = integration.schedule
        return cls(
            id=integration.id,
            name=integration.name,
            object=integration.object,
            enabled=schedule is not None and schedule.enabled,
            cadence=None if schedule is None else schedule.describe(),
            links=IntegrationLinks(runs=runs_path(integration.id)),
        )


class DeclaredIntegrations(_Shape):
    """The integrations that the token may see, by id."""

    integrations: list[DeclaredShape]


class Health(_Shape):
    """The server answers."""

    status: Literal["ok"] = "ok"


class FieldProblem(_Shape):
    """What is wrong with one field."""

    field: str
    problem: str


class Problem(_Shape):
    """A problem document (RFC 9457); `code` is for programs, `detail` for people."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[FieldProblem] | None = None


def runs_path(integration: str) -> str:
    """The address of an integration's runs."""
    return f"{BASE}/integrations/{integration}/runs"


def links_of(run_id: str, integration: str, dagster_url: str | None) -> Links:
    """The links of a run; `dagster_url` is where Dagster's own pages are, if anywhere."""
    dagster = None if dagster_url is None else f"{dagster_url.rstrip('/')}/runs/{run_id}"
    return Links(self=f"{BASE}/runs/{run_id}", history=runs_path(integration), dagster=dagster)
