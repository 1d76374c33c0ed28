"""`edit`, `duplicate`, `enable` and `disable`: change the declared files, in place."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from totango_pipelines.cli import line_options as lines
from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.asking import stopping_quietly
from totango_pipelines.cli.create_draft import require_new_id
from totango_pipelines.cli.draft_files import (
    TAKEN_OVER,
    Draft,
    FileInHand,
    checked_live,
    file_in_hand,
    is_interactive,
    judged,
    mapping_of,
    print_diff,
    print_warnings,
    refuse_errors,
    save,
    say_written,
)
from totango_pipelines.cli.editor import edit_in_editor
from totango_pipelines.cli.found_formats import detected_formats
from totango_pipelines.cli.output import print_exception, print_lines, print_sentences
from totango_pipelines.cli.session import (
    IntegrationId,
    Session,
    declared_integration,
    session_of,
)
from totango_pipelines.errors import DeclarationError, Problem, UserError, errors_among

if TYPE_CHECKING:
    from collections.abc import Sequence

    from totango_pipelines.integrations.integration import Integration
    from totango_pipelines.integrations.text_edits import Change, SetValue

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")
]
Offline = Annotated[bool, typer.Option("--offline", help="Ask no source: check the file alone.")]
_ENABLED = ("schedule", "enabled")


def duplicate(
    ctx: typer.Context,
    integration: IntegrationId,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The copy's id.")],
    *,
    name: Annotated[
        str | None, typer.Option(help="The copy's name; else the name with (copy) behind it.")
    ] = None,
    keep_schedule: Annotated[
        bool, typer.Option("--keep-schedule", help="Leave the copy's schedule as it is.")
    ] = False,
    dry_run: DryRun = False,
) -> None:
    """Copy an integration to a new file, comments and notes included; its schedule is disabled.

    Example: totango-pipelines duplicate crm_accounts crm_accounts_emea --name "CRM accounts EMEA"
    """
    session = session_of(ctx)
    source = file_in_hand(session, integration)
    original = declared_integration(source.project, integration).integration
    require_new_id(source.project, new)
    names = {each.integration.name for each in source.project.integrations.values()}
    edits = door.integrations("text_edits")
    changes = [
        edits.SetValue(("id",), new),
        edits.SetValue(("name",), name or _copy_name(original.name, names)),
    ]
    disables = original.schedule is not None and original.schedule.enabled and not keep_schedule
    if disables:
        changes.append(edits.SetValue(_ENABLED, value=False))
    text = edits.edited_text(source.text, changes, file=source.file)
    draft = judged(source.project, new, text)
    refuse_errors(draft.problems)
    if dry_run:
        print_diff(session, draft.file, source.text, text)
        return
    save(session, draft, replaces=None)
    print_warnings(session, draft.problems)
    said = [f"{draft.file} written: a copy of {integration}."]
    if disables:
        said.append(
            "Its schedule is disabled, so that the two do not run side by side; "
            f"`{session.program} enable {new}` switches it on."
        )
    said.append(f"Next: `{session.program} edit {new}`, then `{session.program} validate {new}`.")
    said.append(TAKEN_OVER)
    print_sentences(session.out, said)


def _copy_name(name: str, taken: set[str]) -> str:
    wanted = (f"{name} (copy{'' if count == 1 else f' {count}'})" for count in range(1, 10_000))
    return next(each for each in wanted if each not in taken)


def enable(ctx: typer.Context, integration: IntegrationId) -> None:
    """Switch an integration's schedule on; everything else in its file stays.

    Example: totango-pipelines enable crm_accounts
    """
    _switch(session_of(ctx), integration, enabled=True)


def disable(ctx: typer.Context, integration: IntegrationId) -> None:
    """Switch an integration's schedule off; it can still be run by hand or triggered.

    Example: totango-pipelines disable crm_accounts
    """
    _switch(session_of(ctx), integration, enabled=False)


def _switch(session: Session, identifier: str, *, enabled: bool) -> None:
    source = file_in_hand(session, identifier)
    schedule = declared_integration(source.project, identifier).integration.schedule
    if schedule is None:
        msg = (
            f"{identifier} has no schedule to {'enable' if enabled else 'disable'}: it runs by hand "
            f"or by trigger. To give it one: `{session.program} edit {identifier} "
            "--set schedule.cadence=daily --set schedule.at=06:00`."
        )
        raise UserError(msg)
    word = "enabled" if enabled else "disabled"
    if schedule.enabled is enabled:
        print_lines(session.out, [f"{identifier} is {word} already ({schedule.describe()})."])
        return
    edits = door.integrations("text_edits")
    change = edits.SetValue(_ENABLED, enabled)
    text = edits.edited_text(source.text, [change], file=source.file)
    draft = judged(source.project, identifier, text)
    refuse_errors(draft.problems)
    save(session, draft, replaces=source)
    does = "runs" if enabled else "no longer runs"
    said = f"{identifier} is {word}: it {does} {schedule.describe()}."
    print_sentences(session.out, [said, TAKEN_OVER])


def edit(
    ctx: typer.Context,
    integration: IntegrationId,
    *,
    name: Annotated[str | None, typer.Option(help="The name that people see.")] = None,
    description: Annotated[str | None, typer.Option(help="What it brings over, and why.")] = None,
    query: lines.Query = None,
    query_file: lines.QueryFile = None,
    columns: lines.Map = None,
    constants: lines.MapConstant = None,
    expressions: lines.MapExpression = None,
    formats: lines.Format = None,
    notes: lines.Note = None,
    blanks: lines.Blank = None,
    on_errors: lines.OnError = None,
    new: lines.New = None,
    unmap: Annotated[
        list[str] | None,
        typer.Option(metavar="ATTRIBUTE", help="Take an attribute's line out of the mapping."),
    ] = None,
    sets: lines.Sets = None,
    unsets: Annotated[
        list[str] | None,
        typer.Option("--unset", metavar="PATH", help="Take a key out, e.g. schedule.enabled."),
    ] = None,
    offline: Offline = False,
    dry_run: DryRun = False,
) -> None:
    """Change an integration's file; comments, order and untouched lines stay as they are.

    Without an option, in a terminal, it opens the file in $VISUAL or $EDITOR and checks what was
    saved. A change that would leave an error is refused, and nothing is written.

    Example: totango-pipelines edit crm_accounts --map "Tier=plan" --set settings.allow_new=false
    """
    session = session_of(ctx)
    source = file_in_hand(session, integration)
    texts = {"name": name, "description": description, "query": lines.query_text(query, query_file)}
    options = lines.LineOptions(
        *(columns, constants, expressions, formats, notes, blanks, on_errors, new)
    )
    changes = _changes(texts, options, unmap or (), sets or (), unsets or ())
    if changes:
        write_edited(session, source, changes, offline=offline, dry_run=dry_run)
    elif is_interactive(session):
        with stopping_quietly(session):
            edit_in_editor(session, source, offline=offline, dry_run=dry_run)
    else:
        hint = "say what to change, e.g. --name, --map or --set; there is no terminal to ask in."
        raise typer.BadParameter(hint, ctx=ctx)


def _changes(
    texts: dict[str, str | None],
    options: lines.LineOptions,
    unmap: "list[str] | tuple[()]",
    sets: "list[str] | tuple[()]",
    unsets: "list[str] | tuple[()]",
) -> "list[Change]":
    edits = door.integrations("text_edits")
    changes: list[Change] = [
        edits.SetValue((key,), text) for key, text in texts.items() if text is not None
    ]
    changes += paths_and_values(sets)
    changes += options.changes(unmap)
    changes += [edits.RemoveLine(attribute) for attribute in unmap]
    changes += [edits.RemoveValue(_steps("--unset", path)) for path in unsets]
    return changes


def paths_and_values(texts: "Sequence[str]") -> "list[SetValue]":
    """The changes that each `--set PATH=VALUE` asks for.

    Raises:
        BadParameter: one is not such a pair, its value is a number beyond all bounds, or two of
            them say different things of one path.
        DeclarationError: a value in brackets or quotes is not YAML.
    """
    set_value = door.integrations("text_edits").SetValue
    found: dict[tuple[str | int, ...], SetValue] = {}
    for text in texts:
        path, value = lines.pair("--set", text)
        steps = _steps("--set", path)
        if steps in found:
            raise typer.BadParameter(f"{path} has two values.", param_hint="--set")
        found[steps] = set_value(steps, _read(value))
    return list(found.values())


def _steps(option: str, path: str) -> tuple[str | int, ...]:
    steps: tuple[str | int, ...] = door.integrations("text_edits").path_of(path)
    if not steps:
        raise typer.BadParameter(f"{path!r} is not a path such as a.b[0].", param_hint=option)
    return steps


def _read(text: str) -> Any:  # noqa: ANN401 - plain data
    """A value as YAML reads it: true, 5, [a, b]; a text needs no quotes."""
    if not text.startswith(("[", "{", '"', "'")):
        scalars = door.integrations("yaml_scalars")
        try:
            return scalars.plain_scalar(text)
        except scalars.UnusableNumberError as error:
            hint = f"{text[:60]!r} {error} Put it in quotes if it is a text."
            raise typer.BadParameter(hint, param_hint="--set") from None
    parsed = door.integrations("strict_yaml").parse_yaml(text.encode(), "--set")
    if parsed.problems:
        raise DeclarationError(parsed.problems)
    return parsed.data


def write_edited(
    session: Session,
    source: FileInHand,
    changes: "Sequence[Change]",
    *,
    offline: bool,
    dry_run: bool,
) -> None:
    """Write a changed file, once it is checked; what is wrong is told, and nothing written.

    Raises:
        Exit: with 1, there is an error.
    """

    def changed(changes: "Sequence[Change]") -> Draft:
        edited = door.integrations("text_edits").edited_text
        text = edited(source.text, changes, file=source.file)
        return judged(source.project, source.identifier, text)

    said: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    draft = changed(changes)
    if draft.text == source.text:
        print_lines(session.out, [f"{source.file}: nothing changed."])
        return
    if not errors_among(draft.problems) and not offline and _asks_otherwise(source, draft):
        found = detected_formats(session, draft, changes)
        draft = changed([*changes, *found.changes]) if found.changes else draft
        said, problems = found.said, checked_live(session, draft, found.sample).problems
    problems = lines.in_options((*draft.problems, *problems), mapping_of(draft.text), changes)
    wrong = errors_among(problems)
    if dry_run or wrong:
        print_diff(session, source.file, source.text, draft.text)
    print_sentences(session.out, said)
    if wrong:
        print_exception(session.err, DeclarationError(wrong))
        print_lines(session.err, [f"Nothing was written: {source.file} is as it was."])
        raise typer.Exit(1)
    if not dry_run:
        save(session, draft, replaces=source)
        say_written(session, source, draft)
    print_warnings(session, problems)


def _asks_otherwise(source: FileInHand, draft: Draft) -> bool:
    """Whether the source has to be asked: what is read, or how it is mapped, is another."""
    before = source.project.integrations.get(draft.identifier)
    return before is None or _read_and_mapped(before.integration) != _read_and_mapped(
        draft.declared.integration
    )


def _read_and_mapped(integration: "Integration") -> tuple[object, ...]:
    lines_without_notes = [line.model_copy(update={"note": None}) for line in integration.mapping]
    of_the_file = (integration.connection, integration.object, integration.query)
    return (*of_the_file, integration.settings, lines_without_notes)
