"""The declaration of files as tables: a query names the tables, never a path."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from totango_pipelines.integrations.connection_fields import Secret, Timed
from totango_pipelines.integrations.declared import (
    TABLE_PATTERN,
    Declared,
    NonBlank,
    RuleBrokenError,
)

_FORMATS = {".csv": "csv", ".csv.gz": "csv", ".tsv": "csv", ".parquet": "parquet"}


class FileTable(Declared):
    """Files of one form that are read as one table."""

    path: NonBlank = Field(
        description="A file or a pattern (* and **), relative to the project folder, or s3://…; "
        "what begins with a dot, and all in a folder that does, is left out."
    )
    format: Literal["csv", "parquet"] | None = Field(
        default=None, description="What the files are, where their names do not end in it."
    )
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = Field(
        default=None, description="Between the cells of CSV; `,` (of .tsv a tab)."
    )

    @property
    def file_format(self) -> str:
        """`csv` or `parquet`."""
        found = (kind for end, kind in _FORMATS.items() if self.path.lower().endswith(end))
        return self.format or next(found, "")

    @model_validator(mode="after")
    def _known_format(self) -> Self:
        if not self.file_format:
            raise RuleBrokenError(
                "does not end in .csv, .tsv or .parquet.",
                "Add `format: csv` or `format: parquet`.",
                key="path",
            )
        if self.delimiter is not None and self.file_format != "csv":
            raise RuleBrokenError("is only for CSV.", "Remove it.", key="delimiter")
        return self


class S3Login(Declared):
    """Where a bucket is, and the key to it; without a key, the machine's own credentials."""

    region: NonBlank | None = Field(default=None, description="The region, e.g. `eu-central-1`.")
    endpoint: NonBlank | None = Field(
        default=None, description="The URL of a store that is not Amazon's."
    )
    access_key_id: Secret | None = Field(default=None, description="{env: NAME}.")
    secret_access_key: Secret | None = Field(default=None, description="{env: NAME}.")

    @model_validator(mode="after")
    def _whole_key(self) -> Self:
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise RuleBrokenError(
                "has only one half of the key.",
                "Add both `access_key_id` and `secret_access_key`, or neither.",
                code="MISSING_KEY",
            )
        if self.endpoint is not None and "@" in self.endpoint:
            raise RuleBrokenError(
                "holds an @, and perhaps a password.", "Use access_key_id.", key="endpoint"
            )
        return self


TableName = Annotated[str, StringConstraints(pattern=TABLE_PATTERN)]


class FilesConnection(Timed):
    """CSV and Parquet files, on disk or in S3, as tables that a query can join."""

    type: Literal["files"]
    tables: Annotated[dict[TableName, FileTable], Field(min_length=1)] = Field(
        description="Each table by the name that queries use."
    )
    s3: S3Login | None = Field(default=None, description="How to reach s3:// paths.")

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        seen: dict[str, str] = {}
        for name in self.tables:
            other = seen.setdefault(name.casefold(), name)
            if other != name:
                raise RuleBrokenError(
                    f"names tables that differ only in case: {other}, {name}.",
                    "Rename one: a query does not tell them apart.",
                    key="tables",
                )
        return self
