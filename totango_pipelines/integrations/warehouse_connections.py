"""The declarations of the warehouses whose drivers are optional extras."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from totango_pipelines.integrations.connection_fields import (
    HostName,
    Secret,
    Server,
    Timed,
    check_scheme,
)
from totango_pipelines.integrations.declared import NonBlank, RuleBrokenError


class _EncryptedServer(Server):
    """A server that is spoken to in TLS unless the file says otherwise."""

    tls: bool = Field(
        default=True, description="Encrypt the connection; false only inside a trusted network."
    )


class RedshiftConnection(_EncryptedServer):
    """An Amazon Redshift cluster or workgroup."""

    type: Literal["redshift"]

    @model_validator(mode="after")
    def _scheme(self) -> Self:
        check_scheme(self.url, ("redshift", "redshift+redshift_connector"))
        return self


class SqlserverConnection(_EncryptedServer):
    """A Microsoft SQL Server or Azure SQL database."""

    type: Literal["sqlserver"]
    trust_server_certificate: bool = Field(
        default=False, description="Take a certificate that nobody signed; only to try things out."
    )

    @model_validator(mode="after")
    def _scheme(self) -> Self:
        check_scheme(self.url, ("sqlserver", "mssql"))
        return self


class OracleConnection(_EncryptedServer):
    """An Oracle database; `database` is the name of the service."""

    type: Literal["oracle"]

    @model_validator(mode="after")
    def _scheme(self) -> Self:
        check_scheme(self.url, ("oracle", "oracle+oracledb"))
        return self


class ClickhouseConnection(_EncryptedServer):
    """A ClickHouse server, by its HTTP interface."""

    type: Literal["clickhouse"]

    @model_validator(mode="after")
    def _scheme(self) -> Self:
        check_scheme(self.url, ("clickhouse", "clickhousedb"))
        return self


class _WithSchema(Timed):
    """A warehouse where a query may leave the schema away."""

    # pydantic has a method called `schema`.
    schema_name: NonBlank | None = Field(
        default=None, alias="schema", description="The schema of tables that are named alone."
    )


class TrinoConnection(_EncryptedServer, _WithSchema):
    """A Trino cluster; `database` is the catalog."""

    type: Literal["trino"]

    @model_validator(mode="after")
    def _scheme(self) -> Self:
        check_scheme(self.url, ("trino",))
        return self


class SnowflakeConnection(_WithSchema):
    """A Snowflake account, by password or by key pair."""

    type: Literal["snowflake"]
    account: NonBlank = Field(description="The account's identifier, e.g. `acme-eu1`.")
    user: NonBlank = Field(description="A user who can only read.")
    password: Secret | None = Field(default=None, description="{env: NAME}.")
    private_key_file: NonBlank | None = Field(
        default=None, description="A key in PEM; relative to the project folder."
    )
    private_key_passphrase: Secret | None = Field(default=None, description="{env: NAME}.")
    role: NonBlank | None = Field(default=None, description="A role that can only read.")
    warehouse: NonBlank | None = Field(default=None, description="The warehouse that computes.")
    database: NonBlank | None = Field(default=None, description="The database to read.")
    host: HostName | None = Field(
        default=None, description="Where the account is not at its usual name: a private link."
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.password is None) == (self.private_key_file is None):
            raise RuleBrokenError(
                "has neither or both of `password` and `private_key_file`.",
                "Keep `password: {env: NAME}` or `private_key_file: path`.",
                code="MISSING_KEY",
            )
        if self.private_key_passphrase is not None and self.private_key_file is None:
            raise RuleBrokenError(
                "is for a `private_key_file`.", "Remove it.", key="private_key_passphrase"
            )
        return self


class BigqueryConnection(Timed):
    """A BigQuery project, by a service account or by the machine's own credentials."""

    type: Literal["bigquery"]
    project: NonBlank = Field(description="The project that pays for the queries.")
    dataset: NonBlank | None = Field(
        default=None, description="The dataset of tables that are named alone."
    )
    location: NonBlank | None = Field(default=None, description="Where the data is, e.g. `EU`.")
    credentials_file: NonBlank | None = Field(
        default=None, description="A service account's key in JSON; relative to the project folder."
    )
    credentials: Secret | None = Field(
        default=None, description="{env: NAME}: the key's JSON itself. Without both: the default."
    )
    maximum_bytes_billed: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="A query that would be billed for more fails before it runs."
    )

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if self.credentials is not None and self.credentials_file is not None:
            raise RuleBrokenError(
                "stands beside `credentials_file`.", "Keep one of them.", key="credentials"
            )
        return self


class DatabricksConnection(_WithSchema):
    """A Databricks SQL warehouse."""

    type: Literal["databricks"]
    host: HostName = Field(description="The workspace, e.g. `dbc-1234.cloud.databricks.com`.")
    http_path: NonBlank = Field(description="The warehouse, e.g. `/sql/1.0/warehouses/abc`.")
    token: Secret = Field(description="{env: NAME}.")
    catalog: NonBlank | None = Field(default=None, description="The catalog to read.")


class AthenaConnection(Timed):
    """Amazon Athena, by a key or by the machine's own credentials."""

    type: Literal["athena"]
    region: NonBlank = Field(description="The region, e.g. `eu-central-1`.")
    database: NonBlank | None = Field(default=None, description="The database to read.")
    catalog: NonBlank | None = Field(default=None, description="The data catalog, if not the own.")
    work_group: NonBlank | None = Field(default=None, description="The workgroup that pays.")
    s3_staging_dir: NonBlank | None = Field(
        default=None, description="s3://… for results, where the workgroup has none."
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
        if self.work_group is None and self.s3_staging_dir is None:
            raise RuleBrokenError(
                "says nowhere where results go.",
                "Add `work_group`, or `s3_staging_dir: s3://…`.",
                code="MISSING_KEY",
            )
        return self
