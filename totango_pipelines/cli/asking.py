"""Ask somebody at a terminal; a wrong answer is asked again with the reason."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import typer
from rich.prompt import Confirm, InvalidResponse, Prompt
from rich.text import Text

from totango_pipelines.cli.output import print_lines
from totango_pipelines.cli.session import Session

_STOPPED = 130
"""What a shell gives to a command that Ctrl-C ended."""


@contextmanager
def stopping_quietly(session: Session) -> Iterator[None]:
    """Ctrl-C, or the end of the input, stops with one line; nothing is written by then."""
    try:
        yield
    except (KeyboardInterrupt, EOFError):
        print_lines(session.err, ["", "stopped: nothing was written."])
        raise typer.Exit(_STOPPED) from None


def ask(
    session: Session,
    question: str,
    *,
    default: str | None = None,
    wrong: Callable[[str], str | None] | None = None,
) -> str:
    """A line of text; `wrong` says what is wrong with an answer. Enter takes the default."""

    class Answer(Prompt):
        def process_response(self, value: str) -> str:
            answer = value.strip()
            reason = "Write something." if not answer else wrong(answer) if wrong else None
            if reason is not None:
                raise InvalidResponse(Text(reason, style="red"))
            return answer

    _let_ctrl_c_interrupt()
    if default is None:
        return Answer.ask(Text(question), console=session.out)
    return Answer.ask(Text(question), console=session.out, default=default)


def confirm(session: Session, question: str, *, default: bool = True) -> bool:
    """Yes or no."""
    _let_ctrl_c_interrupt()
    return Confirm.ask(Text(question), console=session.out, default=default)


def typed_line(session: Session, prompt: str) -> str:
    """A line as it is typed; it may be empty."""
    _let_ctrl_c_interrupt()
    return session.out.input(Text(prompt)).rstrip()


def choose(session: Session, question: str, options: Sequence[str], *, default: int = 1) -> int:
    """The position (from 0) of one of the options, which are listed with numbers from 1."""
    numbers = len(str(len(options)))
    for number, option in enumerate(options, start=1):
        print_lines(session.out, [f"  {number:>{numbers}}  {option}"])

    def wrong(answer: str) -> str | None:
        if _number_of(answer, options) is not None:
            return None
        return f"Answer with a number from 1 to {len(options)}."

    answer = ask(session, question, default=str(default), wrong=wrong)
    return (_number_of(answer, options) or default) - 1


def _let_ctrl_c_interrupt() -> None:
    """Polars puts a handler of its own in place of Python's, and then no question can be left."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _number_of(answer: str, options: Sequence[str]) -> int | None:
    """The number typed, or that of the one option that is, or begins, as typed."""
    if answer.isdecimal():
        return int(answer) if 1 <= int(answer) <= len(options) else None
    wanted = answer.casefold()
    folded = [option.casefold() for option in options]
    for fits in (str.__eq__, _first_word_is, str.startswith):
        found = [number for number, option in enumerate(folded, start=1) if fits(option, wanted)]
        if len(found) == 1:
            return found[0]
    return None


def _first_word_is(option: str, word: str) -> bool:
    return option.split()[:1] == [word]
