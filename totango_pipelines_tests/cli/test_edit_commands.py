"""edit, duplicate, enable and disable: small changes to files that people wrote."""

import difflib
import stat
import sys

import pytest

from totango_pipelines_tests.cli.terminal import CTRL_C, terminal

FILE = """\
# ours
id: hand
name: By hand   # shown
connection: crm
object: accounts

query: |
  SELECT id, name,
         renewal   -- when it ends
  FROM accounts

mapping:
  # the key
  - {attribute: account_id, column: id}
  - {attribute: account_name, column: name, note: 'as it is'} # kept

# mornings
schedule: {cadence: daily, at: "06:00"}
"""


@pytest.fixture
def hand(project):
    project.file("integrations/hand.yaml", FILE)
    return project.folder / "integrations" / "hand.yaml"


@pytest.fixture
def changes(hand):
    """The lines that differ from the file as it was."""

    def lines():
        diff = difflib.ndiff(FILE.splitlines(), hand.read_text().splitlines())
        return [line for line in diff if line[:2] in ("- ", "+ ") and line.strip() != "+"]

    return lines


def test_edit_changes_what_is_asked_and_says_how_much(cli, changes):
    edited = cli("edit", "hand", "--name", "Accounts", "--map", "Tier=renewal")
    assert edited.code == 0
    assert edited.out == "integrations/hand.yaml: 2 lines added, 1 line removed\n"
    assert changes() == [
        "- name: By hand   # shown",
        "+ name: Accounts   # shown",
        "+   - {attribute: Tier, column: renewal}",
    ]


def test_every_option_of_a_line_can_be_given_at_once(cli, changes):
    edited = cli(
        *("edit", "hand", "--offline"),
        *("--map-expression", "account_name=upper(name)"),
        *("--map-constant", "Account Type=Customer", "--map-constant", "Licenses=5"),
        *("--map", "Renewed On=renewal", "--new", "Renewed On=date"),
        *("--format", "Renewed On=MM/DD/YYYY", "--note", "Renewed On=from sales"),
        *("--blank", "Renewed On=clear", "--on-error", "Renewed On=null_value"),
        *("--note", "account_name="),
    )
    assert edited.code == 0, edited.err
    assert changes() == [
        "-   - {attribute: account_name, column: name, note: 'as it is'} # kept",
        "+   - {attribute: account_name, expression: upper(name)} # kept",
        "+   - attribute: Renewed On",
        "+     column: renewal",
        "+     source_format: MM/DD/YYYY",
        "+     blank: clear",
        "+     on_error: null_value",
        "+     new: {type: date}",
        "+     note: from sales",
        "+   - {attribute: Account Type, constant: Customer}",
        "+   - {attribute: Licenses, constant: 5}",
    ]


def test_settings_and_schedule_are_set_and_unset_by_their_path(cli, changes):
    edited = cli(
        *("edit", "hand", "--set", "settings.allow_new=false", "--set", "schedule.at=07:30"),
        *("--set", "upstream=[a/b]", "--unset", "mapping[1].note"),
    )
    assert edited.code == 0, edited.err
    assert changes() == [
        "-   - {attribute: account_name, column: name, note: 'as it is'} # kept",
        "+   - {attribute: account_name, column: name} # kept",
        "+ settings:",
        "+   allow_new: false",
        '- schedule: {cadence: daily, at: "06:00"}',
        '+ schedule: {cadence: daily, at: "07:30"}',
        "+ upstream: [a/b]",
    ]


def test_a_query_file_takes_the_place_of_the_query(cli, hand, project):
    project.file("new.sql", "SELECT id,\n  name\nFROM accounts\n")
    assert cli("edit", "hand", "--query-file", str(project.folder / "new.sql")).code == 0
    assert "query: |\n  SELECT id,\n    name\n  FROM accounts\n\nmapping:" in hand.read_text()


def test_a_dry_run_shows_a_diff_without_colours_and_writes_nothing(cli, changes):
    edited = cli("edit", "hand", "--unmap", "account_name", "--dry-run")
    assert edited.code == 0
    assert "-  - {attribute: account_name, column: name, note: 'as it is'} # kept\n" in edited.out
    assert edited.out.startswith("--- integrations/hand.yaml\n+++ integrations/hand.yaml\n")
    assert "\x1b[" not in edited.out
    assert changes() == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--map", "Teir=name"], "'Teir' is not an attribute of accounts. Did you mean Tier?"),
        (["--map", "Tier=nmae"], "names column 'nmae', which the query does not return"),
        (["--set", "settings.alow_new=true"], "Did you mean `allow_new`?"),
        (["--set", "schedule.at=25:00"], 'is not a time of day written "HH:MM"'),
        (["--set", "id=other"], "differs from the file's name 'hand.yaml'"),
        (["--set", "connection=crmm"], "Did you mean crm?"),
        (["--query", "DROP TABLE accounts"], "query"),
        (["--unmap", "account_id"], "has no line for account_id"),
        (["--unmap", "Teir"], "the mapping has no line for 'Teir'"),
        (["--unset", "settings.cursor_lag"], "there is no settings.cursor_lag in the file"),
        (["--note", "Tier=x"], "the mapping has no line for 'Tier'"),
    ],
    ids=str,
)
def test_a_change_that_would_be_wrong_is_refused_and_nothing_is_written(
    cli, changes, arguments, message
):
    edited = cli("edit", "hand", *arguments)
    assert edited.code == 1
    assert message in edited.err
    assert changes() == []


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--map", "Tier"],
        ["--map", "=name"],
        ["--map", "Tier=a", "--map-constant", "Tier=b"],
        ["--map", "Tier=a", "--map", "Tier=b"],
        ["--set", "a..b=1"],
        ["--query", "SELECT 1", "--query-file", "x.sql"],
    ],
    ids=str,
)
def test_a_change_that_says_nothing_is_wrong_usage(cli, changes, arguments):
    assert cli("edit", "hand", *arguments).code == 2
    assert changes() == []


def test_a_source_that_is_gone_is_a_warning(cli, project):
    project.integration("lost", connection="gone")
    edited = cli("edit", "lost", "--map", "Tier=name")
    assert edited.code == 0
    assert "warning: integrations/lost.yaml:3 connection was not checked" in edited.err


def test_a_new_name_asks_no_source(cli, project):
    project.integration("lost", connection="gone")
    edited = cli("edit", "lost", "--name", "New", "--note", "account_id=as it is")
    assert edited.code == 0
    assert "gone" not in edited.err


def test_a_broken_file_can_be_mended_with_options(cli, hand):
    hand.write_text(FILE.replace("object: accounts", "object: acounts"))
    assert cli("edit", "hand", "--name", "X").code == 1
    assert cli("edit", "hand", "--set", "object=accounts").code == 0
    assert hand.read_text() == FILE


def test_a_change_that_breaks_another_file_is_refused(cli, project, hand):
    project.file(
        "integrations/other.yaml",
        FILE.replace("id: hand", "id: other").replace(
            "# kept", "# kept\n  - {attribute: Segment X, column: name, new: {type: text}}"
        ),
    )
    edited = cli("edit", "hand", "--map", "Segment X=name", "--new", "Segment X=number")
    assert edited.code == 1
    assert "integrations/other.yaml" in edited.err
    assert hand.read_text() == FILE


def test_duplicate_copies_comments_and_notes_and_disables_the_schedule(cli, project):
    project.file("integrations/hand.yaml", FILE)
    made = cli("duplicate", "hand", "copy")
    assert made.code == 0
    assert (project.folder / "integrations" / "copy.yaml").read_text() == (
        FILE.replace("id: hand", "id: copy")
        .replace("name: By hand   #", "name: By hand (copy)   #")
        .replace('at: "06:00"}', 'at: "06:00", enabled: false}')
    )
    assert made.out.startswith("integrations/copy.yaml written: a copy of hand.\n")
    assert "Its schedule is disabled" in made.out
    assert "`totango-pipelines enable copy`" in made.out


def test_a_copy_can_have_its_own_name_and_keep_its_schedule(cli, project, hand):
    assert cli("duplicate", "hand", "copy", "--name", "Mine", "--keep-schedule").code == 0
    copy = (project.folder / "integrations" / "copy.yaml").read_text()
    assert copy == FILE.replace("id: hand", "id: copy").replace("By hand ", "Mine ")
    assert cli("duplicate", "hand", "copy2").code == 0
    assert cli("duplicate", "hand", "copy3").code == 0
    assert "By hand (copy 2)" in (project.folder / "integrations" / "copy3.yaml").read_text()


def test_a_copy_never_takes_the_place_of_a_file(cli, project, hand):
    made = cli("duplicate", "hand", "accounts")
    assert made.code == 1
    assert made.err == "error: 'accounts' is an integration already; `edit` changes it.\n"
    assert "By hand" not in (project.folder / "integrations" / "accounts.yaml").read_text()


@pytest.mark.parametrize("name", ["Copy", "../copy", "a/b", "class", "x" * 64])
def test_a_copy_needs_a_proper_id(cli, project, hand, name):
    made = cli("duplicate", "hand", name)
    assert made.code == 1
    assert "letters, digits and _" in made.err or " id " in made.err
    names = sorted(path.name for path in (project.folder / "integrations").iterdir())
    assert names == ["accounts.yaml", "hand.yaml"]


def test_disable_and_enable_change_one_word(cli, changes, hand):
    assert "hand is disabled: it no longer runs daily" in cli("disable", "hand").out
    assert changes() == [
        '- schedule: {cadence: daily, at: "06:00"}',
        '+ schedule: {cadence: daily, at: "06:00", enabled: false}',
    ]
    assert "hand is disabled already" in cli("disable", "hand").out
    assert "hand is enabled: it runs daily at 06:00 UTC." in cli("enable", "hand").out
    assert "enabled: true" in hand.read_text()


def test_what_changes_a_schedule_says_when_dagster_takes_it_over(cli, hand):
    takes_over = "when its code location is reloaded; disabling takes effect at once.\n"
    for command in (
        *(["disable", "hand"], ["enable", "hand"], ["duplicate", "hand", "copy"]),
        ["edit", "hand", "--set", "schedule.at=07:00"],
    ):
        assert cli(*command).out.endswith(takes_over), command
    for command in (["enable", "hand"], ["edit", "hand", "--name", "X"]):
        assert "Dagster" not in cli(*command).out, command


def test_enable_without_a_schedule_says_how_to_get_one(cli, hand):
    hand.write_text(FILE.partition("\n# mornings")[0] + "\n")
    switched = cli("enable", "hand")
    assert switched.code == 1
    assert "has no schedule to enable" in switched.err
    assert "--set schedule.cadence=daily" in switched.err


@pytest.mark.parametrize("command", ["edit", "enable", "disable"])
def test_an_id_that_nothing_has_names_the_nearest_one(cli, hand, command):
    assert "Did you mean hand?" in cli(command, "hnad").err


@pytest.mark.parametrize("command", ["create", "edit", "duplicate", "enable", "disable"])
def test_every_command_has_help_with_an_example(cli, command):
    assert "Example: totango-pipelines" in cli(command, "--help").out


@pytest.fixture
def editor(tmp_path):
    """An editor that replaces words in the file, another pair each time it is opened."""

    def make(*replacements):
        path = tmp_path / "editor.py"
        path.write_text(
            f"#!{sys.executable}\n"
            "import pathlib, sys\n"
            f"replacements = {list(replacements)!r}\n"
            "count = pathlib.Path(__file__).with_suffix('.count')\n"
            "done = int(count.read_text()) if count.exists() else 0\n"
            "count.write_text(str(done + 1))\n"
            "old, new = replacements[done]\n"
            "file = pathlib.Path(sys.argv[-1])\n"
            "file.write_text(file.read_text().replace(old, new))\n"
        )
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return {"VISUAL": str(path), "EDITOR": "/bin/false"}

    return make


def test_in_a_terminal_edit_opens_the_editor_and_writes_what_is_valid(hand, editor, changes):
    opened = editor(("By hand", "In person"))
    with terminal("edit", "hand", "--offline", environment=opened) as screen:
        assert screen.end() == 0
    assert "integrations/hand.yaml: 1 line added, 1 line removed" in screen.seen
    assert changes() == ["- name: By hand   # shown", "+ name: In person   # shown"]


def test_what_is_not_valid_goes_back_to_the_editor(hand, editor, changes):
    turns = editor(("column: name", "column: nmae"), ("column: nmae", "column: id"))
    with terminal("edit", "hand", environment=turns) as screen:
        screen.wait_for("names column 'nmae'")
        screen.answer("Go on editing?", "what")
        screen.answer("Go on editing?", "y")
        assert screen.end() == 0
    assert len(changes()) == 2
    assert "column: id, note" in hand.read_text()


def test_what_is_given_up_is_not_written_but_kept(hand, editor, changes, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with terminal("edit", "hand", environment=editor(("id: hand", "id: ["))) as screen:
        screen.answer("Go on editing?", "n")
        assert screen.end() == 1
    assert "nothing was written" in screen.seen
    assert changes() == []
    [kept] = tmp_path.glob("totango-pipelines-*/hand.yaml")
    assert kept.read_text() == FILE.replace("id: hand", "id: [")
    assert "Your text is kept in" in screen.seen


@pytest.fixture
def dates(project):
    """Renewals that can be read in one way, and in two."""
    project.rows(("A1", "01/02/2026", "1 Feb 2026"), ("A2", "02/03/2026", "13 Mar 2026"))


def test_a_column_that_is_mapped_anew_gets_the_format_that_its_cells_have(cli, dates, changes):
    edited = cli("edit", "hand", "--map", "Contract Renewal Date=renewal")
    assert edited.code == 0, edited.err
    assert "Contract Renewal Date: renewal is read as D MMM YYYY.\n" in edited.out
    assert changes() == [
        "+   - {attribute: Contract Renewal Date, column: renewal, source_format: D MMM YYYY}"
    ]


def test_a_column_with_two_readings_gets_none_and_the_options_that_choose_one(cli, hand, dates):
    edited = cli("edit", "hand", "--map", "Contract Renewal Date=name")
    assert '--format "Contract Renewal Date=DD/MM/YYYY"' in edited.out
    assert "source_format" not in hand.read_text()
    given = ["--format", "Contract Renewal Date=DD/MM/YYYY"]
    edited = cli("edit", "hand", "--map", "Contract Renewal Date=name", *given)
    assert "can be read" not in edited.out
    assert "source_format: DD/MM/YYYY" in hand.read_text()


def test_what_is_refused_is_shown_as_a_diff(cli, changes):
    edited = cli("edit", "hand", "--map", "Teir=name")
    assert edited.code == 1
    assert "+  - {attribute: Teir, column: name}\n" in edited.out
    assert 'Did you mean Tier? To add it, give --new "Teir=text"' in edited.err
    assert edited.err.endswith("Nothing was written: integrations/hand.yaml is as it was.\n")
    assert changes() == []


def test_ctrl_c_leaves_the_file_as_it_was(hand, editor, changes, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with terminal("edit", "hand", environment=editor(("id: hand", "id: other"))) as screen:
        screen.wait_for("Go on editing?")
        screen.type(CTRL_C)
        assert screen.end() == 130
    assert screen.seen.rstrip().endswith("stopped: nothing was written.")
    assert "Traceback" not in screen.seen
    assert changes() == []


def test_an_editor_that_changes_nothing_or_fails_writes_nothing(hand, editor, changes):
    with terminal("edit", "hand", environment=editor(("x" * 9, "y"))) as screen:
        assert screen.end() == 0
    assert "nothing changed" in screen.seen
    with terminal("edit", "hand", environment={"VISUAL": "/bin/false"}) as screen:
        assert screen.end() == 1
    assert "the editor ended with code 1" in screen.seen
    with terminal("edit", "hand", environment={"VISUAL": "/no/such/editor"}) as screen:
        assert screen.end() == 1
    assert "cannot be started" in screen.seen
    assert changes() == []


def test_two_people_who_edit_at_once_do_not_overwrite_each_other(hand, tmp_path, monkeypatch):
    script = tmp_path / "slow.py"
    script.write_text(
        f"#!{sys.executable}\n"
        "import pathlib, sys\n"
        f"pathlib.Path({str(hand)!r}).write_text({FILE.replace('By hand', 'Theirs')!r})\n"
        "file = pathlib.Path(sys.argv[-1])\n"
        "file.write_text(file.read_text().replace('By hand', 'Ours'))\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with terminal("edit", "hand", "--offline", environment={"VISUAL": str(script)}) as screen:
        assert screen.end() == 1
    assert "changed in the meantime" in screen.seen
    assert "Theirs" in hand.read_text()
    [kept] = tmp_path.glob("totango-pipelines-*/hand.yaml")
    assert "Ours" in kept.read_text()
