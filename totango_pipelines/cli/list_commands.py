"""`list` and `show`: what is declared, when it runs next and how it went."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer
from rich.text import Text

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.output import (
    iso,
    make_table,
    moment,
    plural,
    print_json,
    print_lines,
    styled,
)
from totango_pipelines.cli.runs_table import last_outcomes, past_runs, run_as_json, runs_table
from totango_pipelines.cli.session import (
    AsJson,
    IntegrationId,
    Session,
    declared_integration,
    ids_by_file,
    session_of,
)
from totango_pipelines.errors import errors_among
from totango_pipelines.history import RunRecord

if TYPE_CHECKING:
    from totango_pipelines.integrations.integration import Integration, MappingLine
    from totango_pipelines.integrations.project import DeclaredIntegration, Project

_SHOWN_RUNS = 5

_LONG_ID = 24


def list_integrations(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List the integrations: object, connection, cadence, next run and last outcome.

    Files that cannot be loaded are listed with their first problem.

    Example: totango-pipelines list --json
    """
    session = session_of(ctx)
    project = session.project()
    last = last_outcomes(session.environment, project.integrations)
    if as_json:
        valid = [_as_json(each, last.get(name)) for name, each in project.integrations.items()]
        print_json([*valid, *_invalid_as_json(project)])
        return
    table = make_table(
        *("id", "object", "connection", "cadence", "next run", "last outcome"),
        # Beside a very long id the others have to give way.
        whole=["id"]
        if any(len(name) > _LONG_ID for name in project.integrations)
        else ["id", "object", "connection"],
    )
    for name, declared in project.integrations.items():
        integration, run = declared.integration, last.get(name)
        table.add_row(
            name,
            str(integration.object),
            integration.connection,
            _short_cadence(integration),
            moment(_next_run(integration)) or "-",
            styled(run.status) if run else "never ran",
        )
    if project.integrations:
        session.out.print(table)
    else:
        print_lines(session.out, [f"No integration in {project.folder / 'integrations'} is valid."])
    _print_problems(session, project)


def _print_problems(session: Session, project: "Project") -> None:
    """Files that are not loaded, and problems of the files that all share."""
    ids = ids_by_file(project)
    shared = [each for each in errors_among(project.problems) if each.file not in ids]
    lines = [f"  {problem}" for problem in shared]
    for file, problems in project.invalid_files.items():
        first, *others = errors_among(problems)
        more = f" (and {len(others)} more: totango-pipelines validate {ids[file]})"
        lines.append(f"  {first}{more if others else ''}")
    if lines:
        print_lines(session.out, ["", Text("not loaded:", style="bold red"), *lines])


def _invalid_as_json(project: "Project") -> list[dict[str, Any]]:
    ids = ids_by_file(project)
    return [
        {
            "id": ids[file],
            "file": file,
            "valid": False,
            "problems": len(errors_among(problems)),
            "first_problem": str(errors_among(problems)[0]),
        }
        for file, problems in project.invalid_files.items()
    ]


def _as_json(declared: "DeclaredIntegration", last: RunRecord | None) -> dict[str, Any]:
    integration = declared.integration
    return {
        "id": integration.id,
        "file": declared.file,
        "valid": True,
        "name": integration.name,
        "object": str(integration.object),
        "connection": integration.connection,
        "cadence": _cadence(integration),
        "enabled": integration.schedule is not None and integration.schedule.enabled,
        "next_run": iso(_next_run(integration)),
        "last_outcome": str(last.status) if last else None,
        "last_run_id": last.run_id if last else None,
        "last_started_at": iso(last.started_at) if last else None,
    }


def _cadence(integration: "Integration") -> str:
    if integration.schedule is None:
        return "by hand"
    said = integration.schedule.describe()
    return said if integration.schedule.enabled else f"disabled ({said})"


def _short_cadence(integration: "Integration") -> str:
    """Without the zone, which `next run` shows beside it."""
    if integration.schedule is None:
        return "by hand"
    if not integration.schedule.enabled:
        return "disabled"
    return integration.schedule.describe().removesuffix(f" {integration.schedule.timezone}")


def _next_run(integration: "Integration") -> datetime | None:
    if integration.schedule is None:
        return None
    found: datetime | None = door.orchestration("next_runs").next_run(
        integration.schedule, datetime.now(UTC)
    )
    return found


def show(ctx: typer.Context, integration: IntegrationId, *, as_json: AsJson = False) -> None:
    """Show one integration: query, mapping with notes, settings, schedule and last runs.

    Example: totango-pipelines show crm_accounts
    """
    session = session_of(ctx)
    project = session.project()
    declared = declared_integration(project, integration)
    runs = past_runs(session.environment, integration, limit=_SHOWN_RUNS)
    if as_json:
        print_json(
            {
                **declared.integration.model_dump(mode="json"),
                "file": declared.file,
                "version": declared.version,
                "next_run": iso(_next_run(declared.integration)),
                "last_runs": [run_as_json(run) for run in runs],
            }
        )
        return
    connector = project.connections[declared.integration.connection].type
    _print_facts(session, declared, connector)
    _print_mapping(session, declared.integration)
    _print_settings(session, declared.integration)
    _print_heading(session, "last runs" if runs else "never ran")
    if runs:
        session.out.print(runs_table(runs, session.out.width))


def _print_heading(session: Session, text: str) -> None:
    session.out.print()
    session.out.print(text, style="bold")


def _print_facts(session: Session, declared: "DeclaredIntegration", connector: str) -> None:
    integration = declared.integration
    named = f" {integration.collection}" if integration.collection else ""
    facts = {
        "description": integration.description,
        "object": f"{integration.object}{named}",
        "connection": f"{integration.connection} ({connector})",
        "file": declared.file,
        "schedule": _cadence(integration),
        "next run": moment(_next_run(integration)),
        "on saving": "runs at once"
        if integration.schedule and integration.schedule.sync_on_save
        else "",
        "upstream": ", ".join(integration.upstream),
        "notify": ", ".join(integration.notify),
    }
    print_lines(session.out, [Text(f"{integration.name} ({integration.id})", style="bold")])
    print_lines(session.out, (f"  {name:<13}{text}" for name, text in facts.items() if text))
    _print_heading(session, "query")
    print_lines(session.out, (f"  {line}" for line in integration.query.strip().splitlines()))


def _print_mapping(session: Session, integration: "Integration") -> None:
    _print_heading(session, f"mapping ({plural(len(integration.mapping), 'attribute')})")
    table = make_table("attribute", "from", "options", "note")
    for line in integration.mapping:
        table.add_row(line.attribute, line.origin, _options(line), line.note or "")
    session.out.print(table)


def _options(line: "MappingLine") -> str:
    """What differs from the defaults."""
    said = [
        f"format {line.source_format}" if line.source_format else "",
        "" if line.blank == "keep" else f"blank: {line.blank}",
        "" if line.on_error == "reject_row" else f"on_error: {line.on_error}",
        f"new {line.new.type}" if line.new else "",
    ]
    return ", ".join(text for text in said if text)


def _print_settings(session: Session, integration: "Integration") -> None:
    _print_heading(session, "settings")
    values = integration.settings.model_dump(mode="json")
    print_lines(
        session.out,
        (f"  {name:<24}{_said(value)}" for name, value in values.items() if value is not None),
    )


def _said(value: object) -> str:
    """Booleans as the file has them."""
    return str(value).lower() if isinstance(value, bool) else str(value)
