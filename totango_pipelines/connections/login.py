"""What the login of a declared server is made of, and how a bad one is told."""

from totango_pipelines.errors import DeclarationError, Problem

CONNECTIONS_FILE = "connections.yaml"


def unreadable(name: str, example: str) -> DeclarationError:
    """The URL of a connection cannot be read."""
    # Never quotes the URL or the parser's message: both may hold the password.
    remedy = (
        f"Write it as {example}; characters such as @ : / % in the password are percent-encoded."
    )
    return unusable(name, "the URL cannot be read.", remedy)


def unusable(name: str, seen: str, remedy: str) -> DeclarationError:
    """The URL of a connection can be read, and not be used; `seen` must not quote it."""
    problem = Problem(
        file=CONNECTIONS_FILE,
        line=None,
        path=f"connections.{name}.url",
        code="URL_INVALID",
        problem=seen,
        remedy=remedy,
    )
    return DeclarationError([problem])
