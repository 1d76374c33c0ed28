"""`history` and `download`: past runs and their files."""

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.moments import moment_of
from totango_pipelines.cli.output import plural, print_json, print_lines
from totango_pipelines.cli.runs_table import find_run, past_runs, run_as_json, runs_table
from totango_pipelines.cli.session import (
    AsJson,
    IntegrationId,
    Session,
    complete_runs,
    ids_by_file,
    session_of,
    unknown_integration,
)
from totango_pipelines.errors import UnknownNameError
from totango_pipelines.history import RunRecord, RunStatus

if TYPE_CHECKING:
    from totango_pipelines.staging import RunFolder

_LATEST = "latest:"
_LATEST_AMONG = 10
_SUCCEEDED = (RunStatus.SUCCEEDED, RunStatus.SUCCEEDED_WITH_REJECTS)


class What(StrEnum):
    """The files that a run leaves."""

    SOURCE = "source"
    MAPPED = "mapped"
    REJECTS = "rejects"
    CONFLICTS = "conflicts"


class Trigger(StrEnum):
    """What starts a run."""

    SCHEDULE = "schedule"
    UPSTREAM = "upstream"
    API = "api"
    SAVE = "save"
    BACKFILL = "backfill"
    MANUAL = "manual"


class Mode(StrEnum):
    """How much a run delivers."""

    INCREMENTAL = "incremental"
    FULL = "full"
    REBUILD_MAPPING = "rebuild_mapping"


RunArgument = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run's id, the beginning of it, or latest:ID for an integration's newest run that began.",
        autocompletion=complete_runs,
    ),
]


class FileFormat(StrEnum):
    """How a file is written."""

    CSV = "csv"
    PARQUET = "parquet"


def history(
    ctx: typer.Context,
    integration: IntegrationId,
    *,
    status: Annotated[
        RunStatus | None, typer.Option(help="Only runs that ended so, or stand there.")
    ] = None,
    mode: Annotated[Mode | None, typer.Option(help="Only runs of this mode.")] = None,
    trigger: Annotated[Trigger | None, typer.Option(help="Only runs that this started.")] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only runs asked for since then: a time (UTC), or 2d."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only runs asked for before then.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the past runs of an integration, newest first, from Dagster's run log.

    A time is 2026-01-31, 2026-01-31T06:00 (UTC unless it has a zone), or how long ago: 2d, 6h.

    Example: totango-pipelines history crm_accounts --status failed --since 2d
    """
    session, now = session_of(ctx), datetime.now(UTC)
    wanted = {
        "status": status,
        "mode": mode and mode.value,
        "trigger": trigger and trigger.value,
        "since": moment_of(since, "--since", now),
        "until": moment_of(until, "--until", now),
    }
    runs = past_runs(session.environment, integration, limit=limit, **wanted)
    if not runs:
        _require_known(session, integration)
    if as_json:
        print_json([run_as_json(run) for run in runs])
        return
    if runs:
        _print_runs(session, runs)
    else:
        which = f" that are {status.replace('_', ' ')}" if status else ""
        fit = " and fit" if which else " that fit"
        others = fit if any((mode, trigger, since, until)) else ""
        print_lines(session.out, [f"{integration} has no runs{which}{others}."])


def _print_runs(session: Session, runs: tuple[RunRecord, ...]) -> None:
    session.out.print(runs_table(runs, session.out.width))
    failed = [run for run in runs if run.error]
    if failed:
        print_lines(session.out, ["", "why they failed:"])
    for run in failed:
        lines = (run.error or "").splitlines()
        print_lines(session.out, [f"  {run.run_id}", *(f"    {line}" for line in lines)])


def _require_known(session: Session, integration: str) -> None:
    """An integration that was deleted may have runs; one that has none must be declared."""
    project = session.project()
    if integration not in ids_by_file(project).values():
        raise unknown_integration(project, integration)


def download(
    ctx: typer.Context,
    run: RunArgument,
    *,
    what: Annotated[
        What,
        typer.Option(help="source: the extract; mapped: the rows delivered; rejects; conflicts."),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="The file to write; - for stdout.")
    ],
    file_format: Annotated[
        FileFormat | None,
        typer.Option("--format", help="Without it, what FILE ends with; else csv."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
) -> None:
    """Write a file of a past run: its extract, the rows it delivered, its rejects or conflicts.

    csv is for people and spreadsheets: a text that begins with = + - @, a tab or a carriage return
    gets an apostrophe in front, so that no spreadsheet takes it for a formula. parquet is the exact
    copy. The run's file is compared with its manifest first.

    Example: totango-pipelines download latest:crm_accounts --what rejects -o rejects.csv
    """
    session = session_of(ctx)
    by_name = FileFormat.PARQUET if output.endswith(".parquet") else FileFormat.CSV
    chosen = file_format or by_name
    if output == "-" and chosen is FileFormat.PARQUET:
        hint = "parquet is binary; give a file with -o, or --format csv."
        raise typer.BadParameter(hint, ctx=ctx, param_hint="--format")
    folder = files_of(session, resolved_run(session, run), what)
    files = door.sync("run_files")
    if output == "-":
        files.stream_csv(folder, files.StagedFile(what.value), sys.stdout.buffer)
        return
    write = files.write_csv if chosen is FileFormat.CSV else files.write_parquet
    rows: int = write(folder, files.StagedFile(what.value), Path(output), force=force)
    print_lines(session.err, [f"{plural(rows, 'row')} of {what} written to {output}"])


def resolved_run(session: Session, run: str) -> RunRecord:
    """The run that RUN names; `latest:ID` passes over those that still wait in the queue."""
    if not run.startswith(_LATEST):
        return find_run(session.environment, run)
    integration = run.removeprefix(_LATEST)
    newest = past_runs(session.environment, integration, limit=_LATEST_AMONG)
    began = [each for each in newest if each.status is not RunStatus.QUEUED]
    if not newest:
        _require_known(session, integration)
        msg = f"{integration} never ran. `totango-pipelines run {integration}` runs it."
        raise UnknownNameError(msg)
    return (began or newest)[0]


def files_of(session: Session, run: RunRecord, what: What) -> "RunFolder":
    """The run's files, which must hold this one.

    Raises:
        UnknownNameError: the run ended, or stands, before the step that writes the file.
    """
    folder = _folder(session, run)
    there = kept_files(session, run)
    if what not in there and run.status not in _SUCCEEDED:
        msg = (
            f"run {run.run_id} of {run.integration} ({run.status}) wrote no {what} file. "
            f"It has: {', '.join(there) or 'none'}."
        )
        raise UnknownNameError(msg)
    return folder


def kept_files(session: Session, run: RunRecord) -> list[What]:
    """The files of a run that are still there."""
    folder, files = _folder(session, run), door.sync("run_files")
    return [each for each in What if folder.has(files.StagedFile(each.value))]


def _folder(session: Session, run: RunRecord) -> "RunFolder":
    staging = door.sync("wiring").open_staging(session.environment)
    folder: RunFolder = staging.run(run.integration, run.run_id)
    return folder
