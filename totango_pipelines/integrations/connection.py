"""Connections, as declared in `connections.yaml`: where to read, never a secret in plain text.

Nothing here reads the environment: a secret is the name of a variable until it is opened.
"""

import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    field_validator,
    model_validator,
)

from totango_pipelines.integrations.declared import (
    CONNECTION_PATTERN,
    VARIABLE_PATTERN,
    Declared,
    Duration,
    NonBlank,
    RuleBrokenError,
    duration_seconds,
)

_SECRET_IN_QUERY: Final = re.compile(r"(passw|pwd|secret|token)[^=&\s]*\s*=", re.IGNORECASE)
_ENVIRONMENT_REMEDY: Final = (
    "Write {{env: NAME}} and put the {what} into the environment variable NAME."
)


class FromEnvironment(Declared):
    """A value that stands in an environment variable."""

    env: Annotated[str, StringConstraints(pattern=VARIABLE_PATTERN)] = Field(
        description="The name of the environment variable, e.g. `CRM_URL`."
    )


def _text_or_environment(value: object) -> str:
    return "environment" if isinstance(value, dict | FromEnvironment) else "text"


TextOrEnvironment = Annotated[
    Annotated[NonBlank, Tag("text")] | Annotated[FromEnvironment, Tag("environment")],
    Discriminator(_text_or_environment),
]


class _Server(Declared):
    """A database behind a network address: a URL, or its parts."""

    url: TextOrEnvironment | None = Field(
        default=None, description="{env: NAME}, or a URL without a password."
    )
    host: NonBlank | None = Field(default=None, description="Instead of `url`: the host's name.")
    port: Annotated[int, Field(ge=1, le=65535)] | None = Field(
        default=None, description="The port; without it, the usual one."
    )
    database: NonBlank | None = Field(default=None, description="The database to read.")
    user: NonBlank | None = Field(default=None, description="A user who can only read.")
    password: FromEnvironment | None = Field(default=None, description="{env: NAME}.")
    statement_timeout: Duration = Field(
        default="30m", description="The longest time that a query may take."
    )

    @property
    def statement_timeout_seconds(self) -> int:
        """`statement_timeout` in seconds."""
        return duration_seconds(self.statement_timeout)

    @field_validator("password", mode="before")
    @classmethod
    def _password_is_a_variable(cls, value: Any) -> Any:  # noqa: ANN401 - whatever stood there
        if value is None or isinstance(value, dict | FromEnvironment):
            return value
        raise RuleBrokenError(
            "is in plain text; a secret is never written into a file.",
            _ENVIRONMENT_REMEDY.format(what="password"),
            code="SECRET_IN_FILE",
        )

    @field_validator("url", mode="before")
    @classmethod
    def _url_holds_no_password(cls, value: Any) -> Any:  # noqa: ANN401 - whatever stood there
        if isinstance(value, str) and _holds_password(value):
            raise RuleBrokenError(
                "holds a password in plain text; a secret is never written into a file.",
                _ENVIRONMENT_REMEDY.format(what="whole URL"),
                code="SECRET_IN_FILE",
            )
        return value

    @field_validator("host")
    @classmethod
    def _host_is_a_name(cls, value: str | None) -> str | None:
        # Not quoted: a URL written here may hold a password.
        if value is not None and re.search(r"[/@\s]", value):
            raise RuleBrokenError(
                "is not the name or address of a host.", "For a URL use the key `url`."
            )
        return value

    @model_validator(mode="after")
    def _url_or_parts(self) -> Self:
        parts = [n for n in ("host", "port", "database", "user") if getattr(self, n) is not None]
        if self.url is not None and parts:
            raise RuleBrokenError(
                f"stands beside `url`, which already says it ({', '.join(parts)}).",
                "Keep `url` or the parts, not both.",
                key=parts[0],
            )
        missing = [n for n in ("host", "database") if getattr(self, n) is None]
        if self.url is None and missing:
            raise RuleBrokenError(
                f"has neither `url` nor {' and '.join(f'`{name}`' for name in missing)}.",
                "Add `url: {env: NAME}`, or host, database, user and password.",
                code="MISSING_KEY",
            )
        return self


def _holds_password(url: str) -> bool:
    """Whether a URL may hold a password; in doubt yes, since a wrong no would leak it."""
    _, separator, rest = url.partition("://")
    before_host = (rest if separator else url).rpartition("@")[0]
    return ":" in before_host or _SECRET_IN_QUERY.search(url) is not None


def _check_scheme(url: str | FromEnvironment | None, schemes: tuple[str, ...]) -> None:
    if isinstance(url, str) and not url.startswith(tuple(f"{s}://" for s in schemes)):
        raise RuleBrokenError(
            f"does not start with {schemes[0]}://.",
            f"Example: {schemes[0]}://reader@host/database, with the password as {{env: NAME}}.",
            key="url",
        )


class PostgresConnection(_Server):
    """A PostgreSQL database, or one that speaks its protocol."""

    type: Literal["postgres"]
    allow_privileged: bool = Field(
        default=False, description="Read as a superuser or a role that reaches the server's files."
    )

    @model_validator(mode="after")
    def _scheme(self) -> Self:
        _check_scheme(self.url, ("postgresql", "postgres", "postgresql+psycopg"))
        return self


class MysqlConnection(_Server):
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
        _check_scheme(self.url, ("mysql", "mariadb", "mysql+pymysql"))
        return self


class SqliteConnection(Declared):
    """An SQLite file."""

    type: Literal["sqlite"]
    path: NonBlank = Field(description="The file; relative to the project folder.")


class DuckdbConnection(Declared):
    """A DuckDB file."""

    type: Literal["duckdb"]
    path: NonBlank = Field(description="The file; relative to the project folder.")


ConnectionDeclaration = Annotated[
    PostgresConnection | MysqlConnection | SqliteConnection | DuckdbConnection,
    Field(discriminator="type"),
]
"""One connection; `type` names the connector."""

ConnectionName = Annotated[str, StringConstraints(pattern=CONNECTION_PATTERN)]


class ConnectionsFile(Declared):
    """`connections.yaml`: the warehouses and databases that integrations read from."""

    connections: dict[ConnectionName, ConnectionDeclaration] = Field(
        description="Each connection by its name."
    )
