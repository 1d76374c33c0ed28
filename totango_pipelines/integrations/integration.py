"""One inbound integration, as declared in `integrations/<id>.yaml` (contract.md)."""

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from totango_pipelines.catalog.standard import COLLECTION_TYPE_LENGTH
from totango_pipelines.integrations.declared import (
    ID_PATTERN,
    TAG_PATTERN,
    CurrencyCode,
    Declared,
    Duration,
    NonBlank,
    RuleBrokenError,
    is_duration,
)
from totango_pipelines.integrations.partition import Partition, unbound_windows
from totango_pipelines.integrations.retention import Retention
from totango_pipelines.integrations.schedule import Schedule
from totango_pipelines.integrations.time_zone import TimeZone


class ObjectName(StrEnum):
    """The eleven objects available for inbound integration (seed.md)."""

    ACCOUNTS = "accounts"
    USERS = "users"
    USAGE = "usage"
    COLLECTIONS = "collections"
    USAGE_AGGREGATIONS = "usage_aggregations"
    TOTANGO_USERS = "totango_users"
    HISTORICAL_ACTIVITY_STREAM = "historical_activity_stream"
    ACCOUNT_ASSIGNMENT = "account_assignment"
    TASKS = "tasks"
    TOUCHPOINTS = "touchpoints"
    ACCOUNTS_FOREIGN_KEYS = "accounts_foreign_keys"


Tag = Annotated[str, StringConstraints(pattern=TAG_PATTERN)]

PARTITIONED_OBJECTS: Final = (
    *(ObjectName.USAGE, ObjectName.USAGE_AGGREGATIONS, ObjectName.HISTORICAL_ACTIVITY_STREAM),
)
"""What happens in time, and so can be read window by window."""


class Blank(StrEnum):
    """What a null or blank cell says: nothing (keep) or "empty it" (clear)."""

    KEEP = "keep"
    CLEAR = "clear"


class OnError(StrEnum):
    """What a cell that cannot be converted does: reject its row, or count as blank."""

    REJECT_ROW = "reject_row"
    NULL_VALUE = "null_value"


class NewAttribute(Declared):
    """An attribute to add; these five types can be added from an integration (seed.md)."""

    type: Literal["text", "number", "currency", "date", "foreign_key"] = Field(
        description="The new attribute's type."
    )
    currency: CurrencyCode | None = Field(
        default=None, description="ISO 4217 code, for type currency."
    )

    @model_validator(mode="after")
    def _currency_belongs_to_currency(self) -> Self:
        if self.currency is not None and self.type != "currency":
            raise RuleBrokenError(
                f"is only for the type currency, not for {self.type}.",
                "Take it out, or change the type.",
                key="currency",
            )
        return self


class MappingLine(Declared):
    """One line of the mapping: an attribute and where its value comes from."""

    attribute: NonBlank = Field(description="The Totango attribute, e.g. `account_id` or `Tier`.")
    column: NonBlank | None = Field(default=None, description="A column of the query.")
    expression: NonBlank | None = Field(default=None, description="Scalar SQL over the columns.")
    constant: str | int | float | bool | None = Field(
        default=None, description="The same value for every row."
    )
    source_format: NonBlank | None = Field(
        default=None, description="How the source writes the value, e.g. `MM/DD/YYYY`."
    )
    blank: Annotated[Blank, Field(strict=False)] = Field(
        default=Blank.KEEP, description="What a blank cell says: keep or clear."
    )
    on_error: Annotated[OnError, Field(strict=False)] = Field(
        default=OnError.REJECT_ROW, description="What a cell that cannot be converted does."
    )
    new: NewAttribute | None = Field(default=None, description="Add this attribute.")
    note: str | None = Field(default=None, description="Why this line is as it is.")

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [n for n in ("column", "expression", "constant") if getattr(self, n) is not None]
        if not given:
            raise RuleBrokenError(
                f"({self.attribute}) does not say where its value comes from.",
                "Add `column: NAME`; an expression or a constant would also do.",
                code="MISSING_KEY",
            )
        if len(given) > 1:
            raise RuleBrokenError(
                f"({self.attribute}) has {' and '.join(given)}; a line takes exactly one of them.",
                "Keep the one that is meant.",
            )
        return self

    @property
    def origin(self) -> str:
        """Where the value comes from, as people read it: `column id`, `constant 'x'`."""
        if self.column is not None:
            return f"column {self.column}"
        if self.expression is not None:
            return f"expression {self.expression}"
        return f"constant {self.constant!r}"


class Settings(Declared):
    """The Settings area of the integration (seed.md), and how it reads and matches."""

    allow_new: bool = Field(default=True, description="Allow new accounts/objects creation.")
    auto_resolve_conflicts: bool = Field(
        default=False, description="Automatically resolve matching conflicts: the newer value wins."
    )
    timezone: TimeZone = Field(
        default="UTC", description="The IANA zone of times that the source writes without one."
    )
    recency_column: NonBlank | None = Field(
        default=None, description="The column that says when the row was last true."
    )
    cursor_column: NonBlank | None = Field(
        default=None, description="The column to resume from; without it, by difference."
    )
    cursor_lag: int | float | str | None = Field(
        default=None, description="Read this much again: `10m` for times, a number for numbers."
    )
    source_id_column: NonBlank | None = Field(
        default=None, description="The id of the source record, for matching."
    )
    match_on: NonBlank = Field(
        default="account_id",
        description="account_id, or a foreign-key attribute that stands in for it.",
    )
    max_reject_ratio: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.05, description="The share of rejected rows above which a run fails."
    )
    reject_allowance: Annotated[int, Field(ge=0)] = Field(
        default=10, description="So many rejected rows never fail a run."
    )
    max_runtime: Duration = Field(
        default="12h", description="A run that takes longer is ended as failed."
    )

    @field_validator("cursor_lag")
    @classmethod
    def _lag_is_a_duration_or_a_number(cls, value: float | str | None) -> float | str | None:
        if isinstance(value, str) and not is_duration(value):
            raise RuleBrokenError(
                f"{value[:60]!r} is neither a duration nor a number.",
                "Write for example 10m, 2h or 1d for times, a number for numbers.",
            )
        if isinstance(value, int | float) and value < 0:
            raise RuleBrokenError(f"{value} is negative.", "Write how much to read again.")
        return value


class Integration(Declared):
    """An inbound integration: connection, query, mapping, settings and cadence."""

    id: Annotated[str, StringConstraints(pattern=ID_PATTERN)] = Field(
        description="Immutable; equals the file's name; names the Dagster job."
    )
    name: NonBlank = Field(description="The name people see; free to change.")
    description: str = Field(default="", description="What it brings over, and why.")
    connection: NonBlank = Field(description="A connection of connections.yaml.")
    object: Annotated[ObjectName, Field(strict=False)] = Field(
        description="The Totango object to fill."
    )
    collection: (
        Annotated[
            str,
            StringConstraints(
                strip_whitespace=True, min_length=1, max_length=COLLECTION_TYPE_LENGTH
            ),
        ]
        | None
    ) = Field(default=None, description="The collection type; only for object: collections.")
    query: NonBlank = Field(description="One SELECT (or WITH ... SELECT).")
    mapping: Annotated[tuple[MappingLine, ...], Field(min_length=1, strict=False)] = Field(
        description="Attributes and where their values come from; keys first."
    )
    settings: Settings = Field(default=Settings(), description="How rows become records.")
    schedule: Schedule | None = Field(
        default=None, description="The cadence; without it, run by hand or by trigger."
    )
    upstream: Annotated[tuple[NonBlank, ...], Field(strict=False)] = Field(
        default=(), description="Asset keys (`a/b/c`) whose materialization starts a run."
    )
    upstream_when: Literal["any", "all"] = Field(
        default="any", description="any: one upstream asset is enough; all: each of them is newer."
    )
    upstream_settle: Duration = Field(
        default="30s", description="Wait so long after the last upstream event: one run for many."
    )
    tags: Annotated[tuple[Tag, ...], Field(strict=False)] = Field(
        default=(), description="Words to find and run it by, e.g. finance."
    )
    partition: Partition | None = Field(
        default=None, description="Windows of time that can be filled one by one (backfill)."
    )
    retention: Retention = Field(
        default=Retention(), description="How long the files and records of runs are kept."
    )
    notify: Annotated[tuple[NonBlank, ...], Field(strict=False)] = Field(
        default=(), description="Names of notification targets."
    )

    @model_validator(mode="after")
    def _collection_belongs_to_collections(self) -> Self:
        wanted = self.object is ObjectName.COLLECTIONS
        if wanted and self.collection is None:
            raise RuleBrokenError(
                "is missing, and object: collections needs it.",
                "Add `collection: NAME`, the collection type.",
                code="MISSING_KEY",
                key="collection",
            )
        if not wanted and self.collection is not None:
            raise RuleBrokenError(
                f"is only for object: collections, not for {self.object}.",
                "Take it out.",
                key="collection",
            )
        return self

    @model_validator(mode="after")
    def _a_partition_has_windows(self) -> Self:
        missing = unbound_windows(self.query)
        if self.partition is None or (self.object in PARTITIONED_OBJECTS and not missing):
            return self
        if self.object not in PARTITIONED_OBJECTS:
            raise RuleBrokenError(
                f"is for activities in time ({', '.join(PARTITIONED_OBJECTS)}), not for "
                f"{self.object}.",
                "Take it out.",
                key="partition",
            )
        raise RuleBrokenError(
            f"does not use {' and '.join(missing)}, and the integration has a partition.",
            "Add `WHERE happened_at >= :window_start AND happened_at < :window_end`.",
            key="query",
        )

    @model_validator(mode="after")
    def _a_window_comes_from_one_place(self) -> Self:
        if self.partition is not None and self.settings.cursor_column is not None:
            raise RuleBrokenError(
                "and settings.cursor_column both say which rows a run reads.",
                "Keep the partition, or the cursor.",
                key="partition",
            )
        return self
