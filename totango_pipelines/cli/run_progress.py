"""What a run shows while it is under way: a bar on a terminal, else one line per step."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from totango_pipelines.cli.output import counts_sentence, plural, print_lines

if TYPE_CHECKING:
    from totango_pipelines.orchestration.run_launch import StepProgress

STEPS = ("extract", "preview", "mapped", "upsert", "conflicts")
OnStep = Callable[["StepProgress"], None]


@contextmanager
def progress(console: Console, integration: str, *, quiet: bool) -> Iterator[OnStep | None]:
    """The callback for a run's steps; None under --json."""
    if quiet:
        yield None
        return
    with _apart(console) as own:
        if not console.is_terminal:
            yield lambda step: _print_step(own, step)
            return
        with _bar(own) as bar:
            yield _on_bar(bar, integration)


@contextmanager
def _apart(console: Console) -> Iterator[Console]:
    """A second way to where the console prints.

    Dagster sends standard error to a file while a step runs, and a line of its end with it.
    """
    try:
        descriptor = os.dup(console.file.fileno())
    except (OSError, ValueError):  # no file of the system's: nothing can be redirected
        yield console
        return
    with os.fdopen(descriptor, "w", buffering=1) as file:
        yield Console(
            file=file,
            force_terminal=console.is_terminal,
            width=console.width,
            highlight=False,
            markup=False,
            emoji=False,
            color_system="auto" if console.color_system else None,
        )


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rows]}", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def _on_bar(bar: Progress, integration: str) -> OnStep:
    task = bar.add_task(f"{integration}: starting", total=len(STEPS), rows="")

    def on_step(step: "StepProgress") -> None:
        if step.state == "finished":
            # Finished lines stay above the bar.
            bar.console.print(step_line(step), soft_wrap=True)
            bar.advance(task)
        elif step.state == "retrying":
            bar.update(task, rows="trying again in a moment")
        else:
            bar.update(task, description=f"{integration}: {step.step}", rows="")

    return on_step


def _print_step(console: Console, step: "StepProgress") -> None:
    if step.state != "started":
        print_lines(console, [step_line(step)])


def step_line(step: "StepProgress") -> str:
    """`mapped    59 rows read: 57 accepted, 2 rejected`."""
    if step.state == "retrying":
        said = "failed, trying again in a moment"
    elif step.state == "failed":
        said = "failed"
    elif "rows_read" in (step.counts or {}):
        said = counts_sentence(dict(step.counts or {}))
    elif step.step == "conflicts":
        said = plural(step.rows or 0, "conflict")
    elif step.step == "preview":
        said = f"the first {plural(step.rows or 0, 'row')}"
    else:
        said = plural(step.rows or 0, "row")
    return f"{step.step:<9} {said}"
