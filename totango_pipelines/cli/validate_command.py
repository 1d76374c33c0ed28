"""`validate`: every problem of every file, and of every mapping against the live preview."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.effect_table import print_effect
from totango_pipelines.cli.output import (
    plural,
    print_json,
    print_lines,
    print_sentences,
    styled,
)
from totango_pipelines.cli.session import (
    AsJson,
    Session,
    complete_ids,
    ids_by_file,
    live_context,
    session_of,
    unknown_integration,
)
from totango_pipelines.errors import Problem, TotangoPipelinesError, errors_among

if TYPE_CHECKING:
    from totango_pipelines.integrations.project import Project
    from totango_pipelines.mapping.effect import MappingEffect

_UNAVAILABLE = "SOURCE_UNAVAILABLE"


def validate(
    ctx: typer.Context,
    integrations: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...", help="Only these integrations.", autocompletion=complete_ids
        ),
    ] = None,
    *,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no source: check the files alone.")
    ] = False,
    rows: Annotated[
        bool | None,
        typer.Option(
            "--rows/--no-rows",
            help="Show the preview rows, source value beside mapped value "
            "(without the option: of the integrations that are named).",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find every problem of the declared files and of the mappings against the live preview.

    Without ids: all files. Ends with exit code 1 if there is an error; warnings alone do not count.
    For the named ones it shows what the mapping makes of the first 10 rows.

    Example: totango-pipelines validate crm_accounts --offline
    """
    session = session_of(ctx)
    project = session.project()
    chosen = tuple(integrations or ())
    ids = ids_by_file(project)
    for name in chosen:
        if name not in ids.values():
            raise unknown_integration(project, name)
    files = [file for file, name in ids.items() if not chosen or name in chosen]
    found = [each for each in project.problems if not chosen or each.file in files]
    checked = [name for name in project.integrations if not chosen or name in chosen]
    shows_rows = (bool(chosen) if rows is None else rows) and not as_json
    show = partial(_print_effect, session) if shows_rows else None
    found += _source_problems(session, project, checked, offline=offline, show=show)
    # Two integrations that lack the same variable say so once.
    problems = sorted(dict.fromkeys(found), key=lambda each: (each.file, each.line or 0))
    if as_json:
        print_json([problem_as_json(problem) for problem in problems])
    else:
        _print_problems(session, problems)
        print_lines(session.out, [_summary(problems, files=len(files), offline=offline)])
    if errors_among(problems):
        raise typer.Exit(1)


def _print_effect(session: Session, integration: str, effect: "MappingEffect") -> None:
    print_lines(session.out, [Text(integration, style="bold"), ""])
    print_effect(session, effect)


def _source_problems(
    session: Session,
    project: "Project",
    integrations: list[str],
    *,
    offline: bool,
    show: "Callable[[str, MappingEffect], None] | None",
) -> Iterator[Problem]:
    """What each query and mapping has wrong; a source that cannot be reached hides no other."""
    validation = door.sync("validation")
    unreachable: dict[str, str] = {}
    for name in integrations:
        declared = project.integrations[name]
        context = live_context(session, project, declared)
        connection = declared.integration.connection
        if connection in unreachable:
            # Waiting for the same timeout again would tell nothing new.
            again = Problem("", None, "connection", _UNAVAILABLE, unreachable[connection], "")
            yield from validation.located(declared, [again])
            continue
        try:
            if offline:
                found = validation.validate_offline(context)
            else:
                live = validation.validate_live(context)
                found = live.problems
                if show is not None and live.effect is not None:
                    show(name, live.effect)
        except TotangoPipelinesError as error:
            failed = Problem("", None, "", "NOT_CHECKED", f"could not be checked: {error}", "")
            found = validation.located(declared, [failed])
        for each in found:
            if each.code == _UNAVAILABLE:
                unreachable[connection] = each.problem
        yield from found


def problem_as_json(problem: Problem) -> dict[str, Any]:
    """The fields of contract.md."""
    return {
        "file": problem.file,
        "line": problem.line,
        "path": problem.path,
        "severity": str(problem.severity),
        "code": problem.code,
        "problem": problem.problem,
        "remedy": problem.remedy,
    }


def _print_problems(session: Session, problems: list[Problem]) -> None:
    """By file; `file:line` in front, so that an editor can jump there."""
    for file, group in groupby(problems, key=lambda each: each.file):
        print_lines(session.out, [Text(file, style="bold")])
        for problem in group:
            place = file if problem.line is None else f"{file}:{problem.line}"
            head = Text.assemble("  ", styled(problem.severity), f"  {place}  {problem.path}")
            head.append(f"  {problem.code}", style="dim")
            says = [problem.problem, problem.remedy]
            print_lines(session.out, [head])
            print_sentences(session.out, (f"      {text}" for text in says if text))
        session.out.print()


def _summary(problems: list[Problem], *, files: int, offline: bool) -> Text:
    errors = len(errors_among(problems))
    warnings = len(problems) - errors
    how = "without asking a source" if offline else "against the live preview"
    checked = f"{plural(files, 'integration')} checked {how}: "
    said = f"{plural(errors, 'error')}, {plural(warnings, 'warning')}."
    return Text.assemble(checked, (said, "red" if errors else "yellow" if warnings else "green"))
