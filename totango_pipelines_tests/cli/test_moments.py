"""Times and lengths of time that somebody types."""

from datetime import UTC, datetime

import pytest
import typer

from totango_pipelines.cli.moments import lasted, moment_after, moment_of

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-01-31", "2026-01-31T00:00:00+00:00"),
        ("2026-01-31T06:30", "2026-01-31T06:30:00+00:00"),
        ("2026-01-31 06:30:15", "2026-01-31T06:30:15+00:00"),
        ("2026-01-31T06:30+02:00", "2026-01-31T04:30:00+00:00"),
        ("2026-01-31T06:30Z", "2026-01-31T06:30:00+00:00"),
        ("2d", "2026-03-08T12:00:00+00:00"),
        ("90m", "2026-03-10T10:30:00+00:00"),
    ],
)
def test_a_time_is_a_day_a_time_or_how_long_ago(text, meant):
    assert moment_of(text, "--since", NOW).isoformat() == meant


@pytest.mark.parametrize(
    "text", ["yesterday", "", "0d", "999999999d", "2026-02-30", "0001-01-01T00:00+14:00"]
)
def test_what_is_no_time_names_the_option_and_what_to_write(text):
    with pytest.raises(typer.BadParameter, match=r"no time\. Write 2026-01-31") as refused:
        moment_of(text, "--since", NOW)
    assert refused.value.param_hint == "--since"


def test_an_expiry_is_a_length_of_time_and_not_a_day():
    assert moment_after("90d", "--expires", NOW) == datetime(2026, 6, 8, 12, tzinfo=UTC)
    assert moment_after(None, "--expires", NOW) is None
    for text in ("2026-12-31", "90", "-1d", "999999999d"):
        with pytest.raises(typer.BadParameter, match="no length of time"):
            moment_after(text, "--expires", NOW)


def test_a_duration_is_said_as_people_say_it():
    said = [lasted(each) for each in (None, 1.23, 59.4, 59.6, 185, 3600, 7500)]
    assert said == ["", "1.2 s", "59.4 s", "1 min 0 s", "3 min 5 s", "1 h 0 min", "2 h 5 min"]
