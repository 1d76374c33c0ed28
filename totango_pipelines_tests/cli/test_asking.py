"""Questions at a terminal, answered from a text: wrong answers are asked again with the reason."""

import io
from pathlib import Path

import pytest
import typer
from rich.console import Console

from totango_pipelines.cli.asking import ask, choose, confirm, stopping_quietly, typed_line
from totango_pipelines.cli.output import counts_sentence, print_sentences
from totango_pipelines.cli.schedule_walk import ask_schedule
from totango_pipelines.cli.session import Session
from totango_pipelines.sync.environment import Environment


@pytest.fixture
def somebody(monkeypatch):
    """A session in which somebody answers with these lines."""

    def answers(*lines):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        out, err = (Console(file=io.StringIO(), markup=False, width=100) for _ in range(2))
        return Session(Environment.of({}, Path.cwd()), out, err)

    return answers


def shown(session):
    return session.out.file.getvalue()


def test_enter_takes_the_default(somebody):
    session = somebody("", "", "", "")
    assert ask(session, "Name", default="Ours") == "Ours"
    assert confirm(session, "Sure?") is True
    assert confirm(session, "Sure?", default=False) is False
    assert choose(session, "Which", ["a", "b"], default=2) == 1


def test_a_wrong_answer_is_asked_again_with_the_reason(somebody):
    session = somebody("", "bad", " good ")
    assert ask(session, "Name", wrong=lambda text: "Too bad." if text == "bad" else None) == "good"
    assert "Write something." in shown(session)
    assert "Too bad." in shown(session)


@pytest.mark.parametrize(
    ("answer", "position"),
    [("2", 1), ("users", 1), ("ACCOUNTS", 0), ("accounts f", 3), ("usage", 2)],
)
def test_an_option_is_named_by_its_number_or_its_beginning(somebody, answer, position):
    options = ["accounts", "users", "usage", "accounts foreign"]
    assert choose(somebody("us", "0", "9", "x", answer), "Object", options) == position


def test_a_beginning_of_two_options_names_none(somebody):
    session = somebody("us", "usage")
    assert choose(session, "Object", ["users", "usage", ""]) == 1
    assert "Answer with a number from 1 to 3." in shown(session)


def test_text_in_brackets_is_shown_as_it_is(somebody):
    session = somebody("[bold]x[/bold]", "")
    assert ask(session, "A [red]question[/red]") == "[bold]x[/bold]"
    assert "[red]question[/red]" in shown(session)
    assert typed_line(session, "> ") == ""


def test_the_end_of_the_input_stops_with_one_line(somebody):
    session = somebody()
    with pytest.raises(typer.Exit) as stopped, stopping_quietly(session):
        ask(session, "Name")
    assert stopped.value.exit_code == 130
    assert session.err.file.getvalue() == "\nstopped: nothing was written.\n"


@pytest.mark.parametrize(
    ("answers", "schedule"),
    [
        ([""], None),
        (["one time"], {"cadence": "one_time"}),
        (
            ["hourly", "60", "5", "", "n"],
            {"cadence": "hourly", "minute": 5, "timezone": "UTC", "enabled": False},
        ),
        (
            ["every", "1", "", "y"],
            {"cadence": "minutes", "every": 5, "timezone": "UTC", "enabled": True},
        ),
        (
            ["weekly", "friday", "7:00", "07:00", "Mars/Base", "Europe/London", ""],
            {
                "cadence": "weekly",
                "weekday": "friday",
                "at": "07:00",
                "timezone": "Europe/London",
                "enabled": True,
            },
        ),
        (
            ["monthly", "32", "last", "", "", ""],
            {
                "cadence": "monthly",
                "day": "last",
                "at": "06:00",
                "timezone": "UTC",
                "enabled": True,
            },
        ),
    ],
)
def test_a_schedule_asks_for_what_its_cadence_needs(somebody, answers, schedule):
    assert ask_schedule(somebody(*answers)) == schedule


def on_a_terminal(text, width=30):
    console = Console(file=io.StringIO(), markup=False, width=width, force_terminal=True)
    print_sentences(console, [text])
    return console.file.getvalue()


def test_a_sentence_goes_on_in_the_next_line_between_two_words():
    assert on_a_terminal("  one two three four five six seven") == (
        "  one two three four five six\n  seven\n"
    )
    assert on_a_terminal("") == "\n"


@pytest.mark.parametrize(
    "whole", ["`edit crm_accounts --map this=that`", '--map "Contract Renewal Date=since until"']
)
def test_a_command_stays_whole_however_long_it_is(whole):
    assert on_a_terminal(f"Give {whole} then.").splitlines() == ["Give", whole, "then."]


def test_without_a_terminal_every_line_stays_one():
    console = Console(file=io.StringIO(), width=10)
    print_sentences(console, ["one two three four five"])
    assert console.file.getvalue() == "one two three four five\n"


def test_one_of_something_is_said_as_one():
    assert counts_sentence({"rows_read": 1, "duplicates": 1, "stub_accounts": 1}) == (
        "1 row read: 1 duplicate, 1 stub account"
    )
