"""`check-connection`: whether a connection works, step by step."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.completions import complete_connections
from totango_pipelines.cli.output import print_json, print_lines
from totango_pipelines.cli.session import AsJson, session_of

if TYPE_CHECKING:
    from totango_pipelines.sync.connection_check import CheckStep

_STYLES = {"ok": "green", "warn": "yellow", "fail": "red"}


def check_connection(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A key of connections.yaml.", autocompletion=complete_connections
        ),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Try a connection: its declaration, login, clock, what its user may write, one query.

    Example: totango-pipelines check-connection crm
    """
    session = session_of(ctx)
    steps: Iterator[CheckStep] = door.sync("connection_check").check_connection(
        session.environment, session.project(), name, lambda: datetime.now(UTC)
    )
    seen: list[CheckStep] = []
    for step in steps:
        seen.append(step)
        if not as_json:
            print_lines(session.out, _lines(step))
    if as_json:
        shown = [
            {"step": s.name, "outcome": str(s.outcome), "seen": s.seen, "remedy": s.remedy}
            for s in seen
        ]
        print_json({"connection": name, "steps": shown})
    code = max((step.exit_code for step in seen), default=0)
    if code:
        raise typer.Exit(code)


def _lines(step: "CheckStep") -> Iterator[Text]:
    outcome = Text(f"{step.outcome:<5}", style=_STYLES[str(step.outcome)])
    yield Text.assemble(outcome, f"{step.name:<12} {step.seen}")
    if step.remedy:
        yield Text(f"     {'':<12} {step.remedy}")
