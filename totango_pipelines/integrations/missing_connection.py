"""Why a project has no connection of a name: it is declared with errors, or not at all."""

from totango_pipelines.catalog.catalog import nearest
from totango_pipelines.errors import DeclarationError, UnknownNameError, errors_among
from totango_pipelines.integrations.project import Project

_FILE = "connections.yaml"
_WHOLE_FILE = ("", "connections")


def missing_connection(project: Project, name: str) -> DeclarationError | UnknownNameError:
    """The error to raise for a name that `project.connections` lacks."""
    own = f"connections.{name}"
    of_it = [
        problem
        for problem in errors_among(project.problems)
        if problem.file == _FILE
        and (problem.path in (*_WHOLE_FILE, own) or problem.path.startswith(f"{own}."))
    ]
    if of_it:
        return DeclarationError(of_it)
    meant = " or ".join(nearest(name, tuple(project.connections)))
    hint = f"Did you mean {meant}? " if meant else ""
    known = ", ".join(sorted(project.connections)) or "none"
    return UnknownNameError(
        f"there is no connection {name!r}. {hint}connections.yaml has: {known}."
    )
