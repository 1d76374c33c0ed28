"""One inbound integration, as declared in `integrations/<id>.yaml` (contract.md)."""

import re
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from totango_pipelines.integrations.schedule import Schedule

ID_PATTERN = r"^[a-z][a-z0-9_]{0,62}$"
NonBlank = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Declared(BaseModel):
    """The base of everything declared: frozen, strict, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


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
    currency: str | None = Field(default=None, description="ISO 4217 code, for type currency.")


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
    blank: Blank = Field(default=Blank.KEEP, description="What a blank cell says: keep or clear.")
    on_error: OnError = Field(
        default=OnError.REJECT_ROW, description="What a cell that cannot be converted does."
    )
    new: NewAttribute | None = Field(default=None, description="Add this attribute.")
    note: str | None = Field(default=None, description="Why this line is as it is.")

    @field_validator("blank", mode="before")
    @classmethod
    def _blank_from_text(cls, value: Any) -> Any:  # noqa: ANN401 - whatever stood in the file
        return Blank(value) if value in list(Blank) else value

    @field_validator("on_error", mode="before")
    @classmethod
    def _on_error_from_text(cls, value: Any) -> Any:  # noqa: ANN401 - whatever stood in the file
        return OnError(value) if value in list(OnError) else value

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [n for n in ("column", "expression", "constant") if getattr(self, n) is not None]
        if len(given) != 1:
            seen = "none of them" if not given else " and ".join(given)
            msg = f"takes exactly one of column, expression and constant, but has {seen}"
            raise ValueError(msg)
        return self

    @property
    def origin(self) -> str:
        """Where the value comes from, as people read it: `column id`, `constant 'x'`."""
        if self.column is not None:
            return f"column {self.column}"
        if self.expression is not None:
            return f"expression {self.expression}"
        return f"constant {self.constant!r}"


_LAG_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LAG = re.compile(r"^(\d+)([smhd])$")


class Settings(Declared):
    """The Settings area of the integration (seed.md), and how it reads and matches."""

    allow_new: bool = Field(default=True, description="Allow new accounts/objects creation.")
    auto_resolve_conflicts: bool = Field(
        default=False, description="Automatically resolve matching conflicts: the newer value wins."
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
    max_reject_ratio: Annotated[float, Field(ge=0, le=1, strict=False)] = Field(
        default=0.05, description="The share of rejected rows above which a run fails."
    )
    reject_allowance: Annotated[int, Field(ge=0)] = Field(
        default=10, description="So many rejected rows never fail a run."
    )

    @field_validator("cursor_lag")
    @classmethod
    def _lag_is_a_duration_or_a_number(cls, value: float | str | None) -> float | str | None:
        if isinstance(value, str) and not _LAG.match(value):
            msg = "is a duration such as `10m`, `2h` or `1d`, or a number"
            raise ValueError(msg)
        return value


class Integration(Declared):
    """An inbound integration: connection, query, mapping, settings and cadence."""

    id: Annotated[str, StringConstraints(pattern=ID_PATTERN)] = Field(
        description="Immutable; equals the file's name; names the Dagster job."
    )
    name: NonBlank = Field(description="The name people see; free to change.")
    description: str = Field(default="", description="What it brings over, and why.")
    connection: NonBlank = Field(description="A connection of connections.yaml.")
    object: ObjectName = Field(description="The Totango object to fill.")
    collection: Annotated[str, StringConstraints(min_length=1, max_length=128)] | None = Field(
        default=None, description="The collection type; only for object: collections."
    )
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
    notify: Annotated[tuple[NonBlank, ...], Field(strict=False)] = Field(
        default=(), description="Names of notification targets."
    )

    @field_validator("object", mode="before")
    @classmethod
    def _object_from_text(cls, value: Any) -> Any:  # noqa: ANN401 - whatever stood in the file
        return ObjectName(value) if value in list(ObjectName) else value

    @model_validator(mode="after")
    def _collection_belongs_to_collections(self) -> Self:
        wanted = self.object is ObjectName.COLLECTIONS
        if wanted and self.collection is None:
            msg = "object: collections needs `collection`, the collection type"
            raise ValueError(msg)
        if not wanted and self.collection is not None:
            msg = f"`collection` is only for object: collections, not for {self.object}"
            raise ValueError(msg)
        return self
