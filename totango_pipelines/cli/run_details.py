"""`show-run`: everything that is known of one run."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.history_commands import RunArgument, What, kept_files, resolved_run
from totango_pipelines.cli.moments import lasted
from totango_pipelines.cli.output import print_json, print_lines, print_sentences, styled
from totango_pipelines.cli.runs_table import run_as_json
from totango_pipelines.cli.session import AsJson, Session, session_of
from totango_pipelines.history import RunRecord

if TYPE_CHECKING:
    from totango_pipelines.orchestration.run_notes import RunNotes

_LABEL = 11


def show_run(ctx: typer.Context, run: RunArgument, *, as_json: AsJson = False) -> None:
    """Show one run in full: who asked, when, what it counted, what went wrong, what is kept.

    Example: totango-pipelines show-run latest:crm_accounts
    """
    session = session_of(ctx)
    record = resolved_run(session, run)
    with door.orchestration("instance").open_instance(session.environment) as instance:
        notes: RunNotes = door.orchestration("run_notes").run_notes(instance, record.run_id)
    files = kept_files(session, record)
    if as_json:
        named = [str(file) for file in files]
        print_json({**run_as_json(record), **asdict(notes), "files": named})
        return
    _print_facts(session, record, notes)
    print_lines(session.out, _counts(record))
    _print_told(session, "error", (record.error or "").splitlines())
    _print_told(session, "warnings", notes.warnings)
    _print_told(session, "joined by", notes.joined)
    print_lines(session.out, ["", *_files(session, record, files)])


def _print_facts(session: Session, record: RunRecord, notes: "RunNotes") -> None:
    facts = {
        "mode": record.mode.replace("_", " "),
        "replay of": notes.replay_of,
        "trigger": record.trigger,
        "asked by": record.requested_by,
        "window": record.partition,
        "queued": _second(record.queued_at),
        "started": _second(record.started_at),
        "ended": _second(record.ended_at),
        "duration": lasted(record.duration),
    }
    head = Text.assemble((f"run {record.run_id} of {record.integration}: ", "bold"))
    print_lines(session.out, [head.append_text(styled(record.status))])
    known = ((name, text) for name, text in facts.items() if text)
    print_lines(session.out, (f"  {name:<{_LABEL}}{text}" for name, text in known))


def _second(value: datetime | None) -> str:
    return "" if value is None else f"{value:%Y-%m-%d %H:%M:%S} UTC"


def _counts(record: RunRecord) -> Iterator[str]:
    if record.counts:
        yield from ("", "counts")
        width = max(len(name) for name in record.counts)
        for name, count in record.counts.items():
            yield f"  {name.replace('_', ' '):<{width}}  {count:>9,}"


def _print_told(session: Session, heading: str, told: "list[str] | tuple[str, ...]") -> None:
    if told:
        print_lines(session.out, ["", heading])
        print_sentences(session.out, (f"  {line}" for line in told))


def _files(session: Session, record: RunRecord, files: list[What]) -> Iterator[str]:
    """The files that are still there, each with the command that fetches it."""
    yield "files" if files else "files: none is kept"
    for file in files:
        name = f"{record.integration}_{file}.csv"
        yield f"  {session.program} download {record.run_id} --what {file} -o {name}"
