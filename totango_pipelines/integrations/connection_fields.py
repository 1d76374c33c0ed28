"""What the declarations of connections share: secrets, hosts, URLs, times.

Nothing here reads the environment: a secret is the name of a variable until it is opened.
"""

import re
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    field_validator,
    model_validator,
)

from totango_pipelines.integrations.declared import (
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


def _is_a_variable(value: Any) -> Any:  # noqa: ANN401 - whatever stood there
    if value is None or isinstance(value, dict | FromEnvironment):
        return value
    raise RuleBrokenError(
        "is in plain text; a secret is never written into a file.",
        _ENVIRONMENT_REMEDY.format(what="secret"),
        code="SECRET_IN_FILE",
    )


Secret = Annotated[FromEnvironment, BeforeValidator(_is_a_variable)]
"""A value that never stands in a file."""


def refuse_url_as_host(value: str | None) -> str | None:
    """The name or address of a host; not quoted, since a URL written here may hold a password."""
    if value is not None and re.search(r"[/@\s]", value):
        raise RuleBrokenError(
            "is not the name or address of a host.", "Write the name alone, without a scheme."
        )
    return value


HostName = Annotated[NonBlank, AfterValidator(refuse_url_as_host)]


class Timed(Declared):
    """A connection whose queries are stopped after a time."""

    statement_timeout: Duration = Field(
        default="30m", description="The longest time that a query may take."
    )

    @property
    def statement_timeout_seconds(self) -> int:
        """`statement_timeout` in seconds."""
        return duration_seconds(self.statement_timeout)


class Server(Timed):
    """A database behind a network address: a URL, or its parts."""

    url: TextOrEnvironment | None = Field(
        default=None, description="{env: NAME}, or a URL without a password."
    )
    host: HostName | None = Field(default=None, description="Instead of `url`: the host's name.")
    port: Annotated[int, Field(ge=1, le=65535)] | None = Field(
        default=None, description="The port; without it, the usual one."
    )
    database: NonBlank | None = Field(default=None, description="The database to read.")
    user: NonBlank | None = Field(default=None, description="A user who can only read.")
    password: Secret | None = Field(default=None, description="{env: NAME}.")

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


def check_scheme(url: str | FromEnvironment | None, schemes: tuple[str, ...]) -> None:
    """Refuse a URL of another kind of database, without quoting it."""
    if isinstance(url, str) and not url.startswith(tuple(f"{s}://" for s in schemes)):
        raise RuleBrokenError(
            f"does not start with {schemes[0]}://.",
            f"Example: {schemes[0]}://reader@host/database, with the password as {{env: NAME}}.",
            key="url",
        )
