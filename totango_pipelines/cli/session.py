"""What every command works with: the environment, the two consoles and the project."""

import getpass
import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.output import plural
from totango_pipelines.errors import DeclarationError, UnknownNameError, errors_among
from totango_pipelines.sync.environment import Environment

if TYPE_CHECKING:
    from totango_pipelines.integrations.project import DeclaredIntegration, Project
    from totango_pipelines.sync.wiring import RunContext

_NO_PROJECT = "PROJECT_MISSING"


@dataclass(frozen=True, slots=True)
class Session:
    """One call of the command line."""

    environment: Environment
    out: Console
    err: Console
    given_project: Path | None = None

    @property
    def program(self) -> str:
        """How to call this command line again, on the same project."""
        if self.given_project is None:
            return "totango-pipelines"
        return f"totango-pipelines --project {shlex.quote(str(self.given_project))}"

    @property
    def person(self) -> str:
        """Who types, for the run log."""
        try:
            return getpass.getuser()
        except OSError:  # a container without a name for its user
            return ""

    def project(self) -> "Project":
        """The project as it is declared, with everything that is wrong with it.

        Raises:
            DeclarationError: the project's folder does not exist.
        """
        project: Project = door.integrations("project").load_project(self.environment.project)
        missing = [problem for problem in project.problems if problem.code == _NO_PROJECT]
        if missing:
            raise DeclarationError(missing)
        return project


def read_environment(project: Path | str | None) -> Environment:
    """The environment of this process; `--project` goes before TOTANGO_PROJECT."""
    own = {} if project is None else {"TOTANGO_PROJECT": str(project)}
    return Environment.of({**os.environ, **own}, Path.cwd())


def session_of(ctx: typer.Context) -> Session:
    """The session that the top-level options made."""
    session = ctx.find_object(Session)
    if session is None:
        msg = "the top-level options were not read"
        raise RuntimeError(msg)
    return session


def ids_by_file(project: "Project") -> dict[str, str]:
    """The id of each integration file, valid or not."""
    found = {file: _id_of(file) for file in project.invalid_files}
    return found | {each.file: name for name, each in project.integrations.items()}


def _id_of(file: str) -> str:
    return file.rpartition("/")[2].removesuffix(".yaml")


def declared_integration(project: "Project", integration: str) -> "DeclaredIntegration":
    """The integration with this id.

    Raises:
        DeclarationError: its file has errors.
        UnknownNameError: there is none.
    """
    if integration in project.integrations:
        return project.integrations[integration]
    for file, problems in project.invalid_files.items():
        if _id_of(file) == integration:
            raise DeclarationError(errors_among(problems))
    raise unknown_integration(project, integration)


def unknown_integration(project: "Project", integration: str) -> UnknownNameError:
    """What to say of an id that nothing has."""
    known = sorted(ids_by_file(project).values())
    meant = door.names().nearest(integration, known)
    if meant:
        remedy = f"Did you mean {meant[0]}?"
    elif known:
        remedy = f"`totango-pipelines list` lists the {plural(len(known), 'integration')}."
    else:
        remedy = f"There are none in {project.folder / 'integrations'}."
    return UnknownNameError(f"there is no integration {integration!r}. {remedy}")


def live_context(
    session: Session, project: "Project", declared: "DeclaredIntegration"
) -> "RunContext":
    """What asks the source of an integration now, outside any run."""
    wiring = door.sync("wiring")
    integration = declared.integration
    identity = wiring.RunIdentity(
        run_id="preview",
        integration=integration.id,
        object=str(integration.object),
        connection=integration.connection,
        mode="incremental",
        trigger="manual",
    )
    context: RunContext = wiring.RunContext(session.environment, project, declared, identity)
    return context


def complete_ids(ctx: typer.Context, incomplete: str) -> list[str]:
    """Ids for the shell: the names of the files, without reading any."""
    folder = read_environment(ctx.find_root().params.get("project")).project
    names = sorted(path.stem for path in (folder / "integrations").glob("*.yaml"))
    return [name for name in names if name.startswith(incomplete)]


def complete_runs(ctx: typer.Context, incomplete: str) -> list[str]:
    """`latest:ID` for the shell; the run log would take too long to open."""
    return [
        f"latest:{name}"
        for name in complete_ids(ctx, "")
        if f"latest:{name}".startswith(incomplete)
    ]


IntegrationId = Annotated[
    str,
    typer.Argument(metavar="ID", help="The integration's id.", autocompletion=complete_ids),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")]
