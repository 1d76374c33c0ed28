"""The command `totango-pipelines`: top-level options, commands and exit codes.

Exit codes: 0 done, 1 the user's input or data is at fault, 2 wrong usage, 3 the system is at fault.
"""

import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from totango_pipelines.cli.audit_command import audit
from totango_pipelines.cli.automap_command import automap
from totango_pipelines.cli.check_connection_command import check_connection
from totango_pipelines.cli.create_command import create
from totango_pipelines.cli.delete_command import delete
from totango_pipelines.cli.edit_commands import disable, duplicate, edit, enable
from totango_pipelines.cli.explain_command import explain
from totango_pipelines.cli.history_commands import download, history
from totango_pipelines.cli.list_commands import list_integrations, show
from totango_pipelines.cli.output import make_console, print_error, print_exception
from totango_pipelines.cli.preview_command import preview
from totango_pipelines.cli.query_commands import query_commands
from totango_pipelines.cli.queue_commands import queue, replay
from totango_pipelines.cli.rejects_command import rejects
from totango_pipelines.cli.run_command import run_integration
from totango_pipelines.cli.run_details import show_run
from totango_pipelines.cli.serve_command import serve_api
from totango_pipelines.cli.session import Session, read_environment
from totango_pipelines.cli.token_commands import token_commands
from totango_pipelines.cli.trigger_command import trigger
from totango_pipelines.cli.validate_command import validate
from totango_pipelines.errors import TotangoPipelinesError
from totango_pipelines.process import collect_rarely, leave

PROGRAM = "totango-pipelines"
_SYSTEM = 3

app = typer.Typer(
    name=PROGRAM,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"{PROGRAM} {version(PROGRAM)}\n")
        raise typer.Exit


@app.callback()
def _options(
    ctx: typer.Context,
    project: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            file_okay=False,
            help="The folder with connections.yaml and integrations/ (else TOTANGO_PROJECT, "
            "else the current folder).",
        ),
    ] = None,
    no_color: Annotated[bool, typer.Option("--no-color", help="Plain text, no colours.")] = False,
    debug: Annotated[  # noqa: ARG001 - read where an unexpected error ends up
        bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")
    ] = False,
    show_version: Annotated[  # noqa: ARG001 - its callback does it all
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Inbound integrations from a warehouse to the customer data hub.

    Exit codes: 0 done, 1 your input or data is at fault, 2 wrong usage, 3 the system is at fault.

    Example: totango-pipelines --project demo list
    """
    ctx.obj = Session(
        environment=read_environment(project),
        out=make_console(color=not no_color),
        err=make_console(stderr=True, color=not no_color),
        given_project=project,
    )


app.command("list", short_help="The integrations, next runs and last outcomes.")(list_integrations)
app.command("show", short_help="One integration in full.")(show)
app.command("preview", short_help="The first 10 rows of a query, with types.")(preview)
app.add_typer(query_commands, name="query", short_help="Help with a query, in your words.")
app.command("automap", short_help="Which column goes to which attribute.")(automap)
app.command("check-connection", short_help="Whether a connection works, step by step.")(
    check_connection
)
app.command("validate", short_help="Every problem of the files and mappings.")(validate)
app.command("create", short_help="Make an integration from a query.")(create)
app.command("edit", short_help="Change an integration's file.")(edit)
app.command("duplicate", short_help="Copy an integration to a new file.")(duplicate)
app.command("enable", short_help="Switch a schedule on.")(enable)
app.command("disable", short_help="Switch a schedule off.")(disable)
app.command("delete", short_help="Delete an integration; its history stays.")(delete)
app.command("run", short_help="Run an integration now.")(run_integration)
app.command("queue", short_help="Let Dagster's daemon run it.")(queue)
app.command("replay", short_help="A past run's extract once more, without the source.")(replay)
app.command("trigger", short_help="The API call that asks for a run, ready to paste.")(trigger)
app.command("history", short_help="The past runs of an integration.")(history)
app.command("show-run", short_help="One run in full.")(show_run)
app.command("rejects", short_help="What a run rejected, and how to mend it.")(rejects)
app.command("download", short_help="A past run's extract, rows, rejects or conflicts.")(download)
app.command("explain", short_help="Who set each value of a record, and what was there.")(explain)
app.command("serve", short_help="Serve the Trigger API.")(serve_api)
app.add_typer(token_commands, name="token", short_help="Who may call the Trigger API.")
app.command("audit", short_help="Who changed what, and who tried.")(audit)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and answer with its exit code; every error ends up here."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(args=given, prog_name=PROGRAM)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except TotangoPipelinesError as error:
        print_exception(make_console(stderr=True, color="--no-color" not in given), error)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the last place where anything can be caught
        _report_defect(error, debug="--debug" in given)
        return _SYSTEM
    return 0


def _report_defect(error: Exception, *, debug: bool) -> None:
    console = make_console(stderr=True)
    print_error(console, f"unexpected {type(error).__name__}: this is a bug in {PROGRAM}.")
    if debug:
        console.print("".join(traceback.format_exception(error)), soft_wrap=True)
    else:
        console.print(f"  `{PROGRAM} --debug …` shows where; please report it.", soft_wrap=True)


def run() -> None:
    """The entry point."""
    collect_rarely()
    leave(main())
