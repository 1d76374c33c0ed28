"""Connections, as declared in `connections.yaml`: where to read, never a secret in plain text."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from totango_pipelines.integrations.connection_fields import Server, Timed, check_scheme
from totango_pipelines.integrations.declared import CONNECTION_PATTERN, Declared, NonBlank
from totango_pipelines.integrations.files_connection import FilesConnection
from totango_pipelines.integrations.warehouse_connections import (
    AthenaConnection,
    BigqueryConnection,
    ClickhouseConnection,
    DatabricksConnection,
    OracleConnection,
    RedshiftConnection,
    SnowflakeConnection,
    SqlserverConnection,
    TrinoConnection,
)


class PostgresConnection(Server):
    """A PostgreSQL database, or one that speaks its protocol."""

    type: Literal["postgres"]
    allow_privileged: bool = Field(
        default=False, description="Read as a superuser or a role that reaches the server's files."
    )

    @model_validator(mode="after")
    def _scheme(self) -> Self:
        check_scheme(self.url, ("postgresql", "postgres", "postgresql+psycopg"))
        return self


class MysqlConnection(Server):
    """A MySQL or MariaDB database (`type: mariadb` is read as mysql)."""

    type: Literal["mysql", "mariadb"]
    allow_privileged: bool = Field(
        default=False, description="Read as a user with SUPER, FILE or another global privilege."
    )

    @field_validator("type")
    @classmethod
    def _one_name(cls, value: str) -> str:
        return "mysql" if value == "mariadb" else value

    @model_validator(mode="after")
    def _scheme(self) -> Self:
        check_scheme(self.url, ("mysql", "mariadb", "mysql+pymysql"))
        return self


class SqliteConnection(Timed):
    """An SQLite file."""

    type: Literal["sqlite"]
    path: NonBlank = Field(description="The file; relative to the project folder.")


class DuckdbConnection(Timed):
    """A DuckDB file."""

    type: Literal["duckdb"]
    path: NonBlank = Field(description="The file; relative to the project folder.")


ConnectionDeclaration = Annotated[
    PostgresConnection
    | MysqlConnection
    | SqliteConnection
    | DuckdbConnection
    | FilesConnection
    | RedshiftConnection
    | SnowflakeConnection
    | BigqueryConnection
    | DatabricksConnection
    | SqlserverConnection
    | OracleConnection
    | TrinoConnection
    | AthenaConnection
    | ClickhouseConnection,
    Field(discriminator="type"),
]
"""One connection; `type` names the connector."""

ConnectionName = Annotated[str, StringConstraints(pattern=CONNECTION_PATTERN)]


class ConnectionsFile(Declared):
    """`connections.yaml`: the warehouses and databases that integrations read from."""

    connections: dict[ConnectionName, ConnectionDeclaration] = Field(
        description="Each connection by its name."
    )
